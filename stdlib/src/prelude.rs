//! What every function's file uses.

pub(crate) use ottl_vm::error::Error;
pub(crate) use ottl_vm::exec::Call;
pub(crate) use ottl_vm::function;
pub(crate) use ottl_vm::function::{Extent, Literals, Prepared, Shortcut};
pub(crate) use ottl_vm::value::Value;

/// What a function's body yields; editors yield nil.
pub(crate) type Outcome<'a> = Result<Value<'a>, Error<'a>>;

/// Text that `write` appends to a buffer, copied to the arena. The buffer is the call's scratch memory.
pub(crate) fn written<'a>(
    call: &mut Call<'_, '_, 'a>,
    write: impl FnOnce(&mut Vec<u8>),
) -> &'a [u8] {
    call.with_scratch(|call, buffer: &mut Vec<u8>| {
        buffer.clear();
        write(buffer);
        call.bytes(buffer)
    })
}
