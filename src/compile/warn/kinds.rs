//! What paths hold, which values that can be compared with, and what was likely meant by another.

use super::super::literal::type_name;
use super::super::resolved::Path;
use bumpalo::Bump;
use ottl_vm::enums;
use ottl_vm::exec::constant;
use ottl_vm::function::Literal;
use ottl_vm::path::form::{Form, Held};
use ottl_vm::path::{Access, Context, table};
use ottl_vm::value::Value;
use ottl_vm::wire::any;

/// What was likely meant.
pub(super) enum Meant {
    /// This, in the place of the value.
    Instead(String),
    /// What can be done, in words.
    Words(String),
}

/// Whether a form is of values of one type.
pub(super) fn is_scalar(form: Form) -> bool {
    form != Form::Any
}

/// What a form holds, for people.
pub(super) fn of_form(form: Form) -> &'static str {
    match form.held() {
        Held::String => "a string",
        Held::Bool => "a bool",
        Held::Int => "an int",
        Held::Double => "a float",
        Held::Time => "a time",
        Held::Bytes => "bytes",
        Held::Id("TraceID", _) => "a trace id",
        Held::Id("SpanID", _) => "a span id",
        Held::Id(..) => "a profile id",
        Held::Any => "a string, a number, a bool, bytes, a list or a map",
    }
}

/// What the target of a `set` takes, for people.
pub(super) fn of_target(target: &Path, form: Form) -> &'static str {
    match is_map(target) {
        true => "a map",
        false => of_form(form),
    }
}

/// What a literal is, for people.
pub(super) fn of_literal(literal: &Literal) -> &'static str {
    match literal {
        Literal::Nil => "nil",
        Literal::String(_) => "a string",
        Literal::Bytes(_) => "bytes",
        Literal::Int(_) => "an int",
        Literal::Double(_) => "a float",
        Literal::Bool(_) => "a bool",
        Literal::Duration(_) => "a duration",
        Literal::List(_) => "a list",
        Literal::Map(_) => "a map",
        Literal::Function(_) => "a function",
        Literal::Lambda => "a lambda expression",
    }
}

/// Whether what a form holds is of another type than a literal, so that they are never equal.
pub(super) fn never_equal(form: Form, literal: &Literal) -> bool {
    !matches!(
        (form.held(), literal),
        (Held::Any, _)
            | (Held::String, Literal::String(_))
            | (Held::Bool, Literal::Bool(_))
            | (Held::Int | Held::Double, Literal::Int(_) | Literal::Double(_))
            // Empty bytes are nil.
            | (Held::Bytes, Literal::Bytes(_) | Literal::Nil)
    )
}

/// Whether what a target takes is of another type than a literal, rather than only another value.
pub(super) fn is_of_another_type(target: &Path, form: Form, literal: &Literal) -> bool {
    let is_other_number = matches!(
        (form.held(), literal),
        (Held::Int, Literal::Double(_)) | (Held::Double, Literal::Int(_))
    );
    is_other_number || is_map(target) || !is_scalar(form) || never_equal(form, literal)
}

/// Whether a path is a whole map of attributes.
fn is_map(path: &Path) -> bool {
    matches!(path.spec.access, Access::Attributes { .. }) && path.keys.is_empty()
}

/// The form of a path, and the error of setting it to a literal, if that is always one.
pub(super) fn refusal(target: &Path, literal: &Literal) -> Option<(Form, String)> {
    let (form, arena) = (form_of_target(target)?, Bump::new());
    if is_map(target) {
        let is_taken = matches!(literal, Literal::Map(_) | Literal::Nil);
        let found = type_name(literal);
        let error = format!("unsupported type provided for setting a pcommon.Map: {found}");
        return (!is_taken).then_some((form, error));
    }
    let value = constant(literal, &arena);
    let error = match form {
        Form::Any => any::storable(value, &Value::Nil, &arena).err()?.to_string(),
        _ => form.encode(1, value, None, &arena).err()?.to_string(),
    };
    // What follows says what was there before.
    let error = error.split(';').next().unwrap_or_default();
    Some((form, error.to_owned()))
}

fn form_of_target(target: &Path) -> Option<Form> {
    match target.spec.access {
        Access::Field { form, .. } | Access::Nested { form, .. } => Some(form),
        Access::Attributes { .. } => Some(Form::Any),
        Access::Special(special) => is_scalar(special.form).then_some(special.form),
    }
}

/// What was likely meant by a literal that is compared with what a path holds.
pub(super) fn meant(path: &Path, form: Form, literal: &Literal, context: Context) -> Option<Meant> {
    let text = &path.text;
    let instead = |text: String| Some(Meant::Instead(text));
    let same = |suffix: &str, what: &str| {
        let words = format!("`{text}{suffix}` is the same as {what}");
        has_sibling(path, suffix, context).then_some(Meant::Words(words))
    };
    match (form.held(), literal) {
        (Held::Int, Literal::String(given)) => {
            let number = || parsed::<i64>(given).map(|number| number.to_string());
            symbol(path, given, context)
                .or_else(number)
                .and_then(instead)
        }
        (Held::Double, Literal::String(given)) => {
            parsed::<f64>(given).and_then(|number| instead(format!("{number:?}")))
        }
        (Held::Bool, Literal::String(given)) => {
            parsed::<bool>(given).and_then(|value| instead(value.to_string()))
        }
        (Held::String, Literal::Int(number)) => instead(format!("\"{number}\"")),
        (Held::String, Literal::Double(number)) => instead(format!("\"{number:?}\"")),
        (Held::String, Literal::Bool(value)) => instead(format!("\"{value}\"")),
        (Held::Time, Literal::String(given)) => time(given),
        (Held::Time, Literal::Int(_) | Literal::Double(_) | Literal::Nil) => {
            same("_unix_nano", "an int")
        }
        (Held::Id(..), Literal::String(_)) => same(".string", "a string"),
        (Held::Id(name, length), Literal::Bytes(bytes)) if bytes.len() == length => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            instead(format!("{name}(0x{})", digits.collect::<String>()))
        }
        (Held::Id(name, length), Literal::Nil) => {
            instead(format!("{name}(0x{})", "00".repeat(length)))
        }
        (Held::Int, Literal::Duration(_)) if form == Form::Nanoseconds => Some(Meant::Words(
            "it is a number of nanoseconds, which `Nanoseconds` makes of a duration".to_owned(),
        )),
        (Held::String, Literal::Nil) => instead("\"\"".to_owned()),
        (Held::Int, Literal::Nil) => instead("0".to_owned()),
        (Held::Double, Literal::Nil) => instead("0.0".to_owned()),
        (Held::Bool, Literal::Nil) => instead("false".to_owned()),
        _ => None,
    }
}

/// What was likely meant by a literal that a path is set to.
pub(super) fn meant_by_set(
    target: &Path,
    form: Form,
    literal: &Literal,
    context: Context,
) -> Option<Meant> {
    let text = &target.text;
    match (form.held(), literal) {
        _ if is_map(target) => Some(Meant::Words(format!(
            "write a map, or set one of its keys: `{text}[\"key\"]`"
        ))),
        (Held::Any, Literal::Duration(_)) => Some(Meant::Words(
            "`Seconds`, `Milliseconds` and the like make numbers of a duration".to_owned(),
        )),
        (Held::Double, Literal::Int(number)) => Some(Meant::Instead(format!("{number}.0"))),
        (Held::Int, Literal::Double(number)) => Some(Meant::Instead(format!("{number:.0}"))),
        _ => meant(target, form, literal, context),
    }
}

/// Whether a context has a path of this name and another that ends in `suffix`.
fn has_sibling(path: &Path, suffix: &str, context: Context) -> bool {
    let tables = context.visible().iter().copied().map(table::of);
    let mut specs = tables.flatten();
    specs.any(|spec| {
        spec.level == path.spec.level && spec.name.strip_suffix(suffix) == Some(path.spec.name)
    })
}

fn parsed<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The enum symbol that a text means as a value of a path: `SPAN_KIND_SERVER` by `Server` for `kind`.
fn symbol(path: &Path, given: &[u8], context: Context) -> Option<String> {
    let given = std::str::from_utf8(given).ok()?.to_ascii_uppercase();
    let ending = format!(
        "{}_{given}",
        path.spec.name.replace('.', "_").to_ascii_uppercase()
    );
    let mut symbols = enums::symbols(context).iter().map(|(name, _)| *name);
    let found = symbols.find(|name| {
        let before = name.strip_suffix(&*ending);
        *name == given || before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
    });
    found.map(str::to_owned)
}

/// The call that makes a time of a text like `2024-01-31`, or with `T12:00:00` behind it.
fn time(given: &[u8]) -> Option<Meant> {
    let shape: Vec<u8> = given
        .iter()
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte })
        .collect();
    let format = match shape.as_slice() {
        b"0000-00-00" => "%Y-%m-%d",
        b"0000-00-00 00:00:00" => "%Y-%m-%d %H:%M:%S",
        b"0000-00-00T00:00:00" => "%Y-%m-%dT%H:%M:%S",
        b"0000-00-00T00:00:00Z" => "%Y-%m-%dT%H:%M:%SZ",
        _ => {
            let words = "`Time` makes a time of a text and its format";
            return Some(Meant::Words(words.to_owned()));
        }
    };
    let given = String::from_utf8_lossy(given);
    Some(Meant::Instead(format!("Time(\"{given}\", \"{format}\")")))
}
