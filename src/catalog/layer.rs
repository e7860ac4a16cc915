//! Laying a user's own folders of catalogue files over the built-in catalogue.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use super::{
    Catalog, builtin,
    error::{CatalogError, Problem, did_you_mean},
    file::{CatalogFile, parse},
    rule::RuleFile,
    shapes::{self, Means},
};

/// Largest catalogue file that is read, in bytes.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// Most catalogue files that are read of one folder.
const MAX_FILES: usize = 2_000;

/// What a word in a catalogue file must be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Service,
    Control,
    Disabled,
}

/// A word in a file that must name something, and where it stands.
#[derive(Debug)]
struct Mention {
    wanted: Wanted,
    word: String,
    span: Range<usize>,
}

/// One file, read but not yet laid over the others.
struct Layer {
    name: String,
    text: String,
    mentions: Vec<Mention>,
}

impl Catalog {
    /// The built-in catalogue with the files of `dirs` laid over it, in order: the same key or id replaces, a new one
    /// adds, and `disable` takes away. Of a folder all `*.toml` files are read, at any depth, in the order of their
    /// paths; a path to a file is read as it is.
    ///
    /// # Errors
    /// Everything that is wrong in the files, each with its line.
    pub fn load(dirs: &[PathBuf]) -> Result<Self, CatalogError> {
        let mut problems = Vec::new();
        let mut texts = Vec::new();
        for path in dirs.iter().flat_map(|dir| files_of(dir, &mut problems)).collect::<Vec<_>>() {
            let name = path.display().to_string();
            match read(&path, &name) {
                Ok(text) => texts.push((name, text)),
                Err(problem) => problems.push(problem),
            }
        }
        Self::layered(texts, problems)
    }

    /// The built-in catalogue with one file's text laid over it; `name` is what a mistake is reported under.
    ///
    /// # Errors
    /// Everything that is wrong in the text, each with its line.
    pub fn with_text(name: &str, text: &str) -> Result<Self, CatalogError> {
        Self::layered(vec![(name.to_owned(), text.to_owned())], Vec::new())
    }

    /// Lays texts over the built-in catalogue. `problems` are those met so far.
    fn layered(texts: Vec<(String, String)>, mut problems: Vec<Problem>) -> Result<Self, CatalogError> {
        let mut catalog = Self::builtin();
        let mut layers = Vec::new();
        let mut rules = Vec::new();
        for (name, text) in texts {
            match parse(&name, &text) {
                Err(problem) => problems.push(problem),
                Ok(file) => {
                    check_shapes(&name, &text, &file, &mut problems);
                    layers.push(Layer { mentions: mentions(&text, &file), name: name.clone(), text: text.clone() });
                    catalog.layers.push(text.clone());
                    rules.push(RuleFile::of(&name, Cow::Owned(text), catalog.add(file)));
                }
            }
        }
        catalog.check_mentions(&layers, &rules, &mut problems)?;
        if !problems.is_empty() {
            return Err(CatalogError { problems });
        }
        if rules.iter().any(|f| !(f.rules.is_empty() && f.countermeasures.is_empty() && f.disable.is_empty())) {
            catalog.add_rules(rules)?;
        }
        Ok(catalog)
    }

    /// Checks that all services, controls and ids that the layers speak of are there.
    fn check_mentions(
        &self,
        layers: &[Layer],
        rules: &[RuleFile],
        problems: &mut Vec<Problem>,
    ) -> Result<(), CatalogError> {
        let disables = |layer: &Layer| layer.mentions.iter().any(|m| m.wanted == Wanted::Disabled);
        let ids = if layers.iter().any(disables) { self.ids(rules)? } else { BTreeSet::new() };
        for layer in layers {
            for mention in &layer.mentions {
                let word = mention.word.as_str();
                let (what, known, near) = match mention.wanted {
                    Wanted::Service => {
                        let keys = self.services().iter().map(|s| s.key.as_str());
                        ("service", self.service(word).is_some(), did_you_mean(word, keys))
                    }
                    Wanted::Control => {
                        let keys = self.controls().iter().map(|c| c.key.as_str());
                        ("control", self.control(word).is_some(), did_you_mean(word, keys))
                    }
                    Wanted::Disabled => {
                        let known = ids.contains(word) || self.disabled.contains(&shapes::normal_key(word, None));
                        ("id or key in the catalogue", known, did_you_mean(word, ids.iter().map(String::as_str)))
                    }
                };
                if !known {
                    let message = format!("`{word}` is no {what}");
                    problems.push(Problem::at(&layer.name, &layer.text, mention.span.clone(), &message, near));
                }
            }
        }
        Ok(())
    }

    /// Everything that a file can disable, but for shapes.
    fn ids(&self, own: &[RuleFile]) -> Result<BTreeSet<String>, CatalogError> {
        let mut ids: BTreeSet<String> = self.services().iter().map(|s| s.key.clone()).collect();
        ids.extend(self.controls().iter().map(|c| c.key.clone()));
        ids.extend(self.boundaries().iter().map(|b| b.key.clone()));
        ids.extend(self.lambda_vectors().iter().map(|v| v.id.clone()));
        ids.extend(self.groups().keys().chain(self.words().keys()).cloned());
        for file in builtin::rules()?.iter().chain(own) {
            ids.extend(file.rules.iter().map(|r| r.get_ref().id.get_ref().clone()));
            ids.extend(file.countermeasures.iter().map(|c| c.id.get_ref().clone()));
        }
        Ok(ids)
    }
}

/// The catalogue files of a folder, in the order of their paths; or the path itself where it is a file.
fn files_of(dir: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    if !dir.is_dir() {
        return vec![dir.to_owned()];
    }
    let mut files = Vec::new();
    // Hidden and ignored files are left out, as they are of diagrams; links are not followed.
    for entry in ignore::WalkBuilder::new(dir).sort_by_file_path(Path::cmp).build() {
        match entry {
            Ok(entry) if entry.path().extension().is_some_and(|e| e == "toml") && entry.path().is_file() => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => problems.push(Problem::of_file(&dir.display().to_string(), &error.to_string())),
        }
        if files.len() > MAX_FILES {
            let message = format!("more than {MAX_FILES} catalogue files in one folder");
            problems.push(Problem::of_file(&dir.display().to_string(), &message));
            break;
        }
    }
    files
}

fn read(path: &Path, name: &str) -> Result<String, Problem> {
    let failed = |error: std::io::Error| Problem::of_file(name, &format!("cannot be read: {error}"));
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > MAX_FILE {
        return Err(Problem::of_file(name, &format!("is larger than {MAX_FILE} bytes")));
    }
    fs::read_to_string(path).map_err(failed)
}

/// All words of a file that must name something.
fn mentions(text: &str, file: &CatalogFile) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut add = |wanted, word: &str, within: Range<usize>| {
        found.push(Mention { wanted, word: word.to_owned(), span: quoted(text, within, word) });
    };
    for entry in &file.service {
        let service = entry.get_ref();
        for key in service.inherits.iter().chain(&service.refines) {
            add(Wanted::Service, key, entry.span());
        }
        for key in &service.controls {
            add(Wanted::Control, key, entry.span());
        }
    }
    for entry in &file.control {
        for key in &entry.get_ref().services {
            add(Wanted::Service, key, entry.span());
        }
    }
    for member in file.groups.values().flatten() {
        add(Wanted::Service, member.get_ref(), member.span());
    }
    for entry in &file.shape {
        if let Some(Means::Service(key)) = shapes::means(&entry.get_ref().means) {
            add(Wanted::Service, key, entry.span());
        }
    }
    for id in &file.disable {
        add(Wanted::Disabled, id.get_ref(), id.span());
    }
    found
}

/// Where the word stands in the table whose header is at `header`, so that the caret points at it.
fn quoted(text: &str, header: Range<usize>, word: &str) -> Range<usize> {
    let body = text.get(header.start..).unwrap_or_default();
    let end = body.find("\n[").unwrap_or(body.len());
    let at = body.get(..end).and_then(|table| table.find(word)).map(|i| header.start + i);
    at.map_or(header, |start| start..start + word.len())
}

fn check_shapes(name: &str, text: &str, file: &CatalogFile, problems: &mut Vec<Problem>) {
    for entry in &file.shape {
        let shape = entry.get_ref();
        if shapes::means(&shape.means).is_none() {
            let message = format!("`{}` is no meaning of a shape", shape.means);
            let help =
                "write `service:KEY`, `kind:process|data_store|external_entity`, `boundary:TYPE` or `decoration`";
            let span = quoted(text, entry.span(), &shape.means);
            problems.push(Problem::at(name, text, span, &message, Some(help.to_owned())));
        }
    }
}
