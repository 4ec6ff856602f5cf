//! What a function tells of itself beside what it does on one record, so that its calls need not run record by record.

use super::Prepared;
use crate::value::Value;
use bumpalo::Bump;

/// What spares running a function on one record after the other. What the first parameter says is its target.
///
/// Each gives what running the function gives. A call takes its function's shortcut where it can: attributes are a path
/// without keys, texts are at a path that a slot stands for. Whatever remains is run.
#[derive(Clone, Copy)]
pub enum Shortcut {
    /// An editor does nothing to attributes that are no more or longer than this says of what the call prepared.
    Within(fn(&Prepared) -> Extent),
    /// An editor does nothing to attributes that lack the key that is given for the parameter of this number.
    WithoutKey(usize),
    /// An editor removes all attributes but those with the keys that are given, in a list, for the parameter of this number.
    KeepsKeys(usize),
    /// An editor changes a text by what the call prepared alone, if this gives what does, and leaves what is absent as it is.
    ChangesText(fn(&Prepared) -> Option<&dyn ChangeText>),
    /// A converter yields true for some texts by what the call prepared alone, if this gives what tells for which, and false
    /// for nil.
    TellsText(fn(&Prepared) -> Option<&dyn TellText>),
    /// A converter of one string, which cannot fail, takes those of several records at once.
    TakesStrings(RunStrings),
}

/// What attributes there are at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How many, those with equal keys counted one by one.
    pub count: usize,
    /// How long strings among them are: bytes.
    pub string_bytes: usize,
}

impl Extent {
    /// As many and as long as can be.
    pub const MAX: Extent = Extent {
        count: usize::MAX,
        string_bytes: usize::MAX,
    };
}

/// Changes texts.
pub trait ChangeText {
    /// What a text becomes. One that changes is put behind a copy of `head`, so that it becomes a field where it stands.
    fn change<'a>(&self, text: &[u8], head: &[u8], arena: &'a Bump) -> Changed<'a>;
}

/// What a text becomes.
#[derive(Debug)]
pub enum Changed<'a> {
    /// The text alone does not tell: the call is to be run.
    Untold,
    /// It stays as it is.
    Not,
    /// The text behind the bytes that it was to be put behind.
    To(&'a mut [u8]),
}

/// Tells whether a converter yields true for a text.
pub trait TellText {
    /// `None` if the text alone does not tell: the call is to be run.
    fn tell(&self, text: &[u8]) -> Option<bool>;
}

/// Runs a converter on the strings of several records: `results` has a place for each.
pub type RunStrings = for<'a> fn(strings: &[&'a [u8]], results: &mut [Value<'a>], arena: &'a Bump);
