//! A request that is kept, as the control API shows it.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use crate::durations::instant_text;
use crate::journal::Record;
use crate::openapi::unread::unread;
use crate::operations::Operation;

/// The header that says what a client took a wrong turn with.
const HINT: &str = "x-mock-hint";

/// The entry of a request that came to a store.
pub(super) fn to_json(store: Option<&str>, record: &Record) -> Json {
    let about = record.about();
    let query = record.query();
    let body = record.body();
    let mut lists = Map::new();
    for (key, value) in &query {
        let list = lists.entry(key.clone()).or_insert_with(|| json!([]));
        if let Json::Array(list) = list {
            list.push(value.clone().into());
        }
    }
    let unread = match about.operation {
        Some(operation) if was_read(record) => unread(operation, &query, body.json().as_ref()),
        _ => Vec::new(),
    };
    let hints = record.answer_headers().filter(|(name, _)| name == HINT);
    let mut shown = json!({
        "id": record.id(),
        "at": instant_text(about.at),
        "store": store,
        "operation": about.operation.map(Operation::name),
        "method": record.method(),
        "path": record.path(),
        "query": lists,
        "headers": headers(record.headers()),
        "token_name": about.token.map(|place| format!("/tokens/{place}")),
        "body": body.shown(),
        "status": about.status.map(|status| status.as_u16()),
        "response": about.status.map(|_| {
            json!({"headers": headers(record.answer_headers()), "body": record.answer_body().shown()})
        }),
        "duration_us": about.duration_us,
        "fault": record.fault(),
        "unread": unread,
        "hints": hints.map(|(_, hint)| hint.into_owned()).collect::<Vec<_>>(),
    });
    let cut = [("/body", body.is_cut), ("/response/body", record.answer_body().is_cut)];
    let cut: Vec<&str> = cut.into_iter().filter(|(_, is_cut)| *is_cut).map(|(at, _)| at).collect();
    if !cut.is_empty() {
        shown["cut"] = json!(cut);
    }
    shown
}

/// Whether the application got so far as to read what was sent.
fn was_read(record: &Record) -> bool {
    let is_read = |status: StatusCode| status.is_success() || matches!(status.as_u16(), 400 | 409 | 422);
    record.fault().is_none() && record.about().status.is_some_and(is_read)
}

/// Headers by name. The values of one that is there several times are joined, as RFC 9110 says.
fn headers<'a>(headers: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Json {
    let mut shown = Map::new();
    for (name, value) in headers {
        match shown.get_mut(&*name) {
            Some(Json::String(values)) => {
                values.push_str(", ");
                values.push_str(&value);
            }
            _ => {
                shown.insert(name.into_owned(), value.into_owned().into());
            }
        }
    }
    Json::Object(shown)
}
