//! Feature gates: which the reference has, and which of them matter here.

use std::collections::BTreeSet;

/// `set` writes nil. Enabled by default.
const ALLOW_NIL: &str = "ottl.set.allowNil";
/// Lambda expressions are allowed as arguments.
const LAMBDA: &str = "ottl.functions.enableLambda";

/// The gates of the reference: what its two processors and the libraries under them register.
pub const KNOWN: &[&str] = &[
    "confmap.enableMergeAppendOption",
    "filter.filterlog.useOTTLBridge",
    "filter.filtermetric.useOTTLBridge",
    "filter.filterspan.useOTTLBridge",
    "ottl.PanicDuplicateName",
    "ottl.contexts.enableOTelColContext",
    LAMBDA,
    ALLOW_NIL,
    "pdata.useProtoPooling",
    "processor.filter.defaultErrorModeIgnore",
    "processor.transform.defaultErrorModeIgnore",
    crate::config::FLATTEN_GATE,
];

/// The feature gates that are enabled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gates(BTreeSet<String>);

impl Gates {
    /// These gates, beside those that are enabled anyway.
    ///
    /// # Errors
    /// The first gate that does not exist.
    pub fn new<'g>(names: impl IntoIterator<Item = &'g str>) -> Result<Gates, String> {
        let mut gates = BTreeSet::new();
        for name in names {
            if !KNOWN.contains(&name) {
                return Err(name.to_owned());
            }
            gates.insert(name.to_owned());
        }
        Ok(Gates(gates))
    }

    /// Whether a gate is enabled.
    pub fn is_enabled(&self, name: &str) -> bool {
        name == ALLOW_NIL || self.0.contains(name)
    }

    pub(super) fn allows_nil(&self) -> bool {
        self.is_enabled(ALLOW_NIL)
    }

    pub(super) fn allows_lambdas(&self) -> bool {
        self.is_enabled(LAMBDA)
    }
}
