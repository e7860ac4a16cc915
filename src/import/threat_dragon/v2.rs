//! Cells of version 2 (AntV X6): what they say stands in `data`, what they are in `shape`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    cell::{self, Cell, Shape, Side, Tip},
    field::{self, text},
    place, recorded, stated,
};

/// Reads the cell at `index`.
pub(super) fn cell(index: usize, value: &Value) -> Cell {
    let nothing = Value::Null;
    let data = value.get("data").unwrap_or(&nothing);
    let word =
        text(value, "/shape").or_else(|| text(data, "/type")).or_else(|| text(value, "/type")).unwrap_or_default();
    let shape = match (cell::shape(&word), text(data, "/type")) {
        (Shape::Unknown(_), Some(kind)) => cell::shape(&kind),
        (shape, _) => shape,
    };
    let id = field::scalar(value.get("id")).unwrap_or_else(|| format!("#{index}"));
    let (stated, properties) = stated::of(data, &shape);
    Cell {
        name: name(value, data, &shape),
        rect: place::rect(value),
        z: field::number(value, "/zIndex").unwrap_or_default(),
        tips: [tip(value.get("source")), tip(value.get("target"))],
        vertices: place::points(value.get("vertices")),
        smooth: connector(value).is_none_or(|c| c == "smooth"),
        both_ways: field::flag(data, "isBidirectional"),
        ports: ports(value),
        threats: recorded::of(data.get("threats"), &id),
        crossing_flows: crossing_flows(data),
        stated,
        properties,
        shape,
        id,
    }
}

fn name(value: &Value, data: &Value, shape: &Shape) -> String {
    let labels = |paths: &[&str]| paths.iter().find_map(|path| text(value, path));
    let drawn = match shape {
        Shape::Flow | Shape::Curve => labels(&[
            "/labels/0",
            "/labels/0/attrs/labelText/text",
            "/labels/0/attrs/label/text",
            "/labels/0/attrs/text/text",
        ]),
        Shape::Box => labels(&["/attrs/label/text", "/attrs/text/text", "/label", "/name"]),
        _ => labels(&["/attrs/text/text", "/attrs/label/text", "/label", "/name"]),
    };
    text(data, "/name").or(drawn).unwrap_or_default()
}

fn connector(value: &Value) -> Option<String> {
    text(value, "/connector").or_else(|| text(value, "/connector/name"))
}

fn tip(end: Option<&Value>) -> Tip {
    let Some(end) = end else { return Tip::None };
    match field::scalar(end.get("cell")) {
        Some(id) => Tip::Cell { id, port: field::scalar(end.get("port")) },
        None => place::point(end).map_or(Tip::None, Tip::Free),
    }
}

/// Port ids repeat from node to node, so they mean something only inside their own.
fn ports(value: &Value) -> BTreeMap<String, Side> {
    let items = value.pointer("/ports/items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let side = |port: &Value| match text(port, "/group")?.as_str() {
        "top" => Some(Side::Top),
        "right" => Some(Side::Right),
        "bottom" => Some(Side::Bottom),
        "left" => Some(Side::Left),
        _ => None,
    };
    items.iter().filter_map(|port| Some((field::scalar(port.get("id"))?, side(port)?))).collect()
}

fn crossing_flows(data: &Value) -> Option<Vec<String>> {
    let flows = data.get("crossingFlows")?.as_array()?;
    Some(flows.iter().filter_map(|flow| field::scalar(Some(flow))).collect())
}
