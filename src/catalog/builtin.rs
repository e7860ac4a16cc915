//! The catalogue files that are built into the program.

use super::file::{CatalogFile, parse};

/// The built-in files: name and text. Rules and countermeasures have their own lists.
pub(super) const FILES: &[(&str, &str)] = &[
    ("services.toml", include_str!("services.toml")),
    ("controls.toml", include_str!("controls.toml")),
    ("groups.toml", include_str!("groups.toml")),
    ("words.toml", include_str!("words.toml")),
    ("boundaries.toml", include_str!("boundaries.toml")),
];

/// The built-in files, read.
pub(super) fn files() -> impl Iterator<Item = CatalogFile> {
    // A test reads them all, so a mistake cannot reach a user.
    FILES.iter().map(|(name, text)| parse(name, text).expect("the built-in catalogue is valid"))
}
