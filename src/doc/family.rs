//! Families of functions: what they are listed under. A function needs no entry here; a rule finds its family.

use ottl_vm::function::{Contexts, Function, Kind, Type};

/// Whether a function is of a family.
type IsMember = fn(&Function) -> bool;

/// The families in the order in which they are listed. A function is of the first whose rule holds.
pub(super) const FAMILIES: &[(&str, IsMember)] = &[
    ("Editors", |f| {
        f.kind == Kind::Editor && !is_only_somewhere(f)
    }),
    ("Editors of single contexts", |f| f.kind == Kind::Editor),
    ("Converters of single contexts", |f| is_only_somewhere(f)),
    ("Converters of the extended dialect", |f| f.extension),
    ("Lambdas", |f| takes(f, |ty| matches!(ty, Type::Lambda(_)))),
    ("Checks", |f| begins(f, &["Is", "Has", "Contains"])),
    ("XML", |f| f.name.contains("XML")),
    ("Parsing", |f| {
        begins(f, &["Parse", "Extract", "Decode", "URL", "UserAgent"])
    }),
    ("Hashes, encodings and identifiers", |f| {
        begins(
            f,
            &[
                "Base64",
                "CommunityID",
                "FNV",
                "Hex",
                "MD5",
                "Murmur3",
                "ProfileID",
                "SHA",
                "SpanID",
                "TraceID",
                "UUID",
                "XXH",
            ],
        )
    }),
    ("Time", |f| {
        begins(f, &["Unix", "Time", "Duration", "Now"])
            || takes(f, |ty| {
                matches!(ty, Type::TimeGetter | Type::DurationGetter)
            })
    }),
    ("Maps and lists", |f| {
        begins(f, &["Coalesce", "Index", "Len", "Sort"])
            || takes(f, |ty| {
                matches!(
                    ty,
                    Type::PMapGetter | Type::PSliceGetter | Type::PMapGetSetter
                )
            })
    }),
    ("Text and numbers", |_| true),
];

fn is_only_somewhere(function: &Function) -> bool {
    matches!(function.contexts, Contexts::Only(_))
}

fn begins(function: &Function, beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .any(|beginning| function.name.starts_with(beginning))
}

fn takes(function: &Function, is_wanted: impl Fn(&Type) -> bool) -> bool {
    function
        .parameters
        .iter()
        .any(|parameter| is_wanted(&parameter.ty))
}
