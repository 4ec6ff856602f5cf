//! `ParseXML`: an XML element as a map.

use crate::limits::XML_VALUE_DEPTH_MAX;
use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::strings::trim_space;
use crate::xml::{Decoder, Name, Token};
use bumpalo::Bump;
use bumpalo::collections::Vec as List;
use ottl_vm::value::Entry;

function! {
    /// The XML element in `target` as a map: the string `tag`, and as far as the element has them the string
    /// `content`, the map of strings `attributes`, and the list `children` of such maps. Prefixes of names
    /// are left out, as are white space around text, comments and instructions. Nothing may follow the
    /// element.
    ///
    /// ```ottl
    /// ParseXML("<a id=\"1\"><b>x</b><b/></a>")  # {"tag": "a", "attributes": {"id": "1"}, "children": [{"tag": "b", "content": "x"}, {"tag": "b"}]}
    /// ParseXML("<a>")  # error: unmarshal xml: XML syntax error: unexpected EOF
    /// ```
    pub(crate) static FUNCTION = converter ParseXML(target: StringGetter) costly, run parse_xml;
}

/// An element that is being read.
struct Element<'a> {
    tag: &'a [u8],
    text: &'a [u8],
    /// All text, if it stands in several places.
    texts: List<'a, u8>,
    /// Nil if there are none.
    attributes: Value<'a>,
    children: List<'a, Value<'a>>,
}

impl<'a> Element<'a> {
    fn add_text(&mut self, text: &'a [u8]) {
        if self.text.is_empty() {
            self.text = text;
        } else if !text.is_empty() {
            if self.texts.is_empty() {
                self.texts.extend_from_slice_copy(self.text);
            }
            self.texts.extend_from_slice_copy(text);
        }
    }

    fn into_value(self, arena: &'a Bump) -> Value<'a> {
        let text = match self.texts.is_empty() {
            true => self.text,
            false => self.texts.into_bump_slice(),
        };
        let mut entries = List::with_capacity_in(4, arena);
        let mut put = |key, value| entries.push(Entry { key, value });
        put(b"tag" as &[u8], Value::String(self.tag));
        if !text.is_empty() {
            put(b"content", Value::String(text));
        }
        if !self.attributes.is_nil() {
            put(b"attributes", self.attributes);
        }
        if !self.children.is_empty() {
            put(b"children", Value::List(self.children.into_bump_slice()));
        }
        Value::Map(entries.into_bump_slice())
    }
}

/// Attributes as a map; nil if there are none.
fn attributes<'a>(attributes: &[(Name<'a>, &'a [u8])], arena: &'a Bump) -> Value<'a> {
    if attributes.is_empty() {
        return Value::Nil;
    }
    let mut map = MapBuilder::with_capacity_in(attributes.len(), arena);
    for (name, value) in attributes {
        map.put(name.local, Value::String(value));
    }
    map.into_value()
}

fn parse_xml<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    let arena = call.arena();
    let mut decoder = Decoder::new(arena, target, false);
    let mut open: List<'a, Element<'a>> = List::new_in(arena);
    let element = loop {
        let token = decoder
            .next()
            .map_err(|error| call.error(format_args!("unmarshal xml: {error}")))?;
        match token {
            Token::Start {
                name,
                attributes: given,
            } => {
                if decoder.depth() > XML_VALUE_DEPTH_MAX {
                    return Err(Error::new("exceeded maximum XML nesting depth"));
                }
                open.push(Element {
                    tag: name.local,
                    text: b"",
                    texts: List::new_in(arena),
                    attributes: attributes(given, arena),
                    children: List::new_in(arena),
                });
            }
            Token::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.add_text(trim_space(text));
                }
            }
            Token::End => {
                let value = open.pop().map(|element| element.into_value(arena));
                let value = value.unwrap_or_default();
                match open.last_mut() {
                    Some(parent) => parent.children.push(value),
                    None => break value,
                }
            }
            Token::Comment(_) | Token::Instruction { .. } | Token::Directive(_) => {}
            Token::Over => return Err(Error::new("unmarshal xml: EOF")),
        }
    };
    if !decoder.is_at_end() {
        return Err(Error::new("trailing bytes after parsing xml"));
    }
    Ok(element)
}
