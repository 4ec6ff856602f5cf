//! `set`: writes a value to a path.

use crate::prelude::*;

function! {
    /// Writes `value` to `target`.
    ///
    /// An attribute, a cache key or a body takes nil, strings, bools, ints, doubles, bytes, lists and maps,
    /// and is created where it is missing; nil leaves it there without a value. A list of attributes that
    /// is set to nil is emptied. Any other path takes exactly its own type and refuses nil.
    ///
    /// ```ottl
    /// set(log.cache["answer"], 42)
    /// log.cache["answer"]  # 42
    /// set(log.cache["parts"], Split("a,b", ","))
    /// log.cache["parts"]  # ["a", "b"]
    /// set(log.severity_text, 1)  # error: expects string but got int64
    /// ```
    pub(crate) static FUNCTION = editor set(target: Setter, value: Getter) idempotent;
}
