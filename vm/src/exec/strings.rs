//! Calls of functions that take the strings of several lanes at once.

use super::machine::Machine;
use super::mask::{BLOCK, Mask};
use crate::function::RunStrings;
use crate::value::Value;
use smallvec::{SmallVec, smallvec};

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Runs a body on those of the lanes whose operand is a string. What is left is to be run lane by lane: there, whatever is
    /// no string fails.
    #[inline(never)]
    pub(super) fn run_strings(
        &mut self,
        dst: u16,
        run: RunStrings,
        operand: u16,
        lanes: Mask,
    ) -> Mask {
        let column = self.column(operand);
        let mut strings: SmallVec<[&[u8]; BLOCK]> = SmallVec::new();
        let taken = lanes.filter(|lane| match *self.value(column, lane) {
            Value::String(string) => {
                strings.push(string);
                true
            }
            _ => false,
        });
        let mut results: SmallVec<[Value<'a>; BLOCK]> = smallvec![Value::Nil; strings.len()];
        run(&strings, &mut results, self.arena);
        let mut results = results.iter();
        taken.each(|lane| {
            let result = results.next().copied();
            self.set_register(dst, lane, result.unwrap_or_default());
        });
        lanes.without(taken)
    }
}
