//! What every shape on the page is: an element, a boundary, or one of the many things that are neither.

use std::collections::BTreeSet;

use kurbo::{Point, Rect};

use super::{
    captions::{Captions, Names},
    form::{Form, is_mark, is_number},
    known::Known,
    route,
    scene::Scene,
    space::{Space, share_inside},
    touch,
};
use crate::model::{PLAIN_PROTOCOLS, SECURE_PROTOCOLS};

/// What a cell is in the diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Not drawn, hidden, a connector, or a rider on one.
    #[default]
    Nothing,
    /// Something that data flows between.
    Element,
    /// A box that separates or groups.
    Boundary,
    /// An open line or curve that separates.
    Curve,
    /// A point where connectors meet.
    Junction,
    /// It belongs to another cell and stands for it: a caption, a corner icon, a row, a picture inside a card.
    Part(usize),
    /// A transparent group.
    Group,
    /// Text that explains.
    Note,
    /// Something to look at.
    Decoration,
    /// An icon of which it is not yet known whether it stands for itself.
    Bare,
}

/// The meaning of every cell, and what lies in which box.
pub(super) struct Classified {
    /// One meaning a cell.
    pub(super) meanings: Vec<Meaning>,
    /// The title that a box or card takes from another cell.
    pub(super) title: Vec<Option<usize>>,
}

/// A box is worth a corner icon when it is this many times larger.
const CORNER_RATIO: f64 = 8.0;
/// A box with one icon inside that is at most this many times larger is a card around the icon.
const CARD_RATIO: f64 = 6.0;
/// A box at most this many times larger than the shape inside is its border.
const LINING_RATIO: f64 = 2.0;
/// More letters than these, on something that no connector touches, are an explanation.
const NOTE_LENGTH: usize = 90;
/// Unnamed shapes up to this size in which connectors meet are junctions, in pixels.
const DOT: f64 = 16.0;

/// Settles what every shape is. Small boxes come before the larger ones around them, since what a box is depends on
/// what it holds.
pub(super) fn classify(
    scene: &Scene<'_>,
    forms: &[Form],
    captions: &Captions,
    known: &Known<'_>,
    routes: &[Vec<Point>],
) -> Classified {
    let holders = Holders::new(scene, forms);
    let mut work = Work {
        scene,
        routes,
        touches: touch::touches(scene, forms),
        solid: scene.vertices().filter(|i| is_solid(scene, forms, *i)).count(),
        usual_icon: usual_icon(scene, forms),
        lines: Space::new(scene.edges().filter_map(|e| Some((e, route::bounds(&routes[e])?)))),
        forms,
        captions,
        known,
        holders,
        out: Classified { meanings: vec![Meaning::Nothing; scene.nodes.len()], title: vec![None; scene.nodes.len()] },
    };
    for index in scene.vertices() {
        work.out.meanings[index] = work.first_look(index);
    }
    for text in scene.vertices() {
        match captions.names[text] {
            Some(Names::Thing(target) | Names::Box(target)) => work.entitle(target, text),
            Some(Names::Beside(target)) => work.out.meanings[text] = Meaning::Part(target),
            Some(Names::Edge(_)) | None => {}
        }
    }
    for index in work.holders.by_area.clone() {
        work.out.meanings[index] = work.settle_box(index);
    }
    for index in scene.vertices() {
        if work.out.meanings[index] == Meaning::Bare {
            work.out.meanings[index] = work.settle_bare(index);
        }
    }
    work.silence_legends();
    work.out
}

/// Closed shapes that may hold others, and what each holds.
struct Holders {
    /// Holders from the smallest to the largest.
    by_area: Vec<usize>,
    /// What lies in each holder, in the file's order.
    inside: Vec<Vec<usize>>,
    /// The holders around each cell, the smallest first.
    around: Vec<Vec<usize>>,
    space: Space,
    /// Place of each holder in `by_area`.
    rank: Vec<usize>,
}

impl Holders {
    fn new(scene: &Scene<'_>, forms: &[Form]) -> Self {
        let mut by_area: Vec<usize> = scene
            .vertices()
            .filter(|i| {
                matches!(forms[*i], Form::Shape(_) | Form::Frame | Form::Swimlane) && scene.nodes[*i].area() > 0.0
            })
            .collect();
        let space = Space::new(by_area.iter().map(|i| (*i, scene.nodes[*i].rect)));
        by_area.sort_by(|a, b| scene.nodes[*a].area().total_cmp(&scene.nodes[*b].area()));
        let mut rank = vec![usize::MAX; scene.nodes.len()];
        for (at, index) in by_area.iter().enumerate() {
            rank[*index] = at;
        }
        let mut inside = vec![Vec::new(); scene.nodes.len()];
        let mut around = vec![Vec::new(); scene.nodes.len()];
        for index in scene.vertices() {
            let rect = scene.nodes[index].rect;
            let drawn_around = space.holding(rect.center()).into_iter().filter(|b| holds(scene, *b, index));
            let above = scene.ancestry(index).skip(1).filter(|a| rank[*a] != usize::MAX);
            let all: BTreeSet<usize> = drawn_around.chain(above).collect();
            for holder in &all {
                inside[*holder].push(index);
            }
            around[index] = all.into_iter().collect();
            around[index].sort_by_key(|b| rank[*b]);
        }
        Self { by_area, inside, around, space, rank }
    }

    /// Holders that the cell touches or nearly touches, the smallest first.
    fn near(&self, scene: &Scene<'_>, index: usize, reach: f64) -> Vec<usize> {
        let mut near = self.space.around(scene.nodes[index].rect, reach);
        near.retain(|b| *b != index);
        near.sort_by_key(|b| self.rank[*b]);
        near
    }
}

/// Whether the box `holder` is drawn around the shape `index`.
fn holds(scene: &Scene<'_>, holder: usize, index: usize) -> bool {
    let (outer, inner) = (&scene.nodes[holder], &scene.nodes[index]);
    holder != index && outer.area() > inner.area() * 1.05 && share_inside(inner.rect, outer.rect) >= 0.5
}

struct Work<'w, 'p> {
    scene: &'w Scene<'p>,
    routes: &'w [Vec<Point>],
    /// Connector ends at each cell.
    touches: Vec<usize>,
    /// Shapes and pictures that take room.
    solid: usize,
    /// Area of the icon in the middle, by size.
    usual_icon: f64,
    /// Connectors by place.
    lines: Space,
    forms: &'w [Form],
    captions: &'w Captions,
    known: &'w Known<'w>,
    holders: Holders,
    out: Classified,
}

/// What a box holds, as far as it counts.
#[derive(Default)]
struct Contents {
    /// Elements and boundaries.
    substance: Vec<usize>,
    /// Icons and pictures that nothing tells apart from ornaments.
    bare: Vec<usize>,
    /// Text that names nothing.
    texts: usize,
}

impl Work<'_, '_> {
    /// What a shape is as far as it tells itself. Closed shapes are looked at again with what they hold.
    fn first_look(&self, index: usize) -> Meaning {
        let node = &self.scene.nodes[index];
        if let Some(owner) = self.owner(index) {
            return Meaning::Part(owner);
        }
        match self.forms[index] {
            Form::Group => Meaning::Group,
            Form::Waypoint => Meaning::Junction,
            Form::Text | Form::Note | Form::Table => Meaning::Note,
            Form::Badge if node.glued.is_empty() => Meaning::Decoration,
            // A number on the way of a connector is no station of its own: what comes in goes on.
            Form::Badge if is_number(&node.label.text()) => Meaning::Junction,
            Form::Badge => Meaning::Element,
            Form::Rule(true) if node.glued.is_empty() => Meaning::Curve,
            Form::Arrow | Form::Rule(_) => Meaning::Decoration,
            Form::Icon | Form::Picture => self.look_at_icon(index),
            Form::Frame | Form::Swimlane | Form::Shape(_) => Meaning::Nothing,
        }
    }

    fn is_touched(&self, index: usize) -> bool {
        self.touches[index] > 0
    }

    /// The node or table that a row or compartment is folded into.
    fn owner(&self, index: usize) -> Option<usize> {
        let parent = self.scene.nodes[index].parent?;
        let (own, above) = (&self.scene.nodes[index].cell.style, &self.scene.nodes[parent].cell.style);
        let listed = above.get("childLayout").is_some_and(|l| matches!(l, "stackLayout" | "tableLayout"));
        let row = matches!(above.shape(), Some("table" | "tableRow" | "umlLifeline"));
        let part = own.is_on("part") && !matches!(self.forms[parent], Form::Group);
        (self.scene.nodes[parent].area() > 0.0 && (row || part || (listed && above.get("horizontalStack").is_none())))
            .then(|| self.owner(parent).unwrap_or(parent))
    }

    fn look_at_icon(&self, index: usize) -> Meaning {
        let node = &self.scene.nodes[index];
        let own_name = !node.label.is_empty() && !is_mark(&node.label.text());
        let named = own_name || self.captions.by[index].is_some() || self.group_name(index).is_some();
        let glued = self.is_touched(index);
        if self.known.is_decoration(index) && !glued {
            return Meaning::Decoration;
        }
        if !glued
            && (!named || self.known.is_boundary_icon(index))
            && let Some(holder) = self.cornered(index)
        {
            return Meaning::Part(holder);
        }
        if named || glued { Meaning::Element } else { Meaning::Bare }
    }

    /// The label of the transparent group that holds this cell and few others.
    fn group_name(&self, index: usize) -> Option<usize> {
        let parent = self.scene.nodes[index].parent?;
        let group = &self.scene.nodes[parent];
        (self.forms[parent] == Form::Group && !group.label.is_empty() && group.children.len() <= 4).then_some(parent)
    }

    /// The box whose corner, or middle of the upper edge, this icon decorates.
    fn cornered(&self, index: usize) -> Option<usize> {
        let rect = self.scene.nodes[index].rect;
        let reach = rect.width().max(rect.height());
        let near = self.holders.near(self.scene, index, reach).into_iter().filter(|holder| {
            let outer = self.scene.nodes[*holder].rect;
            outer.area() >= CORNER_RATIO * rect.area() && at_corner(rect, outer, reach)
        });
        near.min_by(|a, b| {
            let gap = |holder: usize| corner_gap(rect, self.scene.nodes[holder].rect);
            gap(*a).total_cmp(&gap(*b))
        })
    }

    /// `target` takes its name from `text`.
    fn entitle(&mut self, target: usize, text: usize) {
        self.out.title[target] = Some(text);
        self.out.meanings[text] = Meaning::Part(target);
    }

    fn contents(&self, index: usize) -> Contents {
        let mut contents = Contents::default();
        for &inner in &self.holders.inside[index] {
            match self.out.meanings[inner] {
                Meaning::Element | Meaning::Boundary => contents.substance.push(inner),
                Meaning::Bare => contents.bare.push(inner),
                Meaning::Note => contents.texts += 1,
                _ => {}
            }
        }
        contents
    }

    /// What a closed shape is, given what it holds.
    fn settle_box(&mut self, index: usize) -> Meaning {
        if let part @ Meaning::Part(_) = self.out.meanings[index] {
            return part;
        }
        let contents = self.contents(index);
        let node = &self.scene.nodes[index];
        if self.known.is_stated_element(index) {
            return Meaning::Element;
        }
        if self.out.title[index].is_some_and(|title| self.forms[title] == Form::Frame) {
            return Meaning::Boundary;
        }
        if self.forms[index] == Form::Frame || self.known.is_stated_boundary(index) {
            if contents.substance.is_empty()
                && contents.bare.is_empty()
                && let Some(holder) = self.titled(index)
            {
                self.entitle(holder, index);
                return Meaning::Part(holder);
            }
            return Meaning::Boundary;
        }
        let named = !node.label.is_empty() || self.out.title[index].is_some();
        match (contents.substance.as_slice(), contents.bare.as_slice()) {
            ([], []) => self.settle_empty(index, named, &contents),
            ([], [icon]) => self.settle_card(index, *icon, named),
            ([only], _) if !named && !self.is_dashed(index) && self.is_card(index, *only) => {
                self.out.meanings[*only] = Meaning::Part(index);
                Meaning::Element
            }
            ([only], _) if !named && !self.is_dashed(index) && self.is_close(index, *only) => Meaning::Decoration,
            _ if !named && !self.is_dashed(index) && self.is_backdrop(index) => Meaning::Decoration,
            _ => Meaning::Boundary,
        }
    }

    /// A shape that holds nothing but text, if anything.
    fn settle_empty(&mut self, index: usize, named: bool, contents: &Contents) -> Meaning {
        let node = &self.scene.nodes[index];
        let glued = self.is_touched(index);
        if !named {
            let dot = node.rect.width().max(node.rect.height()) <= DOT;
            return match glued {
                true if dot => Meaning::Junction,
                true => Meaning::Element,
                false => Meaning::Decoration,
            };
        }
        if self.touches[index] > 1 && (is_protocol(&node.label.text()) || is_decision(node.cell.style.shape())) {
            return Meaning::Junction;
        }
        if glued {
            return Meaning::Element;
        }
        if self.is_boundary_by_look(index) {
            return Meaning::Boundary;
        }
        if node.label.length() > NOTE_LENGTH || node.label.list || node.label.lines.len() > 5 || contents.texts > 1 {
            return Meaning::Note;
        }
        if self.is_table_cell(index) {
            return Meaning::Note;
        }
        if let Some(holder) = self.titled(index) {
            self.entitle(holder, index);
            return Meaning::Part(holder);
        }
        Meaning::Element
    }

    /// A shape that holds one icon which might be its picture.
    fn settle_card(&mut self, index: usize, icon: usize, named: bool) -> Meaning {
        let node = &self.scene.nodes[index];
        let glued = self.is_touched(index);
        let roomy = node.area() > 4.0 * CARD_RATIO * self.scene.nodes[icon].area();
        if self.is_dashed(index) || self.is_boundary_by_look(index) || (roomy && !glued) {
            return if named || self.is_dashed(index) { Meaning::Boundary } else { Meaning::Decoration };
        }
        if named || glued {
            self.out.meanings[icon] = Meaning::Part(index);
            return Meaning::Element;
        }
        Meaning::Decoration
    }

    /// An icon that nothing names and nothing touches.
    fn settle_bare(&self, index: usize) -> Meaning {
        // People are drawn small; other small icons without a name decorate what they stand beside.
        let small = self.scene.nodes[index].area() < self.usual_icon / 2.0 && !self.known.is_outsider(index);
        let stands = self.forms[index] == Form::Icon && self.known.is_service(index);
        if stands && !small && !self.sits_on_line(index) { Meaning::Element } else { Meaning::Decoration }
    }

    /// Whether the shape is one of several that share their sides.
    fn is_table_cell(&self, index: usize) -> bool {
        let rect = self.scene.nodes[index].rect;
        let near = self.holders.near(self.scene, index, 1.0);
        near.into_iter().filter(|other| abut(rect, self.scene.nodes[*other].rect)).count() >= 2
    }

    /// Whether a connector runs through the icon, as where a lock on it says that it is encrypted.
    fn sits_on_line(&self, index: usize) -> bool {
        let rect = self.scene.nodes[index].rect;
        let core = rect.inflate(-rect.width() / 4.0, -rect.height() / 4.0);
        self.lines.around(rect, 0.0).into_iter().any(|e| route::distance_to_box(&self.routes[e], core) == 0.0)
    }

    /// The box at whose upper edge this small named shape stands as a title.
    fn titled(&self, index: usize) -> Option<usize> {
        let node = &self.scene.nodes[index];
        let holder = *self.holders.around[index].first()?;
        let outer = &self.scene.nodes[holder];
        let on_top =
            node.rect.y0 - outer.rect.y0 <= 12.0 && node.rect.height() <= 60.0 && outer.area() >= 4.0 * node.area();
        (on_top && outer.label.is_empty() && self.out.title[holder].is_none()).then_some(holder)
    }

    fn is_dashed(&self, index: usize) -> bool {
        self.scene.nodes[index].cell.style.is_on("dashed")
    }

    /// Whether a box without contents looks like a boundary all the same.
    fn is_boundary_by_look(&self, index: usize) -> bool {
        let node = &self.scene.nodes[index];
        let style = &node.cell.style;
        let (short, long) = (node.rect.width().min(node.rect.height()), node.rect.width().max(node.rect.height()));
        let large = short >= 100.0 && long >= 120.0;
        let titled = style.get("verticalAlign") == Some("top") || self.out.title[index].is_some();
        large && titled && (self.is_dashed(index) || self.known.is_boundary_box(index))
    }

    /// Whether a box is drawn closely around one thing, as a background or a highlight is.
    fn is_close(&self, index: usize, only: usize) -> bool {
        self.scene.nodes[index].area() <= CARD_RATIO * self.scene.nodes[only].area()
            && self.scene.nodes[index].glued.is_empty()
    }

    /// Whether a box that connectors lead to is drawn around a picture, or closely around a shape, that none leads to.
    fn is_card(&self, index: usize, only: usize) -> bool {
        let picture = matches!(self.forms[only], Form::Icon | Form::Picture);
        let lining = self.scene.nodes[index].area() <= LINING_RATIO * self.scene.nodes[only].area();
        (picture || lining) && self.is_touched(index) && !self.is_touched(only)
    }

    /// Whether a box holds everything there is, and so separates nothing.
    fn is_backdrop(&self, index: usize) -> bool {
        if self.holders.inside[index].len() + 1 < self.solid {
            return false;
        }
        let inside: BTreeSet<usize> = self.holders.inside[index].iter().copied().collect();
        let solid = |i: &usize| is_solid(self.scene, self.forms, *i);
        self.scene.vertices().filter(solid).all(|i| i == index || inside.contains(&i))
    }

    /// What lies in a legend explains the drawing and is no part of it.
    fn silence_legends(&mut self) {
        for index in self.holders.by_area.clone() {
            if self.out.meanings[index] == Meaning::Boundary && self.is_legend(index) {
                self.out.meanings[index] = Meaning::Decoration;
                for inner in self.holders.inside[index].clone() {
                    self.out.meanings[inner] = Meaning::Decoration;
                }
            }
        }
    }

    fn is_legend(&self, index: usize) -> bool {
        let title = self.out.title[index].unwrap_or(index);
        let text = self.scene.nodes[title].label.text().to_lowercase();
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        matches!(
            text,
            "legend"
                | "legends"
                | "key"
                | "legende"
                | "légende"
                | "leyenda"
                | "legenda"
                | "凡例"
                | "图例"
                | "圖例"
                | "범례"
                | "легенда"
        )
    }
}

/// Whether a shape asks which way to go: it does nothing with what passes.
fn is_decision(shape: Option<&str>) -> bool {
    shape.is_some_and(|s| matches!(s, "rhombus" | "mxgraph.flowchart.decision"))
}

/// Whether a label says how things are carried and nothing else: `HTTPS`, `TCP 443`, `HTTP/HTTPS`.
fn is_protocol(text: &str) -> bool {
    let mut named = false;
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).all(|word| {
        let word = word.to_ascii_lowercase();
        let protocol = ["tcp", "udp"].contains(&word.as_str())
            || SECURE_PROTOCOLS.iter().chain(&PLAIN_PROTOCOLS).any(|p| *p == word);
        named |= protocol;
        protocol || matches!(word.as_str(), "port" | "over") || word.bytes().all(|b| b.is_ascii_digit())
    }) && named
}

/// Whether a cell is a shape or picture that takes room.
fn is_solid(scene: &Scene<'_>, forms: &[Form], index: usize) -> bool {
    let closed = matches!(forms[index], Form::Icon | Form::Picture | Form::Shape(_) | Form::Frame | Form::Swimlane);
    closed && scene.nodes[index].area() > 0.0
}

/// The area of the icon that is neither among the smaller nor among the larger half.
fn usual_icon(scene: &Scene<'_>, forms: &[Form]) -> f64 {
    let icons = scene.vertices().filter(|i| forms[*i] == Form::Icon);
    let mut areas: Vec<f64> = icons.map(|i| scene.nodes[i].area()).collect();
    areas.sort_by(f64::total_cmp);
    areas.get(areas.len() / 2).copied().unwrap_or_default()
}

/// Whether two boxes share a side, as the cells of a table do.
fn abut(a: Rect, b: Rect) -> bool {
    let beside = (a.x1 - b.x0).abs().min((b.x1 - a.x0).abs()) <= 1.0 && a.y0.max(b.y0) + 5.0 < a.y1.min(b.y1);
    let above = (a.y1 - b.y0).abs().min((b.y1 - a.y0).abs()) <= 1.0 && a.x0.max(b.x0) + 5.0 < a.x1.min(b.x1);
    beside || above
}

/// Whether `rect` stands at a corner of `outer`, or astride the middle of its upper edge.
fn at_corner(rect: Rect, outer: Rect, reach: f64) -> bool {
    let (across, down) = to_corner(rect, outer);
    let astride = rect.y0 < outer.y0 && outer.y0 < rect.y1 && (rect.center().x - outer.center().x).abs() <= reach;
    (across <= reach && down <= reach) || astride
}

/// How far the middle of `rect` is from the nearest corner of `outer`.
fn corner_gap(rect: Rect, outer: Rect) -> f64 {
    let (across, down) = to_corner(rect, outer);
    across.hypot(down)
}

/// The same, sideways and upright.
fn to_corner(rect: Rect, outer: Rect) -> (f64, f64) {
    let centre = rect.center();
    let across = (centre.x - outer.x0).abs().min((centre.x - outer.x1).abs());
    let down = (centre.y - outer.y0).abs().min((centre.y - outer.y1).abs());
    (across, down)
}
