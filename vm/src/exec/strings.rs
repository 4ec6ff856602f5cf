//! Calls of functions that take the strings of several lanes at once.

use super::machine::Machine;
use super::mask::{BLOCK, Mask};
use crate::function::RunStrings;
use crate::instruction::Instruction;
use crate::program::{Argument, CallSite, ShortcutCall};
use crate::value::Value;
use smallvec::{SmallVec, smallvec};

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Runs a call for those of the instruction's lanes whose argument is a string, if its function takes several at
    /// once. What is left is to be run lane by lane: there, whatever is no string fails.
    #[inline]
    pub(super) fn call_with_strings(&mut self, i: &Instruction, site: &'p CallSite) -> Mask {
        let lanes = self.mask(i.mask);
        match (&site.shortcut, site.arguments.first()) {
            (Some(ShortcutCall::TakesStrings(run)), Some(Argument::Value(operand)))
                if !self.is_memory_spent() =>
            {
                lanes.without(self.run_strings(i, *run, *operand, lanes))
            }
            _ => lanes,
        }
    }

    /// Runs a body on those of the lanes whose operand is a string: which these were.
    #[inline(never)]
    fn run_strings(&mut self, i: &Instruction, run: RunStrings, operand: u16, lanes: Mask) -> Mask {
        let column = self.column(operand);
        let mut strings: SmallVec<[&[u8]; BLOCK]> = SmallVec::new();
        let lanes = lanes.filter(|lane| match *self.value(column, lane) {
            Value::String(string) => {
                strings.push(string);
                true
            }
            _ => false,
        });
        let mut results: SmallVec<[Value<'a>; BLOCK]> = smallvec![Value::Nil; strings.len()];
        run(&strings, &mut results, self.arena);
        let mut results = results.iter();
        lanes.each(|lane| {
            let result = results.next().copied();
            self.set_register(i.dst, lane, result.unwrap_or_default());
        });
        lanes
    }
}
