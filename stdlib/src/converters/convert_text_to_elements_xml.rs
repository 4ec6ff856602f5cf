//! `ConvertTextToElementsXML`: texts between elements of an XML document as elements.

use crate::markup;
use crate::prelude::*;
use crate::xml::{Document, Kind, NodeId};
use crate::xpath::XPath;

function! {
    /// The XML document `target` with each text that stands beside an element or another text put into an
    /// element of its own, named `element_name` (default: `value`). `xpath` selects the elements in which
    /// that is done, at all levels (default: `/`, everywhere).
    ///
    /// An `xpath` that is no XPath expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// ConvertTextToElementsXML("<a>x<b>y</b>z</a>")  # "<a><value>x</value><b>y</b><value>z</value></a>"
    /// ConvertTextToElementsXML("<a>x<b>y<c/></b></a>", "/a/b", "text")  # "<a>x<b><text>y</text><c></c></b></a>"
    /// ConvertTextToElementsXML("x")  # error: parse xml: xmlquery: invalid XML document
    /// ```
    pub(crate) static FUNCTION = converter ConvertTextToElementsXML(
        target: StringGetter,
        xpath[optional]: String,
        element_name[optional]: String,
    ) costly, prepare prepare, run convert;
}

struct Arguments {
    xpath: XPath,
    name: Vec<u8>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let name = literals.string(2).filter(|name| !name.is_empty());
    Ok(Box::new(Arguments {
        xpath: markup::prepare_xpath(literals, 1, b"/")?,
        name: name.unwrap_or(b"value").to_vec(),
    }))
}

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let arguments: &Arguments = call.prepared();
    let mut document = markup::document(call, 0)?;
    let name = call.bytes(&arguments.name);
    for place in markup::selected(call, &arguments.xpath, &document)? {
        let is_parent = matches!(
            document.node(place.node).kind,
            Kind::Element | Kind::Document
        );
        if is_parent && !place.is_attribute(&document) {
            convert_below(&mut document, place.node, name);
        }
    }
    markup::output(call, &document)
}

/// Converts the texts in a node and in the elements below it.
fn convert_below<'a>(document: &mut Document<'a>, top: NodeId, name: &'a [u8]) {
    let mut open = vec![top];
    while let Some(parent) = open.pop() {
        let of_kind = |kind| {
            let is_kind = |id: &NodeId| document.node(*id).kind == kind;
            document.children(parent).filter(is_kind).collect()
        };
        let elements: Vec<NodeId> = of_kind(Kind::Element);
        let texts: Vec<NodeId> = of_kind(Kind::Text);
        if elements.len() + texts.len() > 1 {
            for text in texts {
                let inner = document.add(Kind::Text, document.node(text).data);
                let node = document.node_mut(text);
                node.kind = Kind::Element;
                node.data = name;
                (node.first, node.last) = (Some(inner), Some(inner));
            }
        }
        open.extend(elements);
    }
}
