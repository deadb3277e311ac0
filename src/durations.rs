//! Durations and instants, as the control API and seeds write them: `1h 30m`, `-36h`, `2026-01-01T00:00:00.000Z`.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value as Json;

use crate::strict_json::{self, Fault};

/// The longest duration that is taken: a hundred years.
const LONGEST: Duration = Duration::from_hours(100 * 366 * 24);

/// The instants that every date on the wire can show, in Unix milliseconds: the years 0 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// Reads a duration.
///
/// # Errors
/// When it is none.
pub fn duration(json: Json, at: &str) -> Result<Duration, Fault> {
    let text = strict_json::text(json, at)?;
    let parsed = humantime::parse_duration(&text).ok().filter(|duration| *duration <= LONGEST);
    parsed.ok_or_else(|| Fault::new(at, format!("'{text}' is not a duration; write 250ms, 5s or 1h 30m")))
}

/// Reads a duration that may be negative, in milliseconds.
///
/// # Errors
/// When it is none.
pub fn shift(json: Json, at: &str) -> Result<i64, Fault> {
    let text = strict_json::text(json, at)?;
    let (sign, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) if text.starts_with('-') => (-1, rest),
        Some(rest) => (1, rest),
        None => (1, &*text),
    };
    let fault = |_| Fault::new(at, format!("'{text}' is not a duration; write 36h or -1h 30m"));
    let millis = duration(rest.into(), at).map_err(fault)?.as_millis();
    Ok(sign * i64::try_from(millis).unwrap_or(i64::MAX))
}

/// Reads an instant, in Unix milliseconds.
///
/// # Errors
/// When it is none.
pub fn instant(json: Json, at: &str) -> Result<i64, Fault> {
    let text = strict_json::text(json, at)?;
    let parsed = DateTime::parse_from_rfc3339(&text).ok().map(|instant| instant.timestamp_millis());
    parsed.filter(|instant| INSTANTS.contains(instant)).ok_or_else(|| {
        Fault::new(at, format!("'{text}' is not a time; write it like 2026-01-01T00:00:00.000Z"))
    })
}

/// A duration as text.
#[must_use]
pub fn duration_text(duration: Duration) -> String {
    if duration.is_zero() { "0ms".to_owned() } else { humantime::format_duration(duration).to_string() }
}

/// A duration that may be negative, of so many milliseconds, as text.
#[must_use]
pub fn shift_text(millis: i64) -> String {
    let text = duration_text(Duration::from_millis(millis.unsigned_abs()));
    if millis < 0 { format!("-{text}") } else { text }
}

/// An instant in Unix milliseconds as text: RFC 3339 in UTC with milliseconds.
#[must_use]
pub fn instant_text(millis: i64) -> String {
    let instant = DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An instant in Unix seconds as text: RFC 3339 in UTC.
#[must_use]
pub fn second_text(seconds: i64) -> String {
    let instant = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["250ms", "5s", "1h 30m", "0ms"] {
            assert_eq!(duration_text(duration(text.into(), "").unwrap()), text);
        }
        for (text, millis) in [("36h", 129_600_000), ("-36h", -129_600_000), ("+1m", 60_000)] {
            assert_eq!(shift(text.into(), "").unwrap(), millis);
            assert_eq!(shift(shift_text(millis).into(), "").unwrap(), millis);
        }
        let text = "2026-01-01T00:00:00.000Z";
        assert_eq!(instant_text(instant(text.into(), "").unwrap()), text);
        for bad in ["", "5", "soon", "-5s", "200y"] {
            assert!(duration(bad.into(), "/latency").is_err(), "{bad}");
        }
        assert!(instant("2026-01-01".into(), "").is_err());
    }
}
