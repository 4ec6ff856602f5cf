//! Passes: finds a pass's records, runs the code over blocks of them, sweeps what filters left empty.

use super::lane_nodes::is_passed_over;
use super::machine::Machine;
use super::mask::Mask;
use crate::path::{Context, Level};
use crate::program::{ErrorMode, Pass, Section, Sweep};
use crate::wire::tree::{NONE, Node, NodeId, Tree};
use std::sync::LazyLock;

/// What a program without passes runs: a filter without conditions still sweeps.
pub(crate) static NO_PASS: LazyLock<Pass> = LazyLock::new(idle_pass);

/// A pass that does nothing.
pub(super) fn idle_pass() -> Pass {
    Pass {
        context: Context::Resource,
        error_mode: ErrorMode::Propagate,
        condition_error_mode: ErrorMode::Propagate,
        lanes: 1,
        shared_cache: false,
        is_by_scope: false,
        allow_nil: true,
        code: Vec::new(),
        hoisted: Vec::new(),
        hoisted_count: 0,
        guards: Vec::new(),
        constants: Vec::new(),
        paths: Vec::new(),
        calls: Vec::new(),
        lambdas: Vec::new(),
        operands: Vec::new(),
        tests: Vec::new(),
        statements: Vec::new(),
        registers: 0,
        masks: 0,
    }
}

/// How far a pass came.
pub(crate) enum Progress {
    /// Over all its records.
    Done,
    /// To the end of this scope, for which statements made metrics.
    MadeMetrics(NodeId),
    /// The request is refused, or not canonical.
    Stopped,
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Runs a pass over all its records, or over those up to the end of a scope for which statements made metrics, if
    /// the pass goes scope by scope.
    pub(crate) fn run_pass(&mut self, pass: &'p Pass, shared_cache: NodeId) -> Progress {
        self.enter(pass);
        if !pass.hoisted.is_empty() {
            self.run_sections(pass);
        }
        let uses_cache = pass.paths.iter().any(|path| path.level == Level::Cache);
        let level = pass.context.level();
        self.lane_nodes.begin(level);
        let mut next = 0;
        self.first_record = 0;
        let caches = self.tree.nodes.len() as NodeId;
        let lanes = pass.lanes.min(self.stride);
        while self.lane_nodes.fill(&self.tree, &mut next, lanes) {
            if uses_cache {
                self.give_caches(caches, shared_cache);
            }
            self.live = Mask::first(self.lane_nodes.len());
            self.matched = Mask::NONE;
            self.execute(&pass.code);
            self.first_record += self.lane_nodes.len() as u64;
            if (self.failures.fatal.is_some() && !self.is_filter)
                || self.wire_error.is_some()
                || self.tree.is_irregular
            {
                return Progress::Stopped;
            }
            if pass.is_by_scope && self.made.waiting > 0 {
                let scope = self.node_of(Level::ScopeContainer, 0);
                if self.is_over(scope, level) {
                    self.tree.nodes.truncate(caches as usize);
                    return Progress::MadeMetrics(scope);
                }
            }
        }
        self.tree.nodes.truncate(caches as usize);
        Progress::Done
    }

    /// Whether a scope has no records behind those of the block.
    fn is_over(&self, scope: NodeId, level: Level) -> bool {
        let end = self.tree.node(scope).end;
        let last = self.node_of(level, self.lane_nodes.len() - 1);
        let mut left = self.tree.nodes[last as usize + 1..].iter();
        left.find(|node| node.level == level)
            .is_none_or(|node| node.tag_at >= end)
    }

    /// The node that goes when a lane's record is dropped: of a resource or scope its container.
    pub(crate) fn drop_target(&self, level: Level, lane: usize) -> NodeId {
        self.node_of(level.listed(), lane)
    }

    fn give_caches(&mut self, first: NodeId, shared: NodeId) {
        for lane in 0..self.lane_nodes.len() {
            let id = if shared != NONE {
                shared
            } else {
                let id = first + lane as NodeId;
                if self.tree.nodes.len() as NodeId <= id {
                    self.tree.add_virtual(Level::Cache, NONE);
                }
                self.tree.nodes[id as usize].forget_edits();
                id
            };
            self.lane_nodes.set_cache(lane, id);
        }
    }

    /// Runs the hoisted sections.
    fn run_sections(&mut self, pass: &'p Pass) {
        self.number_containers(pass.context.level());
        for section in &pass.hoisted {
            self.run_section(section);
        }
    }

    /// Gives containers that hold records of a level their numbers, by which they have results of sections, and [`NONE`] to
    /// others.
    fn number_containers(&mut self, level: Level) {
        let Tree {
            nodes, containers, ..
        } = &mut self.tree;
        // That of the resource, and where it is among the containers.
        let (mut outer, mut outer_number) = (NONE, 0);
        for (number, id) in containers.iter().enumerate() {
            let container = nodes[*id as usize];
            if container.level == Level::ResourceContainer {
                (outer, outer_number) = (*id, number);
            }
            let end = containers
                .get(number + 1)
                .map_or(nodes.len(), |next| *next as usize);
            let is_record =
                |id: NodeId| nodes[id as usize].level == level && !is_passed_over(nodes, id);
            let holds_any = match level {
                Level::Resource | Level::Scope => is_record(container.message),
                _ => (id + 1..end as NodeId).any(is_record),
            };
            nodes[*id as usize].scratch = NONE;
            if holds_any {
                nodes[outer as usize].scratch = outer_number as u32;
                nodes[*id as usize].scratch = number as u32;
            }
        }
    }

    /// Runs a section, one lane a container with a number.
    pub(super) fn run_section(&mut self, section: &'p Section) {
        let count = self.tree.containers.len();
        for (hoisted, _) in &section.results {
            self.hoisted_at[usize::from(*hoisted)] = (section.level, self.hoisted.len());
            self.hoisted
                .resize(self.hoisted.len() + count, Default::default());
        }
        let level = section.level;
        self.lane_nodes.begin(level);
        let mut next = 0;
        while self.lane_nodes.fill(&self.tree, &mut next, self.stride) {
            let lanes = self.lane_nodes.len();
            self.live = Mask::first(lanes);
            self.matched = Mask::NONE;
            self.execute(&section.code);
            for (hoisted, register) in &section.results {
                let base = self.hoisted_at[usize::from(*hoisted)].1;
                for lane in 0..lanes {
                    let number = self.tree.node(self.node_of(level, lane)).scratch as usize;
                    self.hoisted[base + number] = self.operand(*register, lane);
                }
            }
        }
    }

    /// How many metrics each scope has, in order, up to and with the scope `last`, or all.
    pub(crate) fn metric_counts(&self, last: NodeId) -> Vec<u32> {
        let mut counts = Vec::new();
        let mut is_over = false;
        for (id, node) in self.tree.nodes.iter().enumerate() {
            match (node.level, counts.last_mut()) {
                (Level::ScopeContainer, _) if is_over => break,
                (Level::ScopeContainer, _) => {
                    counts.push(0);
                    is_over = id as NodeId == last;
                }
                (Level::Metric, Some(count)) => *count += 1,
                _ => {}
            }
        }
        counts
    }

    /// Hides the first metrics of each scope from the pass, so that it visits those that came after.
    pub(crate) fn hide_metrics(&mut self, counts: &[u32]) {
        let mut counts = counts.iter();
        let mut left = 0;
        for node in &mut self.tree.nodes {
            match node.level {
                Level::ScopeContainer => left = counts.next().copied().unwrap_or_default(),
                Level::Metric if left > 0 => {
                    left -= 1;
                    node.is_dropped = true;
                    self.has_hidden = true;
                }
                _ => {}
            }
        }
    }

    /// Takes [`hide_metrics`](Machine::hide_metrics) back. Only transformations hide, and they drop nothing.
    pub(crate) fn show_metrics(&mut self) {
        if !std::mem::take(&mut self.has_hidden) {
            return;
        }
        for node in &mut self.tree.nodes {
            node.is_dropped = false;
        }
    }

    /// Ends a filter's group: removes what is left empty, except in what the group holds.
    pub(crate) fn sweep(&mut self, sweep: Sweep) {
        let nodes = &mut self.tree.nodes;
        let has_held = std::mem::take(&mut self.has_held);
        if has_held {
            // Parents stand before their children.
            for id in 0..nodes.len() {
                let parent = nodes[id].parent;
                nodes[id].is_held |= parent != NONE && nodes[parent as usize].is_held;
            }
        }
        nodes.iter_mut().for_each(|node| node.scratch = 0);
        // How many live children a node has, in its scratch.
        for id in (0..nodes.len()).rev() {
            let node = nodes[id];
            let swept = match node.level {
                Level::ResourceContainer => Some(Sweep::Resources),
                Level::ScopeContainer => Some(Sweep::Scopes),
                // Without data, a metric has nothing that could have been dropped.
                Level::MetricData => Some(Sweep::Metrics),
                _ => None,
            };
            if node.scratch == 0 && !node.is_held && swept.is_some_and(|swept| swept <= sweep) {
                nodes[id].is_dropped = true;
                if node.level == Level::MetricData {
                    nodes[node.parent as usize].is_dropped = true;
                }
            }
            let counts = !matches!(node.level, Level::Resource | Level::Scope | Level::Cache);
            if counts && !nodes[id].is_dropped && node.parent != NONE {
                nodes[node.parent as usize].scratch += 1;
            }
        }
        if has_held {
            nodes.iter_mut().for_each(|node| node.is_held = false);
        }
    }

    /// Whether there is any resource left.
    pub(crate) fn is_any_left(&self) -> bool {
        let is_left = |node: &Node| node.level == Level::ResourceContainer && !node.is_dropped;
        self.tree.nodes.iter().any(is_left)
    }
}
