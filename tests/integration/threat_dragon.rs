//! Threat Dragon models of both versions.

use std::sync::LazyLock;

use threatsheet::{
    catalog::Catalog,
    import::{self, ImportError, ReadOptions},
    model::{
        BoundaryType, Diagram, Direction, Document, ElementKind, Fact, Format, Outline, Scope, Severity, Status,
        Stride, Target, Truth,
    },
};

const V1: &str = include_str!("../fixtures/threat_dragon/v1.json");
const V2: &str = include_str!("../fixtures/threat_dragon/v2.json");

fn read_with(text: &str, options: &ReadOptions) -> Result<Document, ImportError> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    import::read(text.as_bytes(), "model.json", &CATALOG, options)
}

fn read(text: &str) -> Document {
    read_with(text, &ReadOptions::default()).expect("the model is read")
}

fn labels(diagram: &Diagram, flow: &str) -> Vec<String> {
    let flow = diagram.flows.iter().find(|f| f.id == flow).expect("the flow is there");
    flow.crosses.iter().map(|b| diagram.boundary(*b).id.clone()).collect()
}

fn codes<'a>(diagram: &'a Diagram, code: &str) -> Vec<&'a str> {
    diagram.notices.iter().filter(|n| n.code == code).filter_map(|n| n.cell.as_deref()).collect()
}

#[test]
fn elements_of_version_2_have_kind_name_flags_and_boundaries() {
    let document = read(V2);
    assert_eq!(document.source.format, Format::ThreatDragon);
    assert_eq!(document.title.as_deref(), Some("Ticket shop"));
    let diagram = &document.diagrams[0];
    let names: Vec<(&str, ElementKind)> = diagram.elements.iter().map(|e| (e.label.as_str(), e.kind)).collect();
    assert_eq!(
        names,
        [
            ("Fan", ElementKind::ExternalEntity),
            ("Sell tickets (Lambda)", ElementKind::Process),
            ("Cards", ElementKind::DataStore),
            ("Posters", ElementKind::DataStore)
        ]
    );
    let [fan, shop, cards, posters] = &diagram.elements[..] else { panic!("four elements") };
    assert_eq!(fan.stated.scope, Scope::Out { reason: Some("not ours".to_owned()) });
    assert_eq!(fan.stated.facts.get(Fact::ProvidesAuthentication), Truth::Yes);
    assert_eq!(shop.service.as_deref(), Some("lambda"));
    assert_eq!(shop.service_name.as_deref(), Some("AWS Lambda"));
    assert_eq!(shop.stated.privilege_level.as_deref(), Some("Administrator"));
    assert_eq!(shop.stated.facts.get(Fact::Privileged), Truth::Yes);
    assert_eq!(
        shop.stated.data_classification.as_deref(),
        Some("payment"),
        "the author's own fields count as in draw.io"
    );
    let inside: Vec<&str> = cards.boundaries.iter().map(|b| diagram.boundary(*b).label.as_str()).collect();
    assert_eq!(inside, ["Shop network", "Vault"]);
    assert!(posters.boundaries.is_empty());
}

#[test]
fn a_flag_left_off_says_no_only_where_the_form_was_filled_in() {
    let document = read(V2);
    let [_, shop, cards, posters] = &document.diagrams[0].elements[..] else { panic!("four elements") };
    assert_eq!(shop.stated.facts.get(Fact::WebApplication), Truth::Yes);
    assert_eq!(shop.stated.facts.get(Fact::HandlesCardPayment), Truth::No);
    assert_eq!(cards.stated.facts.get(Fact::Encrypted), Truth::Yes, "written as text");
    assert_eq!(cards.stated.facts.get(Fact::IsLog), Truth::No);
    assert_eq!(posters.stated.facts.get(Fact::Encrypted), Truth::Unknown);
}

#[test]
fn flows_follow_their_ends_and_cross_boxes_and_curves_in_order() {
    let document = read(V2);
    let diagram = &document.diagrams[0];
    let ids: Vec<&str> = diagram.flows.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["buy", "charge", "loose"]);
    let [buy, charge, loose] = &diagram.flows[..] else { panic!("three flows") };
    assert_eq!((buy.label.as_str(), buy.direction), ("Buy", Direction::Bidirectional));
    assert_eq!(buy.stated.protocol.as_deref(), Some("HTTPS"));
    assert_eq!(buy.stated.facts.get(Fact::PublicNetwork), Truth::Yes);
    assert_eq!((charge.label.as_str(), charge.direction), ("Charge", Direction::Forward));
    assert_eq!(labels(diagram, "buy"), ["curve", "outer"]);
    assert_eq!(labels(diagram, "charge"), ["inner"]);
    assert!(loose.snapped && !buy.snapped);
    assert_eq!(diagram.end_label(loose.source), "Fan");
    assert_eq!(codes(diagram, "flow-unattached"), ["lost", "gone"]);
}

#[test]
fn boundaries_nest_and_unnamed_curves_are_open_trust_boundaries() {
    let document = read(V2);
    let [outer, inner, curve] = &document.diagrams[0].boundaries[..] else { panic!("three boundaries") };
    assert_eq!((outer.label.as_str(), outer.parent), ("Shop network", None));
    assert_eq!(inner.parent.map(|p| p.0), Some(0));
    assert_eq!((curve.label.as_str(), curve.kind), ("Trust boundary", BoundaryType::TrustBoundary));
    assert!(curve.is_open());
}

#[test]
fn recorded_threats_arrive_with_their_target_in_any_language() {
    let document = read(V2);
    let diagram = &document.diagrams[0];
    let [first, second, third] = &diagram.recorded[..] else { panic!("three threats") };
    assert_eq!(
        (first.id.as_str(), first.stride, first.severity),
        ("t-1", Some(Stride::Spoofing), Some(Severity::High))
    );
    assert_eq!((second.id.as_str(), second.status, second.severity), ("shop#2", Status::NotApplicable, None));
    assert_eq!((third.stride, third.status), (Some(Stride::InformationDisclosure), Status::Mitigated));
    assert!(matches!(first.target, Target::Element(e) if diagram.element(e).id == "shop"));
    assert!(matches!(third.target, Target::Flow(f) if diagram.flow(f).id == "buy"));
}

#[test]
fn what_is_not_understood_is_said_and_lowers_the_coverage() {
    let document = read(V2);
    let diagram = &document.diagrams[0];
    assert_eq!(codes(diagram, "unknown-shape"), ["odd"]);
    assert_eq!(codes(diagram, "crossing-disagrees"), ["outer", "inner"], "the file's own lists leave flows out");
    assert_eq!(diagram.notes, ["Handles personal data"]);
    // Four elements, three boundaries, five flows and the hexagon; two flows lead nowhere and one was snapped.
    assert_eq!((diagram.coverage.cells, diagram.coverage.understood), (13, 9));
    assert!(document.diagrams[1].notices.iter().any(|n| n.code == "empty-diagram"));
}

#[test]
fn version_1_is_told_by_its_structure() {
    let document = read(V1);
    let diagram = &document.diagrams[0];
    let names: Vec<&str> = diagram.elements.iter().map(|e| e.label.as_str()).collect();
    assert_eq!(names, ["Browser user", "Web server", "Orders"]);
    assert_eq!(diagram.elements[1].stated.scope, Scope::Out { reason: None });
    assert_eq!(diagram.flows[0].label, "GET /orders");
    assert_eq!(diagram.flows[0].stated.facts.get(Fact::Encrypted), Truth::No);
    assert_eq!(diagram.recorded[0].id, "v1-threat");
    assert_eq!(labels(diagram, "f1"), ["open"]);
}

#[test]
fn a_closed_curve_holds_what_lies_inside() {
    let document = read(V1);
    let diagram = &document.diagrams[0];
    let closed = &diagram.boundaries[1];
    assert_eq!(closed.label, "Data zone");
    assert!(matches!(closed.place, Some(Outline::Polygon(_))));
    assert_eq!(diagram.elements[2].boundaries.len(), 1);
    assert_eq!(labels(diagram, "f2"), ["closed"]);
}

#[test]
fn a_template_is_unwrapped_and_a_page_can_be_asked_for() {
    let template = format!("{{\"templateMetadata\":{{\"name\":\"t\"}},\"model\":{V2}}}");
    assert_eq!(read(&template).diagrams.len(), 2);
    for page in ["2", "Nothing yet"] {
        let options = ReadOptions { page: Some(page.to_owned()), ..ReadOptions::default() };
        let document = read_with(V2, &options).expect("the page is there");
        assert_eq!(document.diagrams.len(), 1);
        assert_eq!(document.diagrams[0].page.name, "Nothing yet");
    }
    let options = ReadOptions { page: Some("9".to_owned()), ..ReadOptions::default() };
    assert!(matches!(read_with(V2, &options), Err(ImportError::NoSuchPage { .. })));
}

#[test]
fn hostile_cells_neither_stop_nor_panic_the_reader() {
    let cells = r#"[
        {"shape":"process","id":"x","position":{"x":1e308,"y":-1e308},"size":{"width":1e308,"height":-5},"data":{"name":"A"}},
        {"shape":"process","id":"x","data":{"name":"B","threats":[1,null,{"title":7}]}},
        {"shape":"flow","id":"x","source":{"cell":"x"},"target":{"cell":"x"},"vertices":[null,{"x":"NaN","y":1}]},
        {"shape":"flow","id":"self","source":{"cell":"self"},"target":{"cell":"x"}},
        {"shape":"trust-boundary-curve","id":"c"},
        {"shape":"trust-boundary-box","id":"b","size":{"width":0,"height":0}},
        {"shape":42}, null, [], "text", 7
    ]"#;
    let model =
        format!("{{\"summary\":{{}},\"detail\":{{\"diagrams\":[{{\"cells\":{cells}}},{{\"cells\":7}},null]}}}}");
    let document = read(&model);
    let diagram = &document.diagrams[0];
    assert_eq!(diagram.elements.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["x", "x#2"]);
    assert_eq!(codes(diagram, "duplicate-id"), ["x#2", "x#3"]);
    assert_eq!(document.diagrams.len(), 3);
}

#[test]
fn an_empty_model_is_read_with_a_warning() {
    let document = read("{\"summary\":{\"title\":\"t\"},\"detail\":{\"diagrams\":[]}}");
    assert!(document.diagrams.is_empty());
    assert_eq!(document.notices[0].code, "empty-model");
}

#[test]
fn a_name_of_a_million_letters_is_cut() {
    let name = "n".repeat(1_000_000);
    let model = format!(
        "{{\"summary\":{{}},\"detail\":{{\"diagrams\":[{{\"cells\":[{{\"shape\":\"actor\",\"id\":\"a\",\"data\":{{\"name\":\"{name}\"}}}}]}}]}}}}"
    );
    let document = read(&model);
    assert!(document.diagrams[0].elements[0].label.chars().count() < 10_000);
    assert_eq!(codes(&document.diagrams[0], "label-cut"), ["a"]);
}
