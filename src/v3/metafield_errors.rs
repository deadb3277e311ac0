//! What metafields say when something is wrong. Documented: `{status, title, type, detail}`, unlike the rest of V3.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::errors;
use super::wire;
use crate::error::{Error, Problem, What};
use crate::gateway::{self, STATUS_CODES};

#[derive(Serialize)]
struct View<'a> {
    status: u16,
    title: Cow<'a, str>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'a, str>>,
}

/// An error of a call about metafields. Documented: 404 has no `detail`. Assumed: nor have those that the title says
/// all about.
#[must_use]
pub fn error(error: &Error) -> Response {
    let (mut status, mut title) = errors::plain(error);
    let detail = match error {
        Error::NoRoute | Error::MethodNotAllowed => return gateway::unknown_route(),
        Error::Item { problems, .. } => {
            if is_taken(problems) {
                (status, title) = (StatusCode::CONFLICT, "Metafield already exists".into());
            }
            Some(reason(error))
        }
        Error::Invalid(problems) => Some(errors::query(problems).into()),
        Error::NotAnObject => Some("The body must be a JSON object".into()),
        Error::NotAnArray => Some("The body must be a JSON array".into()),
        Error::Broken | Error::Empty | Error::Malformed { .. } => Some("Syntax error".into()),
        _ => None,
    };
    let view = View { status: status.as_u16(), title, r#type: STATUS_CODES, detail };
    wire::bytes(status, wire::json(&view))
}

/// What is wrong with one metafield.
pub(super) fn reason(error: &Error) -> Cow<'static, str> {
    let Error::Item { problems, .. } = error else {
        // Documented: of one in a batch.
        return "Metafield does not exist".into();
    };
    let names = |problems: &mut dyn Iterator<Item = &Problem>| {
        problems.map(|problem| &*problem.at).collect::<Vec<_>>().join(", ")
    };
    let missing = names(&mut problems.iter().filter(|problem| problem.what == What::Missing));
    if is_taken(problems) {
        "The key is already in use in the namespace".into()
    } else if missing.is_empty() {
        // Documented, but not which key it is under.
        format!("The following fields are invalid: {}", names(&mut problems.iter())).into()
    } else {
        format!("The following fields are missing: {missing}").into()
    }
}

fn is_taken(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| matches!(problem.what, What::Taken { .. }))
}
