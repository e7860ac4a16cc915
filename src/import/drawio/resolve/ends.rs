//! What the two ends of a connector are attached to, by the file or by where they are drawn.

use kurbo::{Point, Rect};

use super::{
    classify::{Classified, Meaning},
    ink, route,
    scene::{Role, Scene},
    space::{Space, border_distance, distance},
    zones::Zones,
};

/// What one end of a connector is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attached {
    /// An element or a boundary.
    Cell(usize),
    /// Another connector.
    Edge(usize),
    /// A point where connectors meet.
    Junction(usize),
    /// Something that is hidden.
    Hidden,
    /// A note or another thing that is no part of the system.
    Aside,
    /// Nothing that could be found.
    Nothing,
}

/// One end, and whether it was attached by position.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndOf {
    /// What it is attached to.
    pub(super) to: Attached,
    /// Whether position told, because the file does not.
    pub(super) snapped: bool,
}

/// How far from a thing an end may be drawn to be attached to it, in pixels.
const SNAP: f64 = 30.0;
/// How far straight ahead something may stand at which the line aims, in pixels.
const AIM: f64 = 60.0;
/// How far beside something such a line may point and still aim at it, in pixels.
const AIM_ASIDE: f64 = 15.0;
/// How far from the border of a box an end may be drawn: close to one, something inside is the likelier aim.
const SNAP_TO_BORDER: f64 = 20.0;
/// How near the line of another connector an end is drawn that branches off it, in pixels.
const SNAP_TO_EDGE: f64 = 6.0;
/// How exactly a line without arrowheads must meet things to be more than a drawn line, in pixels.
const SNAP_OF_LINES: f64 = 5.0;

/// So many members of a group are looked at, so that many ends on a huge group take no longer.
const MEMBERS: usize = 200;

/// Where ends can go on one page.
pub(super) struct Ends<'e> {
    scene: &'e Scene<'e>,
    classified: &'e Classified,
    zones: &'e Zones<'e>,
    routes: &'e [Vec<Point>],
    /// Elements with their labels and captions, by place; the number is the element's.
    elements: Space,
    /// The rectangles of an element: its own, and those of the texts that belong to it.
    extents: Vec<Vec<Rect>>,
    lines: Space,
}

impl<'e> Ends<'e> {
    /// Takes the elements, boundaries and connectors of a page.
    pub(super) fn new(
        scene: &'e Scene<'e>,
        classified: &'e Classified,
        zones: &'e Zones<'e>,
        routes: &'e [Vec<Point>],
    ) -> Self {
        let mut extents = vec![Vec::new(); scene.nodes.len()];
        for index in scene.vertices() {
            let node = &scene.nodes[index];
            match classified.meanings[index] {
                Meaning::Element | Meaning::Junction => {
                    extents[index].push(node.rect);
                    extents[index].extend(ink::outside(node));
                }
                Meaning::Part(owner) if classified.meanings[owner] == Meaning::Element && !node.label.is_empty() => {
                    extents[owner].push(ink::inside(node));
                }
                _ => {}
            }
        }
        let boxes = extents.iter().enumerate().flat_map(|(i, rects)| rects.iter().map(move |r| (i, *r)));
        let lines = Space::new(scene.edges().filter_map(|e| Some((e, route::bounds(&routes[e])?))));
        Self { scene, classified, zones, routes, elements: Space::new(boxes), extents, lines }
    }

    /// What the end of the connector `edge` is attached to: the one written as its source, or the other one.
    pub(super) fn attached(&self, edge: usize, source: bool, pointed: bool) -> EndOf {
        let cell = self.scene.nodes[edge].cell;
        let id = if source { cell.source.as_deref() } else { cell.target.as_deref() };
        let glued = id.and_then(|id| self.scene.find(id));
        if let Some(node) = glued {
            let to = self.inside(self.follow(node, edge, source), edge, source);
            if to != Attached::Nothing {
                return EndOf { to, snapped: false };
            }
        }
        let point =
            route::free_end(self.scene, edge, source).or_else(|| glued.map(|n| self.scene.nodes[n].rect.center()));
        let to = point.map_or(Attached::Nothing, |p| self.snap(p, edge, source, pointed));
        EndOf { to, snapped: true }
    }

    /// Whether a cell is a box that others lie in.
    pub(super) fn is_zone(&self, cell: usize) -> bool {
        self.classified.meanings[cell] == Meaning::Boundary
    }

    /// What a glued cell stands for.
    fn follow(&self, glued: usize, edge: usize, source: bool) -> Attached {
        let node = &self.scene.nodes[glued];
        if node.hidden {
            return Attached::Hidden;
        }
        match (node.role, self.classified.meanings[glued]) {
            (Role::Edge, _) => Attached::Edge(glued),
            (Role::Rider, _) => node.parent.map_or(Attached::Nothing, |p| self.follow(p, edge, source)),
            (_, Meaning::Element | Meaning::Boundary) => Attached::Cell(glued),
            (_, Meaning::Junction) => Attached::Junction(glued),
            (_, Meaning::Part(owner)) if owner != glued => self.follow(owner, edge, source),
            (_, Meaning::Group) => self.group_member(glued, edge, source),
            (_, Meaning::Note) => Attached::Aside,
            _ => Attached::Nothing,
        }
    }

    /// An end that is pinned to a spot inside a box, on something that stands there, means that thing.
    fn inside(&self, to: Attached, edge: usize, source: bool) -> Attached {
        let line = &self.routes[edge];
        let end = if source { line.first() } else { line.last() };
        let (Attached::Cell(zone), Some(&end)) = (to, end) else { return to };
        let rect = self.scene.nodes[zone].rect;
        if !self.is_zone(zone) || !rect.contains(end) || border_distance(rect, end) <= SNAP_TO_EDGE {
            return to;
        }
        match self.nearest_element(end, SNAP_OF_LINES) {
            Some((element, _)) if rect.contains(self.scene.nodes[element].rect.center()) => Attached::Cell(element),
            _ => to,
        }
    }

    /// The member of a transparent group that an end on the group means: the nearest to where the line ends.
    fn group_member(&self, group: usize, edge: usize, source: bool) -> Attached {
        let line = &self.routes[edge];
        let Some(point) = (if source { line.first() } else { line.last() }).copied() else { return Attached::Nothing };
        let mut members = Vec::new();
        let mut open = vec![group];
        let mut seen = 0;
        while let Some(at) = open.pop()
            && seen < MEMBERS
        {
            for &child in self.scene.nodes[at].children.iter().take(MEMBERS) {
                seen += 1;
                match self.classified.meanings[child] {
                    Meaning::Element | Meaning::Boundary => members.push(child),
                    Meaning::Group => open.push(child),
                    _ => {}
                }
            }
        }
        members.sort_unstable();
        let gap = |i: &usize| distance(self.scene.nodes[*i].rect, point);
        let nearest = members.into_iter().min_by(|a, b| gap(a).total_cmp(&gap(b)));
        nearest.map_or(Attached::Nothing, Attached::Cell)
    }

    /// What stands where an end is drawn. `pointed` says whether the connector has an arrowhead at all.
    fn snap(&self, point: Point, edge: usize, source: bool, pointed: bool) -> Attached {
        let reach = if pointed { SNAP } else { SNAP_OF_LINES };
        let element = self.nearest_element(point, reach);
        let border = if pointed { self.nearest_border(point) } else { None };
        let branch = if pointed { self.nearest_edge(point, edge) } else { None };
        match (element, border, branch) {
            (Some((_, gap)), _, Some((other, _))) if gap > SNAP_TO_EDGE => Attached::Edge(other),
            (Some((_, gap)), Some((zone, away)), _) if away + 8.0 < gap => Attached::Cell(zone),
            (Some((index, _)), ..) => self.at(index),
            (None, Some((zone, away)), None) if away <= SNAP_TO_BORDER => Attached::Cell(zone),
            (None, _, Some((other, _))) => Attached::Edge(other),
            (None, Some((zone, _)), None) => Attached::Cell(zone),
            (None, None, None) if pointed => {
                self.aimed(point, edge, source).map_or(Attached::Nothing, |index| self.at(index))
            }
            (None, None, None) => Attached::Nothing,
        }
    }

    /// An end on an element or junction.
    fn at(&self, index: usize) -> Attached {
        if self.classified.meanings[index] == Meaning::Junction {
            Attached::Junction(index)
        } else {
            Attached::Cell(index)
        }
    }

    /// The first element ahead of an end that stops short of it.
    fn aimed(&self, point: Point, edge: usize, source: bool) -> Option<usize> {
        let line = &self.routes[edge];
        let before = if source { line.get(1) } else { line.len().checked_sub(2).and_then(|at| line.get(at)) };
        let way = point - *before?;
        if way.hypot() == 0.0 {
            return None;
        }
        let ahead = [point, point + way * (AIM / way.hypot())];
        let first = |aside: f64| {
            let near = self.elements.around(Rect::from_points(ahead[0], ahead[1]), aside);
            let hit = |r: &&Rect| route::distance_to_box(&ahead, **r) <= aside;
            let gap = |i: usize| {
                self.extents[i].iter().filter(hit).map(|r| distance(*r, point)).fold(f64::INFINITY, f64::min)
            };
            let hits = near.into_iter().map(|i| (i, gap(i))).filter(|(_, gap)| gap.is_finite());
            hits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
        };
        first(0.0).or_else(|| first(AIM_ASIDE))
    }

    /// The element nearest to `point`; of those that hold it the smallest.
    fn nearest_element(&self, point: Point, reach: f64) -> Option<(usize, f64)> {
        let near = self.elements.around(Rect::from_points(point, point), reach);
        let gap = |i: usize| self.extents[i].iter().map(|r| distance(*r, point)).fold(f64::INFINITY, f64::min);
        near.into_iter().map(|i| (i, gap(i))).filter(|(_, gap)| *gap <= reach).min_by(|a, b| {
            a.1.total_cmp(&b.1).then_with(|| self.scene.nodes[a.0].area().total_cmp(&self.scene.nodes[b.0].area()))
        })
    }

    fn nearest_border(&self, point: Point) -> Option<(usize, f64)> {
        let near = self.zones.near(point, SNAP_TO_BORDER).into_iter();
        near.map(|z| (z, border_distance(self.scene.nodes[z].rect, point)))
            .filter(|(_, away)| *away <= SNAP_TO_BORDER)
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn nearest_edge(&self, point: Point, own: usize) -> Option<(usize, f64)> {
        let near = self.lines.around(Rect::from_points(point, point), SNAP_TO_EDGE).into_iter();
        near.filter(|e| *e != own)
            .map(|e| (e, route::distance_to_point(&self.routes[e], point)))
            .filter(|(_, gap)| *gap <= SNAP_TO_EDGE)
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }
}
