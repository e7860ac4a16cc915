//! SARIF 2.1.0, as GitHub code scanning takes it in: a rule for each rule that raised something, a result for each
//! threat that is open, with a fingerprint that survives moving things about.

use std::io::Write;

use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ExportError, ExportOptions, html};
use crate::model::{Confidence, Diagram, Severity, Target, Threat, ThreatReport};

/// GitHub shows no more results of a run than this, and refuses 25,000.
const MOST_RESULTS: usize = 5_000;

/// The longest text that GitHub takes for a rule's description.
const LONGEST_TEXT: usize = 1_024;

/// Writes the open threats of `report`, worst first.
pub(super) fn write(report: &ThreatReport, options: &ExportOptions, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut open: Vec<&Threat> = report.threats.iter().filter(|t| t.effective_status().is_open()).collect();
    open.sort_by_key(|t| std::cmp::Reverse(t.effective_severity()));
    open.truncate(MOST_RESULTS);
    let rules = rules(report, &open);
    let index = |threat: &Threat| rules.iter().position(|(id, _)| *id == rule_id(threat));
    let results: Vec<Value> = open.iter().map(|threat| result(report, options, threat, index(threat))).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "threatsheet",
                "semanticVersion": report.tool_version,
                "rules": rules.iter().map(|(_, rule)| rule).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": category(report) },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)
        .map_err(|e| ExportError::Format(format!("cannot write SARIF: {e}")))?;
    out.write_all(b"\n")?;
    Ok(())
}

/// What the upload is filed under, up to the last slash: a later one of the same category replaces an earlier one, so
/// that each diagram needs its own.
fn category(report: &ThreatReport) -> String {
    match report.documents.as_slice() {
        [document] => format!("threatsheet/{}/", document.source.path),
        _ => "threatsheet/".to_owned(),
    }
}

/// A rule's severity stands on the rule in SARIF, so one that raises threats of several severities becomes several.
fn rule_id(threat: &Threat) -> String {
    format!("{}/{}", threat.rule, threat.effective_severity())
}

/// The rules that raised these threats, by id.
fn rules<'a>(report: &ThreatReport, threats: &[&'a Threat]) -> Vec<(String, Value)> {
    let mut first: std::collections::BTreeMap<String, &'a Threat> = std::collections::BTreeMap::new();
    for threat in threats {
        first.entry(rule_id(threat)).or_insert(threat);
    }
    first.into_iter().map(|(id, threat)| (id.clone(), rule(report, &id, threat))).collect()
}

fn rule(report: &ThreatReport, id: &str, threat: &Threat) -> Value {
    let measures: Vec<String> = threat
        .countermeasures
        .iter()
        .filter_map(|id| report.countermeasure(id))
        .map(|c| format!("- {}: {} Verify: {}", c.title, c.how, c.verify))
        .collect();
    let help = if measures.is_empty() { threat.description.clone() } else { measures.join("\n") };
    let mut tags = vec!["security".to_owned(), format!("stride/{}", threat.stride)];
    tags.extend(
        threat
            .references
            .iter()
            .filter(|r| r.scheme == "CWE")
            .take(8)
            .map(|r| format!("external/cwe/{}", r.id.to_ascii_lowercase())),
    );
    json!({
        "id": id,
        "name": threat.rule,
        "shortDescription": { "text": short(&threat.title) },
        "fullDescription": { "text": short(&threat.description) },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level(threat.effective_severity()) },
        "properties": {
            "tags": tags,
            "precision": if threat.confidence == Confidence::Stated { "high" } else { "medium" },
            "security-severity": security_severity(threat.effective_severity()),
        },
    })
}

fn result(report: &ThreatReport, options: &ExportOptions, threat: &Threat, rule: Option<usize>) -> Value {
    let diagram = report.documents.get(threat.document).and_then(|d| d.diagrams.get(threat.page));
    let path = report.documents.get(threat.document).map_or("-", |d| d.source.path.as_str());
    let cell = diagram.and_then(|d| cell(d, threat));
    let line = cell.and_then(|cell| options.lines.get(threat.document)?.get(cell).copied()).unwrap_or(1);
    let mut message = format!("{}. {}", threat.title.trim_end_matches('.'), threat.description);
    for evidence in &threat.evidence {
        message.push(' ');
        message.push_str(evidence);
    }
    json!({
        "ruleId": rule_id(threat),
        "ruleIndex": rule,
        "level": level(threat.effective_severity()),
        "message": { "text": message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(path) },
                "region": { "startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2 },
            },
            "logicalLocations": logical(diagram, threat),
        }],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint(&threat.id) },
        "properties": { "threat": threat.id, "likelihood": threat.likelihood, "impact": threat.impact },
    })
}

/// The cell that a threat is about.
fn cell<'d>(diagram: &'d Diagram, threat: &Threat) -> Option<&'d str> {
    match threat.target {
        Target::Flow(flow) => diagram.flows.get(flow.0).map(|f| f.id.as_str()),
        Target::Boundary(boundary) => diagram.boundaries.get(boundary.0).map(|b| b.id.as_str()),
        _ => threat.elements.first().and_then(|e| diagram.elements.get(e.0)).map(|e| e.id.as_str()),
    }
}

fn logical(diagram: Option<&Diagram>, threat: &Threat) -> Vec<Value> {
    let Some(diagram) = diagram else { return Vec::new() };
    let named = |e: &crate::model::ElementIndex| {
        let element = diagram.elements.get(e.0)?;
        let full = format!("{}/{}", diagram.page.name, element.label);
        Some(json!({ "name": element.label, "fullyQualifiedName": full, "kind": "element" }))
    };
    threat.elements.iter().filter_map(named).take(10).collect()
}

/// A path as a relative address with forward slashes.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    utf8_percent_encode(path.strip_prefix("./").unwrap_or(&path), html::PATH).to_string()
}

/// A hash of the threat's id alone: it depends on neither wording nor place.
fn fingerprint(id: &str) -> String {
    let hash = Sha256::digest(id.as_bytes());
    let start: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{start}:1")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's scale: over 9.0 is critical, from 7.0 high, from 4.0 medium, from 0.1 low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    text.chars().take(LONGEST_TEXT - 1).chain(['…']).collect()
}
