//! What a file is, by its content: one diagram in every container, and every other kind of file by its name.

use std::{io::Write, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{DeflateEncoder, ZlibEncoder},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use threatsheet::{
    catalog::Catalog,
    import::{self, ImportError, ReadOptions},
    model::{Container, Document},
};

const XML: &str = include_str!("../fixtures/container/orders.xml");

fn read(bytes: &[u8]) -> Result<Document, ImportError> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    import::read(bytes, "file", &CATALOG, &ReadOptions::default())
}

/// The graph as text: everything but the container.
fn graph(document: &Document) -> String {
    let diagrams: Vec<String> = document
        .diagrams
        .iter()
        .map(|d| format!("{:?} {:?} {:?} {:?}", d.page, d.elements, d.flows, d.boundaries))
        .collect();
    diagrams.join("\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', "&#10;")
}

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes bytes");
    encoder.finish().expect("a vector takes bytes")
}

fn zlibbed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes bytes");
    encoder.finish().expect("a vector takes bytes")
}

/// The file with its page compressed as draw.io does.
fn compressed() -> String {
    let start = XML.find("<mxGraphModel>").expect("the fixture has a model");
    let end = XML.find("</diagram>").expect("the fixture has a page");
    let payload = STANDARD.encode(deflated(percent(&XML[start..end]).as_bytes()));
    format!("{}{payload}{}", &XML[..start], &XML[end..])
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("a small chunk").to_be_bytes();
    [&length[..], kind, data, &[0; 4]].concat()
}

fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    [&b"\x89PNG\r\n\x1a\n"[..], &header, &chunks.concat(), &chunk(b"IEND", &[])].concat()
}

fn svg(content: &str) -> Vec<u8> {
    let doctype = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \
                   \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n";
    format!("{doctype}<svg xmlns=\"http://www.w3.org/2000/svg\" content=\"{}\"><g/></svg>", escaped(content))
        .into_bytes()
}

fn html(json: &str) -> Vec<u8> {
    let div = format!("<div class=\"mxgraph\" data-mxgraph=\"{}\"></div>", escaped(json));
    format!("<!--[if IE]><meta><![endif]-->\n<!DOCTYPE html>\n<html><body><br>{div}</body></html>").into_bytes()
}

#[test]
fn one_diagram_gives_the_same_graph_from_every_container() {
    let plain = read(XML.as_bytes()).expect("the fixture is read");
    assert_eq!(plain.source.container, Container::Xml);
    assert_eq!(plain.source.sha256.len(), 64);
    assert_eq!((plain.diagrams[0].elements.len(), plain.diagrams[0].flows.len()), (3, 2));
    let text = |keyword: &str, value: &[u8]| chunk(b"tEXt", &[keyword.as_bytes(), b"\0", value].concat());
    let packed = |keyword: &str, value: &[u8]| chunk(b"zTXt", &[keyword.as_bytes(), b"\0\0", value].concat());
    let international =
        |flag: u8, value: &[u8]| chunk(b"iTXt", &[&b"mxfile\0"[..], &[flag, 0], b"en\0t\0", value].concat());
    let utf16 = |big: bool| -> Vec<u8> {
        let mark = std::iter::once('\u{FEFF}').chain(XML.chars()).collect::<String>();
        mark.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let json = serde_json::json!({ "highlight": "#0000ff", "xml": XML }).to_string();
    let json_packed = serde_json::json!({ "xml": compressed() }).to_string();
    let latin = XML.replace("注文", "").replace('–', "-");
    let cases: Vec<(&str, Container, Vec<u8>)> = vec![
        ("compressed page", Container::Xml, compressed().into_bytes()),
        ("byte order mark", Container::Xml, [b"\xef\xbb\xbf", XML.as_bytes()].concat()),
        ("declaration", Container::Xml, format!("<?xml version=\"1.0\"?>\n<!-- hello -->\n{XML}").into_bytes()),
        ("doctype without entities", Container::Xml, format!("<!DOCTYPE mxfile>\n{XML}").into_bytes()),
        ("UTF-16 LE", Container::Xml, utf16(false)),
        ("UTF-16 BE", Container::Xml, utf16(true)),
        ("percent-encoded file", Container::Xml, percent(XML).into_bytes()),
        ("svg, escaped", Container::Svg, svg(XML)),
        ("svg, compressed page", Container::Svg, svg(&compressed())),
        ("svg, percent-encoded", Container::Svg, svg(&percent(XML))),
        ("svg, base64", Container::Svg, svg(&STANDARD.encode(XML))),
        ("svg, base64 of percent-encoded", Container::Svg, svg(&STANDARD.encode(percent(XML)))),
        ("svg, base64 of deflated", Container::Svg, svg(&STANDARD.encode(deflated(percent(XML).as_bytes())))),
        ("png, tEXt percent-encoded", Container::Png, png(&[text("mxfile", percent(XML).as_bytes())])),
        ("png, tEXt plain", Container::Png, png(&[text("mxfile", XML.as_bytes())])),
        ("png, tEXt after the pixels", Container::Png, png(&[chunk(b"IDAT", b"xx"), text("mxfile", XML.as_bytes())])),
        ("png, another text first", Container::Png, png(&[text("Software", b"x"), text("mxfile", XML.as_bytes())])),
        ("png, zTXt zlib", Container::Png, png(&[packed("mxfile", &zlibbed(percent(XML).as_bytes()))])),
        ("png, zTXt raw", Container::Png, png(&[packed("mxGraphModel", &deflated(percent(XML).as_bytes()))])),
        ("png, iTXt plain", Container::Png, png(&[international(0, percent(XML).as_bytes())])),
        ("png, iTXt packed", Container::Png, png(&[international(1, &zlibbed(XML.as_bytes()))])),
        ("html", Container::Html, html(&json)),
        ("html, compressed page", Container::Html, html(&json_packed)),
    ];
    for (name, container, bytes) in cases {
        let document = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document.source.container, container, "{name}");
        assert_eq!(graph(&document), graph(&plain), "{name}");
    }
    let bytes: Vec<u8> = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{latin}")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("the fixture without its Japanese is Latin-1"))
        .collect();
    let document = read(&bytes).expect("the declared encoding is used");
    assert_eq!(graph(&document), graph(&read(latin.as_bytes()).expect("it is UTF-8")));
}

#[test]
fn an_old_page_with_a_bare_compressed_model_is_read() {
    let start = XML.find("<mxGraphModel>").expect("the fixture has a model");
    let end = XML.find("</diagram>").expect("the fixture has a page");
    let payload = STANDARD.encode(deflated(percent(&XML[start..end]).as_bytes()));
    let page = format!(
        "<html><body><div class=\"mxgraph\" style=\"x\"><div style=\"width:1px\">{payload}</div></div></body></html>"
    );
    let document = read(page.as_bytes()).expect("the payload is found");
    assert_eq!(document.diagrams[0].elements.len(), 3);
}

#[test]
fn of_several_diagrams_in_a_page_the_first_is_read_and_the_rest_are_mentioned() {
    let json = serde_json::json!({ "xml": XML }).to_string();
    let div = format!("<div class=\"mxgraph\" data-mxgraph='{}'></div>", escaped(&json).replace('\'', "&#39;"));
    let document = read(format!("<html>{div}{div}</html>").as_bytes()).expect("the first is read");
    assert!(document.notices.iter().any(|n| n.code == "more-diagrams"), "{:?}", document.notices);
}

/// What each other kind of file is called, and whether a batch may skip it.
#[test]
fn what_is_no_diagram_is_called_by_its_name() {
    let cases: &[(&[u8], &str)] = &[
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....visio/document.xml", "Visio"),
        (b"PK\x03\x04....xl/workbook.xml", "Excel"),
        (b"\xff\xd8\xff\xe0JFIF", "JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Microsoft Office or Visio"),
        (b"\x00\x01\x02\xff\xfe\xfd", "binary"),
        (b"<mxlibrary>[]</mxlibrary>", "shape library"),
        (b"<mxStylesheet/>", "style sheet"),
        (b"<mxEditor/>", "configuration"),
        (b"<ThreatModel xmlns=\"x\"/>", "Microsoft Threat Modeling Tool"),
        (b"<a:ThreatModel xmlns:a=\"x\"/>", "Microsoft Threat Modeling Tool"),
        (b"<pom/>", "root element <pom>"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG picture without its diagram"),
        (b"<svg content=\"\"/>", "SVG picture without its diagram"),
        (b"<!DOCTYPE html><html><p>hello<br></html>", "web page without a diagram"),
        (b"<div data-mxgraph=\"{&quot;url&quot;:&quot;https://example.com/a&quot;}\"></div>", "address of a diagram"),
        (b"{\"otmVersion\":\"0.2.0\",\"project\":{}}", "Open Threat Model"),
        (b"otmVersion: 0.2.0\nproject:\n  name: x\n", "Open Threat Model"),
        (b"{\"scope\":{},\"trust_zones\":[],\"data_flows\":[]}", "TM-BOM"),
        (b"{\"bomFormat\":\"CycloneDX\"}", "CycloneDX"),
        (b"{\"schema\":1,\"applicationInfo\":{}}", "Threat Composer"),
        (b"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "JSON schema"),
        (b"{\"$id\":\"x\",\"properties\":{\"detail\":{}}}", "JSON schema"),
        (b"{\"schema\":\"threatsheet/report/1\"}", "result of threatsheet"),
        (b"{\"a\":1}", "no Threat Dragon model"),
        (b"[1,2]", "no Threat Dragon model"),
        (b"hello world", "plain text"),
        (b"@startuml\nA -> B\n@enduml", "PlantUML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
    ];
    for (bytes, words) in cases {
        let error = read(bytes).expect_err(words);
        assert!(matches!(error, ImportError::NotADiagram { .. }), "{words}: {error:?}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    let picture = png(&[chunk(b"tEXt", b"Software\0x")]);
    assert!(read(&picture).expect_err("a picture").to_string().contains("PNG picture without its diagram"));
    assert_eq!(read(b" \n\t").expect_err("nothing"), ImportError::Empty);
    assert_eq!(read(b"").expect_err("nothing"), ImportError::Empty);
}

#[test]
fn what_is_broken_says_where() {
    let cases: &[(&[u8], &str)] = &[
        (b"<mxfile\"><diagram/></mxfile>", "line 1"),
        (b"<?xml version=\"1.0\"?>\n<!-- x -->\n", "no element"),
        (b"{\"summary\":{\"title\":\"x\"},\n\"detail\":{,}}", "line 2 column"),
        (b"{\"summary\":{\"title\":\"x\"},\"detail\":{\"diagrams\":[", "cut off"),
        (b"<svg content=\"%zz\"/>", "XML"),
        (b"<svg content=\"!!!\"/>", "neither XML nor base64"),
        (b"<mxfile>\n\xff\xfe</mxfile>", "line 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfftEXt", "cut off"),
        (b"<div data-mxgraph=\"{xml\"></div>", "no JSON"),
    ];
    for (bytes, words) in cases {
        let error = read(bytes).expect_err(words);
        assert!(matches!(error, ImportError::Broken(_)), "{words}: {error:?}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn entities_are_refused_wherever_they_are_declared() {
    let bomb = "<!DOCTYPE mxfile [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><mxfile>&b;</mxfile>";
    assert!(read(bomb.as_bytes()).expect_err("entities").to_string().contains("entities"));
    let svg = "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg content=\"&x;\"/>";
    assert!(read(svg.as_bytes()).expect_err("entities").to_string().contains("entities"));
}

#[test]
fn bombs_are_refused_in_every_container() {
    let bomb = vec![b' '; 12 << 20];
    let in_png = png(&[chunk(b"zTXt", &[&b"mxfile\0\0"[..], &zlibbed(&bomb)].concat())]);
    let in_svg = svg(&STANDARD.encode(deflated(&bomb)));
    let payload = STANDARD.encode(deflated(&bomb));
    let in_page = format!("<mxfile><diagram>{payload}</diagram></mxfile>").into_bytes();
    for (name, bytes) in [("png", in_png), ("svg", in_svg), ("page", in_page)] {
        let error = read(&bytes).expect_err(name);
        assert!(matches!(error, ImportError::TooLarge { .. }), "{name}: {error:?}");
    }
}

#[test]
fn nesting_and_size_have_limits() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let error = read(format!("{{\"detail\":{deep}}}").as_bytes()).expect_err("200 levels");
    assert!(matches!(error, ImportError::TooLarge { .. }), "{error:?}");
    let large = vec![b' '; usize::try_from(import::FILE_BYTES).expect("it fits") + 1];
    assert!(matches!(read(&large), Err(ImportError::TooLarge { .. })));
    let json = format!("{{\"detail\":\"{}\"}}", "x".repeat(33 << 20));
    assert!(matches!(read(json.as_bytes()), Err(ImportError::TooLarge { .. })));
}
