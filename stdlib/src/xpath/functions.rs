//! The functions of expressions.

use super::navigate::{Place, Test};
use super::plan::Plan;
use super::run::{Context, Query, Result, Value};
use crate::regex::{Cache, Regex, Template};
use crate::strings::trim_space;
use memchr::memmem;
use ottl_vm::text::number::parse_float;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    EndsWith,
    False,
    Floor,
    /// `last()` over what is filtered or grouped, not alone in a filter.
    Last,
    LocalName,
    LowerCase,
    Matches,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Replace,
    Reverse,
    Round,
    StartsWith,
    String,
    StringJoin,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

impl Function {
    /// The function of this name, and how many of its arguments it looks at.
    pub(super) fn named(name: &[u8], given: usize) -> Result<(Function, usize)> {
        use Function::*;
        let (function, least, most, taken) = match name {
            b"boolean" => (Boolean, 0, 1, 1),
            b"ceiling" => (Ceiling, 1, usize::MAX, 1),
            b"concat" => (Concat, 2, usize::MAX, usize::MAX),
            b"contains" => (Contains, 2, usize::MAX, 2),
            b"count" => (Count, 1, usize::MAX, 1),
            b"ends-with" => (EndsWith, 2, usize::MAX, 2),
            b"false" => (False, 0, usize::MAX, 0),
            b"floor" => (Floor, 1, usize::MAX, 1),
            b"local-name" => (LocalName, 0, 1, 1),
            b"lower-case" => (LowerCase, 1, usize::MAX, 1),
            b"matches" => (Matches, 2, 2, 2),
            b"name" => (Name, 0, 1, 1),
            b"namespace-uri" => (NamespaceUri, 0, 1, 1),
            b"normalize-space" => (NormalizeSpace, 0, usize::MAX, 1),
            b"not" => (Not, 1, usize::MAX, 1),
            b"number" => (Number, 0, 1, 1),
            b"replace" => (Replace, 3, 3, 3),
            b"reverse" => (Reverse, 1, usize::MAX, 1),
            b"round" => (Round, 1, usize::MAX, 1),
            b"starts-with" => (StartsWith, 2, usize::MAX, 2),
            b"string" => (String, 0, 1, 1),
            b"string-join" => (StringJoin, 2, 2, 2),
            b"string-length" => (StringLength, 1, usize::MAX, 1),
            b"substring" if given == 3 => (Substring, 2, usize::MAX, 3),
            b"substring" => (Substring, 2, usize::MAX, 2),
            b"substring-after" => (SubstringAfter, 2, 2, 2),
            b"substring-before" => (SubstringBefore, 2, 2, 2),
            b"sum" => (Sum, 1, usize::MAX, 1),
            b"translate" => (Translate, 3, 3, 3),
            b"true" => (True, 0, usize::MAX, 0),
            name => {
                return Err(format!(
                    "not yet support this function {}()",
                    std::string::String::from_utf8_lossy(name)
                ));
            }
        };
        if !(least..=most).contains(&given) {
            return Err(format!(
                "xpath: {} function got {given} arguments",
                std::string::String::from_utf8_lossy(name)
            ));
        }
        Ok((function, taken))
    }

    /// Checks arguments that are known.
    pub(super) fn check(self, arguments: &[Plan]) -> Result<()> {
        match (self, arguments.get(1)) {
            (Function::Matches, Some(Plan::Text(pattern))) => {
                let checked = Regex::new(pattern).map(|_| ());
                checked.map_err(|error| format!("matches() got error. {error}"))
            }
            (Function::Matches, Some(Plan::Number(_))) => {
                Err("matches() second argument must be a string".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// `position()`: one more than there are siblings before that the test takes.
pub(super) fn position(
    test: &Option<Test>,
    mut here: Place,
    context: &mut Context<'_, '_>,
) -> Result<f64> {
    let mut count = 1;
    while here.go_previous(context.document) {
        count += usize::from(takes(test, here, context));
    }
    Ok(count as f64)
}

/// `last()`: how many siblings the test takes.
pub(super) fn last(
    test: &Option<Test>,
    mut here: Place,
    context: &mut Context<'_, '_>,
) -> Result<f64> {
    here.go_first(context.document);
    let mut count = 0;
    loop {
        count += usize::from(takes(test, here, context));
        if !here.go_next(context.document) {
            return Ok(count as f64);
        }
    }
}

fn takes(test: &Option<Test>, place: Place, context: &Context<'_, '_>) -> bool {
    test.as_ref()
        .is_none_or(|test| test.takes(place, context.document))
}

/// A call on one node: its arguments, each evaluated anew.
struct Call<'p, 'h, 'c, 'd, 'a> {
    arguments: &'p [Plan],
    here: &'h mut Place,
    context: &'c mut Context<'d, 'a>,
}

pub(super) fn call(
    function: Function,
    arguments: &[Plan],
    here: &mut Place,
    context: &mut Context<'_, '_>,
) -> Result<Value> {
    let mut call = Call {
        arguments,
        here,
        context,
    };
    Ok(match function {
        Function::True => Value::Bool(true),
        Function::False => Value::Bool(false),
        Function::Boolean => Value::Bool(call.query(0)?.bool(call.here, call.context)?),
        Function::Not => Value::Bool(call.not()?),
        Function::Number => Value::Number(call.number(0)?),
        Function::Ceiling => Value::Number(call.number(0)?.ceil()),
        Function::Floor => Value::Number(call.number(0)?.floor()),
        Function::Round => Value::Number(round(call.number(0)?)),
        Function::Count => Value::Number(call.nodes(0)?.map_or(0, |nodes| nodes.len()) as f64),
        Function::Sum => Value::Number(call.sum()?),
        Function::Last => Value::Number(last(&None, *call.here, call.context)?),
        Function::String if arguments.is_empty() => {
            Value::Text(call.here.value(call.context.document).to_vec())
        }
        Function::String => Value::Text(call.text(0)?),
        Function::Concat => {
            let mut text = Vec::new();
            for number in 0..arguments.len() {
                text.extend(call.text(number)?);
            }
            Value::Text(text)
        }
        Function::LowerCase => Value::Text(lower(&call.text(0)?)),
        Function::Name | Function::LocalName | Function::NamespaceUri => {
            Value::Text(call.name(function)?)
        }
        Function::StartsWith | Function::EndsWith | Function::Contains => {
            Value::Bool(call.compares(function)?)
        }
        Function::Matches => call.matches()?,
        Function::Replace => Value::Text(call.replace()?),
        Function::Translate => Value::Text(call.translate()?),
        Function::NormalizeSpace => Value::Text(normalized(&call.plain(0)?.unwrap_or_default())),
        Function::StringLength => Value::Number(call.plain(0)?.map_or(0, |text| text.len()) as f64),
        Function::StringJoin => Value::Text(call.joined()?),
        Function::Substring => Value::Text(call.substring()?),
        Function::SubstringAfter | Function::SubstringBefore => {
            Value::Text(call.cut(function == Function::SubstringAfter)?)
        }
        Function::Reverse => Value::Nodes,
    })
}

impl<'p> Call<'p, '_, '_, '_, '_> {
    fn query(&self, number: usize) -> Result<Query<'p>> {
        let plan = self.arguments.get(number);
        plan.map(Query::new)
            .ok_or_else(|| "an argument is missing".to_owned())
    }

    fn number(&mut self, number: usize) -> Result<f64> {
        self.query(number)?.number(self.here, self.context)
    }

    /// The text of an argument of any type.
    fn text(&mut self, number: usize) -> Result<Vec<u8>> {
        let text = self.query(number)?.text(self.here, self.context)?;
        Ok(text.unwrap_or_default())
    }

    /// The text of an argument that is one, or of its first node; none for anything else.
    fn plain(&mut self, number: usize) -> Result<Option<Vec<u8>>> {
        let mut query = self.query(number)?;
        Ok(match query.evaluate(self.here, self.context)? {
            Value::Text(text) => Some(text),
            Value::Nodes => query
                .select(self.here, self.context)?
                .map(|place| place.value(self.context.document).to_vec()),
            _ => None,
        })
    }

    /// The text of an argument that must be one.
    fn literal(&mut self, number: usize) -> Result<Vec<u8>> {
        match self.query(number)?.evaluate(self.here, self.context)? {
            Value::Text(text) => Ok(text),
            _ => Err("an argument must be a string".to_owned()),
        }
    }

    /// The nodes of an argument, if it is nodes.
    fn nodes(&mut self, number: usize) -> Result<Option<Vec<Place>>> {
        let mut query = self.query(number)?;
        let Value::Nodes = query.evaluate(self.here, self.context)? else {
            return Ok(None);
        };
        let mut places = Vec::new();
        while let Some(place) = query.select(self.here, self.context)? {
            places.push(place);
        }
        Ok(Some(places))
    }

    fn not(&mut self) -> Result<bool> {
        let mut query = self.query(0)?;
        Ok(match query.evaluate(self.here, self.context)? {
            Value::Bool(value) => !value,
            Value::Nodes => query.select(self.here, self.context)?.is_none(),
            _ => false,
        })
    }

    fn sum(&mut self) -> Result<f64> {
        if let Some(places) = self.nodes(0)? {
            let values = places
                .iter()
                .map(|place| place.value(self.context.document));
            return Ok(values.filter_map(|value| parse_float(value).ok()).sum());
        }
        match self.query(0)?.evaluate(self.here, self.context)? {
            Value::Number(number) => Ok(number),
            Value::Text(text) => parse_float(&text)
                .map_err(|_| "sum() argument must be a node-set or number".to_owned()),
            _ => Ok(0.0),
        }
    }

    fn name(&mut self, function: Function) -> Result<Vec<u8>> {
        let place = match self.arguments.is_empty() {
            true => Some(*self.here),
            false => self.query(0)?.select(self.here, self.context)?,
        };
        let Some(place) = place else {
            return Ok(Vec::new());
        };
        let document = self.context.document;
        let prefix = place.prefix(document);
        Ok(match function {
            Function::NamespaceUri => place.namespace(document).to_vec(),
            Function::Name if !prefix.is_empty() => [prefix, b":", place.name(document)].concat(),
            _ => place.name(document).to_vec(),
        })
    }

    fn compares(&mut self, function: Function) -> Result<bool> {
        let mut query = self.query(0)?;
        let text = match query.evaluate(self.here, self.context)? {
            Value::Text(text) => text,
            Value::Nodes => match query.select(self.here, self.context)? {
                Some(place) => place.value(self.context.document).to_vec(),
                None => return Ok(false),
            },
            _ => return Err("an argument must be a string".to_owned()),
        };
        let wanted = self.literal(1)?;
        Ok(match function {
            Function::StartsWith => text.starts_with(&wanted),
            Function::EndsWith => text.ends_with(&wanted),
            _ => memmem::find(&text, &wanted).is_some(),
        })
    }

    fn matches(&mut self) -> Result<Value> {
        let mut query = self.query(0)?;
        let text = match query.evaluate(self.here, self.context)? {
            Value::Text(text) => text,
            Value::Nodes => match query.select(self.here, self.context)? {
                Some(place) => place.value(self.context.document).to_vec(),
                None => return Ok(Value::Text(Vec::new())),
            },
            _ => Vec::new(),
        };
        let regex = pattern(&self.literal(1)?)?;
        Ok(Value::Bool(regex.is_match(&mut Cache::new(), &text)))
    }

    fn replace(&mut self) -> Result<Vec<u8>> {
        let text = self.text(0)?;
        let regex = pattern(&self.text(1)?)?;
        let mut template = self.text(2)?;
        for group in (1..=regex.capture_count()).rev() {
            let braced = format!("${{{group}}}");
            template = replaced(&template, format!("${group}").as_bytes(), braced.as_bytes());
        }
        let mut out = Vec::new();
        let template = Template::new(&template);
        let found = regex.replace_all(&mut Cache::new(), &text, &template, &mut out);
        match found.map_err(|error| error.to_string())? {
            true => Ok(out),
            false => Ok(text),
        }
    }

    fn translate(&mut self) -> Result<Vec<u8>> {
        let text = self.text(0)?;
        let from = self.text(1)?;
        let to = self.text(2)?;
        let mut pairs = Vec::new();
        let mut at = 0;
        while at < from.len() {
            let (c, length) = crate::utf8::first(&from[at..]);
            let new = to.get(at).map(|byte| char::from(*byte).to_string());
            pairs.push((c.to_string(), new.unwrap_or_default()));
            at += length;
        }
        let mut out = Vec::new();
        let mut rest = &text[..];
        while let Some(first) = rest.first() {
            match pairs
                .iter()
                .find(|pair| rest.starts_with(pair.0.as_bytes()))
            {
                Some((old, new)) => {
                    out.extend_from_slice(new.as_bytes());
                    rest = &rest[old.len()..];
                }
                None => {
                    out.push(*first);
                    rest = &rest[1..];
                }
            }
        }
        Ok(out)
    }

    fn joined(&mut self) -> Result<Vec<u8>> {
        let separator = self.plain(1)?.unwrap_or_default();
        if let Some(places) = self.nodes(0)? {
            let values = places
                .iter()
                .map(|place| place.value(self.context.document));
            return Ok(values.collect::<Vec<_>>().join(&separator[..]));
        }
        Ok(self.plain(0)?.unwrap_or_default())
    }

    /// In bytes, and where the reference would take what is not there, an error.
    fn substring(&mut self) -> Result<Vec<u8>> {
        let mut query = self.query(0)?;
        let text = match query.evaluate(self.here, self.context)? {
            Value::Text(text) => text,
            Value::Nodes => match query.select(self.here, self.context)? {
                Some(place) => place.value(self.context.document).to_vec(),
                None => return Ok(Vec::new()),
            },
            _ => Vec::new(),
        };
        let start = self.known_number(1)?.round();
        let size = text.len() as f64;
        if start > size {
            return Ok(Vec::new());
        }
        let part = |from: f64, to: f64| {
            let is_inside = from >= 0.0 && from <= to && to <= size;
            match is_inside {
                true => Ok(text[from as usize..to as usize].to_vec()),
                false => Err("substring() is out of range".to_owned()),
            }
        };
        if self.arguments.len() < 3 {
            return match start <= 0.0 {
                true => Ok(text),
                false => part(start - 1.0, size),
            };
        }
        let length = self.known_number(2)?.round();
        if length <= 0.0 {
            return Ok(Vec::new());
        }
        let length = length.min(size);
        if start < 0.0 {
            let length = length + start;
            return match length <= 1.0 {
                true => Ok(Vec::new()),
                false => part(0.0, length - 1.0),
            };
        }
        match start == 0.0 {
            true => part(0.0, length - 1.0),
            false => part(start - 1.0, length + start - 1.0),
        }
    }

    fn known_number(&mut self, number: usize) -> Result<f64> {
        match self.query(number)?.evaluate(self.here, self.context)? {
            Value::Number(number) => Ok(number),
            _ => Err("substring() argument must be a number".to_owned()),
        }
    }

    fn cut(&mut self, after: bool) -> Result<Vec<u8>> {
        let text = self.plain(0)?.unwrap_or_default();
        let word = self.plain(1)?.unwrap_or_default();
        let at = memmem::find(&text, &word).filter(|_| !word.is_empty());
        Ok(match at {
            Some(at) if after => text[at + word.len()..].to_vec(),
            Some(at) => text[..at].to_vec(),
            None => Vec::new(),
        })
    }
}

fn pattern(text: &[u8]) -> Result<Regex> {
    Regex::new(text).map_err(|error| format!("not a valid regexp pattern: {error}"))
}

fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in memmem::find_iter(text, old) {
        out.extend_from_slice(&text[from..at]);
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// Halves go up.
fn round(number: f64) -> f64 {
    if (-0.5..0.5).contains(&number) {
        return number * 0.0;
    }
    let floor = number.floor();
    if number - floor >= 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// Character by character, each for one.
fn lower(text: &[u8]) -> Vec<u8> {
    let single = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) => lower,
            _ if c == '\u{130}' => 'i',
            _ => c,
        }
    };
    let text = String::from_utf8_lossy(text);
    text.chars().map(single).collect::<String>().into_bytes()
}

/// Without white space at the ends, and with a blank for each run of it.
fn normalized(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(trim_space(text));
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !characters.peek().is_some_and(|next| next.is_whitespace()) {
            out.push(' ');
        }
    }
    out.into_bytes()
}
