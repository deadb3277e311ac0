//! How often each operation was called since the start, whichever the store, how long it took, and how sure we are of
//! what it does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use crate::fields::Dialect::{V2, V3};
use crate::operations::{OPERATIONS, Operation, place};

const FIDELITY: &str = include_str!("../docs/FIDELITY.md");

/// The marks of `docs/FIDELITY.md`, the surest first.
pub const MARKS: [&str; 4] = ["seed", "confirmed", "documented", "assumed"];

/// The statuses that are counted: an answer has no other.
const STATUSES: std::ops::Range<usize> = 200..600;

/// Seconds within which answers are counted; what takes longer is in none of them.
pub const WITHIN: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Counters of each operation, and of the requests to the mounts that are no operation.
#[derive(Debug)]
pub struct Coverage {
    rows: Box<[Row]>,
    faults: AtomicU64,
}

#[derive(Debug)]
struct Row {
    /// By status.
    calls: [AtomicU64; STATUSES.end - STATUSES.start],
    /// By the first of [`WITHIN`] that holds it; the last is for what takes longer.
    took: [AtomicU64; WITHIN.len() + 1],
    nanoseconds: AtomicU64,
}

/// How long answers took.
#[derive(Clone, Debug, PartialEq)]
pub struct Durations {
    /// In seconds, all together.
    pub sum: f64,
    /// How many there were.
    pub count: u64,
    /// Upper bounds in seconds, the last infinite, and how many are within each and not within the one before.
    pub buckets: Vec<(f64, u64)>,
}

impl Default for Coverage {
    fn default() -> Coverage {
        Coverage::new()
    }
}

impl Coverage {
    /// Nothing was called.
    #[must_use]
    pub fn new() -> Coverage {
        let row = |_| Row {
            calls: [const { AtomicU64::new(0) }; _],
            took: [const { AtomicU64::new(0) }; _],
            nanoseconds: AtomicU64::new(0),
        };
        Coverage { rows: (0..=OPERATIONS.len()).map(row).collect(), faults: AtomicU64::new(0) }
    }

    /// A request was answered so, this long after it came in.
    pub fn counts(&self, operation: Option<&'static Operation>, status: StatusCode, took: Duration) {
        let row = self.row(operation);
        let status = usize::from(status.as_u16());
        if STATUSES.contains(&status) {
            row.calls[status - STATUSES.start].fetch_add(1, Ordering::Relaxed);
        }
        let seconds = took.as_secs_f64();
        let bucket = WITHIN.iter().position(|bound| seconds <= *bound).unwrap_or(WITHIN.len());
        row.took[bucket].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        row.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// A request met a fault.
    pub fn counts_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests met a fault.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    /// How often an operation, or what is none, was answered with each status that it had.
    pub fn calls(&self, operation: Option<&'static Operation>) -> impl Iterator<Item = (usize, u64)> {
        let counts = STATUSES.zip(&self.row(operation).calls);
        let counts = counts.map(|(status, count)| (status, count.load(Ordering::Relaxed)));
        counts.filter(|(_, count)| *count > 0)
    }

    /// How long the answers of an operation, or of what is none, took.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a sum of times")]
    pub fn durations(&self, operation: Option<&'static Operation>) -> Durations {
        let row = self.row(operation);
        let bounds = WITHIN.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<_> =
            bounds.zip(&row.took).map(|(bound, count)| (bound, count.load(Ordering::Relaxed))).collect();
        Durations {
            sum: row.nanoseconds.load(Ordering::Relaxed) as f64 / 1e9,
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
        }
    }

    fn row(&self, operation: Option<&'static Operation>) -> &Row {
        &self.rows[operation.and_then(place).unwrap_or(OPERATIONS.len())]
    }

    /// What is known of an operation.
    #[must_use]
    pub fn of(&self, operation: &'static Operation) -> Json {
        let calls = self.calls(Some(operation));
        let calls: Map<String, Json> =
            calls.map(|(status, count)| (status.to_string(), count.into())).collect();
        json!({
            "operation": operation.name(),
            "method": operation.method,
            "path": operation.path,
            "marks": marks(section(operation)),
            "section": section(operation),
            "calls": calls,
        })
    }
}

/// The heading in `docs/FIDELITY.md` of what an operation does.
fn section(operation: &Operation) -> &'static str {
    let has = |part: &str| operation.path.contains(part);
    match operation.dialect {
        V2 if operation.path == "/time" => "Gateway",
        V2 if operation.path == "/store" => "V2: the store",
        V2 if has("/hooks") => "V2: webhooks",
        V2 if has("/customer_groups") => "V2: customer groups",
        V2 if has("/addresses") => "V2: addresses",
        V2 if has("/validate") => "V2: password check",
        V2 if operation.id == "deleteCustomers" => "V2: delete many",
        V2 => "V2: customer",
        V3 if has("/hooks") => "V3: webhooks",
        V3 if has("/addresses") => "V3: addresses",
        V3 if has("/attribute") => "V3: attributes",
        V3 if has("/form-field-values") => "`/customers/form-field-values` (V3)",
        V3 if has("/validate-credentials") => "V3: password check",
        V3 if has("/settings") => "V3: customer settings",
        V3 if has("/consent") => "V3: consent",
        V3 if has("/stored-instruments") => "V3: stored instruments",
        V3 if has("/metafields") => "V3: metafields",
        V3 if has("/channels") => "V3: channels",
        V3 => "V3: customers",
    }
}

/// The marks that the rows of a section have, the surest first.
fn marks(section: &str) -> Vec<&'static str> {
    let lines = FIDELITY
        .lines()
        .skip_while(|line| !line.starts_with('#') || line.trim_start_matches('#').trim() != section);
    let rows: Vec<&str> = lines.skip(1).take_while(|line| !line.starts_with('#')).collect();
    // `| behaviour | mark | where |`; a mark may say more after a semicolon.
    let has = |mark: &str| {
        rows.iter().any(|row| row.rsplit(" | ").nth(1).is_some_and(|marked| marked.starts_with(mark)))
    };
    MARKS.into_iter().filter(|mark| has(mark)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_section_with_marks() {
        for operation in OPERATIONS {
            assert!(!marks(section(operation)).is_empty(), "{} {}", operation.name(), section(operation));
        }
        assert_eq!(marks("V2: delete many").first(), Some(&"seed"));
        assert_eq!(marks("no such section"), [] as [&str; 0]);
    }
}
