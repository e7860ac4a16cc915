//! Reading diagrams: what file is this, and what does it draw.

mod asked;
mod container;
mod drawio;
mod error;
mod inflate;
mod limits;
mod lines;
mod properties;
mod space;
mod threat_dragon;

pub use error::ImportError;
pub use limits::FILE_BYTES;
pub use lines::cell_lines;

use std::fmt::Write;

use container::Content;
use sha2::{Digest, Sha256};

use crate::{
    catalog::Catalog,
    model::{Document, Format, Source},
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
    let opened = container::open(bytes)?;
    let (format, title, diagrams, notices) = match &opened.content {
        Content::Drawio(xml) => {
            let (diagrams, notices) = drawio::read_xml(xml, catalog, options)?;
            (Format::Drawio, None, diagrams, notices)
        }
        Content::ThreatDragon(model) => {
            let model = threat_dragon::read(model, catalog, options)?;
            (Format::ThreatDragon, model.title, model.diagrams, model.notices)
        }
    };
    let source = Source { path: path.to_owned(), format, container: opened.container, sha256: sha256(bytes) };
    Ok(Document { source, title, diagrams, notices: opened.notices.into_iter().chain(notices).collect() })
}

/// SHA-256 in lower-case hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
