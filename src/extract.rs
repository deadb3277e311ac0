//! What a handler gets of its request. Failures are [`Error`]s, rendered in the dialect of the mount.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

use crate::accept::Form;
use crate::body_json;
use crate::error::{Error, Problem, What};
use crate::fields::validate::{self, MOST_ECHOED, Valid, validate};
use crate::fields::{Dialect, Field};
use crate::gateway;
use crate::mount::Family;
use crate::receive::{Received, Unreceived};
pub use crate::tenant::Tenant;

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Tenant, Response> {
        let tenant = parts.extensions.remove::<Tenant>().ok_or_else(gateway::unknown_route)?;
        let operation = tenant.operation.ok_or_else(gateway::unknown_route)?;
        // Basic credentials were looked at before the route: `/api/v2` is the store itself.
        if tenant.family != Family::BasicV2 {
            gateway::check_token(&parts.headers, &tenant, operation.wanted)?;
        }
        gateway::check_quota(&tenant)?;
        gateway::check_concurrency(&tenant)?;
        if tenant.form == Form::Unacceptable {
            return Err(Error::NotAcceptable.into_response());
        }
        Ok(tenant)
    }
}

/// The `N` ids in a path, in order. What is not an id that can exist is [`Error::NoSuchId`].
#[derive(Clone, Copy, Debug)]
pub struct Ids<const N: usize>(pub [i64; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Ids<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Ids<N>, Error> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        let ids = params.iter().filter(|(name, _)| *name != "store_hash").map(|(_, text)| {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            let id = text.parse::<i32>().ok().filter(|_| digits).map(i64::from);
            id.ok_or_else(|| Error::NoSuchId { id: text.chars().take(MOST_ECHOED).collect() })
        });
        let ids = ids.collect::<Result<Vec<i64>, Error>>()?;
        ids.try_into().map(Ids).map_err(|_| Error::NotFound)
    }
}

/// Query parameters, decoded.
pub type Pairs = Vec<(String, String)>;

/// The query string, decoded, in order, repeated keys and all.
#[derive(Clone, Debug)]
pub struct Query(pub Pairs);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let not_utf8 = |key: &str| Error::from(Problem::new(key.to_owned(), What::NotUtf8));
            let key = decode(key).ok_or_else(|| not_utf8(key))?;
            let value = decode(value).ok_or_else(|| not_utf8(&key))?;
            Ok((key, value))
        });
        pairs.collect::<Result<_, _>>().map(Query)
    }
}

fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The body of a write. Taking it never fails; reading it does, so that a handler decides what is checked before.
#[derive(Debug)]
pub struct Body {
    received: Received,
    declared_json: bool,
}

impl<S: Sync> FromRequestParts<S> for Body {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Body, Self::Rejection> {
        let received =
            parts.extensions.remove::<Received>().unwrap_or(Received(Ok(axum::body::Bytes::new())));
        let declared_json = parts.headers.get(CONTENT_TYPE).is_none_or(|value| {
            let media_type = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            media_type.trim().eq_ignore_ascii_case("application/json")
        });
        Ok(Body { received, declared_json })
    }
}

/// From this many bytes on, reading a body takes long enough to be kept from those that serve other requests.
const LARGE: usize = 64 * 1024;

impl Body {
    /// Does what reads this body. While it reads a large one, another thread serves other requests.
    pub fn aside<T>(self, read: impl FnOnce(Body) -> T) -> T {
        let large = self.received.0.as_ref().is_ok_and(|bytes| bytes.len() >= LARGE);
        // A runtime of one thread, as some tests have, has no other.
        let several = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        if large && several { block_in_place(|| read(self)) } else { read(self) }
    }

    /// What the JSON object in the body says, checked against a field table.
    ///
    /// # Errors
    /// Whatever is wrong with the body as a whole, then every problem with the object.
    pub fn valid(
        self,
        fields: &'static [Field],
        dialect: Dialect,
        operation: validate::Operation,
    ) -> Result<Valid, Error> {
        self.aside(|body| Ok(validate(fields, dialect, operation, &body.object()?)?))
    }

    /// The JSON object in the body. Of a key that is there twice the last wins.
    ///
    /// # Errors
    /// Whatever is wrong with the body as a whole.
    pub fn object(self) -> Result<Map<String, Json>, Error> {
        match self.json()? {
            Json::Object(object) => Ok(object),
            _ => Err(Error::NotAnObject),
        }
    }

    /// The JSON array in the body.
    ///
    /// # Errors
    /// Whatever is wrong with the body as a whole.
    pub fn array(self) -> Result<Vec<Json>, Error> {
        match self.json()? {
            Json::Array(items) => Ok(items),
            _ => Err(Error::NotAnArray),
        }
    }

    /// The JSON in the body.
    ///
    /// # Errors
    /// Whatever is wrong with the body as a whole.
    pub fn json(self) -> Result<Json, Error> {
        let bytes = self.received.0.map_err(|why| match why {
            Unreceived::TooLarge(limit) | Unreceived::FarTooLarge(limit) => Error::TooLarge { limit },
            Unreceived::TooSlow => Error::TooSlow,
            Unreceived::Broken => Error::Broken,
        })?;
        if bytes.trim_ascii().is_empty() {
            return Err(Error::Empty);
        }
        if !self.declared_json {
            return Err(Error::NotJson);
        }
        body_json::read(&bytes)
    }
}

/// Answers a method that a route does not have. OPTIONS it always has: the router adds `Allow`.
///
/// # Errors
/// [`Error::MethodNotAllowed`].
pub async fn wrong_method(method: Method) -> Result<axum::http::StatusCode, Error> {
    // Assumed: OPTIONS outside of a browser's preflight is 204, and needs no token.
    if method == Method::OPTIONS {
        Ok(axum::http::StatusCode::NO_CONTENT)
    } else {
        Err(Error::MethodNotAllowed)
    }
}
