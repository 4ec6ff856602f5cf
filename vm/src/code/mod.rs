//! What reads a program without running it: the disassembler and the verifier, both derived from the
//! instruction table's operand kinds.

mod disasm;
mod verify;

pub use disasm::disasm;
pub use verify::{VerifyError, verify};
