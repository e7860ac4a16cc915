//! The line that a flow or a curve draws: straight pieces, or a smooth curve as Threat Dragon draws it, flattened.

use kurbo::{CubicBez, ParamCurve, Point, Rect, Vec2};

/// Straight pieces for each piece of a curve; they stay within a pixel of it.
const STEPS: u32 = 24;

/// Bends beyond which a line is taken as straight pieces; nobody draws a smooth curve of so many.
const MOST_SMOOTH: usize = 300;

/// The points of the line through `knots`.
pub(super) fn line(knots: &[Point], smooth: bool) -> Vec<Point> {
    if !smooth || knots.len() < 2 || knots.len() > MOST_SMOOTH {
        return knots.to_vec();
    }
    let curves = if let [from, to] = knots { vec![s_curve(*from, *to)] } else { spline(knots) };
    let start = knots.first().copied();
    let steps = |curve: CubicBez| (1..=STEPS).map(move |step| curve.eval(f64::from(step) / f64::from(STEPS)));
    start.into_iter().chain(curves.into_iter().flat_map(steps)).collect()
}

/// A line without bends leaves and arrives along the longer axis.
fn s_curve(from: Point, to: Point) -> CubicBez {
    let middle = from.midpoint(to);
    if (to.x - from.x).abs() >= (to.y - from.y).abs() {
        CubicBez::new(from, Point::new(middle.x, from.y), Point::new(middle.x, to.y), to)
    } else {
        CubicBez::new(from, Point::new(from.x, middle.y), Point::new(to.x, middle.y), to)
    }
}

/// The natural cubic spline through three points or more. Its first control points solve a tridiagonal system.
fn spline(knots: &[Point]) -> Vec<CubicBez> {
    let knot = |i: usize| knots.get(i).copied().unwrap_or_default().to_vec2();
    let pieces = knots.len() - 1;
    let right = |i: usize| match i {
        0 => knot(0) + 2.0 * knot(1),
        i if i + 1 == pieces => (8.0 * knot(i) + knot(i + 1)) / 2.0,
        i => 4.0 * knot(i) + 2.0 * knot(i + 1),
    };
    let mut first: Vec<Vec2> = Vec::with_capacity(pieces);
    let mut factors = Vec::with_capacity(pieces);
    let mut pivot = 2.0;
    for i in 0..pieces {
        let before = first.last().copied().unwrap_or_default();
        if i > 0 {
            factors.push(1.0 / pivot);
            pivot = if i + 1 == pieces { 3.5 } else { 4.0 } - 1.0 / pivot;
        }
        first.push((right(i) - before) / pivot);
    }
    let mut after = Vec2::ZERO;
    for (i, control) in first.iter_mut().enumerate().rev() {
        // The last control point has none after it, and no factor.
        *control -= factors.get(i).copied().unwrap_or_default() * after;
        after = *control;
    }
    let control = |i: usize| first.get(i).copied().unwrap_or_default();
    (0..pieces)
        .map(|i| {
            let last = i + 1 == pieces;
            let second = if last { (knot(i + 1) + control(i)) / 2.0 } else { 2.0 * knot(i + 1) - control(i + 1) };
            CubicBez::new(knot(i).to_point(), control(i).to_point(), second.to_point(), knot(i + 1).to_point())
        })
        .collect()
}

/// `line` without what lies inside the boxes that it starts and ends on.
pub(super) fn clipped(mut line: Vec<Point>, boxes: [Option<Rect>; 2]) -> Vec<Point> {
    for rect in boxes {
        if let Some(rect) = rect {
            clip_start(&mut line, rect);
        }
        // Turned round twice, it is as it was.
        line.reverse();
    }
    line
}

fn clip_start(line: &mut Vec<Point>, rect: Rect) {
    let inside = |p: &Point| rect.x0 <= p.x && p.x <= rect.x1 && rect.y0 <= p.y && p.y <= rect.y1;
    let Some(out) = line.iter().position(|p| !inside(p)).filter(|out| *out > 0) else { return };
    let (from, to) = (line[out - 1], line[out]);
    let step = to - from;
    let until = |from: f64, low: f64, high: f64, step: f64| {
        if step == 0.0 { 1.0 } else { ((if step > 0.0 { high } else { low }) - from) / step }
    };
    let share = until(from.x, rect.x0, rect.x1, step.x).min(until(from.y, rect.y0, rect.y1, step.y)).clamp(0.0, 1.0);
    line.drain(..out - 1);
    line[0] = from + step * share;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smooth_line_runs_through_its_points() {
        let knots = [(0.0, 0.0), (100.0, 50.0), (200.0, -50.0), (300.0, 0.0)].map(Point::from);
        let line = line(&knots, true);
        assert_eq!(line.len(), 1 + 3 * STEPS as usize);
        for knot in knots {
            assert!(line.iter().any(|p| p.distance(knot) < 1e-6), "{knot:?}");
        }
    }

    #[test]
    fn a_spline_through_points_of_a_straight_line_is_that_line() {
        let knots = [(0.0, 0.0), (10.0, 10.0), (20.0, 20.0), (30.0, 30.0), (40.0, 40.0)].map(Point::from);
        assert!(line(&knots, true).iter().all(|p| (p.x - p.y).abs() < 1e-6));
    }

    #[test]
    fn a_spline_bends_without_a_kink() {
        let pieces = spline(&[(0.0, 0.0), (50.0, 80.0), (100.0, 0.0), (150.0, 60.0)].map(Point::from));
        for pair in pieces.windows(2) {
            let (before, after) = (pair[0].p3 - pair[0].p2, pair[1].p1 - pair[1].p0);
            assert!((before - after).hypot() < 1e-9, "{before:?} {after:?}");
        }
    }

    #[test]
    fn what_lies_inside_the_ends_is_cut_off() {
        let line = [(0.0, 0.0), (100.0, 0.0)].map(Point::from).to_vec();
        let boxes = [Some(Rect::new(-10.0, -10.0, 10.0, 10.0)), Some(Rect::new(80.0, -10.0, 120.0, 10.0))];
        assert_eq!(clipped(line, boxes), [(10.0, 0.0), (80.0, 0.0)].map(Point::from));
    }
}
