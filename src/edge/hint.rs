//! Hints: what is wrong with a request that took a wrong turn, and what to do. What the vendor would say stays as it is;
//! a header says more, and the log once of each kind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::ORIGIN;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use super::core::Seat;
use super::route_hint;
use crate::access::digest;
use crate::fields::Dialect;
use crate::mount::Family;
use crate::openapi::unread;
use crate::operations::{OPERATIONS, Operation, named, place};
use crate::quota::Quotas;
use crate::receive::Received;
use crate::tenants::{Entry, Tenants};

/// The wrong turns, and what a sandbox lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    DoubledVersion,
    NoStore,
    NotEmulated,
    UnknownRoute,
    ForeignToken,
    ForeignFilter,
    DeleteWithoutIds,
    WrongShape,
    UnknownStore,
    OverQuota,
    PlainDestination,
    WebPage,
}

/// Which kinds the log has told of.
static TOLD: [AtomicBool; Kind::WebPage as usize + 1] =
    [const { AtomicBool::new(false) }; Kind::WebPage as usize + 1];

/// What a hint is made of. Nothing in it is copied: a request that is fine costs some counts of references.
pub(super) struct Asked {
    pub(super) family: Option<Family>,
    pub(super) operation: Option<&'static Operation>,
    pub(super) method: Method,
    pub(super) uri: Uri,
    body: Option<Bytes>,
    token: Option<HeaderValue>,
    /// Whether the store lists its token.
    is_listed: bool,
    origin: Option<HeaderValue>,
    entry: Option<Arc<Entry>>,
    /// The store that it names, if that did not exist.
    missing: Option<Box<str>>,
    /// Whether it is beyond the quota of its store.
    is_over: bool,
}

impl Asked {
    /// What a hint would be made of; `None` if there can be none, whatever the answer.
    pub(super) fn of(request: &Request, seat: &Seat) -> Option<Asked> {
        let is_over = seat.allowance.is_some_and(|allowance| allowance.is_over);
        let is_plain = matches!(*request.method(), Method::GET | Method::HEAD)
            && request.uri().query().is_none()
            && !request.headers().contains_key(ORIGIN);
        if is_plain && seat.operation.is_some() && seat.missing.is_none() && !is_over && !seat.may_be_foreign
        {
            return None;
        }
        let body = request.extensions().get::<Received>().and_then(|received| received.0.as_ref().ok());
        Some(Asked {
            family: seat.family,
            operation: seat.operation,
            method: request.method().clone(),
            uri: request.uri().clone(),
            body: body.cloned(),
            is_listed: seat.token.is_some(),
            token: request.headers().get("x-auth-token").cloned(),
            origin: request.headers().get(ORIGIN).cloned(),
            entry: seat.entry.clone(),
            missing: seat.missing.clone(),
            is_over,
        })
    }

    /// The hint for an answer of this status, if there is something to say. The first of a kind is logged.
    pub(super) fn hint(
        &self,
        status: StatusCode,
        tenants: &Tenants,
        default_store: &str,
    ) -> Option<HeaderValue> {
        let may_be_wrong = status.is_client_error()
            || self.missing.is_some()
            || self.is_over
            || self.origin.is_some()
            || self.uri.query().is_some()
            || self.method == Method::DELETE
            || self.operation.is_some_and(leads_somewhere);
        if !may_be_wrong {
            return None;
        }
        let (kind, text) = self.found(status, tenants, default_store)?;
        // One line of ASCII, whatever path the client asked for.
        let value = HeaderValue::try_from(&text).ok().filter(|value| value.to_str().is_ok())?;
        if !TOLD[kind as usize].swap(true, Ordering::Relaxed) {
            tracing::warn!(hint = text, "a request took a wrong turn; of its kind this is told once");
        }
        Some(value)
    }

    fn found(&self, status: StatusCode, tenants: &Tenants, default_store: &str) -> Option<(Kind, String)> {
        let Some(operation) = self.operation else {
            let is_unknown = matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
            return is_unknown.then(|| route_hint::of(self, default_store));
        };
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return self.foreign_token(tenants);
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return None;
        }
        self.foreign_filter(operation)
            .or_else(|| self.delete_without_ids(operation))
            .or_else(|| self.wrong_shape(operation, status))
            .or_else(|| self.unknown_store(operation, status, tenants))
            .or_else(|| self.let_pass(status))
    }

    fn foreign_token(&self, tenants: &Tenants) -> Option<(Kind, String)> {
        if let Some(hash) = &self.missing {
            return (!tenants.is_allowed(hash)).then(|| {
                let text = format!(
                    "there is no store {hash}, and --strict-stores makes none by itself; seed it, or POST /_mock/stores"
                );
                (Kind::UnknownStore, text)
            });
        }
        let (entry, token) = (self.entry.as_ref()?, self.token.as_ref()?);
        let is_foreign = !self.is_listed && tenants.knows_token(&digest(token.as_bytes()));
        is_foreign.then(|| {
            let text = format!(
                "this token opens another store, not {}; use one of this store, or the other store's hash",
                entry.hash
            );
            (Kind::ForeignToken, text)
        })
    }

    /// The names in the query.
    fn names(&self) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        pairs.map(|pair| percent_decode_str(pair.split('=').next().unwrap_or(pair)).decode_utf8_lossy())
    }

    fn foreign_filter(&self, operation: &'static Operation) -> Option<(Kind, String)> {
        self.uri.query()?;
        let foreign = &FOREIGN[place(operation)?];
        let name = self.names().find(|name| foreign.contains(&&**name))?;
        let known: Vec<&str> = unread::query_names(operation).collect();
        let version = version(operation);
        let text = match instead(&name, &known) {
            Some(instead) => format!("{version} has no {name}; use {instead}"),
            None if name == "id:in" => {
                format!("{version} has no id:in; ask for each by its own path, or use min_id and max_id")
            }
            None => format!("{version} has no {name} here; leave it out"),
        };
        Some((Kind::ForeignFilter, text))
    }

    fn delete_without_ids(&self, operation: &Operation) -> Option<(Kind, String)> {
        let is_forgotten = operation.dialect == Dialect::V3
            && self.method == Method::DELETE
            && unread::query_names(operation).any(|name| name == "id:in")
            && self.names().all(|name| name != "id:in");
        is_forgotten.then(|| {
            let text = format!("V3 deletes nothing without id:in; use DELETE {}?id:in=1,2", self.uri.path());
            (Kind::DeleteWithoutIds, text)
        })
    }

    fn wrong_shape(&self, operation: &Operation, status: StatusCode) -> Option<(Kind, String)> {
        if !matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) {
            return None;
        }
        let version = version(operation);
        let first = self.body.as_ref()?.trim_ascii().first()?;
        let text = match (first, unread::takes_array(operation)?) {
            (b'{', true) => format!("{version} takes an array here, also of one; put the object into [ ]"),
            (b'[', false) => format!("{version} takes one object here; send it without the array around it"),
            _ => return None,
        };
        Some((Kind::WrongShape, text))
    }

    fn unknown_store(
        &self,
        operation: &Operation,
        status: StatusCode,
        tenants: &Tenants,
    ) -> Option<(Kind, String)> {
        let hash = self.missing.as_ref()?;
        let is_of_content = !matches!(operation.path, "/time" | "/store");
        let is_nothing = status == StatusCode::NOT_FOUND
            || status.is_success() && matches!(self.method, Method::GET | Method::HEAD | Method::DELETE);
        (is_of_content && is_nothing && !tenants.exists(hash)).then(|| {
            let text =
                format!("nobody wrote to the store {hash} yet; check the hash, or create something in it");
            (Kind::UnknownStore, text)
        })
    }

    /// Whether its body names a destination that is not of `https`.
    fn has_plain_destination(&self) -> bool {
        let body = self.body.as_ref().and_then(|body| serde_json::from_slice::<Json>(body).ok());
        let destination = body.as_ref().and_then(|body| body["destination"].as_str()).unwrap_or_default();
        destination.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
    }

    /// What the service would refuse.
    fn let_pass(&self, status: StatusCode) -> Option<(Kind, String)> {
        let settings = self.entry.as_ref()?.settings();
        let quotas = &settings.quotas;
        let is_limited = *quotas != Quotas::default();
        if self.is_over && is_limited && !quotas.is_enforced() {
            let text = "this is beyond the store's quota, where BigCommerce refuses; the setting quota can enforce it";
            return Some((Kind::OverQuota, text.to_owned()));
        }
        if status.is_success()
            && self.operation.is_some_and(leads_somewhere)
            && !settings.hook_destinations.is_strict()
            && self.has_plain_destination()
        {
            let text =
                "BigCommerce takes https destinations alone; set hook_destinations to https to see it refuse";
            return Some((Kind::PlainDestination, text.to_owned()));
        }
        let origin = self.origin.as_ref()?;
        settings.cors.allows(origin.as_bytes()).then(|| {
            let text =
                "BigCommerce answers no web page; call it from a server, or set cors to off to see it refuse";
            (Kind::WebPage, text.to_owned())
        })
    }
}

/// Whether an operation says where a webhook leads.
fn leads_somewhere(operation: &Operation) -> bool {
    matches!(operation.id, "createHook" | "updateHook")
}

/// Of each operation, the query parameters that it does not have and its counterpart does.
static FOREIGN: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let foreign = |operation: &Operation| {
        let known: Vec<&str> = unread::query_names(operation).collect();
        let others = counterpart(operation).into_iter().flat_map(unread::query_names);
        others.filter(|name| !known.contains(name)).collect()
    };
    OPERATIONS.iter().map(foreign).collect()
});

fn version(operation: &Operation) -> &'static str {
    match operation.dialect {
        Dialect::V2 => "V2",
        Dialect::V3 => "V3",
    }
}

/// The operation of the other version that a client may have had in mind.
fn counterpart(operation: &Operation) -> Option<&'static Operation> {
    let other = match operation.dialect {
        Dialect::V2 => Dialect::V3,
        Dialect::V3 => Dialect::V2,
    };
    let is_filtered = matches!(operation.method, "GET" | "DELETE") && operation.path.starts_with("/customer");
    let same = OPERATIONS.iter().find(|known| known.dialect == other && known.id == operation.id);
    if is_filtered { same.or_else(|| named(other, "listCustomers")) } else { None }
}

/// What an operation that takes these names calls a filter of the other version.
fn instead(name: &str, known: &[&str]) -> Option<String> {
    let candidates = match name.split_once(':') {
        Some((field, bound @ ("min" | "max"))) => vec![format!("{bound}_{field}")],
        Some((field, _)) => vec![field.to_owned()],
        None => match name.split_once('_') {
            Some((bound @ ("min" | "max"), field)) => vec![format!("{field}:{bound}")],
            _ => vec![format!("{name}:in"), format!("{name}:like")],
        },
    };
    candidates.into_iter().find(|candidate| known.contains(&&**candidate))
}
