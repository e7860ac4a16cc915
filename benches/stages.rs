//! Benchmarks of the stages, on the samples: read, infer, each export, and all of them together.
//!
//! `cargo bench --bench stages`; see benches/README.md.

use divan::{Bencher, black_box};
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
    bencher.bench(|| {
        let report = report(black_box(sample), &catalog);
        let mut out = Vec::new();
        export::write(&report, Format::Xlsx, &ExportOptions::default(), &mut out).expect("the sample can be written");
        out
    });
}
