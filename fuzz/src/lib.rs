//! What the fuzz targets do with their input, and what must hold whatever it is. The integration tests run the same
//! functions on mutated files, on a stable compiler.

use std::sync::OnceLock;

use threatsheet::{
    catalog::{self, Catalog},
    export::{self, ExportOptions, Format},
    import::{self, ReadOptions},
    infer::{self, InferOptions},
};

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

/// A page with this style and label on a shape, and on an arrow from it.
#[must_use]
pub fn page(style: &str, label: &str) -> String {
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

/// Reads any text as a catalogue file with one rule's condition.
pub fn condition(text: &str) {
    let quoted = toml_string(text);
    catalogue(&format!(
        "[[threat]]\nid = \"X-001\"\ntitle = \"X\"\nstride = \"spoofing\"\ntier = \"service\"\non = \"element\"\nwhen = {quoted}\n\
         likelihood = 1\nimpact = 1\ndescription = \"x\"\ncountermeasures = []\nreferences = []\n"
    ));
}

fn toml_string(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// Reads any text as a catalogue file laid over the built-in catalogue.
pub fn catalogue(text: &str) {
    if let Err(error) = catalog::Catalog::with_text("fuzz.toml", text) {
        assert!(!error.to_string().is_empty(), "a mistake is told");
    }
}

/// Reads any bytes as an earlier table.
pub fn triage(bytes: &[u8]) {
    for name in ["fuzz.csv", "fuzz.xlsx"] {
        let _ = export::read_previous(name, bytes);
    }
}
