//! Lists on the wire, edited as they stand: their items stay the bytes that they are.

use super::any::{ListIter, Sink, capacity, encode_item};
use crate::value::Value;
use bumpalo::Bump;
use std::ops::Range;

/// The tag and the length of an item take no more: bytes.
const AROUND_ITEM: usize = 1 + 5;

/// The list on the wire without the items of a range; it has so many.
pub fn without<'a>(wire: &'a [u8], range: Range<usize>, arena: &'a Bump) -> &'a [u8] {
    let mut items = ListIter::new(wire);
    let mut at = |count: usize| {
        for _ in 0..count {
            items.next_message();
        }
        items.0.position()
    };
    let (start, end) = (at(range.start), at(range.len()));
    let (before, after) = (&wire[..start], &wire[end..]);
    let mut out = bumpalo::collections::Vec::with_capacity_in(wire.len() + start - end, arena);
    out.slice(before);
    out.slice(after);
    out.into_bump_slice()
}

/// The list on the wire with more items behind its own.
pub fn with<'a>(wire: &[u8], items: &[Value<'_>], arena: &'a Bump) -> &'a [u8] {
    let room = items.iter().map(capacity).sum::<usize>() + items.len() * AROUND_ITEM;
    let mut out = bumpalo::collections::Vec::with_capacity_in(wire.len() + room, arena);
    out.slice(wire);
    items.iter().for_each(|item| encode_item(item, &mut out));
    out.into_bump_slice()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::any::{decode, encoded};

    #[test]
    fn lists_on_the_wire_are_edited_as_lists_of_values() {
        let arena = Bump::new();
        let long = vec![b'x'; 200];
        let nested = [Value::Int(1), Value::String(&long)];
        let items = [
            Value::String(b"a"),
            Value::Nil,
            Value::String(&long),
            Value::List(&nested),
            Value::Double(1.5),
        ];
        let wire_of = |items: &[Value<'_>]| match decode(arena.alloc(encoded(&Value::List(items))))
        {
            Value::WireList(wire) => wire,
            other => panic!("{other:?}"),
        };
        let list = ListIter::new(wire_of(&items));
        assert_eq!(list.clone().count(), items.len());
        for (index, item) in items.iter().enumerate() {
            let found = list.clone().nth(index).expect("an item");
            assert_eq!(encoded(&found), encoded(item));
            let (before, after) = items.split_at(index);
            assert_eq!(with(wire_of(before), after, &arena), wire_of(&items));
            for end in index..=items.len() {
                let kept = [before, &items[end..]].concat();
                let cut = without(wire_of(&items), index..end, &arena);
                assert_eq!(cut, wire_of(&kept), "{index} {end}");
            }
        }
        assert!(list.clone().nth(items.len()).is_none());
    }
}
