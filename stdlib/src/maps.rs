//! Maps in the making, with the meaning of `pcommon.Map`: entries keep the order in which their keys
//! first came, and a key that comes again replaces its value.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::compare::same_text;
use ottl_vm::value::{Entry, Value};
use std::collections::HashMap;

/// How many entries are searched one by one; a larger map gets an index.
const SCAN_MAX: usize = 32;

/// A map in the making.
pub(crate) struct MapBuilder<'a> {
    entries: Vec<'a, Entry<'a>>,
    /// Where the keys are, once there are more than [`SCAN_MAX`].
    index: Option<HashMap<&'a [u8], usize>>,
}

impl<'a> MapBuilder<'a> {
    pub(crate) fn new_in(arena: &'a Bump) -> MapBuilder<'a> {
        MapBuilder::with_capacity_in(0, arena)
    }

    pub(crate) fn with_capacity_in(capacity: usize, arena: &'a Bump) -> MapBuilder<'a> {
        MapBuilder {
            entries: Vec::with_capacity_in(capacity, arena),
            index: None,
        }
    }

    /// Sets a key, in its place if it is there.
    pub(crate) fn put(&mut self, key: &'a [u8], value: Value<'a>) {
        let place = self.place(key);
        self.entries[place].value = value;
    }

    /// The place of a key, which is the last one, without a value, if it was not there.
    pub(crate) fn place(&mut self, key: &'a [u8]) -> usize {
        match self.position(key) {
            Some(position) => position,
            None => self.push(key),
        }
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.position(key).is_some()
    }

    /// The map as one of Go's own.
    pub(crate) fn into_raw(self, arena: &'a Bump) -> Value<'a> {
        Value::raw_map(&self.entries, arena)
    }

    pub(crate) fn into_value(self) -> Value<'a> {
        Value::Map(self.entries.into_bump_slice())
    }

    fn position(&self, key: &[u8]) -> Option<usize> {
        match &self.index {
            None => self
                .entries
                .iter()
                .position(|entry| same_text(entry.key, key)),
            Some(index) => index.get(key).copied(),
        }
    }

    fn push(&mut self, key: &'a [u8]) -> usize {
        let place = self.entries.len();
        let value = Value::Nil;
        self.entries.push(Entry { key, value });
        match &mut self.index {
            Some(index) => {
                index.insert(key, place);
            }
            None if place == SCAN_MAX => {
                let keys = self.entries.iter().map(|entry| entry.key);
                self.index = Some(keys.zip(0..).collect());
            }
            None => {}
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_in_place_at_any_size() {
        let arena = Bump::new();
        let keys: std::vec::Vec<String> = (0..100).map(|n| format!("key{n}")).collect();
        let mut map = MapBuilder::new_in(&arena);
        for (n, key) in keys.iter().enumerate() {
            map.put(key.as_bytes(), Value::Int(-1));
            map.put(keys[n / 2].as_bytes(), Value::Int(n as i64));
        }
        assert!(map.contains(b"key99") && !map.contains(b"key100"));
        let Value::Map(entries) = map.into_value() else {
            panic!("no map")
        };
        assert!(
            entries
                .iter()
                .map(|entry| entry.key)
                .eq(keys.iter().map(|key| key.as_bytes()))
        );
        assert!(matches!(entries[10].value, Value::Int(21)));
    }
}
