//! XPath 1.0 as antchfx/xpath has it: a text is parsed (`scan`, `parse`), arranged into queries (`plan`),
//! and those are run over a document (`run`, `functions`). Queries yield nodes one by one; the node they are
//! evaluated on moves along with filters, which can be seen in answers.

mod compare;
mod functions;
mod navigate;
mod parse;
mod plan;
mod run;
mod scan;

use crate::xml::Document;
pub(crate) use navigate::Place;
use plan::Plan;

/// A compiled expression.
pub(crate) struct XPath(Plan);

impl XPath {
    /// Compiles an expression. What follows it in the text is not looked at, as in the reference.
    pub(crate) fn new(text: &[u8]) -> Result<XPath, String> {
        if text.is_empty() {
            return Err("invalid xpath: expr expression is nil".to_owned());
        }
        parse::parse(text)
            .and_then(|tree| plan::plan(&tree))
            .map(XPath)
            .map_err(|error| format!("invalid xpath: {error}"))
    }

    /// The nodes that the expression selects, from the document's root. Some may come more than once.
    pub(crate) fn select(&self, document: &Document<'_>) -> Result<Vec<Place>, String> {
        run::select(&self.0, document)
    }
}
