//! The closed boundaries of a diagram, and what lies in them.

use kurbo::{Point, Rect, Shape as _};

use super::crossing;
use crate::import::space::{Space, share_inside};

/// A closed boundary.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    /// Its box, or the smallest box around its curve.
    pub(super) rect: Rect,
    /// Its curve, where it is no box.
    pub(super) outline: Option<Vec<Point>>,
    /// Its place in the order from back to front.
    pub(super) z: f64,
    /// Its area in square pixels.
    area: f64,
}

impl Zone {
    /// A box.
    pub(super) fn of_box(rect: Rect, z: f64) -> Self {
        Self { rect, outline: None, z, area: rect.area() }
    }

    /// A closed curve.
    pub(super) fn of_curve(outline: Vec<Point>, z: f64) -> Self {
        let first = outline.first().copied().unwrap_or_default();
        let rect = outline.iter().fold(Rect::from_points(first, first), |rect, p| rect.union_pt(*p));
        let area = kurbo::BezPath::from_vec(
            outline
                .iter()
                .enumerate()
                .map(|(i, p)| if i == 0 { kurbo::PathEl::MoveTo(*p) } else { kurbo::PathEl::LineTo(*p) })
                .chain([kurbo::PathEl::ClosePath])
                .collect(),
        )
        .area()
        .abs();
        Self { rect, outline: Some(outline), z, area }
    }

    fn holds(&self, point: Point) -> bool {
        self.outline.as_deref().is_none_or(|outline| crossing::is_inside(outline, point))
    }
}

/// How a box lies to a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Straddle {
    /// The zone's number.
    pub(super) zone: usize,
    /// Whether the box counts as inside, its middle being there.
    pub(super) inside: bool,
}

/// The closed boundaries of a diagram by place.
pub(super) struct Zones {
    zones: Vec<Zone>,
    space: Space,
}

impl Zones {
    /// Takes all closed boundaries; they are known by their position in the list.
    pub(super) fn new(zones: Vec<Zone>) -> Self {
        let space = Space::new(zones.iter().map(|z| z.rect).enumerate());
        Self { zones, space }
    }

    /// Numbers of the zones that hold `point`, outermost first.
    pub(super) fn holding(&self, point: Point) -> Vec<usize> {
        let mut found = self.space.holding(point);
        found.retain(|i| self.zones.get(*i).is_some_and(|z| z.holds(point)));
        found.sort_by(|a, b| self.rank(*b).partial_cmp(&self.rank(*a)).unwrap_or(std::cmp::Ordering::Equal));
        found
    }

    /// Numbers of the zones around the zone `index`, outermost first: larger ones that hold its middle.
    pub(super) fn around(&self, index: usize) -> Vec<usize> {
        let Some(zone) = self.zones.get(index) else { return Vec::new() };
        let mut found = self.holding(zone.rect.center());
        found.retain(|i| *i != index && self.rank(*i) > self.rank(index));
        found
    }

    /// The zones whose border `rect` lies across.
    pub(super) fn straddled(&self, rect: Rect) -> Vec<Straddle> {
        let across = |i: &usize| {
            self.zones.get(*i).is_some_and(|z| {
                let share = share_inside(rect, z.rect);
                z.outline.is_none() && share > 0.0 && share < 1.0
            })
        };
        let around = self.space.around(rect, 0.0).into_iter().filter(across);
        let middle = rect.center();
        around
            .map(|zone| Straddle { zone, inside: self.zones.get(zone).is_some_and(|z| z.rect.contains(middle)) })
            .collect()
    }

    /// Larger is further out: by area, then by being further back, then by coming later.
    fn rank(&self, index: usize) -> (f64, f64, usize) {
        self.zones.get(index).map_or((0.0, 0.0, index), |z| (z.area, -z.z, index))
    }
}
