//! The file of a store: made for its owner alone, and watched, because somebody may delete it under the server.

#[cfg(unix)]
use std::fs::Permissions;
use std::fs::{self, File};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Who may read and write what belongs to a store: its owner. SQLite gives what it keeps beside a database the same. On
/// Windows the directory decides.
#[cfg(unix)]
const MODE: u32 = 0o600;

/// What SQLite adds to the name of a database.
#[cfg(unix)]
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// How often it is looked whether the file is still there, at most.
const LOOK: Duration = Duration::from_secs(1);

/// The options for a file that only its owner may read.
pub(crate) fn private() -> fs::OpenOptions {
    let options = File::options();
    #[cfg(unix)]
    let options = {
        let mut options = options;
        options.mode(MODE);
        options
    };
    options
}

/// Takes from others what an earlier version, or a copy, may have let them read. Who can not do so is not the owner.
#[cfg(unix)]
pub(super) fn close_to_others(file: &Path) {
    for name in with_beside(file) {
        let _ = fs::set_permissions(name, Permissions::from_mode(MODE));
    }
}

#[cfg(windows)]
pub(super) fn close_to_others(_: &Path) {}

/// The names of a database and of what SQLite keeps beside it.
#[cfg(unix)]
pub(super) fn with_beside(file: &Path) -> impl Iterator<Item = PathBuf> {
    BESIDE.into_iter().map(|suffix| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// Finds out whether a directory has room for another store: a new file, and a descriptor for each that it takes.
pub(crate) fn room_in(dir: &Path) -> io::Result<()> {
    let path = dir.join(".probe");
    let probe = || private().write(true).create(true).truncate(true).open(&path);
    let held = [probe(), probe(), probe(), probe()];
    let _ = fs::remove_file(&path);
    held.into_iter().try_for_each(|file| file.map(drop))
}

/// A file that is open, and its name.
#[derive(Debug)]
pub(super) struct Watch {
    path: PathBuf,
    /// Device and number.
    identity: (u64, u64),
    looked: Instant,
    gone: bool,
}

impl Watch {
    /// Watches a file that was just opened.
    pub(super) fn of(path: &Path) -> io::Result<Watch> {
        Ok(Watch { path: path.to_owned(), identity: identity(path)?, looked: Instant::now(), gone: false })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Finds out whether its name is still its own; for a second it believes what it has found out.
    pub(super) fn look(&mut self) -> io::Result<()> {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.gone = !identity(&self.path).is_ok_and(|now| now == self.identity);
        }
        if self.gone {
            return Err(io::Error::other(format!(
                "{} was deleted or replaced under the server, so nothing is written to that store any more: restart \
                 the server to begin with what is there now",
                self.path.display()
            )));
        }
        Ok(())
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// Windows lets nobody delete or replace a file that is open.
#[cfg(windows)]
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|_| (0, 0))
}
