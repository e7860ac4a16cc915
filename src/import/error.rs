//! Why a file cannot be read as a diagram, in words for the person who gave it.

/// A file that cannot be read as a diagram. Each message says what the file is or what is wrong, and what to do.
/// The caller adds the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is something else, named here with what to do instead. It holds no diagram; a batch skips it.
    #[error("{what}: {advice}")]
    NotADiagram {
        /// What the file is, such as "this is a PDF".
        what: String,
        /// What to do, such as "export the diagram as .drawio".
        advice: String,
    },
    /// It is a diagram, but broken.
    #[error("{0}")]
    Broken(String),
    /// It goes beyond a limit that keeps hostile files from exhausting the machine.
    #[error("{what} is over the limit of {limit}")]
    TooLarge {
        /// What is too large, with the size found, such as "page 2 inflated to over 256 MiB".
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The asked page is not in the file.
    #[error("there is no page `{page}`; the file has {known}")]
    NoSuchPage {
        /// As asked for.
        page: String,
        /// The pages there are.
        known: String,
    },
}
