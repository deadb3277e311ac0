//! What webhooks say when something is wrong. Documented: an unknown id is told back, and what is no more than a status
//! has no `errors`; else it is as elsewhere in V3.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::errors::{self, NOT_JSON};
use super::wire;
use crate::error::Error;
use crate::gateway::STATUS_CODES;
use crate::operations::Operation;

#[derive(Serialize)]
struct View<'a> {
    status: u16,
    title: Cow<'a, str>,
    r#type: &'static str,
}

/// An error of a call about webhooks.
#[must_use]
pub fn error(operation: Option<&Operation>, error: &Error) -> Response {
    match error {
        Error::NoSuchId { id } if id.bytes().all(|b| b.is_ascii_digit()) => {
            view(StatusCode::NOT_FOUND, format!("Webhook with id [{id}] not found").into())
        }
        // Observed of what is no id: the status. Documented of a body: the status too; the words are assumed.
        Error::NoSuchId { .. }
        | Error::NotAnObject
        | Error::Broken
        | Error::Empty
        | Error::Malformed { .. } => view(StatusCode::BAD_REQUEST, NOT_JSON.into()),
        _ => errors::error(operation, error),
    }
}

fn view(status: StatusCode, title: Cow<'_, str>) -> Response {
    let view = View { status: status.as_u16(), title, r#type: STATUS_CODES };
    wire::bytes(status, wire::json(&view))
}
