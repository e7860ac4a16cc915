//! What a batch remembers between runs, so that only what changed is converted again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::outputs;
use crate::export::IndexEntry;

/// The name of the file in which a batch remembers, in the folder of its outputs.
const FILE: &str = ".threatsheet-state.json";

/// What is remembered of one input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Hash over the input's bytes, the catalogue and the options.
    pub fingerprint: String,
    /// What the index shows of it.
    pub entry: IndexEntry,
}

/// The memory of a batch. Inputs are keyed by the path without ending that their outputs have.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    #[serde(skip)]
    path: Option<PathBuf>,
    #[serde(default)]
    inputs: BTreeMap<String, Remembered>,
}

impl State {
    /// The memory kept in `folder`; empty where there is none or it cannot be understood, since it can be made anew.
    pub(super) fn load(folder: Option<&Path>) -> Self {
        let path = folder.map(|folder| folder.join(FILE));
        let read = path.as_ref().and_then(|path| fs::read(path).ok());
        let known = read.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok()).unwrap_or_default();
        Self { path, inputs: known.inputs }
    }

    /// What is remembered of an input that has not changed and whose outputs are all there.
    pub(super) fn unchanged(&self, key: &str, fingerprint: &str, outputs: &[PathBuf]) -> Option<&Remembered> {
        let known = self.inputs.get(key).filter(|known| known.fingerprint == fingerprint)?;
        outputs.iter().all(|path| path.is_file()).then_some(known)
    }

    /// Replaces the memory by `inputs` and writes it, where a batch keeps one.
    pub(super) fn save(&mut self, inputs: BTreeMap<String, Remembered>) -> anyhow::Result<()> {
        self.inputs = inputs;
        match &self.path {
            Some(path) => outputs::write_whole(path, &serde_json::to_vec_pretty(self)?),
            None => Ok(()),
        }
    }
}

/// A hash over everything that the outputs of an input depend on.
pub(super) fn fingerprint(bytes: &[u8], catalog_version: &str, options: &str) -> String {
    let mut hash = Sha256::new();
    for part in [env!("CARGO_PKG_VERSION").as_bytes(), catalog_version.as_bytes(), options.as_bytes(), bytes] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Bytes in lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn parts_of_a_fingerprint_do_not_run_into_each_other() {
        assert_ne!(fingerprint(b"c", "a", "b"), fingerprint(b"bc", "a", ""));
        assert_eq!(fingerprint(b"c", "a", "b"), fingerprint(b"c", "a", "b"));
    }
}
