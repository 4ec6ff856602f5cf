//! OTTL editors and converters: one file a function.
//!
//! A function's file is its whole story: its declaration with docs and examples, its body, its odd
//! cases. Its line in the list of its folder ([`FUNCTIONS`] is both lists) registers it.
//!
//! Bodies run on every record: where an argument is a literal all that can be done ahead is done when
//! the program is compiled, results go to the request's arena, and an editor that changes nothing
//! stores nothing.

#![deny(unsafe_code)]

mod converters;
mod editors;
pub mod regex;

mod aggregate;
mod base64;
mod case;
mod cidr;
mod csv;
mod encodings;
mod glob;
mod grok;
mod hash;
mod ids;
mod keys;
mod lambdas;
mod limits;
mod maps;
mod markup;
mod math;
mod message;
mod metric;
mod murmur3;
mod pairs;
mod parts;
mod pattern;
mod prelude;
mod raw;
mod replace;
mod series;
mod shape;
mod sorting;
mod sprintf;
mod strings;
mod surroundings;
mod tables;
mod uri;
mod user_agents;
mod utf8;
mod wildcard;
mod xml;
mod xpath;

use ottl_vm::function::Function;

pub use surroundings::{Facts, Find, Surroundings};
pub use tables::{Table, TableError, Tables};

/// All functions of the library: the editors, then the converters, by name.
///
/// ```
/// let names = ottl_stdlib::FUNCTIONS.iter().map(|function| function.name);
/// assert!(names.clone().any(|name| name == "set") && names.clone().any(|name| name == "IsMatch"));
/// ```
pub static FUNCTIONS: &[&Function] = &joined();

const COUNT: usize = editors::FUNCTIONS.len() + converters::FUNCTIONS.len();

const fn joined() -> [&'static Function; COUNT] {
    let mut all = [editors::FUNCTIONS[0]; COUNT];
    let mut i = 0;
    while i < COUNT {
        all[i] = match i.checked_sub(editors::FUNCTIONS.len()) {
            Some(converter) => converters::FUNCTIONS[converter],
            None => editors::FUNCTIONS[i],
        };
        i += 1;
    }
    all
}
