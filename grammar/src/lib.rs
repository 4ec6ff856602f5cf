//! OTTL text to a spanned syntax tree.

#![forbid(unsafe_code)]

pub mod ast;
pub mod limits;
