//! The shape of values that stand for parts of a record.

use ottl_vm::value::Pdata;
use ottl_vm::wire::cursor::Cursor;

/// Whether this is a list of messages, such as the events of a span.
pub(crate) fn is_slice(part: &Pdata<'_>) -> bool {
    part.type_name.ends_with("Slice")
}

/// How many messages a list of them has.
pub(crate) fn slice_len(part: &Pdata<'_>) -> usize {
    // Each message is a field of its own.
    let mut cursor = Cursor::new(part.wire);
    let mut count = 0;
    while let Ok(Some(_)) = cursor.next_field() {
        count += 1;
    }
    count
}
