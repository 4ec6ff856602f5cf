//! The contract of a function: what the standard library and plugins fill in.
//!
//! A function is a declaration (name, parameters, purity, documentation) and a plain Rust body over one
//! record's values. The engine loops over records, masks, and turns an `Err` into a failed statement.
//! Arguments are fetched by position through [`Call`](crate::exec::Call), which converts them as the
//! parameter's declared type says and words its errors as the reference does; nothing is evaluated twice.

use crate::error::Error;
use crate::exec::Call;
use crate::value::Value;
use std::any::Any;

/// Whether a function changes the record or yields a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Begins a statement; its name begins with a lower-case letter.
    Editor,
    /// Part of an expression; its name begins with an upper-case letter.
    Converter,
}

/// What a parameter takes. The names are the reference's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any value.
    Getter,
    /// A string; anything else is an error.
    StringGetter,
    /// Anything that has a text form; nil is `None`.
    StringLikeGetter,
    /// An int64; anything else is an error.
    IntGetter,
    /// Anything that converts to an int64; nil is `None`.
    IntLikeGetter,
    /// A float64; anything else is an error.
    FloatGetter,
    /// Anything that converts to a float64; nil is `None`.
    FloatLikeGetter,
    /// A bool; anything else is an error.
    BoolGetter,
    /// Anything that converts to a bool; nil is `None`.
    BoolLikeGetter,
    /// Anything that converts to bytes; nil is `None`.
    ByteSliceLikeGetter,
    /// A map.
    PMapGetter,
    /// A list.
    PSliceGetter,
    /// An instant.
    TimeGetter,
    /// A span of time.
    DurationGetter,
    /// A path that is written.
    Setter,
    /// A path that is read and written.
    GetSetter,
    /// A path to a map that is read and written.
    PMapGetSetter,
    /// A path to a list that is read and written.
    PSliceGetSetter,
    /// A string literal.
    String,
    /// An int literal.
    Int,
    /// A float literal.
    Float,
    /// A bool literal.
    Bool,
    /// A bytes literal.
    Bytes,
    /// An enum symbol.
    Enum,
    /// A list literal of expressions of this type.
    List(&'static Type),
    /// A list literal as for `List`, or one expression that yields such a list.
    SliceGetter(&'static Type),
    /// The name of a converter.
    FunctionGetter,
    /// A lambda expression with this many parameters.
    Lambda(u8),
}

/// One parameter of a function.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name in named arguments, in snake case.
    pub name: &'static str,
    /// What it takes.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What the optimiser may assume of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purity {
    /// The result depends on the arguments alone: a call may be folded, shared, hoisted, remembered.
    Pure,
    /// The result may differ from call to call (`Now`, `UUID`), or the call has an effect beyond its target.
    Volatile,
    /// An editor that, run again with the same arguments on the record it made, changes nothing.
    Idempotent,
}

/// Where a function is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contexts {
    /// In every context of the transform processor and, if a converter, of the filter processor.
    Everywhere,
    /// Only where listed, as `"processor/context"`.
    Only(&'static [&'static str]),
}

/// Arguments that are known when the program is compiled, by parameter; `None` where one is not.
#[derive(Clone, Copy, Debug)]
pub struct Literals<'p> {
    /// By parameter position.
    pub values: &'p [Option<Literal>],
}

/// An argument known when the program is compiled.
#[derive(Clone, Debug)]
pub enum Literal {
    /// `nil`.
    Nil,
    /// A string.
    String(Vec<u8>),
    /// A bytes literal.
    Bytes(Vec<u8>),
    /// An int or an enum symbol's number.
    Int(i64),
    /// A float.
    Double(f64),
    /// A bool.
    Bool(bool),
    /// A span of time in nanoseconds (extended dialect).
    Duration(i64),
    /// A list of which every item is known: `[]any` on its own, a `pcommon.Slice` within a map.
    List(Vec<Literal>),
    /// A map of which every value is known, without repeated keys.
    Map(Vec<(Vec<u8>, Literal)>),
    /// A function's name.
    Function(&'static Function),
    /// A lambda expression where a value is expected: a value of a type that nothing takes.
    Lambda,
}

impl PartialEq for Literal {
    /// Whether both are the same literal: `0.0` and `-0.0` are two.
    fn eq(&self, other: &Literal) -> bool {
        match (self, other) {
            (Literal::Nil, Literal::Nil) => true,
            (Literal::String(one), Literal::String(other))
            | (Literal::Bytes(one), Literal::Bytes(other)) => one == other,
            (Literal::Int(one), Literal::Int(other))
            | (Literal::Duration(one), Literal::Duration(other)) => one == other,
            (Literal::Double(one), Literal::Double(other)) => one.to_bits() == other.to_bits(),
            (Literal::Bool(one), Literal::Bool(other)) => one == other,
            (Literal::List(one), Literal::List(other)) => one == other,
            (Literal::Map(one), Literal::Map(other)) => one == other,
            (Literal::Function(one), Literal::Function(other)) => one == other,
            (Literal::Lambda, Literal::Lambda) => true,
            _ => false,
        }
    }
}

impl<'p> Literals<'p> {
    /// The string given for this parameter, if it is a string literal.
    pub fn string(&self, parameter: usize) -> Option<&'p [u8]> {
        match self.values.get(parameter)?.as_ref()? {
            Literal::String(text) => Some(text),
            _ => None,
        }
    }

    /// The int given for this parameter, if it is an int literal.
    pub fn int(&self, parameter: usize) -> Option<i64> {
        match self.values.get(parameter)?.as_ref()? {
            Literal::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The bool given for this parameter, if it is a bool literal.
    pub fn bool(&self, parameter: usize) -> Option<bool> {
        match self.values.get(parameter)?.as_ref()? {
            Literal::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items given for this parameter, if it is a list whose items are all known.
    pub fn list(&self, parameter: usize) -> Option<&'p [Literal]> {
        match self.values.get(parameter)?.as_ref()? {
            Literal::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether an argument was given for this parameter at all, known or not.
    pub fn is_known(&self, parameter: usize) -> bool {
        self.values.get(parameter).is_some_and(Option::is_some)
    }
}

/// What a body keeps between records: a compiled regular expression, a key set, a time layout.
pub type Prepared = Box<dyn Any + Send + Sync>;

/// Checks a call's literals once, when the program is compiled, and prepares what the body needs.
/// `given[i]` says whether parameter `i` was given. The error refuses the statement.
pub type Prepare = fn(Literals<'_>, given: &[bool]) -> Result<Prepared, String>;

/// Runs a function on one record.
pub type Run = for<'a> fn(&mut Call<'_, '_, 'a>) -> Result<Value<'a>, Error<'a>>;

/// What a function does.
#[derive(Clone, Copy)]
pub enum Body {
    /// A body over one record's values.
    Run(Run),
    /// The same, with something prepared from the literals.
    Prepared(Prepare, Run),
    /// The store instruction: `set(target, value)`.
    Store,
}

/// A function's declaration.
pub struct Function {
    /// The name in statements.
    pub name: &'static str,
    /// Editor or converter.
    pub kind: Kind,
    /// Markdown: what it does, its errors, its examples.
    pub docs: &'static str,
    /// The parameters in order.
    pub parameters: &'static [Parameter],
    /// What the optimiser may assume.
    pub purity: Purity,
    /// Where it may be called.
    pub contexts: Contexts,
    /// Whether only the extended dialect has it.
    pub extension: bool,
    /// What it does.
    pub body: Body,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Declares a function: documentation, name, parameters, and the body that runs it.
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
/// After the parameters stand the purity (`pure`, `volatile`, `idempotent`), then what runs it: `run body`,
/// `prepare check, run body`, or `store`; then optionally `only ["transform/metric", …]` and `extension`.
/// An optional parameter's name is followed by `[optional]`; a list's type is written `List(&Type::StringGetter)`.
#[macro_export]
macro_rules! function {
    (
        $(#[doc = $docs:literal])+
        $vis:vis static $constant:ident = $kind:ident $name:ident (
            $($parameter:ident $([$optional:ident])? : $ty:expr),* $(,)?
        ) $purity:ident, $($body:tt)+
    ) => {
        $(#[doc = $docs])+
        $vis static $constant: $crate::function::Function = {
            #[allow(unused_imports, reason = "a function without parameters names no type")]
            use $crate::function::Type::*;
            $crate::function::Function {
                name: stringify!($name),
                kind: $crate::function!(@kind $kind),
                docs: concat!($($docs, "\n"),+),
                parameters: &[$($crate::function::Parameter {
                    name: stringify!($parameter),
                    ty: $ty,
                    optional: $crate::function!(@optional $($optional)?),
                }),*],
                purity: $crate::function!(@purity $purity),
                contexts: $crate::function!(@contexts $($body)+),
                extension: $crate::function!(@extension $($body)+),
                body: $crate::function!(@body $($body)+),
            }
        };
    };
    (@kind editor) => { $crate::function::Kind::Editor };
    (@kind converter) => { $crate::function::Kind::Converter };
    (@optional) => { false };
    (@optional optional) => { true };
    (@purity pure) => { $crate::function::Purity::Pure };
    (@purity volatile) => { $crate::function::Purity::Volatile };
    (@purity idempotent) => { $crate::function::Purity::Idempotent };
    (@body store $($rest:tt)*) => { $crate::function::Body::Store };
    (@body run $run:ident $($rest:tt)*) => { $crate::function::Body::Run($run) };
    (@body prepare $prepare:ident, run $run:ident $($rest:tt)*) => { $crate::function::Body::Prepared($prepare, $run) };
    (@contexts store $(, extension)? ;) => { $crate::function::Contexts::Everywhere };
    (@contexts run $run:ident $(, extension)? ;) => { $crate::function::Contexts::Everywhere };
    (@contexts prepare $prepare:ident, run $run:ident $(, extension)? ;) => { $crate::function::Contexts::Everywhere };
    (@contexts run $run:ident, only $contexts:expr $(, extension)? ;) => { $crate::function::Contexts::Only(&$contexts) };
    (@contexts prepare $prepare:ident, run $run:ident, only $contexts:expr $(, extension)? ;) => {
        $crate::function::Contexts::Only(&$contexts)
    };
    (@extension $($body:tt)+) => { $crate::function!(@has_extension $($body)+) };
    (@has_extension extension ; ) => { true };
    (@has_extension ;) => { false };
    (@has_extension $first:tt $($rest:tt)*) => { $crate::function!(@has_extension $($rest)*) };
}
