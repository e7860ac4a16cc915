//! What `threatsheet inspect --format json` does, over a whole folder in one process.
//!
//! `cargo run --release --example inspect -- DIAGRAMS`: says how many files were read, and how much JSON they make.

use std::{error::Error, fs, io::Write as _, path::PathBuf};

use threatsheet::{
    catalog::Catalog,
    export,
    import::{self, ReadOptions},
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder] = arguments.as_slice() else { return Err("usage: inspect DIAGRAMS".into()) };
    let catalog = Catalog::builtin();
    let (mut read, mut bytes) = (0, 0);
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build() {
        let path = entry?.into_path();
        if !path.is_file() {
            continue;
        }
        let name = path.to_string_lossy();
        if let Ok(document) = import::read(&fs::read(&path)?, &name, &catalog, &ReadOptions::default()) {
            let mut json = Vec::new();
            export::inspect_json(&document, &mut json)?;
            read += 1;
            bytes += json.len();
        }
    }
    writeln!(std::io::stderr(), "{read} files, {bytes} bytes of JSON")?;
    Ok(())
}
