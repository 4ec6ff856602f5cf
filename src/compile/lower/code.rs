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
    frees: Frees,
}

/// What is free once an operand is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frees {
    Nothing,
    /// The register.
    Register,
    /// It is no value but a mask register, which a call needs for a lambda.
    Mask,
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
    /// The registers that lambdas under construction have used, nested ones' included.
    lambda_registers: Vec<u16>,
    /// The same of mask registers.
    lambda_masks: Vec<u8>,
    /// How many lambdas are under construction, one within the other.
    lambdas: usize,
}

/// What a lambda's body interrupts.
pub(super) struct Interrupted {
    instructions: Vec<Instruction>,
    loaded: usize,
    registers: usize,
    masks: usize,
}

/// A lambda's code.
pub(super) struct Body {
    pub(super) instructions: Vec<Instruction>,
    /// The registers and masks that it uses. They are its own until the call that evaluates it is made.
    pub(super) used: Vec<Operand>,
}

impl Operand {
    pub(super) fn constant(code: u16) -> Operand {
        Operand {
            code,
            frees: Frees::Nothing,
        }
    }

    /// A register that stays as it is when the operand is used.
    pub(super) fn fixed(register: u16) -> Operand {
        Operand::constant(register)
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
        let register = match self.free_masks.pop() {
            Some(register) => register,
            None => {
                let register = self.masks;
                self.masks = register.checked_add(1).ok_or(Full)?;
                register
            }
        };
        if self.lambdas > 0 {
            self.lambda_masks.push(register);
        }
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
        let register = match self.free_registers.pop() {
            Some(register) => register,
            None => {
                let register = self.registers;
                if register & ottl_vm::instruction::CONSTANT != 0 {
                    return Err(Full);
                }
                self.registers += 1;
                register
            }
        };
        if self.lambdas > 0 {
            self.lambda_registers.push(register);
        }
        Ok(register)
    }

    /// Begins a lambda's body: what is pushed from here on is its code.
    pub(super) fn begin_lambda(&mut self) -> Interrupted {
        self.lambdas += 1;
        Interrupted {
            instructions: std::mem::take(&mut self.instructions),
            loaded: self.loaded.len(),
            registers: self.lambda_registers.len(),
            masks: self.lambda_masks.len(),
        }
    }

    /// Ends a lambda's body. What it has loaded is good only in it.
    pub(super) fn end_lambda(&mut self, interrupted: Interrupted) -> Body {
        self.lambdas -= 1;
        self.loaded.truncate(interrupted.loaded);
        let mut registers = self.lambda_registers[interrupted.registers..].to_vec();
        let mut masks = self.lambda_masks[interrupted.masks..].to_vec();
        registers.sort_unstable();
        registers.dedup();
        masks.sort_unstable();
        masks.dedup();
        self.free_registers
            .retain(|register| !registers.contains(register));
        self.free_masks.retain(|mask| !masks.contains(mask));
        if self.lambdas == 0 {
            self.lambda_registers.clear();
            self.lambda_masks.clear();
        }
        let operand = |code, frees| Operand { code, frees };
        let registers = registers
            .into_iter()
            .map(|register| operand(register, Frees::Register));
        let masks = masks
            .into_iter()
            .map(|mask| operand(mask.into(), Frees::Mask));
        Body {
            instructions: std::mem::replace(&mut self.instructions, interrupted.instructions),
            used: registers.chain(masks).collect(),
        }
    }

    /// The operand that names a register which was just written and is used once.
    pub(super) fn temporary(&self, register: u16) -> Operand {
        Operand {
            code: register,
            frees: Frees::Register,
        }
    }

    /// Frees an operand's register after its use.
    pub(super) fn release(&mut self, operand: Operand) {
        match operand.frees {
            Frees::Nothing => {}
            Frees::Register => self.free_registers.push(operand.code),
            Frees::Mask => self.free_masks.push(operand.code as u8),
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
        Some(Operand::fixed(found.register))
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
        Operand::fixed(register)
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
