//! `flatten`: brings the values of nested maps and lists to the top of a map.

use crate::prelude::*;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::compare::same_text;
use ottl_vm::exec::{MapEdit, MapItem};
use ottl_vm::text::float;
use ottl_vm::value::Items;
use std::collections::HashMap;

function! {
    /// Replaces nested maps and lists in the map `target` by their entries and items, under keys that join
    /// the keys and positions on the way with dots. Empty maps and lists vanish.
    ///
    /// `prefix` is put before all keys, with a dot. `depth` is how many levels are brought up; what lies
    /// deeper stays nested. Where keys become equal the last value counts; with `resolve_conflicts` all
    /// stay, the later ones under the key with `.0`, `.1` and so on. A `depth` below 1 is refused when the
    /// program is compiled.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": {"b": 1, "c": [2, {"d": 3}]}})
    /// flatten(log.cache["m"])
    /// log.cache["m"]  # {"a.b": 1, "a.c.0": 2, "a.c.1.d": 3}
    /// set(log.cache["m"], {"a": {"b": {"c": 1}}})
    /// flatten(log.cache["m"], "x", 1)
    /// log.cache["m"]  # {"x.a.b": {"c": 1}}
    /// ```
    pub(crate) static FUNCTION = editor flatten(
        target: PMapGetSetter,
        prefix[optional]: String,
        depth[optional]: Int,
        resolve_conflicts[optional]: Bool,
    ) volatile, prepare prepare, run flatten;
}

struct Options {
    prefix: std::vec::Vec<u8>,
    depth_max: i64,
    resolves_conflicts: bool,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let depth_max = literals.int(2).unwrap_or(i64::MAX);
    if depth_max < 1 {
        return Err(format!(
            "invalid depth '{depth_max}' for flatten function, must be greater than 0"
        ));
    }
    let mut prefix = literals.string(1).unwrap_or_default().to_vec();
    if !prefix.is_empty() {
        prefix.push(b'.');
    }
    Ok(Box::new(Options {
        prefix,
        depth_max,
        resolves_conflicts: literals.bool(3).unwrap_or(false),
    }))
}

fn flatten<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let options: &Options = call.prepared();
    let mut result = call.map_edit(0)?;
    let arena = call.arena();
    let items = result.take_items();
    let mut result = call.with_scratch(|_, key: &mut std::vec::Vec<u8>| {
        key.clear();
        key.extend_from_slice(&options.prefix);
        let mut flattening = Flattening {
            arena,
            options,
            result,
            conflicts: Conflicts::new(arena),
            key,
        };
        for item in items {
            flattening.item(item);
        }
        flattening.result
    });
    result.merge_equal_keys();
    call.store_map(0, result)?;
    Ok(Value::Nil)
}

/// How many conflicts keys had.
struct Conflicts<'a> {
    keys: Vec<'a, (&'a [u8], i64)>,
    /// Where each key is, once there are many.
    places: HashMap<&'a [u8], usize>,
}

/// Up to so many keys are looked through one by one.
const FEW: usize = 32;

impl<'a> Conflicts<'a> {
    fn new(arena: &'a Bump) -> Conflicts<'a> {
        Conflicts {
            keys: Vec::new_in(arena),
            places: HashMap::new(),
        }
    }

    fn of(&mut self, key: &[u8]) -> Option<&mut i64> {
        let place = match self.keys.len() {
            ..=FEW => self
                .keys
                .iter()
                .position(|(known, _)| same_text(known, key)),
            _ => self.places.get(key).copied(),
        };
        Some(&mut self.keys[place?].1)
    }

    /// A key that had none, nor was met.
    fn add(&mut self, key: &'a [u8]) {
        self.keys.push((key, 0));
        let unplaced = match self.keys.len() {
            ..=FEW => return,
            count if self.places.is_empty() => 0..count,
            count => count - 1..count,
        };
        let keys = &self.keys;
        self.places
            .extend(unplaced.map(|place| (keys[place].0, place)));
    }
}

struct Flattening<'p, 'a> {
    arena: &'a Bump,
    options: &'p Options,
    result: MapEdit<'a>,
    /// How many conflicts each key had; only where they are resolved.
    conflicts: Conflicts<'a>,
    /// The key up to where the walk is.
    key: &'p mut std::vec::Vec<u8>,
}

/// Values nest only as deep as the engine reads them.
impl<'a> Flattening<'_, 'a> {
    /// An entry of the target. It stays as it is if it is no map or list, and its key changes in no way.
    fn item(&mut self, item: MapItem<'a>) {
        let value = item.value();
        let is_leaf = value.entries().is_none() && value.items().is_none();
        if is_leaf && self.key.is_empty() && self.is_first(item.key()) {
            return self.result.push_item(item);
        }
        let length = self.key.len();
        self.key.extend_from_slice(item.key());
        self.value(value, 0);
        self.key.truncate(length);
    }

    /// Whether conflicts of a key are not to be resolved, or it has none so far, which is noted.
    fn is_first(&mut self, key: &'a [u8]) -> bool {
        if !self.options.resolves_conflicts {
            return true;
        }
        let is_first = self.conflicts.of(key).is_none();
        if is_first {
            self.conflicts.add(key);
        }
        is_first
    }

    /// The entries of a map, their keys added to the key, which is empty or ends in a dot.
    fn map(&mut self, map: Value<'a>, depth: i64) {
        let length = self.key.len();
        for entry in map.entries().into_iter().flatten() {
            self.key.extend_from_slice(entry.key);
            self.value(entry.value, depth);
            self.key.truncate(length);
        }
    }

    /// The value under the key.
    fn value(&mut self, value: Value<'a>, depth: i64) {
        if depth >= self.options.depth_max {
            return self.put(value);
        }
        if value.entries().is_some() {
            if !self.key.is_empty() {
                self.key.push(b'.');
            }
            return self.map(value, depth + 1);
        }
        match value.items() {
            Some(items) => self.list(items, depth),
            None => self.put(value),
        }
    }

    /// The items of a list under the key. Lists in lists count as two levels more than what they are in,
    /// and their own lists again, as in the reference. Items that conflict are told apart by number alone,
    /// without their position.
    fn list(&mut self, items: Items<'a>, depth: i64) {
        let length = self.key.len();
        for (position, item) in items.enumerate() {
            let goes_on = depth + 1 < self.options.depth_max;
            let (is_map, inner) = (item.entries().is_some(), item.items());
            let is_leaf = !goes_on || (!is_map && inner.is_none());
            if !(is_leaf && self.options.resolves_conflicts) {
                self.key.push(b'.');
                float::append_int(self.key, position as i64);
            }
            match inner {
                _ if is_leaf => self.put(item),
                Some(inner) => self.inner_list(inner, depth + 2),
                None => {
                    self.key.push(b'.');
                    self.map(item, depth + 2);
                }
            }
            self.key.truncate(length);
        }
    }

    /// The items of a list in a list. Their positions follow the key without a dot.
    fn inner_list(&mut self, items: Items<'a>, depth: i64) {
        let length = self.key.len();
        for (position, item) in items.enumerate() {
            float::append_int(self.key, position as i64);
            self.value(item, depth + 1);
            self.key.truncate(length);
        }
    }

    fn put(&mut self, value: Value<'a>) {
        let mut key: &[u8] = self.arena.alloc_slice_copy(self.key);
        if self.options.resolves_conflicts
            && let Some(count) = self.conflicts.of(key)
        {
            self.key.push(b'.');
            float::append_int(self.key, *count);
            *count += 1;
            key = self.arena.alloc_slice_copy(self.key);
        }
        self.is_first(key);
        self.result.push(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_of_few_and_of_many_keys_are_counted() {
        let arena = Bump::new();
        let keys: std::vec::Vec<String> = (0..3 * FEW).map(|key| format!("k{key}")).collect();
        let mut conflicts = Conflicts::new(&arena);
        for (met, key) in keys.iter().enumerate() {
            assert_eq!(conflicts.of(key.as_bytes()), None);
            conflicts.add(key.as_bytes());
            for known in &keys[..=met] {
                let count = conflicts.of(known.as_bytes()).expect("a key that was met");
                *count += 1;
            }
        }
        for (met, key) in keys.iter().enumerate() {
            let expected = (keys.len() - met) as i64;
            assert_eq!(conflicts.of(key.as_bytes()).copied(), Some(expected));
        }
    }
}
