//! A page as written into a data-flow diagram.
//!
//! Each module answers one question: where cells stand (`scene`), what they look like (`form`), what text names
//! (`captions`), what shapes are (`classify`), what lies in which box (`zones`), where connectors lead (`route`,
//! `ends`, `flows`), what separates without closing (`curves`). Here the answers become the model.

mod boundaries;
mod captions;
mod classify;
mod curves;
mod elements;
mod ends;
mod flows;
mod form;
mod ink;
mod known;
mod picture;
mod placeholder;
mod remarks;
mod route;
mod scene;
mod touch;
mod zones;

use std::collections::BTreeMap;

use kurbo::Point;

use self::{
    classify::{Classified, Meaning},
    curves::Curve,
    form::Form,
    known::Known,
    scene::{Node, Scene},
    zones::Zones,
};
use super::page;
use crate::{
    catalog::Catalog,
    import::{ReadOptions, space},
    model::{self, BoundaryIndex, Coverage, DataFlow, Diagram, ElementIndex, End, Notice, NoticeLevel, Stated},
};

/// The data-flow diagram that a page draws.
pub(super) fn diagram(page: &page::Page, identity: model::Page, catalog: &Catalog, options: &ReadOptions) -> Diagram {
    let mut notices = Vec::new();
    let scene = Scene::new(page, &identity, options, &mut notices);
    let forms: Vec<Form> = scene.nodes.iter().map(form::form).collect();
    let routes: Vec<Vec<Point>> = (0..scene.nodes.len()).map(|i| line_of(&scene, i)).collect();
    notices.extend(remarks::remarks(&scene, &forms));
    let captions = captions::find(&scene, &forms, &routes);
    let known = Known::new(&scene, &forms, &captions, catalog);
    let classified = classify::classify(&scene, &forms, &captions, &known, &routes);
    let zones = Zones::new(&scene, &classified);
    let loose = curves::boundary_edges(&scene, &routes);
    let curves = curves::curves(&scene, &forms, &classified, &loose, &routes);
    let ends = ends::Ends::new(&scene, &classified, &zones, &routes);
    let flows = flows::flows(&scene, &captions, &ends, &loose, &mut notices);

    let extents = curves.iter().enumerate().filter_map(|(i, c)| Some((i, route::bounds(&c.line)?)));
    let mut builder = Builder {
        scene: &scene,
        zones: &zones,
        routes: &routes,
        curves: &curves,
        curve_places: space::Space::new(extents),
        places: Places::default(),
        notices,
    };
    let boundaries = boundaries::boundaries(&mut builder, &classified, &known);
    let elements = elements::elements(&mut builder, &forms, &classified, &known);
    let guessed = builder
        .notices
        .iter()
        .filter(|n| matches!(n.code, "kind-guessed" | "flow-unattached" | "shape-unknown"))
        .count();
    let lost = builder.notices.iter().filter(|n| n.code == "flow-unattached").count();
    let flows: Vec<DataFlow> = flows.into_iter().filter_map(|f| builder.flow(f)).collect();
    let cells = elements.len() + boundaries.len() + flows.len() + lost;
    Diagram {
        page: identity,
        coverage: Coverage { cells, understood: cells.saturating_sub(guessed) },
        notes: notes(&scene, &classified, &captions),
        elements,
        flows,
        boundaries,
        recorded: Vec::new(),
        notices: builder.notices,
    }
}

fn line_of(scene: &Scene<'_>, index: usize) -> Vec<Point> {
    if scene.nodes[index].role == scene::Role::Edge { route::route(scene, index) } else { Vec::new() }
}

/// Text that explains, for rules that look for words.
fn notes(scene: &Scene<'_>, classified: &Classified, captions: &captions::Captions) -> Vec<String> {
    let unused = |i: &usize| classified.meanings[*i] == Meaning::Note && captions.names[*i].is_none();
    scene.vertices().filter(unused).map(|i| scene.nodes[i].label.text()).filter(|t| !t.is_empty()).collect()
}

/// Where the cells of the scene went in the model.
#[derive(Default)]
struct Places {
    elements: BTreeMap<usize, ElementIndex>,
    boundaries: BTreeMap<usize, BoundaryIndex>,
}

/// What the parts of the model are made from.
struct Builder<'b> {
    scene: &'b Scene<'b>,
    zones: &'b Zones<'b>,
    routes: &'b [Vec<Point>],
    curves: &'b [Curve],
    /// The curves by place; the numbers are positions in `curves`.
    curve_places: space::Space,
    places: Places,
    notices: Vec<Notice>,
}

impl Builder<'_> {
    fn notice(&mut self, level: NoticeLevel, code: &'static str, cell: usize, message: impl Into<String>) {
        self.notices.push(Notice::cell(level, code, &self.scene.nodes[cell].id, message));
    }

    fn end(&self, cell: usize) -> Option<End> {
        let element = self.places.elements.get(&cell).map(|e| End::Element(*e));
        element.or_else(|| self.places.boundaries.get(&cell).map(|b| End::Boundary(*b)))
    }

    fn flow(&self, flow: flows::Flow) -> Option<DataFlow> {
        let node = &self.scene.nodes[flow.edge];
        let mut path = self.routes[flow.edge].clone();
        if flow.reversed {
            path.reverse();
        }
        Some(DataFlow {
            source: self.end(flow.source)?,
            target: self.end(flow.target)?,
            crosses: self.crossed(&flow, &path),
            id: flow.id,
            label: flow.label,
            direction: flow.direction,
            snapped: flow.snapped,
            tags: tags(node),
            properties: own_properties(node),
            stated: Stated::of_properties(&node.cell.data),
            path: path.iter().map(|p| model::Point { x: p.x, y: p.y }).collect(),
        })
    }

    /// The boundaries that hold one end and not the other, innermost left first and outermost entered first, and then
    /// the open lines that are cut.
    fn crossed(&self, flow: &flows::Flow, path: &[Point]) -> Vec<BoundaryIndex> {
        let (from, to) = (self.surroundings(flow.source), self.surroundings(flow.target));
        let left = from.iter().rev().filter(|z| !to.contains(z));
        let entered = to.iter().filter(|z| !from.contains(z));
        let near = route::bounds(path).map(|b| self.curve_places.around(b, 0.0)).unwrap_or_default();
        let cut = near.iter().map(|c| &self.curves[*c]).filter(|c| curves::cuts(c, path)).map(|c| &c.cell);
        left.chain(entered).chain(cut).filter_map(|z| self.places.boundaries.get(z).copied()).collect()
    }

    /// The boundaries around a flow's end, outermost first; a box that is the end itself is the innermost.
    fn surroundings(&self, cell: usize) -> Vec<usize> {
        let mut zones = self.zones.around(cell);
        if self.places.boundaries.contains_key(&cell) {
            zones.push(cell);
        }
        zones
    }
}

/// The tags of a cell, which draw.io keeps in one property, separated by spaces.
fn tags(node: &Node<'_>) -> Vec<String> {
    node.cell.data.get("tags").into_iter().flat_map(|t| t.split_whitespace()).map(str::to_owned).collect()
}

/// The author's own properties, without those that draw.io keeps there for itself.
fn own_properties(node: &Node<'_>) -> BTreeMap<String, String> {
    const OF_THE_EDITOR: [&str; 6] = ["tags", "placeholders", "placeholder", "link", "linkTarget", "animation"];
    let own = node.cell.data.iter().filter(|(key, _)| !OF_THE_EDITOR.contains(&key.as_str()));
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn to_rect(rect: kurbo::Rect) -> model::Rect {
    model::Rect { x: rect.x0, y: rect.y0, width: rect.width(), height: rect.height() }
}
