//! Which messages the lanes of a block stand for: their records, and by these what is around them.

use super::mask::{BLOCK, Mask};
use crate::path::Level;
use crate::wire::index::contained;
use crate::wire::tree::{NONE, Node, NodeId};

/// The lanes' nodes.
pub(crate) type Column = [NodeId; BLOCK];

/// The lanes' messages.
#[derive(Default)]
pub(crate) struct LaneNodes {
    /// The level of the records.
    level: Option<Level>,
    /// The lanes' records, once there are lanes.
    records: Vec<NodeId>,
    /// Their caches, where statements use them.
    caches: Vec<NodeId>,
    /// From a record to its message of each level, by `Level as usize`.
    ways: [Way; Level::COUNT],
}

/// From a record to one of its messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Way {
    /// There is none.
    #[default]
    None,
    /// To what holds it, or to the record itself: so many steps out.
    Out(u8),
    /// To what a container that holds it stands for.
    OutAndIn(u8),
    /// To its cache.
    Cache,
}

impl LaneNodes {
    /// Gets ready for records of a level.
    pub(super) fn begin(&mut self, level: Level) {
        self.records.resize(BLOCK, NONE);
        if self.level.replace(level) != Some(level) {
            self.ways = ways(level);
        }
    }

    /// The lanes' records.
    pub(super) fn records_mut(&mut self) -> &mut [NodeId] {
        &mut self.records
    }

    /// Gives a lane a cache.
    pub(super) fn set_cache(&mut self, lane: usize, id: NodeId) {
        self.caches.resize(BLOCK, NONE);
        self.caches[lane] = id;
    }

    /// A lane's message of a level; [`NONE`] if its record has none.
    #[inline(always)]
    pub(super) fn at(&self, level: Level, lane: usize, nodes: &[Node]) -> NodeId {
        match self.level == Some(level) {
            true => self.records[lane],
            false => self.away(level, lane, nodes),
        }
    }

    /// The same of a message that is not the record.
    #[inline(never)]
    fn away(&self, level: Level, lane: usize, nodes: &[Node]) -> NodeId {
        let out = |steps: u8| {
            let mut id = self.records[lane];
            for _ in 0..steps {
                id = nodes.get(id as usize).map_or(NONE, |node| node.parent);
            }
            id
        };
        match self.ways[level as usize] {
            Way::None => NONE,
            Way::Out(steps) => out(steps),
            Way::OutAndIn(steps) => {
                let holder = nodes.get(out(steps) as usize);
                holder.map_or(NONE, |node| node.message)
            }
            Way::Cache => self.caches.get(lane).copied().unwrap_or(NONE),
        }
    }

    /// The lanes' messages of a level; those that are not the records are put into `room`.
    pub(super) fn of<'m>(
        &'m self,
        level: Level,
        lanes: Mask,
        nodes: &[Node],
        room: &'m mut Column,
    ) -> &'m Column {
        match self.records.first_chunk() {
            Some(records) if self.level == Some(level) => records,
            _ => {
                let way = self.ways[level as usize];
                let is_around = matches!(way, Way::Out(1..) | Way::OutAndIn(1..));
                // Records that follow each other mostly lie in the same message, and so in the same ones around it.
                let (mut last, mut found) = (NONE, NONE);
                lanes.each(|lane| {
                    let record = nodes.get(self.records[lane] as usize);
                    let holder = record.map_or(NONE, |record| record.parent);
                    if !is_around || holder != last || holder == NONE {
                        (last, found) = (holder, self.away(level, lane, nodes));
                    }
                    room[lane] = found;
                });
                room
            }
        }
    }
}

/// The ways from records of a level.
fn ways(level: Level) -> [Way; Level::COUNT] {
    let mut ways = [Way::None; Level::COUNT];
    let (mut at, mut steps) = (Some(level), 0);
    while let Some(level) = at {
        // What a metric stands for is its data; records within that have it nearer.
        let inner = contained(level).or((level == Level::Metric).then_some(Level::MetricData));
        if let Some(inner) = inner
            && ways[inner as usize] == Way::None
        {
            ways[inner as usize] = Way::OutAndIn(steps);
        }
        ways[level as usize] = Way::Out(steps);
        (at, steps) = (outer(level), steps + 1);
    }
    ways[Level::Cache as usize] = Way::Cache;
    ways
}

/// The level of the nodes that hold those of a level.
fn outer(level: Level) -> Option<Level> {
    match level {
        Level::ResourceContainer | Level::Dictionary | Level::Cache => None,
        Level::Resource | Level::ScopeContainer => Some(Level::ResourceContainer),
        Level::Scope | Level::Span | Level::Log | Level::Metric | Level::Profile => {
            Some(Level::ScopeContainer)
        }
        Level::SpanEvent => Some(Level::Span),
        Level::MetricData => Some(Level::Metric),
        Level::DataPoint => Some(Level::MetricData),
        Level::Exemplar => Some(Level::DataPoint),
    }
}
