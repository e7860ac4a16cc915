//! Reading diagrams: what file is this, and what does it draw.

mod error;

pub use error::ImportError;

use crate::{catalog::Catalog, model::Document};

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
    let _ = (bytes, path, catalog, options);
    Err(ImportError::Empty)
}
