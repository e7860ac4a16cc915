//! The serverless HR system, plain and hardened: what must be raised, what must not, and what controls change.

use std::collections::{BTreeMap, BTreeSet};

use threatsheet::{
    catalog::{Catalog, notation},
    infer::{Detail, InferOptions, infer},
    model::{Container, Document, Format, Source, Status, Threat},
};

const PLAIN: &str = include_str!("../fixtures/infer/hr-plain.mmd");
const HARDENED: &str = include_str!("../fixtures/infer/hr-hardened.mmd");

fn threats(text: &str, detail: Detail) -> Vec<Threat> {
    let catalog = Catalog::builtin();
    let diagram = notation::read(text, &catalog).expect("the fixture is a diagram");
    let source =
        Source { path: "hr".to_owned(), format: Format::Drawio, container: Container::Xml, sha256: String::new() };
    let document = Document { source, title: None, diagrams: vec![diagram], notices: Vec::new() };
    infer(vec![document], &catalog, &InferOptions { detail, checklists: false }).threats
}

/// Each rule raised, with the status of its most open row.
fn statuses(threats: &[Threat]) -> BTreeMap<&str, Status> {
    threats.iter().fold(BTreeMap::new(), |mut all, t| {
        let status = all.entry(t.rule.as_str()).or_insert(t.status);
        *status = t.status.min(*status);
        all
    })
}

/// Rules that must be raised and open in the plain system.
pub(crate) const MUST: [&str; 23] = [
    "APIGW-002",
    "APIGW-003",
    "APIGW-005",
    "APIGW-006",
    "CDN-001",
    "LAMBDA-001",
    "LAMBDA-005",
    "LAMBDA-006",
    "LAMBDA-014",
    "LAMBDA-019",
    "MSG-001",
    "S3-002",
    "S3-004",
    "S3-005",
    "S3-010",
    "DB-001",
    "DB-002",
    "DB-003",
    "IDN-002",
    "LOG-001",
    "LOG-005",
    "LOG-007",
    "BACKUP-001",
];

const MUST_NOT: [&str; 7] = ["FLOW-001", "LAMBDA-004", "LAMBDA-007", "LAMBDA-010", "DB-004", "IDN-001", "NET-001"];

#[test]
fn the_plain_system_raises_what_a_reviewer_expects() {
    let found = threats(PLAIN, Detail::Full);
    let by_rule = statuses(&found);
    let missing: Vec<_> = MUST.iter().filter(|r| by_rule.get(**r) != Some(&Status::Open)).collect();
    let wrong: Vec<_> = MUST_NOT.iter().filter(|r| by_rule.contains_key(**r)).collect();
    let generic: Vec<_> = by_rule.keys().filter(|r| r.starts_with("GEN-")).collect();
    let all: Vec<_> = by_rule.iter().map(|(r, s)| format!("{r}={s}")).collect();
    assert!(missing.is_empty(), "not open: {missing:?} in {all:?}");
    assert!(wrong.is_empty() && generic.is_empty(), "raised: {wrong:?} {generic:?}");
    assert_eq!(by_rule.get("APIGW-001"), Some(&Status::Mitigated), "a user pool is attached");
    let documents = found.iter().filter(|t| t.rule == "S3-001" && t.title.contains("Signed documents"));
    assert_eq!(documents.count(), 0, "presigned is not public");
}

#[test]
fn focus_tells_what_a_reviewer_fears_and_nothing_else() {
    let found = threats(PLAIN, Detail::Focus);
    let by_rule = statuses(&found);
    let open: BTreeSet<&str> = by_rule.iter().filter(|(_, s)| s.is_open()).map(|(r, _)| *r).collect();
    assert_eq!(open, BTreeSet::from(MUST));
    let trail = found.iter().find(|t| t.rule == "LOG-001").expect("no trail is drawn");
    assert!(trail.related.iter().any(|r| r == "LOG-002"), "no trail says more than one in the wrong place");
}

#[test]
fn the_number_of_rows_stays_within_what_people_read() {
    let focus = threats(PLAIN, Detail::Focus);
    let standard = threats(PLAIN, Detail::Standard);
    let rules = |t: &[Threat]| t.iter().map(|t| t.id.clone()).collect::<Vec<_>>();
    assert!((20..=32).contains(&focus.len()), "{} rows in focus: {:?}", focus.len(), rules(&focus));
    assert!((38..=60).contains(&standard.len()), "{} rows in standard: {:?}", standard.len(), rules(&standard));
}

#[test]
fn hardening_answers_its_threats_and_changes_nothing_else() {
    let (plain, hardened) = (threats(PLAIN, Detail::Focus), threats(HARDENED, Detail::Focus));
    let (before, after) = (statuses(&plain), statuses(&hardened));
    for rule in ["APIGW-006", "DB-003", "LAMBDA-005", "LOG-001"] {
        assert_eq!(after.get(rule), Some(&Status::Mitigated), "{rule} after {:?}", before.get(rule));
    }
    let flood = |t: &[Threat]| t.iter().find(|t| t.rule == "APIGW-005").map(|t| (t.likelihood, t.status));
    let (was, is) = (flood(&plain).expect("open before"), flood(&hardened).expect("open after"));
    assert!(is.0 < was.0 && is.1 == Status::Open, "reduced: {was:?} to {is:?}");
    assert!(after.contains_key("LOG-002"), "a trail in the workload's account");
    let changed: BTreeSet<&str> = before
        .keys()
        .chain(after.keys())
        .copied()
        .filter(|r| before.get(r) != after.get(r))
        .filter(|r| !["APIGW-006", "DB-003", "LAMBDA-005", "LOG-001", "LOG-002"].contains(r))
        .collect();
    assert!(changed.is_empty(), "changed besides: {changed:?}");
}

#[test]
fn ids_are_unique_and_do_not_depend_on_labels() {
    let found = threats(PLAIN, Detail::Full);
    let ids: BTreeSet<&str> = found.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids.len(), found.len());
    let renamed = threats(&PLAIN.replace("[Payslip API]", "[Payslip API v9]"), Detail::Full);
    let again: BTreeSet<&str> = renamed.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, again);
}
