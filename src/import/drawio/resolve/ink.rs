//! Where a label's letters are, roughly: text cells are often far larger, or smaller, than what they show.

use kurbo::{Point, Rect, Size};

use super::scene::Node;

/// Width of a letter and height of a line, in font sizes; averages of the fonts that draw.io uses.
const LETTER: f64 = 0.55;
const LINE: f64 = 1.25;
const FONT_SIZE: f64 = 12.0;

/// Where the letters of a label are that is drawn inside its own box.
pub(super) fn inside(node: &Node<'_>) -> Rect {
    let style = &node.cell.style;
    let size = extent(node, if style.get("whiteSpace") == Some("wrap") { node.rect.width() } else { f64::INFINITY });
    let free = Size::new(node.rect.width() - size.width, node.rect.height() - size.height);
    let is_text = style.is_named("text");
    let across = match style.get("align").unwrap_or(if is_text { "left" } else { "center" }) {
        "left" => 0.0,
        "right" => 1.0,
        _ => 0.5,
    };
    let down = match style.get("verticalAlign").unwrap_or(if is_text { "top" } else { "middle" }) {
        "top" => 0.0,
        "bottom" => 1.0,
        _ => 0.5,
    };
    Rect::from_origin_size(node.rect.origin() + (free.width * across, free.height * down), size)
}

/// Where the label is that a picture or icon carries outside of its box; `None` where it carries none there.
pub(super) fn outside(node: &Node<'_>) -> Option<Rect> {
    if node.label.is_empty() {
        return None;
    }
    let style = &node.cell.style;
    let size = extent(node, (2.0 * node.rect.width()).max(120.0));
    let (middle, rect) = (node.rect.center(), node.rect);
    let centre = match (style.get("verticalLabelPosition"), style.get("labelPosition")) {
        (Some("bottom"), _) => Point::new(middle.x, rect.y1 + size.height / 2.0),
        (Some("top"), _) => Point::new(middle.x, rect.y0 - size.height / 2.0),
        (_, Some("left")) => Point::new(rect.x0 - size.width / 2.0, middle.y),
        (_, Some("right")) => Point::new(rect.x1 + size.width / 2.0, middle.y),
        _ => return None,
    };
    Some(Rect::from_center_size(centre, size))
}

/// Size of the letters when lines are wrapped at `width`.
fn extent(node: &Node<'_>, width: f64) -> Size {
    let font = node.cell.style.number("fontSize").unwrap_or(FONT_SIZE).clamp(1.0, 200.0);
    let letters =
        |line: &String| line.chars().map(|c| if c.is_ascii() { 1.0 } else { 1.4 }).sum::<f64>() * font * LETTER;
    let widest = node.label.lines.iter().map(letters).fold(0.0, f64::max);
    let column = widest.min(width.max(font));
    let rows: f64 = node.label.lines.iter().map(|l| (letters(l) / column.max(1.0)).ceil().max(1.0)).sum();
    Size::new(column, rows * font * LINE)
}
