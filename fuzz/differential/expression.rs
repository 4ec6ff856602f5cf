//! Random statements, conditions and values: mostly well typed, sometimes not.

use crate::vocabulary::{
    BYTES, COLLECTOR, DOUBLES, INTS, KEYS, KNOWN, PATTERNS, Place, STEADY, STRINGS, Shape, Word,
    callable, places,
};
use ottl_fuzz::choices::Choices;
use ottl_vm::enums;
use ottl_vm::function::{Kind, Parameter, Type};
use ottl_vm::path::Context;

/// How deep calls, lists and maps are nested at most.
const DEPTH_MAX: usize = 3;

/// Writes the parts of a program for a context.
pub(crate) struct Writer<'c, 'b> {
    choices: &'c mut Choices<'b>,
    context: Context,
    places: Vec<Place>,
    editors: Vec<&'static Word>,
    converters: Vec<&'static Word>,
    /// Paths stand without their context, which the configuration gives.
    pub(crate) is_bare: bool,
    /// One in so many choices is of the wrong type.
    wrong: usize,
    /// Scopes go by their older name.
    scope_is_instrumentation: bool,
    /// The keys of maps.
    keys: Vec<(&'static str, Shape)>,
    /// The parameters of the lambdas around what is written.
    locals: Vec<&'static str>,
}

impl<'c, 'b> Writer<'c, 'b> {
    pub(crate) fn new(
        choices: &'c mut Choices<'b>,
        processor: &str,
        context: Context,
    ) -> Writer<'c, 'b> {
        let wrong = choices.pick(&[12, 60, 300, 300]);
        let scope_is_instrumentation = choices.once_in(30);
        Writer {
            choices,
            context,
            places: places(context),
            editors: callable(Kind::Editor, processor, context),
            converters: callable(Kind::Converter, processor, context),
            is_bare: false,
            wrong,
            scope_is_instrumentation,
            keys: KEYS.to_vec(),
            locals: Vec::new(),
        }
    }

    /// Leaves a few paths and keys, so that statements have to do with one another.
    pub(crate) fn narrow(&mut self) {
        let kept = 3 + self.choices.below(5);
        self.places = (0..kept).map(|_| self.choices.pick(&self.places)).collect();
        self.keys = (0..3).map(|_| self.choices.pick(KEYS)).collect();
    }

    fn is_wrong(&mut self) -> bool {
        let chances = self.wrong;
        self.choices.once_in(chances)
    }

    fn any_shape(&mut self) -> Shape {
        self.choices.pick(Shape::ALL)
    }

    /// A statement with an editor and perhaps a condition.
    pub(crate) fn statement(&mut self) -> String {
        let editor = match self.choices.below(5) {
            0..=2 => self.set(),
            _ => self.editor(),
        };
        match self.choices.below(5) {
            0 | 1 => format!("{editor} where {}", self.condition(0)),
            _ => editor,
        }
    }

    fn set(&mut self) -> String {
        let (target, shape) = self.target();
        let shape = if self.is_wrong() {
            self.any_shape()
        } else {
            shape
        };
        format!("set({target}, {})", self.value(shape, 0))
    }

    fn editor(&mut self) -> String {
        let index = self.choices.below(self.editors.len());
        let word = self.editors[index];
        self.call(word, 0)
    }

    /// A statement that calls one function.
    pub(crate) fn single_call(&mut self) -> String {
        if self.choices.once_in(100) {
            return format!("set({}, {})", self.result(), self.choices.pick(STEADY));
        }
        let word = self.word();
        let call = self.call(word, 1);
        if word.function.kind == Kind::Editor {
            return match self.choices.once_in(4) {
                true => format!("{call} where {}", self.condition(DEPTH_MAX)),
                false => call,
            };
        }
        match self.choices.below(6) {
            0 => {
                let (target, _) = self.target();
                format!("set({target}, {call})")
            }
            1 => {
                let operator = self.operator();
                let other = self.value(Shape::Any, 2);
                format!(
                    "set({}, true) where {call} {operator} {other}",
                    self.result()
                )
            }
            2 => {
                let key = self.key(false);
                format!("set({}, {call}[{key}])", self.result())
            }
            _ => format!("set({}, {call})", self.result()),
        }
    }

    /// A function, every third time one that few contexts have.
    fn word(&mut self) -> &'static Word {
        let all = || self.editors.iter().chain(&self.converters).copied();
        let special: Vec<_> = all().filter(|word| word.is_special()).collect();
        let all: Vec<_> = all().collect();
        match self.choices.below(3) {
            0 if !special.is_empty() => special[self.choices.below(special.len())],
            _ => all[self.choices.below(all.len())],
        }
    }

    /// A condition that calls one function.
    pub(crate) fn condition_of_call(&mut self) -> String {
        // Conditions have no editors.
        let word = match self.word() {
            word if word.function.kind == Kind::Converter => word,
            _ => self.converters[self.choices.below(self.converters.len())],
        };
        let call = self.call(word, 1);
        match self.choices.below(3) {
            _ if word.is_condition() => call,
            0 => format!("{call} == nil"),
            _ => {
                let operator = self.operator();
                let other = self.value(Shape::Any, 2);
                format!("{call} {operator} {other}")
            }
        }
    }

    /// A place that takes every value.
    fn result(&mut self) -> String {
        let maps = |place: &&Place| place.shape() == Shape::Map && place.spec.name != "cache";
        let place = self.places.iter().find(maps).copied();
        match place {
            Some(place) => format!("{}[\"r\"]", self.path(place)),
            None => self.target().0,
        }
    }

    /// A path to write, and what it holds.
    fn target(&mut self) -> (String, Shape) {
        self.place(Shape::Any)
    }

    fn path(&self, place: Place) -> String {
        if self.is_bare && place.context == self.context {
            return place.spec.name.to_owned();
        }
        if place.context == Context::Scope && self.scope_is_instrumentation {
            return format!("instrumentation_scope.{}", place.spec.name);
        }
        format!("{}.{}", place.context.name(), place.spec.name)
    }

    /// A path that most likely holds this, with what it is.
    fn place(&mut self, shape: Shape) -> (String, Shape) {
        let with_keys: Vec<Place> = self
            .places
            .iter()
            .copied()
            .filter(|p| p.takes_any_keys())
            .collect();
        let fits = |place: &Place| shape == Shape::Any || place.shape() == shape;
        let fitting: Vec<Place> = self.places.iter().copied().filter(fits).collect();
        if !with_keys.is_empty() && (fitting.is_empty() || self.choices.once_in(2)) {
            let index = self.choices.below(with_keys.len());
            return self.keyed(with_keys[index], shape);
        }
        match fitting.len() {
            0 => ("nope".to_owned(), Shape::Any),
            count => {
                let index = self.choices.below(count);
                let place = fitting[index];
                let key = if place.spec.keys == 1 && self.choices.once_in(2)
                    || self.choices.once_in(60)
                {
                    format!("[{}]", self.key(false))
                } else {
                    String::new()
                };
                (format!("{}{key}", self.path(place)), place.shape())
            }
        }
    }

    fn keyed(&mut self, place: Place, shape: Shape) -> (String, Shape) {
        let path = self.path(place);
        let fitting: Vec<(&str, Shape)> = self
            .keys
            .iter()
            .copied()
            .filter(|(_, of)| shape == Shape::Any || *of == shape)
            .collect();
        match self.choices.below(8) {
            0 => (format!("{path}[\"m\"][{}]", self.key(false)), shape),
            1 => (format!("{path}[\"l\"][{}]", self.key(true)), shape),
            2 => (format!("{path}[{}]", self.key(false)), shape),
            _ if fitting.is_empty() => (format!("{path}[\"n\"]"), shape),
            _ => {
                let (key, of) = self.choices.pick(&fitting);
                (format!("{path}[\"{key}\"]"), of)
            }
        }
    }

    /// What stands between square brackets.
    fn key(&mut self, is_index: bool) -> String {
        match self.choices.below(12) {
            0 => self.value(Shape::String, DEPTH_MAX - 1),
            1 => self.value(Shape::Int, DEPTH_MAX - 1),
            2 => self.choices.pick(&["-1", "9", "0", "1"]).to_owned(),
            _ if is_index => self.choices.pick(&["0", "1", "2"]).to_owned(),
            _ => format!("\"{}\"", self.choices.pick(&self.keys).0),
        }
    }

    /// A value, most likely of this shape.
    pub(crate) fn value(&mut self, shape: Shape, depth: usize) -> String {
        let shape = match shape {
            Shape::Any => self.any_shape(),
            _ if self.is_wrong() => self.any_shape(),
            shape => shape,
        };
        if !self.locals.is_empty() && self.choices.once_in(3) {
            return self.local();
        }
        if self.choices.once_in(60) {
            return self.choices.pick(COLLECTOR).to_owned();
        }
        let bound = if depth < DEPTH_MAX { 12 } else { 7 };
        match self.choices.below(bound) {
            0..=3 => self.place(shape).0,
            4..=6 => self.literal(shape, depth),
            7 if matches!(
                shape,
                Shape::Int | Shape::Double | Shape::Time | Shape::Duration
            ) =>
            {
                self.arithmetic(shape, depth)
            }
            8 if self.choices.once_in(3) => self.indexed_call(depth),
            9 if self.choices.once_in(10) => "nil".to_owned(),
            _ => self.converter(shape, depth),
        }
    }

    /// A parameter of a lambda, now and then with a key.
    fn local(&mut self) -> String {
        let local = self.locals[self.choices.below(self.locals.len())];
        match self.choices.below(8) {
            0 => format!("{local}[{}]", self.key(false)),
            1 => format!("{local}[{}]", self.key(true)),
            _ => local.to_owned(),
        }
    }

    fn literal(&mut self, shape: Shape, depth: usize) -> String {
        let depth = depth + 1;
        match shape {
            Shape::String | Shape::Any => format!("\"{}\"", self.choices.pick(STRINGS)),
            Shape::Int => match self.choices.below(6) {
                0 => self.symbol(),
                _ => self.choices.pick(INTS).to_owned(),
            },
            Shape::Double => self.choices.pick(DOUBLES).to_owned(),
            Shape::Bool => self.choices.pick(&["true", "false"]).to_owned(),
            Shape::Bytes => self.choices.pick(BYTES).to_owned(),
            Shape::List => self.list(Shape::Any, depth),
            Shape::Map => {
                let entries: Vec<String> = (0..self.choices.below(4))
                    .map(|_| {
                        let (key, of) = self.choices.pick(KEYS);
                        let value = self.value(of, depth.max(2));
                        format!("\"{key}\": {value}")
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            Shape::Time => self
                .choices
                .pick(&[
                    "Unix(1700000000, 123456789)",
                    "Unix(0)",
                    "Time(\"2023-05-06\", \"%Y-%m-%d\")",
                    "Unix(-5, 7)",
                    "Time(\"2023-05-06 07:08:09 +0200\", \"%Y-%m-%d %H:%M:%S %z\")",
                ])
                .to_owned(),
            Shape::Duration => self
                .choices
                .pick(&[
                    "Duration(\"90s\")",
                    "Duration(\"-1.5h\")",
                    "Duration(\"1ns\")",
                    "Duration(\"0\")",
                ])
                .to_owned(),
            Shape::Id => self
                .choices
                .pick(&[
                    "TraceID(0x0102030405060708090a0b0c0d0e0f10)",
                    "SpanID(0x1112131415161718)",
                    "TraceID(\"0102030405060708090a0b0c0d0e0f10\")",
                ])
                .to_owned(),
        }
    }

    fn list(&mut self, shape: Shape, depth: usize) -> String {
        let items: Vec<String> = (0..self.choices.below(4))
            .map(|_| self.value(shape, depth.max(2)))
            .collect();
        format!("[{}]", items.join(", "))
    }

    fn symbol(&mut self) -> String {
        let symbols = enums::symbols(self.context);
        match symbols.len() {
            0 => "0".to_owned(),
            count => symbols[self.choices.below(count)].0.to_owned(),
        }
    }

    fn arithmetic(&mut self, shape: Shape, depth: usize) -> String {
        let operator = self.choices.pick(&["+", "-", "*", "/", "-", "+"]);
        let (left, right) = match (shape, self.choices.below(2)) {
            (Shape::Time, _) => (Shape::Time, Shape::Duration),
            (Shape::Duration, 0) => (Shape::Time, Shape::Time),
            (shape, _) => (shape, shape),
        };
        let left = self.value(left, depth + 1);
        let right = self.value(right, depth + 1);
        match self.choices.below(6) {
            0 => format!("-({left} {operator} {right})"),
            1 => format!("({left} {operator} {right})"),
            _ => format!("{left} {operator} {right}"),
        }
    }

    fn converter(&mut self, shape: Shape, depth: usize) -> String {
        let yielding: Vec<&'static Word> = self
            .converters
            .iter()
            .copied()
            .filter(|word| word.yields(shape))
            .collect();
        if yielding.is_empty() {
            return self.literal(shape, depth);
        }
        let index = self.choices.below(yielding.len());
        self.call(yielding[index], depth + 1)
    }

    fn indexed_call(&mut self, depth: usize) -> String {
        let shape = self.choices.pick(&[Shape::Map, Shape::List]);
        let call = self.converter(shape, depth);
        if !call.ends_with(')') {
            return call;
        }
        let key = self.key(shape == Shape::List);
        format!("{call}[{key}]")
    }

    /// A call with random arguments, by position and by name, optional ones left out now and then.
    fn call(&mut self, word: &'static Word, depth: usize) -> String {
        let mut named = self.choices.once_in(8);
        let all_named = named;
        let mut arguments = Vec::new();
        for parameter in word.function.parameters {
            if parameter.optional && !self.choices.once_in(2) || self.choices.once_in(400) {
                named = true;
                continue;
            }
            named |= self.choices.once_in(20);
            let argument = self.argument(word, parameter, depth);
            arguments.push(match named {
                true => format!("{} = {argument}", parameter.name),
                false => argument,
            });
        }
        if all_named && self.choices.once_in(4) {
            arguments.reverse();
        }
        if self.choices.once_in(400) {
            arguments.push(self.value(Shape::Any, DEPTH_MAX));
        }
        format!("{}({})", word.function.name, arguments.join(", "))
    }

    fn argument(&mut self, word: &'static Word, parameter: &Parameter, depth: usize) -> String {
        if self.is_wrong() {
            return self.value(Shape::Any, depth + 1);
        }
        self.typed(word, parameter.name, parameter.ty, depth)
    }

    fn typed(&mut self, word: &'static Word, name: &str, ty: Type, depth: usize) -> String {
        let depth = depth + 1;
        match ty {
            Type::Getter => self.value(Shape::Any, depth),
            Type::StringGetter => match self.choices.below(3) {
                0 => self.value(Shape::String, depth),
                _ => self.string(word, name),
            },
            Type::StringLikeGetter | Type::ByteSliceLikeGetter => match self.choices.below(3) {
                0 => self.string(word, name),
                1 => self.value(Shape::String, depth),
                _ => self.value(Shape::Any, depth),
            },
            Type::IntGetter => self.value(Shape::Int, depth),
            Type::FloatGetter => self.value(Shape::Double, depth),
            Type::IntLikeGetter | Type::FloatLikeGetter | Type::BoolLikeGetter => {
                let shape = self.choices.pick(&[
                    Shape::Int,
                    Shape::Double,
                    Shape::String,
                    Shape::Bool,
                    Shape::Any,
                ]);
                self.value(shape, depth)
            }
            Type::BoolGetter => self.value(Shape::Bool, depth),
            Type::PMapGetter => self.value(Shape::Map, depth),
            Type::PSliceGetter => self.value(Shape::List, depth),
            Type::TimeGetter => self.value(Shape::Time, depth),
            Type::DurationGetter => self.value(Shape::Duration, depth),
            Type::Setter => self.place(Shape::Any).0,
            Type::GetSetter => self.place(Shape::String).0,
            Type::PMapGetSetter => self.place(Shape::Map).0,
            Type::PSliceGetSetter => self.place(Shape::List).0,
            Type::String => self.string(word, name),
            Type::Int => match self.choices.below(4) {
                0 => self.choices.pick(INTS).to_owned(),
                _ => self
                    .choices
                    .pick(&["1", "2", "3", "4", "10", "20"])
                    .to_owned(),
            },
            Type::Float => self.choices.pick(DOUBLES).to_owned(),
            Type::Bool => self.choices.pick(&["true", "false"]).to_owned(),
            Type::Bytes => self.choices.pick(BYTES).to_owned(),
            Type::Enum => self.symbol(),
            Type::List(item) => self.list_of(word, name, *item, depth),
            Type::SliceGetter(item) => match self.choices.below(3) {
                0 => self.value(Shape::List, depth),
                _ => self.list_of(word, name, *item, depth),
            },
            Type::FunctionGetter => {
                let index = self.choices.below(self.converters.len());
                let one_string = self
                    .choices
                    .pick(&["SHA256", "ToUpperCase", "MD5", "FNV", "Hex"]);
                match self.choices.below(6) {
                    0 => self.converters[index].function.name.to_owned(),
                    _ => one_string.to_owned(),
                }
            }
            Type::Lambda(count) => self.lambda(count, depth),
        }
    }

    fn list_of(&mut self, word: &'static Word, name: &str, item: Type, depth: usize) -> String {
        let items: Vec<String> = (0..self.choices.below(4))
            .map(|_| self.typed(word, name, item, depth.max(2)))
            .collect();
        format!("[{}]", items.join(", "))
    }

    /// A lambda expression of so many parameters.
    fn lambda(&mut self, count: u8, depth: usize) -> String {
        let names = match self.locals.is_empty() || self.choices.once_in(4) {
            true => ["x", "y", "z"],
            false => ["u", "v", "w"],
        };
        let count = match self.choices.once_in(60) {
            true => self.choices.below(4),
            false => count.into(),
        };
        let parameters = &names[..count.min(names.len())];
        let outer = self.locals.len();
        self.locals.extend(parameters);
        let body = match self.choices.below(6) {
            0 if count > 0 => parameters[self.choices.below(parameters.len())].to_owned(),
            1 | 2 => self.condition(depth),
            3 if count > 0 => {
                let operator = self.operator();
                let value = self.value(Shape::Any, depth);
                format!("{} {operator} {value}", self.local())
            }
            _ => self.value(Shape::Any, depth),
        };
        self.locals.truncate(outer);
        let is_unused = |name: &str| !body.contains(name);
        let written: Vec<&str> = parameters
            .iter()
            .map(|name| match is_unused(name) && self.choices.once_in(3) {
                true => "_",
                false => name,
            })
            .collect();
        format!("({}) => {body}", written.join(", "))
    }

    /// A string literal that the parameter may know.
    fn string(&mut self, word: &'static Word, name: &str) -> String {
        let is_pattern = name.contains("pattern") || name.contains("regex");
        let known = KNOWN.iter().find(|(part, _)| name.contains(part));
        match self.choices.below(8) {
            1.. if known.is_some() => {
                let words = known.map_or(&[""][..], |(_, words)| words);
                format!("\"{}\"", self.choices.pick(words))
            }
            0 | 1 => format!("\"{}\"", self.choices.pick(STRINGS)),
            2 | 3 if is_pattern => format!("\"{}\"", self.choices.pick(PATTERNS)),
            _ if is_pattern && word.strings.is_empty() => {
                format!("\"{}\"", self.choices.pick(PATTERNS))
            }
            _ if word.strings.is_empty() => format!("\"{}\"", self.choices.pick(STRINGS)),
            _ => word.strings[self.choices.below(word.strings.len())].clone(),
        }
    }

    fn operator(&mut self) -> &'static str {
        self.choices.pick(&["==", "!=", "<", "<=", ">", ">="])
    }

    /// A condition.
    pub(crate) fn condition(&mut self, depth: usize) -> String {
        let bound = if depth < DEPTH_MAX { 14 } else { 8 };
        match self.choices.below(bound) {
            0..=4 => {
                let shape = self.any_shape();
                let other = match self.choices.below(4) {
                    0 => self.any_shape(),
                    _ => shape,
                };
                let operator = self.operator();
                let left = self.value(shape, depth + 1);
                let right = match self.choices.below(6) {
                    0 => "nil".to_owned(),
                    _ => self.value(other, depth + 1),
                };
                format!("{left} {operator} {right}")
            }
            5 => self.choices.pick(&["true", "false"]).to_owned(),
            6 | 7 => self.converter(Shape::Bool, depth + 1),
            8 => format!("not {}", self.condition(depth + 1)),
            9 => format!("not ({})", self.condition(depth + 1)),
            10 => format!("({})", self.condition(depth + 1)),
            11 => format!(
                "{} or {}",
                self.condition(depth + 1),
                self.condition(depth + 1)
            ),
            _ => format!(
                "{} and {}",
                self.condition(depth + 1),
                self.condition(depth + 1)
            ),
        }
    }
}
