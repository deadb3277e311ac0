//! `/_mock/requests` and `/_mock/stores/{hash}/requests`: what came in, and what went out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value as Json, json};
use tokio::time::{Instant, timeout_at};

use super::Control;
use super::body::{Body, Listing};
use super::record;
use super::voice::{Refusal, answer, ok};
use crate::durations;
use crate::journal::Record;
use crate::matching::{
    Count, Difference, Match, MethodPattern, OperationPattern, PathPattern, StatusPattern, message, nearest,
};
use crate::mount;
use crate::operations::Operation;
use crate::reply;
use crate::strict_json::{Fault, Object};

/// The longest that an answer is held back until a request comes in.
const MOST_WAIT: Duration = Duration::from_mins(1);

/// Whose requests: those of one store, or of all.
#[derive(Clone, Debug)]
pub(super) struct Of {
    hash: Option<String>,
    id: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Of, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Refusal::no_such_route())?;
        let named = |wanted| params.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.to_owned());
        Ok(Of { hash: named("hash"), id: named("id") })
    }
}

/// A request that is kept, and the store that it came to.
#[derive(Clone, Debug)]
struct Found {
    store: Option<Box<str>>,
    record: Record,
}

impl Found {
    fn to_json(&self) -> Json {
        record::to_json(self.store.as_deref(), &self.record)
    }
}

/// Which requests are wanted.
#[derive(Clone, Debug, Default)]
struct Filter {
    operation: Option<OperationPattern>,
    method: Option<MethodPattern>,
    path: Option<PathPattern>,
    status: Option<StatusPattern>,
    since: Option<i64>,
    until: Option<i64>,
    fault: Option<String>,
    is_unmatched: bool,
}

/// The parameters that say which requests are wanted.
pub(super) const FILTERS: &[&str] =
    &["operation", "method", "path", "status", "since", "until", "fault", "unmatched"];

/// The parameters of a list of requests.
pub(super) const LISTED: &[&str] = &[
    "operation",
    "method",
    "path",
    "status",
    "since",
    "until",
    "fault",
    "unmatched",
    "wait",
    "limit",
    "after",
];

impl Filter {
    fn read(listing: &Listing) -> Result<Filter, Refusal> {
        fn read<T>(
            listing: &Listing,
            name: &str,
            read: impl FnOnce(&str) -> Result<T, Fault>,
        ) -> Result<Option<T>, Refusal> {
            let told = |Fault { why, hint, .. }| {
                let refusal = Refusal::invalid(format!("{name}: {why}"));
                if let Some(hint) = hint { refusal.hint(hint) } else { refusal }
            };
            listing.get(name).map(|text| read(text).map_err(told)).transpose()
        }
        let unmatched = |text: &str| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Fault::new("", "expected true or false")),
        };
        Ok(Filter {
            operation: read(listing, "operation", |text| OperationPattern::parse(text, ""))?,
            method: read(listing, "method", |text| MethodPattern::parse(text, ""))?,
            path: read(listing, "path", |text| PathPattern::parse(text, ""))?,
            status: read(listing, "status", |text| StatusPattern::parse(text, ""))?,
            since: read(listing, "since", |text| durations::instant(text.into(), ""))?,
            until: read(listing, "until", |text| durations::instant(text.into(), ""))?,
            fault: listing.get("fault").map(str::to_owned),
            is_unmatched: read(listing, "unmatched", unmatched)?.unwrap_or_default(),
        })
    }

    fn holds(&self, record: &Record) -> bool {
        let about = record.about();
        let operation = || about.operation;
        self.operation.as_ref().is_none_or(|wanted| operation().is_some_and(|it| wanted.matches(it)))
            && self.method.as_ref().is_none_or(|wanted| wanted.matches(record.method()))
            && self.path.as_ref().is_none_or(|wanted| wanted.matches(record.path()))
            && self
                .status
                .as_ref()
                .is_none_or(|wanted| about.status.is_some_and(|status| wanted.matches(status.as_u16())))
            && self.since.is_none_or(|since| about.at >= since)
            && self.until.is_none_or(|until| about.at <= until)
            && self.fault.as_deref().is_none_or(|fault| record.fault() == Some(fault))
            && !(self.is_unmatched && operation().is_some())
    }
}

impl Control {
    /// The requests that are kept, oldest first.
    fn found(&self, of: &Of) -> Result<Vec<Found>, Refusal> {
        if let Some(hash) = &of.hash {
            let records = self.entry(hash)?.journal.records().into_iter();
            return Ok(records.map(|record| Found { store: Some(hash.as_str().into()), record }).collect());
        }
        // What comes in from here on may be in one journal and not yet seen in another.
        let last = self.tenants.requests().last_id();
        let mut found = Vec::new();
        for entry in self.tenants.list("") {
            let records = entry.journal.records().into_iter();
            found.extend(records.map(|record| Found { store: Some(entry.hash.clone()), record }));
        }
        for record in self.tenants.nothing().journal.records() {
            let path = mount::tidy(record.path());
            let store = mount::family(&path).and_then(|(_, hash)| hash).map(Into::into);
            found.push(Found { store, record });
        }
        found.retain(|found| found.record.id() <= last);
        found.sort_by_key(|found| found.record.id());
        Ok(found)
    }

    /// Looks at the requests again each time that one comes in, until there is something to be seen or the time is
    /// over; then what is seen.
    async fn watched<T>(
        &self,
        of: &Of,
        until: Instant,
        mut look: impl FnMut(Vec<Found>) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        loop {
            let entry = of.hash.as_deref().map(|hash| self.entry(hash)).transpose()?;
            let is_replaced = || {
                let now = of.hash.as_deref().and_then(|hash| self.tenants.entry(hash));
                entry.is_some() && now.map(|now| Arc::as_ptr(&now)) != entry.as_ref().map(Arc::as_ptr)
            };
            let arrivals = match &entry {
                Some(entry) => entry.journal.arrivals(),
                None => self.tenants.requests().arrivals(),
            };
            let look = || {
                if is_replaced() {
                    return Some(Ok(None));
                }
                match self.found(of) {
                    Ok(found) => look(found).map(|seen| Ok(Some(seen))),
                    Err(refusal) => Some(Err(refusal)),
                }
            };
            match timeout_at(until, arrivals.until(look)).await {
                // Reset meanwhile: on with its next life.
                Ok(Ok(None)) => {}
                Ok(seen) => return seen,
                Err(_) => return Ok(None),
            }
        }
    }
}

/// `GET /_mock/requests`, `GET /_mock/stores/{hash}/requests`
pub(super) async fn list(
    State(control): State<Arc<Control>>,
    of: Of,
    listing: Listing,
) -> Result<Response, Refusal> {
    let page = listing.page(&[FILTERS, &["wait"]].concat())?;
    let filter = Filter::read(&listing)?;
    let after = match listing.get("after") {
        None => 0,
        Some(text) => text.parse().map_err(|_| Refusal::invalid("after must be the id of a request"))?,
    };
    let told = |Fault { why, .. }| Refusal::invalid(format!("wait: {why}"));
    let wait = wait(listing.get("wait").map(Json::from), "").map_err(told)?;
    let wanted = |mut found: Vec<Found>| {
        found.retain(|found| filter.holds(&found.record));
        found
    };
    let is_there = |found: Vec<Found>| {
        let found = wanted(found);
        found.iter().any(|found| found.record.id() > after).then_some(found)
    };
    let found = match control.watched(&of, Instant::now() + wait, is_there).await? {
        Some(found) => found,
        None => wanted(control.found(&of)?),
    };
    let total = found.len();
    let shown = found.into_iter().filter(|found| found.record.id() > after).take(page.limit());
    Ok(ok(&json!({"requests": shown.map(|found| found.to_json()).collect::<Vec<_>>(), "total": total})))
}

/// `GET /_mock/requests/count`, `GET /_mock/stores/{hash}/requests/count`
pub(super) async fn count(
    State(control): State<Arc<Control>>,
    of: Of,
    listing: Listing,
) -> Result<Response, Refusal> {
    listing.only(FILTERS)?;
    let filter = Filter::read(&listing)?;
    let found = control.found(&of)?;
    Ok(ok(&json!({"count": found.iter().filter(|found| filter.holds(&found.record)).count()})))
}

/// `GET /_mock/requests/{id}`, `GET /_mock/stores/{hash}/requests/{id}`
pub(super) async fn get(State(control): State<Arc<Control>>, of: Of) -> Result<Response, Refusal> {
    let id = of.id.as_deref().unwrap_or_default();
    let found = control.found(&of)?;
    let found = found.iter().find(|found| id.parse() == Ok(found.record.id()));
    let unknown = || {
        let message = format!("no request '{id}' is kept here");
        Refusal::new(StatusCode::NOT_FOUND, "unknown_request", message)
            .hint("it may be of another store, or older than what is kept")
    };
    Ok(ok(&found.ok_or_else(unknown)?.to_json()))
}

/// `DELETE /_mock/requests`, `DELETE /_mock/stores/{hash}/requests`
pub(super) async fn forget(
    State(control): State<Arc<Control>>,
    of: Of,
    listing: Listing,
) -> Result<Response, Refusal> {
    listing.only(FILTERS)?;
    let filter = Filter::read(&listing)?;
    let entries = if let Some(hash) = &of.hash {
        vec![control.entry(hash)?]
    } else {
        let mut all = control.tenants.list("");
        all.push(control.tenants.nothing());
        all
    };
    for entry in entries {
        entry.journal.forget(|record| filter.holds(record));
    }
    Ok(reply::no_content())
}

/// `POST /_mock/requests/verify`, `POST /_mock/stores/{hash}/requests/verify`, `POST /_mock/stores/{hash}/verify`
pub(super) async fn verify(
    State(control): State<Arc<Control>>,
    of: Of,
    body: Body,
) -> Result<Response, Refusal> {
    let mut object = Object::new(body.json_or_empty()?, "")?;
    let wanted = match object.read("match", Match::read)? {
        Some(wanted) => wanted,
        None => Match::read(json!({}), "/match")?,
    };
    let count = object.read("count", Count::read)?.unwrap_or_default();
    let within = wait(object.take("within"), "/within")?;
    object.done()?;
    let is_settled = |found: Vec<Found>| {
        let matched = found.iter().filter(|found| wanted.holds(&found.record)).count();
        is_settled(count, matched).then_some(())
    };
    control.watched(&of, Instant::now() + within, is_settled).await?;
    let records: Vec<Record> = control.found(&of)?.into_iter().map(|found| found.record).collect();
    let matched: Vec<&Record> = records.iter().filter(|record| wanted.holds(*record)).collect();
    if count.is_met(matched.len()) {
        let ids: Vec<u64> = matched.iter().map(|record| record.id()).collect();
        return Ok(ok(&json!({"matched": ids.len(), "requests": ids})));
    }
    let nearest = if count.wants_more(matched.len()) { nearest(&wanted, &records) } else { Vec::new() };
    let shown = nearest.iter().map(|near| {
        json!({
            "id": near.seen.id(),
            "operation": near.seen.about().operation.map(Operation::name),
            "path": near.seen.path(),
            "differences": near.differences.iter().map(Difference::to_json).collect::<Vec<_>>(),
        })
    });
    let failed = json!({
        "error": {
            "code": "verification_failed",
            "message": message(&wanted, count, &matched, records.len(), &nearest),
        },
        "matched": matched.len(),
        "expected": count.to_json(),
        "nearest": shown.collect::<Vec<_>>(),
    });
    Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, &failed))
}

/// Whether no request that still comes can change what is said. That nothing more comes is known when the time is over.
fn is_settled(count: Count, matched: usize) -> bool {
    match count {
        Count::Exactly(0) | Count::AtMost(_) => !count.is_met(matched),
        // A person who waits for so many goes on when they are there.
        Count::AtLeast(n) | Count::Exactly(n) => matched as u64 >= n,
    }
}

/// How long to wait.
fn wait(given: Option<Json>, at: &str) -> Result<Duration, Fault> {
    let Some(given) = given else { return Ok(Duration::ZERO) };
    let wait = durations::duration(given, at)?;
    if wait > MOST_WAIT {
        return Err(Fault::new(at, "must be at most 60s"));
    }
    Ok(wait)
}
