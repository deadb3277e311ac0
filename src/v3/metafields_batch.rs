//! `/customers/metafields`: those of all customers. Documented: unlike in every other batch, what is good in one is
//! written, whatever is wrong with the rest.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::batch::MAX;
use super::metafield_errors::reason;
use super::metafields::{self as single, View};
use super::wire;
use crate::error::{Error, Problem, What};
use crate::extract::{Body, Query, Tenant};
use crate::fields::validate::{Operation, Valid, validate};
use crate::fields::{Dialect, Kind};
use crate::gateway::STATUS_CODES;
use crate::model::metafields::{self, BATCH_FIELDS, Outcomes};

/// `GET /customers/metafields`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    single::show_list(&tenant, None, query).await
}

/// `POST /customers/metafields`
///
/// # Errors
/// What is wrong with the body as a whole; then nothing was created.
pub async fn create(tenant: Tenant, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let items = metafields::check_all(valids(body, Operation::Create)?);
    let mut store = tenant.store.clone();
    if items.iter().any(Result::is_ok) {
        store = tenant.store_to_create_in().await?;
    }
    let made = metafields::create_all(&store, items, single::owner(&tenant, &headers)).await?;
    Ok(answer(&made, View::of))
}

/// `PUT /customers/metafields`
///
/// # Errors
/// What is wrong with the body as a whole; then nothing was changed.
pub async fn update(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let items = valids(body, Operation::Update)?;
    Ok(answer(&metafields::update_all(&tenant.store, items).await?, View::of))
}

/// `DELETE /customers/metafields`, with an array of ids in the body.
///
/// # Errors
/// What is wrong with the body as a whole; then nothing was deleted.
pub async fn delete(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let ids = items(body, |item| {
        item.as_i64().ok_or_else(|| vec![Problem::new("id", What::WrongType(Kind::Int))])
    })?;
    Ok(answer(&metafields::delete_all(&tenant.store, ids).await?, |id| *id))
}

fn valids(body: Body, operation: Operation) -> Result<Outcomes<Valid>, Error> {
    let nothing = serde_json::Map::new();
    items(body, |item| validate(BATCH_FIELDS, Dialect::V3, operation, item.as_object().unwrap_or(&nothing)))
}

/// Reads each item of a body by itself.
fn items<T>(body: Body, read: impl Fn(&Json) -> Result<T, Vec<Problem>>) -> Result<Outcomes<T>, Error> {
    let items = body.aside(Body::array)?;
    if items.len() > MAX {
        return Err(Error::TooMany { max: MAX });
    }
    let items = items.iter().map(|item| read(item).map_err(|problems| Error::Item { index: None, problems }));
    Ok(items.collect())
}

/// What came of a batch: 200 if all of it is done, else 422 with what is.
fn answer<'a, T, V: Serialize>(outcomes: &'a Outcomes<T>, view: impl Fn(&'a T) -> V) -> Response {
    let data: Vec<V> = outcomes.iter().flatten().map(view).collect();
    let failed: Vec<(usize, &Error)> =
        outcomes.iter().enumerate().filter_map(|(i, outcome)| Some((i, outcome.as_ref().err()?))).collect();
    let status = if failed.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let meta = Meta { total: outcomes.len(), success: data.len(), failed: failed.len() };
    let failure = Failure {
        status: status.as_u16(),
        title: "Bulk operation has failed",
        r#type: STATUS_CODES,
        errors: Failed(&failed),
    };
    let errors = Some(failure).filter(|_| !failed.is_empty()).into_iter().collect();
    wire::bytes(status, wire::json(&BatchView { data, errors, meta }))
}

#[derive(Serialize)]
struct BatchView<'a, V> {
    data: Vec<V>,
    errors: Vec<Failure<'a>>,
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    total: usize,
    success: usize,
    failed: usize,
}

#[derive(Serialize)]
struct Failure<'a> {
    status: u16,
    title: &'static str,
    r#type: &'static str,
    errors: Failed<'a>,
}

/// What is wrong with which item. Assumed: they count from 0.
struct Failed<'a>(&'a [(usize, &'a Error)]);

impl Serialize for Failed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(index, error)| (index, reason(error))))
    }
}
