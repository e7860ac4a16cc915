//! The sheet of lists: what dropdowns offer, the scales, and the thresholds of severity.

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use super::book::{Book, new_sheet, row_number};
use crate::{
    export::columns::Filler,
    model::{Severity, Status, Stride, ThreatReport, Thresholds},
};

/// The sheet's name.
pub(in crate::export) const SHEET: &str = "Lists";

/// The heads under which the thresholds stand.
pub(in crate::export) const SEVERITY: &str = "Severity";
/// See [`SEVERITY`].
pub(in crate::export) const FROM_SCORE: &str = "From score";

/// Statuses of threats that no longer say anything.
pub(super) const OUT_OF_FORCE: [Status; 2] = [Status::NotApplicable, Status::FalsePositive];

const TREATMENTS: [(&str, &str); 4] = [
    ("Mitigate", "Do something that lowers likelihood or impact."),
    ("Accept", "Live with the risk; say why, and who decided."),
    ("Transfer", "Let somebody else carry it: a supplier, an insurer."),
    ("Avoid", "Remove what is at risk."),
];

const SCALE: [(u8, &str, &str); 5] = [
    (1, "Rare: needs rare skill, access or luck", "Negligible: nobody outside the team notices"),
    (2, "Unlikely: needs access that few have", "Minor: one user or one function for a short time"),
    (3, "Possible: a known technique, some preparation", "Moderate: many users, or a reportable incident"),
    (4, "Likely: reachable and easy, tools exist", "Major: personal or business data, long outage"),
    (5, "Almost certain: reachable by anybody, seen often", "Severe: the whole system or the company"),
];

/// Background and text colour of a severity, with at least 4.5:1 between them.
pub(super) const fn colours(severity: Severity) -> (u32, u32) {
    match severity {
        Severity::Critical => (0xC0_0000, 0xFF_FFFF),
        Severity::High => (0xFF_7C80, 0x00_0000),
        Severity::Medium => (0xFF_C000, 0x00_0000),
        Severity::Low => (0xFF_EB9C, 0x00_0000),
        Severity::Info => (0xD9_E1F2, 0x00_0000),
    }
}

/// The format of a severity's cell.
pub(super) fn severity_format(severity: Severity) -> Format {
    let (back, front) = colours(severity);
    Format::new().set_background_color(Color::RGB(back)).set_font_color(Color::RGB(front)).set_bold()
}

const fn status_help(status: Status) -> &'static str {
    match status {
        Status::Open => "Nobody has dealt with it.",
        Status::InProgress => "Somebody is dealing with it.",
        Status::Mitigated => "Dealt with. Where the tool proposes it, a control is drawn: verify that it is set.",
        Status::Accepted => "The risk is taken. Needs a justification and an owner.",
        Status::Transferred => "Somebody else carries the risk.",
        Status::Avoided => "What was at risk has been removed.",
        Status::NotApplicable => "It does not apply here. Needs a justification.",
        Status::FalsePositive => "The tool was wrong. Needs a justification.",
    }
}

const fn stride_help(stride: Stride) -> &'static str {
    match stride {
        Stride::Spoofing => "Pretending to be somebody or something else.",
        Stride::Tampering => "Changing data or code.",
        Stride::Repudiation => "Denying an action that cannot be proved.",
        Stride::InformationDisclosure => "Showing data to those who should not see it.",
        Stride::DenialOfService => "Making a service unavailable or unaffordable.",
        Stride::ElevationOfPrivilege => "Doing what one is not allowed to.",
    }
}

/// Writes the sheet.
pub(super) fn sheet(book: &Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut sheet = new_sheet(SHEET, 0)?;
    let heads = [
        "Status",
        "Meaning",
        "",
        "Treatment",
        "Meaning",
        "",
        "Scale",
        "Likelihood",
        "Impact",
        "",
        SEVERITY,
        FROM_SCORE,
        "",
        "STRIDE",
        "Meaning",
    ];
    let widths = [15.0, 48.0, 3.0, 12.0, 44.0, 3.0, 7.0, 42.0, 42.0, 3.0, 11.0, 11.0, 3.0, 22.0, 42.0];
    for ((column, head), width) in (0u16..).zip(heads).zip(widths) {
        sheet.set_column_width(column, width)?;
        sheet.set_column_format(column, &book.wrap)?;
        if !head.is_empty() {
            let filler = if head == FROM_SCORE { Filler::Person } else { Filler::Tool };
            sheet.write_string_with_format(0, column, head, book.head(filler))?;
        }
    }
    for (row, status) in (1u32..).zip(Status::ALL) {
        sheet.write_string(row, 0, status.title())?.write_string(row, 1, status_help(*status))?;
    }
    for (row, (name, help)) in (1u32..).zip(TREATMENTS) {
        sheet.write_string(row, 3, name)?.write_string(row, 4, help)?;
    }
    for (row, (level, likelihood, impact)) in (1u32..).zip(SCALE) {
        sheet.write_number(row, 6, level)?.write_string(row, 7, likelihood)?.write_string(row, 8, impact)?;
    }
    for (row, (least, severity)) in (1u32..).zip(report.thresholds.0) {
        sheet.write_string_with_format(row, 10, severity.title(), &severity_format(severity))?;
        sheet.write_number_with_format(row, 11, least, &book.person)?;
    }
    for (row, stride) in (1u32..).zip(Stride::ALL) {
        sheet.write_string(row, 13, stride.title())?.write_string(row, 14, stride_help(*stride))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(2, 0);
    book.margins(&mut sheet);
    book.protect(&mut sheet);
    Ok(sheet)
}

/// Names the ranges that dropdowns and formulas refer to.
pub(super) fn names(workbook: &mut Workbook) -> Result<(), XlsxError> {
    workbook.define_name("StatusList", &format!("={SHEET}!$A$2:$A${}", Status::ALL.len() + 1))?;
    workbook.define_name("TreatmentList", &format!("={SHEET}!$D$2:$D${}", TREATMENTS.len() + 1))?;
    workbook.define_name("ScaleList", &format!("={SHEET}!$G$2:$G${}", SCALE.len() + 1))?;
    for (n, (_, severity)) in Thresholds::default().0.iter().enumerate() {
        workbook.define_name(format!("{}From", severity.title()), &format!("={SHEET}!$L${}", row_number(n + 2)))?;
    }
    Ok(())
}
