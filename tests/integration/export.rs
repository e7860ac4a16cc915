//! What is written: the same bytes for the same report, harmless whatever a label says, and readable by other programs.

use threatsheet::export::{ExportOptions, Format, write};
use threatsheet::model::ThreatReport;

use crate::sample_report;

/// Formats that these tests look at.
const FORMATS: [Format; 3] = [Format::Xlsx, Format::Csv, Format::Json];

pub(crate) fn written(report: &ThreatReport, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(report, format, &ExportOptions::default(), &mut bytes).unwrap_or_else(|e| panic!("{format}: {e}"));
    bytes
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in FORMATS {
        let (a, b) = (written(&sample_report::plain(2, 3), format), written(&sample_report::plain(2, 3), format));
        assert!(a == b, "{format} differs between two runs");
    }
}

#[test]
fn an_empty_report_is_written_too() {
    for format in FORMATS {
        assert!(!written(&ThreatReport::default(), format).is_empty());
    }
}
