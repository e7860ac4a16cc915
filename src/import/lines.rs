//! On which line of a file each cell stands, for tools that point at lines.

use std::collections::BTreeMap;

/// The line of each cell by its id, from 1, where the file is text with its cells as they are: draw.io's XML and
/// Threat Dragon's JSON. Of a compressed page or a picture no cell has a line.
#[must_use]
pub fn cell_lines(bytes: &[u8]) -> BTreeMap<String, u32> {
    let mut lines = BTreeMap::new();
    let Ok(text) = std::str::from_utf8(bytes) else { return lines };
    for (number, line) in (1..).zip(text.lines()) {
        for opening in [" id=\"", "\"id\":\"", "\"id\": \""] {
            for (at, _) in line.match_indices(opening) {
                let rest = line.get(at + opening.len()..).unwrap_or_default();
                if let Some((id, _)) = rest.split_once('"') {
                    lines.entry(id.to_owned()).or_insert(number);
                }
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::cell_lines;

    #[test]
    fn cells_of_xml_and_json_have_their_lines() {
        let xml = cell_lines(b"<mxGraphModel>\n<mxCell id=\"a\" parent=\"1\"/>\n<object label=\"x\" id=\"b\"/>");
        assert_eq!((xml.get("a"), xml.get("b")), (Some(&2), Some(&3)));
        let json = cell_lines(b"{\n \"id\": \"c\"\n}");
        assert_eq!(json.get("c"), Some(&2));
    }
}
