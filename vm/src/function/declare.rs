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

/// What [`function!`](crate::function!) declares, part by part.
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

    const fn of_purity(self, purity: Purity) -> Function {
        Function { purity, ..self }
    }

    /// It is [`Purity::Pure`].
    pub const fn pure(self) -> Function {
        self.of_purity(Purity::Pure)
    }

    /// It is pure and [`Cost::Costly`].
    pub const fn costly(self) -> Function {
        let cost = Cost::Costly;
        Function { cost, ..self }.pure()
    }

    /// It is pure, and looks at types alone.
    pub const fn by_type(self) -> Function {
        let by_type = true;
        Function { by_type, ..self }.pure()
    }

    /// It is [`Purity::Volatile`].
    pub const fn volatile(self) -> Function {
        self.of_purity(Purity::Volatile)
    }

    /// It is [`Purity::Stateful`].
    pub const fn stateful(self) -> Function {
        self.of_purity(Purity::Stateful)
    }

    /// It is [`Purity::Idempotent`].
    pub const fn idempotent(self) -> Function {
        self.of_purity(Purity::Idempotent)
    }

    /// What checks and prepares its literals.
    pub const fn prepare(self, prepare: Prepare) -> Function {
        let prepare = Some(prepare);
        Function { prepare, ..self }
    }

    /// What runs it.
    pub const fn run(self, run: Run) -> Function {
        let run = Some(run);
        Function { run, ..self }
    }

    /// What spares running it.
    pub const fn shortcut(self, shortcut: Shortcut) -> Function {
        let shortcut = Some(shortcut);
        Function { shortcut, ..self }
    }

    /// It is [`Contexts::Both`].
    pub const fn both(self) -> Function {
        let contexts = Contexts::Both;
        Function { contexts, ..self }
    }

    /// It is registered in these [`Contexts`] alone.
    pub const fn only(self, places: &'static [&'static str]) -> Function {
        let contexts = Contexts::Only(places);
        Function { contexts, ..self }
    }

    /// It looks at these paths beside its arguments.
    pub const fn uses(self, uses: &'static [&'static str]) -> Function {
        Function { uses, ..self }
    }

    /// Only the extended dialect has it.
    pub const fn extension(self) -> Function {
        let extension = true;
        Function { extension, ..self }
    }
}
