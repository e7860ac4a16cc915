//! Reading one diagram and inferring its threats, as every command does.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};

use super::{
    args::{InferenceArguments, ReadingArguments},
    inputs::Input,
};
use crate::{
    catalog::Catalog,
    import::{self, ImportError, ReadOptions},
    infer::InferOptions,
    model::Document,
};

/// Why a file did not become a document.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is no diagram: a batch skips it.
    NotADiagram(String),
    /// It could not be read.
    Failed(String),
}

impl From<Unread> for anyhow::Error {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::NotADiagram(reason) | Unread::Failed(reason) => Self::msg(reason),
        }
    }
}

/// The catalogue with the user's folders laid over it.
pub(super) fn catalog(folders: &[PathBuf]) -> anyhow::Result<Catalog> {
    if folders.is_empty() {
        Ok(Catalog::builtin())
    } else {
        Catalog::load(folders).map_err(|e| anyhow!("the catalogue is wrong:\n{e}"))
    }
}

/// How the arguments want diagrams read.
pub(super) fn read_options(arguments: &ReadingArguments) -> ReadOptions {
    ReadOptions { include_hidden: arguments.include_hidden, page: arguments.page.clone() }
}

/// Which threats the arguments ask for.
pub(super) fn infer_options(arguments: &InferenceArguments) -> InferOptions {
    InferOptions { detail: arguments.detail, checklists: arguments.checklists }
}

/// The document in `bytes`.
pub(super) fn parse(input: &Input, bytes: &[u8], catalog: &Catalog, options: &ReadOptions) -> Result<Document, Unread> {
    import::read(bytes, &input.name(), catalog, options).map_err(|error| match error {
        ImportError::Empty | ImportError::NotADiagram { .. } => Unread::NotADiagram(error.to_string()),
        other => Unread::Failed(other.to_string()),
    })
}

/// Reads one input to the end.
pub(super) fn read(path: &std::path::Path, catalog: &Catalog, options: &ReadOptions) -> anyhow::Result<Document> {
    let input = Input { path: path.to_path_buf(), root: None };
    let document =
        input.read(import::FILE_BYTES).and_then(|bytes| parse(&input, &bytes, catalog, options).map_err(Into::into));
    document.with_context(|| input.name())
}
