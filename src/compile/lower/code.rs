//! A run of instructions under construction: registers, masks, and which loaded values are still good.
//!
//! A register holds a value only for the lanes of the mask it was loaded under. A [`Mask`] therefore knows
//! of which other masks it is a part; a loaded value may be used again under any part of its own mask.
//! Beyond its statement it may be used only if it was loaded for all lanes before anything could fail.

use super::pools::Full;
use ottl_vm::instruction::{Instruction, Op};

/// A mask: its register, and the set of lanes that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mask {
    pub(super) register: u8,
    lanes: usize,
}

/// A value operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operand {
    /// The register or constant.
    pub(super) code: u16,
    /// Whether it is a register that is free once the operand is used.
    is_temporary: bool,
}

/// What a register holds a copy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The value of a path.
    Path(u16),
    /// A result of a hoisted section.
    Hoisted(u16),
}

#[derive(Debug)]
struct Loaded {
    source: Source,
    register: u16,
    lanes: usize,
    outlives_statement: bool,
    /// Whether the register must keep its value to the end.
    is_kept: bool,
}

/// A run of instructions under construction.
#[derive(Default)]
pub(super) struct Code {
    pub(super) instructions: Vec<Instruction>,
    /// The mask under which expressions are evaluated that belong to no statement.
    pub(super) open: Option<Mask>,
    /// How many value registers are needed.
    pub(super) registers: u16,
    /// How many mask registers are needed.
    pub(super) masks: u8,
    free_registers: Vec<u16>,
    free_masks: Vec<u8>,
    /// By set of lanes: the smallest known set that it is a part of.
    parents: Vec<Option<usize>>,
    /// The lanes of the last `begin`.
    begun: Option<usize>,
    /// Whether nothing since `begin` can have failed.
    is_unfailed: bool,
    loaded: Vec<Loaded>,
}

impl Operand {
    pub(super) fn constant(code: u16) -> Operand {
        Operand {
            code,
            is_temporary: false,
        }
    }
}

impl Code {
    pub(super) fn push(&mut self, op: Op, mask: u8, dst: u16, a: u16, b: u16) {
        self.instructions.push(Instruction {
            op,
            mask,
            dst,
            a,
            b,
        });
    }

    /// Begins a statement, or with `Op::BeginCondition` a condition, which only the first of a list has all
    /// lanes for.
    pub(super) fn begin(
        &mut self,
        op: Op,
        statement: u16,
        has_all_lanes: bool,
    ) -> Result<Mask, Full> {
        self.end_statement();
        let register = self.mask_register()?;
        let lanes = self.new_lanes(self.begun);
        if has_all_lanes {
            self.begun = Some(lanes);
        }
        self.is_unfailed = has_all_lanes;
        self.push(op, register, 0, statement, 0);
        Ok(Mask { register, lanes })
    }

    /// Forgets values that are good within a statement only.
    fn end_statement(&mut self) {
        let registers = &mut self.free_registers;
        self.loaded.retain(|loaded| {
            if !loaded.outlives_statement && !loaded.is_kept {
                registers.push(loaded.register);
            }
            loaded.outlives_statement
        });
    }

    /// Says that what comes may fail on some lanes.
    pub(super) fn may_fail(&mut self) {
        self.is_unfailed = false;
    }

    fn new_lanes(&mut self, parent: Option<usize>) -> usize {
        self.parents.push(parent);
        self.parents.len() - 1
    }

    /// A mask register that is free.
    pub(super) fn mask_register(&mut self) -> Result<u8, Full> {
        if let Some(register) = self.free_masks.pop() {
            return Ok(register);
        }
        let register = self.masks;
        self.masks = register.checked_add(1).ok_or(Full)?;
        Ok(register)
    }

    pub(super) fn free_mask(&mut self, register: u8) {
        self.free_masks.push(register);
    }

    /// The mask that an instruction under `mask` writes to `register`: a part of it.
    pub(super) fn part_of(&mut self, mask: Mask, register: u8) -> Mask {
        let lanes = self.new_lanes(Some(mask.lanes));
        Mask { register, lanes }
    }

    fn is_part(&self, lanes: usize, of: usize) -> bool {
        let mut next = Some(lanes);
        while let Some(lanes) = next {
            // A set is younger than those it is a part of.
            if lanes <= of {
                return lanes == of;
            }
            next = self.parents[lanes];
        }
        false
    }

    /// A value register that is free.
    pub(super) fn register(&mut self) -> Result<u16, Full> {
        if let Some(register) = self.free_registers.pop() {
            return Ok(register);
        }
        let register = self.registers;
        if register & ottl_vm::instruction::CONSTANT != 0 {
            return Err(Full);
        }
        self.registers += 1;
        Ok(register)
    }

    /// The operand that names a register which was just written and is used once.
    pub(super) fn temporary(&self, register: u16) -> Operand {
        Operand {
            code: register,
            is_temporary: true,
        }
    }

    /// Frees an operand's register after its use.
    pub(super) fn release(&mut self, operand: Operand) {
        if operand.is_temporary {
            self.free_registers.push(operand.code);
        }
    }

    /// The operand's register, which will not be written again.
    pub(super) fn keep(&mut self, operand: Operand) -> u16 {
        for loaded in self
            .loaded
            .iter_mut()
            .filter(|loaded| loaded.register == operand.code)
        {
            loaded.is_kept = true;
        }
        operand.code
    }

    /// The register that holds this already for all lanes of the mask.
    pub(super) fn loaded(&self, source: Source, mask: Mask) -> Option<Operand> {
        let found = self
            .loaded
            .iter()
            .find(|loaded| loaded.source == source && self.is_part(mask.lanes, loaded.lanes))?;
        Some(Operand {
            code: found.register,
            is_temporary: false,
        })
    }

    /// Remembers that a register holds this for the lanes of the mask; beyond its statement only if it
    /// `is_used_later`.
    pub(super) fn remember(
        &mut self,
        source: Source,
        mask: Mask,
        register: u16,
        is_used_later: bool,
    ) -> Operand {
        let outlives_statement =
            is_used_later && self.is_unfailed && Some(mask.lanes) == self.begun;
        self.loaded.push(Loaded {
            source,
            register,
            lanes: mask.lanes,
            outlives_statement,
            is_kept: false,
        });
        Operand {
            code: register,
            is_temporary: false,
        }
    }

    /// Forgets what registers hold, except what `is_kept` says.
    pub(super) fn forget(&mut self, is_kept: impl Fn(Source) -> bool) {
        let registers = &mut self.free_registers;
        self.loaded.retain(|loaded| {
            let kept = is_kept(loaded.source);
            if !kept && !loaded.is_kept {
                registers.push(loaded.register);
            }
            kept
        });
    }

    /// A jump whose target is not known yet: `land` sets it.
    pub(super) fn skip_if_none(&mut self, mask: Mask) -> usize {
        self.push(Op::SkipIfNone, mask.register, 0, 0, 0);
        self.instructions.len() - 1
    }

    /// Lets a jump land at the next instruction.
    pub(super) fn land(&mut self, jump: usize) -> Result<(), Full> {
        self.instructions[jump].a = u16::try_from(self.instructions.len()).map_err(|_| Full)?;
        Ok(())
    }
}
