//! What a reader should know about how a diagram was read: everything guessed, left out or not understood.

use super::words::words;

words! {
    /// How much a [`Notice`] matters.
    pub enum NoticeLevel ("notice level") {
        /// Worth knowing; nothing is lost.
        Info = "info",
        /// Something was guessed or left out; the result may be incomplete.
        Warning = "warning",
        /// A part of the file could not be read at all.
        Error = "error",
    }
}

/// One thing that was guessed, left out or not understood, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub level: NoticeLevel,
    /// A short, stable word that scripts can filter by, such as `flow-unattached`.
    pub code: &'static str,
    /// The cell's id in the file, where the notice is about one.
    pub cell: Option<String>,
    /// A sentence for people: what it is and, where there is something to do, what.
    pub message: String,
}

impl Notice {
    /// A notice about one cell.
    #[must_use]
    pub fn cell(level: NoticeLevel, code: &'static str, cell: &str, message: impl Into<String>) -> Self {
        Self { level, code, cell: Some(cell.to_owned()), message: message.into() }
    }

    /// A notice about a page or a file as a whole.
    #[must_use]
    pub fn general(level: NoticeLevel, code: &'static str, message: impl Into<String>) -> Self {
        Self { level, code, cell: None, message: message.into() }
    }
}
