//! Which boundaries a thing lies in: by the file's family tree and by where it is drawn.

use kurbo::{Point, Rect};

use super::{
    classify::{Classified, Meaning},
    scene::Scene,
    space::{Space, share_inside},
};

/// At least this much of a box lies inside another for the one to be in the other.
const NESTED: f64 = 0.85;

/// The closed boundaries of a page.
pub(super) struct Zones<'z> {
    scene: &'z Scene<'z>,
    space: Space,
    /// Whether each cell is a closed boundary.
    is_zone: Vec<bool>,
}

/// A thing that lies across the border of a box.
pub(super) struct Straddle {
    /// The box.
    pub(super) zone: usize,
    /// Whether the thing counts as inside.
    pub(super) inside: bool,
}

impl<'z> Zones<'z> {
    /// Takes every closed boundary.
    pub(super) fn new(scene: &'z Scene<'z>, classified: &Classified) -> Self {
        let is_zone: Vec<bool> = classified.meanings.iter().map(|m| *m == Meaning::Boundary).collect();
        let zones = (0..scene.nodes.len()).filter(|i| is_zone[*i] && scene.nodes[*i].area() > 0.0);
        let space = Space::new(zones.map(|i| (i, scene.nodes[i].rect)));
        Self { scene, space, is_zone }
    }

    /// Every boundary that the cell `index` lies in, outermost first.
    pub(super) fn around(&self, index: usize) -> Vec<usize> {
        let rect = self.scene.nodes[index].rect;
        let mut zones: Vec<usize> = self.scene.ancestry(index).skip(1).filter(|a| self.is_zone[*a]).collect();
        for zone in self.space.holding(rect.center()) {
            if zone != index && !zones.contains(&zone) && self.encloses(zone, index) {
                zones.push(zone);
            }
        }
        zones.sort_by(|a, b| self.scene.nodes[*b].area().total_cmp(&self.scene.nodes[*a].area()).then(a.cmp(b)));
        zones
    }

    fn encloses(&self, zone: usize, index: usize) -> bool {
        let (outer, inner) = (&self.scene.nodes[zone], &self.scene.nodes[index]);
        if self.scene.ancestry(zone).skip(1).any(|a| a == index) {
            return false;
        }
        let larger = outer.area() > inner.area() || (outer.area() == inner.area() && zone < index);
        let share = if self.is_zone[index] { NESTED } else { 0.5 };
        larger && share_inside(inner.rect, outer.rect) >= share && self.is_within_outline(zone, inner.rect.center())
    }

    /// Whether a point inside a box's rectangle is inside what is drawn there.
    fn is_within_outline(&self, zone: usize, point: Point) -> bool {
        let node = &self.scene.nodes[zone];
        if !matches!(node.cell.style.shape(), Some("ellipse" | "doubleEllipse")) {
            return true;
        }
        let offset = point - node.rect.center();
        let (x, y) = (2.0 * offset.x / node.rect.width(), 2.0 * offset.y / node.rect.height());
        x * x + y * y <= 1.0
    }

    /// The boxes whose border the cell `index` lies across.
    pub(super) fn straddled(&self, index: usize) -> Vec<Straddle> {
        let rect = self.scene.nodes[index].rect;
        if rect.area() <= 0.0 {
            return Vec::new();
        }
        let near = self.space.around(rect, 0.0).into_iter().filter(|z| *z != index);
        near.filter_map(|zone| {
            let outer = self.scene.nodes[zone].rect;
            let share = share_inside(rect, outer);
            let across = (0.1..0.9).contains(&share) && outer.area() > rect.area();
            across.then(|| Straddle { zone, inside: outer.contains(rect.center()) })
        })
        .collect()
    }

    /// Boundaries whose border is within `reach` of `point`, or that hold it.
    pub(super) fn near(&self, point: Point, reach: f64) -> Vec<usize> {
        self.space.around(Rect::from_points(point, point), reach)
    }
}
