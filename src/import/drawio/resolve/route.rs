//! The line that a connector draws on the page.

use kurbo::{Line, ParamCurveNearest, Point, Rect};

use super::scene::{Node, Scene, to_point};

/// The points of the connector at `index`, from the side written as its source to the side written as its target.
///
/// Empty where the file gives neither a terminal nor a point for an end.
pub(super) fn route(scene: &Scene<'_>, index: usize) -> Vec<Point> {
    let Some(node) = scene.nodes.get(index) else { return Vec::new() };
    let origin = scene.origin(index);
    let geometry = node.geometry();
    let bends: Vec<Point> = geometry.into_iter().flat_map(|g| &g.points).map(|p| to_point(*p, origin)).collect();
    let boxes = [terminal(scene, node.cell.source.as_deref()), terminal(scene, node.cell.target.as_deref())];
    let fixed = [fixed(node, boxes[0], "exit"), fixed(node, boxes[1], "entry")];
    let free =
        [geometry.and_then(|g| g.source), geometry.and_then(|g| g.target)].map(|p| p.map(|p| to_point(p, origin)));
    let anchor = |end: usize| fixed[end].or_else(|| boxes[end].map(|b| b.center())).or(free[end]);
    let (Some(start), Some(finish)) = (anchor(0), anchor(1)) else { return Vec::new() };
    let mut points = vec![start];
    if bends.is_empty() && is_orthogonal(node) {
        points.extend(elbow(start, finish, boxes));
    }
    points.extend(bends);
    points.push(finish);
    clip(&mut points, boxes[0].filter(|_| fixed[0].is_none()));
    points.reverse();
    clip(&mut points, boxes[1].filter(|_| fixed[1].is_none()));
    points.reverse();
    points
}

/// The point where one end of the connector at `index` is drawn although it is attached to nothing.
pub(super) fn free_end(scene: &Scene<'_>, index: usize, source: bool) -> Option<Point> {
    let geometry = scene.nodes.get(index)?.geometry()?;
    let point = if source { geometry.source } else { geometry.target };
    point.map(|p| to_point(p, scene.origin(index)))
}

fn terminal(scene: &Scene<'_>, id: Option<&str>) -> Option<Rect> {
    let node = scene.nodes.get(scene.find(id?)?)?;
    (node.rect.area() > 0.0).then_some(node.rect)
}

/// The spot on the terminal's box where the style pins the end.
fn fixed(node: &Node<'_>, terminal: Option<Rect>, end: &str) -> Option<Point> {
    let (style, terminal) = (&node.cell.style, terminal?);
    let get = |key: &str| style.number(&format!("{end}{key}"));
    let (x, y) = (get("X")?, get("Y")?);
    let moved = (get("Dx").unwrap_or_default(), get("Dy").unwrap_or_default());
    Some(terminal.origin() + (x * terminal.width() + moved.0, y * terminal.height() + moved.1))
}

fn is_orthogonal(node: &Node<'_>) -> bool {
    let style = node.cell.style.get("edgeStyle").unwrap_or_default();
    ["orthogonal", "elbow", "entityRelation", "sideToSide", "topToBottom"].iter().any(|s| style.starts_with(s))
}

/// The bends of a connector that draw.io would lead along the axes: across the gap between the two boxes.
fn elbow(start: Point, finish: Point, boxes: [Option<Rect>; 2]) -> Vec<Point> {
    let as_box = |end: usize, point: Point| boxes[end].unwrap_or(Rect::from_points(point, point));
    let (a, b) = (as_box(0, start), as_box(1, finish));
    let sideways = a.x1.min(b.x1) < a.x0.max(b.x0);
    let over = a.y1.min(b.y1) < a.y0.max(b.y0);
    if sideways && (!over || (finish.x - start.x).abs() >= (finish.y - start.y).abs()) {
        let middle = f64::midpoint(a.x1.min(b.x1), a.x0.max(b.x0));
        vec![Point::new(middle, start.y), Point::new(middle, finish.y)]
    } else if over {
        let middle = f64::midpoint(a.y1.min(b.y1), a.y0.max(b.y0));
        vec![Point::new(start.x, middle), Point::new(finish.x, middle)]
    } else {
        Vec::new()
    }
}

/// Shortens the line to where it leaves the box that its first point lies in.
fn clip(points: &mut Vec<Point>, terminal: Option<Rect>) {
    let Some(rect) = terminal else { return };
    while points.len() > 2 && points.get(1).is_some_and(|p| rect.contains(*p)) {
        points.remove(0);
    }
    if let [first, second, ..] = points.as_mut_slice()
        && rect.contains(*first)
        && !rect.contains(*second)
    {
        *first = leave(rect, *first, *second);
    }
}

/// Where the line from `inside` to `outside` crosses the border of `rect`.
fn leave(rect: Rect, inside: Point, outside: Point) -> Point {
    let step = outside - inside;
    let along = |from: f64, to: f64, way: f64| {
        if way == 0.0 { f64::INFINITY } else { ((if way > 0.0 { to } else { from }) / way).max(0.0) }
    };
    let x = along(rect.x0 - inside.x, rect.x1 - inside.x, step.x);
    let y = along(rect.y0 - inside.y, rect.y1 - inside.y, step.y);
    inside + step * x.min(y).min(1.0)
}

/// The straight pieces of a line.
pub(super) fn pieces(points: &[Point]) -> impl Iterator<Item = Line> + '_ {
    points.windows(2).map(|w| Line::new(w[0], w[1]))
}

/// The smallest box around a line.
pub(super) fn bounds(points: &[Point]) -> Option<Rect> {
    let first = *points.first()?;
    Some(points.iter().fold(Rect::from_points(first, first), |r, p| r.union_pt(*p)))
}

/// Distance from a point to the nearest spot of a line; infinite where there is no line.
pub(super) fn distance_to_point(points: &[Point], point: Point) -> f64 {
    pieces(points).map(|l| l.nearest(point, 1e-3).distance_sq).fold(f64::INFINITY, f64::min).sqrt()
}

/// Distance from a box to a line, 0 where the line runs through the box.
pub(super) fn distance_to_box(points: &[Point], rect: Rect) -> f64 {
    let corners = [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y1), (rect.x0, rect.y1)].map(Point::from);
    let touches =
        pieces(points).any(|l| rect.contains(l.p0) || rect.contains(l.p1) || sides(corners).any(|s| crosses(s, l)));
    if touches {
        return 0.0;
    }
    let from_corners = corners.iter().map(|c| distance_to_point(points, *c)).fold(f64::INFINITY, f64::min);
    points.iter().map(|p| super::space::distance(rect, *p)).fold(from_corners, f64::min)
}

fn sides(corners: [Point; 4]) -> impl Iterator<Item = Line> {
    (0..4).map(move |i| Line::new(corners[i], corners[(i + 1) % 4]))
}

/// Whether two pieces cross properly; touching ends do not count.
pub(super) fn crosses(a: Line, b: Line) -> bool {
    let side = |l: Line, p: Point| (l.p1 - l.p0).cross(p - l.p0);
    side(a, b.p0) * side(a, b.p1) < 0.0 && side(b, a.p0) * side(b, a.p1) < 0.0
}
