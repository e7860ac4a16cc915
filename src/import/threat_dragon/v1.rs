//! Cells of version 1 (JointJS): all that they say stands on the cell itself.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    cell::{self, Cell, Tip},
    field::{self, text},
    place, recorded, stated,
};

/// Reads the cell at `index`.
pub(super) fn cell(index: usize, value: &Value) -> Cell {
    let shape = cell::shape(&text(value, "/type").unwrap_or_default());
    let id = field::scalar(value.get("id")).unwrap_or_else(|| format!("#{index}"));
    let names = ["/name", "/attrs/text/text", "/labels/0/attrs/text/text"];
    let (stated, properties) = stated::of(value, &shape);
    Cell {
        name: names.iter().find_map(|path| text(value, path)).unwrap_or_default(),
        rect: place::rect(value),
        z: field::number(value, "/z").unwrap_or_default(),
        tips: [tip(value.get("source")), tip(value.get("target"))],
        vertices: place::points(value.get("vertices")),
        smooth: value.get("smooth") != Some(&Value::Bool(false)),
        both_ways: field::flag(value, "isBidirectional"),
        ports: BTreeMap::new(),
        threats: recorded::of(value.get("threats"), &id),
        crossing_flows: None,
        stated,
        properties,
        shape,
        id,
    }
}

fn tip(end: Option<&Value>) -> Tip {
    let Some(end) = end else { return Tip::None };
    match field::scalar(end.get("id")) {
        Some(id) => Tip::Cell { id, port: field::scalar(end.get("port")) },
        None => place::point(end).map_or(Tip::None, Tip::Free),
    }
}
