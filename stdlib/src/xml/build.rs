//! From tokens to a document.

use super::token::{Decoder, Name, Token};
use super::tree::{Attribute, Document, Kind, NodeId, ROOT, split_name};
use crate::strings::trim_space;
use bumpalo::Bump;
use std::collections::HashMap;

/// The document that a text holds, which must have an element. The reference adds a declaration where there
/// is none and then takes out the first node, unless the text begins with `<?xml`.
pub(crate) fn document<'a>(arena: &'a Bump, text: &'a [u8]) -> Result<Document<'a>, String> {
    let mut builder = Builder::new(arena, text);
    while builder.add_next().map_err(parse_error)? {}
    let mut document = builder.document;
    let mut tops = std::iter::successors(Some(ROOT), |id| document.node(*id).next);
    let is_element = |id: NodeId| document.node(id).kind == Kind::Element;
    if !tops.any(|id| document.children(id).any(is_element)) {
        return Err(parse_error("xmlquery: invalid XML document".to_owned()));
    }
    if !text.starts_with(b"<?xml")
        && let Some(first) = document.node(ROOT).first
    {
        document.remove(first);
    }
    Ok(document)
}

fn parse_error(error: String) -> String {
    format!("parse xml: {error}")
}

struct Builder<'a> {
    decoder: Decoder<'a>,
    document: Document<'a>,
    /// The element or instruction that was added last, or what it stands in.
    previous: NodeId,
    /// The level that the next node is on.
    level: usize,
    /// The prefix that a namespace was declared with last, and on which level; see [`Builder::prefix`].
    prefixes: HashMap<&'a [u8], (&'a [u8], usize)>,
}

impl<'a> Builder<'a> {
    fn new(arena: &'a Bump, text: &'a [u8]) -> Builder<'a> {
        Builder {
            decoder: Decoder::new(arena, text, true),
            document: Document::new(arena, Kind::Document),
            previous: ROOT,
            level: 0,
            prefixes: HashMap::new(),
        }
    }

    /// The prefix that stands for a namespace, and on which level it was declared.
    fn prefix(&self, namespace: &[u8]) -> Option<(&'a [u8], usize)> {
        let known = self.prefixes.get(namespace).copied();
        known.or_else(|| {
            (namespace == b"http://www.w3.org/XML/1998/namespace").then_some((b"xml", 0))
        })
    }

    /// Adds what the next token is. Whether there was one.
    fn add_next(&mut self) -> Result<bool, String> {
        match self.decoder.next()? {
            Token::Over => return Ok(false),
            Token::Start { name, attributes } => self.start(name, attributes),
            Token::End => {
                self.level = self.level.saturating_sub(1);
                Ok(())
            }
            Token::Text(text) => {
                let seen = self.decoder.seen();
                let seen = seen.strip_prefix(b"<").unwrap_or(seen);
                let is_cdata = seen
                    .get(..8)
                    .is_some_and(|seen| seen.eq_ignore_ascii_case(b"![CDATA["));
                let kind = if is_cdata { Kind::CharData } else { Kind::Text };
                self.leaf(kind, text)
            }
            Token::Comment(text) => self.leaf(Kind::Comment, text),
            Token::Directive(text) => self.leaf(Kind::Notation, text),
            Token::Instruction { target, text } => self.instruction(target, text),
        }?;
        Ok(true)
    }

    fn leaf(&mut self, kind: Kind, text: &'a [u8]) -> Result<(), String> {
        let id = self.document.add(kind, text);
        self.place(id, self.level)
    }

    /// Puts a node where its level says.
    fn place(&mut self, id: NodeId, level: usize) -> Result<(), String> {
        self.document.node_mut(id).level = level;
        let known = self.document.node(self.previous).level;
        if level > known {
            self.document.add_child(self.previous, id);
            return Ok(());
        }
        let missing = || "xmlquery: node outside of the document".to_owned();
        let mut sibling = self.previous;
        for _ in level..known {
            sibling = self.document.node(sibling).parent.ok_or_else(missing)?;
        }
        if known > level + 1 {
            // All but the last step are kept.
            for _ in level + 1..known {
                let parent = self.document.node(self.previous).parent;
                self.previous = parent.ok_or_else(missing)?;
            }
        }
        self.document.add_sibling(sibling, id);
        Ok(())
    }

    fn start(&mut self, name: Name<'a>, attributes: &[(Name<'a>, &'a [u8])]) -> Result<(), String> {
        if self.level == 0 {
            let declaration = self.document.add(Kind::Declaration, b"xml");
            self.document.node_mut(declaration).level = 1;
            self.attribute(declaration, b"version", b"1.0");
            self.document.add_child(self.previous, declaration);
            self.level = 1;
            self.previous = declaration;
        }
        for (name, value) in attributes {
            if name.local == b"xmlns" {
                let level = self.level;
                if self.prefix(value).is_none_or(|known| known.1 >= level) {
                    self.prefixes.insert(value, (b"", level));
                }
            } else if name.space == b"xmlns" {
                self.prefixes.insert(value, (name.local, self.level));
            }
        }
        if !name.space.is_empty() && self.prefix(name.space).is_none() {
            return Err(format!(
                "xmlquery: invalid XML document, namespace {} is missing",
                String::from_utf8_lossy(name.space)
            ));
        }
        let id = self.document.add(Kind::Element, name.local);
        self.document.node_mut(id).namespace = name.space;
        for (name, value) in attributes {
            let prefix = self.prefix(name.space);
            let attribute = Attribute {
                prefix: prefix.map_or(name.space, |known| known.0),
                local: name.local,
                value,
                namespace: name.space,
            };
            self.document.node_mut(id).attributes.push(attribute);
        }
        self.place(id, self.level)?;
        if !name.space.is_empty()
            && let Some((prefix, _)) = self.prefix(name.space)
        {
            let seen = self.decoder.seen();
            let seen = seen.strip_prefix(b"<").unwrap_or(seen);
            let rest = seen.strip_prefix(prefix);
            let rest = rest.and_then(|rest| rest.strip_prefix(b":"));
            if rest.is_some_and(|rest| rest.starts_with(name.local)) {
                self.document.node_mut(id).prefix = prefix;
            }
        }
        self.previous = id;
        self.level += 1;
        Ok(())
    }

    fn instruction(&mut self, target: &'a [u8], text: &'a [u8]) -> Result<(), String> {
        let is_first = self.document.node(self.previous).kind == Kind::Document;
        let level = self.level + usize::from(is_first);
        let kind = match target {
            b"xml" => Kind::Declaration,
            _ => Kind::Instruction,
        };
        let id = self.document.add(kind, target);
        self.document.node_mut(id).instruction = trim_space(text);
        for pair in text.split(|c| *c == b' ').map(trim_space) {
            if let Some(equals @ 1..) = memchr::memchr(b'=', pair) {
                let is_quote = |c| matches!(c, '"' | '\'');
                let value = crate::strings::trim(&pair[equals + 1..], is_quote);
                self.attribute(id, &pair[..equals], value);
            }
        }
        self.place(id, level)?;
        self.previous = id;
        self.level = level;
        Ok(())
    }

    /// Adds an attribute, unless there is one of this name.
    fn attribute(&mut self, id: NodeId, name: &'a [u8], value: &'a [u8]) {
        let (prefix, local) = split_name(name);
        let attributes = &mut self.document.node_mut(id).attributes;
        let is_known = |known: &Attribute<'_>| known.prefix == prefix && known.local == local;
        if !attributes.iter().any(is_known) {
            attributes.push(Attribute {
                prefix,
                local,
                value,
                namespace: b"",
            });
        }
    }
}
