//! `ConvertCase`: a string in another case.

use crate::case;
use crate::prelude::*;
use bumpalo::Bump;

function! {
    /// `target` in the case that `to_case` names: `"lower"`, `"upper"`, `"snake"` or `"camel"`, which are
    /// those of [`ToLowerCase`](#tolowercase), [`ToUpperCase`](#touppercase), [`ToSnakeCase`](#tosnakecase)
    /// and [`ToCamelCase`](#tocamelcase). Another name is refused when the program is compiled.
    ///
    /// ```ottl
    /// ConvertCase("SomeName", "snake")  # "some_name"
    /// ConvertCase("SomeName", "upper")  # "SOMENAME"
    /// ```
    pub(crate) static FUNCTION = converter ConvertCase(target: StringGetter, to_case: String)
        pure, prepare prepare, run convert_case;
}

type Convert = for<'a> fn(&'a Bump, &'a [u8]) -> &'a [u8];

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let convert: Convert = match literals.string(1).unwrap_or_default() {
        b"lower" => case::to_lower,
        b"upper" => case::to_upper,
        b"snake" => |arena, text| case::to_snake(arena, text),
        b"camel" => |arena, text| case::to_camel(arena, text),
        other => {
            let other = String::from_utf8_lossy(other);
            return Err(format!(
                "invalid case: {other}, allowed cases are: lower, upper, snake, camel"
            ));
        }
    };
    Ok(Box::new(convert))
}

fn convert_case<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let convert: &Convert = call.prepared();
    let target = call.string(0)?;
    Ok(Value::String(convert(call.arena(), target)))
}
