//! `ParseSimplifiedXML`: the text of XML elements as a map.

use crate::limits::XML_VALUE_DEPTH_MAX;
use crate::maps::MapBuilder;
use crate::markup;
use crate::prelude::*;
use crate::xml::{Document, Kind, NodeId, ROOT};
use bumpalo::collections::Vec as List;
use std::collections::HashMap;

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

/// The elements in a node as a map; none if there is nothing in them.
fn children<'a>(
    document: &Document<'a>,
    parent: NodeId,
    depth: usize,
) -> Result<Option<Value<'a>>, Error<'a>> {
    if depth > XML_VALUE_DEPTH_MAX {
        return Err(Error::new("exceeded maximum XML nesting depth"));
    }
    let elements = || {
        document
            .children(parent)
            .filter(|id| is_element(document, *id))
    };
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for child in elements() {
        *counts.entry(document.node(child).data).or_default() += 1;
    }
    // Lists are filled after their place in the map is known.
    let mut lists: HashMap<&[u8], List<'a, Value<'a>>> = HashMap::new();
    let mut map = MapBuilder::new_in(document.arena);
    let mut is_empty = true;
    for child in elements() {
        let node = document.node(child);
        if node.first.is_none() {
            continue;
        }
        let is_list = counts.get(node.data).is_some_and(|count| *count > 1);
        if is_list && !lists.contains_key(node.data) {
            lists.insert(node.data, List::new_in(document.arena));
            map.put(node.data, Value::Nil);
            is_empty = false;
        }
        let value = match leaf(document, child) {
            Some(text) => Some(Value::String(text)),
            None => children(document, child, depth + 1)?,
        };
        let Some(value) = value else { continue };
        match lists.get_mut(node.data) {
            Some(list) => list.push(value),
            None => map.put(node.data, value),
        }
        is_empty = false;
    }
    for (name, list) in lists {
        map.put(name, Value::List(list.into_bump_slice()));
    }
    Ok((!is_empty).then(|| map.into_value()))
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
