//! `Lookup`: what a table has for a key.

use crate::prelude::*;
use crate::tables::{Table, Tables};
use ottl_vm::text::nearest::nearest;
use std::sync::Arc;

function! {
    /// What the table named `table` has for the text form of `key`, which is that of [`String`](#string). A key that
    /// the table does not have gives nil, and so does nil.
    ///
    /// The reference's functions know nothing but the record. What is known elsewhere (who owns a host, what a code
    /// means) comes in by tables, which the host loads ahead, so that looking up neither waits nor fails: `ottlc`
    /// with `--table NAME=FILE`, other hosts with `Tables`. Tables are shared by all workers and do not change while
    /// a program runs.
    ///
    /// A file whose name ends in `.json` holds an object: its values by its names; numbers are doubles. Any other
    /// holds comma-separated values: the first row names the columns, the first column has the keys. With two columns
    /// the value is the string in the second; with more it is a map of the others by their names.
    ///
    /// A key of the value that is not there (`["text"]` of nil) is an error, as for every converter.
    ///
    /// A table that the host has not loaded is refused when the program is compiled.
    ///
    /// ```ottl
    /// # Of the file owners.csv: host,owner / web-1,Ann
    /// Lookup("owners", "web-1")  # "Ann"
    /// Lookup("owners", "web-9")  # nil
    /// Lookup("owners", log.attributes["missing"])  # nil
    /// # Of the file codes.csv: code,text,class / 404,Not Found,client
    /// Lookup("codes", 404)  # {"text": "Not Found", "class": "client"}
    /// Lookup("codes", 404)["text"]  # "Not Found"
    /// Lookup("owner", "web-1")  # error: there is no table `owner`; did you mean `owners`?
    /// ```
    pub(crate) static FUNCTION = converter Lookup(table: String, key: StringLikeGetter)
        pure, prepare prepare, run lookup, extension;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let name = String::from_utf8_lossy(literals.string(0).unwrap_or_default());
    let tables = literals.host.get::<Tables>();
    if let Some(table) = tables.and_then(|tables| tables.get(&name)) {
        return Ok(Box::new(Arc::clone(table)));
    }
    let names = tables.into_iter().flat_map(Tables::names);
    Err(match nearest(&name, names) {
        Some(nearest) => format!("there is no table `{name}`; did you mean `{nearest}`?"),
        None => format!("there is no table `{name}`"),
    })
}

fn lookup<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let table: &Arc<Table> = call.prepared();
    let found = call.string_like(1)?.and_then(|key| table.get(key));
    Ok(found.unwrap_or_default())
}
