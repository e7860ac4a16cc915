//! Questions about places: what holds a point, what is near one. Backed by R-trees, so that a page with very many cells
//! takes little more than proportionally longer.

use kurbo::{Point, Rect};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

/// A box of something, kept under its number.
#[derive(Clone, Debug)]
struct Spot {
    index: usize,
    rect: Rect,
}

impl RTreeObject for Spot {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.rect.x0, self.rect.y0], [self.rect.x1, self.rect.y1])
    }
}

impl PointDistance for Spot {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        distance(self.rect, Point::new(point[0], point[1])).powi(2)
    }
}

/// More boxes than these at one spot are no drawing; the rest is not looked at, so that a hostile page takes no longer.
const CROWD: usize = 200;

/// Boxes by place.
#[derive(Debug)]
pub(super) struct Space {
    tree: RTree<Spot>,
}

impl Space {
    /// Keeps every given box under its number.
    pub(super) fn new(boxes: impl IntoIterator<Item = (usize, Rect)>) -> Self {
        Self { tree: RTree::bulk_load(boxes.into_iter().map(|(index, rect)| Spot { index, rect }).collect()) }
    }

    /// Numbers of the boxes that hold `point`, borders included, lowest first.
    pub(super) fn holding(&self, point: Point) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.tree.locate_all_at_point([point.x, point.y]).take(CROWD).map(|s| s.index).collect();
        found.sort_unstable();
        found
    }

    /// Numbers of the boxes that touch `rect` when it is blown up by `margin`, lowest first.
    pub(super) fn around(&self, rect: Rect, margin: f64) -> Vec<usize> {
        let area = rect.inflate(margin, margin);
        let envelope = AABB::from_corners([area.x0, area.y0], [area.x1, area.y1]);
        let mut found: Vec<usize> =
            self.tree.locate_in_envelope_intersecting(envelope).take(CROWD).map(|s| s.index).collect();
        found.sort_unstable();
        found
    }
}

/// Distance from a point to a box, 0 inside.
pub(super) fn distance(rect: Rect, point: Point) -> f64 {
    let dx = (rect.x0 - point.x).max(point.x - rect.x1).max(0.0);
    let dy = (rect.y0 - point.y).max(point.y - rect.y1).max(0.0);
    dx.hypot(dy)
}

/// Distance from a point to a box's border.
pub(super) fn border_distance(rect: Rect, point: Point) -> f64 {
    if rect.contains(point) {
        (point.x - rect.x0).min(rect.x1 - point.x).min(point.y - rect.y0).min(rect.y1 - point.y)
    } else {
        distance(rect, point)
    }
}

/// How much of `part` lies inside `whole`, 0 to 1; a box without area counts by its middle.
pub(super) fn share_inside(part: Rect, whole: Rect) -> f64 {
    let area = part.area();
    if area <= 0.0 {
        return f64::from(u8::from(whole.contains(part.center())));
    }
    part.intersect(whole).area() / area
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (-500.0..500.0f64, -500.0..500.0f64, 0.0..300.0f64, 0.0..300.0f64)
            .prop_map(|(x, y, w, h)| Rect::new(x, y, x + w, y + h))
    }

    proptest! {
        #[test]
        fn lookups_agree_with_looking_at_every_box(boxes in prop::collection::vec(rect(), 0..60), x in -600.0..900.0f64, y in -600.0..900.0f64, margin in 0.0..80.0f64) {
            let space = Space::new(boxes.iter().copied().enumerate());
            let point = Point::new(x, y);
            let inside = |r: &Rect| r.x0 <= x && x <= r.x1 && r.y0 <= y && y <= r.y1;
            let expected: Vec<usize> = (0..boxes.len()).filter(|i| inside(&boxes[*i])).collect();
            prop_assert_eq!(space.holding(point), expected);
            let small = Rect::from_center_size(point, (10.0, 10.0));
            let area = small.inflate(margin, margin);
            let touching: Vec<usize> = (0..boxes.len())
                .filter(|i| boxes[*i].x0 <= area.x1 && area.x0 <= boxes[*i].x1 && boxes[*i].y0 <= area.y1 && area.y0 <= boxes[*i].y1)
                .collect();
            prop_assert_eq!(space.around(small, margin), touching);
        }

        #[test]
        fn distances_are_never_negative_and_nil_only_where_they_touch(r in rect(), x in -600.0..900.0f64, y in -600.0..900.0f64) {
            let point = Point::new(x, y);
            prop_assert!(distance(r, point) >= 0.0 && border_distance(r, point) >= 0.0);
            prop_assert!((0.0..=1.0 + 1e-9).contains(&share_inside(r, Rect::new(-100.0, -100.0, 100.0, 100.0))));
        }
    }
}
