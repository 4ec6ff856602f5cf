//! `ParseSimplifiedXML`: the text of XML elements as a map.

use crate::limits::XML_VALUE_DEPTH_MAX;
use crate::maps::MapBuilder;
use crate::markup;
use crate::prelude::*;
use crate::xml::{Document, Kind, NodeId, ROOT};
use bumpalo::collections::Vec as List;
use ottl_vm::value::Entry;

function! {
    /// The XML document `target` as a map from the names of elements to what is in them: a string where there
    /// is text alone, a map where there are elements, whose text between them is left out, and a list of
    /// those where elements of the same name stand beside each other. Attributes and empty elements are left
    /// out.
    ///
    /// ```ottl
    /// ParseSimplifiedXML("<a><b>1</b><b>2</b><c id=\"7\">x</c><d/></a>")  # {"a": {"b": ["1", "2"], "c": "x"}}
    /// ParseSimplifiedXML("<a/>")  # {}
    /// ParseSimplifiedXML("x")  # error: parse xml: xmlquery: invalid XML document
    /// ```
    pub(crate) static FUNCTION = converter ParseSimplifiedXML(target: StringGetter)
        costly, run parse_simplified_xml;
}

fn parse_simplified_xml<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let document = markup::document(call, 0)?;
    let map = children(&document, ROOT, 0)?;
    Ok(map.unwrap_or(Value::Map(&[])))
}

/// The elements of one name in a node.
struct Siblings<'a> {
    count: usize,
    /// Where they stand in the map, once one of them has something in it.
    place: Option<usize>,
    values: List<'a, Value<'a>>,
}

impl<'a> Siblings<'a> {
    /// The only one as it is, several as a list.
    fn into_value(self) -> Option<Value<'a>> {
        match self.count {
            1 => self.values.first().copied(),
            _ => Some(Value::List(self.values.into_bump_slice())),
        }
    }
}

/// The elements in a node as a map; none if there is nothing in them.
fn children<'a>(
    document: &Document<'a>,
    parent: NodeId,
    depth: usize,
) -> Result<Option<Value<'a>>, Error<'a>> {
    if depth > XML_VALUE_DEPTH_MAX {
        return Err(Error::new("exceeded maximum XML nesting depth"));
    }
    let arena = document.arena;
    let (mut names, mut all) = (MapBuilder::new_in(arena), List::new_in(arena));
    let mut entries = List::new_in(arena);
    for child in document.children(parent) {
        let node = document.node(child);
        if !is_element(document, child) {
            continue;
        }
        let number = names.place(node.data);
        if number == all.len() {
            all.push(Siblings {
                count: 0,
                place: None,
                values: List::new_in(arena),
            });
        }
        all[number].count += 1;
        if node.first.is_none() {
            continue;
        }
        let value = match leaf(document, child) {
            Some(text) => Some(Value::String(text)),
            None => children(document, child, depth + 1)?,
        };
        let siblings: &mut Siblings<'a> = &mut all[number];
        siblings.values.extend(value);
        if siblings.place.is_none() {
            siblings.place = Some(entries.len());
            let (key, value) = (node.data, Value::Nil);
            entries.push(Entry { key, value });
        }
    }
    for siblings in all {
        if let Some(place) = siblings.place
            && let Some(value) = siblings.into_value()
        {
            entries[place].value = value;
        }
    }
    entries.retain(|entry| !entry.value.is_nil());
    Ok((!entries.is_empty()).then(|| Value::Map(entries.into_bump_slice())))
}

fn is_element(document: &Document<'_>, id: NodeId) -> bool {
    document.node(id).kind == Kind::Element
}

/// The first text in an element that has no elements, unless it is empty.
fn leaf<'a>(document: &Document<'a>, id: NodeId) -> Option<&'a [u8]> {
    if document
        .children(id)
        .any(|child| is_element(document, child))
    {
        return None;
    }
    let is_text = |id: &NodeId| matches!(document.node(*id).kind, Kind::Text | Kind::CharData);
    let text = document.node(document.children(id).find(is_text)?).data;
    (!text.is_empty()).then_some(text)
}
