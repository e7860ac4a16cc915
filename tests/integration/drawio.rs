//! What is read from draw.io pages: one small drawing for each thing that people do.

use std::{fmt::Write, fs, path::Path};

use proptest::prelude::*;
use threatsheet::{
    catalog::Catalog,
    import::{self, ReadOptions},
    model::{Diagram, Direction, Document, Fact, Scope, Truth},
};

fn read(file: &str, options: &ReadOptions) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/drawio").join(file);
    let bytes = fs::read(&path).unwrap();
    import::read(&bytes, file, &Catalog::builtin(), options).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Everything that was read of all pages, a line each: elements with kind, service and boundaries, boundaries with type
/// and parent, flows with direction and crossings, and the codes of the notices.
fn summary(diagram: &Diagram) -> String {
    let mut out = String::new();
    let ids = |boundaries: &[threatsheet::model::BoundaryIndex]| {
        boundaries.iter().map(|b| diagram.boundary(*b).id.as_str()).collect::<Vec<_>>().join(" ")
    };
    for e in &diagram.elements {
        let service = e.service.as_deref().unwrap_or("-");
        writeln!(out, "{} `{}` {} {service} in [{}]", e.id, e.label, e.kind, ids(&e.boundaries)).unwrap();
    }
    for b in &diagram.boundaries {
        let parent = b.parent.map_or("-", |p| diagram.boundary(p).id.as_str());
        writeln!(out, "{} `{}` {} in {parent}", b.id, b.label, b.kind).unwrap();
    }
    for f in &diagram.flows {
        let arrow = match f.direction {
            Direction::Forward => "->",
            Direction::Bidirectional => "<->",
            Direction::Undirected => "--",
        };
        let (source, target) = (diagram.end_id(f.source), diagram.end_id(f.target));
        let snapped = if f.snapped { " snapped" } else { "" };
        writeln!(out, "{}: {source} {arrow} {target} `{}` over [{}]{snapped}", f.id, f.label, ids(&f.crosses)).unwrap();
    }
    for n in diagram.notices.iter().filter(|n| n.code != "kind-guessed") {
        writeln!(out, "! {} {}", n.code, n.cell.as_deref().unwrap_or("-")).unwrap();
    }
    out
}

/// Each drawing with everything that must be read of it, and nothing else.
const DRAWINGS: &[(&str, &[&str])] = &[
    (
        "boundaries/by-parent.drawio",
        &[
            "a `Shop` process - in [lane]",
            "b `Orders` data_store rds in [vpc]",
            "lane `Backend` logical in -",
            "vpc `VPC` vpc in -",
            "f: a -> b `` over [lane vpc]",
        ],
    ),
    (
        "boundaries/by-place.drawio",
        &[
            "a `Shop` process lambda in [vpc az sn]",
            "b `Orders` data_store rds in [vpc sn]",
            "out `Partner` external_entity third-party in []",
            "vpc `VPC` vpc in -",
            "az `Availability Zone` availability-zone in vpc",
            "sn `Private subnet` private-subnet in vpc",
            "f: out -> a `` over [vpc az sn]",
            "g: a -> b `` over [az]",
        ],
    ),
    (
        "boundaries/curves.drawio",
        &[
            "a `Shop` process - in []",
            "b `Bank` external_entity third-party in []",
            "c `Stock` process - in []",
            "edge-curve `Internet` internet in -",
            "arc `Bank border` trust-boundary in -",
            "f: a -> b `` over [edge-curve arc]",
            "g: a -> c `` over []",
        ],
    ),
    (
        "boundaries/named-by-corner-icon.drawio",
        &[
            "a `Shop` process lambda in [box]",
            "b `Orders` data_store sqs in [box]",
            "box `Amazon VPC` vpc in -",
            "f: a -> b `` over []",
        ],
    ),
    (
        "boundaries/named-by-title.drawio",
        &[
            "a `Shop` process lambda in [box]",
            "b `Orders` data_store sqs in [box]",
            "c `Pay` process lambda in [box2]",
            "d `Bills` data_store sqs in [box2]",
            "box `Ordering` logical in -",
            "box2 `Paying` logical in -",
            "f: a -> c `` over [box box2]",
        ],
    ),
    (
        "boundaries/straddling.drawio",
        &[
            "igw `Internet gateway` process igw in []",
            "a `Shop` process lambda in [vpc]",
            "vpc `VPC` vpc in -",
            "f: igw -> a `` over [vpc]",
            "! straddles-boundary igw",
        ],
    ),
    (
        "boundaries/trust-boundaries.drawio",
        &[
            "u `Customer` external_entity user in []",
            "w `Shop` process - in [tb]",
            "w2 `Search` process - in [tb]",
            "s `Orders` data_store - in [tb]",
            "tb `Data centre` on-premises in -",
            "f: u -> w `` over [tb]",
            "g: w -> s `` over []",
            "h: w -> w2 `` over []",
        ],
    ),
    (
        "broken/hidden.drawio",
        &[
            "api `API` process lambda in []",
            "db `Orders` data_store - in []",
            "f: api -> db `` over []",
            "! hidden-cells -",
        ],
    ),
    (
        "broken/strange-parents.drawio",
        &[
            "lost `Lost` process - in []",
            "x `X` process - in [y]",
            "twin `First` process - in []",
            "twin#6 `Second` process - in []",
            "y `Y` logical in -",
            "f: lost -> twin `` over []",
            "g: x -> y `` over []",
            "! duplicate-id twin",
            "! parent-missing lost",
            "! parent-circle y",
            "! flow-unattached h",
        ],
    ),
    (
        "data/c4.drawio",
        &[
            "web `Web shop` process - in [sys]",
            "who `Customer` external_entity user in []",
            "sys `Shop` logical in -",
            "rel: who -> web `orders [HTTPS]` over [sys]",
        ],
    ),
    (
        "data/wrappers.drawio",
        &[
            "db `Orders (prod)` data_store - in [lane]",
            "svc `Shop` external_entity lambda in []",
            "lane `Bank` trust-boundary in -",
            "flow: svc -> db `` over [lane]",
        ],
    ),
    (
        "boundaries/titled-by-a-frame.drawio",
        &["bg `Public subnet` public-subnet in -", "zone `Internet` internet in -"],
    ),
    (
        "elements/captions.drawio",
        &[
            "below `Resize` process lambda in []",
            "above `Pictures` data_store s3 in []",
            "beside `Jobs` data_store sqs in []",
            "none `Amazon DynamoDB` data_store dynamodb in []",
            "f: below -> above `` over []",
            "g: beside -> none `` over []",
        ],
    ),
    (
        "elements/cards.drawio",
        &["card `Billing` process - in []", "named `Mailing` process ses in []", "f: card -> named `` over []"],
    ),
    (
        "elements/classic-dfd.drawio",
        &[
            "u `Reader` external_entity - in []",
            "p1 `Lend` process - in []",
            "p2 `Return` process - in []",
            "s `Books` data_store - in []",
            "f: u -> p1 `` over []",
            "g: p1 -> s `` over []",
            "h: p2 -> s `` over []",
        ],
    ),
    (
        "elements/labels.drawio",
        &[
            "html `Orders API` process generic-api in []",
            "text `a < b` process - in []",
            "pasted `Unnamed process` process - in []",
            "f: html -> text `` over []",
            "g: text -> pasted `` over []",
        ],
    ),
    (
        "elements/legend.drawio",
        &["a `Shop` process lambda in []", "b `Orders` data_store sqs in []", "f: a -> b `` over []"],
    ),
    (
        "elements/ornaments.drawio",
        &[
            "a `Shop` process lambda in []",
            "b `Orders` data_store sqs in []",
            "f: a -> b `` over []",
            "! arrow-shape arrow",
        ],
    ),
    (
        "elements/strange-shapes.drawio",
        &[
            "like `Mailing` process ses in []",
            "unknown `Frobnicator` process - in []",
            "f: like -> unknown `` over []",
            "! shape-resembles like",
            "! shape-unknown unknown",
        ],
    ),
    (
        "elements/what-an-icon-is-used-for.drawio",
        &[
            "a `External API` external_entity third-party in []",
            "b `Application Load Balancer (10.0.0.0/27)` process elb-alb in []",
            "c `Web UI` process - in []",
            "d `Our React app` external_entity browser in []",
        ],
    ),
    (
        "flows/aimed.drawio",
        &[
            "u `User` external_entity user in []",
            "api `Orders` process apigateway-rest in []",
            "b `Files` data_store s3 in []",
            "f: u -> api `` over [] snapped",
            "g: u -> b `` over [] snapped",
            "! end-snapped f",
            "! end-snapped g",
            "! flow-unattached away",
        ],
    ),
    (
        "flows/arrowheads.drawio",
        &[
            "api `API` process lambda in []",
            "db `Orders` data_store - in []",
            "plain: api -> db `` over []",
            "back: db -> api `` over []",
            "both: api <-> db `` over []",
            "none: api -- db `` over []",
            "dot: api -> db `` over []",
            "diamond: api -> db `` over []",
        ],
    ),
    (
        "flows/branches.drawio",
        &[
            "a `Shop` process lambda in []",
            "b `Orders` data_store sqs in []",
            "c `Mail` process ses in []",
            "d `Audit` data_store s3 in []",
            "main: a -> b `` over []",
            "branch: a -> c `` over [] snapped",
            "glued: a -> d `` over [] snapped",
            "! end-snapped branch",
            "! end-snapped glued",
        ],
    ),
    (
        "flows/floating.drawio",
        &[
            "a `Reader` process lambda in []",
            "b `Books` data_store s3 in []",
            "near: a -> b `` over [] snapped",
            "under-label: b -> a `` over [] snapped",
            "aim: a -> b `` over [] snapped",
            "! end-snapped near",
            "! end-snapped under-label",
            "! end-snapped aim",
            "! flow-unattached astray",
            "! line-ignored line",
        ],
    ),
    (
        "flows/glued-to-caption.drawio",
        &["fn `Resize` process lambda in []", "s3 `Pictures` data_store s3 in []", "f: s3 -> fn `` over []"],
    ),
    (
        "flows/glued-to-group.drawio",
        &["fn `Resize` process lambda in []", "s3 `Pictures` data_store s3 in []", "f: s3 -> fn `` over []"],
    ),
    (
        "flows/into-a-box.drawio",
        &[
            "u `Customer` external_entity user in []",
            "a `Shop` process lambda in [vpc]",
            "vpc `VPC` vpc in -",
            "box: u -> vpc `` over [vpc]",
            "spot: u -> a `` over [vpc]",
            "inner: vpc -> a `` over []",
            "! flow-loop loop",
        ],
    ),
    (
        "flows/labels.drawio",
        &[
            "api `API` process lambda in []",
            "db `Orders` data_store - in []",
            "fn `Worker` process lambda in []",
            "q `Jobs` data_store sqs in []",
            "own: api -> db `HTTPS` over []",
            "riding: api -> db `read orders by name` over []",
            "beside: fn -> q `enqueue` over []",
        ],
    ),
    (
        "flows/parent-offset.drawio",
        &[
            "a `Shop` process lambda in [vpc]",
            "b `Orders` data_store sqs in [vpc]",
            "vpc `VPC` vpc in -",
            "f: a -> b `` over [] snapped",
            "! end-snapped f",
        ],
    ),
    (
        "flows/through-marks.drawio",
        &[
            "cdn `Edge` process cloudfront in []",
            "b `Pages` data_store s3 in []",
            "fn `Shop` process lambda in []",
            "s3 `S3` data_store s3 in []",
            "f2: cdn -> b `` over []",
            "g2: cdn -> fn `HTTPS order` over []",
            "k: b -> s3 `` over []",
            "d2: cdn -> b `Path? /img` over []",
            "! flow-to-note h",
        ],
    ),
    (
        "flows/waypoint.drawio",
        &[
            "a `Shop` process lambda in []",
            "b `Orders` data_store sqs in []",
            "c `Mail` process ses in []",
            "out1: a -> b `` over []",
            "out2: a -> c `` over []",
        ],
    ),
    (
        "pages/bare-model.drawio",
        &["api `API` process lambda in []", "db `Orders` data_store - in []", "f: db -> api `` over []"],
    ),
    (
        "pages/compressed-and-plain.drawio",
        &[
            "api `API` process lambda in []",
            "db `Orders` data_store - in []",
            "f: api -> db `` over []",
            "api `API` process lambda in []",
            "db `Orders` data_store - in []",
        ],
    ),
];

#[test]
fn every_drawing_is_read_as_a_person_reads_it() {
    for (file, expected) in DRAWINGS {
        let document = read(file, &ReadOptions::default());
        let lines: String = document.diagrams.iter().map(summary).collect();
        assert_eq!(lines.lines().collect::<Vec<_>>(), *expected, "{file}");
    }
}

#[test]
fn every_drawing_in_the_folder_has_its_expectation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/drawio");
    for folder in fs::read_dir(&root).unwrap().map(|f| f.unwrap().path()) {
        for file in fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()) {
            let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            assert!(DRAWINGS.iter().any(|(known, _)| *known == name), "{name} is tested by nothing");
        }
    }
}

#[test]
fn what_the_file_states_arrives() {
    let document = read("data/wrappers.drawio", &ReadOptions::default());
    let diagram = &document.diagrams[0];
    let store = &diagram.elements[0];
    assert_eq!(store.tags, ["pci", "critical"]);
    assert_eq!(store.properties.get("name").map(String::as_str), Some("Orders"));
    assert_eq!(store.stated.data_classification.as_deref(), Some("PII"));
    assert_eq!(store.stated.facts.get(Fact::Encrypted), Truth::Yes);
    assert_eq!(store.stated.scope, Scope::Out { reason: Some("run by the bank".to_owned()) });
    let flow = &diagram.flows[0];
    assert_eq!(flow.stated.protocol.as_deref(), Some("JDBC"));
    assert_eq!(flow.stated.facts.get(Fact::Authenticated), Truth::No);
}

#[test]
fn hidden_cells_are_read_on_request() {
    let options = ReadOptions { include_hidden: true, ..ReadOptions::default() };
    let diagram = &read("broken/hidden.drawio", &options).diagrams[0];
    assert!(diagram.elements.iter().any(|e| e.id == "old"));
    assert!(diagram.flows.iter().any(|f| f.id == "g"));
}

#[test]
fn one_page_can_be_asked_for_by_name_or_number() {
    for wanted in ["Packed", "1"] {
        let options = ReadOptions { page: Some(wanted.to_owned()), ..ReadOptions::default() };
        let document = read("pages/compressed-and-plain.drawio", &options);
        assert_eq!(document.diagrams.iter().map(|d| d.page.name.as_str()).collect::<Vec<_>>(), ["Packed"], "{wanted}");
    }
}

#[test]
fn places_are_absolute() {
    let diagram = &read("flows/parent-offset.drawio", &ReadOptions::default()).diagrams[0];
    let place = diagram.elements[0].place.unwrap();
    assert_eq!((place.x, place.y, place.width, place.height), (520.0, 600.0, 60.0, 60.0));
    let start = diagram.flows[0].path[0];
    assert_eq!((start.x, start.y), (580.0, 630.0));
}

#[test]
fn broken_pages_are_refused_with_the_reason() {
    for (xml, reason) in [
        ("<mxfile><diagram><mxGraphModel><root>", "ends in the middle"),
        ("<mxfile><diagram>bm90IGRlZmxhdGU=</diagram></mxfile>", "cannot be decompressed"),
        ("<mxfile><diagram><mxGraph/></diagram></mxfile>", "`<mxGraph>`"),
        ("<mxfile><diagram><mxGraphModel><rot><mxCell id=\"0\"/></rot></mxGraphModel></diagram></mxfile>", "`<rot>`"),
        ("<mxfile><diagram><mxGraphModel><root><cell id=\"0\"/></root></mxGraphModel></diagram></mxfile>", "`<cell>`"),
    ] {
        let error = import::read(xml.as_bytes(), "x", &Catalog::builtin(), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains(reason), "{xml}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Cells in any order, with any parents, ends, numbers and styles: read or refused, never a panic, and the same twice.
    #[test]
    fn any_cells_are_read_without_panic(cells in prop::collection::vec(cell(), 0..24)) {
        let xml = format!("<mxGraphModel><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>{}</root></mxGraphModel>", cells.concat());
        let catalog = Catalog::builtin();
        let read = || import::read(xml.as_bytes(), "x", &catalog, &ReadOptions::default()).map(|d| d.diagrams.iter().map(summary).collect::<String>());
        prop_assert_eq!(read(), read());
    }
}

fn cell() -> impl Strategy<Value = String> {
    let styles = prop::sample::select(vec![
        "",
        "text;",
        "group",
        "swimlane;",
        "ellipse;",
        "dashed=1;fillColor=none;",
        "shape=waypoint;",
        "edgeLabel;",
        "shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.lambda;",
        "shape=mxgraph.aws4.group;",
        "shape=image;",
        "shape=requiredInterface;dashed=1;flipH=1;",
        "rotation=90;curved=1;dashed=1;endArrow=none;",
        "exitX=9;exitY=-9;",
    ]);
    let number =
        prop_oneof![Just("NaN".to_owned()), Just("1e308".to_owned()), (-300..600i32).prop_map(|n| n.to_string())];
    let id = || 0..12u8;
    (id(), id(), id(), id(), styles, prop::collection::vec(number, 4), "[a-z0-9 <&]{0,12}", any::<bool>()).prop_map(
        |(id, parent, source, target, style, n, label, edge)| {
            let label = label.replace('&', "&amp;").replace('<', "&lt;");
            let role = if edge { format!("edge=\"1\" source=\"{source}\" target=\"{target}\"") } else { "vertex=\"1\"".to_owned() };
            format!(
                "<mxCell id=\"{id}\" parent=\"{parent}\" value=\"{label}\" style=\"{style}\" {role}><mxGeometry x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" as=\"geometry\"><mxPoint x=\"{}\" as=\"sourcePoint\"/></mxGeometry></mxCell>",
                n[0], n[1], n[2], n[3], n[0],
            )
        },
    )
}
