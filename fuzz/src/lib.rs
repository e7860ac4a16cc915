//! What the fuzz targets do with their input, and what must hold whatever it is. The integration tests run the same
//! functions on the seeds and on mutations of them, on a stable compiler.

use std::sync::OnceLock;

use threatsheet::{
    catalog::{
        self, Catalog, Vocabulary,
        condition::{self, Subject},
    },
    export::{self, ExportOptions, Format},
    import::{self, ReadOptions},
    infer::{self, InferOptions},
};

/// A target: what it does with any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also the name of its program and of the folder of its seeds.
pub const TARGETS: [(&str, Target); 8] = [
    ("container", read),
    ("drawio_page", drawio_page),
    ("style", style),
    ("label", label),
    ("threat_dragon", threat_dragon),
    ("condition", condition),
    ("catalogue", catalogue),
    ("triage", triage),
];

/// The built-in catalogue, loaded once.
fn builtin() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(Catalog::builtin)
}

/// Reads any bytes as a diagram. What is read has sound indices, threats and tables.
pub fn read(bytes: &[u8]) {
    let options = ReadOptions { include_hidden: bytes.len().is_multiple_of(2), page: None };
    let Ok(document) = import::read(bytes, "fuzz", builtin(), &options) else { return };
    for diagram in &document.diagrams {
        let (elements, boundaries) = (diagram.elements.len(), diagram.boundaries.len());
        assert!(diagram.elements.iter().flat_map(|e| &e.boundaries).all(|b| b.0 < boundaries));
        assert!(diagram.flows.iter().flat_map(|f| &f.crosses).all(|b| b.0 < boundaries));
        assert!(diagram.flows.iter().flat_map(|f| [f.source, f.target]).all(|end| match end {
            threatsheet::model::End::Element(e) => e.0 < elements,
            threatsheet::model::End::Boundary(b) => b.0 < boundaries,
        }));
        assert!(diagram.coverage.understood <= diagram.coverage.cells);
    }
    let mut shown = Vec::new();
    export::inspect_json(&document, &mut shown).expect("memory takes everything");
    serde_json::from_slice::<serde_json::Value>(&shown).expect("the inspection is JSON");
    let report = infer::infer(vec![document], builtin(), &InferOptions::default());
    for format in [Format::Csv, Format::Json, Format::Html] {
        export::write(&report, format, &ExportOptions::default(), &mut Vec::new()).expect("the report can be written");
    }
}

/// Reads any cells on a draw.io page.
pub fn drawio_page(bytes: &[u8]) {
    let Ok(cells) = std::str::from_utf8(bytes) else { return };
    read(format!("<mxGraphModel><root>{cells}</root></mxGraphModel>").as_bytes());
}

/// Reads any style string on a shape and on an arrow.
pub fn style(bytes: &[u8]) {
    let Ok(style) = std::str::from_utf8(bytes) else { return };
    read(page(style, "Orders").as_bytes());
}

/// Reads any HTML label.
pub fn label(bytes: &[u8]) {
    let Ok(label) = std::str::from_utf8(bytes) else { return };
    read(page("html=1;", label).as_bytes());
}

/// A page with this style and label on a shape, and on an arrow from it.
fn page(style: &str, label: &str) -> String {
    let (style, label) = (escape(style), escape(label));
    format!(
        r#"<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>
<mxCell id="a" value="{label}" style="{style}" vertex="1" parent="1"><mxGeometry width="60" height="60" as="geometry"/></mxCell>
<mxCell id="b" value="{label}" vertex="1" parent="1"><mxGeometry x="200" width="60" height="60" as="geometry"/></mxCell>
<mxCell id="f" value="{label}" style="{style}" edge="1" source="a" target="b" parent="1"><mxGeometry relative="1" as="geometry"/></mxCell>
</root></mxGraphModel>"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\n', "&#10;")
}

/// Reads any cells of a Threat Dragon diagram, as version 1 and as version 2.
pub fn threat_dragon(bytes: &[u8]) {
    let Ok(cells) = std::str::from_utf8(bytes) else { return };
    for diagram in [format!(r#"{{"cells":[{cells}]}}"#), format!(r#"{{"diagramJson":{{"cells":[{cells}]}}}}"#)] {
        read(format!(r#"{{"summary":{{"title":"t"}},"detail":{{"diagrams":[{diagram}]}}}}"#).as_bytes());
    }
}

/// Reads any condition: it parses or says where it does not, and what is printed parses to the same again.
pub fn condition(bytes: &[u8]) {
    static WORDS: OnceLock<Vocabulary<'_>> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match condition::parse(text) {
        Ok(tree) => {
            let printed = tree.to_string();
            // Printing may add blanks, so a text close to the limit may go beyond it.
            if text.len() < condition::MAX_LENGTH / 2 {
                assert_eq!(condition::parse(&printed).as_ref(), Ok(&tree), "{printed}");
            }
            let words = WORDS.get_or_init(|| Vocabulary::new(builtin()));
            for subject in Subject::ALL {
                if let Err(mistake) = condition::check(&tree, *subject, words) {
                    assert!(text.get(mistake.span).is_some(), "a mistake has its place");
                }
            }
        }
        Err(error) => assert!(text.get(error.span).is_some(), "a mistake has its place"),
    }
}

/// Reads any text as a catalogue file, and lays it over the built-in catalogue where it is one.
pub fn catalogue(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // The file alone first: laying it over the others takes a thousand times as long.
    let mistakes = match catalog::parse("fuzz.toml", text) {
        Ok(_) => catalog::Catalog::with_text("fuzz.toml", text).err().map(|error| error.to_string()),
        Err(problem) => Some(problem.to_string()),
    };
    assert!(mistakes.is_none_or(|told| !told.is_empty()), "a mistake is told");
}

/// Reads any bytes as an earlier table.
pub fn triage(bytes: &[u8]) {
    let _ = export::read_previous("fuzz", bytes);
    let _ = export::known_threats("fuzz", bytes);
}
