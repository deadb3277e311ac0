//! The files of stores in the data directory, and which of them count.
//!
//! Each life of a store – from when it is made, reset or restored to the next time – has a generation, a number that
//! is never used twice. Its database is `{hash}.{generation}.db`; beside it are `.settings`, unless they are the
//! usual ones, and `.origin`, which a reset goes back to, unless that is a blank store. Snapshots are
//! `{hash}.{name}.snapshot`.
//!
//! A database gets its name last, by renaming, and loses it first. So what has a database is whole, and of several
//! generations the newest counts; whatever else a process that was killed has left is removed at the next start.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::model::engine::{self, OpenError};
use crate::mount;

/// What a file is called until all of it is there.
const UNFINISHED: &str = ".new";

/// What SQLite has beside an open database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The files of one life of a store.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// Directory, hash and generation: what all their names begin with.
    stem: PathBuf,
}

impl Files {
    pub(super) fn new(dir: &Path, hash: &str, generation: u64) -> Files {
        Files { stem: dir.join(format!("{hash}.{generation}")) }
    }

    pub(super) fn database(&self) -> PathBuf {
        with(&self.stem, ".db")
    }

    /// The database, until it is whole.
    pub(super) fn unfinished(&self) -> PathBuf {
        with(&self.database(), UNFINISHED)
    }

    pub(super) fn settings(&self) -> PathBuf {
        with(&self.stem, ".settings")
    }

    pub(super) fn origin(&self) -> PathBuf {
        with(&self.stem, ".origin")
    }

    /// When the database was made, in Unix milliseconds.
    pub(super) fn made_at(&self) -> i64 {
        let made = fs::metadata(self.database()).and_then(|file| file.created().or_else(|_| file.modified()));
        let since = made.ok().and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
        since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or_default()
    }

    /// Makes the database, of which the rest is there, one that counts.
    pub(super) fn finish(&self) -> Result<(), OpenError> {
        let (from, to) = (self.unfinished(), self.database());
        fs::rename(from, &to).map_err(|source| OpenError::file(&to, source))
    }

    /// Removes all of them; the database first, which makes the others count for nothing.
    pub(super) fn remove(&self) {
        for file in [self.database(), self.unfinished(), self.settings(), self.origin()] {
            remove(&file);
            for suffix in BESIDE.into_iter().chain([UNFINISHED]) {
                remove(&with(&file, suffix));
            }
        }
    }
}

/// The file of a snapshot.
pub(super) fn snapshot(dir: &Path, hash: &str, name: &str) -> PathBuf {
    dir.join(format!("{hash}.{name}.snapshot"))
}

/// Writes a file, all of it or nothing: under another name first.
///
/// # Errors
/// The system's; then what was there is there still.
pub(super) fn write(path: &Path, parts: &[&[u8]]) -> Result<(), OpenError> {
    let unfinished = with(path, UNFINISHED);
    let written = write_new(&unfinished, parts).and_then(|()| fs::rename(&unfinished, path));
    written.map_err(|source| {
        remove(&unfinished);
        OpenError::file(path, source)
    })
}

/// Writes a file that only its owner may read.
pub(super) fn write_new(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = engine::private().create(true).truncate(true).write(true).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))
}

pub(super) fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(file = %path.display(), %error, "a file of a store that is gone can not be removed");
        }
        _ => {}
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What is in a data directory.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The generation of each store.
    pub(super) stores: HashMap<Box<str>, u64>,
    /// The names of the snapshots of each store.
    pub(super) snapshots: HashMap<Box<str>, Vec<String>>,
    /// The newest generation of all, counting those that are gone.
    pub(super) newest: u64,
}

/// What a file of ours is, by its name: `shop.3.db`.
enum Name<'a> {
    Of { hash: &'a str, generation: u64, kind: &'a str },
    Snapshot { hash: &'a str, name: &'a str, finished: bool },
}

fn parse(name: &str) -> Option<Name<'_>> {
    let (hash, rest) = name.split_once('.')?;
    let (middle, kind) = rest.split_once('.')?;
    if !mount::is_hash(hash) {
        return None;
    }
    if let Some(suffix) = kind.strip_prefix("snapshot") {
        let finished = suffix.is_empty();
        let ours = mount::is_hash(middle) && (finished || suffix == UNFINISHED);
        return ours.then_some(Name::Snapshot { hash, name: middle, finished });
    }
    let generation = middle.parse().ok().filter(|generation: &u64| generation.to_string() == middle)?;
    let base = BESIDE.iter().find_map(|suffix| kind.strip_suffix(suffix)).unwrap_or(kind);
    let is_ours = match base.strip_suffix(UNFINISHED).unwrap_or(base) {
        "db" => true,
        "settings" | "origin" => base == kind,
        _ => false,
    };
    is_ours.then_some(Name::Of { hash, generation, kind })
}

/// Looks a data directory over, and removes what a process that was killed has left of stores that do not count.
/// Files that are not ours are left alone.
///
/// # Errors
/// When the directory can not be read.
pub(super) fn tidy(dir: &Path) -> Result<Found, OpenError> {
    let failed = |source| OpenError::file(dir, source);
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().to_str().map(str::to_owned));
    }
    let mut found = Found::default();
    for name in &names {
        if let Some(Name::Of { hash, generation, kind }) = parse(name) {
            found.newest = found.newest.max(generation);
            // One without any content is what a power cut may leave.
            let is_whole = || fs::metadata(dir.join(name)).is_ok_and(|file| file.len() > 0);
            if kind == "db" && is_whole() {
                let newest = found.stores.entry(hash.into()).or_default();
                *newest = generation.max(*newest);
            }
        }
    }
    for name in &names {
        let counts = match parse(name) {
            Some(Name::Of { hash, generation, kind }) => {
                found.stores.get(hash) == Some(&generation) && !kind.contains(UNFINISHED)
            }
            Some(Name::Snapshot { hash, name, finished }) => {
                let counts = finished && found.stores.contains_key(hash);
                if counts {
                    found.snapshots.entry(hash.into()).or_default().push(name.to_owned());
                }
                counts
            }
            None => true,
        };
        if !counts {
            remove(&dir.join(name));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_was_left_behind_the_newest_whole_store_counts() {
        let dir = std::env::temp_dir().join(format!("bigcommerce-mock-tidy-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let whole =
            ["a.3.db", "a.3.db-wal", "a.3.settings", "b.1.db", "b.safe.snapshot", "notes.txt", "x.y.z"];
        let left = [
            "a.2.db",
            "a.2.db-wal",
            "a.2.origin",
            "a.4.db.new",
            "a.4.db.new-journal",
            "a.4.origin",
            "c.7.settings",
        ];
        let more = ["c.gone.snapshot", "b.half.snapshot.new", "b.1.settings.new"];
        for name in whole.iter().chain(&left).chain(&more) {
            fs::write(dir.join(name), "x").unwrap();
        }
        fs::write(dir.join("b.9.db"), "").unwrap();
        let found = tidy(&dir).unwrap();
        let mut names: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(names, whole);
        assert_eq!((found.stores["a"], found.stores["b"], found.stores.len()), (3, 1, 2));
        assert_eq!((&found.snapshots["b"][..], found.newest), (&["safe".to_owned()][..], 9));
    }
}
