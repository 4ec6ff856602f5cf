//! OTTL text to a spanned syntax tree.
//!
//! ```
//! use ottl_grammar::{Dialect, parse_statement};
//!
//! let statement = parse_statement(r#"set(attributes["a"], 1) where body == "x""#, Dialect::Upstream)?;
//! assert_eq!(statement.editor.name.text, "set");
//!
//! let errors = parse_statement("set(a, ) where b == 1 && c == 2", Dialect::Upstream).unwrap_err();
//! assert_eq!(errors.as_slice().len(), 2);
//! # Ok::<(), ottl_grammar::Errors>(())
//! ```
//!
//! The stages, each a module: text →`token`→ lexemes →`role`→ tokens →`ottl.lalrpop`→ [`ast`]. In the dialect
//! [`Dialect::Upstream`] exactly those texts are accepted that the reference's parser accepts, within
//! [`limits`]. This crate knows no path, function, value or record: that a text parses does not mean that
//! its names exist.
//!
//! Parsing never panics, takes stack independent of the text, and time linear in it, times the errors found.

#![forbid(unsafe_code)]

#[cfg(any(test, feature = "arbitrary"))]
mod arbitrary;
pub mod ast;
mod build;
mod erase;
mod error;
mod frame;
mod hint;
pub mod limits;
mod literal;
mod parse;
mod print;
mod punctuation;
mod recover;
mod role;
mod then;
mod token;
mod token_role;

use ast::{Condition, Statement, Value};
use build::Parsed;
pub use error::{Code, Error, Errors, Fix};

/// Which language a text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// The reference's, no more and no less.
    Upstream,
    /// [`Upstream`](Dialect::Upstream), `condition > action` for `action where condition`, durations (`1h30m`), and
    /// lower-case names for converters, too.
    #[default]
    Extended,
}

/// What a text is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Statement,
    Condition,
    Value,
}

/// Parses an editor's call with or without a condition: `set(attributes["a"], 1) where body == "x"`.
///
/// # Errors
/// All that is wrong with the text.
pub fn parse_statement(text: &str, dialect: Dialect) -> Result<Statement, Errors> {
    match parse::parse(text, Start::Statement, dialect)? {
        Parsed::Statement(statement) => Ok(statement),
        Parsed::Condition(_) | Parsed::Value(_) => unreachable!("the start says what is parsed"),
    }
}

/// Parses a condition: `body == "x" and not IsMatch(name, "y")`.
///
/// # Errors
/// All that is wrong with the text.
pub fn parse_condition(text: &str, dialect: Dialect) -> Result<Condition, Errors> {
    match parse::parse(text, Start::Condition, dialect)? {
        Parsed::Condition(condition) => Ok(condition),
        Parsed::Statement(_) | Parsed::Value(_) => unreachable!("the start says what is parsed"),
    }
}

/// Parses a value: `Len(attributes["a"]) + 1`.
///
/// # Errors
/// All that is wrong with the text.
pub fn parse_value(text: &str, dialect: Dialect) -> Result<Value, Errors> {
    match parse::parse(text, Start::Value, dialect)? {
        Parsed::Value(value) => Ok(value),
        Parsed::Statement(_) | Parsed::Condition(_) => {
            unreachable!("the start says what is parsed")
        }
    }
}
