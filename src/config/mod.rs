//! The transform and filter processors' configuration, as the collector reads it.
//!
//! A file or a JSON value becomes a [`Node`] tree, of which every node knows its [`Place`]; one decoder takes the
//! tree apart into plain data, whose OTTL is [`Text`]: a string and, for each of its bytes, the byte of the file
//! that it comes from. Accepted and refused is what the reference accepts and refuses; `testdata/` holds its
//! verdicts. Invariant: no statement or condition is parsed here.
//!
//! ```
//! let components = ottl::config::read("log_statements: ['set(log.body, \"x\")']", &|_| None).unwrap();
//! let ottl::config::Processor::Transform(transform) = &components[0].processor else { panic!() };
//! let statement = &transform.log_statements[0].statements[0];
//! assert_eq!(statement.text, "set(log.body, \"x\")");
//! assert_eq!((statement.place.line, statement.place.column), (1, 18));
//! ```

mod align;
mod collector;
mod context;
mod decode;
mod error;
mod expand;
mod filter;
pub mod limits;
mod matching;
mod node;
mod place;
mod rewrite;
mod transform;
mod yaml;

#[cfg(test)]
mod tests;

pub use collector::{Component, read};
pub use context::{ContextName, ErrorMode, ProcessorKind, SCOPE_LEGACY_NAME, Signal};
pub use error::{ConfigError, ConfigErrorKind, ConfigErrors};
pub use expand::Lookup;
pub use filter::{
    ConditionGroup, FILTER_KEYS, Filter, LogFilters, MetricFilters, ProfileFilters, TraceFilters,
};
pub use matching::{
    Attribute, Include, Library, LogMatch, MatchType, MetricMatch, PatternCheck, RegexpCache,
    SeverityMatch, SpanMatch,
};
pub use node::{Entry, Kind, Node, Scalar};
pub use place::{Place, SourceMap, Text};
pub use rewrite::{Unreplaceable, replace};
pub use transform::{Group, TRANSFORM_KEYS, Transform};

use decode::Decoder;

/// A processor's configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Processor {
    /// A `transform` section.
    Transform(Transform),
    /// A `filter` section.
    Filter(Box<Filter>),
}

/// The feature gate that `flatten_data` needs.
pub const FLATTEN_GATE: &str = "transform.flatten.logs";

impl Processor {
    /// Takes a processor's configuration apart that was given as JSON. Nothing in it is replaced: `$$` and
    /// `${NAME}` are the business of configuration files.
    ///
    /// # Errors
    /// Everything that the collector would refuse about it; statements and conditions are not looked at.
    pub fn from_json(
        kind: ProcessorKind,
        value: &serde_json::Value,
    ) -> Result<Processor, ConfigErrors> {
        Processor::decode(kind, Node::from_json(value))
    }

    /// Takes a processor's section apart, whose variables are replaced.
    fn decode(kind: ProcessorKind, section: Node) -> Result<Processor, ConfigErrors> {
        let section = section.nest_keys();
        let mut decoder = Decoder::default();
        let processor = match kind {
            ProcessorKind::Transform => {
                Processor::Transform(Transform::decode(&mut decoder, &section))
            }
            ProcessorKind::Filter => {
                Processor::Filter(Box::new(Filter::decode(&mut decoder, &section)))
            }
        };
        if decoder.errors.is_empty() {
            Ok(processor)
        } else {
            Err(ConfigErrors(decoder.errors))
        }
    }

    /// Whether anything in it may be for a signal: a program for one that it does not concern does nothing.
    pub fn concerns(&self, signal: Signal) -> bool {
        match self {
            Processor::Transform(transform) => {
                let flattens = transform.flatten_data && signal == Signal::Logs;
                flattens || !transform.groups(signal).is_empty()
            }
            Processor::Filter(_) => true,
        }
    }

    /// A configuration that says nothing.
    fn empty(kind: ProcessorKind) -> Processor {
        match kind {
            ProcessorKind::Transform => Processor::Transform(Transform::default()),
            ProcessorKind::Filter => Processor::Filter(Box::default()),
        }
    }

    /// Which processor it configures.
    pub fn kind(&self) -> ProcessorKind {
        match self {
            Processor::Transform(_) => ProcessorKind::Transform,
            Processor::Filter(_) => ProcessorKind::Filter,
        }
    }

    /// All its statements, then all its conditions, of all signals.
    pub fn texts(&self) -> (Vec<&Text>, Vec<&Text>) {
        let (mut statements, mut conditions) = (Vec::new(), Vec::new());
        for signal in Signal::ALL.iter().copied() {
            match self {
                Processor::Transform(transform) => {
                    for group in transform.groups(signal) {
                        statements.extend(&group.statements);
                        conditions.extend(&group.conditions);
                    }
                }
                Processor::Filter(filter) => {
                    let groups = filter.groups(signal).iter();
                    conditions.extend(groups.flat_map(|group| &group.conditions));
                    let lists = filter.conditions_by_context(signal).into_iter();
                    conditions.extend(lists.flat_map(|(_, list)| list));
                }
            }
        }
        (statements, conditions)
    }

    /// Refuses what needs a feature gate that is not enabled; `is_enabled` tells which are.
    ///
    /// # Errors
    /// [`ConfigErrorKind::GateNeeded`]
    pub fn check_gates(&self, is_enabled: &dyn Fn(&str) -> bool) -> Result<(), ConfigErrors> {
        match self {
            Processor::Transform(transform)
                if transform.flatten_data && !is_enabled(FLATTEN_GATE) =>
            {
                Err(ConfigErrors(vec![ConfigError {
                    kind: ConfigErrorKind::GateNeeded { gate: FLATTEN_GATE },
                    path: "flatten_data".to_owned(),
                    place: transform.flatten_data_place.clone(),
                }]))
            }
            _ => Ok(()),
        }
    }
}
