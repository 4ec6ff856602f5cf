//! From nodes to text.

use super::tree::{Document, Kind, Node, NodeId};
use crate::limits::XML_OUTPUT_BYTES_MAX;
use crate::strings::trim_space;

/// What is still to be written: a chain of siblings, whose white space is kept or not, or an end tag.
enum Open {
    Chain(Option<NodeId>, bool),
    End(NodeId),
}

/// Levels of which there is room to note what is still to be written, twice.
const DEPTH_USUAL: usize = 16;

/// Appends the children of a node as text. An error if they are too much: chains may have become circles.
pub(crate) fn append_children(
    document: &Document<'_>,
    parent: NodeId,
    out: &mut Vec<u8>,
) -> Result<(), &'static str> {
    let keeps = keeps_space(document.node(parent), true);
    let mut open = Vec::with_capacity(DEPTH_USUAL);
    open.push(Open::Chain(document.node(parent).first, keeps));
    let mut visits = 0;
    while let Some(next) = open.pop() {
        visits += 1;
        if out.len().max(visits) > XML_OUTPUT_BYTES_MAX {
            return Err("the resulting XML is too large");
        }
        match next {
            Open::End(id) => append_end(document.node(id), out),
            Open::Chain(None, _) => {}
            Open::Chain(Some(id), keeps) => {
                let node = document.node(id);
                open.push(Open::Chain(node.next, keeps));
                let keeps = keeps_space(node, keeps);
                if append_start(node, keeps, out) {
                    open.push(Open::End(id));
                    open.push(Open::Chain(node.first, keeps));
                }
            }
        }
    }
    Ok(())
}

fn keeps_space(node: &Node<'_>, keeps: bool) -> bool {
    let space = node
        .attributes
        .iter()
        .find(|attribute| attribute.prefix == b"xml" && attribute.local == b"space");
    match space.map(|attribute| attribute.value) {
        Some(b"preserve") => true,
        Some(b"default") => false,
        _ => keeps,
    }
}

/// Appends a node up to its children; whether it may have some.
fn append_start(node: &Node<'_>, keeps: bool, out: &mut Vec<u8>) -> bool {
    let mut put = |parts: &[&[u8]]| parts.iter().for_each(|part| out.extend_from_slice(part));
    match node.kind {
        Kind::Text if keeps => append_escaped(out, node.data),
        Kind::Text => append_escaped(out, trim_space(node.data)),
        Kind::CharData => put(&[b"<![CDATA[", node.data, b"]]>"]),
        Kind::Comment => put(&[b"<!--", node.data, b"-->"]),
        Kind::Notation => put(&[b"<!", node.data, b">"]),
        Kind::Instruction if node.instruction.is_empty() => put(&[b"<?", node.data, b"?>"]),
        Kind::Instruction => put(&[b"<?", node.data, b" ", node.instruction, b"?>"]),
        Kind::Declaration => {
            put(&[b"<?", node.data]);
            append_attributes(node, out);
            out.extend_from_slice(b"?>");
            return true;
        }
        Kind::Element | Kind::Document => {
            put(&[b"<"]);
            append_name(node, out);
            append_attributes(node, out);
            out.push(b'>');
            return true;
        }
    }
    false
}

fn append_end(node: &Node<'_>, out: &mut Vec<u8>) {
    if node.kind != Kind::Declaration {
        out.extend_from_slice(b"</");
        append_name(node, out);
        out.push(b'>');
    }
}

#[inline]
fn append_name(node: &Node<'_>, out: &mut Vec<u8>) {
    if !node.prefix.is_empty() {
        out.extend_from_slice(node.prefix);
        out.push(b':');
    }
    out.extend_from_slice(node.data);
}

fn append_attributes(node: &Node<'_>, out: &mut Vec<u8>) {
    for attribute in &node.attributes {
        out.push(b' ');
        if !attribute.prefix.is_empty() {
            out.extend_from_slice(attribute.prefix);
            out.push(b':');
        }
        out.extend_from_slice(attribute.local);
        out.extend_from_slice(b"=\"");
        append_escaped(out, attribute.value);
        out.push(b'"');
    }
}

fn append_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let is_special = |byte: &u8| matches!(byte, b'&' | b'\'' | b'<' | b'>' | b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(is_special) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(match rest[at] {
            b'&' => b"&amp;",
            b'\'' => b"&#39;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            _ => b"&#34;",
        });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}
