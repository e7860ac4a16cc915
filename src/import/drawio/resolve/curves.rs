//! Open lines and curves that separate: connectors and shapes alike.

use kurbo::{BezPath, PathEl, Point};

use super::{
    classify::{Classified, Meaning},
    form::Form,
    route,
    scene::Scene,
};

/// Lines shorter than this separate nothing, in pixels.
const SHORTEST: f64 = 100.0;
/// A curve is taken to reach this much further at both ends, in pixels.
const OVERHANG: f64 = 15.0;

/// An open boundary and the line that it draws.
pub(super) struct Curve {
    /// The connector or shape.
    pub(super) cell: usize,
    /// Its line as straight pieces, with the overhang.
    pub(super) line: Vec<Point>,
}

/// The connectors that are boundaries rather than flows: loose, without arrowheads, and dashed or named as one.
pub(super) fn boundary_edges(scene: &Scene<'_>, routes: &[Vec<Point>]) -> Vec<usize> {
    let loose = |e: &usize| scene.nodes[*e].cell.source.is_none() && scene.nodes[*e].cell.target.is_none();
    scene.edges().filter(loose).filter(|e| is_boundary(scene, *e, &routes[*e])).collect()
}

fn is_boundary(scene: &Scene<'_>, edge: usize, line: &[Point]) -> bool {
    let node = &scene.nodes[edge];
    let style = &node.cell.style;
    let headless = |key, default| matches!(style.get(key).unwrap_or(default), "none");
    let long = route::pieces(line).map(|p| (p.p1 - p.p0).hypot()).sum::<f64>() >= SHORTEST;
    let words: String = node.children.iter().map(|c| scene.nodes[*c].label.text()).chain([node.label.text()]).collect();
    long && headless("startArrow", "none")
        && headless("endArrow", "classic")
        && (style.is_on("dashed") || names_boundary(&words))
}

fn names_boundary(words: &str) -> bool {
    let words = words.to_lowercase();
    ["trust", "boundary", "perimeter", "dmz", "zone", "firewall"].iter().any(|w| words.contains(w))
}

/// Every open boundary, in the file's order. `edges` are the connectors among them, ascending.
pub(super) fn curves(
    scene: &Scene<'_>,
    forms: &[Form],
    classified: &Classified,
    edges: &[usize],
    routes: &[Vec<Point>],
) -> Vec<Curve> {
    let shapes =
        scene.vertices().filter(|i| classified.meanings[*i] == Meaning::Curve && matches!(forms[*i], Form::Rule(_)));
    let mut curves: Vec<Curve> = shapes.map(|cell| Curve { cell, line: extended(shape_line(scene, cell)) }).collect();
    curves.extend(edges.iter().map(|e| Curve { cell: *e, line: extended(edge_line(scene, *e, &routes[*e])) }));
    curves.sort_by_key(|c| c.cell);
    curves
}

/// Whether a flow's line ends up on the other side of the curve: it cuts it an odd number of times.
pub(super) fn cuts(curve: &Curve, flow: &[Point]) -> bool {
    let count = route::pieces(&curve.line)
        .map(|c| route::pieces(flow).filter(|f| route::crosses(c, *f)).count())
        .sum::<usize>();
    count % 2 == 1
}

/// A connector's line; where its style says so, smooth through the middles between its bends.
fn edge_line(scene: &Scene<'_>, edge: usize, points: &[Point]) -> Vec<Point> {
    if !scene.nodes[edge].cell.style.is_on("curved") || points.len() < 3 {
        return points.to_vec();
    }
    let mut path = BezPath::new();
    path.move_to(points[0]);
    for (at, bend) in points.iter().enumerate().skip(1).take(points.len() - 2) {
        let next = points[at + 1];
        path.quad_to(*bend, if at + 2 == points.len() { next } else { bend.midpoint(next) });
    }
    flattened(&path)
}

/// The line that a shape draws inside its box.
fn shape_line(scene: &Scene<'_>, cell: usize) -> Vec<Point> {
    let node = &scene.nodes[cell];
    let rect = node.rect;
    let style = &node.cell.style;
    let arc = style.shape().is_some_and(|s| s.to_ascii_lowercase().starts_with("requiredinterface"));
    if !arc {
        let middle = rect.center();
        let upright = rect.height() > rect.width();
        return if upright {
            vec![Point::new(middle.x, rect.y0), Point::new(middle.x, rect.y1)]
        } else {
            vec![Point::new(rect.x0, middle.y), Point::new(rect.x1, middle.y)]
        };
    }
    // The shape bulges towards its right; `direction` turns it, `flipH` and `flipV` mirror it.
    let at = |u: f64, v: f64| {
        let (u, v) = match style.get("direction") {
            Some("south") => (1.0 - v, u),
            Some("west") => (1.0 - u, 1.0 - v),
            Some("north") => (v, 1.0 - u),
            _ => (u, v),
        };
        let u = if style.is_on("flipH") { 1.0 - u } else { u };
        let v = if style.is_on("flipV") { 1.0 - v } else { v };
        Point::new(rect.x0 + u * rect.width(), rect.y0 + v * rect.height())
    };
    let mut path = BezPath::new();
    path.move_to(at(0.0, 0.0));
    path.quad_to(at(1.0, 0.0), at(1.0, 0.5));
    path.quad_to(at(1.0, 1.0), at(0.0, 1.0));
    flattened(&path)
}

fn flattened(path: &BezPath) -> Vec<Point> {
    let mut points = Vec::new();
    kurbo::flatten(path, 0.5, |element| {
        if let PathEl::MoveTo(p) | PathEl::LineTo(p) = element {
            points.push(p);
        }
    });
    points
}

fn extended(mut line: Vec<Point>) -> Vec<Point> {
    let longer = |from: Point, to: Point| {
        let way = to - from;
        let length = way.hypot();
        if length > 0.0 { to + way * (OVERHANG / length) } else { to }
    };
    if let [.., before, last] = line.as_mut_slice() {
        *last = longer(*before, *last);
    }
    if let [first, second, ..] = line.as_mut_slice() {
        *first = longer(*second, *first);
    }
    line
}
