//! Functions over XML text: the expression as an argument, and the text from the document that it becomes.

use crate::prelude::*;
use crate::xml::{self, Document, NodeId, ROOT};
use crate::xpath::{Place, XPath};

/// The expression given for a parameter, or `default` if that is empty or not given.
pub(crate) fn prepare_xpath(
    literals: Literals<'_>,
    parameter: usize,
    default: &[u8],
) -> Result<XPath, String> {
    match literals.string(parameter) {
        None | Some(b"") => XPath::new(default),
        Some(text) => XPath::new(text),
    }
}

/// Prepares a function whose second argument is an expression.
pub(crate) fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(prepare_xpath(literals, 1, b"")?))
}

/// The document that is the first argument of such a function, and what its expression selects there. None for no text.
pub(crate) fn chosen<'a>(
    call: &mut Call<'_, '_, 'a>,
) -> Result<Option<(Document<'a>, Vec<Place>)>, Error<'a>> {
    let xpath: &XPath = call.prepared();
    let target = call.string(0)?;
    if target.is_empty() {
        return Ok(None);
    }
    let document = parsed(call, target)?;
    let places = selected(call, xpath, &document)?;
    Ok(Some((document, places)))
}

/// The document in the text given for a parameter.
pub(crate) fn document<'a>(
    call: &mut Call<'_, '_, 'a>,
    parameter: usize,
) -> Result<Document<'a>, Error<'a>> {
    let text = call.string(parameter)?;
    parsed(call, text)
}

/// The document that a text holds.
pub(crate) fn parsed<'a>(
    call: &Call<'_, '_, 'a>,
    text: &'a [u8],
) -> Result<Document<'a>, Error<'a>> {
    xml::document(call.arena(), text).map_err(|error| call.error(format_args!("{error}")))
}

/// What an expression selects in a document.
pub(crate) fn selected<'a>(
    call: &Call<'_, '_, 'a>,
    xpath: &XPath,
    document: &Document<'a>,
) -> Result<Vec<Place>, Error<'a>> {
    xpath
        .select(document)
        .map_err(|error| call.error(format_args!("{error}")))
}

/// The document as text.
pub(crate) fn output<'a>(call: &Call<'_, '_, 'a>, document: &Document<'a>) -> Outcome<'a> {
    below(call, document, ROOT)
}

/// What stands in a node as text.
pub(crate) fn below<'a>(
    call: &Call<'_, '_, 'a>,
    document: &Document<'a>,
    node: NodeId,
) -> Outcome<'a> {
    /// Most documents are no longer.
    const BYTES_USUAL: usize = 512;
    let mut out = Vec::with_capacity(BYTES_USUAL);
    xml::append_children(document, node, &mut out).map_err(Error::new)?;
    Ok(Value::String(call.bytes(&out)))
}
