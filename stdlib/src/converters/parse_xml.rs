//! `ParseXML`: an XML element as a map.

use crate::limits::XML_VALUE_DEPTH_MAX;
use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::strings::trim_space;
use crate::xml::{Decoder, Token};
use bumpalo::Bump;
use bumpalo::collections::Vec as List;

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
    text: List<'a, u8>,
    attributes: MapBuilder<'a>,
    has_attributes: bool,
    children: List<'a, Value<'a>>,
}

impl<'a> Element<'a> {
    fn into_value(self, arena: &'a Bump) -> Value<'a> {
        let mut map = MapBuilder::with_capacity_in(4, arena);
        map.put(b"tag", Value::String(self.tag));
        if !self.text.is_empty() {
            map.put(b"content", Value::String(self.text.into_bump_slice()));
        }
        if self.has_attributes {
            map.put(b"attributes", self.attributes.into_value());
        }
        if !self.children.is_empty() {
            map.put(b"children", Value::List(self.children.into_bump_slice()));
        }
        map.into_value()
    }
}

fn parse_xml<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    let arena = call.arena();
    let mut decoder = Decoder::new(arena, target, false);
    let mut open: Vec<Element<'a>> = Vec::new();
    let element = loop {
        let token = decoder
            .next()
            .map_err(|error| call.error(format_args!("unmarshal xml: {error}")))?;
        let Some(token) = token else {
            return Err(Error::new("unmarshal xml: EOF"));
        };
        match token {
            Token::Start { name, attributes } => {
                if decoder.depth() > XML_VALUE_DEPTH_MAX {
                    return Err(Error::new("exceeded maximum XML nesting depth"));
                }
                let mut map = MapBuilder::with_capacity_in(attributes.len(), arena);
                for (name, value) in &attributes {
                    map.put(name.local, Value::String(value));
                }
                open.push(Element {
                    tag: name.local,
                    text: List::new_in(arena),
                    attributes: map,
                    has_attributes: !attributes.is_empty(),
                    children: List::new_in(arena),
                });
            }
            Token::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.extend_from_slice_copy(trim_space(text));
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
        }
    };
    if !decoder.is_at_end() {
        return Err(Error::new("trailing bytes after parsing xml"));
    }
    Ok(element)
}
