//! The samples, read from their files: what an architect must find in their tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::hr_example;
use threatsheet::{
    catalog::Catalog,
    import::{self, ReadOptions},
    infer::{self, Detail, InferOptions},
    model::{Origin, Status, ThreatReport},
};

fn report(name: &str, detail: Detail) -> ThreatReport {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    let bytes = fs::read(path).expect("the sample is there");
    let catalog = Catalog::builtin();
    let document = import::read(&bytes, name, &catalog, &ReadOptions::default()).expect("the sample can be read");
    infer::infer(vec![document], &catalog, &InferOptions { detail, ..InferOptions::default() })
}

/// Rules with the statuses of their rows, and rules that are only related to one.
fn statuses(report: &ThreatReport) -> (BTreeMap<&str, BTreeSet<Status>>, BTreeSet<&str>) {
    let mut found: BTreeMap<&str, BTreeSet<Status>> = BTreeMap::new();
    for threat in &report.threats {
        found.entry(&threat.rule).or_default().insert(threat.status);
    }
    let related = report.threats.iter().flat_map(|t| &t.related).map(String::as_str).collect();
    (found, related)
}

#[test]
fn the_hr_sample_raises_what_its_reviewer_expects() {
    let report = report("hr-system.drawio", Detail::Focus);
    let (found, related) = statuses(&report);
    for rule in hr_example::MUST {
        assert!(found.contains_key(rule), "{rule} is missing; found {:?}, related {related:?}", found.keys());
    }
    assert_eq!(found["APIGW-001"], BTreeSet::from([Status::Mitigated]), "Cognito is drawn");
    for rule in ["FLOW-001", "LAMBDA-004", "LAMBDA-007", "LAMBDA-010", "DB-004", "IDN-001", "DB-005", "S3-014"] {
        assert!(!found.contains_key(rule), "{rule} must not be raised");
    }
    assert!(!found.keys().any(|rule| rule.starts_with("GEN-")), "{:?}", found.keys());
    assert!((20..=32).contains(&report.threats.len()), "about 25 rows, not {}", report.threats.len());
}

#[test]
fn hardening_the_hr_sample_answers_what_it_should_and_nothing_else() {
    let (plain, hard) = (report("hr-system.drawio", Detail::Focus), report("hr-system-hardened.drawio", Detail::Focus));
    let ((before, _), (after, _)) = (statuses(&plain), statuses(&hard));
    for rule in ["APIGW-006", "DB-003", "LAMBDA-005", "LOG-001"] {
        assert!(before[rule].contains(&Status::Open), "{rule} is open before");
    }
    for rule in ["DB-003", "LAMBDA-005", "LOG-001"] {
        assert_eq!(after[rule], BTreeSet::from([Status::Mitigated]), "{rule} is answered");
    }
    let likelihood = |report: &ThreatReport| {
        report.threats.iter().find(|t| t.rule == "APIGW-005").map(|t| t.likelihood).expect("APIGW-005 is raised")
    };
    assert!(likelihood(&hard) < likelihood(&plain), "the web application firewall lowers flooding");
    let open = |found: &BTreeMap<&str, BTreeSet<Status>>| -> BTreeSet<String> {
        found.iter().filter(|(_, s)| s.contains(&Status::Open)).map(|(rule, _)| (*rule).to_owned()).collect()
    };
    let new: Vec<String> = open(&after).difference(&open(&before)).cloned().collect();
    assert_eq!(new, ["LOG-002"], "a trail in the workload's own account is the one new finding");
}

#[test]
fn the_ticket_shop_keeps_what_its_author_recorded() {
    let report = report("ticket-shop.json", Detail::Standard);
    let recorded: Vec<_> = report.threats.iter().filter(|t| t.origins.contains(&Origin::Recorded)).collect();
    assert_eq!(recorded.len(), 1);
    assert!(recorded[0].title.contains("Tickets sold twice"));
    let bank = report.threats.iter().filter(|t| t.status == Status::Open).any(|t| t.id.ends_with("@bank"));
    assert!(!bank, "the payment provider is out of scope");
}

#[test]
fn both_pages_of_the_three_tier_sample_are_read() {
    let report = report("three-tier.drawio", Detail::Standard);
    let pages = &report.documents[0].diagrams;
    assert_eq!(
        pages.iter().map(|page| page.page.name.as_str()).collect::<Vec<_>>(),
        ["Production network", "Accounts"]
    );
    assert!(pages.iter().all(|page| page.notices.iter().all(|n| n.level == threatsheet::model::NoticeLevel::Info)));
    let rules: BTreeSet<&str> = report.threats.iter().map(|t| t.rule.as_str()).collect();
    assert!(rules.contains("NET-002"), "a bastion host is reached by SSH: {rules:?}");
}
