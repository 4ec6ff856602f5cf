//! The reference of the language, from its declarations: functions as pages, lists and JSON.

mod family;
mod json;

pub use json::json;

use crate::report::nearest;
use family::FAMILIES;
use ottl_vm::function::{Contexts, Cost, Function, Kind, Parameter, Purity, Type};
use std::fmt::Write;

/// What a function's page is: a heading of this level, then all that is to be said.
const HEADING: &str = "#";

/// A function's page in Markdown: how it is called, where, with what, and what it does.
///
/// # Errors
/// There is no such function; the one that was probably meant, if any.
pub fn page(functions: &[&Function], name: &str) -> Result<String, Option<&'static str>> {
    let found = functions.iter().find(|function| function.name == name);
    match found {
        Some(function) => Ok(written(function, HEADING)),
        None => Err(nearest(
            name,
            functions.iter().map(|function| function.name),
        )),
    }
}

/// All functions by family, a line each: its signature and what it does.
pub fn overview(functions: &[&Function]) -> String {
    let mut out = String::new();
    for (family, members) in families(functions) {
        put(&mut out, format_args!("{family}\n"));
        for function in members {
            put(&mut out, format_args!("  {}\n", function.signature()));
            put(&mut out, format_args!("      {}\n", summary(function)));
        }
        out.push('\n');
    }
    out
}

/// All functions by family as one document in Markdown.
pub fn document(functions: &[&Function]) -> String {
    let mut out = String::from(
        "# Functions\n\nWritten from the declarations by `OTTL_BLESS=1 cargo test`; `ottlc doc NAME` shows one \
         function.\n",
    );
    for (family, members) in families(functions) {
        put(&mut out, format_args!("\n## {family}\n"));
        for function in members {
            put(&mut out, format_args!("\n{}", written(function, "###")));
        }
    }
    out
}

/// The families that have members, and those, by name.
fn families<'f>(functions: &[&'f Function]) -> Vec<(&'static str, Vec<&'f Function>)> {
    let mut families: Vec<_> = FAMILIES
        .iter()
        .map(|(title, _)| (*title, Vec::new()))
        .collect();
    for function in by_name(functions) {
        let family = FAMILIES
            .iter()
            .position(|(_, is_member)| is_member(function));
        // The last family takes all that are left.
        let family = family.unwrap_or(FAMILIES.len() - 1);
        families[family].1.push(function);
    }
    families.retain(|(_, members)| !members.is_empty());
    families
}

/// The functions in the order of their names, capitals first.
fn by_name<'f>(functions: &[&'f Function]) -> Vec<&'f Function> {
    let mut functions = functions.to_vec();
    functions.sort_by_key(|function| function.name);
    functions
}

fn written(function: &Function, heading: &str) -> String {
    // The heading is the name alone, so that links to it are.
    let mut out = format!("{heading} `{}`\n\n", function.name);
    put(&mut out, format_args!("`{}`\n\n", function.signature()));
    put(&mut out, format_args!("{}\n\n", text(function)));
    for parameter in function.parameters {
        put(&mut out, format_args!("- {}\n", described(parameter)));
    }
    if !function.parameters.is_empty() {
        out.push('\n');
    }
    put(
        &mut out,
        format_args!(
            "{}{} {}\n",
            whereabouts(function),
            gate(function),
            purity(function)
        ),
    );
    out
}

fn described(parameter: &Parameter) -> String {
    let optional = if parameter.optional {
        " (optional)"
    } else {
        ""
    };
    let (name, ty) = (parameter.name, parameter.ty);
    format!("`{name}`{optional}: {} (`{}`)", ty.words(), ty.name())
}

/// Where the function can be called, in a sentence.
fn whereabouts(function: &Function) -> String {
    let (kind, processors) = match function.kind {
        Kind::Editor => ("Editor", "the transform processor"),
        Kind::Converter => ("Converter", "the transform and filter processors"),
    };
    let dialect = if function.extension {
        ", only in the extended dialect"
    } else {
        ""
    };
    match function.contexts {
        Contexts::Everywhere | Contexts::Both => {
            format!("{kind} in every context of {processors}{dialect}.")
        }
        Contexts::Only(places) => {
            let places: Vec<_> = places.iter().map(|place| format!("`{place}`")).collect();
            format!("{kind} in {} only{dialect}.", places.join(", "))
        }
    }
}

/// What has to be enabled before it can be called, in a sentence.
fn gate(function: &Function) -> &'static str {
    let takes_lambda = |parameter: &Parameter| matches!(parameter.ty, Type::Lambda(_));
    match function.parameters.iter().any(takes_lambda) {
        true => {
            " Needs the feature gate `ottl.functions.enableLambda`, but in the extended dialect."
        }
        false => "",
    }
}

/// What can be relied on when it is called again, in a sentence.
fn purity(function: &Function) -> &'static str {
    match (function.purity, function.kind) {
        (Purity::Pure, _) if function.cost == Cost::Costly => {
            "Equal arguments give equal results, which are remembered."
        }
        (Purity::Pure, _) => "Equal arguments give equal results.",
        (Purity::Stateful, _) => "Results depend on earlier calls; requests run in order.",
        (Purity::Idempotent, _) => "Run again, it changes nothing more.",
        (Purity::Volatile, Kind::Converter) => "Results depend on more than the arguments.",
        (Purity::Volatile, Kind::Editor) => "Run again, it may change more.",
    }
}

/// What the function does, as its declaration says.
fn text(function: &Function) -> String {
    let lines = function.docs.trim_end().lines();
    // Lines of doc comments begin with a space.
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

/// The first sentence of what the function does.
fn summary(function: &Function) -> String {
    let text = text(function);
    let paragraph = text
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
