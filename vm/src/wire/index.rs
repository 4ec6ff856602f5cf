//! Builds a tree's nodes from a request, by validating it or by lengths alone.

use super::error::WireError;
use super::passed_over::PassedOver;
use super::prefetch::ahead;
use super::schema::{MessageKind, Messages, Signal};
use super::tree::{NONE, Node, NodeId, Tree};
use super::usual::message_at;
use super::validate::{Canonical, Visitor, scan, validate};
use crate::path::Level;

/// How much of a request is checked before it is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// Everything: what the reference refuses is refused.
    #[default]
    Full,
    /// What the program can look at, down to the last value: each field that a path names, the first attribute with
    /// each key named, all attributes where a statement comes to look at them, and all of a message where a function or
    /// path looks at more than a field. Malformed, that is refused as under `Full`; anything else is passed on as it is,
    /// malformed or not, or removed unseen, as by `keep_keys`; so are the records of a resource that no statement comes to,
    /// because of the resource's attributes. Requests that `Full` accepts come out the same, though
    /// repeated fields that nobody looks at are not merged.
    /// Of requests of profiles, all resources and scopes are checked, since their attributes may refer to the dictionary.
    Touched,
}

/// The levels whose messages become nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Levels(u16);

impl Levels {
    /// All of them.
    pub(crate) const ALL: Levels = Levels(u16::MAX);

    pub(crate) fn insert(&mut self, level: Level) {
        self.0 |= 1 << level as u16;
    }

    pub(crate) fn contains(self, level: Level) -> bool {
        self.0 & (1 << level as u16) != 0
    }

    pub(crate) fn with(self, other: Levels) -> Levels {
        Levels(self.0 | other.0)
    }

    pub(crate) fn without(self, other: Levels) -> Levels {
        Levels(self.0 & !other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Finds what is wanted of nodes while a request is read.
pub(crate) trait Finder<'a> {
    /// How the request is read for it.
    const VALIDATION: Validation;

    /// Node `id` begins. Whether it is checked as that says, so that it is not to be looked into.
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) -> bool;

    /// Messages like `like` follow each other from `at` on: those that become nodes here are checked, and not told of by
    /// [`enter`](Finder::enter). Where the first field begins of which that does not hold.
    ///
    /// # Errors
    /// What is wrong with one of them.
    fn messages(
        &mut self,
        nodes: &mut Vec<Node>,
        like: Node,
        bytes: &'a [u8],
        at: usize,
    ) -> Result<usize, WireError>;
}

/// Fills `tree.nodes` with the request's messages of `levels`, but for those that are passed over; those below an absent level
/// must be absent.
///
/// # Errors
/// What [`validate`] or [`scan`] refuses.
pub(crate) fn index<'a, F: Finder<'a>>(
    tree: &mut Tree<'a>,
    signal: Signal,
    levels: Levels,
    passed_over: &mut PassedOver,
    finder: &mut F,
) -> Result<Canonical, WireError> {
    let mut index = Index {
        nodes: &mut tree.nodes,
        containers: &mut tree.containers,
        levels,
        open: NONE,
        incomplete: 0,
        passed_over,
        finder,
    };
    let canonical = match F::VALIDATION {
        Validation::Full => validate(signal, tree.input, &mut index)?,
        Validation::Touched => scan(signal, tree.input, opened(levels), &mut index)?,
    };
    if index.incomplete > 0 {
        complete(tree);
    }
    Ok(canonical)
}

/// Adds the messages that were left out of containers.
#[cold]
fn complete(tree: &mut Tree<'_>) {
    for number in 0..tree.containers.len() {
        let id = tree.containers[number];
        let node = tree.node(id);
        if node.message == NONE
            && let Some(level) = contained(node.level)
        {
            let message = tree.add_virtual(level, id);
            tree.nodes[id as usize].message = message;
        }
    }
}

/// The message that a container has beside its records.
pub(crate) fn contained(container: Level) -> Option<Level> {
    match container {
        Level::ResourceContainer => Some(Level::Resource),
        Level::ScopeContainer => Some(Level::Scope),
        _ => None,
    }
}

/// Which message a node is; `None` for containers and what is not in the request.
pub(crate) fn kind_of(node: &Node, request: &[u8]) -> Option<MessageKind> {
    use MessageKind::*;
    if node.is_virtual {
        return None;
    }
    Some(match (node.level, node.variant) {
        (Level::Resource, _) => Resource,
        (Level::Scope, _) => InstrumentationScope,
        (Level::Span, _) => Span,
        (Level::SpanEvent, _) => SpanEvent,
        (Level::Log, _) => LogRecord,
        (Level::Metric, _) => Metric,
        // Which data it is, the metric's field says.
        (Level::MetricData, _) => match request.get(node.tag_at as usize)? >> 3 {
            5 => Gauge,
            7 => Sum,
            9 => Histogram,
            10 => ExponentialHistogram,
            _ => Summary,
        },
        (Level::DataPoint, 0) => NumberDataPoint,
        (Level::DataPoint, 1) => HistogramDataPoint,
        (Level::DataPoint, 2) => ExponentialHistogramDataPoint,
        (Level::DataPoint, _) => SummaryDataPoint,
        (Level::Exemplar, _) => Exemplar,
        (Level::Profile, _) => Profile,
        (Level::Dictionary, _) => ProfilesDictionary,
        (Level::ResourceContainer | Level::ScopeContainer | Level::Cache, _) => return None,
    })
}

/// The message that a level's variant is, both by number; `None` if it can be one of several.
pub(crate) fn kind_at(level: usize, variant: usize) -> Option<MessageKind> {
    let is_it = |(l, v): (Level, u8)| l as usize == level && usize::from(v) == variant;
    let mut kinds = MessageKind::ALL
        .iter()
        .filter(|kind| level_of(**kind).is_some_and(is_it));
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => Some(*kind),
        _ => None,
    }
}

/// The level and variant of a message; `None` for messages that statements do not address.
#[inline(always)]
pub(crate) fn level_of(kind: MessageKind) -> Option<(Level, u8)> {
    use MessageKind::*;
    Some(match kind {
        ResourceSpans | ResourceLogs | ResourceMetrics | ResourceProfiles => {
            (Level::ResourceContainer, 0)
        }
        Resource => (Level::Resource, 0),
        ScopeSpans | ScopeLogs | ScopeMetrics | ScopeProfiles => (Level::ScopeContainer, 0),
        InstrumentationScope => (Level::Scope, 0),
        Span => (Level::Span, 0),
        SpanEvent => (Level::SpanEvent, 0),
        LogRecord => (Level::Log, 0),
        Metric => (Level::Metric, 0),
        Gauge | Sum | Histogram | ExponentialHistogram | Summary => (Level::MetricData, 0),
        NumberDataPoint => (Level::DataPoint, 0),
        HistogramDataPoint => (Level::DataPoint, 1),
        ExponentialHistogramDataPoint => (Level::DataPoint, 2),
        SummaryDataPoint => (Level::DataPoint, 3),
        Exemplar => (Level::Exemplar, 0),
        Profile => (Level::Profile, 0),
        ProfilesDictionary => (Level::Dictionary, 0),
        _ => return None,
    })
}

/// The messages to look into for nodes of `levels`: all that can contain one.
fn opened(levels: Levels) -> Messages {
    let inner = |level| match level {
        Level::ResourceContainer => true,
        Level::ScopeContainer => levels.contains(Level::Scope),
        Level::Span => levels.contains(Level::SpanEvent),
        Level::Metric => levels.contains(Level::MetricData),
        Level::MetricData => levels.contains(Level::DataPoint),
        Level::DataPoint => levels.contains(Level::Exemplar),
        _ => false,
    };
    let mut messages = Messages::NONE;
    for &kind in MessageKind::ALL {
        if level_of(kind).is_some_and(|(level, _)| inner(level)) {
            messages = messages.with(kind);
        }
    }
    messages
}

/// The level of the nodes inside a message.
pub(crate) fn inside(level: Level) -> Option<Level> {
    match level {
        Level::Span => Some(Level::SpanEvent),
        Level::Metric => Some(Level::MetricData),
        Level::DataPoint => Some(Level::Exemplar),
        _ => None,
    }
}

/// Whether what holds a message of a level can hold several, none of which is special.
fn is_repeated(level: Level) -> bool {
    use Level::*;
    matches!(
        level,
        Span | SpanEvent | Log | Metric | DataPoint | Exemplar | Profile
    )
}

struct Index<'t, F> {
    nodes: &'t mut Vec<Node>,
    containers: &'t mut Vec<NodeId>,
    levels: Levels,
    /// The innermost node entered.
    open: NodeId,
    /// How many containers have no message so far.
    incomplete: usize,
    passed_over: &'t mut PassedOver,
    finder: &'t mut F,
}

impl<'a, F: Finder<'a>> Index<'_, F> {
    /// A node begins at `at`: those that have ended are not open any more.
    #[inline(always)]
    fn close(&mut self, at: u32) {
        while let Some(open) = self.nodes.get(self.open as usize)
            && open.end <= at
        {
            self.open = open.parent;
        }
    }

    /// Messages of a level that is passed over follow each other from `at` on, in what ends with `bytes`. Where the first begins
    /// that has to be looked into, or was not counted.
    #[inline(never)]
    fn pass_over(&mut self, level: Level, bytes: &[u8], mut at: usize) -> usize {
        let has_more = inside(level).is_some_and(|inner| self.levels.contains(inner));
        let is_counted = self.levels.contains(level) && is_repeated(level);
        if has_more || !is_counted {
            return at;
        }
        if let Some(tag @ ..0x80) = bytes.get(at).copied() {
            while let Some((_, end)) = message_at(bytes, at, tag)
                && self.passed_over.passes(level, at as u32)
            {
                // The processor does not foresee where the next one begins.
                ahead(bytes, at, end);
                at = end;
            }
        }
        at
    }

    #[inline(never)]
    fn enter_level(&mut self, level: Level, variant: u8, at: u32, start: u32, end: u32) -> bool {
        self.close(at);
        let id = self.nodes.len() as NodeId;
        match level {
            Level::ResourceContainer | Level::ScopeContainer => {
                self.incomplete += 1;
                self.containers.push(id);
            }
            Level::Resource | Level::Scope | Level::MetricData => {
                if let Some(container) = self.nodes.get_mut(self.open as usize) {
                    let is_first = container.message == NONE && level != Level::MetricData;
                    self.incomplete -= usize::from(is_first);
                    container.message = id;
                }
            }
            _ => {}
        }
        self.nodes
            .push(Node::new(level, variant, at, start, end, self.open));
        self.open = id;
        self.finder.enter(self.nodes, id)
    }
}

impl<'a, F: Finder<'a>> Visitor<'a> for Index<'_, F> {
    #[inline(always)]
    fn enter(&mut self, kind: MessageKind, at: u32, start: u32, end: u32) -> bool {
        match level_of(kind) {
            Some((level, variant)) if self.levels.contains(level) => {
                !self.passed_over.passes(level, at)
                    && self.enter_level(level, variant, at, start, end)
            }
            _ => false,
        }
    }

    #[inline(always)]
    fn messages(
        &mut self,
        kind: MessageKind,
        bytes: &'a [u8],
        at: usize,
    ) -> Result<usize, WireError> {
        match level_of(kind) {
            Some((level, _)) if self.passed_over.is_within() => {
                Ok(self.pass_over(level, bytes, at))
            }
            Some((level, variant)) if self.levels.contains(level) && is_repeated(level) => {
                self.close(at as u32);
                let like = Node::new(level, variant, 0, 0, 0, self.open);
                self.finder.messages(self.nodes, like, bytes, at)
            }
            _ => Ok(at),
        }
    }
}
