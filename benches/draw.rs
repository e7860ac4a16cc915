//! Writes a drawn page of a given size, for measuring the whole process.
//!
//! `cargo run --release --example draw -- boxes 100000 > page.drawio`; see benches/README.md.

mod drawn;

use std::{error::Error, io::Write as _};

use drawn::Kind;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, count] = arguments.as_slice() else {
        return Err(format!("usage: draw KIND COUNT; kinds: {}", Kind::ALL.map(name).join(", ")).into());
    };
    let kind = Kind::ALL.into_iter().find(|k| name(*k) == *kind).ok_or_else(|| format!("no kind {kind}"))?;
    std::io::stdout().write_all(kind.page(count.parse()?).as_bytes())?;
    Ok(())
}

fn name(kind: Kind) -> String {
    format!("{kind:?}").to_lowercase()
}
