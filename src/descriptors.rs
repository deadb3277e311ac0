//! File descriptors: as many as the system gives, and what to say when they run out.

use std::io;

/// A process, or the whole system, has no descriptor left: `EMFILE` and `ENFILE`, the same on Linux and macOS.
#[cfg(unix)]
const RAN_OUT: [i32; 2] = [24, 23];

/// `ERROR_TOO_MANY_OPEN_FILES` and `WSAEMFILE`.
#[cfg(windows)]
const RAN_OUT: [i32; 2] = [4, 10024];

/// Raises this process's limit as far as it may. Each connection takes one, each store on disk three.
pub fn raise_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::debug!(limit, "file descriptors"),
        Err(error) => tracing::warn!(%error, "the limit of file descriptors stays as it is"),
    }
}

/// Whether the system refused because there is no descriptor left.
pub(crate) fn ran_out(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| RAN_OUT.contains(&code))
}

/// What happened and what to do, in one line.
pub(crate) fn advice() -> String {
    // Nothing is raised to 0: it tells what there is.
    let limit = rlimit::increase_nofile_limit(0).unwrap_or_default();
    format!(
        "no file descriptor is left, of {limit}: each connection takes one, each store on disk three; raise the limit \
         (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of containers) or use fewer"
    )
}
