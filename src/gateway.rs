//! What answers before V2 or V3 is reached: unknown routes, credentials, quota headers. It has wordings of its own.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::quota::Allowance;

/// Observed. The path is unknown; also what the gateway says of a store hash that can not be one.
#[must_use]
pub fn unknown_route() -> Response {
    text(StatusCode::NOT_FOUND, "The route is not found, check the URL")
}

/// Looks for a token. A lenient store takes any that is not blank.
///
/// # Errors
/// The finished refusal. Observed, both.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
pub fn check_token(headers: &HeaderMap) -> Result<(), Response> {
    let Some(token) = headers.get("x-auth-token") else {
        return Err(text(StatusCode::UNAUTHORIZED, "X-Auth-Token header is required"));
    };
    if token.as_bytes().trim_ascii().is_empty() {
        return Err(text(StatusCode::UNAUTHORIZED, "X-Auth-Token header should have correct format"));
    }
    Ok(())
}

/// Looks for Basic credentials. A lenient store takes any whose user name is not empty.
///
/// # Errors
/// The finished refusal. Observed; the wording for credentials that can not be read is assumed.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
pub fn check_basic(headers: &HeaderMap) -> Result<(), Response> {
    let challenge = |message: &str| {
        let body = format!(r#"[{{"status":401,"message":"{message}"}}]"#);
        let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let realm = (WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="BigCommerce API""#));
        (StatusCode::UNAUTHORIZED, [content_type, realm], body).into_response()
    };
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(challenge("No credentials were supplied in the request."));
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).unwrap_or_default();
    match decoded.iter().position(|b| *b == b':') {
        None | Some(0) => Err(challenge("The credentials supplied in the request are invalid.")),
        Some(_) => Ok(()),
    }
}

/// Adds the four rate-limit headers of a token answer. A client that sees one looks for all of them.
pub fn add_rate_headers(headers: &mut HeaderMap, allowance: Allowance) {
    for (name, value) in [
        ("x-rate-limit-requests-left", allowance.left),
        ("x-rate-limit-requests-quota", allowance.limit),
        ("x-rate-limit-time-reset-ms", allowance.reset_ms),
        ("x-rate-limit-time-window-ms", allowance.window_ms),
    ] {
        headers.insert(HeaderName::from_static(name), value.into());
    }
}

/// Adds the one rate-limit header of a Basic answer.
pub fn add_basic_rate_header(headers: &mut HeaderMap, allowance: Allowance) {
    headers.insert(HeaderName::from_static("x-bc-apilimit-remaining"), allowance.left.into());
}

fn text(status: StatusCode, body: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
