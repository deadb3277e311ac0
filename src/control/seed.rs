//! Seeds over HTTP: a store that begins with one, and one that is added to a store.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::Control;
use super::body::{Body, Named, Site};
use super::voice::{Refusal, ok};
use crate::seed::{Seed, SeedError, SeedFault, export};
use crate::tenants::{Entry, MakeError};

/// Makes a store that begins with a seed, which stands at `/seed`.
pub(super) async fn make(
    control: &Control,
    hash: &str,
    seed: Json,
    replace: bool,
) -> Result<Result<Arc<Entry>, MakeError>, Refusal> {
    let seed = Seed::of_store(hash, seed).map_err(|error| refusal(error, "/seed"))?;
    let prepared = seed.prepare(&control.tenants).await.map_err(|error| refusal(error, "/seed"))?;
    let Some(prepared) = prepared.into_iter().next() else { return Err(Refusal::no_such_route()) };
    if replace {
        return Ok(control.tenants.adopt(prepared).await.map_err(Into::into));
    }
    Ok(control.tenants.adopt_new(prepared).await)
}

/// `POST /_mock/stores/{hash}/seed`: adds to what is there, all or nothing.
pub(super) async fn add(
    State(control): State<Arc<Control>>,
    site: Site,
    Named([hash]): Named<1>,
    body: Body,
) -> Result<Response, Refusal> {
    control.entry(&hash)?;
    let seed = if body.is_yaml {
        let text = std::str::from_utf8(&body.bytes);
        let text =
            text.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "malformed", "the body is not UTF-8"))?;
        Seed::of_store_yaml(&hash, text)
    } else {
        Seed::of_store(&hash, body.json()?)
    };
    let seed = seed.map_err(|error| refusal(error, ""))?;
    seed.add(&control.tenants).await.map_err(|error| refusal(error, ""))?;
    control.show(&site, &hash).await
}

/// `GET /_mock/stores/{hash}/export`: the store as a seed file, in YAML, or in JSON for who asks for that.
pub(super) async fn export(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let entry = control.entry(&hash)?;
    let settings = entry.settings_now();
    let (_, store) = control.tenants.get(&hash).await?;
    let exported = export::of_store(&store, &settings).await?;
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("json") && !accept.contains("yaml") {
        return Ok(ok(&json!({"stores": {hash: exported}})));
    }
    let yaml = HeaderValue::from_static("application/yaml");
    Ok(([(CONTENT_TYPE, yaml)], export::file(&hash, &exported)).into_response())
}

fn refusal(error: SeedError, prefix: &str) -> Refusal {
    match error {
        SeedError::Faults(faults) => {
            let mut faults = faults
                .into_iter()
                .map(|SeedFault { at, why, .. }| (format!("{prefix}{}", pointer(&at)), why));
            let Some((at, why)) = faults.next() else { return Refusal::invalid("") };
            let more: Vec<String> = faults.take(10).map(|(at, why)| format!("{at}: {why}")).collect();
            let refusal = Refusal::invalid(why).at(at);
            if more.is_empty() { refusal } else { refusal.hint(format!("also wrong: {}", more.join("; "))) }
        }
        SeedError::Store(error) => error.into(),
        SeedError::Write { source, .. } => (*source).into(),
        SeedError::Unreadable { source, .. } => Refusal::invalid(source.to_string()),
    }
}

/// A seed's way to name a place, as a JSON pointer: `customers[3].email` is `/customers/3/email`.
fn pointer(at: &str) -> String {
    let mut pointer = String::with_capacity(at.len() + 1);
    // What is wrong with a text as a whole has the name of no field.
    for part in at.split('.').filter(|part| !matches!(*part, "" | "file" | "YAML")) {
        for piece in part.split('[') {
            pointer.push('/');
            pointer.push_str(piece.trim_end_matches(']'));
        }
    }
    pointer
}
