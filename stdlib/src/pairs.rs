//! The delimiters of text that holds keys and values, for `ParseKeyValue` and `ToKeyValueString`.

use ottl_vm::function::Literals;
use ottl_vm::text::quote::Quoted;

/// What separates keys from values, and pairs from one another.
pub(crate) struct Delimiters {
    pub(crate) key: Vec<u8>,
    pub(crate) pair: Vec<u8>,
}

impl Delimiters {
    /// The delimiters given for parameters 1 and 2, else `=` and a blank.
    pub(crate) fn prepare(literals: Literals<'_>) -> Result<Delimiters, String> {
        let key = literals.string(1).unwrap_or(b"=");
        let pair = literals.string(2).unwrap_or(b" ");
        if key.is_empty() {
            return Err("delimiter cannot be set to an empty string".to_owned());
        }
        if pair.is_empty() {
            return Err("pair delimiter cannot be set to an empty string".to_owned());
        }
        if key == pair {
            return Err(format!(
                "pair delimiter {} cannot be equal to delimiter {}",
                Quoted(pair),
                Quoted(key)
            ));
        }
        Ok(Delimiters {
            key: key.to_vec(),
            pair: pair.to_vec(),
        })
    }
}
