//! A page as written: the cells of an `<mxGraphModel>`, typed, before anything is concluded from them.

use std::{borrow::Cow, collections::BTreeMap};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::style::Style;
use crate::{
    import::{ImportError, limits},
    model::Point,
};

/// A page as written.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The cells in the file's order, which is also their order from back to front.
    pub(super) cells: Vec<Cell>,
}

/// What a cell says that it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CellKind {
    /// A shape.
    Vertex,
    /// A connector.
    Edge,
    /// Neither: the root, a layer, or something that is not drawn.
    #[default]
    Plain,
}

/// One cell as written.
#[derive(Debug, Default)]
pub(super) struct Cell {
    /// Its id, of the wrapper where there is one; empty where there is none.
    pub(super) id: String,
    /// Its label as written.
    pub(super) value: String,
    /// Its style.
    pub(super) style: Style,
    /// Shape, connector or neither.
    pub(super) kind: CellKind,
    /// Id of its parent.
    pub(super) parent: Option<String>,
    /// Id of the cell that a connector starts on.
    pub(super) source: Option<String>,
    /// Id of the cell that a connector ends on.
    pub(super) target: Option<String>,
    /// Whether it and all below it is not drawn.
    pub(super) hidden: bool,
    /// Whether what is inside is folded away.
    pub(super) collapsed: bool,
    /// Where it is drawn.
    pub(super) geometry: Option<Geometry>,
    /// The author's own properties, from the wrapper.
    pub(super) data: BTreeMap<String, String>,
}

/// Where a cell is drawn, relative to its parent.
#[derive(Clone, Debug, Default)]
pub(super) struct Geometry {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// `x` and `y` are fractions of the parent's size or of the way along an edge.
    pub(super) relative: bool,
    /// Where a connector starts if it is not attached.
    pub(super) source: Option<Point>,
    /// Where a connector ends if it is not attached.
    pub(super) target: Option<Point>,
    /// Added to a relative position, in pixels.
    pub(super) offset: Option<Point>,
    /// The bends of a connector.
    pub(super) points: Vec<Point>,
    /// Width and height in the other state of a box that can be folded.
    pub(super) alternate: Option<(f64, f64)>,
}

/// Reads the cells of one model. The reader stands behind the start tag of `<mxGraphModel>`; it is left behind its end.
pub(super) fn read(reader: &mut Reader<&[u8]>) -> Result<Page, ImportError> {
    let mut parser = Parser::default();
    loop {
        let event = reader.read_event().map_err(|e| super::broken_xml(reader, &e))?;
        match event {
            Event::Start(tag) => parser.open(&tag, false)?,
            Event::Empty(tag) => parser.open(&tag, true)?,
            Event::End(tag) if tag.name().as_ref() == "mxGraphModel" => break,
            Event::End(_) => parser.close(),
            Event::Eof => {
                return Err(ImportError::Broken(
                    "the XML ends in the middle of a page; the file may be cut off".to_owned(),
                ));
            }
            _ => {}
        }
    }
    match parser.strange {
        Some(name) if parser.real == 0 || !parser.rooted => Err(ImportError::Broken(format!(
            "a page holds `<{name}>` where its cells should be; it was not written by draw.io"
        ))),
        _ => Ok(Page { cells: parser.cells }),
    }
}

/// An element of the XML that is open.
enum Open {
    /// A cell, or a wrapper around one.
    Cell(Box<Draft>),
    /// `<mxGeometry>`.
    Geometry,
    /// `<Array as="points">`.
    Points,
    /// Anything else.
    Other,
}

/// A cell whose end tag has not come yet.
#[derive(Default)]
struct Draft {
    cell: Cell,
    /// Position that it will take: that of its start tag.
    slot: usize,
    /// Whether an `<mxCell>` has been seen for it; a wrapper without one is no cell.
    real: bool,
    /// The name of its start tag.
    tag: String,
}

#[derive(Default)]
struct Parser {
    cells: Vec<Cell>,
    stack: Vec<Open>,
    /// Whether `<root>` has been seen.
    rooted: bool,
    /// Cells that were read to their end.
    real: usize,
    /// The first element that is neither a cell nor a wrapper around one.
    strange: Option<String>,
}

impl Parser {
    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<(), ImportError> {
        limits::check("the nesting of the XML", self.stack.len() as u64 + 1, limits::NESTING as u64, "levels")?;
        let opened = match tag.local_name().as_ref() {
            "root" => {
                self.rooted = true;
                Open::Other
            }
            "mxCell" => self.open_cell(tag)?,
            "mxGeometry" => self.open_geometry(tag),
            "mxPoint" => self.point(tag),
            "mxRectangle" => self.rectangle(tag),
            "Array" => Open::Points,
            name if self.stack.is_empty() => {
                self.strange.get_or_insert(name.to_owned());
                Open::Other
            }
            _ if self.draft().is_none() => Open::Cell(Box::new(Draft {
                cell: wrapper(tag),
                slot: self.reserve()?,
                real: false,
                tag: tag.local_name().as_ref().to_owned(),
            })),
            _ => Open::Other,
        };
        self.stack.push(opened);
        if empty {
            self.close();
        }
        Ok(())
    }

    /// The cell that is being read, innermost first.
    fn draft(&mut self) -> Option<&mut Draft> {
        self.stack.iter_mut().rev().find_map(|o| match o {
            Open::Cell(draft) => Some(draft.as_mut()),
            _ => None,
        })
    }

    fn reserve(&mut self) -> Result<usize, ImportError> {
        limits::check("the page", self.cells.len() as u64 + 1, limits::CELLS as u64, "cells")?;
        self.cells.push(Cell::default());
        Ok(self.cells.len() - 1)
    }

    /// An `<mxCell>` completes the wrapper around it, else it is a cell of its own; one inside another is its child.
    fn open_cell(&mut self, tag: &BytesStart<'_>) -> Result<Open, ImportError> {
        if let Some(draft) = self.draft()
            && !draft.real
        {
            draft.real = true;
            complete(&mut draft.cell, tag);
            return Ok(Open::Other);
        }
        let mut cell = Cell::default();
        if let Some(outer) = self.draft() {
            cell.parent = Some(outer.cell.id.clone());
        }
        complete(&mut cell, tag);
        Ok(Open::Cell(Box::new(Draft { cell, slot: self.reserve()?, real: true, tag: String::new() })))
    }

    fn open_geometry(&mut self, tag: &BytesStart<'_>) -> Open {
        let mut geometry = Geometry::default();
        for (key, value) in attributes(tag) {
            match key {
                "x" => geometry.x = number(&value),
                "y" => geometry.y = number(&value),
                "width" => geometry.width = number(&value).max(0.0),
                "height" => geometry.height = number(&value).max(0.0),
                "relative" => geometry.relative = value == "1",
                _ => {}
            }
        }
        if let Some(draft) = self.draft() {
            draft.cell.geometry = Some(geometry);
        }
        Open::Geometry
    }

    fn point(&mut self, tag: &BytesStart<'_>) -> Open {
        let mut point = Point { x: 0.0, y: 0.0 };
        let mut role = Cow::Borrowed("");
        for (key, value) in attributes(tag) {
            match key {
                "x" => point.x = number(&value),
                "y" => point.y = number(&value),
                "as" => role = value,
                _ => {}
            }
        }
        let bend = matches!(self.stack.last(), Some(Open::Points));
        if let Some(geometry) = self.draft().and_then(|d| d.cell.geometry.as_mut()) {
            match role.as_ref() {
                "sourcePoint" => geometry.source = Some(point),
                "targetPoint" => geometry.target = Some(point),
                "offset" => geometry.offset = Some(point),
                _ if bend => geometry.points.push(point),
                _ => {}
            }
        }
        Open::Other
    }

    fn rectangle(&mut self, tag: &BytesStart<'_>) -> Open {
        let mut size = (0.0, 0.0);
        let mut alternate = false;
        for (key, value) in attributes(tag) {
            match key {
                "width" => size.0 = number(&value).max(0.0),
                "height" => size.1 = number(&value).max(0.0),
                "as" => alternate = value == "alternateBounds",
                _ => {}
            }
        }
        if let Some(geometry) = self.draft().and_then(|d| d.cell.geometry.as_mut())
            && alternate
        {
            geometry.alternate = Some(size);
        }
        Open::Other
    }

    fn close(&mut self) {
        let Some(Open::Cell(draft)) = self.stack.pop() else { return };
        if !draft.real {
            self.strange.get_or_insert(draft.tag);
        } else if let Some(slot) = self.cells.get_mut(draft.slot) {
            *slot = draft.cell;
            self.real += 1;
        }
    }
}

/// A wrapper's own attributes: id, label and the author's properties.
fn wrapper(tag: &BytesStart<'_>) -> Cell {
    let mut cell = Cell::default();
    for (key, value) in attributes(tag) {
        let value = value.into_owned();
        match key {
            "id" => cell.id = value,
            "label" => cell.value = value,
            _ => {
                cell.data.insert(key.to_owned(), value);
            }
        }
    }
    cell
}

/// What the `<mxCell>` says. Inside a wrapper it has neither id nor label.
fn complete(cell: &mut Cell, tag: &BytesStart<'_>) {
    let (mut vertex, mut edge) = (false, false);
    let filled = |value: Cow<'_, str>| Some(value.into_owned()).filter(|v| !v.is_empty());
    for (key, value) in attributes(tag) {
        match key {
            "id" if cell.id.is_empty() => cell.id = value.into_owned(),
            "value" if cell.value.is_empty() => cell.value = value.into_owned(),
            "style" => cell.style = Style::parse(value.into_owned()),
            "vertex" => vertex = value == "1",
            "edge" => edge = value == "1",
            "parent" => cell.parent = Some(value.into_owned()),
            "source" => cell.source = filled(value),
            "target" => cell.target = filled(value),
            "visible" => cell.hidden = value == "0",
            "collapsed" => cell.collapsed = value == "1",
            _ => {}
        }
    }
    cell.kind = match (vertex, edge) {
        (_, true) => CellKind::Edge,
        (true, false) => CellKind::Vertex,
        (false, false) => CellKind::Plain,
    };
}

/// The attributes of `tag`, unescaped; what cannot be unescaped stays as written.
pub(super) fn attributes<'t>(tag: &'t BytesStart<'_>) -> impl Iterator<Item = (&'t str, Cow<'t, str>)> {
    let mut all = tag.attributes();
    all.with_checks(false);
    all.filter_map(Result::ok).map(|a| {
        let value = a.normalized_value(XmlVersion::Implicit1_0);
        (a.key.into_inner(), value.unwrap_or(a.value))
    })
}

/// A number, 0 where it is none. Beyond ten million pixels nothing is drawn, and sums stay finite.
fn number(text: &str) -> f64 {
    let value = text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    value.unwrap_or_default().clamp(-1e7, 1e7)
}
