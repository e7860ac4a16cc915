//! The threats that the two founding documents name, and under which category.

use serde::Deserialize;

use crate::model::Stride;

/// One threat that the documents name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seed {
    /// Stable id, such as SEED-01; rules name it in `seeds`.
    pub id: String,
    /// What the document calls it.
    pub title: String,
    /// The category under which the document files it, where it names one.
    pub filed_as: Option<Stride>,
    /// The category under which the catalogue files it.
    pub stride: Stride,
}

#[derive(Deserialize)]
struct SeedFile {
    seed: Vec<Seed>,
}

/// All threats that the documents name, in their order.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let file: SeedFile = toml::from_str(include_str!("seeds.toml")).expect("a test reads the built-in seeds");
    file.seed
}

#[cfg(test)]
mod tests {
    use super::seeds;
    use crate::catalog::Catalog;

    #[test]
    fn the_named_threats_are_all_there() {
        let ids: Vec<String> = seeds().into_iter().map(|seed| seed.id).collect();
        assert_eq!(ids.iter().filter(|id| id["SEED-".len()..].parse::<u8>().is_ok()).count(), 24);
        assert_eq!(ids.len(), 24 + 4 + 5);
    }

    #[test]
    fn every_named_threat_has_a_rule() {
        let catalog = Catalog::builtin();
        for seed in seeds() {
            let answered = catalog.rules().rules().iter().any(|rule| rule.seeds.contains(&seed.id));
            assert!(answered, "{} ({}) has no rule", seed.id, seed.title);
        }
    }
}
