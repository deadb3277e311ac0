//! One record of a request: filled by the steps of the edge, read once at its end, by the journal and by the log.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use tracing::Level;

use super::answer::HINT;
use super::fault;
use crate::access::Wanted;
use crate::clock;
use crate::control;
use crate::faults::Met;
use crate::journal::{self, About, Exchange, Head, Kept};
use crate::operations::Operation;
use crate::receive;
use crate::tenants::{Entry, Tenants};

/// Where whoever watches the server asks how it is. Nobody wants to read of it.
const HEALTH: [&str; 2] = ["/livez", "/readyz"];

/// Where requests are logged.
const LOG: &str = "bigcommerce_mock::requests";

/// What is known of a request so far. One that is dropped before its end got no answer.
pub(super) struct Call {
    began: Instant,
    /// At which level it is a line in the log, if it is one.
    level: Option<Level>,
    is_kept: bool,
    /// Its method and head; none if nobody wants to read of it, or it has ended.
    received: Option<(Method, Head)>,
    body: Bytes,
    entry: Option<Arc<Entry>>,
    /// The store that it names, if that did not exist.
    missing: Option<Box<str>>,
    operation: Option<&'static Operation>,
    token: Option<usize>,
    at: i64,
    /// The id of the fault that it met.
    fault: Option<String>,
}

impl Call {
    /// A request as the client sent it.
    pub(super) fn begin(request: &Request, is_asked: bool, is_kept: bool) -> Call {
        let path = request.uri().path();
        let is_told = tracing::enabled!(target: LOG, Level::DEBUG);
        let is_wanted =
            (is_asked || is_told || is_kept) && !HEALTH.contains(&path) && !control::is_ours(path);
        let received =
            is_wanted.then(|| (request.method().clone(), Head::new(request.uri(), request.headers())));
        Call {
            began: Instant::now(),
            level: match (is_asked, is_told) {
                (true, _) => Some(Level::INFO),
                (false, true) => Some(Level::DEBUG),
                (false, false) => None,
            },
            is_kept,
            received,
            body: Bytes::new(),
            entry: None,
            missing: None,
            operation: None,
            token: None,
            at: 0,
            fault: None,
        }
    }

    /// Its body was read.
    pub(super) fn receives(&mut self, request: &Request) {
        if let (Some(_), Some(receive::Received(Ok(body)))) =
            (&self.received, request.extensions().get::<receive::Received>())
        {
            self.body = body.clone();
        }
    }

    /// Its store and what it asks for were found, if there are such.
    pub(super) fn is_at(
        &mut self,
        entry: Option<Arc<Entry>>,
        missing: Option<Box<str>>,
        operation: Option<&'static Operation>,
        token: Option<usize>,
        at: Option<i64>,
    ) {
        if self.received.is_none() {
            return;
        }
        self.operation = operation;
        self.at = at.unwrap_or_else(clock::system_ms);
        self.token = token;
        self.entry = entry;
        self.missing = missing;
    }

    /// It met a fault.
    pub(super) fn meets(&mut self, met: Option<&Met>) {
        self.fault = met.map(|met| met.id.clone());
    }

    /// It is answered. The answer comes back as it was.
    pub(super) async fn end(mut self, mut response: Response, tenants: &Tenants) -> Response {
        let Some((method, head)) = self.received.take() else { return response };
        if !self.is_kept {
            self.log(&method, &head, Some(&response));
            return response;
        }
        // A first write may have made the store.
        if let Some(made) = self.missing.as_deref().and_then(|hash| tenants.entry(hash)) {
            self.entry = Some(made);
        } else if self.entry.is_none() {
            self.entry = Some(tenants.nothing());
        }
        let body = fault::whole(&mut response).await;
        self.log(&method, &head, Some(&response));
        self.keep(&method, &head, Some((response.status(), response.headers(), &body)));
        if !body.is_empty() {
            *response.body_mut() = Body::from(body);
        }
        response
    }

    fn log(&self, method: &Method, head: &Head, response: Option<&Response>) {
        let Some(level) = self.level else { return };
        let hint = response.and_then(|response| response.headers().get(HINT)?.to_str().ok());
        let named = self.missing.as_deref().or(self.entry.as_deref().map(|entry| &*entry.hash));
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: LOG,
                    $level,
                    %method,
                    path = %format_args!("{}{}", head.path(), head.query()),
                    store = named.filter(|hash| !hash.is_empty()),
                    operation = self.operation.map(Operation::name),
                    status = response.map(|response| response.status().as_u16()),
                    duration_us = self.duration_us(),
                    hint,
                    fault = self.fault,
                    "answered"
                )
            };
        }
        if level == Level::INFO { line!(Level::INFO) } else { line!(Level::DEBUG) }
    }

    /// How long ago it came in.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }

    fn duration_us(&self) -> u64 {
        u64::try_from(self.took().as_micros()).unwrap_or(u64::MAX)
    }

    fn keep(&self, method: &Method, head: &Head, answer: Option<(StatusCode, &HeaderMap, &Bytes)>) {
        let Some(entry) = &self.entry else { return };
        let has_secrets =
            self.operation.is_some_and(|operation| operation.wanted == Wanted::ReadStoredInstruments);
        let no_headers = HeaderMap::new();
        let body = journal::redacted(&self.body);
        let answer_body = match answer {
            Some((.., body)) if has_secrets => journal::redacted(body),
            Some((.., body)) => Cow::Borrowed(&body[..]),
            None => Cow::default(),
        };
        entry.journal.keep(&Exchange {
            about: About {
                at: self.at,
                operation: self.operation,
                token: self.token,
                status: answer.map(|(status, ..)| status),
                duration_us: self.duration_us(),
            },
            method,
            head,
            body: Kept::of(&body),
            answer_headers: answer.map_or(&no_headers, |(_, headers, _)| headers),
            answer_body: Kept::of(&answer_body),
            fault: self.fault.as_deref(),
        });
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // The client went away, or a fault cut its connection.
        if let Some((method, head)) = self.received.take() {
            self.log(&method, &head, None);
            if self.is_kept {
                self.keep(&method, &head, None);
            }
        }
    }
}
