//! OWASP Threat Dragon: models of both versions, told apart diagram by diagram.

mod cell;
mod convert;
mod crossing;
mod field;
mod path;
mod place;
mod recorded;
mod stated;
mod v1;
mod v2;
mod zone;

use serde_json::Value;

use self::{cell::Cell, field::text};
use super::{ImportError, ReadOptions, asked, limits};
use crate::{
    catalog::Catalog,
    model::{Diagram, Notice, NoticeLevel, Page},
};

/// A model as read.
#[derive(Debug)]
pub(super) struct Model {
    /// Its title.
    pub(super) title: Option<String>,
    /// Its diagrams.
    pub(super) diagrams: Vec<Diagram>,
    /// Notices about the model as a whole.
    pub(super) notices: Vec<Notice>,
}

/// Reads a model's JSON.
///
/// # Errors
/// [`ImportError::TooLarge`] where it has more diagrams or cells than the limits allow; [`ImportError::NoSuchPage`].
pub(super) fn read(model: &Value, catalog: &Catalog, options: &ReadOptions) -> Result<Model, ImportError> {
    let diagrams = model.pointer("/detail/diagrams").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    limits::check("the model", diagrams.len() as u64, limits::PAGES as u64, "diagrams")?;
    let mut notices = Vec::new();
    if diagrams.is_empty() {
        notices.push(Notice::general(NoticeLevel::Warning, "empty-model", "the model has no diagram"));
    }
    let pages = diagrams.iter().enumerate().map(|(index, diagram)| (page(index, diagram), diagram)).collect();
    let mut read = Vec::new();
    for (page, diagram) in asked::pages(pages, options.page.as_deref())? {
        let (cells, skipped) = cells(diagram, options)?;
        let mut diagram = convert::diagram(page, &cells, catalog);
        diagram.notices.extend(skipped);
        read.push(diagram);
    }
    Ok(Model { title: text(model, "/summary/title"), diagrams: read, notices })
}

fn page(index: usize, diagram: &Value) -> Page {
    let id = field::scalar(diagram.get("id")).unwrap_or_else(|| index.to_string());
    Page { index, id, name: text(diagram, "/title").unwrap_or_else(|| format!("Diagram {}", index + 1)) }
}

/// The cells of a diagram, and a notice where there are none or some are hidden. Files with the cells of both versions
/// in one diagram exist; those of version 2 are the current ones.
fn cells(diagram: &Value, options: &ReadOptions) -> Result<(Vec<Cell>, Vec<Notice>), ImportError> {
    let filled = |pointer: &str| diagram.pointer(pointer).and_then(Value::as_array).filter(|cells| !cells.is_empty());
    let (cells, is_v1) = match (filled("/cells"), filled("/diagramJson/cells")) {
        (Some(cells), _) => (cells, false),
        (None, Some(cells)) => (cells, true),
        (None, None) => {
            let notice = Notice::general(NoticeLevel::Warning, "empty-diagram", "nothing is drawn in this diagram");
            return Ok((Vec::new(), vec![notice]));
        }
    };
    limits::check("the diagram", cells.len() as u64, limits::CELLS as u64, "cells")?;
    let mut notices = Vec::new();
    let mut shown = Vec::new();
    let mut hidden = 0_usize;
    for (index, cell) in cells.iter().enumerate() {
        if cell.get("visible") == Some(&Value::Bool(false)) && !options.include_hidden {
            hidden += 1;
        } else {
            shown.push(if is_v1 { v1::cell(index, cell) } else { v2::cell(index, cell) });
        }
    }
    if hidden > 0 {
        let message = format!("{hidden} hidden cells were left out; --include-hidden reads them");
        notices.push(Notice::general(NoticeLevel::Info, "hidden-cells", message));
    }
    cell::make_ids_unique(&mut shown, &mut notices);
    cell::cut_names(&mut shown, &mut notices);
    Ok((shown, notices))
}
