//! `GetXML`: parts of an XML document.

use crate::markup::{self, prepare};
use crate::prelude::*;
use crate::xml::Kind;

function! {
    /// The elements, texts and values of attributes that the XPath expression `xpath` selects in the XML
    /// document `target`, one after the other as XML text. Comments and other nodes are left out. An empty
    /// `target` yields empty text.
    ///
    /// An `xpath` that is no XPath expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// GetXML("<a><b>1</b><c/><b>2</b></a>", "/a/b")  # "<b>1</b><b>2</b>"
    /// GetXML("<a id=\"7\"/>", "/a/@id")  # "7"
    /// GetXML("<a>", "/a")  # error: parse xml: XML syntax error: unexpected EOF
    /// ```
    pub(crate) static FUNCTION = converter GetXML(target: StringGetter, xpath: String)
        costly, prepare prepare, run get_xml;
}

fn get_xml<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let Some((mut document, places)) = markup::chosen(call)? else {
        return Ok(Value::String(b""));
    };
    let result = document.add(Kind::Document, b"");
    for place in places {
        let text = match document.node(place.node).kind {
            _ if place.is_attribute(&document) => place.value(&document),
            Kind::Element | Kind::Text => {
                document.add_child(result, place.node);
                continue;
            }
            Kind::CharData => document.inner_text(place.node),
            _ => continue,
        };
        let text = document.add(Kind::Text, text);
        document.add_child(result, text);
    }
    markup::below(call, &document, result)
}
