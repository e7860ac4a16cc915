//! The report as JSON, schema `threatsheet/report/1`: fields are added, never renamed. `docs/report.schema.json`
//! describes every one.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::{ExportError, columns};
use crate::model::{
    BoundaryIndex, DataFlow, Diagram, Document, Element, ElementIndex, Fact, Notice, Scope, Severity, Stated, Target,
    Threat, ThreatReport, TrustBoundary,
};

/// Name and version of the schema.
pub const REPORT_SCHEMA: &str = "threatsheet/report/1";

/// Writes `report`.
pub(super) fn write(report: &ThreatReport, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let broken = |e: serde_json::Error| ExportError::Io(e.into());
    serde_json::to_writer_pretty(&mut *out, &value(report)).map_err(broken)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn value(report: &ThreatReport) -> Value {
    let threats: Vec<Value> = columns::rows(report).iter().map(threat).collect();
    json!({
        "schema": REPORT_SCHEMA,
        "title": report.title,
        "classification": report.classification,
        "date": report.date,
        "tool_version": report.tool_version,
        "catalog_version": report.catalog_version,
        "summary": summary(report),
        "documents": report.documents.iter().map(document).collect::<Vec<_>>(),
        "threats": threats,
        "thresholds": report.thresholds.0.iter().map(|(least, s)| (s.to_string(), (*least).into())).collect::<Map<_, Value>>(),
        "countermeasures": report.countermeasures.iter().map(|c| json!({
            "id": c.id, "title": c.title, "how": c.how, "verify": c.verify,
        })).collect::<Vec<_>>(),
        "controls": report.controls.iter().map(|c| {
            let diagram = report.documents.get(c.document).and_then(|d| d.diagrams.get(c.page));
            json!({
                "source": source_of(report, c.document), "page": c.page, "control": c.control, "name": c.name,
                "evidence": c.evidence, "protects": element_ids(diagram, &c.protects),
            })
        }).collect::<Vec<_>>(),
        "checklists": report.checklists.iter().map(|c| json!({
            "list": c.list, "name": c.name, "phase": c.phase, "question": c.question, "answer": c.answer,
            "threats": c.threats,
        })).collect::<Vec<_>>(),
        "retired": report.retired.iter().map(|r| json!({ "retired": r.retired, "row": pairs(&r.row) })).collect::<Vec<_>>(),
        "own_rows": report.own_rows.iter().map(|row| pairs(row)).collect::<Vec<_>>(),
        "kept": report.kept.iter().map(|s| json!({ "name": s.name, "rows": s.rows })).collect::<Vec<_>>(),
    })
}

fn summary(report: &ThreatReport) -> Value {
    let severities: Map<String, Value> = Severity::ALL
        .iter()
        .rev()
        .map(|s| {
            (
                s.to_string(),
                json!({ "open": report.count_severity(*s, true), "closed": report.count_severity(*s, false) }),
            )
        })
        .collect();
    let statuses: Map<String, Value> =
        crate::model::Status::ALL.iter().map(|s| (s.to_string(), report.count_status(*s).into())).collect();
    let stride: Map<String, Value> =
        crate::model::Stride::ALL.iter().map(|s| (s.to_string(), report.count_stride(*s).into())).collect();
    json!({ "threats": report.threats.len(), "severity": severities, "status": statuses, "stride": stride })
}

fn pairs(row: &[(String, String)]) -> Value {
    Value::Array(row.iter().map(|(name, content)| json!([name, content])).collect())
}

fn source_of(report: &ThreatReport, document: usize) -> Option<&str> {
    report.documents.get(document).map(|d| d.source.path.as_str())
}

fn element_ids(diagram: Option<&Diagram>, elements: &[ElementIndex]) -> Vec<String> {
    let Some(diagram) = diagram else { return Vec::new() };
    elements.iter().filter_map(|i| diagram.elements.get(i.0)).map(|e| e.id.clone()).collect()
}

fn boundary_ids(diagram: Option<&Diagram>, boundaries: &[BoundaryIndex]) -> Vec<String> {
    let Some(diagram) = diagram else { return Vec::new() };
    boundaries.iter().filter_map(|i| diagram.boundaries.get(i.0)).map(|b| b.id.clone()).collect()
}

fn threat(row: &columns::Row<'_>) -> Value {
    let (report, t) = (row.report, row.threat);
    let diagram = report.diagram_of(t);
    let mut fields = identity(row, diagram);
    let more = json!({
        "tier": t.tier, "severity": t.effective_severity(), "score": t.effective_score(),
        "likelihood": t.effective_likelihood(), "impact": t.effective_impact(),
        "inherent_likelihood": t.inherent_likelihood, "confidence": t.confidence,
        "status": t.effective_status(), "origins": t.origins,
        "tool": { "severity": t.severity, "likelihood": t.likelihood, "impact": t.impact, "status": t.status },
        "evidence": t.evidence, "assumption": t.assumption, "remedy_in_diagram": t.remedy_in_diagram,
        "scoring": t.scoring,
        "credits": t.credits.iter().map(|c| json!({
            "control": c.control, "name": c.name, "effect": c.effect, "evidence": c.evidence,
        })).collect::<Vec<_>>(),
        "countermeasures": t.countermeasures,
        "references": t.references.iter().map(|r| json!({ "scheme": r.scheme, "id": r.id, "url": r.url })).collect::<Vec<_>>(),
        "related": t.related,
        "triage": triage(t),
        "change": { "kind": t.change.word(), "text": t.change.describe() },
    });
    if let Value::Object(more) = more {
        fields.extend(more);
    }
    Value::Object(fields)
}

fn identity(row: &columns::Row<'_>, diagram: Option<&Diagram>) -> Map<String, Value> {
    let t = row.threat;
    let element = t.elements.first().and_then(|i| diagram?.elements.get(i.0)).map(|e| e.id.as_str());
    let (element, flow, boundary) = match (t.target, diagram) {
        (Target::Element(i), Some(d)) => (d.elements.get(i.0).map(|e| e.id.as_str()).or(element), None, None),
        (Target::Flow(i), Some(d)) => (element, d.flows.get(i.0).map(|f| f.id.as_str()), None),
        (Target::Boundary(i), Some(d)) => (None, None, d.boundaries.get(i.0).map(|b| b.id.as_str())),
        _ => (None, None, None),
    };
    let fields = json!({
        "id": t.id, "number": columns::number_text(row.number), "rule": t.rule, "title": t.title,
        "description": t.description, "stride": t.stride,
        "source": source_of(row.report, t.document), "page": t.page, "page_name": diagram.map(|d| &d.page.name),
        "element": element, "flow": flow, "boundary": boundary,
        "elements": element_ids(diagram, &t.elements), "path": element_ids(diagram, &t.path),
        "crosses": boundary_ids(diagram, &t.crosses),
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn triage(t: &Threat) -> Value {
    let d = &t.triage;
    json!({
        "status": d.status, "likelihood": d.likelihood, "impact": d.impact, "treatment": d.treatment,
        "justification": d.justification, "owner": d.owner, "due": d.due, "ticket": d.ticket,
        "residual_likelihood": d.residual_likelihood, "residual_impact": d.residual_impact,
        "reviewer": d.reviewer, "reviewed": d.reviewed, "extra": pairs(&d.extra),
    })
}

fn document(document: &Document) -> Value {
    json!({
        "source": {
            "path": document.source.path, "format": document.source.format,
            "container": document.source.container, "sha256": document.source.sha256,
        },
        "title": document.title,
        "notices": document.notices.iter().map(notice).collect::<Vec<_>>(),
        "pages": document.diagrams.iter().map(page).collect::<Vec<_>>(),
    })
}

fn page(d: &Diagram) -> Value {
    json!({
        "index": d.page.index, "id": d.page.id, "name": d.page.name,
        "coverage": { "cells": d.coverage.cells, "understood": d.coverage.understood },
        "elements": d.elements.iter().map(|e| element(d, e)).collect::<Vec<_>>(),
        "flows": d.flows.iter().map(|f| flow(d, f)).collect::<Vec<_>>(),
        "boundaries": d.boundaries.iter().map(|b| boundary(d, b)).collect::<Vec<_>>(),
        "notices": d.notices.iter().map(notice).collect::<Vec<_>>(),
        "notes": d.notes,
    })
}

fn element(d: &Diagram, e: &Element) -> Value {
    json!({
        "id": e.id, "label": e.label, "kind": e.kind, "service": e.service,
        "service_name": e.service_name,
        "boundaries": boundary_ids(Some(d), &e.boundaries), "shape": e.shape, "tags": e.tags,
        "properties": e.properties, "stated": stated(&e.stated),
        "known_by": { "basis": e.provenance.basis, "detail": e.provenance.detail },
    })
}

fn flow(d: &Diagram, f: &DataFlow) -> Value {
    json!({
        "id": f.id, "label": f.label, "source": d.end_id(f.source), "target": d.end_id(f.target),
        "direction": f.direction, "crosses": boundary_ids(Some(d), &f.crosses), "snapped": f.snapped,
        "tags": f.tags, "properties": f.properties, "stated": stated(&f.stated),
    })
}

fn boundary(d: &Diagram, b: &TrustBoundary) -> Value {
    json!({
        "id": b.id, "label": b.label, "type": b.kind,
        "parent": b.parent.and_then(|p| d.boundaries.get(p.0)).map(|p| &p.id),
        "tags": b.tags, "properties": b.properties, "stated": stated(&b.stated), "because": b.because,
    })
}

fn stated(s: &Stated) -> Value {
    let facts: Map<String, Value> =
        s.facts.stated().map(|(fact, truth): (Fact, _)| (fact.to_string(), truth.to_string().into())).collect();
    let (in_scope, reason) = match &s.scope {
        Scope::In => (true, None),
        Scope::Out { reason } => (false, reason.as_deref()),
    };
    json!({
        "facts": facts, "in_scope": in_scope, "out_of_scope_reason": reason, "trust": s.trust,
        "data_classification": s.data_classification, "protocol": s.protocol, "privilege_level": s.privilege_level,
        "controls": s.controls, "missing_controls": s.missing_controls, "description": s.description,
    })
}

fn notice(n: &Notice) -> Value {
    json!({ "severity": n.level, "code": n.code, "cell": n.cell, "message": n.message })
}
