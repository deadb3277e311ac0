//! Failures of the server in its log: the same one at most once a minute, however many requests meet it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the same failure is told again.
const AGAIN: Duration = Duration::from_mins(1);

/// How many different ones are known; of more, the oldest is told again.
const KNOWN: usize = 64;

struct Told {
    what: &'static str,
    cause: String,
    at: Instant,
    /// How often it was not told since.
    since: u64,
}

static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

/// Logs a failure, unless the same was logged within the last minute.
pub(crate) fn report(what: &'static str, cause: &str) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let mut since = 0;
    if let Some(known) = told.iter().position(|known| known.what == what && known.cause == cause) {
        if told[known].at.elapsed() < AGAIN {
            told[known].since += 1;
            return;
        }
        since = told.remove(known).since;
    } else if told.len() == KNOWN {
        told.remove(0);
    }
    told.push(Told { what, cause: cause.to_owned(), at: Instant::now(), since: 0 });
    drop(told);
    if since == 0 {
        tracing::error!(cause, "{what}");
    } else {
        tracing::error!(cause, not_told = since, "{what}");
    }
}
