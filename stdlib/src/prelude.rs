//! What every function's file uses.

pub(crate) use ottl_vm::error::Error;
pub(crate) use ottl_vm::exec::Call;
pub(crate) use ottl_vm::function;
pub(crate) use ottl_vm::function::{Function, Literals, Prepared};
pub(crate) use ottl_vm::value::Value;

/// What a function's body yields; editors yield nil.
pub(crate) type Outcome<'a> = Result<Value<'a>, Error<'a>>;
