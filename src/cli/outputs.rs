//! Where tables are written: names, collisions settled before work starts, and writing that never leaves half a file.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::inputs::{Input, is_dash, plain};
use crate::export::Format;

/// Where the user wants tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Standard output.
    Stdout,
    /// Beside each input.
    Beside,
    /// One file.
    File(PathBuf),
    /// A folder, in which the inputs' own folders are mirrored.
    Folder(PathBuf),
}

impl Destination {
    /// Reads `--output`. A folder is one that exists, ends in a separator, or is needed because there are several
    /// inputs.
    pub(super) fn new(output: Option<&Path>, several: bool) -> Self {
        match output {
            None => Self::Beside,
            Some(path) if is_dash(path) => Self::Stdout,
            Some(path) if path.is_dir() || several || ends_in_separator(path) => Self::Folder(path.to_path_buf()),
            Some(path) => Self::File(path.to_path_buf()),
        }
    }
}

fn ends_in_separator(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

/// The ending of a format's files.
pub(super) fn ending(format: Format) -> &'static str {
    match format {
        Format::Markdown => "md",
        other => other.as_str(),
    }
}

/// The format that a file's ending names.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    let found = path.extension()?.to_str()?.to_ascii_lowercase();
    Format::ALL.iter().copied().find(|format| ending(*format) == found)
}

/// One input and the files that it becomes.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// What is read.
    pub input: Input,
    /// What is written; empty for standard output.
    pub outputs: Vec<(Format, PathBuf)>,
}

/// Settles for every input where its tables go. Two inputs that would write the same file keep their endings in the
/// name; where that does not tell them apart either, nothing is done.
pub(super) fn plan(inputs: Vec<Input>, destination: &Destination, formats: &[Format]) -> anyhow::Result<Vec<Job>> {
    let several_roots =
        inputs.iter().filter_map(|i| i.root.as_ref()).collect::<std::collections::BTreeSet<_>>().len() > 1;
    let short: Vec<Option<PathBuf>> =
        inputs.iter().map(|input| target(input, destination, several_roots, false)).collect();
    let mut uses: BTreeMap<&PathBuf, usize> = BTreeMap::new();
    for path in short.iter().flatten() {
        *uses.entry(path).or_default() += 1;
    }
    let bases: Vec<Option<PathBuf>> = inputs
        .iter()
        .zip(&short)
        .map(|(input, base)| match base {
            Some(path) if uses[path] > 1 => target(input, destination, several_roots, true),
            other => other.clone(),
        })
        .collect();
    refuse_collisions(&inputs, &bases)?;
    Ok(inputs
        .into_iter()
        .zip(bases)
        .map(|(input, base)| Job { outputs: files(base.as_deref(), destination, formats), input })
        .collect())
}

/// The files that one base name becomes.
fn files(base: Option<&Path>, destination: &Destination, formats: &[Format]) -> Vec<(Format, PathBuf)> {
    let Some(base) = base else { return Vec::new() };
    match (destination, formats) {
        (Destination::File(path), [format]) => vec![(*format, path.clone())],
        _ => formats.iter().map(|format| (*format, with_ending(base, ending(*format)))).collect(),
    }
}

/// `base.ending`, whatever dots are in the name already.
pub(super) fn with_ending(base: &Path, ending: &str) -> PathBuf {
    let mut name = base.as_os_str().to_os_string();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn refuse_collisions(inputs: &[Input], bases: &[Option<PathBuf>]) -> anyhow::Result<()> {
    let mut first: BTreeMap<&PathBuf, &Input> = BTreeMap::new();
    for (input, base) in inputs.iter().zip(bases) {
        let Some(base) = base else { continue };
        if let Some(other) = first.insert(base, input) {
            bail!(
                "{} and {} would both be written to {}.*; give them different names or convert them one at a time",
                other.name(),
                input.name(),
                base.display()
            );
        }
    }
    Ok(())
}

/// The path without ending that an input's tables get; `None` for standard output.
fn target(input: &Input, destination: &Destination, several_roots: bool, keep_endings: bool) -> Option<PathBuf> {
    let name = || {
        let file = input.path.file_name().unwrap_or(OsStr::new("diagram"));
        let mut stem = if input.is_stdin() {
            OsString::from("diagram")
        } else if keep_endings {
            file.to_os_string()
        } else {
            without_endings(file)
        };
        stem.push(".threats");
        stem
    };
    match destination {
        Destination::Stdout => None,
        Destination::File(path) => Some(path.with_extension("")),
        Destination::Beside if input.is_stdin() => Some(PathBuf::from(name())),
        Destination::Beside => Some(input.path.with_file_name(name())),
        Destination::Folder(folder) => {
            let mut path = folder.clone();
            if let Some(root) = &input.root {
                if several_roots {
                    path.push(root.file_name().unwrap_or(OsStr::new("root")));
                }
                if let Some(parent) = input.path.strip_prefix(root).ok().and_then(Path::parent) {
                    path.push(parent);
                }
            }
            path.push(name());
            Some(path)
        }
    }
}

/// The name of a diagram's file without folders and endings.
pub(super) fn stem(path: &str) -> String {
    let name = Path::new(path).file_name().filter(|name| *name != "-").unwrap_or(OsStr::new("Diagram"));
    without_endings(name).to_string_lossy().into_owned()
}

/// A file name without the endings that diagrams have: `orders.drawio.svg` is `orders`.
fn without_endings(name: &OsStr) -> OsString {
    const ENDINGS: [&str; 7] = ["drawio", "dio", "xml", "svg", "png", "html", "json"];
    let mut rest = Path::new(name);
    while let (Some(ending), Some(stem)) = (rest.extension(), rest.file_stem()) {
        if !ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) {
            break;
        }
        rest = Path::new(stem);
    }
    rest.as_os_str().to_os_string()
}

/// Writes a file so that at any moment there is either the old one or the new: beside its place first, under a name
/// that the next run takes again, then renamed.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let about = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| plain(&e)).with_context(about)?;
    if path.is_dir() {
        bail!("cannot write {}: it is a folder", path.display());
    }
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().unwrap_or(OsStr::new("output")));
    hidden.push(".part");
    let part = folder.join(hidden);
    let written = write_part(&part, bytes).and_then(|()| fs::rename(&part, path).map_err(|e| plain(&e)));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.with_context(about)
}

fn write_part(part: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = File::options().create(true).write(true).truncate(false).open(part).map_err(|e| plain(&e))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => bail!("another run is writing it"),
        Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => return Err(plain(&error)),
        _ => {}
    }
    file.set_len(0).and_then(|()| file.write_all(bytes)).and_then(|()| file.flush()).map_err(|e| plain(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, root: Option<&str>) -> Input {
        Input { path: path.into(), root: root.map(Into::into) }
    }

    fn outputs(inputs: Vec<Input>, destination: &Destination) -> Vec<String> {
        let jobs = plan(inputs, destination, &[Format::Xlsx]).expect("no collision");
        jobs.iter().map(|job| job.outputs[0].1.display().to_string()).collect()
    }

    #[test]
    fn tables_are_named_after_their_diagram() {
        let folder = Destination::Folder("out".into());
        assert_eq!(outputs(vec![input("a/orders.drawio.svg", None)], &Destination::Beside), ["a/orders.threats.xlsx"]);
        assert_eq!(outputs(vec![input("in/a/v1.2.drawio", Some("in"))], &folder), ["out/a/v1.2.threats.xlsx"]);
    }

    #[test]
    fn inputs_that_differ_by_ending_only_are_told_apart() {
        let two = vec![input("orders.drawio", None), input("orders.drawio.png", None)];
        assert_eq!(
            outputs(two, &Destination::Beside),
            ["orders.drawio.threats.xlsx", "orders.drawio.png.threats.xlsx"]
        );
    }

    #[test]
    fn inputs_that_cannot_be_told_apart_are_refused() {
        let two = vec![input("a/orders.drawio", None), input("b/orders.drawio", None)];
        let error = plan(two, &Destination::Folder("out".into()), &[Format::Csv]).expect_err("they collide");
        assert!(error.to_string().contains("a/orders.drawio and b/orders.drawio"), "{error}");
    }

    #[test]
    fn two_roots_are_mirrored_under_their_own_names() {
        let two = vec![input("x/a.drawio", Some("x")), input("y/a.drawio", Some("y"))];
        assert_eq!(outputs(two, &Destination::Folder("out".into())), ["out/x/a.threats.xlsx", "out/y/a.threats.xlsx"]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.csv");
        write_whole(&path, b"old").expect("it can be written");
        let blocked = folder.path().join("t.csv/under-a-file.csv");
        assert!(write_whole(&blocked, b"new").is_err());
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 1);
    }
}
