//! The table that people's decisions are carried over from.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, bail};

use super::{inputs, outputs};
use crate::{
    export::{self, Format},
    import,
    model::{PreviousTable, Triage},
};

/// Tables that one run wrote differ in age by less than this.
const ONE_RUN: Duration = Duration::from_secs(2);

/// The earlier table: the one `named`, else what `outputs` hold already. None where there is none yet.
///
/// Rows come from one file. Where that is CSV, which has rows only, the sheets that people wrote on come from the
/// workbook that is about to be replaced.
pub(super) fn table(named: Option<&Path>, outputs: &[PathBuf]) -> anyhow::Result<Option<PreviousTable>> {
    let workbook = existing(outputs, Format::Xlsx);
    let values = existing(outputs, Format::Csv);
    let Some(first) = named.or(workbook).or(values) else { return Ok(None) };
    let mut table = read(first)?;
    if let (None, Some(workbook), Some(values)) = (named, workbook, values)
        && let (Some(before), Some(after)) = (changed(workbook), changed(values))
        && after > before + ONE_RUN
        && let Some(row) = differing(&table, &read(values)?)
    {
        bail!(
            "{} was changed after {}, and they do not say the same of {row}; nothing was overwritten (name the one that \
             holds with --triage)",
            values.display(),
            workbook.display()
        );
    }
    if let Some(workbook) = workbook
        && outputs::format_of(first) == Some(Format::Csv)
    {
        let sheets = read(workbook)?;
        (table.retired, table.kept, table.thresholds) = (sheets.retired, sheets.kept, sheets.thresholds);
    }
    Ok(Some(table))
}

fn existing(outputs: &[PathBuf], format: Format) -> Option<&Path> {
    outputs.iter().find(|path| outputs::format_of(path) == Some(format) && path.is_file()).map(PathBuf::as_path)
}

fn read(path: &Path) -> anyhow::Result<PreviousTable> {
    let bytes = inputs::read(path, import::FILE_BYTES);
    let table = bytes.and_then(|bytes| Ok(export::read_previous(&path.to_string_lossy(), &bytes)?));
    table.with_context(|| {
        format!(
            "cannot carry decisions over from {}; nothing was overwritten (--no-triage starts afresh)",
            path.display()
        )
    })
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// The title of the first row of `other` on which something else was decided than in `table`.
fn differing<'o>(table: &PreviousTable, other: &'o PreviousTable) -> Option<&'o str> {
    let decided = |triage: &Triage| {
        let mut triage = Triage { number: None, ..triage.clone() };
        triage.extra.retain(|(_, content)| !content.is_empty());
        triage.extra.sort();
        triage
    };
    let same = |row: &&crate::model::PreviousRow| {
        let mut alike = table.rows.iter().filter(|before| before.key == row.key && before.source == row.source);
        alike.any(|before| decided(&before.triage) == decided(&row.triage))
    };
    other.rows.iter().find(|row| !same(row)).map(|row| row.title.as_str())
}
