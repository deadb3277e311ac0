//! How often each operation was called since the start, whichever the store, and how sure we are of what it does.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use crate::fields::Dialect::{V2, V3};
use crate::operations::{OPERATIONS, Operation, place};

const FIDELITY: &str = include_str!("../docs/FIDELITY.md");

/// The marks of `docs/FIDELITY.md`, the surest first.
pub const MARKS: [&str; 4] = ["seed", "confirmed", "documented", "assumed"];

/// The statuses that are counted: an answer has no other.
const STATUSES: std::ops::Range<usize> = 200..600;

/// A counter for each operation and status.
#[derive(Debug)]
pub struct Coverage(Vec<AtomicU64>);

impl Default for Coverage {
    fn default() -> Coverage {
        Coverage::new()
    }
}

impl Coverage {
    /// Nothing was called.
    #[must_use]
    pub fn new() -> Coverage {
        Coverage((0..OPERATIONS.len() * STATUSES.len()).map(|_| AtomicU64::new(0)).collect())
    }

    /// An operation was answered so.
    pub fn counts(&self, operation: &'static Operation, status: StatusCode) {
        let status = usize::from(status.as_u16());
        if let Some(place) = place(operation)
            && STATUSES.contains(&status)
        {
            self.0[place * STATUSES.len() + status - STATUSES.start].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What is known of an operation.
    #[must_use]
    pub fn of(&self, operation: &'static Operation) -> Json {
        let from = place(operation).unwrap_or_default() * STATUSES.len();
        let counts = STATUSES.zip(&self.0[from..]);
        let counts = counts.map(|(status, count)| (status, count.load(Ordering::Relaxed)));
        let calls = counts.filter(|(_, count)| *count > 0);
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
        V2 if has("/customer_groups") => "V2: customer groups",
        V2 if has("/addresses") => "V2: addresses",
        V2 if has("/validate") => "V2: password check",
        V2 if operation.id == "deleteCustomers" => "V2: delete many",
        V2 => "V2: customer",
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
