//! Results of costly calls, remembered by the string that they were made of.
//!
//! The strings of telemetry come again and again: a call that is declared costly, and of whose arguments one
//! alone is not known when the program is compiled, looks first whether it met that string before. A
//! worker's memory is a table with one place for each hash, so that it stays small and is never swept. Where
//! strings do not come again it rests, and looks again later.

use super::machine::Machine;
use crate::function::Run;
use crate::limits::{REMEMBERED_COUNT_MAX, REMEMBERED_KEY_BYTES_MAX, REMEMBERED_RESULT_BYTES_MAX};
use crate::program::CallSite;
use crate::value::Value;
use crate::wire::any;
use bumpalo::Bump;

/// What a string found again adds to the balance, of which each that is new takes 1: looking for a string
/// and keeping a result costs a tenth of what the calls cost that are declared costly.
const GAIN: u32 = 8;

/// The balance that a memory begins with.
const TRIAL: u32 = 256;

/// The highest balance: so much has to be new, on end, before the memory rests.
const BALANCE_MAX: u32 = 4096;

/// How many calls a memory rests for.
const REST: u32 = 4096;

/// What a worker remembers of one call.
#[derive(Default)]
pub(crate) struct Memory {
    places: Vec<Option<Known>>,
    balance: u32,
    /// How many calls are yet to come before the memory is used again.
    rest: u32,
}

struct Known {
    key: Box<[u8]>,
    /// As an `AnyValue`'s payload.
    result: Box<[u8]>,
    /// Whether it is a [`Value::RawMap`].
    is_raw: bool,
}

impl Known {
    fn value<'a>(&self, arena: &'a Bump) -> Value<'a> {
        match any::decode(arena.alloc_slice_copy(&self.result)) {
            Value::WireMap(map) if self.is_raw => Value::RawMap(map),
            value => value,
        }
    }
}

impl Memory {
    /// Whether to look for a string at all.
    fn is_awake(&mut self) -> bool {
        if self.places.is_empty() {
            self.places.resize_with(REMEMBERED_COUNT_MAX, || None);
            self.balance = TRIAL;
        }
        if self.rest == 0 {
            return true;
        }
        self.rest -= 1;
        false
    }

    fn find(&mut self, key: &[u8]) -> Option<&Known> {
        let place = self.places.get(place_of(key))?.as_ref();
        match place.filter(|known| *known.key == *key) {
            Some(known) => {
                self.balance = (self.balance + GAIN).min(BALANCE_MAX);
                Some(known)
            }
            None => {
                self.balance -= 1;
                if self.balance == 0 {
                    self.rest = REST;
                    self.balance = TRIAL;
                }
                None
            }
        }
    }

    /// Remembers a result, if it is one that reads back as it is.
    fn keep(&mut self, key: &[u8], result: &Value<'_>) {
        let reads_back = matches!(
            result,
            Value::String(_) | Value::Map(_) | Value::WireMap(_) | Value::RawMap(_)
        );
        if !reads_back || any::encoded_len(result) > REMEMBERED_RESULT_BYTES_MAX {
            return;
        }
        if let Some(place) = self.places.get_mut(place_of(key)) {
            *place = Some(Known {
                key: key.into(),
                result: any::encoded(result),
                is_raw: matches!(result, Value::RawMap(_)),
            });
        }
    }
}

/// A string's place: by a hash that takes eight bytes at a time. Strings made to meet gain nothing by it.
fn place_of(key: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = key.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word).wrapping_mul(FACTOR);
    let hash = words
        .iter()
        .chain([&last])
        .map(|word| u64::from_le_bytes(*word))
        .fold(key.len() as u64, mix);
    (hash >> 32) as usize % REMEMBERED_COUNT_MAX
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Runs a call whose results are remembered by the value of an operand.
    #[inline(never)]
    pub(super) fn recall(
        &mut self,
        site: &'p CallSite,
        run: Run,
        operand: u16,
        lane: usize,
    ) -> super::call::Result<'a, Value<'a>> {
        let key = match self.operand(operand, lane) {
            Value::String(key) if key.len() <= REMEMBERED_KEY_BYTES_MAX => key,
            _ => return self.run_call(site, run, lane),
        };
        // The call's own memory is at `scratch`.
        let index = site.scratch + 1;
        let mut memory: Box<Memory> = self.take_kept(index);
        let result = match memory.is_awake() {
            false => self.run_call(site, run, lane),
            true => match memory.find(key) {
                Some(known) => Ok(known.value(self.arena)),
                None => {
                    let result = self.run_call(site, run, lane);
                    if let Ok(result) = &result {
                        memory.keep(key, result);
                    }
                    result
                }
            },
        };
        self.keep(index, memory);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_it_kept() {
        let mut memory = Memory::default();
        assert!(memory.is_awake());
        assert!(memory.find(b"key").is_none());
        memory.keep(b"key", &Value::String(b"result"));
        let arena = Bump::new();
        let found = memory.find(b"key").map(|known| known.value(&arena));
        assert!(matches!(found, Some(Value::String(b"result"))));
        memory.keep(b"raw", &Value::RawMap(b""));
        let found = memory.find(b"raw").map(|known| known.value(&arena));
        assert!(matches!(found, Some(Value::RawMap(b""))));
        assert!(memory.find(b"other").is_none());
    }

    #[test]
    fn keeps_only_what_reads_back_and_is_small() {
        let mut memory = Memory::default();
        assert!(memory.is_awake());
        let long = vec![b'x'; REMEMBERED_RESULT_BYTES_MAX + 1];
        for value in [Value::Duration(1), Value::Nil, Value::String(&long)] {
            memory.keep(b"key", &value);
            assert!(memory.find(b"key").is_none());
        }
    }

    #[test]
    fn rests_where_nothing_comes_again() {
        let mut memory = Memory::default();
        let looked = (0..10_000u32)
            .filter(|n| {
                let key = n.to_le_bytes();
                let is_awake = memory.is_awake();
                if is_awake && memory.find(&key).is_none() {
                    memory.keep(&key, &Value::String(b""));
                }
                is_awake
            })
            .count();
        assert!(looked < 1000, "{looked}");
        let again = (0..10_000).filter(|_| memory.is_awake() && memory.find(b"same").is_some());
        assert_eq!(again.count(), 0);
        memory.keep(b"same", &Value::String(b""));
        assert!((0..10_000).any(|_| memory.is_awake() && memory.find(b"same").is_some()));
    }
}
