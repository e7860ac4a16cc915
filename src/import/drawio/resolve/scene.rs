//! The cells of a page as they stand on it: family tree, visibility, labels as shown and absolute geometry.

use std::collections::HashMap;

use kurbo::{Point, Rect, Size, Vec2};

use super::placeholder;
use crate::{
    import::{
        ReadOptions,
        drawio::{
            label::Label,
            page::{Cell, CellKind, Geometry, Page},
        },
        limits,
    },
    model::{self, Notice, NoticeLevel},
};

/// A page's cells with everything that only depends on where they stand.
pub(super) struct Scene<'p> {
    /// One node a cell, in the file's order.
    pub(super) nodes: Vec<Node<'p>>,
    by_id: HashMap<&'p str, usize>,
}

/// What a node is before its meaning is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The root, a layer, or a cell that is not drawn.
    Undrawn,
    /// A shape.
    Vertex,
    /// A vertex that rides on a connector: its label or an ornament.
    Rider,
    /// A connector.
    Edge,
}

/// One cell on its page.
pub(super) struct Node<'p> {
    /// The cell as written.
    pub(super) cell: &'p Cell,
    /// Its id, made unique on the page.
    pub(super) id: String,
    /// Its role.
    pub(super) role: Role,
    /// Its label as shown.
    pub(super) label: Label,
    /// The cell it belongs to.
    pub(super) parent: Option<usize>,
    /// The cells that belong to it, in the file's order.
    pub(super) children: Vec<usize>,
    /// Whether it or something above it is hidden, and hidden things are not asked for.
    pub(super) hidden: bool,
    /// Its box in the page's pixels, of no size where it has no geometry.
    pub(super) rect: Rect,
    /// Connectors that are glued to it.
    pub(super) glued: Vec<usize>,
}

impl<'p> Scene<'p> {
    /// Places the cells of `page`. What is odd about them goes to `notices`.
    pub(super) fn new(
        page: &'p Page,
        identity: &model::Page,
        options: &ReadOptions,
        notices: &mut Vec<Notice>,
    ) -> Self {
        let mut scene = Self { nodes: Vec::with_capacity(page.cells.len()), by_id: HashMap::new() };
        for cell in page.cells.iter().filter(|c| is_cell(c)) {
            scene.add(cell, notices);
        }
        scene.adopt(notices);
        scene.settle_roles();
        scene.hide(options, notices);
        scene.place();
        scene.glue();
        for index in 0..scene.nodes.len() {
            let mut shown = placeholder::shown_label(&scene, index, identity);
            if limits::cut_label(&mut shown) {
                let message =
                    format!("its label has more than {} characters; the rest is left out", limits::LABEL_CHARS);
                notices.push(Notice::cell(NoticeLevel::Warning, "label-cut", &scene.nodes[index].id, message));
            }
            let style = &scene.nodes[index].cell.style;
            let html = style.is_on("html") || style.get("whiteSpace") == Some("wrap");
            scene.nodes[index].label = Label::read(&shown, html);
        }
        scene
    }

    /// The node with this id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// `index`, its parent, that one's parent and so on.
    pub(super) fn ancestry(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(index), |i| self.nodes.get(*i)?.parent).take(limits::NESTING)
    }

    /// Everything that is drawn and is no connector and rides on none, in the file's order.
    pub(super) fn vertices(&self) -> impl Iterator<Item = usize> + '_ {
        self.drawn(Role::Vertex)
    }

    /// Every connector that is drawn, in the file's order.
    pub(super) fn edges(&self) -> impl Iterator<Item = usize> + '_ {
        self.drawn(Role::Edge)
    }

    fn drawn(&self, role: Role) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().enumerate().filter(move |(_, n)| n.role == role && !n.hidden).map(|(i, _)| i)
    }

    fn add(&mut self, cell: &'p Cell, notices: &mut Vec<Notice>) {
        let index = self.nodes.len();
        let mut id = if cell.id.is_empty() { format!("#{index}") } else { cell.id.clone() };
        if self.by_id.contains_key(cell.id.as_str()) && !cell.id.is_empty() {
            id = format!("{}#{index}", cell.id);
            notices.push(Notice::cell(
                NoticeLevel::Warning,
                "duplicate-id",
                &cell.id,
                format!("two cells have the id `{}`; the later one is called `{id}` here", cell.id),
            ));
        } else if !cell.id.is_empty() {
            self.by_id.insert(&cell.id, index);
        }
        let role = match cell.kind {
            CellKind::Vertex => Role::Vertex,
            CellKind::Edge => Role::Edge,
            CellKind::Plain => Role::Undrawn,
        };
        self.nodes.push(Node {
            cell,
            id,
            role,
            label: Label::default(),
            parent: None,
            children: Vec::new(),
            hidden: cell.hidden,
            rect: Rect::ZERO,
            glued: Vec::new(),
        });
    }

    /// Links parents and children; a parent that is missing, or that would close a circle, is left out.
    fn adopt(&mut self, notices: &mut Vec<Notice>) {
        for index in 0..self.nodes.len() {
            let Some(wanted) = self.nodes[index].cell.parent.as_deref() else { continue };
            match self.find(wanted) {
                Some(parent) => self.nodes[index].parent = Some(parent),
                None => notices.push(Notice::cell(
                    NoticeLevel::Warning,
                    "parent-missing",
                    &self.nodes[index].id,
                    format!("its parent `{wanted}` is not on the page; it is taken to lie on the page itself"),
                )),
            }
        }
        self.break_circles(notices);
        for index in 0..self.nodes.len() {
            if let Some(parent) = self.nodes[index].parent {
                self.nodes[parent].children.push(index);
            }
        }
    }

    /// Cuts every chain of parents that runs in a circle or goes deeper than the limit.
    fn break_circles(&mut self, notices: &mut Vec<Notice>) {
        // Depth of each node once known; nodes on the chain being walked are marked by their walk's number.
        let mut depth: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let mut walked_by = vec![usize::MAX; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut chain = Vec::new();
            let mut at = start;
            let base = loop {
                if let Some(known) = depth[at] {
                    break known + 1;
                }
                walked_by[at] = start;
                chain.push(at);
                match self.nodes[at].parent {
                    Some(parent) if walked_by[parent] == start && depth[parent].is_none() => {
                        self.cut(at, notices);
                        break 0;
                    }
                    Some(parent) => at = parent,
                    None => break 0,
                }
            };
            for (steps, &node) in chain.iter().rev().enumerate() {
                let here = base + steps;
                if here >= limits::NESTING && self.nodes[node].parent.is_some() {
                    self.cut(node, notices);
                    depth[node] = Some(0);
                    break; // the rest of the chain is walked again from its own start
                }
                depth[node] = Some(here);
            }
        }
    }

    fn cut(&mut self, index: usize, notices: &mut Vec<Notice>) {
        let node = &mut self.nodes[index];
        node.parent = None;
        let message = "its parents run in a circle or too deep; it is taken to lie on the page itself";
        notices.push(Notice::cell(NoticeLevel::Warning, "parent-circle", &node.id, message));
    }

    fn settle_roles(&mut self) {
        for index in 0..self.nodes.len() {
            let on_edge =
                self.nodes[index].parent.is_some_and(|p| matches!(self.nodes[p].role, Role::Edge | Role::Rider));
            if self.nodes[index].role == Role::Vertex && on_edge {
                self.nodes[index].role = Role::Rider;
            }
        }
    }

    fn hide(&mut self, options: &ReadOptions, notices: &mut Vec<Notice>) {
        let hidden: Vec<bool> =
            (0..self.nodes.len()).map(|i| self.ancestry(i).any(|a| self.nodes[a].cell.hidden)).collect();
        for (index, hidden) in hidden.iter().enumerate() {
            self.nodes[index].hidden = *hidden && !options.include_hidden;
        }
        let drawn = |i: &usize| matches!(self.nodes[*i].role, Role::Vertex | Role::Edge) && hidden[*i];
        let count = (0..self.nodes.len()).filter(drawn).count();
        if count > 0 {
            let did = if options.include_hidden { "read because they were asked for" } else { "left out" };
            let message = format!("{count} hidden cells were {did}");
            notices.push(Notice::general(NoticeLevel::Info, "hidden-cells", message));
        }
    }

    /// Works out every box. Parents come before children in no particular file order, hence the walk from the top.
    fn place(&mut self) {
        let mut stack: Vec<(usize, Rect)> =
            (0..self.nodes.len()).rev().filter(|i| self.nodes[*i].parent.is_none()).map(|i| (i, Rect::ZERO)).collect();
        while let Some((index, parent)) = stack.pop() {
            let rect = absolute(&self.nodes[index], parent);
            self.nodes[index].rect = rect;
            stack.extend(self.nodes[index].children.iter().map(|c| (*c, rect)));
        }
    }

    fn glue(&mut self) {
        for index in 0..self.nodes.len() {
            let node = &self.nodes[index];
            if node.role != Role::Edge || node.hidden {
                continue;
            }
            let ends = [node.cell.source.as_deref(), node.cell.target.as_deref()];
            for end in ends.map(|id| id.and_then(|id| self.find(id))).into_iter().flatten() {
                self.nodes[end].glued.push(index);
            }
        }
    }

    /// Where the points of the connector at `index` count from.
    pub(super) fn origin(&self, index: usize) -> Vec2 {
        let parent = self.nodes.get(index).and_then(|n| n.parent).and_then(|p| self.nodes.get(p));
        parent.map_or(Vec2::ZERO, |p| p.rect.origin().to_vec2())
    }
}

impl Node<'_> {
    /// The shape's place as written.
    pub(super) fn geometry(&self) -> Option<&Geometry> {
        self.cell.geometry.as_ref()
    }

    /// The area of its box.
    pub(super) fn area(&self) -> f64 {
        self.rect.area()
    }
}

/// Whether something stands in this slot: a wrapper without a cell inside leaves it empty.
fn is_cell(cell: &Cell) -> bool {
    !cell.id.is_empty() || cell.parent.is_some() || cell.kind != CellKind::Plain
}

/// The box of `node` whose parent has the box `parent`.
fn absolute(node: &Node<'_>, parent: Rect) -> Rect {
    let Some(geometry) = node.geometry() else { return Rect::from_origin_size(parent.origin(), Size::ZERO) };
    if node.role == Role::Edge || node.role == Role::Undrawn {
        return Rect::from_origin_size(parent.origin(), Size::ZERO);
    }
    let offset = geometry.offset.map_or(Vec2::ZERO, |o| Vec2::new(o.x, o.y));
    let origin = if geometry.relative && node.role == Role::Vertex {
        parent.origin() + Vec2::new(geometry.x * parent.width(), geometry.y * parent.height()) + offset
    } else {
        parent.origin() + Vec2::new(geometry.x, geometry.y)
    };
    let (width, height) = match geometry.alternate {
        Some(expanded) if node.cell.collapsed && expanded.0 > 0.0 => expanded,
        _ => (geometry.width, geometry.height),
    };
    let rect = Rect::from_origin_size(origin, Size::new(width, height));
    let turned = node.cell.style.number("rotation").unwrap_or_default().rem_euclid(180.0);
    if (45.0..135.0).contains(&turned) { quarter_turn(rect) } else { rect }
}

/// The box with width and height swapped about its middle.
fn quarter_turn(rect: Rect) -> Rect {
    Rect::from_center_size(rect.center(), Size::new(rect.height(), rect.width()))
}

/// A point of the file's model as one to reckon with.
pub(super) fn to_point(point: model::Point, origin: Vec2) -> Point {
    Point::new(point.x, point.y) + origin
}
