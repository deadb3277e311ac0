//! The last steps of an answer: an error gets words, and JSON becomes XML for who asked for that.

use std::any::Any;
use std::sync::Arc;

use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::accept::Form;
use crate::error::Error;
use crate::mount::Family;
use crate::operations::{Operation, Voice};
use crate::v2::xml::{self, Root};
use crate::{failures, gateway, v2, v3};

/// What this server lets pass and the service would not.
pub(super) const HINT: HeaderName = HeaderName::from_static("x-mock-hint");

/// Puts an error into the words of the mount. An answer without one stays as it is.
pub(super) fn voiced(
    family: Option<Family>,
    operation: Option<&Operation>,
    mut response: Response,
) -> Response {
    let Some(error) = response.extensions_mut().remove::<Arc<Error>>() else { return response };
    if let Error::Database(_) | Error::Store(_) | Error::Panicked(_) = &*error {
        failures::report("a request failed", &error.to_string());
    }
    let mut voiced = match (family, &*error) {
        (None, _) | (Some(Family::TokenV2 | Family::TokenV3), Error::NoRoute) => gateway::unknown_route(),
        // Observed: the gateway knows no such route, whatever other methods it has.
        (Some(Family::TokenV3), Error::MethodNotAllowed) => return gateway::unknown_route(),
        (Some(Family::TokenV3), error) => match operation.map(|operation| operation.voice) {
            Some(Voice::Metafields) => v3::metafield_errors::error(error),
            Some(Voice::Hooks) => v3::hook_errors::error(operation, error),
            Some(Voice::Usual) | None => v3::errors::error(operation, error),
        },
        (Some(Family::TokenV2 | Family::BasicV2), error) => v2::wire::error(error),
    };
    if let Some(allow) = response.headers_mut().remove(ALLOW) {
        voiced.headers_mut().insert(ALLOW, allow);
    }
    voiced
}

/// How an answer differs from what the handler made of it, in V2 alone.
pub(super) enum Change {
    /// It is JSON, as asked for.
    Nothing,
    /// It is JSON that was not asked for, and says so.
    Hint,
    /// It is XML.
    Xml(Root),
}

impl Change {
    /// What a client that wants this form makes of an answer at this path.
    pub(super) fn of(form: Form, path: &str) -> Change {
        match form {
            Form::Json | Form::Unacceptable => Change::Nothing,
            Form::UnaskedJson => Change::Hint,
            Form::Xml => Change::Xml(Root::of(path)),
        }
    }

    /// Changes an answer. What the gateway in front of V2 says stays as it is, and so does what is not JSON.
    pub(super) async fn made(
        self,
        family: Option<Family>,
        operation: Option<&Operation>,
        mut response: Response,
    ) -> Response {
        let is_gateways = family == Some(Family::TokenV2)
            && matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if is_gateways || response.headers().get(CONTENT_TYPE).is_none_or(|value| value != "application/json")
        {
            return response;
        }
        match self {
            Change::Nothing => response,
            Change::Hint => {
                let hint = "BigCommerce answers XML here; send Accept: application/json";
                response.headers_mut().insert(HINT, HeaderValue::from_static(hint));
                response
            }
            Change::Xml(root) => match xml::translated(response, root).await {
                Ok(response) => response,
                Err(error) => voiced(family, operation, error.into_response()),
            },
        }
    }
}

pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
