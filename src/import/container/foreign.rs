//! What a file is that holds no diagram this program reads, and what to do instead.

use serde_json::Value;

use crate::import::ImportError;

const GIVE_DRAWIO: &str = "give the .drawio file, or a Threat Dragon model";
const SAVE_AS_DRAWIO: &str = "open it in draw.io (File > Import) and save it as .drawio";
const NOT_READ_YET: &str = "this format is not read; give the diagram that it came from, as a .drawio file";

/// First bytes of binary files, what they are, and what to do.
const SIGNATURES: [(&[u8], &str, &str); 10] = [
    (b"%PDF-", "this is a PDF", "open it in draw.io and save it as .drawio"),
    (b"\xff\xd8\xff", "this is a JPEG picture", "pictures of this kind carry no diagram; give the .drawio file"),
    (b"GIF8", "this is a GIF picture", "pictures of this kind carry no diagram; give the .drawio file"),
    (b"RIFF", "this is a WebP picture or another media file", "give the .drawio file"),
    (b"BM", "this is a BMP picture", "pictures of this kind carry no diagram; give the .drawio file"),
    (b"II*\0", "this is a TIFF picture", "pictures of this kind carry no diagram; give the .drawio file"),
    (b"MM\0*", "this is a TIFF picture", "pictures of this kind carry no diagram; give the .drawio file"),
    (b"\x1f\x8b", "this is a gzip archive", "unpack it first"),
    (b"\xd0\xcf\x11\xe0", "this is an old Microsoft Office or Visio file", SAVE_AS_DRAWIO),
    (b"SQLite format 3", "this is an SQLite database", GIVE_DRAWIO),
];

/// Names inside a ZIP archive that tell what it is.
const ARCHIVES: [(&[u8], &str, &str); 5] = [
    (b"visio/", "this is a Visio drawing", SAVE_AS_DRAWIO),
    (b"xl/", "this is an Excel workbook", GIVE_DRAWIO),
    (b"word/", "this is a Word document", GIVE_DRAWIO),
    (b"ppt/", "this is a PowerPoint presentation", GIVE_DRAWIO),
    (b"content.opf", "this is an e-book", GIVE_DRAWIO),
];

/// Root elements of other XML, what they are, and what to do.
const ROOTS: [(&str, &str, &str); 16] = [
    ("mxlibrary", "this is a draw.io shape library, not a diagram", "draw a diagram with its shapes and give that"),
    ("mxStylesheet", "this is a draw.io style sheet, not a diagram", GIVE_DRAWIO),
    ("mxEditor", "this is a configuration of the mxGraph editor, not a diagram", GIVE_DRAWIO),
    ("shapes", "this is a set of draw.io stencils, not a diagram", "draw a diagram with them and give that"),
    ("templates", "this is a list of draw.io templates, not a diagram", GIVE_DRAWIO),
    ("ThreatModel", "this is a Microsoft Threat Modeling Tool model (.tm7)", NOT_READ_YET),
    ("KnowledgeBase", "this is a Microsoft Threat Modeling Tool template (.tb7), not a diagram", GIVE_DRAWIO),
    ("VisioDocument", "this is an old Visio drawing (.vdx)", SAVE_AS_DRAWIO),
    ("graphml", "this is a GraphML file (yEd)", NOT_READ_YET),
    ("definitions", "this is a BPMN model", NOT_READ_YET),
    ("XMI", "this is a UML model (XMI)", NOT_READ_YET),
    ("model", "this is an ArchiMate or UML model", NOT_READ_YET),
    ("bom", "this is a CycloneDX bill of materials", NOT_READ_YET),
    ("plist", "this is a property list, perhaps an OmniGraffle drawing", SAVE_AS_DRAWIO),
    ("mxCell", "this is one cell of a draw.io diagram", "copy the whole diagram (Extras > Edit Diagram)"),
    ("root", "this is a piece of a draw.io diagram", "copy the whole diagram (Extras > Edit Diagram)"),
];

/// First words of other texts, what they are, and what to do.
const TEXTS: [(&str, &str, &str); 9] = [
    ("otmversion:", "this is an Open Threat Model (OTM) in YAML", NOT_READ_YET),
    ("@startuml", "this is a PlantUML text", NOT_READ_YET),
    ("flowchart", "this is a Mermaid text", NOT_READ_YET),
    ("graph ", "this is a Mermaid text", NOT_READ_YET),
    ("sequencediagram", "this is a Mermaid text", NOT_READ_YET),
    ("digraph", "this is a Graphviz text", NOT_READ_YET),
    ("awstemplateformatversion", "this is a CloudFormation template", "give a diagram of it"),
    ("resources:", "this is a CloudFormation template", "give a diagram of it"),
    (
        "version https://git-lfs.github.com",
        "this is a Git LFS pointer, not the file itself",
        "fetch it with `git lfs pull`",
    ),
];

fn other(what: impl Into<String>, advice: &str) -> ImportError {
    ImportError::NotADiagram { what: what.into(), advice: advice.to_owned() }
}

/// What a binary file is; `None` where its first bytes say nothing.
pub(super) fn binary(bytes: &[u8]) -> Option<ImportError> {
    if bytes.starts_with(b"PK\x03\x04") {
        let known = ARCHIVES.iter().find(|(name, ..)| bytes.windows(name.len()).any(|w| w == *name));
        return Some(match known {
            Some((_, what, advice)) => other(*what, advice),
            None => other("this is a ZIP archive", "unpack it first"),
        });
    }
    let (_, what, advice) = SIGNATURES.iter().find(|(signature, ..)| bytes.starts_with(signature))?;
    Some(other(*what, advice))
}

/// What XML with this root element is.
pub(super) fn xml(root: &str, text: &str) -> ImportError {
    if let Some((_, what, advice)) = ROOTS.iter().find(|(name, ..)| *name == root) {
        // BPMN shares its root's name with others.
        if root != "definitions" || text.to_ascii_lowercase().contains("bpmn") {
            return other(*what, advice);
        }
    }
    let root: String = root.chars().take(40).collect();
    other(
        format!("this is XML with the root element <{root}>, not a draw.io diagram"),
        "a diagram's root element is <mxfile> or <mxGraphModel>; give the .drawio file",
    )
}

/// What JSON is that is no Threat Dragon model.
pub(super) fn json(value: &Value) -> ImportError {
    let has = |key: &str| value.get(key).is_some();
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    if has("otmVersion") {
        other("this is an Open Threat Model (OTM)", NOT_READ_YET)
    } else if text("$schema").contains("threat-model-library")
        || (has("scope") && has("data_flows") && (has("trust_zones") || has("trust_boundaries")))
    {
        other("this is a threat model of the OWASP Threat Model Library (TM-BOM)", NOT_READ_YET)
    } else if text("bomFormat") == "CycloneDX" {
        other("this is a CycloneDX bill of materials", NOT_READ_YET)
    } else if text("schema").starts_with("threatsheet/") {
        other("this is a result of threatsheet", "give the diagram that it was made from")
    } else if text("$schema").contains("json-schema.org") || (has("$id") && has("properties")) {
        other("this is a JSON schema, not a model", "give a model that was written by Threat Dragon")
    } else if has("schema") && (has("applicationInfo") || has("mitigationLinks") || has("assumptionLinks")) {
        other("this is an AWS Threat Composer workspace, which holds no diagram", GIVE_DRAWIO)
    } else if text("$schema").contains("sarif") {
        other("this is a SARIF log", GIVE_DRAWIO)
    } else if text("type").starts_with("excalidraw") {
        other("this is an Excalidraw drawing", SAVE_AS_DRAWIO)
    } else if has("AWSTemplateFormatVersion") || has("Resources") {
        other("this is a CloudFormation template", "give a diagram of it")
    } else {
        other(
            "this is JSON, but no Threat Dragon model",
            "give a model that was written by Threat Dragon, or a .drawio file",
        )
    }
}

/// What a text is that is neither XML nor JSON.
pub(super) fn text(text: &str) -> ImportError {
    let start: String = text.chars().take(2_000).collect::<String>().to_ascii_lowercase();
    let lines = || start.lines().map(str::trim_start);
    match TEXTS.iter().find(|(word, ..)| lines().any(|line| line.starts_with(word))) {
        Some((_, what, advice)) => other(*what, advice),
        None => other("this is plain text, not a diagram", GIVE_DRAWIO),
    }
}
