//! What was understood of a file, as JSON for scripts: a public interface that only ever grows.

use std::{collections::BTreeMap, io::Write};

use serde::Serialize;

use super::ExportError;
use crate::model::{
    BoundaryIndex, BoundaryType, Container, DataFlow, Diagram, Direction, Document, Element, ElementKind, Format,
    Notice, Outline, Point, Provenance, RecordedThreat, Rect, Scope, Severity, Stated, Status, Stride, Target,
    TrustBoundary,
};

/// Name and version of the JSON, in its field `schema`. Fields are added within a version, never renamed.
const INSPECT_SCHEMA: &str = "threatsheet/inspect/1";

/// Writes what was understood of `document` as indented JSON with a final newline.
///
/// # Errors
/// [`ExportError::Io`] where `out` refuses bytes.
pub fn inspect_json(document: &Document, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let source = &document.source;
    let view = DocumentView {
        schema: INSPECT_SCHEMA,
        source: SourceView {
            path: &source.path,
            format: source.format,
            container: source.container,
            sha256: &source.sha256,
        },
        title: document.title.as_deref(),
        pages: document.diagrams.iter().map(PageView::of).collect(),
        diagnostics: document.notices.iter().map(NoticeView::of).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &view).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

#[derive(Serialize)]
struct DocumentView<'a> {
    schema: &'static str,
    source: SourceView<'a>,
    title: Option<&'a str>,
    pages: Vec<PageView<'a>>,
    diagnostics: Vec<NoticeView<'a>>,
}

#[derive(Serialize)]
struct SourceView<'a> {
    path: &'a str,
    format: Format,
    container: Container,
    sha256: &'a str,
}

#[derive(Serialize)]
struct PageView<'a> {
    index: usize,
    id: &'a str,
    name: &'a str,
    coverage: CoverageView,
    elements: Vec<ElementView<'a>>,
    boundaries: Vec<BoundaryView<'a>>,
    flows: Vec<FlowView<'a>>,
    notes: &'a [String],
    recorded_threats: Vec<RecordedView<'a>>,
    diagnostics: Vec<NoticeView<'a>>,
}

impl<'a> PageView<'a> {
    fn of(diagram: &'a Diagram) -> Self {
        Self {
            index: diagram.page.index,
            id: &diagram.page.id,
            name: &diagram.page.name,
            coverage: CoverageView { cells: diagram.coverage.cells, understood: diagram.coverage.understood },
            elements: diagram.elements.iter().map(|e| ElementView::of(e, diagram)).collect(),
            boundaries: diagram.boundaries.iter().map(|b| BoundaryView::of(b, diagram)).collect(),
            flows: diagram.flows.iter().map(|f| FlowView::of(f, diagram)).collect(),
            notes: &diagram.notes,
            recorded_threats: diagram.recorded.iter().map(|r| RecordedView::of(r, diagram)).collect(),
            diagnostics: diagram.notices.iter().map(NoticeView::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct CoverageView {
    cells: usize,
    understood: usize,
}

#[derive(Serialize)]
struct ElementView<'a> {
    id: &'a str,
    label: &'a str,
    kind: ElementKind,
    kind_title: &'static str,
    service: Option<&'a str>,
    service_name: Option<&'a str>,
    boundaries: Vec<&'a str>,
    shape: Option<&'a str>,
    tags: &'a [String],
    properties: &'a BTreeMap<String, String>,
    stated: StatedView<'a>,
    provenance: ProvenanceView<'a>,
    place: Option<RectView>,
}

impl<'a> ElementView<'a> {
    fn of(element: &'a Element, diagram: &'a Diagram) -> Self {
        Self {
            id: &element.id,
            label: &element.label,
            kind: element.kind,
            kind_title: element.kind.title(),
            service: element.service.as_deref(),
            service_name: element.service_name.as_deref(),
            boundaries: ids(&element.boundaries, diagram),
            shape: element.shape.as_deref(),
            tags: &element.tags,
            properties: &element.properties,
            stated: StatedView::of(&element.stated),
            provenance: ProvenanceView::of(&element.provenance),
            place: element.place.map(RectView::of),
        }
    }
}

#[derive(Serialize)]
struct ProvenanceView<'a> {
    basis: &'static str,
    detail: &'a str,
}

impl<'a> ProvenanceView<'a> {
    fn of(provenance: &'a Provenance) -> Self {
        Self { basis: provenance.basis.as_str(), detail: &provenance.detail }
    }
}

#[derive(Serialize)]
struct BoundaryView<'a> {
    id: &'a str,
    label: &'a str,
    #[serde(rename = "type")]
    kind: BoundaryType,
    type_title: &'static str,
    separates_trust: bool,
    parent: Option<&'a str>,
    open: bool,
    because: &'a str,
    tags: &'a [String],
    properties: &'a BTreeMap<String, String>,
    stated: StatedView<'a>,
    place: Option<OutlineView>,
}

impl<'a> BoundaryView<'a> {
    fn of(boundary: &'a TrustBoundary, diagram: &'a Diagram) -> Self {
        Self {
            id: &boundary.id,
            label: &boundary.label,
            kind: boundary.kind,
            type_title: boundary.kind.title(),
            separates_trust: boundary.kind.separates_trust(),
            parent: boundary.parent.map(|p| diagram.boundary(p).id.as_str()),
            open: boundary.is_open(),
            because: &boundary.because,
            tags: &boundary.tags,
            properties: &boundary.properties,
            stated: StatedView::of(&boundary.stated),
            place: boundary.place.as_ref().map(OutlineView::of),
        }
    }
}

#[derive(Serialize)]
struct FlowView<'a> {
    id: &'a str,
    source: &'a str,
    target: &'a str,
    label: &'a str,
    direction: Direction,
    crosses: Vec<&'a str>,
    snapped: bool,
    tags: &'a [String],
    properties: &'a BTreeMap<String, String>,
    stated: StatedView<'a>,
    path: Vec<[f64; 2]>,
}

impl<'a> FlowView<'a> {
    fn of(flow: &'a DataFlow, diagram: &'a Diagram) -> Self {
        Self {
            id: &flow.id,
            source: diagram.end_id(flow.source),
            target: diagram.end_id(flow.target),
            label: &flow.label,
            direction: flow.direction,
            crosses: ids(&flow.crosses, diagram),
            snapped: flow.snapped,
            tags: &flow.tags,
            properties: &flow.properties,
            stated: StatedView::of(&flow.stated),
            path: points(&flow.path),
        }
    }
}

/// Only what is stated is written, so that a plain element has an empty object here.
#[derive(Serialize)]
struct StatedView<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<&'static str, bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    out_of_scope: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_scope_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_classification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privilege_level: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    controls: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    missing_controls: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl<'a> StatedView<'a> {
    fn of(stated: &'a Stated) -> Self {
        Self {
            facts: stated.facts.stated().map(|(fact, truth)| (fact.as_str(), truth.is_yes())).collect(),
            out_of_scope: stated.scope.is_out(),
            out_of_scope_reason: match &stated.scope {
                Scope::Out { reason } => reason.as_deref(),
                Scope::In => None,
            },
            trust: stated.trust,
            data_classification: stated.data_classification.as_deref(),
            protocol: stated.protocol.as_deref(),
            privilege_level: stated.privilege_level.as_deref(),
            controls: &stated.controls,
            missing_controls: &stated.missing_controls,
            description: stated.description.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct RecordedView<'a> {
    id: &'a str,
    cell: Option<&'a str>,
    title: &'a str,
    category: &'a str,
    stride: Option<Stride>,
    status: Status,
    severity: Option<Severity>,
    description: &'a str,
    mitigation: &'a str,
}

impl<'a> RecordedView<'a> {
    fn of(threat: &'a RecordedThreat, diagram: &'a Diagram) -> Self {
        Self {
            id: &threat.id,
            cell: match threat.target {
                Target::Diagram => None,
                Target::Element(i) => Some(&diagram.element(i).id),
                Target::Flow(i) => Some(&diagram.flow(i).id),
                Target::Boundary(i) => Some(&diagram.boundary(i).id),
            },
            title: &threat.title,
            category: &threat.category,
            stride: threat.stride,
            status: threat.status,
            severity: threat.severity,
            description: &threat.description,
            mitigation: &threat.mitigation,
        }
    }
}

#[derive(Serialize)]
struct NoticeView<'a> {
    severity: &'static str,
    code: &'static str,
    cell: Option<&'a str>,
    message: &'a str,
}

impl<'a> NoticeView<'a> {
    fn of(notice: &'a Notice) -> Self {
        Self {
            severity: notice.level.as_str(),
            code: notice.code,
            cell: notice.cell.as_deref(),
            message: &notice.message,
        }
    }
}

#[derive(Serialize)]
struct RectView {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl RectView {
    fn of(rect: Rect) -> Self {
        Self { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum OutlineView {
    Box(RectView),
    Polygon(Vec<[f64; 2]>),
    Line(Vec<[f64; 2]>),
}

impl OutlineView {
    fn of(outline: &Outline) -> Self {
        match outline {
            Outline::Box(rect) => Self::Box(RectView::of(*rect)),
            Outline::Polygon(line) => Self::Polygon(points(line)),
            Outline::Line(line) => Self::Line(points(line)),
        }
    }
}

fn points(line: &[Point]) -> Vec<[f64; 2]> {
    line.iter().map(|p| [p.x, p.y]).collect()
}

fn ids<'a>(boundaries: &[BoundaryIndex], diagram: &'a Diagram) -> Vec<&'a str> {
    boundaries.iter().map(|b| diagram.boundary(*b).id.as_str()).collect()
}
