//! The catalogue files that are built into the program.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{
    error::Problem,
    file::{CatalogFile, parse},
    rule::RuleFile,
};

/// The built-in files: name and text. Rules and countermeasures have their own lists.
pub(super) const FILES: &[(&str, &str)] = &[
    ("services.toml", include_str!("services.toml")),
    ("services-minor.toml", include_str!("services-minor.toml")),
    ("services-generic.toml", include_str!("services-generic.toml")),
    ("controls.toml", include_str!("controls.toml")),
    ("groups.toml", include_str!("groups.toml")),
    ("words.toml", include_str!("words.toml")),
    ("boundaries.toml", include_str!("boundaries.toml")),
    ("lambda.toml", include_str!("lambda.toml")),
];

/// The built-in files of rules and countermeasures: name and text. They are read when first asked for.
pub(super) const RULES: &[(&str, &str)] = &[
    ("checklists.toml", include_str!("checklists.toml")),
    ("threats/api.toml", include_str!("threats/api.toml")),
    ("countermeasures/api.toml", include_str!("countermeasures/api.toml")),
    ("threats/edge.toml", include_str!("threats/edge.toml")),
    ("countermeasures/edge.toml", include_str!("countermeasures/edge.toml")),
    ("threats/web.toml", include_str!("threats/web.toml")),
    ("countermeasures/web.toml", include_str!("countermeasures/web.toml")),
    ("threats/lambda.toml", include_str!("threats/lambda.toml")),
    ("countermeasures/lambda.toml", include_str!("countermeasures/lambda.toml")),
    ("threats/messaging.toml", include_str!("threats/messaging.toml")),
    ("countermeasures/messaging.toml", include_str!("countermeasures/messaging.toml")),
    ("threats/storage.toml", include_str!("threats/storage.toml")),
    ("countermeasures/storage.toml", include_str!("countermeasures/storage.toml")),
    ("threats/database.toml", include_str!("threats/database.toml")),
    ("countermeasures/database.toml", include_str!("countermeasures/database.toml")),
    ("threats/analytics.toml", include_str!("threats/analytics.toml")),
    ("countermeasures/analytics.toml", include_str!("countermeasures/analytics.toml")),
    ("threats/identity.toml", include_str!("threats/identity.toml")),
    ("countermeasures/identity.toml", include_str!("countermeasures/identity.toml")),
    ("threats/secrets.toml", include_str!("threats/secrets.toml")),
    ("countermeasures/secrets.toml", include_str!("countermeasures/secrets.toml")),
    ("threats/logging.toml", include_str!("threats/logging.toml")),
    ("countermeasures/logging.toml", include_str!("countermeasures/logging.toml")),
    ("threats/network.toml", include_str!("threats/network.toml")),
    ("countermeasures/network.toml", include_str!("countermeasures/network.toml")),
    ("threats/compute.toml", include_str!("threats/compute.toml")),
    ("countermeasures/compute.toml", include_str!("countermeasures/compute.toml")),
    ("threats/delivery.toml", include_str!("threats/delivery.toml")),
    ("countermeasures/delivery.toml", include_str!("countermeasures/delivery.toml")),
    ("threats/iot.toml", include_str!("threats/iot.toml")),
    ("countermeasures/iot.toml", include_str!("countermeasures/iot.toml")),
    ("threats/communication.toml", include_str!("threats/communication.toml")),
    ("countermeasures/communication.toml", include_str!("countermeasures/communication.toml")),
    ("threats/ai.toml", include_str!("threats/ai.toml")),
    ("countermeasures/ai.toml", include_str!("countermeasures/ai.toml")),
    ("threats/third_party.toml", include_str!("threats/third_party.toml")),
    ("countermeasures/third_party.toml", include_str!("countermeasures/third_party.toml")),
    ("threats/users.toml", include_str!("threats/users.toml")),
    ("countermeasures/users.toml", include_str!("countermeasures/users.toml")),
    ("threats/governance.toml", include_str!("threats/governance.toml")),
    ("countermeasures/governance.toml", include_str!("countermeasures/governance.toml")),
    ("threats/generic.toml", include_str!("threats/generic.toml")),
    ("countermeasures/generic.toml", include_str!("countermeasures/generic.toml")),
];

/// The texts of all built-in files that hold knowledge, the shape table among them.
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    FILES.iter().chain(RULES).map(|(_, text)| *text).chain([super::shapes::TABLE])
}

/// The built-in files, read.
pub(super) fn files() -> Vec<CatalogFile> {
    // A test reads them all, so a mistake cannot reach a user. Reading TOML is most of the program's start.
    FILES
        .par_iter()
        .with_max_len(1)
        .map(|(name, text)| parse(name, text).expect("the built-in catalogue is valid"))
        .collect()
}

/// The built-in rules and countermeasures, read.
///
/// # Errors
/// The first file that is not written as catalogue files are.
pub(super) fn rules() -> Result<Vec<RuleFile>, Problem> {
    RULES
        .par_iter()
        .with_max_len(1)
        .map(|(name, text)| Ok(RuleFile::of(name, Cow::Borrowed(text), parse(name, text)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;

    #[test]
    fn every_builtin_rule_is_read_without_a_mistake() {
        if let Err(mistakes) = Catalog::builtin().checked_rules() {
            panic!("{mistakes}");
        }
    }
}
