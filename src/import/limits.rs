//! What a file may be at most, so that a hostile one exhausts neither memory nor time.

/// Bytes of one decompressed page.
pub(super) const INFLATED_BYTES: u64 = 256 << 20;

/// Nesting of XML elements and of cells.
pub(super) const NESTING: usize = 256;

/// Cells on one page.
pub(super) const CELLS: usize = 500_000;
