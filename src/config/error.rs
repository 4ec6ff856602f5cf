//! What can be wrong with a configuration: data first, words in [`Display`](fmt::Display). Codes E250 to E279.

use std::fmt;

use super::context::ErrorMode;
use super::place::Place;

/// Everything that is wrong with a configuration; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError {
    /// What is wrong.
    pub kind: ConfigErrorKind,
    /// Where in the configuration: `log_statements[0].error_mode`; empty for the whole.
    pub path: String,
    /// Where in the file.
    pub place: Place,
}

/// The kinds of [`ConfigError`].
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigErrorKind {
    /// The file is no YAML.
    InvalidYaml {
        /// What the YAML parser says.
        detail: String,
    },
    /// A key stands twice in a map.
    RepeatedKey {
        /// The key.
        key: String,
    },
    /// The file is deeper or larger than configurations may be.
    TooLarge {
        /// What there is too much of: `nested lists and maps`.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// A value has another type than the key takes.
    WrongType {
        /// What the key takes: `a list of strings`.
        expected: &'static str,
        /// What stands there: `a map`.
        found: &'static str,
    },
    /// A key that the map does not have.
    UnknownKey {
        /// The key.
        key: String,
        /// The key that may have been meant.
        nearest: Option<String>,
        /// The keys that there are.
        known: &'static [&'static str],
    },
    /// An `error_mode` that is none.
    UnknownErrorMode {
        /// What stands there; empty if nothing does.
        mode: String,
        /// The mode that may have been meant.
        nearest: Option<String>,
    },
    /// A `context` that is none.
    UnknownContext {
        /// What stands there; empty if nothing does.
        context: String,
        /// The context that may have been meant.
        nearest: Option<String>,
        /// The contexts that there are.
        known: Vec<&'static str>,
    },
    /// A `context` that the signal's groups cannot have.
    ContextOfOtherSignal {
        /// What stands there.
        context: &'static str,
        /// Those that the signal's groups can have.
        known: Vec<&'static str>,
    },
    /// Statements or conditions stand beside groups in one list.
    MixedStyles {
        /// The key of a group under which they could stand.
        key: &'static str,
    },
    /// An item of a list of statements or conditions is empty.
    EmptyItem,
    /// Two ways to say what to drop, of which the filter processor takes only one.
    Conflict {
        /// The one: `logs.log_record`.
        one: String,
        /// The other: `log_conditions`.
        other: String,
    },
    /// A key that works only with a feature gate.
    GateNeeded {
        /// The gate.
        gate: &'static str,
    },
    /// A `${…}` that is not set.
    UnsetVariable {
        /// The variable.
        name: String,
    },
    /// A `${…}` that cannot be replaced.
    InvalidReference {
        /// What stands there, with `${` and `}`.
        reference: String,
        /// Why it cannot.
        reason: String,
    },
    /// `severity_number.min` is no severity.
    UnknownSeverity {
        /// What stands there.
        severity: String,
    },
    /// Properties that `include` and `exclude` of this signal do not take, lack, or cannot match by.
    InvalidMatch {
        /// Why.
        reason: String,
    },
    /// A component's id that is none.
    InvalidId {
        /// The id, as written.
        id: String,
        /// Why it is none.
        reason: &'static str,
    },
    /// Nothing in the file is a transform or filter processor's configuration.
    NoProcessor,
}

impl ConfigErrorKind {
    /// The stable code, which is never reused for another kind.
    pub fn code(&self) -> &'static str {
        match self {
            ConfigErrorKind::InvalidYaml { .. } => "E250",
            ConfigErrorKind::RepeatedKey { .. } => "E251",
            ConfigErrorKind::TooLarge { .. } => "E252",
            ConfigErrorKind::WrongType { .. } => "E253",
            ConfigErrorKind::UnknownKey { .. } => "E254",
            ConfigErrorKind::UnknownErrorMode { .. } => "E255",
            ConfigErrorKind::UnknownContext { .. } => "E256",
            ConfigErrorKind::ContextOfOtherSignal { .. } => "E257",
            ConfigErrorKind::MixedStyles { .. } => "E258",
            ConfigErrorKind::EmptyItem => "E259",
            ConfigErrorKind::Conflict { .. } => "E260",
            ConfigErrorKind::GateNeeded { .. } => "E261",
            ConfigErrorKind::UnsetVariable { .. } => "E262",
            ConfigErrorKind::InvalidReference { .. } => "E263",
            ConfigErrorKind::UnknownSeverity { .. } => "E264",
            ConfigErrorKind::InvalidMatch { .. } => "E265",
            ConfigErrorKind::NoProcessor => "E266",
            ConfigErrorKind::InvalidId { .. } => "E267",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            ConfigErrorKind::UnknownKey { nearest: Some(nearest), .. }
            | ConfigErrorKind::UnknownErrorMode { nearest: Some(nearest), .. }
            | ConfigErrorKind::UnknownContext { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            ConfigErrorKind::UnknownKey { nearest: None, known, .. } => Some(one_of(known)),
            ConfigErrorKind::UnknownErrorMode { nearest: None, .. } => {
                Some(one_of(&ErrorMode::ALL.iter().map(|mode| mode.name()).collect::<Vec<_>>()))
            }
            ConfigErrorKind::UnknownContext { nearest: None, known, .. }
            | ConfigErrorKind::ContextOfOtherSignal { known, .. } => Some(one_of(known)),
            ConfigErrorKind::MixedStyles { key } => {
                Some(format!("give the bare {key} a group of their own: `- {key}: […]`"))
            }
            ConfigErrorKind::EmptyItem => Some("remove the item".to_owned()),
            ConfigErrorKind::GateNeeded { gate } => Some(format!("enable the feature gate `{gate}`")),
            ConfigErrorKind::UnsetVariable { name } => {
                Some(format!("set it, or give a default: `${{env:{name}:-default}}`; a literal `${{` is written `$${{`"))
            }
            ConfigErrorKind::InvalidReference { .. } => {
                Some("a literal `${` is written `$${` in the collector's configuration".to_owned())
            }
            ConfigErrorKind::UnknownSeverity { .. } => {
                Some("it is a number from 1 to 24 in quotes, or a name such as INFO or WARN2".to_owned())
            }
            ConfigErrorKind::NoProcessor => Some(
                "give a collector's configuration with `processors:`, a `transform:` or `filter:` section, or \
                 such a section's contents"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// `it is one of a, b and c`
fn one_of(names: &[&str]) -> String {
    match names {
        [] => "there is none".to_owned(),
        [one] => format!("it can only be `{one}`"),
        [most @ .., last] => {
            let most: Vec<_> = most.iter().map(|name| format!("`{name}`")).collect();
            format!("it is one of {} and `{last}`", most.join(", "))
        }
    }
}

impl fmt::Display for ConfigErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigErrorKind::InvalidYaml { detail } => {
                write!(f, "this is not valid YAML: {detail}")
            }
            ConfigErrorKind::RepeatedKey { key } => write!(f, "the key `{key}` stands twice"),
            ConfigErrorKind::TooLarge { what, limit } => write!(f, "more than {limit} {what}"),
            ConfigErrorKind::WrongType { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            ConfigErrorKind::UnknownKey { key, .. } => write!(f, "unknown key `{key}`"),
            ConfigErrorKind::UnknownErrorMode { mode, .. } if mode.is_empty() => {
                f.write_str("the error mode is empty")
            }
            ConfigErrorKind::UnknownErrorMode { mode, .. } => {
                write!(f, "unknown error mode `{mode}`")
            }
            ConfigErrorKind::UnknownContext { context, .. } if context.is_empty() => {
                f.write_str("the context is empty")
            }
            ConfigErrorKind::UnknownContext { context, .. } => {
                write!(f, "unknown context `{context}`")
            }
            ConfigErrorKind::ContextOfOtherSignal { context, .. } => {
                write!(f, "the context `{context}` does not exist for this signal")
            }
            ConfigErrorKind::MixedStyles { key } => {
                write!(f, "bare {key} and groups of {key} stand in one list")
            }
            ConfigErrorKind::EmptyItem => f.write_str("an empty statement or condition"),
            ConfigErrorKind::Conflict { one, other } => {
                write!(f, "`{one}` and `{other}` cannot be used at the same time")
            }
            ConfigErrorKind::GateNeeded { gate } => {
                write!(f, "this needs the feature gate `{gate}`")
            }
            ConfigErrorKind::UnsetVariable { name } => {
                write!(f, "the environment variable `{name}` is not set")
            }
            ConfigErrorKind::InvalidReference { reference, reason } => {
                write!(f, "`{reference}`: {reason}")
            }
            ConfigErrorKind::UnknownSeverity { severity } => {
                write!(f, "`{severity}` is not a severity")
            }
            ConfigErrorKind::InvalidMatch { reason } => f.write_str(reason),
            ConfigErrorKind::InvalidId { id, reason } => {
                write!(f, "`{id}` is no component: {reason}")
            }
            ConfigErrorKind::NoProcessor => {
                f.write_str("there is no configuration of a transform or filter processor here")
            }
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_known() {
            write!(f, "{}:{}: ", self.place.line, self.place.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        self.kind.fmt(f)?;
        match self.kind.help() {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl std::error::Error for ConfigErrors {}
