//! XML as the reference sees it: the tokens of Go's encoding/xml (`token`), and the tree of
//! antchfx/xmlquery (`tree`, `build`, `output`), with what it does to declarations, prefixes and siblings.

mod build;
pub(crate) mod names;
mod output;
mod token;
mod tree;

pub(crate) use build::document;
pub(crate) use output::append_children;
pub(crate) use token::{Decoder, Name, Token, is_blank};
pub(crate) use tree::{Attribute, Document, Kind, NodeId, ROOT};
