//! A diagram's cells as a data-flow diagram.

use std::collections::{BTreeMap, BTreeSet};

use kurbo::{Point, Rect};

use super::{
    cell::{Cell, Shape, Tip},
    crossing::Curves,
    path,
    zone::{Zone, Zones},
};
use crate::{
    catalog::{Catalog, Look, Meaning},
    import::{properties, space},
    model::{
        self, Basis, BoundaryIndex, BoundaryType, Coverage, DataFlow, Diagram, Direction, Element, ElementIndex,
        ElementKind, End, FlowIndex, Notice, NoticeLevel, Outline, Page, Provenance, RecordedThreat, Target,
        TrustBoundary, properties::find,
    },
};

/// A loose end this near to a node, in pixels, belongs to it.
const SNAP: f64 = 20.0;

/// A curve of at least two bends whose ends are this near to each other, in pixels, is closed.
const CLOSED: f64 = 20.0;

/// The diagram that `cells` draw.
pub(super) fn diagram(page: Page, cells: &[Cell], catalog: &Catalog) -> Diagram {
    let drawing = Drawing::new(cells);
    let mut diagram = Diagram { page, ..Diagram::default() };
    for (cell, kind, word) in drawing.nodes() {
        diagram.elements.push(element(cell, kind, word, &drawing, catalog));
        let target = Target::Element(ElementIndex(diagram.elements.len() - 1));
        record(&mut diagram, cell, target);
    }
    for (number, border) in drawing.borders.iter().enumerate() {
        diagram.boundaries.push(boundary(border, number, &drawing, catalog));
        record(&mut diagram, border.cell, Target::Boundary(BoundaryIndex(number)));
    }
    straddles(&drawing, &mut diagram.notices);
    flows(cells, &drawing, &mut diagram);
    disagreements(&drawing, &mut diagram);
    let mut unknown = 0;
    for cell in cells {
        match &cell.shape {
            Shape::Text => diagram.notes.extend((!cell.name.is_empty()).then(|| cell.name.clone())),
            Shape::Unknown(word) => {
                unknown += 1;
                let message = format!("its shape `{word}` is none of Threat Dragon's; it is left out");
                diagram.notices.push(Notice::cell(NoticeLevel::Warning, "unknown-shape", &cell.id, message));
            }
            _ => {}
        }
    }
    let drawn = cells.iter().filter(|c| c.shape == Shape::Flow).count();
    let sure = diagram.flows.iter().filter(|f| !f.snapped).count();
    let settled = diagram.elements.len() + diagram.boundaries.len();
    diagram.coverage = Coverage { cells: settled + drawn + unknown, understood: settled + sure };
    diagram
}

/// A boundary and how it is drawn.
struct Border<'c> {
    cell: &'c Cell,
    /// Its line, where it is a curve.
    line: Vec<Point>,
    /// Its number among the closed ones.
    zone: Option<usize>,
}

/// What a cell became.
#[derive(Clone, Copy)]
enum Place {
    Element(usize),
    Boundary(usize),
    /// A line or a text: nothing ends on it.
    Other,
}

/// The cells by id and by place.
struct Drawing<'c> {
    cells: &'c [Cell],
    places: BTreeMap<&'c str, Place>,
    nodes: Vec<&'c Cell>,
    nodes_by_place: space::Space,
    borders: Vec<Border<'c>>,
    zones: Zones,
    /// The boundary of each zone.
    zone_borders: Vec<usize>,
}

impl<'c> Drawing<'c> {
    fn new(cells: &'c [Cell]) -> Self {
        let nodes: Vec<&Cell> = cells.iter().filter(|c| matches!(c.shape, Shape::Node(..))).collect();
        let boxes: BTreeMap<&str, &Cell> = cells.iter().map(|c| (c.id.as_str(), c)).collect();
        let mut places: BTreeMap<&str, Place> = cells.iter().map(|c| (c.id.as_str(), Place::Other)).collect();
        places.extend(nodes.iter().enumerate().map(|(i, c)| (c.id.as_str(), Place::Element(i))));
        let (mut borders, mut zones, mut zone_borders) = (Vec::new(), Vec::new(), Vec::new());
        for cell in cells {
            let line = match cell.shape {
                Shape::Box => Vec::new(),
                Shape::Curve => curve(cell, &boxes),
                _ => continue,
            };
            let zone = match cell.shape {
                Shape::Box => Some(Zone::of_box(cell.rect, cell.z)),
                _ if is_closed(cell, &line) => Some(Zone::of_curve(line.clone(), cell.z)),
                _ => None,
            };
            places
                .insert(&cell.id, if cell.shape == Shape::Box { Place::Boundary(borders.len()) } else { Place::Other });
            let number = zone.map(|zone| {
                zones.push(zone);
                zone_borders.push(borders.len());
                zones.len() - 1
            });
            borders.push(Border { cell, line, zone: number });
        }
        let nodes_by_place = space::Space::new(nodes.iter().map(|c| c.rect).enumerate());
        Self { cells, places, nodes, nodes_by_place, borders, zones: Zones::new(zones), zone_borders }
    }

    fn nodes(&self) -> impl Iterator<Item = (&'c Cell, ElementKind, &'static str)> + '_ {
        self.nodes.iter().filter_map(|cell| match cell.shape {
            Shape::Node(kind, word) => Some((*cell, kind, word)),
            _ => None,
        })
    }

    /// Zones as boundaries.
    fn indices(&self, zones: &[usize]) -> Vec<BoundaryIndex> {
        zones.iter().filter_map(|zone| self.zone_borders.get(*zone)).map(|b| BoundaryIndex(*b)).collect()
    }

    /// The boundaries that what a flow ends on lies in, outermost first; an end on a box lies in that box.
    fn around(&self, end: End, diagram: &Diagram) -> Vec<BoundaryIndex> {
        match end {
            End::Element(i) => diagram.element(i).boundaries.clone(),
            End::Boundary(i) => {
                let zone = self.borders.get(i.0).and_then(|b| b.zone);
                let mut around = zone.map(|zone| self.indices(&self.zones.around(zone))).unwrap_or_default();
                around.push(i);
                around
            }
        }
    }
}

/// The line of a curve; its ends may be attached to something.
fn curve(cell: &Cell, cells: &BTreeMap<&str, &Cell>) -> Vec<Point> {
    let at = |tip: &Tip| match tip {
        Tip::Free(point) => Some(*point),
        Tip::Cell { id, port } => cells.get(id.as_str()).map(|c| anchor(c, port.as_deref())),
        Tip::None => None,
    };
    let [start, end] = &cell.tips;
    let knots: Vec<Point> = at(start).into_iter().chain(cell.vertices.iter().copied()).chain(at(end)).collect();
    path::line(&knots, cell.smooth)
}

fn is_closed(cell: &Cell, line: &[Point]) -> bool {
    let ends = line.first().zip(line.last());
    cell.vertices.len() >= 2 && ends.is_some_and(|(start, end)| start.distance(*end) <= CLOSED)
}

/// Where a line meets a cell: at the port's side, else towards the middle.
fn anchor(cell: &Cell, port: Option<&str>) -> Point {
    let side = port.and_then(|port| cell.ports.get(port));
    side.map_or_else(|| cell.rect.center(), |side| side.middle(cell.rect))
}

fn element(cell: &Cell, kind: ElementKind, word: &'static str, drawing: &Drawing<'_>, catalog: &Catalog) -> Element {
    let look = Look {
        stated_kind: Some(kind.as_str()),
        stated_service: find(&cell.properties, properties::SERVICE),
        label: &cell.name,
        ..Look::default()
    };
    let service = match catalog.recognise(&look).map(|known| known.meaning) {
        Some(Meaning::Element { service, .. }) => service,
        _ => None,
    };
    let service_name = service.as_deref().and_then(|key| catalog.service(key)).map(|s| s.name.clone());
    let named = if service.is_some() { ", service by its name" } else { "" };
    Element {
        id: cell.id.clone(),
        label: if cell.name.is_empty() { format!("(unnamed {word})") } else { cell.name.clone() },
        kind,
        service,
        service_name,
        shape: Some(word.to_owned()),
        boundaries: drawing.indices(&drawing.zones.holding(cell.rect.center())),
        tags: Vec::new(),
        properties: cell.properties.clone(),
        stated: cell.stated.clone(),
        provenance: Provenance { basis: Basis::Stated, detail: format!("drawn as {word}{named}") },
        place: Some(rect(cell.rect)),
    }
}

fn boundary(border: &Border<'_>, number: usize, drawing: &Drawing<'_>, catalog: &Catalog) -> TrustBoundary {
    let cell = border.cell;
    // Its author drew a trust boundary: a name that only groups does not make it less.
    let by_name = catalog
        .boundary_type(&cell.name, None, None, None, false)
        .filter(|(kind, _)| !matches!(kind, BoundaryType::Logical | BoundaryType::Service) && !cell.name.is_empty());
    let drawn = if cell.shape == Shape::Box { "box" } else { "curve" };
    let (kind, because) =
        by_name.unwrap_or_else(|| (BoundaryType::TrustBoundary, format!("drawn as a trust boundary {drawn}")));
    let points = || border.line.iter().map(|p| point(*p)).collect();
    let parent = border.zone.and_then(|zone| drawing.zones.around(zone).last().copied());
    TrustBoundary {
        id: cell.id.clone(),
        label: if cell.name.is_empty() { "Trust boundary".to_owned() } else { cell.name.clone() },
        kind,
        parent: parent
            .and_then(|zone| drawing.zone_borders.get(zone))
            .filter(|p| **p != number)
            .map(|p| BoundaryIndex(*p)),
        tags: Vec::new(),
        properties: cell.properties.clone(),
        stated: cell.stated.clone(),
        because,
        place: Some(match (&cell.shape, border.zone) {
            (Shape::Box, _) => Outline::Box(rect(cell.rect)),
            (_, Some(_)) => Outline::Polygon(points()),
            (_, None) => Outline::Line(points()),
        }),
    }
}

fn straddles(drawing: &Drawing<'_>, notices: &mut Vec<Notice>) {
    for node in &drawing.nodes {
        for straddle in drawing.zones.straddled(node.rect) {
            let Some(border) = drawing.zone_borders.get(straddle.zone).and_then(|b| drawing.borders.get(*b)) else {
                continue;
            };
            let counted = if straddle.inside { "inside" } else { "outside" };
            let message =
                format!("it lies across the border of `{}`; by its middle it counts as {counted}", border.cell.id);
            notices.push(Notice::cell(NoticeLevel::Info, "straddles-boundary", &node.id, message));
        }
    }
}

/// One end of a flow, found.
struct Found {
    end: End,
    /// Where the line meets it.
    at: Point,
    /// The box of the element that it ends on.
    rect: Option<Rect>,
    snapped: bool,
}

fn flows(cells: &[Cell], drawing: &Drawing<'_>, diagram: &mut Diagram) {
    let open = drawing.borders.iter().enumerate().filter(|(_, b)| b.zone.is_none());
    let curves = Curves::new(open.map(|(number, border)| (number, &border.line[..])));
    for cell in cells.iter().filter(|c| c.shape == Shape::Flow) {
        match flow(cell, drawing, &curves, diagram) {
            Ok(flow) => {
                diagram.flows.push(flow);
                let target = Target::Flow(FlowIndex(diagram.flows.len() - 1));
                record(diagram, cell, target);
            }
            Err(why) => {
                diagram.notices.push(Notice::cell(NoticeLevel::Warning, "flow-unattached", &cell.id, why));
                record(diagram, cell, Target::Diagram);
            }
        }
    }
}

fn flow(cell: &Cell, drawing: &Drawing<'_>, curves: &Curves, diagram: &mut Diagram) -> Result<DataFlow, String> {
    let [source, target] =
        [("start", &cell.tips[0]), ("end", &cell.tips[1])].map(|(word, tip)| found(tip, word, drawing));
    let (source, target) = (source?, target?);
    if source.end == target.end && (source.snapped || target.snapped) {
        return Err("both of its ends are nearest to the same thing; it is left out".to_owned());
    }
    let knots: Vec<Point> =
        std::iter::once(source.at).chain(cell.vertices.iter().copied()).chain([target.at]).collect();
    let line = path::line(&knots, cell.smooth);
    let ends = [source.rect, target.rect];
    let snapped = source.snapped || target.snapped;
    if snapped {
        let message = "an end is attached to nothing; by its position it belongs to the nearest thing";
        diagram.notices.push(Notice::cell(NoticeLevel::Info, "end-snapped", &cell.id, message));
    }
    let (from, to) = (drawing.around(source.end, diagram), drawing.around(target.end, diagram));
    let mut crosses: Vec<BoundaryIndex> = from.iter().rev().filter(|b| !to.contains(b)).copied().collect();
    for cut in curves.cut_by(&line, ends) {
        crosses.push(BoundaryIndex(cut.curve));
        if cut.times % 2 == 0 {
            let message = format!("it crosses a boundary line {} times, so it may end on the same side", cut.times);
            diagram.notices.push(Notice::cell(NoticeLevel::Info, "touches-boundary-twice", &cell.id, message));
        }
    }
    crosses.extend(to.iter().filter(|b| !from.contains(b)).copied());
    Ok(DataFlow {
        id: cell.id.clone(),
        label: cell.name.clone(),
        source: source.end,
        target: target.end,
        direction: if cell.both_ways { Direction::Bidirectional } else { Direction::Forward },
        crosses,
        snapped,
        tags: Vec::new(),
        properties: cell.properties.clone(),
        stated: cell.stated.clone(),
        path: path::clipped(line, ends).into_iter().map(point).collect(),
    })
}

/// What one end of a flow ends on, or why nothing was found.
fn found(tip: &Tip, word: &str, drawing: &Drawing<'_>) -> Result<Found, String> {
    match tip {
        Tip::Cell { id, port } => attached(id, port.as_deref(), word, drawing),
        Tip::Free(at) => near(*at, drawing)
            .ok_or_else(|| format!("its {word} touches nothing; draw it onto an actor, a process or a store")),
        Tip::None => Err(format!("its {word} is attached to nothing")),
    }
}

fn attached(id: &str, port: Option<&str>, word: &str, drawing: &Drawing<'_>) -> Result<Found, String> {
    match drawing.places.get(id) {
        Some(Place::Element(i)) => drawing.nodes.get(*i).map(|node| Found {
            end: End::Element(ElementIndex(*i)),
            at: anchor(node, port),
            rect: Some(node.rect),
            snapped: false,
        }),
        Some(Place::Boundary(i)) => drawing.borders.get(*i).map(|border| Found {
            end: End::Boundary(BoundaryIndex(*i)),
            at: anchor(border.cell, port),
            rect: None,
            snapped: false,
        }),
        Some(Place::Other) => return Err(format!("its {word} is attached to a line or a text")),
        None => None,
    }
    .ok_or_else(|| format!("its {word} is attached to a cell that is not there"))
}

/// The nearest node within reach of a loose end, else the smallest boundary that it lies in.
fn near(at: Point, drawing: &Drawing<'_>) -> Option<Found> {
    let candidates = drawing.nodes_by_place.around(Rect::from_points(at, at), SNAP);
    let reach = candidates.into_iter().filter_map(|i| {
        let rect = drawing.nodes.get(i)?.rect;
        Some((i, rect, space::distance(rect, at))).filter(|(_, _, distance)| *distance <= SNAP)
    });
    let nearest = reach.min_by(|a, b| a.2.total_cmp(&b.2));
    if let Some((i, rect, _)) = nearest {
        return Some(Found { end: End::Element(ElementIndex(i)), at, rect: Some(rect), snapped: true });
    }
    let zone = drawing.indices(&drawing.zones.holding(at)).pop()?;
    Some(Found { end: End::Boundary(zone), at, rect: None, snapped: true })
}

/// Says where the file's own list of flows that cross a box differs from ours.
fn disagreements(drawing: &Drawing<'_>, diagram: &mut Diagram) {
    let flows: BTreeSet<&str> =
        drawing.cells.iter().filter(|c| c.shape == Shape::Flow).map(|c| c.id.as_str()).collect();
    let mut ours: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); drawing.borders.len()];
    for flow in &diagram.flows {
        for crossed in &flow.crosses {
            ours[crossed.0].insert(&flow.id);
        }
    }
    for (border, ours) in drawing.borders.iter().zip(&ours) {
        let Some(theirs) = border.cell.crossing_flows.as_ref().filter(|_| border.cell.shape == Shape::Box) else {
            continue;
        };
        // Lists that Threat Dragon has not brought up to date name flows that are gone.
        let theirs: BTreeSet<&str> = theirs.iter().map(String::as_str).filter(|id| flows.contains(id)).collect();
        if theirs != *ours {
            let message = format!(
                "the file says that {} flows cross it; by where they are drawn it is {}",
                theirs.len(),
                ours.len()
            );
            diagram.notices.push(Notice::cell(NoticeLevel::Info, "crossing-disagrees", &border.cell.id, message));
        }
    }
}

fn record(diagram: &mut Diagram, cell: &Cell, target: Target) {
    diagram.recorded.extend(cell.threats.iter().map(|threat| RecordedThreat { target, ..threat.clone() }));
}

fn point(point: Point) -> model::Point {
    model::Point { x: point.x, y: point.y }
}

fn rect(rect: Rect) -> model::Rect {
    model::Rect { x: rect.x0, y: rect.y0, width: rect.width(), height: rect.height() }
}
