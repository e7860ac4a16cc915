//! Which files are read: those named, those found in folders, those listed in a file.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use ignore::{WalkBuilder, overrides::OverrideBuilder};

use super::args::SelectionArguments;

/// One file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// Its path; `-` is standard input.
    pub path: PathBuf,
    /// The folder in which it was found, where the user named a folder and not the file.
    pub root: Option<PathBuf>,
}

impl Input {
    /// Whether it is standard input.
    pub(super) fn is_stdin(&self) -> bool {
        is_dash(&self.path)
    }

    /// Its path as messages and tables show it.
    pub(super) fn name(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Its bytes, no more than `limit`.
    pub(super) fn read(&self, limit: u64) -> anyhow::Result<Vec<u8>> {
        if self.is_stdin() { within(io::stdin().lock(), limit) } else { read(&self.path, limit) }
    }
}

/// The bytes of a file, no more than `limit`.
pub(super) fn read(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    within(fs::File::open(path).map_err(|error| plain(&error))?, limit)
}

fn within(source: impl io::Read, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| plain(&error))?;
    if bytes.len() as u64 > limit {
        bail!("the file is over the limit of {} MiB", limit >> 20);
    }
    Ok(bytes)
}

/// An input or output error in plain words, without the number of the operating system.
pub(super) fn plain(error: &io::Error) -> anyhow::Error {
    anyhow::anyhow!(match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    })
}

/// Whether a path stands for standard input or output.
pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The files to read, in a settled order, and the places that could not be looked into.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The files.
    pub files: Vec<Input>,
    /// Folders and links that could not be followed, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// Collects the inputs that the arguments name. `avoid` is a folder that is never looked into: the output's own.
pub(super) fn collect(arguments: &SelectionArguments, avoid: Option<&Path>) -> anyhow::Result<Inputs> {
    let mut found = Inputs::default();
    let mut named = arguments.inputs.clone();
    if let Some(list) = &arguments.files_from {
        named.extend(listed(list)?);
    }
    for path in named {
        if !is_dash(&path) && path.is_dir() {
            walk(&path, arguments, avoid, &mut found)?;
        } else {
            found.files.push(Input { path, root: None });
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.files.retain(|input| seen.insert(input.path.clone()));
    Ok(found)
}

/// The paths that stand in a list, one a line; empty lines are left out.
fn listed(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let text = if is_dash(list) { io::read_to_string(io::stdin().lock()) } else { fs::read_to_string(list) };
    let text =
        text.map_err(|error| plain(&error)).with_context(|| format!("cannot read the list {}", list.display()))?;
    Ok(text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}

/// Adds every file below `root` that the globs let through.
fn walk(root: &Path, arguments: &SelectionArguments, avoid: Option<&Path>, found: &mut Inputs) -> anyhow::Result<()> {
    let mut globs = OverrideBuilder::new(root);
    for glob in &arguments.include {
        globs.add(glob).with_context(|| format!("--include {glob}"))?;
    }
    for glob in &arguments.exclude {
        globs.add(&format!("!{glob}")).with_context(|| format!("--exclude {glob}"))?;
    }
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(!arguments.no_ignore)
        .require_git(false)
        .follow_links(true)
        .overrides(globs.build()?)
        .sort_by_file_name(std::ffi::OsStr::cmp);
    let avoid = avoid.and_then(|folder| fs::canonicalize(folder).ok());
    builder.filter_entry(move |entry| {
        avoid.is_none() || entry.depth() == 0 || fs::canonicalize(entry.path()).ok() != avoid
    });
    for entry in builder.build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                found.files.push(Input { path: entry.into_path(), root: Some(root.to_path_buf()) });
            }
            Ok(_) => {}
            Err(error) => found.unreadable.push(unreadable(root, &error)),
        }
    }
    Ok(())
}

/// The place and the reason of an error met while walking.
fn unreadable(root: &Path, error: &ignore::Error) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => (path.clone(), unreadable(root, err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => unreadable(root, err),
        ignore::Error::Loop { child, .. } => (child.clone(), "the link leads back to a folder above it".to_owned()),
        ignore::Error::Io(error) => (root.to_path_buf(), plain(error).to_string()),
        other => (root.to_path_buf(), other.to_string()),
    }
}
