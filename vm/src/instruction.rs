//! THE instruction table: enum, names, operands, disassembly, verification and the reference page are
//! derived from it.
//!
//! An instruction is eight bytes and runs over a block of lanes, each lane one record, under the mask
//! register that its `mask` operand names; lanes outside the mask keep what they had. Value operands name
//! a register, or a constant (the high bit set). A register of a lane may hold an error instead of a
//! value; it is raised, and fails the lane's statement, by the instruction that uses it for an effect or a
//! decision. `dst` masks are always a subset of `mask`.

/// What an operand of an instruction names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// A mask register that is read.
    Mask,
    /// A mask register that is written.
    MaskOut,
    /// A value register or a constant that is read.
    Value,
    /// A value register that is written.
    ValueOut,
    /// An index into the program's paths.
    Path,
    /// An index into the program's calls.
    Call,
    /// An index into the program's operand lists.
    Operands,
    /// An index into the program's tests.
    Test,
    /// An index into the program's statements.
    Statement,
    /// An index into the results of the hoisted sections.
    Hoisted,
    /// An instruction's position, further on.
    Target,
    /// Not used; zero.
    None,
}

macro_rules! instructions {
    ($( $(#[doc = $docs:literal])+ $op:ident = $name:literal ($mask:ident, $dst:ident, $a:ident, $b:ident); )+) => {
        /// What an instruction does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Op { $( $(#[doc = $docs])+ $op, )+ }

        impl Op {
            /// Every instruction, in the table's order.
            pub const ALL: &'static [Op] = &[$(Op::$op),+];

            /// The name in a disassembly.
            pub fn name(self) -> &'static str {
                match self { $(Op::$op => $name),+ }
            }

            /// What it does, in Markdown.
            pub fn docs(self) -> &'static str {
                match self { $(Op::$op => concat!($($docs, "\n"),+)),+ }
            }

            /// What the operands `mask`, `dst`, `a` and `b` name.
            pub fn operands(self) -> [OperandKind; 4] {
                match self {
                    $(Op::$op => [OperandKind::$mask, OperandKind::$dst, OperandKind::$a, OperandKind::$b]),+
                }
            }
        }
    };
}

instructions! {
    /// Begins a statement: `mask` becomes all lanes that take part, and errors from here on are `a`'s.
    Begin = "begin" (MaskOut, None, Statement, None);
    /// Begins a condition of a list joined by or: as `begin`, less the lanes that matched already.
    BeginCondition = "begin_condition" (MaskOut, None, Statement, None);
    /// The lanes of `mask` have matched a condition of the list.
    Match = "match" (Mask, None, None, None);
    /// Only lanes that have matched take part in what follows.
    KeepMatched = "keep_matched" (None, None, None, None);
    /// Removes the records of the lanes that have matched.
    DropMatched = "drop_matched" (None, None, None, None);
    /// Goes on at `a` if no lane of `mask` is left.
    SkipIfNone = "skip_if_none" (Mask, None, Target, None);
    /// `dst` = the value of path `a`.
    Load = "load" (Mask, ValueOut, Path, None);
    /// Writes value `b` to path `a`; nil is left alone unless the program allows it.
    Store = "store" (Mask, None, Path, Value);
    /// Writes the value of path `b` to path `a` within it: the copy holds what `a` was emptied to before.
    CopyInto = "copy_into" (Mask, None, Path, Path);
    /// `dst` = value `a` indexed by the keys `b`, as converters are indexed.
    Index = "index" (Mask, ValueOut, Value, Operands);
    /// `dst` = `a` + `b`.
    Add = "add" (Mask, ValueOut, Value, Value);
    /// `dst` = `a` - `b`.
    Subtract = "subtract" (Mask, ValueOut, Value, Value);
    /// `dst` = `a` * `b`.
    Multiply = "multiply" (Mask, ValueOut, Value, Value);
    /// `dst` = `a` / `b`.
    Divide = "divide" (Mask, ValueOut, Value, Value);
    /// `dst` = -`a`.
    Negate = "negate" (Mask, ValueOut, Value, None);
    /// `dst` = the list of the values `a`.
    List = "list" (Mask, ValueOut, Operands, None);
    /// `dst` = the map whose keys and values are by turns the values `a`.
    Map = "map" (Mask, ValueOut, Operands, None);
    /// `dst` = what converter call `a` yields.
    Call = "call" (Mask, ValueOut, Call, None);
    /// Runs editor call `a`.
    Edit = "edit" (Mask, None, Call, None);
    /// `dst` = result `a` of a hoisted section.
    Broadcast = "broadcast" (Mask, ValueOut, Hoisted, None);
    /// `dst` = lanes where result `a` of a hoisted section is true; where it is anything else, it is not.
    TestHoisted = "test_hoisted" (Mask, MaskOut, Hoisted, None);
    /// `dst` = lanes where `a` == `b`.
    Equal = "equal" (Mask, MaskOut, Value, Value);
    /// `dst` = lanes where `a` != `b`.
    NotEqual = "not_equal" (Mask, MaskOut, Value, Value);
    /// `dst` = lanes where `a` < `b`.
    Less = "less" (Mask, MaskOut, Value, Value);
    /// `dst` = lanes where `a` <= `b`.
    LessEqual = "less_equal" (Mask, MaskOut, Value, Value);
    /// `dst` = lanes where `a` > `b`.
    Greater = "greater" (Mask, MaskOut, Value, Value);
    /// `dst` = lanes where `a` >= `b`.
    GreaterEqual = "greater_equal" (Mask, MaskOut, Value, Value);
    /// `dst` = lanes where `a` is true; anything but a bool is an error.
    Truth = "truth" (Mask, MaskOut, Value, None);
    /// `dst` = lanes for which test `a` holds: a path, or the time between two, compared with a constant.
    Test = "test" (Mask, MaskOut, Test, None);
    /// `dst` = lanes for which converter call `a`, which tells something of the text at a path, yields true.
    TestText = "test_text" (Mask, MaskOut, Call, None);
    /// `dst` = `mask` as it is.
    MaskCopy = "mask_copy" (Mask, MaskOut, None, None);
    /// `dst` = no lane.
    MaskNone = "mask_none" (Mask, MaskOut, None, None);
    /// `dst` = the lanes of `mask` that are not in mask `a`.
    MaskWithout = "mask_without" (Mask, MaskOut, Mask, None);
    /// `dst` = the lanes in mask `a` or in mask `b`.
    MaskOr = "mask_or" (Mask, MaskOut, Mask, Mask);
    /// `dst` = a bool: whether the lane is in mask `a`.
    MaskToBool = "mask_to_bool" (Mask, ValueOut, Mask, None);
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Instruction {
    /// What it does.
    pub op: Op,
    /// The mask register under which it runs.
    pub mask: u8,
    /// The register that it writes; a mask register for conditions.
    pub dst: u16,
    /// First operand.
    pub a: u16,
    /// Second operand.
    pub b: u16,
}

/// The bit of a value operand that says: a constant, not a register.
pub const CONSTANT: u16 = 0x8000;

const _: () = assert!(size_of::<Instruction>() == 8);
