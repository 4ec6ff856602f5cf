//! `InsertXML`: an XML document with another one in it.

use crate::markup::{self, prepare};
use crate::prelude::*;
use crate::xml::{Document, Kind};
use crate::xpath::XPath;

function! {
    /// The XML document `target` with the nodes of the XML document `sub_document` put behind the children of
    /// each element that the XPath expression `xpath` selects. Selecting anything else is an error. An empty
    /// `target` is a document without elements.
    ///
    /// An `xpath` that is no XPath expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// InsertXML("<a><b/></a>", "/a", "<c>x</c>")  # "<a><b></b><c>x</c></a>"
    /// InsertXML("", "/", "<c/>")  # "<c></c>"
    /// InsertXML("<a id=\"7\"/>", "/a/@id", "<c/>")  # error: InsertXML XPath selected non-element: "id"
    /// ```
    pub(crate) static FUNCTION = converter InsertXML(
        target: StringGetter,
        xpath: String,
        sub_document: StringGetter,
    ) costly, prepare prepare, run insert_xml;
}

fn insert_xml<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let xpath: &XPath = call.prepared();
    let target = call.string(0)?;
    let mut document = match target {
        [] => Document::new(call.arena(), Kind::Element),
        target => markup::parsed(call, target)?,
    };
    let inserted = markup::document(call, 2)?;
    let places = markup::selected(call, xpath, &document)?;
    let inserted = document.absorb(inserted);
    for place in places {
        let is_parent = matches!(
            document.node(place.node).kind,
            Kind::Element | Kind::Document
        );
        if place.is_attribute(&document) || !is_parent {
            return Err(call.error(format_args!(
                "InsertXML XPath selected non-element: {:?}",
                String::from_utf8_lossy(place.name(&document))
            )));
        }
        let mut child = document.node(inserted).first;
        while let Some(id) = child {
            child = document.node(id).next;
            document.add_child(place.node, id);
        }
    }
    markup::output(call, &document)
}
