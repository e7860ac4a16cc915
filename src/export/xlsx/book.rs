//! What all sheets share: formats, and one way to write a table of rows.

use std::borrow::Cow;

use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, ProtectionOptions,
    Table, TableColumn, TableStyle, Url, Worksheet, XlsxError,
};

use crate::{
    export::{
        ExportOptions,
        columns::Filler,
        text::{clean, fit_cell, looks_like_formula},
    },
    model::ThreatReport,
};

/// Rows below a table that validations already cover, for rows that people add.
pub(super) const SPARE_ROWS: u32 = 500;

/// Rows from which a sheet is written to disk row by row rather than held in memory.
const LARGE: usize = 5_000;

/// Excel allows 65,530 links a sheet and slows down long before.
pub(in crate::export) const MOST_LINKS: usize = 5_000;

/// One column of a sheet.
pub(super) struct Head<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) width: f64,
    pub(super) wrap: bool,
    pub(super) date: bool,
    pub(super) centre: bool,
    pub(super) filler: Filler,
    pub(super) folded: bool,
    /// The formula of every cell, for columns that are computed.
    pub(super) formula: Option<&'static str>,
}

impl<'a> Head<'a> {
    /// A column that the tool fills in.
    pub(super) fn new(name: impl Into<Cow<'a, str>>, width: f64) -> Self {
        Self {
            name: name.into(),
            width,
            wrap: width > 12.0,
            date: false,
            centre: false,
            filler: Filler::Tool,
            folded: false,
            formula: None,
        }
    }

    /// A column of numbers that the tool fills in.
    pub(super) fn count(name: impl Into<Cow<'a, str>>, width: f64) -> Self {
        Self { centre: true, wrap: false, ..Self::new(name, width) }
    }

    /// A column that people fill in.
    pub(super) fn person(name: impl Into<Cow<'a, str>>, width: f64) -> Self {
        Self { filler: Filler::Person, ..Self::new(name, width) }
    }
}

/// One cell.
pub(super) enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    Number(f64),
    Date(&'a str),
    /// Text that leads to a place in the workbook.
    Link(Cow<'a, str>, String),
    /// The column's formula, with its result.
    Computed(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub(super) fn count(number: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
        Self::Number(number as f64)
    }
}

/// A rule that formats cells of a table: first and last column, the test on row 2, and the format.
pub(super) struct Rule {
    pub(super) columns: (u16, u16),
    pub(super) test: String,
    pub(super) format: Format,
}

/// How text stands in a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// On one line.
    Plain,
    /// Wrapped.
    Wrap,
    /// Wrapped, and open to people on a protected sheet.
    Open,
}

/// The formats of a workbook, and what had to be cut.
pub(super) struct Book {
    pub(super) plain: Format,
    pub(super) wrap: Format,
    pub(super) date: Format,
    open_date: Format,
    pub(super) centre: Format,
    /// Counts; zero is a dash.
    pub(super) tally: Format,
    pub(super) bold: Format,
    pub(super) title: Format,
    pub(super) link: Format,
    pub(super) muted: Format,
    pub(super) person: Format,
    plain_guarded: Format,
    wrap_guarded: Format,
    open_guarded: Format,
    heads: [Format; 3],
    /// Whether sheets are protected.
    protect: bool,
    /// What stands above every printed page.
    page_header: String,
    /// Places whose text did not fit into a cell: sheet and cell.
    pub(super) cut: Vec<(String, String)>,
}

/// Characters side by side on a printed page that can still be read.
const PRINTED_WIDTH: f64 = 260.0;

/// Blue of what the tool says.
pub(super) const TOOL: Color = Color::RGB(0x1F_3864);
/// Green of what people fill in.
pub(super) const PERSON: Color = Color::RGB(0x37_5623);
const COMPUTED: Color = Color::RGB(0x59_5959);
const PERSON_PALE: Color = Color::RGB(0xF4_F9F1);
const RULE: Color = Color::RGB(0xD9_D9D9);

impl Book {
    pub(super) fn new(report: &ThreatReport, options: &ExportOptions) -> Self {
        let base = Format::new().set_align(FormatAlign::Top).set_font_size(10.0);
        let wrap = base.clone().set_text_wrap();
        let head =
            base.clone().set_bold().set_text_wrap().set_font_color(Color::White).set_align(FormatAlign::VerticalCenter);
        let date = base.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left);
        Self {
            open_date: date.clone().set_unlocked(),
            plain_guarded: base.clone().set_quote_prefix(),
            wrap_guarded: wrap.clone().set_quote_prefix(),
            open_guarded: wrap.clone().set_quote_prefix().set_unlocked(),
            date,
            centre: base.clone().set_align(FormatAlign::Center),
            tally: base.clone().set_num_format("0;-0;\"–\"").set_align(FormatAlign::Left),
            bold: base.clone().set_bold(),
            title: Format::new().set_bold().set_font_size(18.0).set_font_color(TOOL),
            link: wrap
                .clone()
                .set_font_color(Color::RGB(0x05_63C1))
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            muted: base.clone().set_font_color(COMPUTED),
            person: wrap
                .clone()
                .set_unlocked()
                .set_background_color(PERSON_PALE)
                .set_border(FormatBorder::Thin)
                .set_border_color(RULE),
            heads: [TOOL, PERSON, COMPUTED].map(|colour| head.clone().set_background_color(colour)),
            plain: base,
            wrap,
            protect: options.protect,
            page_header: page_header(report),
            cut: Vec::new(),
        }
    }

    /// Protects a sheet of the tool's where that was asked for: without a password, since it guards against slips
    /// and not against people.
    pub(super) fn protect(&self, sheet: &mut Worksheet) {
        if self.protect {
            sheet.protect_with_options(&ProtectionOptions {
                format_cells: true,
                format_columns: true,
                format_rows: true,
                insert_links: true,
                sort: true,
                use_autofilter: true,
                ..ProtectionOptions::new()
            });
        }
    }

    /// Whether a column is folded away at first. A protected sheet does not unfold in Excel, so what people fill in
    /// stays in sight there.
    fn is_folded(&self, head: &Head<'_>) -> bool {
        head.folded && !(self.protect && head.filler == Filler::Person)
    }

    /// The format of a header.
    pub(super) fn head(&self, filler: Filler) -> &Format {
        &self.heads[match filler {
            Filler::Tool => 0,
            Filler::Person => 1,
            Filler::Computed => 2,
        }]
    }

    /// Writes text that may come from a diagram: never evaluated, never longer than a cell takes.
    pub(super) fn write_text(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        text: &str,
        look: Look,
    ) -> Result<(), XlsxError> {
        let text = self.fitted(sheet, (row, column), text);
        if looks_like_formula(&text) {
            let format = match look {
                Look::Plain => &self.plain_guarded,
                Look::Wrap => &self.wrap_guarded,
                Look::Open => &self.open_guarded,
            };
            sheet.write_string_with_format(row, column, text, format)?;
        } else {
            sheet.write_string(row, column, text)?;
        }
        Ok(())
    }

    /// `text` as a cell takes it; a cut is remembered.
    pub(super) fn fitted<'t>(&mut self, sheet: &Worksheet, (row, column): (u32, u16), text: &'t str) -> Cow<'t, str> {
        let clean = clean(text);
        let (fit, cut) = match &clean {
            Cow::Borrowed(text) => fit_cell(text),
            Cow::Owned(text) => {
                let (fit, cut) = fit_cell(text);
                (Cow::Owned(fit.into_owned()), cut)
            }
        };
        if cut {
            self.cut.push((sheet.name(), rust_xlsxwriter::utility::row_col_to_cell(row, column)));
        }
        fit
    }

    /// A sheet with one table that starts at its first row. `fill` is called for every row with an empty vector to
    /// put its cells in. The last `own` of the `count` rows were added by people and stay open to them.
    pub(super) fn table<'a>(
        &mut self,
        (name, table): (&str, &str),
        heads: &[Head<'_>],
        rules: &[Rule],
        (count, own): (usize, usize),
        mut fill: impl FnMut(usize, &mut Vec<Cell<'a>>),
    ) -> Result<Worksheet, XlsxError> {
        let mut sheet = new_sheet(name, count)?;
        sheet.set_formula_result_default("");
        let last_row = row_number(count.max(1));
        let last_column = column_number(heads.len().saturating_sub(1));
        self.columns(&mut sheet, heads)?;
        let names = header_names(heads);
        let columns: Vec<TableColumn> = heads
            .iter()
            .zip(&names)
            .map(|(head, name)| {
                let column = TableColumn::new().set_header(name).set_header_format(self.head(head.filler));
                match head.formula {
                    Some(formula) => column.set_formula(Formula::new(formula)),
                    None => column,
                }
            })
            .collect();
        sheet.set_row_height(0, 32)?;
        let table =
            Table::new().set_name(table).set_columns(&columns).set_style(TableStyle::Light1).set_banded_rows(false);
        sheet.add_table(0, 0, last_row, last_column, &table)?;
        let mut cells = Vec::with_capacity(heads.len());
        for row in 0..count {
            cells.clear();
            fill(row, &mut cells);
            if count <= LARGE {
                sheet.set_row_height(row_number(row + 1), height(&cells, heads))?;
            }
            let is_own = row + own >= count;
            if is_own {
                sheet.set_row_format(row_number(row + 1), &Format::new().set_unlocked())?;
            }
            for (column, (cell, head)) in cells.iter().zip(heads).enumerate() {
                let look = match head.filler {
                    Filler::Person => Look::Open,
                    _ if is_own => Look::Open,
                    _ if head.wrap => Look::Wrap,
                    _ => Look::Plain,
                };
                self.cell(&mut sheet, (row_number(row + 1), column_number(column)), cell, (head, look))?;
            }
        }
        for rule in rules {
            // Where several rules hold, LibreOffice applies the first one only: each draws the line below the row.
            let format = rule.format.clone().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(RULE);
            let test = ConditionalFormatFormula::new().set_rule(rule.test.as_str()).set_format(format);
            sheet.add_conditional_format(1, rule.columns.0, last_row, rule.columns.1, &test)?;
        }
        Self::lines(&mut sheet, heads, last_row)?;
        sheet.set_freeze_panes(1, 1)?;
        self.print_set_up(&mut sheet, heads, last_row)?;
        self.protect(&mut sheet);
        Ok(sheet)
    }

    fn columns(&self, sheet: &mut Worksheet, heads: &[Head<'_>]) -> Result<(), XlsxError> {
        for (n, head) in heads.iter().enumerate() {
            let column = column_number(n);
            sheet.set_column_width(column, head.width)?;
            let format = if head.date {
                &self.date
            } else if head.centre {
                &self.centre
            } else if head.wrap {
                &self.wrap
            } else {
                &self.plain
            };
            if head.filler == Filler::Person {
                sheet.set_column_format(column, &format.clone().set_unlocked())?;
            } else {
                sheet.set_column_format(column, format)?;
            }
        }
        let mut n = 0;
        while n < heads.len() {
            let run = heads.iter().skip(n).take_while(|head| self.is_folded(head)).count();
            if run > 0 {
                sheet.group_columns_collapsed(column_number(n), column_number(n + run - 1))?;
            }
            n += run.max(1);
        }
        Ok(())
    }

    fn cell(
        &mut self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        cell: &Cell<'_>,
        (head, look): (&Head<'_>, Look),
    ) -> Result<(), XlsxError> {
        let (row, column) = at;
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => self.write_text(sheet, at, text, look)?,
            Cell::Number(number) => {
                sheet.write_number(row, column, *number)?;
            }
            Cell::Date(day) => match ExcelDateTime::parse_from_str(day) {
                Ok(date) if is_day(day) => {
                    let format = if look == Look::Open { &self.open_date } else { &self.date };
                    sheet.write_datetime_with_format(row, column, date, format)?;
                }
                _ => self.write_text(sheet, at, day, look)?,
            },
            Cell::Link(text, place) => {
                let text = self.fitted(sheet, at, text);
                // A link does not wrap in LibreOffice, and its text holds at most 255 characters in Excel.
                if text.len() > 255 || text.chars().count() as f64 > head.width || looks_like_formula(&text) {
                    self.write_text(sheet, at, &text, look)?;
                } else {
                    sheet.write_url_with_format(
                        row,
                        column,
                        Url::new(format!("internal:{place}")).set_text(text),
                        &self.link,
                    )?;
                }
            }
            Cell::Computed(result) => {
                let formula = head.formula.unwrap_or_default();
                sheet.write_formula(row, column, Formula::new(formula).set_result(result.as_ref()))?;
            }
        }
        Ok(())
    }

    /// How a sheet is printed: on as few pages side by side as leave its text readable.
    fn print_set_up(&self, sheet: &mut Worksheet, heads: &[Head<'_>], last_row: u32) -> Result<(), XlsxError> {
        let width: f64 = heads.iter().filter(|head| !self.is_folded(head)).map(|head| head.width).sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of pages")]
        let pages = (width / PRINTED_WIDTH).ceil().clamp(1.0, 10.0) as u16;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(pages, 0);
        sheet.set_repeat_rows(0, 0)?.set_repeat_columns(0, 0)?;
        sheet.set_print_area(0, 0, last_row, column_number(heads.len().saturating_sub(1)))?;
        self.margins(sheet);
        Ok(())
    }

    /// What stands above and below every printed page of a sheet.
    pub(super) fn margins(&self, sheet: &mut Worksheet) {
        sheet.set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3);
        sheet.set_header(self.page_header.as_str());
        sheet.set_footer("&L&F – &A&RPage &P of &N");
    }

    /// A line under every row, and a tint on what people fill in: by rules over ranges, which also hold for rows that
    /// people add and cost nothing per cell.
    fn lines(sheet: &mut Worksheet, heads: &[Head<'_>], last_row: u32) -> Result<(), XlsxError> {
        let last_column = column_number(heads.len().saturating_sub(1));
        let line = Format::new()
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(RULE)
            .set_border_right(FormatBorder::Thin)
            .set_border_right_color(RULE);
        let tint = line.clone().set_background_color(PERSON_PALE);
        let mut n = 0;
        while n < heads.len() {
            let run = heads.iter().skip(n).take_while(|head| head.filler == Filler::Person).count();
            if run > 0 {
                let rule = ConditionalFormatFormula::new().set_rule("=ROW()>1").set_format(&tint);
                sheet.add_conditional_format(1, column_number(n), last_row, column_number(n + run - 1), &rule)?;
            }
            n += run.max(1);
        }
        let rule = ConditionalFormatFormula::new().set_rule("=ROW()>1").set_format(&line);
        sheet.add_conditional_format(1, 0, last_row, last_column, &rule)?;
        Ok(())
    }
}

/// The headers as a table takes them: one line, not empty, at most 255 characters, and none twice.
fn header_names(heads: &[Head<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(heads.len());
    for head in heads {
        let clean = clean(&head.name);
        let mut name: String = clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(240).collect();
        if name.is_empty() {
            "Column".clone_into(&mut name);
        }
        let (plain, mut number) = (name.clone(), 2);
        while names.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            name = format!("{plain} ({number})");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// Points that a row needs so that nothing of its wrapped text is hidden; LibreOffice does not work it out itself.
fn height(cells: &[Cell<'_>], heads: &[Head<'_>]) -> f64 {
    let lines = |text: &str, width: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width is 3 to 255 characters")]
        let width = (width as usize).max(1);
        text.split('\n')
            .take(MOST_LINES)
            .map(|part| part.chars().take(width * MOST_LINES).count().div_ceil(width).max(1))
            .sum::<usize>()
    };
    let shown = cells.iter().zip(heads).filter(|(_, head)| head.wrap && !head.folded);
    let most = shown.map(|(cell, head)| match cell {
        Cell::Text(text) | Cell::Link(text, _) => lines(text, head.width),
        _ => 1,
    });
    let most = u32::try_from(most.max().unwrap_or(1).min(MOST_LINES)).unwrap_or(1);
    f64::from(most) * 13.0 + 4.0
}

/// Lines shown of a cell; Excel's tallest row holds 31 of them.
const MOST_LINES: usize = 30;

/// Whether `text` is `yyyy-mm-dd`.
pub(super) fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(n, b)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() })
}

/// An empty sheet that can hold `rows` rows.
pub(in crate::export) fn new_sheet(name: &str, rows: usize) -> Result<Worksheet, XlsxError> {
    let mut sheet =
        if rows > LARGE { rust_xlsxwriter::Workbook::new().new_worksheet_with_low_memory()? } else { Worksheet::new() };
    sheet.set_name(name)?;
    Ok(sheet)
}

/// Title and classification for the top of printed pages: `&` begins a command there, and 255 characters are the most
/// that Excel takes.
fn page_header(report: &ThreatReport) -> String {
    let part = |text: &str| {
        let clean = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
        clean.chars().take(50).collect::<String>().replace('&', "&&")
    };
    format!("&L{}&R{}", part(&super::summary::title(report)), part(&report.classification))
}

/// `n` as a row; beyond Excel's last row it is a row that the writer refuses.
pub(super) fn row_number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// `n` as a column; beyond Excel's last column it is a column that the writer refuses.
pub(super) fn column_number(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
