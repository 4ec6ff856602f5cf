//! The reference as JSON, for programs.

use super::{by_name, text};
use crate::compile::context_of_name;
use crate::config::ContextName;
use ottl_vm::enums;
use ottl_vm::function::{Function, Kind, Purity};
use ottl_vm::instruction::Op;
use ottl_vm::path::{ANY_KEYS, table};
use serde_json::{Value, json as value};

/// Everything that has a name: `{"functions": […], "paths": […], "enums": […], "instructions": […]}`.
///
/// - A function: `name`, `kind` (`editor` or `converter`), `contexts` (each `processor/context`), `parameters`
///   (each `name`, `type`, `optional`), `purity`, `extension` (whether only the extended dialect has it), `docs`.
/// - A path: `context`, `name` (without the context), `keys` (how many it takes; null for any number), `docs`.
/// - An enum symbol: `context`, `name`, `value`.
/// - An instruction: `name`, `docs`.
///
/// Functions stand in the order of their names, capitals first; texts are Markdown.
pub fn json(functions: &[&Function]) -> Value {
    let functions: Vec<_> = by_name(functions).into_iter().map(function).collect();
    let instructions = Op::ALL
        .iter()
        .map(|op| value!({"name": op.name(), "docs": op.docs().trim()}));
    value!({
        "functions": functions,
        "paths": paths(),
        "enums": symbols(),
        "instructions": instructions.collect::<Vec<_>>(),
    })
}

fn function(function: &Function) -> Value {
    let parameters = function.parameters.iter().map(|parameter| {
        value!({
            "name": parameter.name,
            "type": parameter.ty.name(),
            "optional": parameter.optional,
        })
    });
    value!({
        "name": function.name,
        "kind": match function.kind {
            Kind::Editor => "editor",
            Kind::Converter => "converter",
        },
        "contexts": function.places(),
        "parameters": parameters.collect::<Vec<_>>(),
        "purity": match function.purity {
            Purity::Stateful => "stateful",
            Purity::Pure => "pure",
            Purity::Volatile => "volatile",
            Purity::Idempotent => "idempotent",
        },
        "extension": function.extension,
        "docs": text(function),
    })
}

fn paths() -> Vec<Value> {
    let contexts = ContextName::ALL.iter().copied().filter_map(context_of_name);
    let all = contexts.flat_map(|context| {
        let lines = table::of(context).iter().chain([&table::CACHE]);
        lines.map(move |path| {
            value!({
                "context": context.name(),
                "name": path.name,
                "keys": (path.keys != ANY_KEYS).then_some(path.keys),
                "docs": path.docs,
            })
        })
    });
    all.collect()
}

fn symbols() -> Vec<Value> {
    let contexts = ContextName::ALL.iter().copied().filter_map(context_of_name);
    let all = contexts.flat_map(|context| {
        let symbols = enums::symbols(context).iter();
        symbols.map(move |(name, number)| {
            value!({"context": context.name(), "name": name, "value": number})
        })
    });
    all.collect()
}
