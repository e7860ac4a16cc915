//! What a shape looks like, told by its own style, label and size alone.

use super::scene::Node;
use crate::{import::drawio::style::Style, model::ElementKind};

/// The drawn form of a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Free text, whatever names it in the end.
    Text,
    /// A note, a callout, a data sample: it explains and is nothing that data flows through.
    Note,
    /// A table of text.
    Table,
    /// A group without any look of its own.
    Group,
    /// A bend that connectors share.
    Waypoint,
    /// A number or letter that refers to a step or a list.
    Badge,
    /// An arrow drawn as a shape.
    Arrow,
    /// A line drawn as a shape; `true` where it looks like a boundary.
    Rule(bool),
    /// A box that is made for holding others.
    Frame,
    /// A box with a title band.
    Swimlane,
    /// A picture.
    Picture,
    /// A shape from a library of symbols.
    Icon,
    /// A closed geometric shape, and the kind of element that such a shape usually is.
    Shape(Option<ElementKind>),
}

/// Shapes that are larger than this on either side are no badges, in pixels.
const BADGE_SIDE: f64 = 60.0;

/// The form of `node`.
pub(super) fn form(node: &Node<'_>) -> Form {
    let style = &node.cell.style;
    let shape = style.shape().unwrap_or_default().to_ascii_lowercase();
    let named = |name| style.is_named(name);
    if node.label.table || matches!(shape.as_str(), "table" | "tablerow") {
        Form::Table
    } else if shape == "waypoint" {
        Form::Waypoint
    } else if is_arrow(&shape) {
        Form::Arrow
    } else if let Some(rule) = rule(node, &shape) {
        rule
    } else if is_badge(node, &shape) {
        Form::Badge
    } else if is_frame(&shape) {
        Form::Frame
    } else if named("swimlane") || shape == "swimlane" {
        Form::Swimlane
    } else if matches!(shape.as_str(), "note" | "note2" | "callout" | "postit" | "document2")
        || shape.contains("sticky")
        || is_widget(&shape)
    {
        Form::Note
    } else if is_picture(style, &shape) {
        Form::Picture
    } else if is_symbol(&shape) {
        Form::Icon
    } else if named("text") || named("edgeLabel") || matches!(shape.as_str(), "text" | "curvedtext") {
        Form::Text
    } else if is_plain(&shape) && is_bare(style) {
        if named("group") || node.label.is_empty() { Form::Group } else { Form::Text }
    } else if named("group") && style.get("shape").is_none() && !has_look(style) {
        Form::Group
    } else {
        Form::Shape(usual_kind(style, &shape))
    }
}

/// Shape keys from the most telling to the least, for the catalogue: a glyph's name, then its host.
pub(super) fn keys(style: &Style) -> Vec<&str> {
    glyph(style).map(|(_, key)| key).into_iter().chain(style.shape()).collect()
}

/// The shape's key as people know it, such as `mxgraph.aws4.lambda` or `mxgraph.kubernetes.icon2;prIcon=api`.
pub(super) fn key(style: &Style) -> Option<String> {
    match (glyph(style), style.shape()) {
        (Some((slot, name)), Some(host)) if !name.contains('.') => Some(format!("{host};{slot}={name}")),
        (Some((_, key)), _) => Some(key.to_owned()),
        (None, shape) => shape.map(str::to_owned),
    }
}

/// The glyph that a tile shows, and the style's key for it.
fn glyph(style: &Style) -> Option<(&'static str, &str)> {
    ["resIcon", "prIcon", "grIcon", "network2Icon", "SAPIcon", "prType"]
        .into_iter()
        .find_map(|slot| style.get(slot).map(|key| (slot, key)))
}

fn is_arrow(shape: &str) -> bool {
    matches!(shape, "singlearrow" | "doublearrow" | "flexarrow" | "arrow" | "step" | "link")
        || shape.starts_with("mxgraph.arrows")
        || (shape.starts_with("mxgraph.aws3d.") && shape.contains("arrow"))
}

/// Lines and curves drawn as shapes.
fn rule(node: &Node<'_>, shape: &str) -> Option<Form> {
    let style = &node.cell.style;
    let long = node.rect.width().max(node.rect.height()) >= 150.0;
    let striking = style.is_on("dashed") || style.colour("strokeColor").is_some_and(|c| is_red(&c));
    match shape {
        "requiredinterface" | "requiredinterfaceprovided" => Some(Form::Rule(long || striking)),
        "line"
        | "crossbar"
        | "zigzag"
        | "mxgraph.basic.arc"
        | "curlybracket"
        | "mxgraph.flowchart.annotation_1"
        | "mxgraph.flowchart.annotation_2" => Some(Form::Rule(long && striking)),
        "partialrectangle" if sides(style) < 2 => Some(Form::Rule(long && striking)),
        _ => None,
    }
}

/// How many of a partial rectangle's sides are drawn.
fn sides(style: &Style) -> usize {
    ["left", "right", "top", "bottom"].iter().filter(|side| !style.is_off(side)).count()
}

fn is_red(colour: &str) -> bool {
    let channel = |at: usize| colour.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or_default();
    let (red, green, blue) = (channel(1), channel(3), channel(5));
    red >= 0xB0 && green < 0x70 && blue < 0x70
}

/// A short mark in a small shape: a number, a letter, or a letter with a number.
fn is_badge(node: &Node<'_>, shape: &str) -> bool {
    let small = node.rect.width() <= BADGE_SIDE && node.rect.height() <= BADGE_SIDE;
    small && !is_symbol(shape) && is_mark(&node.label.text())
}

/// Whether `text` is such a mark: `3`, `12a`, `(4)`, `2.1`, `B`, `TA01`, `③`.
pub(super) fn is_mark(text: &str) -> bool {
    let core = text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '.' | ':' | '#'));
    let mut chars = core.chars();
    let (Some(first), second) = (chars.next(), chars.next()) else { return false };
    if second.is_none() {
        return first.is_alphanumeric() && first.is_ascii()
            || ('\u{2460}'..='\u{24FF}').contains(&first)
            || ('\u{2776}'..='\u{2793}').contains(&first);
    }
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let letters = core.chars().filter(char::is_ascii_alphabetic).count();
    let others = core.chars().count() - digits - letters;
    let separators = core.chars().filter(|c| matches!(c, '.' | '-' | ',' | '/' | ' ')).count();
    digits > 0 && digits <= 4 && letters <= 2 && others == separators && core.chars().count() <= 7
}

/// Whether `text` is a mark that counts: `3`, `(4)`, `12a`, `③`, and no name such as `S3` or `B`.
pub(super) fn is_number(text: &str) -> bool {
    let core = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    is_mark(text) && core.chars().next().is_some_and(char::is_numeric)
}

fn is_frame(shape: &str) -> bool {
    matches!(
        shape,
        "mxgraph.aws4.group"
            | "mxgraph.aws4.groupcenter"
            | "mxgraph.aws4.group2"
            | "umlframe"
            | "mxgraph.ibm.box"
            | "mxgraph.kubernetes.frame"
    ) || shape.starts_with("mxgraph.mockup.containers.")
        || (shape.starts_with("mxgraph.aws.groups.") && !shape.ends_with("_icon"))
}

/// A part of a user-interface sketch: a button, a field, a menu.
fn is_widget(shape: &str) -> bool {
    let kinds = ["buttons.", "forms.", "markup.", "menus.", "navigation.", "text."];
    shape.strip_prefix("mxgraph.mockup.").is_some_and(|rest| kinds.iter().any(|kind| rest.starts_with(kind)))
}

fn is_picture(style: &Style, shape: &str) -> bool {
    shape == "image"
        || shape == "mxgraph.basic.image"
        || (style.get("image").is_some() && matches!(shape, "" | "label" | "icon" | "image" | "rect" | "rectangle"))
        || (style.get("image").is_some() && style.is_named("image"))
}

/// A shape of a symbol library, as opposed to the geometric ones that libraries offer too.
fn is_symbol(shape: &str) -> bool {
    const GEOMETRIC: [&str; 12] = [
        "basic.",
        "flowchart.",
        "dfd.",
        "c4.",
        "er.",
        "bpmn.",
        "mockup.",
        "uml",
        "sysml.",
        "archimate",
        "lean_mapping.",
        "infographic.",
    ];
    match shape.strip_prefix("mxgraph.") {
        Some(rest) => !GEOMETRIC.iter().any(|g| rest.starts_with(g)),
        None => false,
    }
}

/// A rectangle, as far as the shape goes.
fn is_plain(shape: &str) -> bool {
    matches!(shape, "" | "rect" | "rectangle" | "label" | "rounded" | "group" | "ext")
}

/// Neither line nor fill is drawn.
fn is_bare(style: &Style) -> bool {
    let none = |key| style.get(key) == Some("none");
    let clear = |key| style.number(key) == Some(0.0);
    (none("strokeColor") || clear("strokeOpacity") || clear("opacity"))
        && (none("fillColor") || clear("fillOpacity") || clear("opacity"))
}

/// Some line or fill is asked for.
fn has_look(style: &Style) -> bool {
    ["strokeColor", "fillColor"].iter().any(|key| style.get(key).is_some_and(|v| v != "none" && v != "default"))
}

/// The kind of element that a geometric shape usually is.
fn usual_kind(style: &Style, shape: &str) -> Option<ElementKind> {
    use ElementKind::{DataStore, ExternalEntity, Process};
    let open_sides = shape == "partialrectangle" && sides(style) < 4;
    match shape {
        _ if open_sides => Some(DataStore),
        "cylinder"
        | "cylinder2"
        | "cylinder3"
        | "datastore"
        | "datastorage"
        | "internalstorage"
        | "tapedata"
        | "mxgraph.flowchart.database"
        | "mxgraph.flowchart.stored_data"
        | "mxgraph.flowchart.direct_data"
        | "mxgraph.flowchart.sequential_data"
        | "mxgraph.basic.cylinder"
        | "mxgraph.dfd.datastoreid"
        | "mxgraph.dfd.archive"
        | "document"
        | "mxgraph.flowchart.document"
        | "mxgraph.flowchart.multi-document"
        | "folder"
        | "tape" => Some(DataStore),
        "cloud"
        | "mxgraph.basic.cloud_rect"
        | "mxgraph.networks.cloud"
        | "umlactor"
        | "actor"
        | "mxgraph.basic.user"
        | "mxgraph.dfd.externalentity"
        | "mxgraph.c4.person2"
        | "mxgraph.c4.person" => Some(ExternalEntity),
        "process"
        | "doubleellipse"
        | "hexagon"
        | "cube"
        | "module"
        | "component"
        | "mxgraph.dfd.process"
        | "mxgraph.flowchart.process" => Some(Process),
        _ => None,
    }
}
