//! Hostile input: the fuzz targets' functions on their seeds, among them every crash found, and on mutations of them and
//! of the samples.

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets are another crate")]
mod fuzz;

use std::{fs, path::PathBuf};

use proptest::prelude::*;

/// Every file in a folder of the project and below.
fn files(folder: &str) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = ignore::WalkBuilder::new(root).standard_filters(false).build().flatten();
    let mut files: Vec<PathBuf> =
        entries.filter(|e| e.file_type().is_some_and(|kind| kind.is_file())).map(ignore::DirEntry::into_path).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder} holds no file");
    files
}

/// Every sample and fixture.
fn corpus() -> Vec<PathBuf> {
    [files("samples"), files("tests/fixtures")].concat()
}

/// Every fuzz target's function with each of its seeds.
fn seeds() -> Vec<(fuzz::Target, PathBuf)> {
    let seeds_of = |(name, target): (&str, fuzz::Target)| {
        files(&format!("fuzz/seeds/{name}")).into_iter().map(move |file| (target, file))
    };
    fuzz::TARGETS.into_iter().flat_map(seeds_of).collect()
}

/// One change to a file's bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Drop(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    let nasty = [
        "<",
        "\"",
        "&#0;",
        "%",
        ";",
        "=",
        "NaN",
        "1e309",
        "-",
        "\u{0}",
        "\u{202e}",
        "{",
        "[",
        "]]",
        "parent=\"0\"",
        "id=\"0\"",
        "vertices",
        "null",
        "source=\"f\"",
        "width=\"-1\"",
        "relative=\"1\"",
        "html=1;",
        "shape=",
    ];
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        index().prop_map(Change::Cut),
        (index(), 1..200_usize).prop_map(|(at, length)| Change::Drop(at, length)),
        (index(), 1..400_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (index(), prop::sample::select(nasty.to_vec())).prop_map(|(at, text)| Change::Insert(at, text)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let place = |index: &prop::sample::Index, length: usize| index.index(length + 1);
    let length = bytes.len();
    match change {
        Change::Flip(at, bits) => {
            if let Some(byte) = bytes.get_mut(place(at, length)) {
                *byte ^= bits;
            }
        }
        Change::Cut(at) => bytes.truncate(place(at, length)),
        Change::Drop(at, many) => {
            let start = place(at, length);
            bytes.drain(start..length.min(start + many));
        }
        Change::Repeat(at, many) => {
            let start = place(at, length);
            let again = bytes[start..length.min(start + many)].to_vec();
            bytes.splice(start..start, again);
        }
        Change::Insert(at, text) => {
            let start = place(at, length);
            bytes.splice(start..start, text.bytes());
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_survived() {
    for file in corpus() {
        let bytes = fs::read(&file).expect("the file can be read");
        fuzz::read(&bytes);
        fuzz::triage(&bytes);
    }
}

#[test]
fn every_seed_is_survived() {
    for (target, file) in seeds() {
        target(&fs::read(&file).expect("the file can be read"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn mutated_diagrams_are_survived(
        file in prop::sample::select(corpus()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut bytes = fs::read(&file).expect("the file can be read");
        for change in &changes {
            apply(&mut bytes, change);
        }
        fuzz::read(&bytes);
        fuzz::triage(&bytes);
    }

    #[test]
    fn mutated_seeds_are_survived(
        (target, file) in prop::sample::select(seeds()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut bytes = fs::read(&file).expect("the file can be read");
        for change in &changes {
            apply(&mut bytes, change);
        }
        target(&bytes);
    }

    #[test]
    fn any_style_and_label_are_survived(style in "\\PC{0,80}", label in "\\PC{0,80}") {
        fuzz::style(style.as_bytes());
        fuzz::label(label.as_bytes());
    }

    #[test]
    fn any_condition_is_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "is", "has", "some", "no", "every", "at least", "2", "callee", "caller", "upstream", "(", ")", "and", "or", "not",
                "lambda", "store", "|", "mentions", "\"x\"", "crosses", "trust", "inward", "rank", ">=", "source", "target", "#", "diagram",
            ]),
            0..14,
        ),
        noise in "\\PC{0,12}",
    ) {
        fuzz::condition(format!("{} {noise}", words.join(" ")).as_bytes());
    }

    #[test]
    fn any_catalogue_file_is_read_or_refused(text in "(\\[\\[(threat|service|control|countermeasure)\\]\\]\n)?([a-z-]{1,12} = (\"\\PC{0,12}\"|[0-9]{1,3}|\\[\\])\n){0,6}") {
        fuzz::catalogue(text.as_bytes());
    }
}
