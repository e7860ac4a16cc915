//! A page redrawn as an SVG picture from what was understood of it, so that a person sees whether it was read rightly.
//!
//! The picture refers to nothing outside of itself, holds no script, and its numbers are rounded, so the same diagram
//! gives the same bytes. Things carry `data-element`, `data-flow` and `data-boundary` with their cells' ids.

mod canvas;
mod line;
mod thing;

use std::collections::BTreeMap;

use self::canvas::{Canvas, Extent, escaped, number};
use crate::model::{Diagram, Document, NoticeLevel, Severity};

/// Colours for light and dark grounds, by class. A page that embeds pictures adds this to its styles; a picture that
/// stands alone has it inside.
pub const PICTURE_CSS: &str = include_str!("picture.css");

/// Notices that are listed under a picture that stands alone.
const LISTED: usize = 25;

/// A mark on an element or a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// A few characters, such as a number of threats.
    pub text: String,
    /// Sets the colour.
    pub severity: Severity,
}

/// What is drawn besides the diagram itself.
#[derive(Clone, Debug, Default)]
pub struct PictureOptions {
    /// Badges of elements, by cell id.
    pub elements: BTreeMap<String, Badge>,
    /// Badges of flows, by cell id.
    pub flows: BTreeMap<String, Badge>,
}

/// One page as an `<svg>` element, to stand inside a web page.
#[must_use]
pub fn picture(diagram: &Diagram, options: &PictureOptions) -> String {
    let (body, extent) = drawn(diagram, options);
    format!("{}{body}</svg>", opening(&extent, &describe(diagram)))
}

/// Every page of a file, one below the other, as an SVG file. Under each page stands what was not understood.
#[must_use]
pub fn pictures(document: &Document) -> String {
    let (mut pages, mut width, mut height) = (String::new(), 0.0_f64, 0.0_f64);
    for diagram in &document.diagrams {
        let (body, extent) = drawn(diagram, &PictureOptions::default());
        let mut captions = Canvas::default();
        captions.caption(10.0, 22.0, &format!("{}: {}", diagram.page.name, describe(diagram)), 15);
        let listed = list(diagram);
        for (line, text) in (0..).zip(&listed) {
            captions.caption(10.0, 34.0 + extent.height + 18.0 + 16.0 * f64::from(line), text, 11);
        }
        pages.push_str(&format!(
            "<g transform=\"translate(0 {y})\">{captions}<svg x=\"0\" y=\"34\" width=\"{w}\" height=\"{h}\" viewBox=\"{view}\">{body}</svg></g>",
            y = number(height),
            captions = captions.into_text(),
            w = number(extent.width),
            h = number(extent.height),
            view = extent.view_box(),
        ));
        width = width.max(extent.width).max(600.0);
        height += 34.0 + extent.height + 16.0 * listed.len() as f64 + 40.0;
    }
    let whole = Extent { x: 0.0, y: 0.0, width: width.max(1.0), height: height.max(1.0) };
    let ground = format!(
        "<rect class=\"ts-ground\" width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>",
        number(whole.width),
        number(whole.height)
    );
    let title = document.title.as_deref().unwrap_or(&document.source.path);
    format!("{}<style>{PICTURE_CSS}</style>{ground}{pages}</svg>\n", opening(&whole, title))
}

fn opening(extent: &Extent, label: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ts-picture\" role=\"img\" aria-label=\"{}\" width=\"{}\" height=\"{}\" viewBox=\"{}\" font-family=\"system-ui, 'Segoe UI', Roboto, Arial, sans-serif\">",
        escaped(label),
        number(extent.width),
        number(extent.height),
        extent.view_box(),
    )
}

fn describe(diagram: &Diagram) -> String {
    let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "{}, {}, {}; {} of {} cells understood",
        counted(diagram.elements.len(), "element", "elements"),
        counted(diagram.flows.len(), "flow", "flows"),
        counted(diagram.boundaries.len(), "boundary", "boundaries"),
        diagram.coverage.understood,
        diagram.coverage.cells,
    )
}

/// What was not understood, a line each.
fn list(diagram: &Diagram) -> Vec<String> {
    let doubtful: Vec<_> = diagram.notices.iter().filter(|n| n.level != NoticeLevel::Info).collect();
    let mut lines: Vec<String> = doubtful
        .iter()
        .take(LISTED)
        .map(|n| {
            format!("{}: {}{}", n.level, n.cell.as_ref().map(|c| format!("[{c}] ")).unwrap_or_default(), n.message)
        })
        .collect();
    if doubtful.len() > LISTED {
        lines.push(format!("... and {} more", doubtful.len() - LISTED));
    }
    lines
}

/// The picture's content, and what part of the page it covers.
fn drawn(diagram: &Diagram, options: &PictureOptions) -> (String, Extent) {
    let places = thing::places(diagram);
    let mut canvas = Canvas::default();
    thing::boundaries(diagram, &mut canvas);
    line::flows(diagram, &places, options, &mut canvas);
    thing::elements(diagram, &places, options, &mut canvas);
    let extent = canvas.extent();
    (canvas.into_text(), extent)
}
