//! The folders of `src` are layers, and know each other in one direction only.

use std::{fs, path::Path};

/// What each layer may use.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("model", &["model"]),
    ("catalog", &["model", "catalog"]),
    ("import", &["model", "catalog", "import"]),
    ("infer", &["model", "catalog", "infer"]),
    ("export", &["model", "export"]),
    ("cli", &["model", "catalog", "import", "infer", "export", "cli"]),
];

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The layers named after `crate::` anywhere in `text`, also inside a braced list.
fn layers_used(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names: Vec<&str> = if let Some(list) = rest.strip_prefix('{') {
            top_level_names(list)
        } else {
            vec![rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()]
        };
        used.extend(names.into_iter().map(str::to_owned));
    }
    used
}

/// The first path segment of each entry of a braced list, up to its closing brace.
fn top_level_names(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                let name = list[start..i].trim().split("::").next().unwrap_or_default();
                names.push(name.trim());
                start = i + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn layers_know_each_other_in_one_direction_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layers: Vec<&str> = ALLOWED.iter().map(|(layer, _)| *layer).collect();
    let mut checked = 0;
    for (layer, allowed) in ALLOWED {
        let mut files = Vec::new();
        rust_files(&src.join(layer), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("the file can be read");
            for used in layers_used(&text) {
                checked += 1;
                assert!(
                    !layers.contains(&used.as_str()) || allowed.contains(&used.as_str()),
                    "{} uses crate::{used}, which layer `{layer}` may not know",
                    file.display()
                );
            }
        }
    }
    assert!(checked > 5, "only {checked} uses were found: the reader of `use` lines is broken");
}

#[test]
fn the_reader_of_use_lines_sees_nested_lists() {
    let text = "use crate::{model::{A, B}, infer::C};\nlet x = crate::export::write;";
    assert_eq!(layers_used(text), ["model", "infer", "export"]);
}
