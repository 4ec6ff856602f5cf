//! Which messages the lanes of a block stand for: their records, and by these what is around them.

use super::mask::{BLOCK, Mask};
use crate::path::Level;
use crate::wire::index::contained;
use crate::wire::tree::{NONE, Node, NodeId, Tree};
use std::ops::Range;

/// The lanes' nodes.
pub(crate) type Column = [NodeId; BLOCK];

/// The lanes' messages.
#[derive(Default)]
pub(crate) struct LaneNodes {
    /// The level of the records.
    level: Option<Level>,
    /// The lanes' records, once there are lanes.
    records: Vec<NodeId>,
    /// How many lanes there are.
    len: usize,
    /// The lanes at which records begin that another message holds than those before.
    run_starts: Vec<usize>,
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

    /// How many lanes there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes the next records for so many lanes, or for as many as there are records; `next`, at first 0, tells where they
    /// come from. Of containers, only those with a number are records. False if there are none left.
    pub(super) fn fill(&mut self, tree: &Tree<'_>, next: &mut usize, lanes: usize) -> bool {
        self.run_starts.clear();
        self.len = match self.level {
            None => 0,
            Some(level @ (Level::ResourceContainer | Level::ScopeContainer)) => {
                let record = |id, node: &Node| if node.scratch == NONE { NONE } else { id };
                self.fill_by_containers(level, tree, next, lanes, record)
            }
            Some(level @ (Level::Resource | Level::Scope)) => {
                let listed = level.listed();
                self.fill_by_containers(listed, tree, next, lanes, |_, node| node.message)
            }
            Some(level) => self.fill_by_nodes(level, &tree.nodes, next, lanes),
        };
        self.len > 0
    }

    /// The same with what containers of a level stand for, if anything: resources and scopes that were left out stand behind all
    /// others, their containers are in order. How many there are.
    fn fill_by_containers(
        &mut self,
        level: Level,
        tree: &Tree<'_>,
        next: &mut usize,
        lanes: usize,
        record: fn(NodeId, &Node) -> NodeId,
    ) -> usize {
        let mut len = 0;
        while len < lanes
            && let Some(id) = tree.containers.get(*next)
        {
            *next += 1;
            let node = tree.node(*id);
            let record = record(*id, node);
            if node.level == level && record != NONE && !is_passed_over(&tree.nodes, record) {
                self.records[len] = record;
                self.run_starts.push(len);
                len += 1;
            }
        }
        len
    }

    /// The same with the nodes of a level.
    fn fill_by_nodes(
        &mut self,
        level: Level,
        nodes: &[Node],
        next: &mut usize,
        lanes: usize,
    ) -> usize {
        let records = &mut self.records[..lanes];
        let mut len = 0;
        while len < lanes
            && let Some(node) = nodes.get(*next)
        {
            if node.level != level {
                *next += 1;
                continue;
            }
            // Records that follow each other mostly lie in the same message.
            let holder = node.parent;
            let is_gone = is_passed_over(nodes, holder);
            self.run_starts.push(len);
            for node in &nodes[*next..] {
                if node.level != level || node.parent != holder {
                    break;
                }
                let Some(record) = records.get_mut(len) else {
                    break;
                };
                // Written and then counted, or not: which records are gone is not to be foreseen.
                *record = *next as NodeId;
                len += usize::from(!(node.is_gone() | is_gone));
                *next += 1;
            }
        }
        len
    }

    /// Lanes whose records the same message holds, one after the other.
    fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = self.run_starts.iter().skip(1).chain([&self.len]);
        self.run_starts
            .iter()
            .zip(ends)
            .map(|(start, end)| *start..*end)
    }

    /// The same with their message of a level that is around them.
    pub(super) fn runs_in(
        &self,
        level: Level,
        nodes: &[Node],
    ) -> impl Iterator<Item = (Range<usize>, NodeId)> {
        let runs = self.runs().filter(|run| !run.is_empty());
        runs.map(move |run| {
            let id = self.away(level, run.start, nodes);
            (run, id)
        })
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
                // All records of a run lie in the same messages.
                match self.ways[level as usize] {
                    Way::Out(1..) | Way::OutAndIn(1..) => {
                        for (run, id) in self.runs_in(level, nodes) {
                            room[run].fill(id);
                        }
                    }
                    _ => lanes.each(|lane| room[lane] = self.away(level, lane, nodes)),
                }
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

/// Whether a message, or one around it, was dropped, is held or is no longer there.
pub(super) fn is_passed_over(nodes: &[Node], mut id: NodeId) -> bool {
    while id != NONE {
        let node = &nodes[id as usize];
        if node.is_gone() {
            return true;
        }
        id = node.parent;
    }
    false
}
