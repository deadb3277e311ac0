//! Answers as both dialects send them.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// 200 with a view's JSON.
pub fn ok(view: &impl Serialize) -> Response {
    bytes(StatusCode::OK, json(view))
}

/// 204.
#[must_use]
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// A view's JSON.
///
/// # Panics
/// Never: views have text keys and no parts that fail.
pub fn json(view: &impl Serialize) -> Vec<u8> {
    // A customer fits, and most else.
    let mut json = Vec::with_capacity(1024);
    serde_json::to_writer(&mut json, view).expect("views have text keys and no failing parts");
    json
}

/// An answer of finished JSON.
#[must_use]
pub fn bytes(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    // For those that the edge adds, too.
    response.headers_mut().reserve(12);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Ten-thousandths as a JSON number, exact and without trailing zeros.
#[must_use]
pub fn number(amount: i64) -> serde_json::Number {
    let text = format!("{}.{:04}", amount / 10_000, amount % 10_000);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.parse().unwrap_or_else(|_| amount.into())
}
