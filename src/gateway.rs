//! What answers before V2 or V3 is reached: unknown routes, credentials, quota headers. It has wordings of its own.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::access::{Digest, Refused, Wanted};
use crate::mount::Family;
use crate::quota::Allowance;
use crate::tenant::Tenant;

/// Observed. The path is unknown; also what the gateway says of a store hash that can not be one.
#[must_use]
pub fn unknown_route() -> Response {
    text(StatusCode::NOT_FOUND, "The route is not found, check the URL")
}

/// Assumed. The request does not say in one clear way which host it is for.
#[must_use]
pub fn bad_host() -> Response {
    text(StatusCode::BAD_REQUEST, "A request must have one Host header, with a host and perhaps a port")
}

/// Assumed. There is no such store, or it is not this client's.
#[must_use]
pub fn no_such_store() -> Response {
    array(StatusCode::FORBIDDEN, "The store does not exist, or the credentials are not for it.")
}

/// Since when, in the form of RFC 9745. Assumed: the service only says that these operations are deprecated.
pub const DEPRECATED_SINCE: &str = "@1704067200";

/// Where the service explains its status codes. Observed: absolute, although its documents print it relative.
pub const STATUS_CODES: &str = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";

/// Looks at the token of a request to a store, then whether it is for what the route wants.
///
/// # Errors
/// The finished refusal. Observed; of an unknown token the title, the rest is assumed.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
pub fn check_token(headers: &HeaderMap, tenant: &Tenant, wanted: Wanted) -> Result<(), Response> {
    let Some(token) = headers.get("x-auth-token") else {
        return Err(text(StatusCode::UNAUTHORIZED, "X-Auth-Token header is required"));
    };
    if token.as_bytes().trim_ascii().is_empty() {
        return Err(text(StatusCode::UNAUTHORIZED, "X-Auth-Token header should have correct format"));
    }
    let forbidden = || object(StatusCode::FORBIDDEN, NO_SCOPE);
    if !tenant.tenants.is_allowed(&tenant.hash) {
        return Err(forbidden());
    }
    let opens_another = |digest: &Digest| tenant.tenants.knows_token(digest);
    match tenant.settings.access.check_token(token.as_bytes(), wanted, opens_another) {
        Ok(()) => Ok(()),
        Err(Refused::Unknown) => Err(object(StatusCode::UNAUTHORIZED, "Unauthorized")),
        Err(Refused::Forbidden) => Err(forbidden()),
    }
}

const NO_SCOPE: &str = "You don't have a required scope to access the endpoint";

/// Looks whether a request is beyond the quota of its store. Documented of V3, observed of V2 and of Basic users.
///
/// # Errors
/// The finished refusal.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
pub fn check_quota(tenant: &Tenant) -> Result<(), Response> {
    let allowance = tenant.allowance;
    if !allowance.is_over || !tenant.settings.quotas.is_enforced() {
        return Ok(());
    }
    if tenant.family == Family::BasicV2 {
        let status = StatusCode::from_u16(509).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
        return Err(array(status, HOURLY_LIMIT));
    }
    Err(too_many_requests(tenant.family, allowance.reset_ms))
}

/// Takes the slot of a request among those that its store carries out at once.
///
/// # Errors
/// The finished refusal. Documented are the numbers; that it is told as a spent quota is assumed, and so is the second
/// after which to try again.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
pub fn check_concurrency(tenant: &Tenant) -> Result<(), Response> {
    match &tenant.slot {
        Some(slot) if !slot.take() => Err(too_many_requests(tenant.family, 1000)),
        _ => Ok(()),
    }
}

const HOURLY_LIMIT: &str = "The requests-per-hour limit has been reached.";

const X_RETRY_AFTER: HeaderName = HeaderName::from_static("x-retry-after");

/// 429, to a client that may come again after so many milliseconds. Documented of V3, observed of V2.
fn too_many_requests(family: Family, retry_after_ms: i64) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut refusal = match family {
        Family::TokenV3 => object(status, "Too many requests"),
        Family::TokenV2 => empty(status),
        Family::BasicV2 => array(status, "Too many requests"),
    };
    // Documented: in seconds; a client that waits so long finds a new window.
    refusal.headers_mut().insert(X_RETRY_AFTER, seconds(retry_after_ms).into());
    refusal
}

fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1000) + i64::from(ms % 1000 > 0)
}

/// What a fault of this status says. 5xx is observed; the others are the service's own where it has them, and else assumed.
#[must_use]
pub fn fault(
    family: Family,
    status: StatusCode,
    retry_after_ms: Option<i64>,
    allowance: Allowance,
) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let is_token = family != Family::BasicV2;
    let mut response = match status.as_u16() {
        429 => return too_many_requests(family, retry_after_ms.unwrap_or(allowance.reset_ms)),
        401 if is_token => object(status, "Unauthorized"),
        403 if is_token => object(status, NO_SCOPE),
        401 => challenge(INVALID_CREDENTIALS),
        509 if family == Family::BasicV2 => array(status, HOURLY_LIMIT),
        code if family == Family::TokenV3 && code >= 500 => {
            json(status, format!(r#"{{"status":{code},"title":"{reason}","type":"{STATUS_CODES}"}}"#))
        }
        _ if family == Family::TokenV3 => object(status, reason),
        _ => array(status, reason),
    };
    if let Some(ms) = retry_after_ms {
        response.headers_mut().insert(RETRY_AFTER, seconds(ms).into());
    }
    response
}

/// The page of a proxy in front of everything.
#[must_use]
pub fn proxy_page(status: StatusCode) -> Response {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Error"));
    html(
        status,
        format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        ),
    )
}

/// The page of a store that is being maintained. Observed: 200 and HTML where JSON was asked for; the text is assumed.
#[must_use]
pub fn maintenance_page() -> Response {
    let page = "<!DOCTYPE html>\n<html>\n<head><title>Down for Maintenance</title></head>\n<body>\n\
                <h1>We are currently down for maintenance</h1>\n</body>\n</html>\n";
    html(StatusCode::OK, page.to_owned())
}

/// A group was written, but not its discount for all of the store. Documented.
#[must_use]
pub fn partial_group_write(is_update: bool) -> Response {
    let done = if is_update { "updated" } else { "created" };
    let status = StatusCode::MULTI_STATUS;
    let message = format!("The customer group was {done}, but the sitewide discount update failed.");
    json(status, format!(r#"{{"status":{},"message":"{message}"}}"#, status.as_u16()))
}

fn html(status: StatusCode, page: String) -> Response {
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// An answer without a body.
#[must_use]
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Looks at the Basic credentials of a request to a store.
///
/// # Errors
/// The finished refusal. Observed where there are none; the others are assumed.
#[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
pub fn check_basic(headers: &HeaderMap, tenant: &Tenant) -> Result<(), Response> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(challenge("No credentials were supplied in the request."));
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).unwrap_or_default();
    let colon = decoded.iter().position(|b| *b == b':').filter(|at| *at > 0);
    match colon.map(|at| (&decoded[..at], &decoded[at + 1..])) {
        Some(_) if !tenant.tenants.is_allowed(&tenant.hash) => Err(no_such_store()),
        Some((user, password)) if tenant.settings.access.takes_basic(user, password) => Ok(()),
        _ => Err(challenge(INVALID_CREDENTIALS)),
    }
}

const INVALID_CREDENTIALS: &str = "The credentials supplied in the request are invalid.";

/// 401 of the store itself.
fn challenge(message: &str) -> Response {
    let mut response = array(StatusCode::UNAUTHORIZED, message);
    let realm = HeaderValue::from_static(r#"Basic realm="BigCommerce API""#);
    response.headers_mut().insert(WWW_AUTHENTICATE, realm);
    response
}

/// A refusal in the gateway's own JSON.
fn object(status: StatusCode, title: &str) -> Response {
    let code = status.as_u16();
    json(status, format!(r#"{{"status":{code},"title":"{title}","type":"{STATUS_CODES}","errors":{{}}}}"#))
}

/// A refusal of the store itself, as V2 words it.
fn array(status: StatusCode, message: &str) -> Response {
    json(status, format!(r#"[{{"status":{},"message":"{message}"}}]"#, status.as_u16()))
}

fn json(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Adds the four rate-limit headers of a token answer. A client that sees one looks for all of them.
pub fn add_rate_headers(headers: &mut HeaderMap, allowance: Allowance) {
    for (name, value) in [
        (const { HeaderName::from_static("x-rate-limit-requests-left") }, allowance.left),
        (const { HeaderName::from_static("x-rate-limit-requests-quota") }, allowance.limit),
        (const { HeaderName::from_static("x-rate-limit-time-reset-ms") }, allowance.reset_ms),
        (const { HeaderName::from_static("x-rate-limit-time-window-ms") }, allowance.window_ms),
    ] {
        headers.insert(name, number(value));
    }
}

/// The numbers that have their text ready: those of a window of 30 seconds.
const READY: usize = 30_000;

/// Digits of each number, at the end of five places.
static DIGITS: LazyLock<&'static [u8]> = LazyLock::new(|| {
    let digits = (0..=READY).flat_map(|number| format!("{number:>5}").into_bytes());
    Box::leak(digits.collect())
});

/// A number as a header has it. Four on each answer are too many to be made each time.
fn number(value: i64) -> HeaderValue {
    let ready = usize::try_from(value).ok().filter(|number| *number <= READY);
    let text = ready.and_then(|number| std::str::from_utf8(&DIGITS[number * 5..number * 5 + 5]).ok());
    text.map_or_else(|| value.into(), |text| HeaderValue::from_static(text.trim_start()))
}

const API_LIMIT: HeaderName = HeaderName::from_static("x-bc-apilimit-remaining");

/// Adds the one rate-limit header of a Basic answer.
pub fn add_basic_rate_header(headers: &mut HeaderMap, allowance: Allowance) {
    headers.insert(API_LIMIT, number(allowance.left));
}

/// Adds that header to an answer of V2 to a token. Observed, long ago: there it is no limit, but the largest number.
pub fn add_boundless_rate_header(headers: &mut HeaderMap) {
    headers.insert(API_LIMIT, HeaderValue::from_static("2147483647"));
}

fn text(status: StatusCode, body: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
