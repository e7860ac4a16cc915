//! Benchmarks of the stages: read, infer, each export, and all of them together, on the samples and on drawn pages.
//!
//! `cargo bench --bench stages`; see benches/README.md.

mod drawn;

use divan::{Bencher, black_box};
use drawn::Kind;
use threatsheet::{
    catalog::Catalog,
    export::{self, ExportOptions, Format},
    import::{self, ReadOptions},
    infer::{self, InferOptions},
    model::{Document, ThreatReport},
};

const SAMPLES: [(&str, &[u8]); 3] = [
    ("hr-system.drawio", include_bytes!("../samples/hr-system.drawio")),
    ("three-tier.drawio", include_bytes!("../samples/three-tier.drawio")),
    ("ticket-shop.json", include_bytes!("../samples/ticket-shop.json")),
];

fn main() {
    divan::main();
}

fn document(sample: usize, catalog: &Catalog) -> Document {
    let (name, bytes) = SAMPLES[sample];
    import::read(bytes, name, catalog, &ReadOptions::default()).expect("the sample can be read")
}

fn report(sample: usize, catalog: &Catalog) -> ThreatReport {
    infer::infer(vec![document(sample, catalog)], catalog, &InferOptions::default())
}

#[divan::bench]
fn load_catalogue() -> Catalog {
    Catalog::builtin()
}

#[divan::bench(args = [0, 1, 2])]
fn read(bencher: Bencher<'_, '_>, sample: usize) {
    let catalog = Catalog::builtin();
    bencher.bench(|| document(black_box(sample), &catalog));
}

#[divan::bench(args = [0, 1, 2])]
fn infer(bencher: Bencher<'_, '_>, sample: usize) {
    let catalog = Catalog::builtin();
    bencher
        .with_inputs(|| vec![document(sample, &catalog)])
        .bench_values(|documents| infer::infer(documents, &catalog, &InferOptions::default()));
}

fn drawn(kind: Kind, count: usize, catalog: &Catalog) -> Document {
    let text = kind.page(count);
    import::read(text.as_bytes(), "page.drawio", catalog, &ReadOptions::default()).expect("a drawn page can be read")
}

/// What a page of each shape costs, from its text to its threats.
#[divan::bench(args = Kind::ALL, sample_count = 5)]
fn read_and_infer_five_thousand(bencher: Bencher<'_, '_>, kind: Kind) {
    let catalog = Catalog::builtin();
    bencher.bench(|| infer::infer(vec![drawn(kind, 5_000, &catalog)], &catalog, &InferOptions::default()));
}

#[divan::bench(args = [10_000, 100_000], sample_count = 5)]
fn read_page_of_cells(bencher: Bencher<'_, '_>, cells: usize) {
    let catalog = Catalog::builtin();
    let text = Kind::Boxes.page(cells);
    bencher.bench(|| import::read(text.as_bytes(), "page.drawio", &catalog, &ReadOptions::default()));
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20)]
fn infer_elements(bencher: Bencher<'_, '_>, elements: usize) {
    let catalog = Catalog::builtin();
    let document = drawn(Kind::Boxes, elements * 100 / 45, &catalog);
    bencher
        .with_inputs(|| vec![document.clone()])
        .bench_values(|documents| infer::infer(documents, &catalog, &InferOptions::default()));
}

#[divan::bench(sample_count = 5)]
fn workbook_of_ten_thousand_rows(bencher: Bencher<'_, '_>) {
    let catalog = Catalog::builtin();
    let mut report = infer::infer(vec![drawn(Kind::Boxes, 10_000, &catalog)], &catalog, &InferOptions::default());
    let rows = report.threats.iter().filter(|threat| threat.elements.len() < 10);
    report.threats = rows.cloned().cycle().take(10_000).collect();
    bencher.bench(|| workbook(&report));
}

fn workbook(report: &ThreatReport) -> Vec<u8> {
    let mut out = Vec::new();
    export::write(report, Format::Xlsx, &ExportOptions::default(), &mut out).expect("the report can be written");
    out
}

#[divan::bench(args = [Format::Xlsx, Format::Csv, Format::Html, Format::Json])]
fn export(bencher: Bencher<'_, '_>, format: Format) {
    let catalog = Catalog::builtin();
    let report = report(0, &catalog);
    bencher.bench(|| {
        let mut out = Vec::new();
        export::write(&report, format, &ExportOptions::default(), &mut out).expect("the sample can be written");
        out
    });
}

#[divan::bench(args = [0, 1, 2])]
fn diagram_to_workbook(bencher: Bencher<'_, '_>, sample: usize) {
    let catalog = Catalog::builtin();
    bencher.bench(|| workbook(&report(black_box(sample), &catalog)));
}
