//! SVG text: numbers, escaping, labels, and how much of the page is covered.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    export::plain::harmless,
    model::{Point, Rect, Severity},
};

/// Width of a column of text, as a share of its size: a narrow character takes one column, a wide one two.
const COLUMN: f64 = 0.56;

/// Free space around a picture.
const MARGIN: f64 = 24.0;

/// Coordinates are kept within this, so that a wild one does not spoil the picture.
const FAR: f64 = 1e6;

/// The part of a page that a picture covers.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Extent {
    /// The value of `viewBox`.
    pub(super) fn view_box(&self) -> String {
        format!("{} {} {} {}", number(self.x), number(self.y), number(self.width), number(self.height))
    }
}

/// A picture in the making.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    text: String,
    corners: Option<(Point, Point)>,
}

impl Canvas {
    /// Adds SVG.
    pub(super) fn push(&mut self, svg: &str) {
        self.text.push_str(svg);
    }

    /// Takes note that the picture reaches `x`, `y`.
    pub(super) fn reach(&mut self, x: f64, y: f64) {
        let point = Point { x: tamed(x), y: tamed(y) };
        let (low, high) = self.corners.unwrap_or((point, point));
        self.corners = Some((
            Point { x: low.x.min(point.x), y: low.y.min(point.y) },
            Point { x: high.x.max(point.x), y: high.y.max(point.y) },
        ));
    }

    /// Takes note that the picture reaches around `rect`.
    pub(super) fn reach_rect(&mut self, rect: Rect) {
        self.reach(rect.x, rect.y);
        self.reach(rect.x + rect.width, rect.y + rect.height);
    }

    /// Lines of text, centred on `x`; `y` is the first line's upper edge. `class` is `ts-text` or `ts-quiet`.
    pub(super) fn centred(&mut self, x: f64, y: f64, lines: &[String], size: u8, class: &str) {
        let size_px = f64::from(size);
        let fill = if class == "ts-quiet" { "#5b6670" } else { "#1d2329" };
        for (index, line) in (0..).zip(lines) {
            let base = y + size_px * (1.2 * f64::from(index) + 0.9);
            let half = width(line, size) / 2.0;
            self.reach(x - half, base - size_px);
            self.reach(x + half, base + size_px * 0.3);
            let _ = write!(
                self.text,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" font-size=\"{size}\" text-anchor=\"middle\" fill=\"{fill}\" stroke=\"#ffffff\" stroke-width=\"2.5\" stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>",
                number(x),
                number(base),
                escaped(line)
            );
        }
    }

    /// One line of text that begins at `x` and stands on `y`.
    pub(super) fn caption(&mut self, x: f64, y: f64, text: &str, size: u8) {
        let _ = write!(
            self.text,
            "<text class=\"ts-text\" x=\"{}\" y=\"{}\" font-size=\"{size}\" fill=\"#1d2329\">{}</text>",
            number(x),
            number(y),
            escaped(text)
        );
    }

    /// A badge around a point.
    pub(super) fn badge(&mut self, x: f64, y: f64, text: &str, severity: Severity) {
        let (fill, ink) = match severity {
            Severity::Critical => ("#a80f1a", "#ffffff"),
            Severity::High => ("#d9534a", "#230a0a"),
            Severity::Medium => ("#f0ad3a", "#2b1d00"),
            Severity::Low => ("#f3df95", "#332a00"),
            Severity::Info => ("#d7dfe8", "#1d2a36"),
        };
        let half = (width(text, 11) / 2.0 + 5.0).max(9.0);
        self.reach(x - half, y - 9.0);
        self.reach(x + half, y + 9.0);
        let _ = write!(
            self.text,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"18\" rx=\"9\" fill=\"{fill}\" stroke=\"#ffffff\"/><text x=\"{}\" y=\"{}\" font-size=\"11\" font-weight=\"700\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
            number(x - half),
            number(y - 9.0),
            number(2.0 * half),
            number(x),
            number(y + 4.0),
            escaped(text)
        );
    }

    /// The part of the page that was drawn on.
    pub(super) fn extent(&self) -> Extent {
        let (low, high) = self.corners.unwrap_or_default();
        Extent {
            x: low.x - MARGIN,
            y: low.y - MARGIN,
            width: high.x - low.x + 2.0 * MARGIN,
            height: high.y - low.y + 2.0 * MARGIN,
        }
    }

    /// The SVG.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

fn tamed(value: f64) -> f64 {
    if value.is_finite() { value.clamp(-FAR, FAR) } else { 0.0 }
}

/// A number with at most one decimal, the same on every machine.
pub(super) fn number(value: f64) -> String {
    let tenths = (tamed(value) * 10.0).round();
    // Adding 0 turns a negative zero into a plain one.
    format!("{}", tenths / 10.0 + 0.0)
}

/// `text` for SVG content and attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => safe.push('?'),
            c => safe.push(c),
        }
    }
    safe
}

/// About how wide a text is, in pixels.
pub(super) fn width(text: &str, size: u8) -> f64 {
    text.width() as f64 * f64::from(size) * COLUMN
}

/// `text` in lines of at most `pixels`, at most `most` of them; what does not fit is an ellipsis.
pub(super) fn wrapped(text: &str, pixels: f64, size: u8, most: usize) -> Vec<String> {
    let columns = ((pixels / (f64::from(size) * COLUMN)) as usize).max(6);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |l| l.width());
        if last > 0 && last + 1 + word.width() <= columns {
            if let Some(line) = lines.last_mut() {
                line.push(' ');
                line.push_str(word);
            }
            continue;
        }
        let mut piece = if last > 0 { String::new() } else { lines.pop().unwrap_or_default() };
        for c in word.chars() {
            if piece.width() + c.width().unwrap_or(0) > columns {
                lines.push(std::mem::take(&mut piece));
            }
            piece.push(c);
        }
        lines.push(piece);
        if lines.len() > most {
            break;
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(line) = lines.last_mut() {
            line.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_decimal_and_no_surprises() {
        assert_eq!(number(1.26), "1.3");
        assert_eq!(number(-0.04), "0");
        assert_eq!(number(f64::NAN), "0");
        assert_eq!(number(f64::INFINITY), "0");
        assert_eq!(number(1e300), "1000000");
    }

    #[test]
    fn lines_are_broken_at_words_and_long_words_are_broken_too() {
        assert_eq!(wrapped("process the order", 70.0, 11, 3), ["process the", "order"]);
        assert_eq!(wrapped("abcdefghijklmnopqrstuvwxyz", 70.0, 11, 2), ["abcdefghijk", "lmnopqrstuv…"]);
        assert_eq!(wrapped("", 70.0, 11, 2), [""]);
    }
}
