//! The page in a real browser: filters, links, no request, no error, no serious accessibility finding.

use std::{path::Path, process::Command};

#[test]
fn the_page_works_in_a_browser_with_and_without_javascript() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("report.html");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = Command::new(env!("CARGO_BIN_EXE_threatsheet"))
        .args(["convert", "samples/hr-system.drawio", "-q", "-o"])
        .arg(&page)
        .current_dir(root)
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let output = Command::new("node")
        .arg(root.join("tests/page.mjs"))
        .arg(&page)
        .output()
        .expect("Node.js is missing: run tests/install");
    let (wrong, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the browser did not run (tests/install installs it): {errors}");
    assert_eq!(wrong.trim(), "");
}
