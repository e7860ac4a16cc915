//! Where flows cut open curves.

use kurbo::{Line, Point, Rect};

use crate::import::space::Space;

/// Hits closer together than this, in pixels, are one.
const SAME_HIT: f64 = 1.0;

/// The open curves of a diagram, piece by piece.
pub(super) struct Curves {
    space: Space,
    pieces: Vec<(usize, Line)>,
}

/// A curve that a flow cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The curve's number.
    pub(super) curve: usize,
    /// How often it is cut.
    pub(super) times: usize,
}

impl Curves {
    /// Takes each curve's number and line.
    pub(super) fn new<'a>(curves: impl IntoIterator<Item = (usize, &'a [Point])>) -> Self {
        let pieces: Vec<(usize, Line)> = curves
            .into_iter()
            .flat_map(|(number, line)| line.windows(2).map(move |w| (number, Line::new(w[0], w[1]))))
            .collect();
        let space = Space::new(pieces.iter().map(|(_, piece)| around(*piece)).enumerate());
        Self { space, pieces }
    }

    /// The curves that `line` cuts outside of `ends`, the boxes that it starts and ends on; in the order of the line.
    pub(super) fn cut_by(&self, line: &[Point], ends: [Option<Rect>; 2]) -> Vec<Cut> {
        let mut hits: Vec<(usize, Point)> = Vec::new();
        for window in line.windows(2) {
            let piece = Line::new(window[0], window[1]);
            let mut here: Vec<(usize, Point)> = self
                .space
                .around(around(piece), 0.0)
                .into_iter()
                .filter_map(|i| self.pieces.get(i))
                .filter_map(|(curve, other)| Some((*curve, meeting(piece, *other)?)))
                .filter(|(_, hit)| !ends.iter().flatten().any(|rect| strictly_inside(*rect, *hit)))
                .collect();
            here.sort_by(|a, b| a.1.distance(piece.p0).total_cmp(&b.1.distance(piece.p0)));
            for (curve, hit) in here {
                if !hits.iter().any(|(c, h)| *c == curve && h.distance(hit) < SAME_HIT) {
                    hits.push((curve, hit));
                }
            }
        }
        let mut cuts: Vec<Cut> = Vec::new();
        for (curve, _) in hits {
            match cuts.iter_mut().find(|cut| cut.curve == curve) {
                Some(cut) => cut.times += 1,
                None => cuts.push(Cut { curve, times: 1 }),
            }
        }
        cuts
    }
}

fn around(line: Line) -> Rect {
    Rect::from_points(line.p0, line.p1)
}

fn strictly_inside(rect: Rect, point: Point) -> bool {
    rect.x0 < point.x && point.x < rect.x1 && rect.y0 < point.y && point.y < rect.y1
}

/// Where two pieces meet, ends included; pieces that run side by side meet nowhere.
fn meeting(a: Line, b: Line) -> Option<Point> {
    let (along_a, along_b) = (a.p1 - a.p0, b.p1 - b.p0);
    let slant = along_a.cross(along_b);
    if slant.abs() < 1e-12 {
        return None;
    }
    let between = b.p0 - a.p0;
    let (on_a, on_b) = (between.cross(along_b) / slant, between.cross(along_a) / slant);
    let within = |share: f64| (0.0..=1.0).contains(&share);
    (within(on_a) && within(on_b)).then(|| a.p0 + along_a * on_a)
}

/// Whether `point` lies inside the closed line through `corners`, by the even-odd rule.
pub(super) fn is_inside(corners: &[Point], point: Point) -> bool {
    let Some(last) = corners.last() else { return false };
    let sides = std::iter::once((*last, corners[0])).chain(corners.windows(2).map(|w| (w[0], w[1])));
    let crossings = sides
        .filter(|(a, b)| (a.y > point.y) != (b.y > point.y))
        .filter(|(a, b)| point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x)
        .count();
    crossings % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points<const N: usize>(points: [(f64, f64); N]) -> Vec<Point> {
        points.map(Point::from).to_vec()
    }

    #[test]
    fn a_line_through_a_bend_of_a_curve_cuts_it_once() {
        let curve = points([(50.0, -50.0), (50.0, 0.0), (50.0, 50.0)]);
        let curves = Curves::new([(7, &curve[..])]);
        let line = points([(0.0, 0.0), (100.0, 0.0)]);
        assert_eq!(curves.cut_by(&line, [None, None]), [Cut { curve: 7, times: 1 }]);
    }

    #[test]
    fn cuts_inside_the_ends_do_not_count_and_there_and_back_counts_twice() {
        let curve = points([(50.0, -50.0), (50.0, 50.0)]);
        let curves = Curves::new([(0, &curve[..])]);
        let end = Some(Rect::new(40.0, -10.0, 60.0, 10.0));
        assert!(curves.cut_by(&points([(50.5, 0.0), (0.0, 0.0)]), [end, None]).is_empty());
        let there_and_back = points([(0.0, 0.0), (100.0, 0.0), (100.0, 40.0), (0.0, 40.0)]);
        assert_eq!(curves.cut_by(&there_and_back, [None, None]), [Cut { curve: 0, times: 2 }]);
    }

    #[test]
    fn running_along_a_curve_is_no_cut() {
        let curve = points([(0.0, 0.0), (100.0, 0.0)]);
        let curves = Curves::new([(0, &curve[..])]);
        assert!(curves.cut_by(&points([(10.0, 0.0), (90.0, 0.0)]), [None, None]).is_empty());
    }

    #[test]
    fn inside_is_by_the_even_odd_rule() {
        let hook = points([(0.0, 0.0), (30.0, 0.0), (30.0, 30.0), (20.0, 30.0), (20.0, 10.0), (0.0, 10.0)]);
        assert!(is_inside(&hook, Point::new(25.0, 25.0)));
        assert!(!is_inside(&hook, Point::new(5.0, 25.0)));
    }
}
