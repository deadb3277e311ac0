//! How V3 writes: envelopes and dates. Lists are in `list.rs`, errors in `errors.rs`.

use axum::response::Response;
use chrono::{DateTime, Datelike, Timelike};
use serde::{Serialize, Serializer};

pub use crate::reply::{bytes, json, no_content, ok};

/// The answer to every write: what was written, and nothing about it.
pub fn written<V: Serialize>(views: &[V]) -> Response {
    ok(&Envelope { data: views, meta: Nothing {} })
}

/// 200 with `data` and `meta`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Envelope<D, M> {
    pub data: D,
    pub meta: M,
}

/// `{}`
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// Unix seconds, written as `2024-05-06T07:34:10Z`.
#[derive(Clone, Copy, Debug)]
pub struct Date(pub i64);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_date(self.0, "Z", serializer)
    }
}

/// Unix seconds, written as `2024-05-06T07:34:10+00:00`.
#[derive(Clone, Copy, Debug)]
pub struct OffsetDate(pub i64);

impl Serialize for OffsetDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_date(self.0, "+00:00", serializer)
    }
}

fn write_date<S: Serializer>(seconds: i64, offset: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let date = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    serializer.collect_str(&format_args!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{offset}",
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        date.minute(),
        date.second(),
    ))
}
