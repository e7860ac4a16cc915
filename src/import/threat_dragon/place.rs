//! Where cells stand, read from JSON; what is missing or no number counts as 0.

use kurbo::{Point, Rect};
use serde_json::Value;

use super::field::number;

/// Points of a line beyond which the rest is left out; people set a dozen at most.
const MOST_POINTS: usize = 10_000;

/// The box of a cell with `position` and `size`.
pub(super) fn rect(cell: &Value) -> Rect {
    let at = |pointer: &str| number(cell, pointer).unwrap_or_default();
    let origin = Point::new(at("/position/x"), at("/position/y"));
    Rect::from_origin_size(origin, (at("/size/width").max(0.0), at("/size/height").max(0.0)))
}

/// The point with `x` and `y`.
pub(super) fn point(value: &Value) -> Option<Point> {
    Some(Point::new(number(value, "/x")?, number(value, "/y")?))
}

/// The points of a list.
pub(super) fn points(list: Option<&Value>) -> Vec<Point> {
    let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(point).take(MOST_POINTS).collect()
}
