//! What `inspect` shows of a diagram: the JSON for scripts and the table for people.

use serde_json::{Value, json};
use threatsheet::{
    export::{
        inspect_json, inspect_table,
        picture::{Badge, PictureOptions, picture, pictures},
    },
    model::{
        Basis, BoundaryIndex, BoundaryType, Container, Coverage, DataFlow, Diagram, Direction, Document, Element,
        ElementIndex, ElementKind, End, Fact, Format, Notice, NoticeLevel, Outline, Page, Point, Provenance, Rect,
        Scope, Severity, Source, Stated, TrustBoundary, Truth,
    },
};

fn element(id: &str, label: &str, kind: ElementKind, boundaries: &[usize]) -> Element {
    Element {
        id: id.to_owned(),
        label: label.to_owned(),
        kind,
        service: None,
        service_name: None,
        shape: None,
        boundaries: boundaries.iter().map(|b| BoundaryIndex(*b)).collect(),
        tags: Vec::new(),
        properties: [("owner".to_owned(), "team a".to_owned())].into(),
        stated: Stated::default(),
        provenance: Provenance { basis: Basis::Label, detail: "shop".to_owned() },
        place: Some(Rect { x: 1.0, y: 2.0, width: 3.0, height: 4.0 }),
    }
}

fn boundary(id: &str, label: &str, parent: Option<usize>, place: Outline) -> TrustBoundary {
    TrustBoundary {
        id: id.to_owned(),
        label: label.to_owned(),
        kind: BoundaryType::Vpc,
        parent: parent.map(BoundaryIndex),
        tags: Vec::new(),
        properties: [].into(),
        stated: Stated::default(),
        because: "label".to_owned(),
        place: Some(place),
    }
}

fn document() -> Document {
    let rect = Outline::Box(Rect { x: 0.0, y: 0.0, width: 9.0, height: 9.0 });
    let mut fetch = element("fn", "Fetch\u{1b}[31m", ElementKind::Process, &[0, 1]);
    fetch.service = Some("lambda".to_owned());
    fetch.service_name = Some("AWS Lambda".to_owned());
    fetch.stated.facts.set(Fact::Encrypted, Truth::No);
    fetch.stated.scope = Scope::Out { reason: Some("bought".to_owned()) };
    let diagram = Diagram {
        page: Page { index: 0, id: "p1".to_owned(), name: "Production".to_owned() },
        elements: vec![element("user", "Shopper", ElementKind::ExternalEntity, &[]), fetch],
        flows: vec![DataFlow {
            id: "e7".to_owned(),
            label: "order".to_owned(),
            source: End::Element(ElementIndex(0)),
            target: End::Element(ElementIndex(1)),
            direction: Direction::Bidirectional,
            crosses: vec![BoundaryIndex(0), BoundaryIndex(1)],
            snapped: true,
            tags: Vec::new(),
            properties: [].into(),
            stated: Stated::default(),
            path: vec![Point { x: 0.0, y: 0.5 }, Point { x: 1.0, y: 1.5 }],
        }],
        boundaries: vec![
            boundary("vpc", "Network", None, rect.clone()),
            boundary("sub", "Subnet A", Some(0), rect),
            boundary("line", "Edge", None, Outline::Line(vec![Point::default(); 2])),
        ],
        notices: vec![Notice::cell(NoticeLevel::Warning, "flow-unattached", "e9", "the flow ends nowhere")],
        coverage: Coverage { cells: 4, understood: 3 },
        ..Diagram::default()
    };
    Document {
        source: Source {
            path: "orders.drawio".to_owned(),
            format: Format::Drawio,
            container: Container::Svg,
            sha256: "ab".repeat(32),
        },
        title: None,
        diagrams: vec![diagram],
        notices: Vec::new(),
    }
}

fn as_json(document: &Document) -> Value {
    let mut out = Vec::new();
    inspect_json(document, &mut out).expect("a vector takes bytes");
    serde_json::from_slice(&out).expect("it is JSON")
}

fn as_table(document: &Document) -> String {
    let mut out = Vec::new();
    inspect_table(document, &mut out).expect("a vector takes bytes");
    String::from_utf8(out).expect("it is text")
}

#[test]
fn the_json_has_the_fields_that_scripts_rely_on() {
    let json = as_json(&document());
    assert_eq!(json["schema"], "threatsheet/inspect/1");
    assert_eq!(json["source"]["container"], "svg");
    let page = &json["pages"][0];
    assert_eq!(page["name"], "Production");
    let element = &page["elements"][1];
    assert_eq!(element["kind"], "process");
    assert_eq!(element["service"], "lambda");
    assert_eq!(element["boundaries"], json!(["vpc", "sub"]));
    assert_eq!(element["properties"], json!({"owner": "team a"}));
    assert_eq!(element["stated"]["facts"], json!({"encrypted": false}));
    assert_eq!(element["stated"]["out_of_scope_reason"], "bought");
    assert_eq!(page["elements"][0]["stated"], json!({}));
    assert_eq!(page["boundaries"][1]["parent"], "vpc");
    assert_eq!(page["boundaries"][2]["type"], "vpc");
    assert_eq!(page["boundaries"][2]["open"], true);
    let flow = &page["flows"][0];
    assert_eq!((&flow["source"], &flow["target"]), (&json!("user"), &json!("fn")));
    assert_eq!(flow["direction"], "bidirectional");
    assert_eq!(flow["crosses"], json!(["vpc", "sub"]));
    assert_eq!(flow["snapped"], true);
    let diagnostic = &page["diagnostics"][0];
    assert_eq!(
        diagnostic,
        &json!({"severity": "warning", "code": "flow-unattached", "cell": "e9", "message": "the flow ends nowhere"})
    );
}

#[test]
fn the_table_shows_elements_flows_the_tree_of_boundaries_and_the_coverage() {
    let table = as_table(&document());
    assert!(table.contains("Understood: 3 of 4 cells that matter (75 %)"), "{table}");
    assert!(table.contains("AWS Lambda"), "{table}");
    assert!(table.contains("Network > Subnet A"), "{table}");
    assert!(table.contains("\n  Network [VPC; 1 element; label]\n    Subnet A ["), "{table}");
    assert!(table.contains("Edge [VPC; open line"), "{table}");
    assert!(table.contains("out of scope: bought, not encrypted"), "{table}");
    assert!(table.contains("warning [e9]: the flow ends nowhere"), "{table}");
}

#[test]
fn a_label_cannot_command_the_terminal() {
    let table = as_table(&document());
    assert!(table.contains("Fetch?[31m"), "{table}");
    assert!(!table.contains('\u{1b}'), "{table}");
}

#[test]
fn boundaries_that_hold_each_other_in_a_circle_are_listed_once() {
    let mut document = document();
    document.diagrams[0].boundaries[0].parent = Some(BoundaryIndex(1));
    let table = as_table(&document);
    assert_eq!(table.matches("  Network [VPC").count(), 1, "{table}");
    assert_eq!(table.matches("Subnet A [VPC").count(), 1, "{table}");
}

#[test]
fn the_picture_shows_every_thing_under_its_cell_id_and_the_crossings() {
    let svg = picture(&document().diagrams[0], &PictureOptions::default());
    for part in ["data-element=\"user\"", "data-element=\"fn\"", "data-flow=\"e7\"", "data-boundary=\"sub\""] {
        assert_eq!(svg.matches(part).count(), 1, "{part}");
    }
    assert!(svg.contains(">Shopper</text>"), "{svg}");
    assert!(svg.contains("crosses Network, Subnet A"), "{svg}");
    assert!(svg.contains("opacity=\"0.55\""), "what is out of scope is faint: {svg}");
    assert_eq!(svg, picture(&document().diagrams[0], &PictureOptions::default()), "the same bytes again");
}

#[test]
fn the_picture_carries_badges() {
    let badge = |text: &str| Badge { text: text.to_owned(), severity: Severity::High };
    let options = PictureOptions {
        elements: [("fn".to_owned(), badge("12"))].into(),
        flows: [("e7".to_owned(), badge("<3"))].into(),
    };
    let svg = picture(&document().diagrams[0], &options);
    assert!(svg.contains(">12</text>") && svg.contains(">&lt;3</text>"), "{svg}");
}

#[test]
fn labels_and_ids_cannot_break_out_of_the_picture() {
    let mut document = document();
    let diagram = &mut document.diagrams[0];
    let evil = "\"><script>alert(1)</script>&'\u{0}\u{1b}";
    diagram.elements[0].label = evil.to_owned();
    diagram.elements[0].id = evil.to_owned();
    diagram.flows[0].label = evil.to_owned();
    diagram.flows[0].id = evil.to_owned();
    diagram.boundaries[0].label = evil.to_owned();
    diagram.boundaries[0].id = evil.to_owned();
    diagram.page.name = evil.to_owned();
    diagram.notices[0].message = evil.to_owned();
    diagram.elements[1].place = Some(Rect { x: f64::NAN, y: f64::INFINITY, width: 1e300, height: f64::NAN });
    diagram.flows[0].path = vec![Point { x: f64::NAN, y: f64::NEG_INFINITY }; 2];
    let svg = pictures(&document);
    assert!(!svg.contains("<script") && !svg.contains('\u{0}') && !svg.contains('\u{1b}'), "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
    let mut reader = quick_xml::Reader::from_str(&svg);
    while !matches!(reader.read_event().expect("the picture is well-formed"), quick_xml::events::Event::Eof) {}
}
