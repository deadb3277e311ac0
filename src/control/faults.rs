//! `/_mock/stores/{hash}/faults`: what goes wrong in a store, on demand.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::Control;
use super::body::{Body, Listing, Named};
use super::voice::{Refusal, answer, ok};
use crate::faults::{Fault, MOST};
use crate::reply;

/// `POST /_mock/stores/{hash}/faults`
pub(super) async fn add(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    body: Body,
) -> Result<Response, Refusal> {
    let entry = control.entry(&hash)?;
    let too_many = || {
        Refusal::invalid(format!("the store '{hash}' has {MOST} faults, which is the most"))
            .hint("DELETE those that have happened")
    };
    let fault = entry.faults.add(Fault::read(body.json()?, &hash)?).ok_or_else(too_many)?;
    let mut response = answer(StatusCode::CREATED, &fault.to_json());
    if let Ok(location) = HeaderValue::try_from(format!("/_mock/stores/{hash}/faults/{}", fault.id())) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// `GET /_mock/stores/{hash}/faults`
pub(super) async fn list(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    listing: Listing,
) -> Result<Response, Refusal> {
    let page = listing.page(&[])?;
    let faults = control.entry(&hash)?.faults.list();
    let total = faults.len();
    let (faults, _) = page.of(faults, |fault, after| fault.id() == after);
    let shown: Vec<Json> = faults.iter().map(Fault::to_json).collect();
    Ok(ok(&json!({"faults": shown, "total": total})))
}

/// `GET /_mock/stores/{hash}/faults/{id}`
pub(super) async fn get(
    State(control): State<Arc<Control>>,
    Named([hash, id]): Named<2>,
) -> Result<Response, Refusal> {
    let faults = control.entry(&hash)?.faults.list();
    let fault = faults.iter().find(|fault| fault.id() == id);
    Ok(ok(&fault.ok_or_else(|| unknown(&hash, &id))?.to_json()))
}

/// `DELETE /_mock/stores/{hash}/faults/{id}`
pub(super) async fn delete(
    State(control): State<Arc<Control>>,
    Named([hash, id]): Named<2>,
) -> Result<Response, Refusal> {
    if control.entry(&hash)?.faults.remove(Some(&id)) {
        Ok(reply::no_content())
    } else {
        Err(unknown(&hash, &id))
    }
}

/// `DELETE /_mock/stores/{hash}/faults`
pub(super) async fn delete_all(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
) -> Result<Response, Refusal> {
    control.entry(&hash)?.faults.remove(None);
    Ok(reply::no_content())
}

fn unknown(hash: &str, id: &str) -> Refusal {
    let message = format!("the store '{hash}' has no fault '{id}'");
    Refusal::new(StatusCode::NOT_FOUND, "unknown_fault", message)
}
