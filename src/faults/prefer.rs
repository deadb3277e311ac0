//! `Prefer: code=429, delay=800ms` (RFC 7240): a fault that a request asks for itself.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode};

use super::Then;
use super::read::{STATUSES, delay};

/// The header by which a client prefers something.
pub const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What a request prefers, and in which words. What is not known or makes no sense is passed over, as the RFC says.
#[must_use]
pub fn preferred(headers: &HeaderMap) -> Option<(Then, String)> {
    if !headers.contains_key(PREFER) {
        return None;
    }
    let (mut then, mut applied) = (Then::default(), Vec::new());
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    for preference in values.flat_map(|value| value.split(',')) {
        let preference = preference.split(';').next().unwrap_or_default().trim();
        let Some((name, value)) = preference.split_once('=') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
        // Of one that is there twice the first counts.
        match &*name {
            "code" if then.status.is_none() => then.status = code(value),
            "delay" if then.delay.is_zero() => {
                then.delay = delay(value.into(), "").unwrap_or(Duration::ZERO);
            }
            _ => continue,
        }
        if name == "code" && then.status.is_some() || name == "delay" && !then.delay.is_zero() {
            applied.push(format!("{name}={value}"));
        }
    }
    (!applied.is_empty()).then(|| (then, applied.join(", ")))
}

fn code(text: &str) -> Option<StatusCode> {
    let code = text.parse::<u16>().ok().filter(|code| STATUSES.contains(&i64::from(*code)))?;
    StatusCode::from_u16(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn what_makes_sense_is_applied_and_the_rest_passed_over() {
        for (text, expected) in [
            ("code=429, delay=800ms", Some((429, 800, "code=429, delay=800ms"))),
            ("Code = \"503\"; x=y, respond-async", Some((503, 0, "code=503"))),
            ("delay=1s", Some((0, 1000, "delay=1s"))),
            ("code=503, code=504", Some((503, 0, "code=503"))),
            ("code=200", None),
            ("code=abc, delay=soon, return=minimal", None),
            ("delay=11m", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(PREFER, HeaderValue::from_static(text));
            let found = preferred(&headers);
            let found = found.as_ref().map(|(then, applied)| {
                (then.status.map_or(0, |status| status.as_u16()), then.delay.as_millis(), &**applied)
            });
            assert_eq!(found, expected, "{text}");
        }
    }
}
