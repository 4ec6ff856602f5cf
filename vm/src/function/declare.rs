//! Declaring functions.

use super::{Contexts, Cost, Function, Kind, Parameter, Prepare, Purity, Run, Shortcut};

/// Declares a function: documentation, name, parameters, and what runs it.
///
/// ```
/// use ottl_vm::function::{Function, Kind};
/// use ottl_vm::{error::Error, exec::Call, function, value::Value};
///
/// function! {
///     /// Whether `target` begins with `prefix`.
///     pub static HAS_PREFIX = converter HasPrefix(target: StringGetter, prefix: StringGetter) pure, run has_prefix;
/// }
///
/// fn has_prefix<'a>(call: &mut Call<'_, '_, 'a>) -> Result<Value<'a>, Error<'a>> {
///     let (target, prefix) = (call.string(0)?, call.string(1)?);
///     Ok(Value::Bool(target.starts_with(prefix)))
/// }
///
/// assert_eq!(HAS_PREFIX.kind, Kind::Converter);
/// assert_eq!(HAS_PREFIX.parameters[1].name, "prefix");
/// ```
///
/// After the parameters stands what else there is to say: each a method of [`Function`](crate::function::Function), and
/// its argument. The first says what the optimiser may assume (`pure`, `costly`, `by_type`, `volatile`, `stateful`,
/// `idempotent`); then comes what runs it (`prepare check`, `run body`), then whatever else.
/// An optional parameter's name is followed by `[optional]`; a list's type is written `List(&Type::StringGetter)`.
#[macro_export]
macro_rules! function {
    (
        $(#[doc = $docs:literal])+
        $vis:vis static $constant:ident = $kind:ident $name:ident (
            $($parameter:ident $([$optional:ident])? : $ty:expr),* $(,)?
        ) $($what:ident $($argument:expr)?),+;
    ) => {
        $(#[doc = $docs])+
        $vis static $constant: $crate::function::Function = {
            #[allow(unused_imports, reason = "a function without parameters names no type")]
            use $crate::function::Type::*;
            $crate::function::Function::new(
                $crate::function!(@kind $kind),
                stringify!($name),
                concat!($($docs, "\n"),+),
                &[$($crate::function::Parameter {
                    name: stringify!($parameter),
                    ty: $ty,
                    optional: $crate::function!(@optional $($optional)?),
                }),*],
            )$(.$what($($argument)?))+
        };
    };
    (@kind editor) => { $crate::function::Kind::Editor };
    (@kind converter) => { $crate::function::Kind::Converter };
    (@optional) => { false };
    (@optional optional) => { true };
}

impl Function {
    /// One of which nothing may be assumed, which is registered everywhere, and which nothing runs yet.
    pub const fn new(
        kind: Kind,
        name: &'static str,
        docs: &'static str,
        parameters: &'static [Parameter],
    ) -> Function {
        Function {
            name,
            kind,
            docs,
            parameters,
            purity: Purity::Volatile,
            cost: Cost::Cheap,
            contexts: Contexts::Everywhere,
            by_type: false,
            uses: &[],
            extension: false,
            prepare: None,
            run: None,
            shortcut: None,
        }
    }
}

/// What [`function!`](crate::function!) may say of a function: each a method that sets these fields.
macro_rules! sayings {
    ($($(#[$docs:meta])+ $name:ident($($argument:ident: $ty:ty)?) = $($field:ident: $value:expr),+;)+) => {
        impl Function {
            $($(#[$docs])+
            pub const fn $name(self $(, $argument: $ty)?) -> Function {
                Function { $($field: $value,)+ ..self }
            })+
        }
    };
}

sayings! {
    /// It is [`Purity::Pure`].
    pure() = purity: Purity::Pure;
    /// It is pure and [`Cost::Costly`].
    costly() = purity: Purity::Pure, cost: Cost::Costly;
    /// It is pure, and looks at types alone.
    by_type() = purity: Purity::Pure, by_type: true;
    /// It is [`Purity::Volatile`].
    volatile() = purity: Purity::Volatile;
    /// It is [`Purity::Stateful`].
    stateful() = purity: Purity::Stateful;
    /// It is [`Purity::Idempotent`].
    idempotent() = purity: Purity::Idempotent;
    /// What checks and prepares its literals.
    prepare(prepare: Prepare) = prepare: Some(prepare);
    /// What runs it.
    run(run: Run) = run: Some(run);
    /// What spares running it.
    shortcut(shortcut: Shortcut) = shortcut: Some(shortcut);
    /// It is [`Contexts::Both`].
    both() = contexts: Contexts::Both;
    /// It is [registered in these places](Contexts::Only) alone.
    only(places: &'static [&'static str]) = contexts: Contexts::Only(places);
    /// It looks at these paths beside its arguments.
    uses(paths: &'static [&'static str]) = uses: paths;
    /// Only the extended dialect has it.
    extension() = extension: true;
}
