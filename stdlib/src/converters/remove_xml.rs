//! `RemoveXML`: an XML document without some of its parts.

use crate::markup::{self, prepare};
use crate::prelude::*;
use crate::xml::Kind;

function! {
    /// The XML document `target` without the elements, attributes, texts, CDATA sections and comments that
    /// the XPath expression `xpath` selects. An empty `target` yields empty text.
    ///
    /// An `xpath` that is no XPath expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// RemoveXML("<a id=\"7\"><b>1</b>x</a>", "/a/b")  # "<a id=\"7\">x</a>"
    /// RemoveXML("<a id=\"7\"><b>1</b>x</a>", "//@id")  # "<a><b>1</b>x</a>"
    /// RemoveXML("<a>", "/a")  # error: parse xml: XML syntax error: unexpected EOF
    /// ```
    pub(crate) static FUNCTION = converter RemoveXML(target: StringGetter, xpath: String)
        costly, prepare prepare, run remove_xml;
}

fn remove_xml<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let Some((mut document, places)) = markup::chosen(call)? else {
        return Ok(Value::String(b""));
    };
    // Numbers of attributes change while some are removed, their names do not.
    let names: Vec<Option<&'a [u8]>> = places
        .iter()
        .map(|place| place.is_attribute(&document).then(|| place.name(&document)))
        .collect();
    for (place, attribute) in places.into_iter().zip(names) {
        match (attribute, document.node(place.node).kind) {
            (Some(name), _) => document.remove_attribute(place.node, name),
            (None, Kind::Element | Kind::Comment | Kind::CharData) => document.remove(place.node),
            (None, Kind::Text) => document.node_mut(place.node).data = b"",
            _ => {}
        }
    }
    markup::output(call, &document)
}
