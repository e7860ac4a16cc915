//! `threatsheet diff`: what changed between two diagrams, or between a diagram and its last table.

use std::path::Path;

use anyhow::Context as _;

use super::{
    Outcome,
    args::{DiffArguments, DiffFormat},
    inputs, load, outputs, to_stdout,
};
use crate::{
    catalog::Catalog,
    export::{self, Format},
    import, infer,
    model::PreviousTable,
};

/// Compares two diagrams, or a table and a diagram.
pub(super) fn run(arguments: &DiffArguments) -> anyhow::Result<Outcome> {
    let catalog = load::catalog(&arguments.reading.catalogs)?;
    let old = side(&arguments.old, arguments, &catalog)?;
    let new = side(&arguments.new, arguments, &catalog)?;
    let difference = export::difference(&old, &new);
    let shown = match arguments.format {
        DiffFormat::Text => export::difference_text(&difference),
        DiffFormat::Markdown => export::difference_markdown(&difference),
        DiffFormat::Json => serde_json::to_string_pretty(&difference)? + "\n",
    };
    to_stdout(shown.as_bytes())
}

/// One side of the comparison: a table as it was read back, or the threats of a diagram as found now.
fn side(path: &Path, arguments: &DiffArguments, catalog: &Catalog) -> anyhow::Result<PreviousTable> {
    if matches!(outputs::format_of(path), Some(Format::Xlsx | Format::Csv)) {
        let table = inputs::read(path, import::FILE_BYTES);
        let table = table.and_then(|bytes| Ok(export::read_previous(&path.to_string_lossy(), &bytes)?));
        return table.with_context(|| path.display().to_string());
    }
    let document = load::read(path, catalog, &load::read_options(&arguments.reading))?;
    let report = infer::infer(vec![document], catalog, &load::infer_options(&arguments.inference));
    Ok(export::table_of(&report))
}
