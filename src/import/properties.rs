//! What an author states in a diagram's own properties: the same names for every format.
//!
//! Names are read in any spelling: `dataClassification`, `data_classification` and `Data Classification` are one.

use std::collections::BTreeMap;

use crate::model::{Fact, Scope, Stated, Truth};

/// Spellings of the property that states an element's kind.
pub(super) const KIND: &[&str] = &["kind", "dfd", "dfd-kind", "stride", "type", "c4-type", "element-type"];
/// Spellings of the property that states an element's service.
pub(super) const SERVICE: &[&str] = &["service", "aws-service"];

const TRUST: &[&str] = &["trust", "trust-level", "trust-rank"];
const DATA: &[&str] = &["data-classification", "data-class", "classification", "data-sensitivity"];
const PROTOCOL: &[&str] = &["protocol", "c4-technology"];
const PRIVILEGE: &[&str] = &["privilege-level", "privilege"];
const CONTROLS: &[&str] = &["controls", "control", "security-controls", "mitigations"];
const OUT_OF_SCOPE: &[&str] = &["out-of-scope"];
const REASON: &[&str] = &["out-of-scope-reason", "reason-out-of-scope", "scope-reason"];
const DESCRIPTION: &[&str] = &["description", "c4-description", "tooltip"];

/// What a property says that a cell is, where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declared {
    /// Something that data flows between.
    Element,
    /// A boundary.
    Boundary,
}

/// The value of the first of `names` that is set and not empty, whatever its spelling.
pub(super) fn find<'p>(properties: &'p BTreeMap<String, String>, names: &[&str]) -> Option<&'p str> {
    names.iter().find_map(|name| {
        let value = properties.iter().find(|(key, _)| canonical(key) == *name)?.1.trim();
        (!value.is_empty()).then_some(value)
    })
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

/// Everything that the properties state.
pub(super) fn stated(properties: &BTreeMap<String, String>) -> Stated {
    let mut stated = Stated::default();
    if properties.is_empty() {
        return stated;
    }
    for &fact in Fact::ALL {
        if let Some(value) = find(properties, &[fact.as_str(), &format!("is-{}", fact.as_str())]) {
            stated.facts.set(fact, Truth::from_word(value));
        }
    }
    let text = |names| find(properties, names).map(str::to_owned);
    stated.scope = scope(properties);
    stated.trust = find(properties, TRUST).and_then(|v| v.parse().ok()).filter(|rank| *rank <= 9);
    stated.data_classification = text(DATA);
    stated.protocol = text(PROTOCOL);
    stated.privilege_level = text(PRIVILEGE);
    stated.description = text(DESCRIPTION);
    for control in find(properties, CONTROLS).unwrap_or_default().split([',', ';', '\n']).map(str::trim) {
        let (name, missing) = match control.strip_prefix('!').or_else(|| control.strip_prefix("no-")) {
            Some(name) => (name, true),
            None => (control, false),
        };
        let key = canonical(name.strip_prefix("ctl.").unwrap_or(name));
        let list = if missing { &mut stated.missing_controls } else { &mut stated.controls };
        if !key.is_empty() && !list.contains(&key) {
            list.push(key);
        }
    }
    stated
}

/// In scope unless said otherwise; a text instead of yes or no is the reason.
fn scope(properties: &BTreeMap<String, String>) -> Scope {
    let reason = || find(properties, REASON).map(str::to_owned);
    match find(properties, OUT_OF_SCOPE) {
        None => match find(properties, &["scope", "in-scope"]).map(canonical).as_deref() {
            Some("out" | "out-of-scope" | "no" | "false") => Scope::Out { reason: reason() },
            _ => Scope::In,
        },
        Some(value) => match Truth::from_word(value) {
            Truth::Yes => Scope::Out { reason: reason() },
            Truth::No => Scope::In,
            Truth::Unknown => Scope::Out { reason: Some(value.to_owned()) },
        },
    }
}

/// A name in lower case with hyphens, however it is spelt.
fn canonical(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for c in name.trim().chars() {
        if c.is_alphanumeric() || c == '!' {
            if c.is_uppercase() && after_lower && !out.ends_with('-') {
                out.push('-');
            }
            after_lower = c.is_lowercase() || c.is_numeric();
            out.extend(c.to_lowercase());
        } else {
            after_lower = false;
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn names_are_read_in_any_spelling() {
        for name in [
            "data-classification",
            "dataClassification",
            "data_classification",
            "Data Classification",
            "DataClassification",
        ] {
            assert_eq!(stated(&properties(&[(name, "PII")])).data_classification.as_deref(), Some("PII"), "{name}");
        }
    }

    #[test]
    fn facts_scope_and_controls_arrive() {
        let stated = stated(&properties(&[
            ("encrypted", "yes"),
            ("isPublicNetwork", "false"),
            ("outOfScope", "run by the bank"),
            ("controls", "WAF, !mfa; ctl.cmk, no-audit"),
            ("trust", "7"),
        ]));
        assert_eq!(stated.facts.get(Fact::Encrypted), Truth::Yes);
        assert_eq!(stated.facts.get(Fact::PublicNetwork), Truth::No);
        assert_eq!(stated.facts.get(Fact::Authenticated), Truth::Unknown);
        assert_eq!(stated.scope, Scope::Out { reason: Some("run by the bank".to_owned()) });
        assert_eq!(stated.controls, ["waf", "cmk"]);
        assert_eq!(stated.missing_controls, ["mfa", "audit"]);
        assert_eq!(stated.trust, Some(7));
    }

    #[test]
    fn a_type_can_declare_an_element_or_a_boundary() {
        assert_eq!(declared(&properties(&[("type", "trust zone")])), Some(Declared::Boundary));
        assert_eq!(declared(&properties(&[("c4Type", "ContainerScopeBoundary")])), Some(Declared::Boundary));
        assert_eq!(declared(&properties(&[("kind", "Data Store")])), Some(Declared::Element));
        assert_eq!(declared(&properties(&[("type", "whatever")])), None);
    }
}
