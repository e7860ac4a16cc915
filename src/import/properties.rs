//! What an author's own properties say that a cell is: the same names for every format.

use std::collections::BTreeMap;

use crate::model::properties::{canonical, find};

/// Spellings of the property that states an element's kind.
pub(super) const KIND: &[&str] = &["kind", "dfd", "dfd-kind", "stride", "type", "c4-type", "element-type"];
/// Spellings of the property that states an element's service.
pub(super) const SERVICE: &[&str] = &["service", "aws-service"];

/// What a property says that a cell is, where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declared {
    /// Something that data flows between.
    Element,
    /// A boundary.
    Boundary,
}

/// Whether the author says that the cell is an element or a boundary.
pub(super) fn declared(properties: &BTreeMap<String, String>) -> Option<Declared> {
    if properties.is_empty() {
        return None;
    }
    let word = canonical(find(properties, KIND)?);
    if ["boundary", "zone", "trust-box"].iter().any(|w| word.contains(w)) {
        return Some(Declared::Boundary);
    }
    let known = [
        "external-entity",
        "external",
        "entity",
        "actor",
        "person",
        "process",
        "data-store",
        "datastore",
        "store",
        "queue",
    ];
    known.contains(&word.as_str()).then_some(Declared::Element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_type_can_declare_an_element_or_a_boundary() {
        assert_eq!(declared(&properties(&[("type", "trust zone")])), Some(Declared::Boundary));
        assert_eq!(declared(&properties(&[("c4Type", "ContainerScopeBoundary")])), Some(Declared::Boundary));
        assert_eq!(declared(&properties(&[("kind", "Data Store")])), Some(Declared::Element));
        assert_eq!(declared(&properties(&[("type", "whatever")])), None);
    }
}
