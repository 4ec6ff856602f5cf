//! Passing over resources: where a program does nothing to a resource's records, as its [guards](crate::program::Pass::guards)
//! say, these become no nodes, and are neither located nor run over.
//!
//! To know that before they are read, the request's resources are read first, by themselves.

use super::eager::Walked;
use super::machine::Machine;
use super::parts::resource_ends;
use super::walk::{Found, Walk};
use crate::limits::GUARDED_RESOURCE_BYTES_MIN;
use crate::path::Level;
use crate::program::{Pass, Program};
use crate::value::Value;
use crate::wire::index::{Levels, Validation, index};
use crate::wire::passed_over::PassedOver;
use crate::wire::validate::Canonical;

impl Program {
    /// Whether it can be told by a resource that nothing is done to its records. A filter looks at each to see what is empty.
    pub(super) fn is_guarded(&self) -> bool {
        let mut passes = self.passes.iter();
        !self.is_filter() && !self.passes.is_empty() && passes.all(|pass| !pass.guards.is_empty())
    }
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Finds the resources of the request, which is not read so far, that are to be passed over. There are none where all
    /// records are checked: that takes as long as to locate and run over them.
    pub(super) fn find_passed_over(&mut self, program: &'p Program, validation: Validation) {
        let plan = program.plan();
        let is_worth_it = || {
            let first_end = resource_ends(self.tree.input).next().flatten();
            first_end.is_some_and(|end| end >= GUARDED_RESOURCE_BYTES_MIN)
        };
        let mut verdicts = self.passed_over.clear();
        if validation == Validation::Touched && plan.is_guarded && is_worth_it() {
            if self.read_resources(program).is_some() {
                self.judge_all(program, &mut verdicts);
            }
            self.tree.clear();
        }
        self.passed_over.set(verdicts);
    }

    /// Makes nodes of the resources alone, and locates them. `None` if anything is wrong with them, or not canonical: that is
    /// for those to say who read the whole request.
    fn read_resources(&mut self, program: &Program) -> Option<()> {
        let mut levels = Levels::default();
        levels.insert(Level::ResourceContainer);
        levels.insert(Level::Resource);
        let found = Found::new(&self.locators[0], &mut self.slots, &mut self.rows);
        let mut walked = Walked::<false> {
            locators: self.locators,
            levels: program.plan().located,
            walk: Walk::new(self.tree.input, found, Some(&mut self.doubts)),
        };
        let (tree, nobody) = (&mut self.tree, &mut PassedOver::default());
        let around = index(tree, program.signal, levels, nobody, &mut walked);
        let read = walked.walk.read(around).ok()?;
        self.doubts_rows = read.doubts_rows;
        let checked = self.check_touched(program, read.has_unnamed);
        (read.canonical == Canonical::Yes && checked == Ok(Canonical::Yes)).then_some(())
    }

    /// Finds out of each of the resources whether it is passed over.
    fn judge_all(&mut self, program: &'p Program, verdicts: &mut Vec<bool>) {
        for (number, id) in self.tree.containers.iter().enumerate() {
            self.tree.nodes[*id as usize].scratch = number as u32;
        }
        verdicts.resize(self.tree.containers.len(), true);
        for pass in &program.passes {
            self.judge(pass, verdicts);
        }
        // A resource may turn out to be malformed, or not canonical, when it is looked at.
        let is_irregular = std::mem::take(&mut self.tree.is_irregular);
        if self.wire_error.take().is_some() || is_irregular {
            verdicts.clear();
        }
    }

    /// Takes those out that a pass does something to.
    fn judge(&mut self, pass: &'p Pass, verdicts: &mut [bool]) {
        self.enter(pass);
        for section in &pass.hoisted {
            if section.level == Level::ResourceContainer {
                self.run_section(section);
            }
        }
        for (number, verdict) in verdicts.iter_mut().enumerate() {
            *verdict &= pass.guards.iter().all(|guard| {
                let (_, first) = self.hoisted_at[usize::from(*guard)];
                matches!(self.hoisted[first + number], Value::Bool(false))
            });
        }
    }
}
