//! The sheet of threats.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, Format, Formula, Worksheet, XlsxError,
    utility::column_number_to_name,
};

use super::{
    Places,
    book::{Book, Cell, Head, MOST_LINKS, Rule, SPARE_ROWS, column_number, is_day, row_number},
    lists::{OUT_OF_FORCE, severity_format},
};
use crate::{
    export::{
        columns::{self, COLUMNS, Column, Filler, Kind, Value},
        csv::extra_value,
    },
    model::{Severity, ThreatReport},
};

/// The table's name in formulas.
pub(super) const TABLE: &str = "tblThreats";
/// The sheet's name.
pub(in crate::export) const SHEET: &str = "Threats";

fn formula(column: &Column) -> Option<&'static str> {
    match column.header {
        columns::SEVERITY => Some(
            "IF(tblThreats[[#This Row],[Risk score]]>=CriticalFrom,\"Critical\",IF(tblThreats[[#This Row],[Risk score]]>=HighFrom,\"High\",IF(tblThreats[[#This Row],[Risk score]]>=MediumFrom,\"Medium\",IF(tblThreats[[#This Row],[Risk score]]>=LowFrom,\"Low\",\"Info\"))))",
        ),
        "Risk score" => Some("tblThreats[[#This Row],[Likelihood]]*tblThreats[[#This Row],[Impact]]"),
        "Residual risk" => Some(
            "IF(OR(tblThreats[[#This Row],[Residual likelihood]]=\"\",tblThreats[[#This Row],[Residual impact]]=\"\"),\"\",tblThreats[[#This Row],[Residual likelihood]]*tblThreats[[#This Row],[Residual impact]])",
        ),
        _ => None,
    }
}

/// Position of the column with this header; the last one where there is none.
pub(super) fn position(header: &str) -> u16 {
    column_number(COLUMNS.iter().position(|c| c.header == header).unwrap_or(COLUMNS.len() - 1))
}

/// Letters of the column with this header.
fn letters(header: &str) -> String {
    column_number_to_name(position(header))
}

/// Writes the sheet.
pub(super) fn sheet(book: &mut Book, report: &ThreatReport, places: &Places) -> Result<Worksheet, XlsxError> {
    let extra = columns::extra_columns(report);
    let rows = columns::rows(report);
    let heads = heads(report, &extra);
    let count = rows.len() + report.own_rows.len();
    let links = count <= MOST_LINKS;
    let mut sheet = book.table((SHEET, TABLE), &heads, &rules(), (count, report.own_rows.len()), |n, cells| {
        let Some(row) = rows.get(n) else {
            if let Some(own) = report.own_rows.get(n - rows.len()) {
                own_row(report, own, &heads, cells);
            }
            return;
        };
        for column in COLUMNS {
            let value = (column.value)(row);
            cells.push(match value {
                Value::Empty if column.filler == Filler::Computed => Cell::Computed("".into()),
                Value::Empty => Cell::Empty,
                value if column.filler == Filler::Computed => Cell::Computed(value.to_text().into_owned().into()),
                Value::Text(text) if links && column.header == "Element" => match places.of(row.threat) {
                    Some(place) => Cell::Link(text, place),
                    None => Cell::Text(text),
                },
                Value::Text(text) => Cell::Text(text),
                Value::Number(number) => Cell::Number(number.into()),
                Value::Date(day) => Cell::Date(day),
            });
        }
        cells.extend(extra.iter().map(|name| typed(extra_value(row, name))));
    })?;
    let last = row_number(count.max(1));
    validations(&mut sheet, last.saturating_add(SPARE_ROWS))?;
    Ok(sheet)
}

/// What a person wrote in a column of their own: a number or a day stays one, so that their formulas go on working.
/// Digits that are no number, such as `0042`, stay text.
fn typed(text: &str) -> Cell<'_> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number.to_string() == text => Cell::Number(number),
        _ if is_day(text) => Cell::Date(text),
        _ => Cell::text(text),
    }
}

fn heads<'a>(report: &ThreatReport, extra: &[&'a str]) -> Vec<Head<'a>> {
    let one_diagram = report.diagrams().count() <= 1;
    let no_change = report.threats.iter().all(|t| t.change.describe().is_empty());
    let ours = COLUMNS.iter().map(|c| Head {
        name: c.header.into(),
        width: c.width,
        wrap: c.wrap,
        date: c.kind == Kind::Date,
        centre: matches!(c.kind, Kind::Scale | Kind::Number) || c.header == columns::SEVERITY,
        filler: c.filler,
        folded: c.detail || (c.header == "Change" && no_change) || (c.header == "Diagram" && one_diagram),
        formula: formula(c),
    });
    ours.chain(extra.iter().map(|name| Head { wrap: true, ..Head::person(*name, 20.0) })).collect()
}

/// A row that a person added: what was written, by column name; numbers stay numbers so that formulas work.
fn own_row<'a>(report: &ThreatReport, own: &'a [(String, String)], heads: &[Head<'_>], cells: &mut Vec<Cell<'a>>) {
    let find = |name: &str| own.iter().find(|(column, _)| column == name).map_or("", |(_, content)| content.as_str());
    let number = |name: &str| find(name).trim().parse::<u32>().ok();
    let product = |a: &str, b: &str| number(a)?.checked_mul(number(b)?);
    for head in heads {
        let name = head.name.as_ref();
        cells.push(match name {
            "Risk score" => Cell::Computed(product("Likelihood", "Impact").unwrap_or(0).to_string().into()),
            columns::SEVERITY => {
                let score = product("Likelihood", "Impact").and_then(|s| u8::try_from(s).ok()).unwrap_or(0);
                Cell::Computed(report.thresholds.severity(score).title().into())
            }
            "Residual risk" => {
                let product = product("Residual likelihood", "Residual impact");
                Cell::Computed(product.map(|p| p.to_string()).unwrap_or_default().into())
            }
            _ if head.date => {
                if find(name).is_empty() {
                    Cell::Empty
                } else {
                    Cell::Date(find(name))
                }
            }
            _ => {
                match COLUMNS.iter().find(|c| c.header == name).filter(|c| matches!(c.kind, Kind::Scale | Kind::Number))
                {
                    Some(_) => number(name).map_or_else(|| Cell::text(find(name)), |n| Cell::Number(n.into())),
                    None => Cell::text(find(name)),
                }
            }
        });
    }
}

fn validations(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    for (n, column) in COLUMNS.iter().enumerate().filter(|(_, c)| c.filler == Filler::Person) {
        let rule = match column.kind {
            Kind::Status => DataValidation::new().allow_list_formula(Formula::new("=StatusList")),
            Kind::Treatment => DataValidation::new().allow_list_formula(Formula::new("=TreatmentList")),
            Kind::Scale => DataValidation::new().allow_whole_number(DataValidationRule::Between(1, 5)),
            Kind::Date => {
                let first = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)?;
                DataValidation::new().allow_date(DataValidationRule::GreaterThanOrEqualTo(first))
            }
            Kind::Text if column.header == "Justification" => {
                let (status, why) = (letters(columns::STATUS), letters("Justification"));
                let rule = format!(
                    "=OR(AND(${status}2<>\"Accepted\",${status}2<>\"Not applicable\",${status}2<>\"False positive\"),LEN(${why}2)>0)"
                );
                DataValidation::new()
                    .allow_custom(Formula::new(rule))
                    .ignore_blank(false)
                    .set_error_style(DataValidationErrorStyle::Warning)
                    .set_error_message("Accepted, not applicable and false positive need a reason.")?
            }
            _ => DataValidation::new().allow_any_value(),
        };
        let rule = rule.set_input_title(column.header)?.set_input_message(column.help)?;
        sheet.add_data_validation(1, column_number(n), last, column_number(n), &rule)?;
    }
    Ok(())
}

/// Severity in colour, what is out of force struck through, and what is overdue in red.
fn rules() -> Vec<Rule> {
    let (severity, status, due) = (letters(columns::SEVERITY), letters(columns::STATUS), letters("Due date"));
    let one = |header| (position(header), position(header));
    let mut rules: Vec<Rule> = Severity::ALL
        .iter()
        .map(|level| Rule {
            columns: one(columns::SEVERITY),
            test: format!("=${severity}2=\"{}\"", level.title()),
            format: severity_format(*level),
        })
        .collect();
    let tests: Vec<String> = OUT_OF_FORCE.iter().map(|s| format!("${status}2=\"{}\"", s.title())).collect();
    rules.push(Rule {
        columns: (position(columns::TITLE), position(columns::TITLE) + 1),
        test: format!("=OR({})", tests.join(",")),
        format: Format::new().set_font_color(0x80_8080).set_font_strikethrough(),
    });
    rules.push(Rule {
        columns: one("Due date"),
        test: format!("=AND(ISNUMBER(${due}2),${due}2<TODAY(),OR(${status}2=\"Open\",${status}2=\"In progress\"))"),
        format: Format::new().set_font_color(0xC0_0000).set_bold(),
    });
    rules
}
