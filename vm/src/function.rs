//! The contract of a function: what the standard library and plugins fill in.
//!
//! A function is a declaration (name, parameters, purity, documentation) and a plain Rust body over one
//! record's values. The engine loops over records, masks, and turns an `Err` into a failed statement.
//! Arguments are fetched by position through [`Call`], which converts them as the
//! parameter's declared type says and words its errors as the reference does; nothing is evaluated twice.

mod declare;
mod shortcut;

pub use shortcut::{ChangeText, Changed, Extent, RunStrings, Shortcut, TellText};

use crate::error::Error;
use crate::exec::Call;
use crate::value::Value;
use std::any::Any;
use std::sync::Arc;

/// Whether a function changes the record or yields a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Begins a statement; its name begins with a lower-case letter.
    Editor,
    /// Part of an expression; its name begins with an upper-case letter, but for some of the extended dialect.
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

impl Type {
    /// The reference's name for it.
    ///
    /// ```
    /// use ottl_vm::function::Type;
    /// assert_eq!(Type::List(&Type::StringGetter).name(), "[]StringGetter");
    /// ```
    pub fn name(&self) -> String {
        match self {
            Type::String => "string".to_owned(),
            Type::Int => "int64".to_owned(),
            Type::Float => "float64".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Bytes => "[]uint8".to_owned(),
            Type::List(item) => format!("[]{}", item.name()),
            Type::SliceGetter(item) => format!("SliceGetter[{}]", item.name()),
            Type::Lambda(_) => "*LambdaExpression".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// What a parameter of this type takes, for people: `a string literal`.
    pub fn words(&self) -> String {
        let fixed = match self {
            Type::Getter => "any value",
            Type::StringGetter => "a string",
            Type::StringLikeGetter => "anything with a text form",
            Type::IntGetter => "an int",
            Type::IntLikeGetter => "anything that converts to an int",
            Type::FloatGetter => "a float",
            Type::FloatLikeGetter => "anything that converts to a float",
            Type::BoolGetter => "a bool",
            Type::BoolLikeGetter => "anything that converts to a bool",
            Type::ByteSliceLikeGetter => "anything that converts to bytes",
            Type::PMapGetter => "a map",
            Type::PSliceGetter => "a list",
            Type::TimeGetter => "a time",
            Type::DurationGetter => "a duration",
            Type::Setter | Type::GetSetter => "a path",
            Type::PMapGetSetter => "a path to a map",
            Type::PSliceGetSetter => "a path to a list",
            Type::String => "a string literal",
            Type::Int => "an int literal",
            Type::Float => "a float literal",
            Type::Bool => "`true` or `false`",
            Type::Bytes => "a bytes literal",
            Type::Enum => "an enum symbol",
            Type::FunctionGetter => "the name of a converter",
            Type::List(item) | Type::SliceGetter(item) => {
                return format!("a list, each item {}", item.words());
            }
            Type::Lambda(0) => "a lambda expression without parameters",
            Type::Lambda(1) => "a lambda expression with 1 parameter",
            Type::Lambda(count) => {
                return format!("a lambda expression with {count} parameters");
            }
        };
        fixed.to_owned()
    }
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
    /// The result depends on earlier calls, too, which the call remembers: requests have to run in order.
    Stateful,
    /// An editor that, run again with the same arguments on the record it made, changes nothing.
    Idempotent,
}

/// What one call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// No more than it takes to remember a result.
    Cheap,
    /// Microseconds: where one string alone decides the result, it is remembered.
    Costly,
}

/// Where a function is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contexts {
    /// In every context of the transform processor and, if a converter, of the filter processor.
    Everywhere,
    /// In every context of both processors, though it is an editor, which no filter can call.
    Both,
    /// Only where listed, as `"processor/context"`.
    Only(&'static [&'static str]),
}

/// Arguments that are known when the program is compiled, by parameter; `None` where one is not.
#[derive(Clone, Copy, Debug)]
pub struct Literals<'p> {
    /// By parameter position.
    pub values: &'p [Option<Literal>],
    /// By parameter position: the items known of those that a list begins with, though others may not be.
    pub leading: &'p [Vec<Literal>],
    /// What the host gives to functions.
    pub host: &'p Host,
}

/// What a host gives to functions when their calls are compiled: one value of each type, such as lookup tables.
/// Functions never do I/O, so whatever comes from files or networks comes this way.
#[derive(Clone, Default)]
pub struct Host(Vec<Arc<dyn Any + Send + Sync>>);

impl Host {
    /// Nothing.
    pub const NOTHING: Host = Host(Vec::new());

    /// Gives a value, in place of the one of its type if there is one.
    pub fn give<T: Any + Send + Sync>(&mut self, value: T) {
        self.0.retain(|other| !other.is::<T>());
        self.0.push(Arc::new(value));
    }

    /// The value of this type.
    ///
    /// ```
    /// use ottl_vm::function::Host;
    /// let mut host = Host::NOTHING;
    /// host.give(1u8);
    /// host.give(2u8);
    /// assert_eq!((host.get::<u8>(), host.get::<u16>()), (Some(&2), None));
    /// ```
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.iter().find_map(|value| value.downcast_ref())
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Host of {} values", self.0.len())
    }
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

    /// The float given for this parameter, if it is a float literal.
    pub fn float(&self, parameter: usize) -> Option<f64> {
        match self.values.get(parameter)?.as_ref()? {
            Literal::Double(value) => Some(*value),
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

    /// The known items with which the list given for this parameter begins.
    pub fn leading(&self, parameter: usize) -> &'p [Literal] {
        self.leading.get(parameter).map_or(&[], Vec::as_slice)
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
    /// What one call takes.
    pub cost: Cost,
    /// Where it may be called.
    pub contexts: Contexts,
    /// Whether the types of the arguments alone decide the result.
    pub by_type: bool,
    /// Paths of the record that it looks at beside its arguments: they come behind these, a converter's as values,
    /// an editor's as paths.
    pub uses: &'static [&'static str],
    /// Whether only the extended dialect has it.
    pub extension: bool,
    /// Checks and prepares its literals, if it does.
    pub prepare: Option<Prepare>,
    /// What runs it. `set` alone has nothing that does: it is an instruction of its own.
    pub run: Option<Run>,
    /// What spares running it, if anything does.
    pub shortcut: Option<Shortcut>,
}

/// The transform processor's contexts for which functions are registered; those of resources and scopes have
/// what is registered everywhere.
const TRANSFORM: &[&str] = &[
    "transform/log",
    "transform/metric",
    "transform/datapoint",
    "transform/exemplar",
    "transform/span",
    "transform/spanevent",
    "transform/profile",
];

/// The same, and the filter processor's.
const TRANSFORM_AND_FILTER: &[&str] = &[
    "transform/log",
    "transform/metric",
    "transform/datapoint",
    "transform/exemplar",
    "transform/span",
    "transform/spanevent",
    "transform/profile",
    "filter/resource",
    "filter/log",
    "filter/metric",
    "filter/datapoint",
    "filter/span",
    "filter/spanevent",
    "filter/profile",
];

impl Function {
    /// Where it is registered, each as `"processor/context"`.
    pub fn places(&self) -> &'static [&'static str] {
        match (self.contexts, self.kind) {
            (Contexts::Only(places), _) => places,
            (Contexts::Everywhere, Kind::Editor) => TRANSFORM,
            (Contexts::Everywhere, Kind::Converter) | (Contexts::Both, _) => TRANSFORM_AND_FILTER,
        }
    }

    /// `name(a, b[, c])`, as it is called.
    pub fn signature(&self) -> String {
        let mut text = format!("{}(", self.name);
        for (index, parameter) in self.parameters.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            if parameter.optional {
                text.push_str(&format!("[{comma}{}]", parameter.name));
            } else {
                text.push_str(&format!("{comma}{}", parameter.name));
            }
        }
        text.push(')');
        text
    }
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
