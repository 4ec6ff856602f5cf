//! From text to tokens, checked as Go's strict decoder checks them.

use super::names::is_name;
use crate::limits::XML_DEPTH_MAX;
use crate::utf8;
use bumpalo::Bump;
use bumpalo::collections::Vec as List;
use encoding_rs::Encoding;
use memchr::memmem;
use ottl_vm::compare::same_text;
use std::collections::HashMap;

/// A name with what stands before its colon, or the namespace which that stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    pub(crate) space: &'a [u8],
    pub(crate) local: &'a [u8],
}

impl PartialEq for Name<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        same_text(self.local, other.local) && same_text(self.space, other.space)
    }
}

#[derive(Debug)]
pub(crate) enum Token<'a> {
    Start {
        name: Name<'a>,
        attributes: &'a [(Name<'a>, &'a [u8])],
    },
    End,
    /// Text, whether it stood in a CDATA section or not.
    Text(&'a [u8]),
    Comment(&'a [u8]),
    Instruction {
        target: &'a [u8],
        text: &'a [u8],
    },
    /// `<!…>`.
    Directive(&'a [u8]),
    /// Nothing is left.
    Over,
}

type Result<T> = std::result::Result<T, String>;

/// An element that is open: its name, and what its namespace declarations hide.
type Open<'a> = (Name<'a>, Vec<(&'a [u8], Option<&'a [u8]>)>);

/// Reads tokens.
pub(crate) struct Decoder<'a> {
    arena: &'a Bump,
    input: &'a [u8],
    at: usize,
    /// Whether the `<` at `at` ended the token before.
    is_peeked: bool,
    /// Whether the element that was read last ends itself.
    is_empty: bool,
    open: List<'a, Open<'a>>,
    namespaces: HashMap<&'a [u8], &'a [u8]>,
    /// Whether other encodings than UTF-8 may be declared.
    decodes: bool,
    /// Whether the text behind the declaration was decoded.
    is_decoded: bool,
    /// How the token that was read last begins.
    seen: &'a [u8],
}

fn syntax<T>(text: impl AsRef<str>) -> Result<T> {
    Err(format!("XML syntax error: {}", text.as_ref()))
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

impl<'a> Decoder<'a> {
    /// `decodes` says whether the text may be declared to be in another encoding than UTF-8.
    pub(crate) fn new(arena: &'a Bump, input: &'a [u8], decodes: bool) -> Decoder<'a> {
        Decoder {
            arena,
            input,
            at: 0,
            is_peeked: false,
            is_empty: false,
            open: List::new_in(arena),
            namespaces: HashMap::new(),
            decodes,
            is_decoded: false,
            seen: input,
        }
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether all was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.input.len()
    }

    /// How the token that was read last begins; without the `<` where that ended the token before.
    pub(crate) fn seen(&self) -> &'a [u8] {
        self.seen
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'a>> {
        if std::mem::take(&mut self.is_empty) {
            self.seen = b"";
            self.close();
            return Ok(Token::End);
        }
        let start = self.at + usize::from(std::mem::take(&mut self.is_peeked));
        self.seen = match self.is_decoded && self.at > 0 {
            true => b"",
            false => &self.input[start.min(self.input.len())..],
        };
        let Some(first) = self.input.get(self.at) else {
            return match self.open.is_empty() {
                true => Ok(Token::Over),
                false => syntax("unexpected EOF"),
            };
        };
        if *first != b'<' {
            return self.text(None, false).map(Token::Text);
        }
        self.at += 1;
        match self.must()? {
            b'/' => self.end(),
            b'?' => self.instruction(),
            b'!' => self.mark(),
            _ => {
                self.at -= 1;
                self.start()
            }
        }
    }

    fn must(&mut self) -> Result<u8> {
        let Some(byte) = self.input.get(self.at) else {
            return syntax("unexpected EOF");
        };
        self.at += 1;
        Ok(*byte)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\r' | b'\n' | b'\t') = self.input.get(self.at) {
            self.at += 1;
        }
    }

    /// What looks like a name at this place, which the text must not end with.
    fn raw_name(&mut self) -> Result<&'a [u8]> {
        let is_part = |c: &u8| {
            !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, b'_' | b':' | b'.' | b'-')
        };
        let rest = &self.input[self.at..];
        let length = rest.iter().take_while(|c| is_part(c)).count();
        if length == rest.len() {
            return syntax("unexpected EOF");
        }
        self.at += length;
        Ok(&rest[..length])
    }

    fn plain_name(&mut self, expected: &str) -> Result<&'a [u8]> {
        let name = self.raw_name()?;
        match name {
            [] => syntax(expected),
            name if !is_name(name) => syntax(format!("invalid XML name: {}", shown(name))),
            name => Ok(name),
        }
    }

    fn name(&mut self, expected: &str) -> Result<Name<'a>> {
        match self.local_name() {
            Some(local) => Ok(Name { space: b"", local }),
            None => self.any_name(expected),
        }
    }

    /// A name in ASCII without a colon: nearly every one.
    fn local_name(&mut self) -> Option<&'a [u8]> {
        let rest = &self.input[self.at..];
        let is_part = |byte: &u8| CLASSES[usize::from(*byte)] & IN_NAME != 0;
        let length = rest.iter().position(|byte| !is_part(byte))?;
        let (name, rest) = rest.split_at(length);
        let is_whole = matches!(name, [b'A'..=b'Z' | b'a'..=b'z' | b'_', ..])
            && !matches!(rest, [b':' | 0x80.., ..]);
        if !is_whole {
            return None;
        }
        self.at += length;
        Some(name)
    }

    fn any_name(&mut self, expected: &str) -> Result<Name<'a>> {
        let name = self.plain_name(expected)?;
        let mut parts = name.splitn(2, |c| *c == b':');
        let (space, local) = (parts.next().unwrap_or_default(), parts.next());
        match local {
            Some(local) if local.contains(&b':') => syntax(expected),
            Some(local) if !space.is_empty() && !local.is_empty() => Ok(Name { space, local }),
            _ => Ok(Name {
                space: b"",
                local: name,
            }),
        }
    }

    fn end(&mut self) -> Result<Token<'a>> {
        let name = self.name("expected element name after </")?;
        self.skip_space();
        if self.must()? != b'>' {
            return syntax(format!(
                "invalid characters between </{} and >",
                shown(name.local)
            ));
        }
        match self.open.last() {
            None => syntax(format!("unexpected end element </{}>", shown(name.local))),
            Some((open, _)) if *open != name => syntax(format!(
                "element <{}> closed by </{}>",
                shown(open.local),
                shown(name.local)
            )),
            Some(_) => {
                self.close();
                Ok(Token::End)
            }
        }
    }

    fn close(&mut self) {
        let hidden = self.open.pop().map(|(_, hidden)| hidden);
        for (prefix, space) in hidden.unwrap_or_default().into_iter().rev() {
            match space {
                Some(space) => self.namespaces.insert(prefix, space),
                None => self.namespaces.remove(prefix),
            };
        }
    }

    fn instruction(&mut self) -> Result<Token<'a>> {
        let target = self.plain_name("expected target name after <?")?;
        self.skip_space();
        let Some(length) = memmem::find(&self.input[self.at..], b"?>") else {
            return syntax("unexpected EOF");
        };
        let text = &self.input[self.at..self.at + length];
        self.at += length + 2;
        if target == b"xml" {
            let version = declared(text, b"version=");
            if !matches!(version, b"" | b"1.0") {
                return Err(format!(
                    "xml: unsupported version {:?}; only version 1.0 is supported",
                    shown(version)
                ));
            }
            let encoding = declared(text, b"encoding=");
            if !encoding.is_empty() && !encoding.eq_ignore_ascii_case(b"utf-8") {
                self.decode(encoding)?;
            }
        }
        Ok(Token::Instruction { target, text })
    }

    /// Goes on with the rest of the text decoded.
    fn decode(&mut self, label: &[u8]) -> Result<()> {
        let encoding = Encoding::for_label(label).filter(|_| self.decodes);
        let Some(encoding) = encoding else {
            return Err(format!("xml: opening charset {:?}", shown(label)));
        };
        let (text, _) = encoding.decode_without_bom_handling(&self.input[self.at..]);
        self.input = self.arena.alloc_str(&text).as_bytes();
        self.at = 0;
        self.is_decoded = true;
        Ok(())
    }

    /// What begins with `<!`.
    fn mark(&mut self) -> Result<Token<'a>> {
        let first = self.must()?;
        match first {
            b'-' => {
                if self.must()? != b'-' {
                    return syntax("invalid sequence <!- not part of <!--");
                }
                let rest = &self.input[self.at..];
                match memmem::find(rest, b"--") {
                    Some(length) if rest.get(length + 2) == Some(&b'>') => {
                        self.at += length + 3;
                        Ok(Token::Comment(&rest[..length]))
                    }
                    Some(length) if rest.len() > length + 2 => {
                        syntax("invalid sequence \"--\" not allowed in comments")
                    }
                    _ => syntax("unexpected EOF"),
                }
            }
            b'[' => {
                if !self.input[self.at..].starts_with(b"CDATA[") {
                    return syntax("invalid <![ sequence");
                }
                self.at += b"CDATA[".len();
                self.text(None, true).map(Token::Text)
            }
            first => self.directive(first),
        }
    }

    /// What stands up to the closing bracket, comments inside replaced by a blank.
    fn directive(&mut self, first: u8) -> Result<Token<'a>> {
        let mut out = List::new_in(self.arena);
        out.push(first);
        let mut quote = None;
        let mut depth = 0_usize;
        loop {
            let byte = self.must()?;
            if quote.is_none() && byte == b'>' && depth == 0 {
                return Ok(Token::Directive(out.into_bump_slice()));
            }
            out.push(byte);
            match (quote, byte) {
                (Some(open), byte) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'>') => depth = depth.saturating_sub(1),
                (None, b'<') if self.input[self.at..].starts_with(b"!--") => {
                    out.pop();
                    self.at += 3;
                    let Some(length) = memmem::find(&self.input[self.at..], b"-->") else {
                        return syntax("unexpected EOF");
                    };
                    self.at += length + 3;
                    out.push(b' ');
                }
                (None, b'<') => depth += 1,
                _ => {}
            }
        }
    }

    fn start(&mut self) -> Result<Token<'a>> {
        let mut name = self.name("expected element name after <")?;
        let mut attributes = List::new_in(self.arena);
        loop {
            self.skip_space();
            match self.must()? {
                b'/' if self.must()? == b'>' => {
                    self.is_empty = true;
                    break;
                }
                b'/' => return syntax("expected /> in element"),
                b'>' => break,
                _ => self.at -= 1,
            }
            let name = self.name("expected attribute name in element")?;
            self.skip_space();
            if self.must()? != b'=' {
                return syntax("attribute name without = in element");
            }
            self.skip_space();
            let value = match self.must()? {
                quote @ (b'"' | b'\'') => self.text(Some(quote), false)?,
                _ => return syntax("unquoted or missing attribute value in element"),
            };
            attributes.push((name, value));
        }
        if self.open.len() >= XML_DEPTH_MAX {
            return Err("exceeded maximum XML nesting depth".to_owned());
        }
        let mut hidden = Vec::new();
        for (attribute, value) in &attributes {
            let prefix = match (attribute.space, attribute.local) {
                (b"xmlns", local) => local,
                (b"", b"xmlns") => b"",
                _ => continue,
            };
            hidden.push((prefix, self.namespaces.insert(prefix, value)));
        }
        self.open.push((name, hidden));
        self.translate(&mut name, true);
        for (attribute, _) in &mut attributes {
            self.translate(attribute, false);
        }
        Ok(Token::Start {
            name,
            attributes: attributes.into_bump_slice(),
        })
    }

    /// Puts the namespace in the place of a prefix, if it has one.
    fn translate(&self, name: &mut Name<'a>, is_element: bool) {
        match name.space {
            b"xmlns" => return,
            b"" if !is_element || name.local == b"xmlns" => return,
            b"xml" => name.space = b"http://www.w3.org/XML/1998/namespace",
            _ => {}
        }
        if let Some(space) = self.namespaces.get(name.space) {
            name.space = space;
        }
    }

    /// Text up to a tag, up to the closing quote, or up to the end of a CDATA section; references resolved
    /// and line ends as line feeds.
    fn text(&mut self, quote: Option<u8>, is_cdata: bool) -> Result<&'a [u8]> {
        if let Some(text) = self.plain_text(quote, is_cdata) {
            return Ok(text);
        }
        let mut out = List::new_in(self.arena);
        let mut previous = [0, 0];
        loop {
            let Some(&byte) = self.input.get(self.at) else {
                if is_cdata {
                    return syntax("unexpected EOF in CDATA section");
                }
                break;
            };
            self.at += 1;
            if quote.is_none() && previous == *b"]]" && byte == b'>' {
                if !is_cdata {
                    return syntax("unescaped ]]> not in CDATA section");
                }
                out.truncate(out.len() - 2);
                break;
            }
            if byte == b'<' && !is_cdata {
                if quote.is_some() {
                    return syntax("unescaped < inside quoted string");
                }
                self.at -= 1;
                self.is_peeked = true;
                break;
            }
            if Some(byte) == quote {
                break;
            }
            if byte == b'&' && !is_cdata {
                let c = self.reference()?;
                out.extend_from_slice_copy(c.encode_utf8(&mut [0; 4]).as_bytes());
                previous = [0, 0];
                continue;
            }
            match byte {
                b'\r' => out.push(b'\n'),
                b'\n' if previous[1] == b'\r' => {}
                byte => out.push(byte),
            }
            previous = [previous[1], byte];
        }
        let text = out.into_bump_slice();
        let Ok(valid) = simdutf8::basic::from_utf8(text) else {
            return syntax("invalid UTF-8");
        };
        let is_allowed = |c: char| match c {
            '\t' | '\n' | '\r' => true,
            '\u{fffe}' | '\u{ffff}' => false,
            c => c >= ' ',
        };
        match valid.chars().find(|c| !is_allowed(*c)) {
            Some(c) => syntax(format!("illegal character code U+{:04X}", u32::from(c))),
            None => Ok(text),
        }
    }

    /// The same, if it is ASCII that is taken as it is: most text.
    fn plain_text(&mut self, quote: Option<u8>, is_cdata: bool) -> Option<&'a [u8]> {
        let plain = match quote {
            Some(b'"') => IN_DOUBLE_QUOTES,
            Some(_) => IN_SINGLE_QUOTES,
            None if is_cdata => IN_CDATA,
            None => IN_TEXT,
        };
        let rest = &self.input[self.at..];
        let end = rest
            .iter()
            .position(|byte| CLASSES[usize::from(*byte)] & plain == 0);
        let (text, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let after = match quote {
            Some(quote) => rest.starts_with(&[quote]).then_some(1)?,
            None if is_cdata => rest.starts_with(b"]]>").then_some(3)?,
            None => {
                self.is_peeked = rest.starts_with(b"<");
                self.is_peeked.then_some(0)?
            }
        };
        self.at += text.len() + after;
        Some(text)
    }

    /// The character that a reference behind `&` stands for.
    fn reference(&mut self) -> Result<char> {
        let start = self.at;
        let found = if self.input.get(self.at) == Some(&b'#') {
            self.at += 1;
            let base = match self.input.get(self.at) {
                Some(b'x') => 16,
                _ => 10,
            };
            self.at += usize::from(base == 16);
            let digits = &self.input[self.at..];
            let is_digit = |c: &u8| char::from(*c).is_digit(base);
            let length = digits.iter().take_while(|c| is_digit(c)).count();
            self.at += length;
            str::from_utf8(&digits[..length])
                .ok()
                .and_then(|digits| u64::from_str_radix(digits, base).ok())
                .filter(|code| *code <= u64::from(u32::from(char::MAX)))
                .and_then(|code| u32::try_from(code).ok())
                .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        } else {
            match self.raw_name()? {
                b"lt" => Some('<'),
                b"gt" => Some('>'),
                b"amp" => Some('&'),
                b"apos" => Some('\''),
                b"quot" => Some('"'),
                _ => None,
            }
        };
        match (found, self.must()?) {
            (Some(c), b';') => Ok(c),
            _ => syntax(format!(
                "invalid character entity &{}",
                shown(&self.input[start..self.at])
            )),
        }
    }
}

/// What a byte stands for by itself: in a name without a colon, in text, in a CDATA section, in quotes of both kinds.
const IN_NAME: u8 = 1;
const IN_TEXT: u8 = 2;
const IN_CDATA: u8 = 4;
const IN_DOUBLE_QUOTES: u8 = 8;
const IN_SINGLE_QUOTES: u8 = 16;

/// By byte: where it stands for itself.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-') {
            classes[byte as usize] |= IN_NAME;
        }
        if matches!(byte, b' '..=b'~' | b'\t' | b'\n') {
            if byte != b']' {
                classes[byte as usize] |= IN_CDATA;
            }
            if !matches!(byte, b'<' | b'&' | b']') {
                classes[byte as usize] |= IN_TEXT;
                if byte != b'"' {
                    classes[byte as usize] |= IN_DOUBLE_QUOTES;
                }
                if byte != b'\'' {
                    classes[byte as usize] |= IN_SINGLE_QUOTES;
                }
            }
        }
        byte += 1;
    }
    classes
};

/// The value of a pseudo-attribute of a declaration; empty if there is none.
fn declared<'a>(text: &'a [u8], parameter: &[u8]) -> &'a [u8] {
    let mut rest = text;
    while let Some(found) = memmem::find(rest, parameter) {
        let Some((quote, after)) = rest[found + parameter.len()..].split_first() else {
            return b"";
        };
        if matches!(quote, b'"' | b'\'') {
            let end = after.iter().position(|c| c == quote);
            return end.map_or(b"", |end| &after[..end]);
        }
        rest = after;
    }
    b""
}

/// Whether text is white space alone.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let (c, length) = utf8::first(rest);
        if !c.is_whitespace() {
            return false;
        }
        rest = &rest[length..];
    }
    true
}
