//! Makes a differing case smaller while it differs in the same way.

use crate::case::{set_wire, wire_of};
use crate::compare::{Comparer, Difference, Verdict};
use crate::wire;
use serde_json::Value;
use std::io::Result;
use std::time::Instant;

/// The most attempts at a case.
const ATTEMPTS_MAX: usize = 1500;

struct Shrinker<'c> {
    comparer: &'c mut Comparer,
    case: Value,
    difference: Difference,
    attempts: usize,
    deadline: Instant,
}

/// The smallest case found that differs as this one does.
pub(crate) fn shrunk(
    comparer: &mut Comparer,
    case: Value,
    difference: Difference,
    deadline: Instant,
) -> Result<(Value, Difference)> {
    let mut shrinker = Shrinker {
        comparer,
        case,
        difference,
        attempts: 0,
        deadline,
    };
    loop {
        let before = shrinker.case.clone();
        shrinker.parts("/config")?;
        shrinker.texts("/config")?;
        shrinker.parts("/input")?;
        shrinker.wire()?;
        if shrinker.case == before || shrinker.is_over() {
            return Ok((shrinker.case, shrinker.difference));
        }
    }
}

impl Shrinker<'_> {
    fn is_over(&self) -> bool {
        self.attempts >= ATTEMPTS_MAX || Instant::now() >= self.deadline
    }

    /// Keeps the smaller case if it still differs in the same way.
    fn try_case(&mut self, case: Value) -> Result<bool> {
        if self.is_over() {
            return Ok(false);
        }
        self.attempts += 1;
        match self.comparer.compare(&case)? {
            Verdict::Differs(difference) if difference.kind == self.difference.kind => {
                self.case = case;
                self.difference = difference;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Removes items and fields below a pointer, the largest first.
    fn parts(&mut self, pointer: &str) -> Result<()> {
        let mut index = 0;
        loop {
            let Some(value) = self.case.pointer(pointer) else {
                return Ok(());
            };
            let keys: Vec<String> = match value {
                Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
                Value::Object(fields) => fields.keys().cloned().collect(),
                _ => return Ok(()),
            };
            let Some(key) = keys.get(index) else {
                return Ok(());
            };
            let mut smaller = self.case.clone();
            match smaller.pointer_mut(pointer) {
                Some(Value::Array(items)) => drop(items.remove(index)),
                Some(Value::Object(fields)) => drop(fields.remove(key)),
                _ => return Ok(()),
            }
            if !self.try_case(smaller)? {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                self.parts(&format!("{pointer}/{escaped}"))?;
                index += 1;
            }
        }
    }

    /// Removes fields of a request on the wire.
    fn wire(&mut self) -> Result<()> {
        let mut next = 0;
        while let Some((kind, request)) = wire_of(&self.case)
            && !self.is_over()
            && let Some(smaller) = wire::smaller(kind, &request).into_iter().nth(next)
        {
            let mut case = self.case.clone();
            set_wire(&mut case, &smaller);
            next += usize::from(!self.try_case(case)?);
        }
        Ok(())
    }

    /// Makes the statements and conditions below a pointer smaller.
    fn texts(&mut self, pointer: &str) -> Result<()> {
        let children: Vec<String> = match self.case.pointer(pointer) {
            Some(Value::Array(items)) => (0..items.len()).map(|index| index.to_string()).collect(),
            Some(Value::Object(fields)) => fields.keys().cloned().collect(),
            Some(Value::String(_)) => return self.text(pointer),
            _ => return Ok(()),
        };
        for child in children {
            self.texts(&format!("{pointer}/{child}"))?;
        }
        Ok(())
    }

    fn text(&mut self, pointer: &str) -> Result<()> {
        let mut next = 0;
        loop {
            let Some(Value::String(text)) = self.case.pointer(pointer) else {
                return Ok(());
            };
            let Some(smaller) = smaller(text).into_iter().nth(next) else {
                return Ok(());
            };
            let mut case = self.case.clone();
            if let Some(place) = case.pointer_mut(pointer) {
                *place = Value::String(smaller);
            }
            next = match self.try_case(case)? {
                // What was refused before is refused most likely now: go on from there.
                true => next,
                false => next + 1,
            };
            if self.is_over() {
                return Ok(());
            }
        }
    }
}

/// A text's tokens, each with the spaces before it.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            byte if is_word(byte) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
        tokens.push(&text[start..at]);
        start = at;
    }
    tokens
}

/// Smaller texts, the smallest first: without brackets around a part, without a range of tokens, with simpler
/// literals. Most of them are wrong, which both sides say.
fn smaller(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let count = tokens.len();
    let mut all: Vec<String> = Vec::new();
    let without = |gone: &dyn Fn(usize) -> bool| -> String {
        let kept = (0..count).filter(|index| !gone(*index));
        kept.map(|index| tokens[index])
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let mut length = count / 2;
    while length > 1 {
        for start in (0..count).step_by((length / 2).max(1)) {
            all.push(without(&|index| (start..start + length).contains(&index)));
        }
        length /= 2;
    }
    for (open, close) in pairs(&tokens) {
        let name = open.saturating_sub(usize::from(tokens[open].trim() == "("));
        all.push(without(&|index| {
            (name..=open).contains(&index) || index == close
        }));
        all.push(without(&|index| index == open || index == close));
        all.push(without(&|index| (open..=close).contains(&index)));
        all.push(without(&|index| index > open && index < close));
        all.push(without(&|index| (name..=close).contains(&index)));
    }
    for width in [1, 2, 3] {
        for start in 0..count {
            all.push(without(&|index| (start..start + width).contains(&index)));
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        for simple in simpler(token.trim()) {
            let mut changed = tokens.clone();
            let spaced = format!(
                "{}{simple}",
                &token[..token.len() - token.trim_start().len()]
            );
            changed[at] = &spaced;
            all.push(changed.concat());
        }
    }
    all.retain(|smaller| !smaller.is_empty() && smaller != text);
    all.dedup();
    all
}

/// The brackets that belong together.
fn pairs(tokens: &[&str]) -> Vec<(usize, usize)> {
    let mut open = Vec::new();
    let mut pairs = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.trim() {
            "(" | "[" | "{" => open.push(index),
            ")" | "]" | "}" => pairs.extend(open.pop().map(|start| (start, index))),
            _ => {}
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Simpler literals in place of this token, always shorter or lower, so that shrinking ends.
fn simpler(token: &str) -> Vec<String> {
    let inner = token
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.is_empty() => {
            let chars: Vec<char> = inner.chars().collect();
            let halves = [&chars[..chars.len() / 2], &chars[chars.len() / 2..]];
            let without = (0..chars.len()).map(|gone| {
                let kept = chars.iter().enumerate().filter(|(at, _)| *at != gone);
                kept.map(|(_, char)| *char).collect::<String>()
            });
            let shorter = halves.map(|half| half.iter().collect::<String>());
            let all = shorter.into_iter().chain(without);
            all.filter(|shorter| shorter.len() < inner.len())
                .map(|shorter| format!("\"{shorter}\""))
                .collect()
        }
        None if token.len() > 1 && token.starts_with(|first: char| first.is_ascii_digit()) => {
            vec!["0".to_owned(), "1".to_owned()]
        }
        _ => Vec::new(),
    }
}
