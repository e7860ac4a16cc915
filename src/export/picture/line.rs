//! Flows: their lines, arrowheads and labels, and marks where they cross a boundary.

use std::fmt::Write;

use super::{
    PictureOptions,
    canvas::{Canvas, escaped, number, wrapped},
};
use crate::model::{BoundaryIndex, DataFlow, Diagram, Direction, End, Outline, Point, Rect};

/// Length of an arrowhead.
const HEAD: f64 = 9.0;

/// The `d` of a line through `points`.
pub(super) fn path(points: &[Point]) -> String {
    points.iter().enumerate().fold(String::new(), |mut d, (i, p)| {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, number(p.x), number(p.y));
        d
    })
}

/// Draws every flow.
pub(super) fn flows(diagram: &Diagram, places: &[Rect], options: &PictureOptions, canvas: &mut Canvas) {
    for flow in &diagram.flows {
        let line = line(flow, diagram, places);
        for point in &line {
            canvas.reach(point.x, point.y);
        }
        let crossed: Vec<&str> = flow.crosses.iter().map(|b| diagram.boundary(*b).label.as_str()).collect();
        let crosses = if crossed.is_empty() { String::new() } else { format!(", crosses {}", crossed.join(", ")) };
        let (from, to) = (diagram.end_label(flow.source), diagram.end_label(flow.target));
        let label = if flow.label.is_empty() { String::new() } else { format!(": {}", flow.label) };
        let dash = if flow.snapped { " stroke-dasharray=\"3 3\"" } else { "" };
        let faint = if flow.stated.scope.is_out() { " opacity=\"0.5\"" } else { "" };
        canvas.push(&format!(
            "<g data-flow=\"{}\" class=\"ts-flow\"{faint}><title>{}</title><path class=\"ts-line\" d=\"{}\" fill=\"none\" stroke=\"#3c4a57\" stroke-width=\"1.4\"{dash}/>",
            escaped(&flow.id),
            escaped(&format!("{from} to {to}{label}{crosses}")),
            path(&line)
        ));
        if flow.direction != Direction::Undirected {
            head(&line, canvas);
        }
        if flow.direction == Direction::Bidirectional {
            let back: Vec<Point> = line.iter().rev().copied().collect();
            head(&back, canvas);
        }
        for boundary in &flow.crosses {
            if let Some(point) = crossing(&line, *boundary, diagram) {
                canvas.push(&format!(
                    "<circle class=\"ts-mark\" cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"#ffffff\" stroke=\"#c62828\" stroke-width=\"1.6\"/>",
                    number(point.x),
                    number(point.y)
                ));
            }
        }
        let middle = along(&line, 0.5);
        if !flow.label.is_empty() {
            let lines = wrapped(&flow.label, room(&line), 10, 4);
            let above = middle.y - 12.0 * lines.len() as f64 - 3.0;
            canvas.centred(middle.x, above, &lines, 10, "ts-text");
        }
        if let Some(badge) = options.flows.get(&flow.id) {
            let spot = along(&line, if flow.label.is_empty() { 0.5 } else { 0.3 });
            canvas.badge(spot.x, spot.y, &badge.text, badge.severity);
        }
        canvas.push("</g>");
    }
}

/// The width that a label over `line` may take, so that what stands at both ends does not hide it.
fn room(line: &[Point]) -> f64 {
    const MOST: f64 = 150.0;
    const LEAST: f64 = 45.0;
    let (Some(first), Some(last)) = (line.first(), line.last()) else { return MOST };
    let (across, down) = ((last.x - first.x).abs(), (last.y - first.y).abs());
    if across > down { across.clamp(LEAST, MOST) } else { MOST }
}

/// The line as drawn in the file, else straight from middle to middle; without what lies inside its ends' boxes.
fn line(flow: &DataFlow, diagram: &Diagram, places: &[Rect]) -> Vec<Point> {
    let rect = |end: End| match end {
        End::Element(i) => places.get(i.0).copied(),
        End::Boundary(i) => match &diagram.boundary(i).place {
            Some(Outline::Box(rect)) => Some(*rect),
            _ => None,
        },
    };
    let (source, target) = (rect(flow.source), rect(flow.target));
    let usable = flow.path.len() > 1 && flow.path.iter().all(|p| p.x.is_finite() && p.y.is_finite());
    let mut line = if usable {
        flow.path.clone()
    } else {
        [source, target].into_iter().flatten().map(|rect| rect.centre()).collect()
    };
    let elements = [flow.source, flow.target].map(|end| end.element().is_some());
    for (rect, is_element) in [(source, elements[0]), (target, elements[1])] {
        if let Some(rect) = rect.filter(|_| is_element) {
            clip_start(&mut line, rect);
        }
        // Turned round twice, it is as it was.
        line.reverse();
    }
    line
}

/// Cuts off the beginning of `line` that lies inside `rect`.
fn clip_start(line: &mut Vec<Point>, rect: Rect) {
    let inside = |p: &Point| rect.x < p.x && p.x < rect.x + rect.width && rect.y < p.y && p.y < rect.y + rect.height;
    let Some(out) = line.iter().position(|p| !inside(p)).filter(|out| *out > 0) else { return };
    let sides = corners(rect);
    let leaving = sides.windows(2).filter_map(|side| meeting(line[out - 1], line[out], side[0], side[1])).next();
    line.drain(..out - 1);
    if let (Some(first), Some(leaving)) = (line.first_mut(), leaving) {
        *first = leaving;
    }
}

/// An arrowhead at the end of `line`.
fn head(line: &[Point], canvas: &mut Canvas) {
    let Some(tip) = line.last().copied() else { return };
    // A very short last piece says little about where the line comes from.
    let far_enough = |p: &&Point| (p.x - tip.x).hypot(p.y - tip.y) > 3.0;
    let Some(from) = line.iter().rev().find(far_enough) else { return };
    let length = (tip.x - from.x).hypot(tip.y - from.y);
    let (dx, dy) = ((tip.x - from.x) / length, (tip.y - from.y) / length);
    let (base_x, base_y) = (tip.x - dx * HEAD, tip.y - dy * HEAD);
    let wing = HEAD * 0.42;
    canvas.push(&format!(
        "<path class=\"ts-head\" fill=\"#3c4a57\" d=\"M{} {}L{} {}L{} {}Z\"/>",
        number(tip.x),
        number(tip.y),
        number(base_x - dy * wing),
        number(base_y + dx * wing),
        number(base_x + dy * wing),
        number(base_y - dx * wing),
    ));
}

/// Where `line` first meets the outline of a boundary.
fn crossing(line: &[Point], boundary: BoundaryIndex, diagram: &Diagram) -> Option<Point> {
    let outline = match diagram.boundary(boundary).place.as_ref()? {
        Outline::Box(rect) => corners(*rect).to_vec(),
        Outline::Line(points) => points.clone(),
        Outline::Polygon(points) => points.iter().chain(points.first()).copied().collect(),
    };
    line.windows(2).find_map(|piece| outline.windows(2).find_map(|side| meeting(piece[0], piece[1], side[0], side[1])))
}

/// The corners of a rectangle, the first again at the end.
fn corners(rect: Rect) -> [Point; 5] {
    let (x0, y0, x1, y1) = (rect.x, rect.y, rect.x + rect.width, rect.y + rect.height);
    [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)].map(|(x, y)| Point { x, y })
}

/// Where two straight pieces meet.
fn meeting(a: Point, b: Point, c: Point, d: Point) -> Option<Point> {
    let (ab, cd, ac) = ((b.x - a.x, b.y - a.y), (d.x - c.x, d.y - c.y), (c.x - a.x, c.y - a.y));
    let cross = |u: (f64, f64), v: (f64, f64)| u.0 * v.1 - u.1 * v.0;
    let slant = cross(ab, cd);
    if slant.abs() < 1e-9 {
        return None;
    }
    let (on_ab, on_cd) = (cross(ac, cd) / slant, cross(ac, ab) / slant);
    let within = |share: f64| (0.0..=1.0).contains(&share);
    (within(on_ab) && within(on_cd)).then_some(Point { x: a.x + ab.0 * on_ab, y: a.y + ab.1 * on_ab })
}

/// The point at a share of the way along a line.
fn along(line: &[Point], share: f64) -> Point {
    let length = |w: &[Point]| (w[1].x - w[0].x).hypot(w[1].y - w[0].y);
    let mut left = line.windows(2).map(length).sum::<f64>() * share;
    for piece in line.windows(2) {
        let here = length(piece);
        if here > 0.0 && left <= here {
            let part = left / here;
            return Point {
                x: piece[0].x + (piece[1].x - piece[0].x) * part,
                y: piece[0].y + (piece[1].y - piece[0].y) * part,
            };
        }
        left -= here;
    }
    line.last().copied().unwrap_or_default()
}
