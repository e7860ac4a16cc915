//! The ways into a serverless function, as a table of their own beside the rules.

use serde::Deserialize;

use super::reference;
use crate::model::{Reference, Severity, Stride};

/// One way in which a function is attacked, and what to do about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LambdaVector {
    /// Stable id, such as `LV-01`.
    pub id: String,
    /// STRIDE category.
    pub stride: Stride,
    /// What the vector is called.
    pub vector: String,
    /// Where it comes in.
    pub entry_point: String,
    /// How it works.
    pub how: String,
    /// Ids of the countermeasures, most effective first.
    pub countermeasures: Vec<String>,
    /// Severity in an ordinary workload.
    pub severity: Severity,
    /// Places in the OWASP Serverless Top 10, such as `S1:2017`.
    #[serde(default)]
    pub owasp_serverless: Vec<String>,
    /// Places in the CSA list of the twelve most critical risks of serverless applications, such as `SAS-01`.
    #[serde(default)]
    pub csa: Vec<String>,
    /// Ids in other registries, as rules write them.
    #[serde(default)]
    pub references: Vec<String>,
    /// Ids of the rules that look for it in a diagram.
    #[serde(default)]
    pub rules: Vec<String>,
}

impl LambdaVector {
    /// Everything that it points to in public registries, read; ids of no known form are left out.
    pub fn read_references(&self) -> impl Iterator<Item = Reference> + '_ {
        self.owasp_serverless.iter().chain(&self.csa).chain(&self.references).filter_map(|id| reference::read(id))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::catalog::Catalog;

    #[test]
    fn the_vectors_cover_both_lists_of_serverless_risks() {
        let catalog = Catalog::builtin();
        let named: BTreeSet<&str> = catalog
            .lambda_vectors()
            .iter()
            .flat_map(|v| v.owasp_serverless.iter().chain(&v.csa))
            .map(String::as_str)
            .collect();
        let owasp = (1..=10).map(|n| format!("S{n}:2017"));
        let csa = (1..=12).map(|n| format!("SAS-{n:02}"));
        let missing: Vec<String> = owasp.chain(csa).filter(|id| !named.contains(id.as_str())).collect();
        assert!(missing.is_empty(), "no vector for {missing:?}");
        assert_eq!(catalog.lambda_vectors().len(), 40);
    }

    #[test]
    fn every_vector_says_what_to_do_and_points_to_what_is_known() {
        let catalog = Catalog::builtin();
        let ids: BTreeSet<&str> = catalog.lambda_vectors().iter().map(|v| v.id.as_str()).collect();
        assert_eq!(ids.len(), catalog.lambda_vectors().len(), "ids are unique");
        for vector in catalog.lambda_vectors() {
            assert!(vector.countermeasures.len() >= 2 && !vector.rules.is_empty(), "{}", vector.id);
            for id in &vector.countermeasures {
                assert!(catalog.rules().countermeasure(id).is_some(), "{}: no countermeasure {id}", vector.id);
            }
            for id in &vector.rules {
                assert!(catalog.rules().rule(id).is_some(), "{}: no rule {id}", vector.id);
            }
            let written = vector.owasp_serverless.len() + vector.csa.len() + vector.references.len();
            assert_eq!(vector.read_references().count(), written, "{}", vector.id);
        }
    }
}
