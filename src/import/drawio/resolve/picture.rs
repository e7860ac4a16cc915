//! The name that a picture carries: its file's, or the title inside a pasted SVG.

use super::scene::Node;
use crate::import::inflate::from_base64;

/// As much of a pasted SVG as is searched for a title; a multiple of four, so that base64 can be cut there.
const SEARCHED: usize = 8 << 10;

/// The name that the picture of `node` carries: a path below `img/lib`, a file's name, or a title.
pub(super) fn name(node: &Node<'_>) -> Option<String> {
    let source = node.cell.style.get("image").or(node.label.picture.as_deref())?;
    match source.strip_prefix("data:") {
        Some(data) => title_inside(data),
        None => {
            let path = source.split(['?', '#']).next().unwrap_or(source);
            let known = path.find("img/lib/").and_then(|at| path.get(at..));
            let name = known.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path));
            Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()).filter(|n| !n.is_empty())
        }
    }
}

/// The title of an SVG given as a data URI without its `data:`; draw.io drops the `;base64`.
fn title_inside(data: &str) -> Option<String> {
    let (kind, payload) = data.split_once(',')?;
    if !kind.starts_with("image/svg") {
        return None;
    }
    let head = payload.get(..SEARCHED.min(payload.len())).unwrap_or_default();
    let svg = if head.starts_with('<') || head.starts_with('%') {
        percent_encoding::percent_decode_str(head).decode_utf8_lossy().into_owned()
    } else {
        let whole = head.len() - head.len() % 4;
        let bytes = from_base64(head.get(..whole)?)?;
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let text = between(&svg, "<title>", "</title>")
        .or_else(|| between(&svg, "id=\"Arch_", "\""))
        .or_else(|| between(&svg, "id=\"Res_", "\""))?;
    Some(text.trim().to_owned()).filter(|t| !t.is_empty() && t.len() <= 200)
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let from = text.find(open)? + open.len();
    let rest = text.get(from..)?;
    rest.get(..rest.find(close)?)
}
