//! What a handler of the control API gets of its request.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde_json::{Value as Json, json};

use super::voice::Refusal;
use crate::query;
use crate::strict_json::nearest;

/// The body, which may be empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub(super) bytes: Bytes,
    /// Whether it is declared as YAML.
    pub(super) is_yaml: bool,
}

/// The body that was received, put into the request before it is routed.
#[derive(Clone, Debug)]
pub(super) struct Received(pub(super) Bytes);

impl<S: Sync> FromRequestParts<S> for Body {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Body, Infallible> {
        let bytes = parts.extensions.remove::<Received>().map(|received| received.0).unwrap_or_default();
        let declared = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_yaml = declared.is_some_and(|declared| declared.to_ascii_lowercase().contains("yaml"));
        Ok(Body { bytes, is_yaml })
    }
}

impl Body {
    /// The JSON in it.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn json(self) -> Result<Json, Refusal> {
        serde_json::from_slice(&self.bytes).map_err(|error| {
            let text = error.to_string();
            let reason = text.split(" at line ").next().unwrap_or_default();
            let (line, column) = (error.line(), error.column());
            let message = format!("the body is not JSON: {reason} (line {line}, column {column})");
            Refusal::new(StatusCode::BAD_REQUEST, "malformed", message)
        })
    }

    /// The JSON in it; an empty object where there is no body.
    ///
    /// # Errors
    /// When there is something else.
    pub(super) fn json_or_empty(self) -> Result<Json, Refusal> {
        if self.bytes.trim_ascii().is_empty() { Ok(json!({})) } else { self.json() }
    }
}

/// The `N` names in the path, decoded, in order.
#[derive(Clone, Debug)]
pub(super) struct Named<const N: usize>(pub(super) [String; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Named<N> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named<N>, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Refusal::no_such_route())?;
        let names: Vec<String> = params.iter().map(|(_, text)| text.to_owned()).collect();
        names.try_into().map(Named).map_err(|_| Refusal::no_such_route())
    }
}

/// The URL under which the client reaches the server.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) origin: String,
}

impl<S: Sync> FromRequestParts<S> for Site {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Site, Infallible> {
        Ok(parts.extensions.remove::<Site>().unwrap_or(Site { origin: String::new() }))
    }
}

/// The parameters of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Listing {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Listing, Infallible> {
        Ok(Listing(query::pairs(parts.uri.query().unwrap_or_default())))
    }
}

/// How many of a list are shown when nobody says, and at most.
const LIMITS: (usize, usize) = (100, 1000);

impl Listing {
    /// The value of a parameter; of a repeated one the last.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Which part of the list is wanted. `others` are the parameters that it may have besides.
    ///
    /// # Errors
    /// A parameter that is not known, or a bad `limit`.
    pub(super) fn page(&self, others: &[&'static str]) -> Result<Page, Refusal> {
        self.only(&[&["limit", "after"], others].concat())?;
        let limit = match self.get("limit") {
            None => LIMITS.0,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if (1..=LIMITS.1).contains(&limit) => limit,
                _ => {
                    return Err(Refusal::invalid(format!(
                        "limit must be a whole number from 1 to {}",
                        LIMITS.1
                    )));
                }
            },
        };
        Ok(Page { limit, after: self.get("after").map(str::to_owned) })
    }

    /// Says that it has no other parameters than these.
    ///
    /// # Errors
    /// When it has.
    pub(super) fn only(&self, known: &[&'static str]) -> Result<(), Refusal> {
        if let Some((key, _)) = self.0.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            let message = format!("there is no parameter '{key}'; known are {}", known.join(", "));
            let refusal = Refusal::invalid(message);
            return Err(match nearest(key, known.iter().copied()) {
                Some(near) => refusal.hint(near),
                None => refusal,
            });
        }
        Ok(())
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub(super) struct Page {
    limit: usize,
    after: Option<String>,
}

impl Page {
    /// How many are wanted at most.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The part, and whether there is more. `is` says whether an item has that id.
    pub(super) fn of<T>(&self, all: Vec<T>, is: impl Fn(&T, &str) -> bool) -> (Vec<T>, bool) {
        let start = match &self.after {
            None => 0,
            Some(after) => all.iter().position(|item| is(item, after)).map_or(all.len(), |at| at + 1),
        };
        let more = all.len() > start + self.limit;
        (all.into_iter().skip(start).take(self.limit).collect(), more)
    }
}
