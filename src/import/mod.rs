//! Reading diagrams: what file is this, and what does it draw.

mod asked;
mod drawio;
mod error;
mod limits;
mod properties;

pub use error::ImportError;

use crate::{
    catalog::Catalog,
    model::{Container, Document, Format, Source},
};

/// How a diagram is read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Read hidden layers and cells too.
    pub include_hidden: bool,
    /// Only this page: its name, or its number from 1.
    pub page: Option<String>,
}

/// Reads one file's bytes. The format is told by content; `path` only names the file in messages and the source.
///
/// # Errors
/// [`ImportError`] where the file holds no diagram that can be read. Parts that are doubtful are notices instead.
pub fn read(bytes: &[u8], path: &str, catalog: &Catalog, options: &ReadOptions) -> Result<Document, ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    let text = String::from_utf8_lossy(bytes);
    if !text.contains("<mxfile") && !text.contains("<mxGraphModel") {
        return Err(ImportError::NotADiagram {
            what: "this is no diagram that can be read".to_owned(),
            advice: "give a .drawio file".to_owned(),
        });
    }
    let (diagrams, notices) = drawio::read_xml(&text, catalog, options)?;
    let source =
        Source { path: path.to_owned(), format: Format::Drawio, container: Container::Xml, sha256: String::new() };
    Ok(Document { source, title: None, diagrams, notices })
}
