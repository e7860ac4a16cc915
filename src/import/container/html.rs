//! Web pages that draw.io exported: the diagram is an attribute's JSON, or in old pages a compressed text.

use html5gum::{Token, Tokenizer};
use serde_json::Value;

use super::{Opened, embedded, xml};
use crate::{
    import::{ImportError, limits},
    model::{Container, Notice, NoticeLevel},
};

/// Characters that a compressed diagram has at least; shorter texts are words.
const LEAST_PAYLOAD: usize = 60;

/// Whether a text that begins with `<` is a web page, or a piece of one that holds a diagram.
pub(super) fn is_page(text: &str) -> bool {
    let start: String = text.chars().take(2_000).collect::<String>().to_ascii_lowercase();
    start.contains("<html") || start.contains("<!doctype html") || text.contains("data-mxgraph")
}

/// Takes the first diagram out of a page.
///
/// # Errors
/// [`ImportError::NotADiagram`] where it holds none, or only names an address.
pub(super) fn open(text: &str) -> Result<Opened<'static>, ImportError> {
    let mut found = Vec::new();
    let mut address = false;
    let mut inside_old = false;
    for Ok(token) in Tokenizer::new(text) {
        match token {
            Token::StartTag(tag) => {
                if let Some(json) = tag.attributes.get(&b"data-mxgraph"[..]) {
                    match configuration(&String::from_utf8_lossy(json))? {
                        Some(xml) => found.push(xml),
                        None => address = true,
                    }
                } else if let Some(class) = tag.attributes.get(&b"class"[..]) {
                    inside_old |= class.split(|b| *b == b' ').any(|word| word == b"mxgraph");
                }
            }
            Token::String(text) if inside_old => {
                let text = String::from_utf8_lossy(&text).trim().to_owned();
                if text.len() >= LEAST_PAYLOAD && !text.contains(' ') {
                    found.push(old_payload(&text)?);
                    inside_old = false;
                }
            }
            _ => {}
        }
    }
    let Some(first) = found.first() else { return Err(without_diagram(address)) };
    let opened = xml::open_inner(first)?.into_owned();
    let mut notices = opened.notices;
    if found.len() > 1 {
        let message = format!("the page holds {} diagrams; only the first was read", found.len());
        notices.push(Notice::general(NoticeLevel::Warning, "more-diagrams", message));
    }
    Ok(Opened { content: opened.content, container: Container::Html, notices })
}

/// The XML that the viewer's configuration holds; `None` where it only names an address.
fn configuration(json: &str) -> Result<Option<String>, ImportError> {
    limits::check_bytes("the page's diagram", json.len() as u64, limits::JSON_BYTES)?;
    let configuration: Value = serde_json::from_str(json)
        .map_err(|error| ImportError::Broken(format!("the page's data-mxgraph attribute is no JSON: {error}")))?;
    let Some(xml) = configuration.get("xml").and_then(Value::as_str) else { return Ok(None) };
    embedded::decode(xml, "the page's diagram").map(|xml| Some(xml.into_owned()))
}

/// An old page's diagram: one page's compressed model, or the whole file.
fn old_payload(text: &str) -> Result<String, ImportError> {
    embedded::decode(text, "the page's diagram").map(std::borrow::Cow::into_owned)
}

fn without_diagram(address: bool) -> ImportError {
    let (what, advice) = if address {
        ("this web page only names the address of a diagram", "give the diagram itself, as a .drawio file")
    } else {
        ("this is a web page without a diagram", "give the .drawio file, or export the page from draw.io again")
    };
    ImportError::NotADiagram { what: what.to_owned(), advice: advice.to_owned() }
}
