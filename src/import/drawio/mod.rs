//! draw.io: the pages of an `<mxfile>`, each first as written (`page`), then as a data-flow diagram.

mod label;
mod page;
mod payload;
mod resolve;
mod style;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{ImportError, ReadOptions, asked, limits};
use crate::{
    catalog::Catalog,
    model::{self, Diagram, Notice},
};

/// The diagrams of a file's pages and notices about the file as a whole, from the text of an `<mxfile>` or of a bare
/// `<mxGraphModel>`.
///
/// # Errors
/// [`ImportError`] where the XML is broken, a page cannot be decompressed, or a limit is passed.
pub(in crate::import) fn read_xml(
    xml: &str,
    catalog: &Catalog,
    options: &ReadOptions,
) -> Result<(Vec<Diagram>, Vec<Notice>), ImportError> {
    let pages = pages(xml)?;
    let asked = asked::pages(pages, options.page.as_deref())?;
    let diagrams =
        asked.into_iter().map(|(identity, page)| resolve::diagram(&page, identity, catalog, options)).collect();
    Ok((diagrams, Vec::new()))
}

/// Every page with its cells as written.
fn pages(xml: &str) -> Result<Vec<(model::Page, page::Page)>, ImportError> {
    let mut reader = Reader::from_str(xml);
    let mut pages: Vec<(model::Page, page::Page)> = Vec::new();
    let (mut inflated, mut cells, mut counted) = (0, 0, 0);
    loop {
        limits::check("the file", pages.len() as u64, limits::PAGES as u64, "pages")?;
        cells += pages.iter().skip(counted).map(|(_, page)| page.cells.len()).sum::<usize>();
        counted = pages.len();
        limits::check("the file", cells as u64, limits::CELLS_IN_FILE as u64, "cells")?;
        match reader.read_event().map_err(|e| broken_xml(&reader, &e))? {
            Event::DocType(doctype) if doctype.to_ascii_uppercase().contains("<!ENTITY") => {
                return Err(ImportError::Broken(
                    "the XML declares entities, which diagrams never need; it is not read".to_owned(),
                ));
            }
            Event::Start(tag) if tag.local_name().as_ref() == "mxGraphModel" => {
                pages.push((identity(None, pages.len()), page::read(&mut reader)?));
            }
            Event::Start(tag) if tag.local_name().as_ref() == "diagram" => {
                let identity = identity(Some(&tag), pages.len());
                let cells = diagram(&mut reader, &identity, &mut inflated)?;
                pages.push((identity, cells));
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "diagram" => {
                pages.push((identity(Some(&tag), pages.len()), page::Page::default()));
            }
            Event::Eof => return Ok(pages),
            _ => {}
        }
    }
}

/// A page's id and name; draw.io's own defaults where they are missing.
fn identity(tag: Option<&BytesStart<'_>>, index: usize) -> model::Page {
    let mut page = model::Page { index, id: index.to_string(), name: format!("Page-{}", index + 1) };
    for (key, value) in tag.into_iter().flat_map(page::attributes) {
        match key {
            "id" if !value.is_empty() => page.id = value.into_owned(),
            "name" if !value.is_empty() => page.name = value.into_owned(),
            _ => {}
        }
    }
    page
}

/// What a `<diagram>` holds: a model, or text that is a compressed one. `inflated` counts the bytes of all of those.
fn diagram(reader: &mut Reader<&[u8]>, identity: &model::Page, inflated: &mut u64) -> Result<page::Page, ImportError> {
    let mut text = String::new();
    let mut cells = page::Page::default();
    loop {
        match reader.read_event().map_err(|e| broken_xml(reader, &e))? {
            Event::Start(tag) if tag.local_name().as_ref() == "mxGraphModel" => cells = page::read(reader)?,
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() != "mxGraphModel" => {
                let message = format!(
                    "page {} holds `<{}>`, which is no draw.io model",
                    identity.index + 1,
                    tag.local_name().as_ref()
                );
                return Err(ImportError::Broken(message));
            }
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::End(tag) if tag.local_name().as_ref() == "diagram" => break,
            Event::Eof => {
                return Err(ImportError::Broken(
                    "the XML ends in the middle of a page; the file may be cut off".to_owned(),
                ));
            }
            _ => {}
        }
    }
    if text.trim().is_empty() {
        return Ok(cells);
    }
    let name = format!("page {} ({})", identity.index + 1, identity.name);
    let xml = payload::decode(&text, &name)?;
    *inflated += xml.len() as u64;
    limits::check_bytes("the file, all pages decompressed,", *inflated, limits::INFLATED_BYTES)?;
    let mut inner = Reader::from_str(&xml);
    loop {
        match inner.read_event().map_err(|e| broken_xml(&inner, &e))? {
            Event::Start(tag) if tag.local_name().as_ref() == "mxGraphModel" => return page::read(&mut inner),
            Event::Eof => return Ok(page::Page::default()),
            _ => {}
        }
    }
}

/// What is wrong with the XML, and where.
fn broken_xml(reader: &Reader<&[u8]>, error: &quick_xml::Error) -> ImportError {
    ImportError::Broken(format!("the XML is broken at byte {}: {error}", reader.error_position()))
}
