//! Every limit has a file that meets it, and what a hostile file draws is read for what it is.

use std::{fmt::Write as _, sync::LazyLock};

use threatsheet::{
    catalog::Catalog,
    export::picture::PictureOptions,
    import::{self, ImportError, ReadOptions},
    infer::{self, InferOptions},
    model::{Diagram, Document},
};

fn read(bytes: &[u8]) -> Result<Document, ImportError> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    import::read(bytes, "file", &CATALOG, &ReadOptions::default())
}

fn refused(bytes: &[u8]) -> String {
    let error = read(bytes).expect_err("it is over a limit");
    assert!(matches!(error, ImportError::TooLarge { .. }), "{error:?}");
    error.to_string()
}

fn page(cells: &str) -> String {
    format!("<mxGraphModel><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>{cells}</root></mxGraphModel>")
}

fn drawn(cells: &str) -> Diagram {
    read(page(cells).as_bytes()).expect("it is a diagram").diagrams.remove(0)
}

fn shape(id: &str, parent: &str, x: &str) -> String {
    format!(
        "<mxCell id=\"{id}\" value=\"{id}\" style=\"shape=mxgraph.aws4.lambda\" vertex=\"1\" parent=\"{parent}\"><mxGeometry x=\"{x}\" width=\"60\" height=\"60\" as=\"geometry\"/></mxCell>"
    )
}

fn codes(diagram: &Diagram) -> Vec<&str> {
    diagram.notices.iter().map(|notice| notice.code).collect()
}

#[test]
fn cells_of_a_page_are_limited() {
    let error = refused(page(&"<mxCell/>".repeat(500_000)).as_bytes());
    assert_eq!(error, "the page (500001 cells) is over the limit of 500000 cells");
}

#[test]
fn cells_of_a_file_are_limited() {
    let pages = format!("<diagram>{}</diagram>", page(&"<mxCell/>".repeat(400_000))).repeat(3);
    let error = refused(format!("<mxfile>{pages}</mxfile>").as_bytes());
    assert_eq!(error, "the file (1200006 cells) is over the limit of 1000000 cells");
}

#[test]
fn pages_of_a_file_are_limited() {
    let error = refused(format!("<mxfile>{}</mxfile>", "<diagram/>".repeat(2_001)).as_bytes());
    assert_eq!(error, "the file (2001 pages) is over the limit of 2000 pages");
}

#[test]
fn diagrams_and_cells_of_a_threat_dragon_model_are_limited() {
    let model = |diagrams: &str| format!("{{\"summary\":{{}},\"detail\":{{\"diagrams\":[{diagrams}]}}}}");
    let diagrams = vec!["{}"; 2_001].join(",");
    assert_eq!(refused(model(&diagrams).as_bytes()), "the model (2001 diagrams) is over the limit of 2000 diagrams");
    let cells = format!("{{\"cells\":[{}]}}", vec!["0"; 500_001].join(","));
    assert_eq!(refused(model(&cells).as_bytes()), "the diagram (500001 cells) is over the limit of 500000 cells");
}

#[test]
fn nesting_of_xml_and_json_is_limited() {
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    assert_eq!(refused(page(&deep).as_bytes()), "the nesting of the XML (257 levels) is over the limit of 256 levels");
    let json = format!("{{\"detail\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(refused(json.as_bytes()), "the nesting of the JSON is over the limit of 128 levels");
}

#[test]
fn shapes_inside_one_another_are_limited_in_depth() {
    let cells = (1..600).fold(String::new(), |mut cells, n| {
        cells.push_str(&shape(&format!("s{n}"), &if n == 1 { "1".to_owned() } else { format!("s{}", n - 1) }, "1"));
        cells
    });
    let diagram = drawn(&cells);
    assert!(diagram.notices.iter().any(|notice| notice.message.contains("too deep")), "{:?}", codes(&diagram));
}

#[test]
fn a_label_beyond_the_limit_is_cut_and_a_notice_says_so() {
    let cell = shape("a", "1", "0").replace("value=\"a\"", &format!("value=\"{}\"", "x".repeat(8_001)));
    let diagram = drawn(&cell);
    assert_eq!(diagram.elements[0].label.chars().count(), 8_001, "8,000 characters and the sign that some are missing");
    assert!(diagram.notices.iter().any(|notice| notice.message.contains("more than 8000 characters")));
}

#[test]
fn chunks_of_a_picture_are_limited_in_number_and_by_what_is_there() {
    let signature = &b"\x89PNG\r\n\x1a\n"[..];
    let many = b"\0\0\0\0teSt\0\0\0\0".repeat(100_001);
    assert_eq!(refused(&[signature, &many].concat()), "the picture (100001 chunks) is over the limit of 100000 chunks");
    let huge = [signature, b"\xff\xff\xff\xfftEXtmxfile\0%3Cmxfile"].concat();
    let error = read(&huge).expect_err("the chunk says that it has 4 GiB");
    assert!(error.to_string().contains("cut off"), "{error}");
}

#[test]
fn a_picture_in_svg_is_limited_as_its_diagram_is() {
    let cells = page(&"<mxCell/>".repeat(500_000)).replace('<', "&lt;").replace('"', "&quot;");
    let error = refused(format!("<svg content=\"{cells}\"/>").as_bytes());
    assert_eq!(error, "the page (500001 cells) is over the limit of 500000 cells");
}

#[test]
fn parents_in_a_ring_or_missing_do_not_lose_their_shapes() {
    let cells = [shape("a", "b", "0"), shape("b", "a", "100"), shape("c", "nowhere", "200"), shape("d", "d", "300")];
    let diagram = drawn(&cells.concat());
    let labels: Vec<&str> = diagram.elements.iter().map(|e| e.label.as_str()).collect();
    assert_eq!(labels, ["a", "b", "c", "d"]);
    assert!(!diagram.notices.is_empty(), "what is odd about them is said");
}

#[test]
fn of_two_cells_with_one_id_both_are_read() {
    let diagram = drawn(&[shape("a", "1", "0"), shape("a", "1", "200")].concat());
    assert_eq!(diagram.elements.len(), 2);
    assert_ne!(diagram.elements[0].id, diagram.elements[1].id, "decisions hang on ids");
}

#[test]
fn places_that_are_no_numbers_are_no_places() {
    for number in ["NaN", "inf", "-inf", "1e999", "", "x", "1e308"] {
        let cells = [shape("a", "1", number), shape("b", "1", "200")].concat();
        let flow = format!(
            "<mxCell id=\"f\" edge=\"1\" source=\"a\" parent=\"1\"><mxGeometry as=\"geometry\"><mxPoint x=\"{number}\" y=\"{number}\" as=\"targetPoint\"/></mxGeometry></mxCell>"
        );
        let diagram = drawn(&(cells + &flow));
        assert_eq!(diagram.elements.len(), 2, "{number}");
        let picture = threatsheet::export::picture(&diagram, &PictureOptions::default());
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{number}");
    }
}

#[test]
fn an_arrow_from_an_element_to_itself_is_a_flow_or_is_listed() {
    let flow = "<mxCell id=\"f\" edge=\"1\" source=\"a\" target=\"a\" parent=\"1\"><mxGeometry relative=\"1\" as=\"geometry\"/></mxCell>";
    let diagram = drawn(&(shape("a", "1", "0") + flow));
    let seen = diagram.flows.iter().any(|f| f.id == "f");
    assert!(seen || diagram.notices.iter().any(|n| n.cell.as_deref() == Some("f")), "{:?}", diagram.notices);
}

#[test]
fn many_arrows_on_one_element_are_read_and_their_threats_found() {
    let mut cells = [shape("a", "1", "0"), shape("b", "1", "200")].concat();
    for n in 0..100_000 {
        // Writing to a string never fails.
        let _ = write!(cells, "<mxCell id=\"f{n}\" edge=\"1\" source=\"a\" target=\"b\" parent=\"1\"/>");
    }
    let document = read(page(&cells).as_bytes()).expect("it is a diagram");
    assert_eq!(document.diagrams[0].flows.len(), 100_000);
    let report = infer::infer(vec![document], &Catalog::builtin(), &InferOptions::default());
    assert!(!report.threats.is_empty());
}
