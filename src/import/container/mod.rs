//! What a file is, told by its content, and the diagram taken out of whatever it is wrapped in.

mod embedded;
mod foreign;
mod html;
mod json;
mod png;
mod svg;
mod text;
mod xml;

use std::borrow::Cow;

use serde_json::Value;

use super::{ImportError, limits};
use crate::model::{Container, Notice};

/// A diagram taken out of its container.
#[derive(Debug)]
pub(super) struct Opened<'a> {
    /// The diagram.
    pub(super) content: Content<'a>,
    /// What it was wrapped in.
    pub(super) container: Container,
    /// What was left out on the way.
    pub(super) notices: Vec<Notice>,
}

/// A diagram in its own words.
#[derive(Debug)]
pub(super) enum Content<'a> {
    /// draw.io: the text of an `<mxfile>` or a bare `<mxGraphModel>`.
    Drawio(Cow<'a, str>),
    /// Threat Dragon: its JSON, a template already unwrapped.
    ThreatDragon(Value),
}

impl<'a> Opened<'a> {
    fn drawio(xml: impl Into<Cow<'a, str>>, container: Container) -> Self {
        Self { content: Content::Drawio(xml.into()), container, notices: Vec::new() }
    }
}

/// Takes the diagram out of a file's bytes.
///
/// # Errors
/// [`ImportError::NotADiagram`] where the file is something else, [`ImportError::Broken`] where it should hold a diagram
/// but cannot be read, [`ImportError::TooLarge`] where a limit is passed.
pub(super) fn open(bytes: &[u8]) -> Result<Opened<'_>, ImportError> {
    limits::check_bytes("the file", bytes.len() as u64, limits::FILE_BYTES)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ImportError::Empty);
    }
    if let Some(png) = bytes.strip_prefix(png::SIGNATURE) {
        return png::open(png);
    }
    if let Some(error) = foreign::binary(bytes) {
        return Err(error);
    }
    let text = text::decode(bytes)?;
    // The borrowed case keeps the file's own bytes; only a recoded text is owned.
    match text {
        Cow::Borrowed(text) => open_text(text),
        Cow::Owned(text) => open_text(&text).map(Opened::into_owned),
    }
}

/// Takes the diagram out of a text.
fn open_text(text: &str) -> Result<Opened<'_>, ImportError> {
    let start = text.trim_start();
    if start.starts_with('<') {
        return xml::open(text);
    }
    if start.starts_with(['{', '[']) {
        return json::open(text);
    }
    if start.get(..3).is_some_and(|s| s.eq_ignore_ascii_case("%3c")) {
        let decoded = embedded::decode(start, "the file")?;
        return xml::open(&decoded).map(Opened::into_owned);
    }
    Err(foreign::text(start))
}

impl Opened<'_> {
    fn into_owned(self) -> Opened<'static> {
        let content = match self.content {
            Content::Drawio(xml) => Content::Drawio(Cow::Owned(xml.into_owned())),
            Content::ThreatDragon(value) => Content::ThreatDragon(value),
        };
        Opened { content, container: self.container, notices: self.notices }
    }
}
