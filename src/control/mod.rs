//! What BigCommerce does not have, under `/_mock`. It needs no token, and pages of other origins can not read it.

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::error::Error;
use crate::fields::Dialect;
use crate::{openapi, reply};

/// Where every path of this module begins.
pub const PREFIX: &str = "/_mock/";

/// What a document says of the server.
#[derive(Clone, Debug)]
pub struct Site {
    /// The URL under which the client reaches it.
    pub origin: String,
    /// The default store.
    pub store: Box<str>,
}

impl<S: Sync> FromRequestParts<S> for Site {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Site, Error> {
        parts.extensions.remove::<Site>().ok_or(Error::NoRoute)
    }
}

/// `GET /_mock/openapi.json?version=v2|v3`: what the mounts of that version can do. Assumed: V3 without a version.
pub async fn openapi(site: Site, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let wanted = query.split('&').rev().find_map(|pair| pair.strip_prefix("version="));
    let dialect = match wanted.unwrap_or("v3") {
        "v2" => Dialect::V2,
        "v3" => Dialect::V3,
        _ => {
            let message = "There is no such version. Ask for version=v2 or version=v3.";
            return answer(StatusCode::BAD_REQUEST, &json!({"message": message}));
        }
    };
    answer(StatusCode::OK, &openapi::document(dialect, &site.origin, &site.store))
}

fn answer(status: StatusCode, json: &Json) -> Response {
    reply::bytes(status, json.to_string().into_bytes())
}
