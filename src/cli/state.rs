//! What a batch remembers between runs, so that only what changed is converted again.
//!
//! It is a file of lines, one an input, and the last line of an input counts. A run adds a line as soon as an input is
//! done, so that a run that was killed is taken up where it stood, and writes the file anew when it ends.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{inputs::plain, outputs};
use crate::export::IndexEntry;

/// The name of the file in which a batch remembers, in the folder of its outputs.
const FILE: &str = ".threatsheet-state.jsonl";

/// A line of the file. Inputs are keyed by the path without ending that their outputs have.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    key: String,
    /// `None` while its outputs are being written: whatever was known of them holds no more.
    known: Option<Remembered>,
}

/// What is remembered of one input.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Hash over the input's bytes, the catalogue and the options.
    pub fingerprint: String,
    /// What the index shows of it.
    pub entry: IndexEntry,
}

/// Where in the file an input's line stands. Lines are long and many, so they stay there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    start: u64,
    length: usize,
}

/// The memory of a batch, which no other run can open at the same time.
#[derive(Debug)]
pub(super) struct State {
    path: PathBuf,
    file: Mutex<File>,
    /// Fingerprint and place of every input that was known when the run began.
    known: HashMap<String, (String, Place)>,
}

impl State {
    /// Opens the memory kept in `folder`, which is made where it is missing. Lines that cannot be understood are left
    /// out, since what they said can be found out anew.
    ///
    /// # Errors
    /// Where the folder cannot be written to, or another run is writing to it.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let opened = fs::create_dir_all(folder)
            .and_then(|()| File::options().read(true).append(true).create(true).open(&path))
            .map_err(|e| plain(&e));
        let mut file = opened.with_context(|| format!("cannot write {}", path.display()))?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            bail!("another run is converting into {}; wait until it has ended", folder.display());
        }
        let known = known(&file).map_err(|e| plain(&e)).with_context(|| format!("cannot read {}", path.display()))?;
        // The last line of a run that was killed may have no end.
        file.write_all(b"\n").map_err(|e| plain(&e)).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path, file: Mutex::new(file), known })
    }

    /// The place of an input that has not changed and whose outputs are all there.
    pub(super) fn unchanged(&self, key: &str, fingerprint: &str, outputs: &[PathBuf]) -> Option<Place> {
        let (_, place) = self.known.get(key).filter(|(known, _)| known == fingerprint)?;
        outputs.iter().all(|path| path.is_file()).then_some(*place)
    }

    /// Forgets an input whose outputs are about to be written.
    pub(super) fn begin(&self, key: &str) -> anyhow::Result<()> {
        if self.known.contains_key(key) {
            self.add(&Line { key: key.to_owned(), known: None })?;
        }
        Ok(())
    }

    /// Remembers an input whose outputs are written.
    pub(super) fn remember(&self, key: &str, known: Remembered) -> anyhow::Result<Place> {
        self.add(&Line { key: key.to_owned(), known: Some(known) })
    }

    fn add(&self, line: &Line) -> anyhow::Result<Place> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        // A thread that panicked has left a whole line or, as a killed run, the start of one.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let added = file.seek(SeekFrom::End(0)).and_then(|start| file.write_all(&bytes).map(|()| start));
        let start = added.map_err(|e| plain(&e)).with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(Place { start, length: bytes.len() })
    }

    /// Ends the run: the file is written anew with the lines at `places` alone, and goes where there is none. Each
    /// input's entry is handed to `see`, in that order.
    pub(super) fn close(self, places: &[Place], mut see: impl FnMut(IndexEntry)) -> anyhow::Result<()> {
        if places.is_empty() {
            return fs::remove_file(&self.path).map_err(|e| plain(&e)).context("cannot take the state file away");
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        outputs::write_with(&self.path, |anew| {
            let mut anew = io::BufWriter::new(anew);
            for place in places {
                let mut bytes = vec![0; place.length];
                file.seek(SeekFrom::Start(place.start))?;
                file.read_exact(&mut bytes)?;
                if let Some(known) = serde_json::from_slice::<Line>(&bytes)?.known {
                    see(known.entry);
                }
                anew.write_all(&bytes)?;
            }
            anew.flush()
        })
    }
}

/// The inputs in a file of lines: for each its last fingerprint and the place of its line.
fn known(file: &File) -> io::Result<HashMap<String, (String, Place)>> {
    let mut known = HashMap::new();
    let mut lines = BufReader::new(file);
    let mut start = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let length = lines.read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(known);
        }
        match serde_json::from_slice::<Line>(&bytes) {
            Ok(Line { key, known: Some(line) }) if bytes.ends_with(b"\n") => {
                known.insert(key, (line.fingerprint, Place { start, length }));
            }
            Ok(Line { key, .. }) => {
                known.remove(&key);
            }
            Err(_) => {}
        }
        start += length as u64;
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
    use super::*;

    fn remembered(fingerprint: &str) -> Remembered {
        Remembered { fingerprint: fingerprint.to_owned(), entry: IndexEntry::default() }
    }

    fn is_known(state: &State, key: &str, fingerprint: &str) -> bool {
        state.unchanged(key, fingerprint, &[]).is_some()
    }

    #[test]
    fn parts_of_a_fingerprint_do_not_run_into_each_other() {
        assert_ne!(fingerprint(b"c", "a", "b"), fingerprint(b"bc", "a", ""));
        assert_eq!(fingerprint(b"c", "a", "b"), fingerprint(b"c", "a", "b"));
    }

    #[test]
    fn a_run_that_was_killed_is_taken_up_where_it_stood() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = State::open(folder.path()).expect("it opens");
        let places = ["a", "b"].map(|key| first.remember(key, remembered("1")).expect("it can be written"));
        first.close(&places, |_| {}).expect("it can be written");
        let killed = State::open(folder.path()).expect("it opens");
        for key in ["a", "b"] {
            killed.begin(key).expect("it can be written");
        }
        killed.remember("b", remembered("2")).expect("it can be written");
        killed.file.lock().expect("it is ours").write_all(b"{\"key\":\"c\",\"kno").expect("it can be written");
        drop(killed);
        let next = State::open(folder.path()).expect("it opens");
        assert!(!is_known(&next, "a", "1"), "its outputs may be those of the killed run");
        assert!(is_known(&next, "b", "2") && !is_known(&next, "b", "1") && !is_known(&next, "c", ""));
        let place = next.remember("a", remembered("3")).expect("it can be written");
        let b = next.unchanged("b", "2", &[]).expect("it is known");
        let mut entries = 0;
        next.close(&[place, b], |_| entries += 1).expect("it can be written");
        assert_eq!(entries, 2);
        let last = State::open(folder.path()).expect("it opens");
        assert!(is_known(&last, "a", "3") && is_known(&last, "b", "2"));
    }

    #[test]
    fn two_runs_do_not_convert_into_one_folder_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = State::open(folder.path()).expect("it opens");
        let error = State::open(folder.path()).expect_err("it is taken");
        assert!(error.to_string().contains("another run is converting into"), "{error}");
        drop(first);
        State::open(folder.path()).expect("it is free again");
    }
}
