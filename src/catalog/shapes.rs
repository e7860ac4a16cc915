//! The shape table: what each shape key means.

use std::sync::OnceLock;

use serde::Deserialize;

use super::recognise::Meaning;
use crate::model::BoundaryType;

/// One line of the shape table.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    /// The key as a style writes it, such as `mxgraph.aws4.lambda`, or an image's path from `img/lib/` on.
    pub key: String,
    /// `service:KEY`, `kind:KIND`, `boundary:TYPE` or `decoration`.
    pub means: String,
    /// What to call the thing where its label is empty.
    #[serde(default)]
    pub title: String,
}

/// What the shape table says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) means: &'a str,
    pub(super) title: &'a str,
}

/// The built-in table: `key,means,title`, sorted by key; keys in the form of [`normal_key`].
pub(super) const TABLE: &str = include_str!("shapes.csv");

fn lines() -> &'static [&'static str] {
    static LINES: OnceLock<Vec<&'static str>> = OnceLock::new();
    LINES.get_or_init(|| TABLE.lines().skip(1).collect())
}

/// The line of the built-in table for a normal key.
pub(super) fn builtin(key: &str) -> Option<Line<'static>> {
    let lines = lines();
    let found = lines.binary_search_by(|line| line.split(',').next().unwrap_or_default().cmp(key)).ok()?;
    let mut fields = lines.get(found)?.splitn(3, ',');
    fields.next()?;
    Some(Line { means: fields.next()?, title: fields.next().unwrap_or_default() })
}

/// Shapes that hold a glyph named by another key, and say nothing themselves.
const HOSTS: &[&str] = &[
    "aws4.resourceicon",
    "aws4.producticon",
    "kubernetes.icon",
    "kubernetes.icon2",
    "cisco19.rect",
    "sap.icon",
    "ibm.box",
    "networks2.icon",
];

/// Whether the key, in its normal form, only holds a glyph that another key names.
pub(super) fn is_host(key: &str) -> bool {
    HOSTS.contains(&key)
}

/// The key as the table writes it: in lower case, without `mxgraph.` and, for images, from `img/` on without the
/// ending. A bare glyph name, such as Kubernetes' `pod`, is put behind the family of its `host`.
pub(super) fn normal_key(key: &str, host: Option<&str>) -> String {
    let key = key.trim().to_lowercase();
    if let Some((_, path)) = key.split_once("img/lib/") {
        let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        return format!("img/{path}");
    }
    if let Some(bare) = key.strip_prefix("mxgraph.") {
        return bare.to_owned();
    }
    match host.map(|h| normal_key(h, None)).filter(|h| is_host(h)) {
        Some(host) if !key.contains('.') => match host.split_once('.') {
            Some((family, _)) => format!("{family}.{key}"),
            None => key,
        },
        _ => key,
    }
}

/// What a shape can stand for, from the column `means`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Means<'a> {
    /// A service, by key.
    Service(&'a str),
    /// Something without a service of its own.
    Other(Meaning),
}

/// Reads the column `means`.
pub(super) fn means(text: &str) -> Option<Means<'_>> {
    if text == "decoration" {
        return Some(Means::Other(Meaning::Decoration));
    }
    let (what, value) = text.split_once(':')?;
    match what {
        "service" => Some(Means::Service(value)),
        "kind" => value.parse().ok().map(|kind| Means::Other(Meaning::Element { kind, service: None })),
        "boundary" => value.parse::<BoundaryType>().ok().map(|b| Means::Other(Meaning::Boundary(b))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn the_table_is_sorted_without_doubles_and_every_meaning_is_known() {
        let catalog = Catalog::builtin();
        let mut last = "";
        for line in lines() {
            let mut fields = line.splitn(3, ',');
            let key = fields.next().unwrap_or_default();
            assert!(last < key, "{key} stands after {last}");
            assert_eq!(normal_key(key, None), key, "{key} is not in its normal form");
            last = key;
            match means(fields.next().unwrap_or_default()) {
                Some(Means::Service(service)) => assert!(catalog.service(service).is_some(), "{line}: no such service"),
                Some(Means::Other(_)) => {}
                None => panic!("{line}: no such meaning"),
            }
        }
    }

    #[test]
    fn every_family_of_shapes_is_there_in_full() {
        let mut families: BTreeMap<&str, usize> = BTreeMap::new();
        for line in lines() {
            let key = line.split(',').next().unwrap_or_default();
            *families.entry(key.split(['.', '/']).next().unwrap_or_default()).or_default() += 1;
        }
        let expected = BTreeMap::from([("aws", 99), ("aws2", 250), ("aws3", 293), ("aws3d", 72), ("aws4", 1_049)]);
        for (family, count) in expected {
            assert_eq!(families.get(family), Some(&count), "{family}");
        }
        assert!(families.get("img").is_some_and(|n| *n > 1_000) && families.get("gcp2").is_some_and(|n| *n >= 290));
    }

    #[test]
    fn keys_are_found_however_they_are_written() {
        assert_eq!(normal_key("mxgraph.aws4.Lambda", None), "aws4.lambda");
        assert_eq!(normal_key("/img/lib/azure2/identity/Users.svg", None), "img/azure2/identity/users");
        assert_eq!(normal_key("https://app.diagrams.net/img/lib/mscae/X.svg", None), "img/mscae/x");
        assert_eq!(normal_key("pod", Some("mxgraph.kubernetes.icon2")), "kubernetes.pod");
        assert_eq!(builtin("aws4.lambda").map(|l| l.means), Some("service:lambda"));
        assert_eq!(builtin("aws4.no_such_thing"), None);
    }
}
