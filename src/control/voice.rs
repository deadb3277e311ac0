//! How the control API answers: JSON objects, and refusals with a code.

use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use crate::error::Error;
use crate::model::engine::OpenError;
use crate::reply;
use crate::strict_json::Fault;

/// On every answer of the control API.
pub(super) const VERSION: HeaderName = HeaderName::from_static("x-mock-version");

/// Why a call of the control API was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    at: Option<String>,
    hint: Option<String>,
}

impl Refusal {
    /// A refusal with this code.
    #[must_use]
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into(), at: None, hint: None }
    }

    /// Says where in the body the reason is, by a JSON pointer.
    #[must_use]
    pub(super) fn at(self, pointer: impl Into<String>) -> Refusal {
        Refusal { at: Some(pointer.into()), ..self }
    }

    /// Says what would be right.
    #[must_use]
    pub(super) fn hint(self, hint: impl Into<String>) -> Refusal {
        Refusal { hint: Some(hint.into()), ..self }
    }

    /// There is no store of that hash.
    #[must_use]
    pub(super) fn unknown_store(hash: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "unknown_store", format!("there is no store '{hash}'"))
            .hint("POST /_mock/stores makes one")
    }

    /// The store has no snapshot of that name.
    #[must_use]
    pub(super) fn unknown_snapshot(hash: &str, name: &str) -> Refusal {
        let message = format!("the store '{hash}' has no snapshot '{name}'");
        Refusal::new(StatusCode::NOT_FOUND, "unknown_snapshot", message)
    }

    /// What was sent breaks a rule.
    #[must_use]
    pub(super) fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }

    /// The path leads nowhere.
    #[must_use]
    pub(super) fn no_such_route() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "no_such_route", "the control API has no such path")
            .hint("GET /_mock/openapi.json?version=control lists its paths")
    }
}

impl From<Fault> for Refusal {
    fn from(Fault { at, why, hint }: Fault) -> Refusal {
        let refusal = Refusal { hint, ..Refusal::invalid(why) };
        if at.is_empty() { refusal } else { refusal.at(at) }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        tracing::error!(cause = %error, "a call of the control API failed");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "this went wrong here; the log says why")
    }
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Refusal {
        Error::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = Map::new();
        error.insert("code".into(), self.code.into());
        error.insert("message".into(), self.message.into());
        error.extend(self.at.map(|at| ("at".into(), at.into())));
        error.extend(self.hint.map(|hint| ("hint".into(), hint.into())));
        answer(self.status, &json!({"error": error}))
    }
}

/// An answer of JSON.
pub(super) fn answer(status: StatusCode, json: &Json) -> Response {
    reply::bytes(status, json.to_string().into_bytes())
}

/// 200 with JSON.
pub(super) fn ok(json: &Json) -> Response {
    answer(StatusCode::OK, json)
}

/// 405 in the voice of the control API. The router adds `Allow`.
pub(super) async fn wrong_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return reply::no_content();
    }
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", format!("{method} can not be done here"))
        .into_response()
}

/// Puts on an answer what all answers have.
pub(super) fn finish(mut response: Response) -> Response {
    let version = HeaderValue::from_static(env!("CARGO_PKG_VERSION"));
    response.headers_mut().insert(VERSION, version);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
