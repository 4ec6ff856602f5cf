//! `ConvertAttributesToElementsXML`: attributes of an XML document as elements.

use crate::markup;
use crate::prelude::*;
use crate::xml::Kind;
use crate::xpath::XPath;

function! {
    /// The XML document `target` with attributes made to elements, which stand behind the children of the
    /// element that had them. `xpath` selects the attributes (default: `//@*`, all of them).
    ///
    /// An `xpath` that is no XPath expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// ConvertAttributesToElementsXML("<a id=\"7\"><b k=\"v\"/></a>")  # "<a><b><k>v</k></b><id>7</id></a>"
    /// ConvertAttributesToElementsXML("<a id=\"7\"><b k=\"v\"/></a>", "/a/b/@k")  # "<a id=\"7\"><b><k>v</k></b></a>"
    /// ConvertAttributesToElementsXML("x")  # error: parse xml: xmlquery: invalid XML document
    /// ```
    pub(crate) static FUNCTION = converter ConvertAttributesToElementsXML(
        target: StringGetter,
        xpath[optional]: String,
    ) costly, prepare prepare, run convert;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(markup::prepare_xpath(literals, 1, b"//@*")?))
}

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let xpath: &XPath = call.prepared();
    let mut document = markup::document(call, 0)?;
    let mut places = markup::selected(call, xpath, &document)?;
    places.retain(|place| place.is_attribute(&document));
    let found: Vec<(&'a [u8], &'a [u8])> = places
        .iter()
        .map(|place| (place.name(&document), place.value(&document)))
        .collect();
    for (place, (name, value)) in places.into_iter().zip(found) {
        let element = document.add(Kind::Element, name);
        let text = document.add(Kind::Text, value);
        document.node_mut(element).first = Some(text);
        document.add_child(place.node, element);
        document.remove_attribute(place.node, name);
    }
    markup::output(call, &document)
}
