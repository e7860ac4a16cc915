//! XML and what looks like it: told by the root element.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Opened, foreign, html, svg};
use crate::{import::ImportError, model::Container};

/// Takes the diagram out of a text that begins with `<`.
///
/// # Errors
/// As [`super::open`].
pub(super) fn open(text: &str) -> Result<Opened<'_>, ImportError> {
    let root = match root(text) {
        Ok(root) => root,
        // A web page need not be XML.
        Err(_) if html::is_page(text) => return html::open(text),
        Err(error) => return Err(error),
    };
    match local(&root).as_str() {
        "mxfile" | "mxGraphModel" => Ok(Opened::drawio(text, Container::Xml)),
        "svg" => svg::open(attribute(&root, "content").as_deref()),
        _ if html::is_page(text) => html::open(text),
        name => Err(foreign::xml(name, text)),
    }
}

/// Takes the diagram out of XML that was itself embedded, where no second wrapping is looked for.
///
/// # Errors
/// As [`super::open`].
pub(super) fn open_inner(text: &str) -> Result<Opened<'_>, ImportError> {
    let root = root(text)?;
    match local(&root).as_str() {
        "mxfile" | "mxGraphModel" => Ok(Opened::drawio(text, Container::Xml)),
        name => Err(foreign::xml(name, text)),
    }
}

/// The root element's start tag. Declarations of entities are refused: diagrams never need them, attacks do.
fn root(text: &str) -> Result<BytesStart<'_>, ImportError> {
    let mut reader = Reader::from_str(text);
    loop {
        let event = reader.read_event();
        let place = || position(text, reader.error_position());
        match event {
            Ok(Event::Start(tag) | Event::Empty(tag)) if is_name(tag.name().as_ref()) => return Ok(tag),
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let name: String = tag.name().as_ref().chars().take(40).collect();
                let place = position(text, text.find(&*name).unwrap_or_default() as u64);
                return Err(ImportError::Broken(format!(
                    "the XML is broken in {place}: `{name}` is no element's name"
                )));
            }
            Ok(Event::DocType(doctype)) if doctype.to_ascii_uppercase().contains("<!ENTITY") => {
                return Err(ImportError::Broken(
                    "the XML declares entities, which diagrams never need and attacks use: it is not read; delete its \
                     DOCTYPE if you trust it"
                        .to_owned(),
                ));
            }
            Ok(Event::Eof) => {
                return Err(ImportError::Broken("the XML has no element; the file may be cut off".to_owned()));
            }
            Ok(_) => {}
            Err(error) => return Err(ImportError::Broken(format!("the XML is broken in {}: {error}", place()))),
        }
    }
}

/// Line and column of a byte of `text`, both from 1.
fn position(text: &str, byte: u64) -> String {
    let before = text.get(..usize::try_from(byte).unwrap_or(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn local(root: &BytesStart<'_>) -> String {
    let name = root.local_name();
    let name: &str = name.as_ref();
    name.to_owned()
}

fn attribute(root: &BytesStart<'_>, key: &str) -> Option<String> {
    let mut all = root.attributes();
    let found = all.with_checks(false).filter_map(Result::ok).find(|a| a.key.as_ref() == key)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}
