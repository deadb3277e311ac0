//! `/hooks`: one object in, one object out, unlike the batches elsewhere.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::batch;
use super::list::{Abilities, List};
use super::wire::{self, Envelope, Nothing};
use crate::error::Error;
use crate::extract::{Body, Ids, Query, Tenant};
use crate::fields::validate::Operation;
use crate::model::hooks::{self, FIELDS, Hook};
use crate::model::page::PageInfo;

/// What lists of webhooks can do.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &[], cursors: false };

/// `GET /hooks`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, headers: HeaderMap, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let client = tenant.settings.access.client_id(&headers);
    let (hooks, total) = hooks::list(&tenant.store, client, list.filters.clone(), list.page.clone()).await?;
    let data: Vec<_> = hooks.iter().map(|hook| View::new(&tenant, hook)).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &PageInfo::total(total));
    Ok(wire::ok(&Envelope { data, meta }))
}

/// `POST /hooks`
///
/// # Errors
/// Whatever is wrong with the body, or that there is no room for it.
pub async fn create(tenant: Tenant, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let valid = batch::object(body, FIELDS, Operation::Create)?;
    hooks::check(&valid, tenant.settings.hook_destinations.is_strict())?;
    let store = tenant.store_to_create_in().await?;
    let client = tenant.settings.access.client_id(&headers);
    Ok(answer(&tenant, &hooks::create(&store, client, valid).await?))
}

/// `GET /hooks/{id}`
///
/// # Errors
/// [`Error::NoSuchId`].
pub async fn get(tenant: Tenant, headers: HeaderMap, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let client = tenant.settings.access.client_id(&headers);
    Ok(answer(&tenant, &hooks::get(&tenant.store, client, id).await?))
}

/// `PUT /hooks/{id}`: changes what is supplied, of which there must be something.
///
/// # Errors
/// [`Error::NoSuchId`] first, then whatever is wrong with the body, or that there is no room for it.
pub async fn update(
    tenant: Tenant,
    headers: HeaderMap,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Response, Error> {
    let client = tenant.settings.access.client_id(&headers);
    // Assumed: before the body is looked at.
    hooks::get(&tenant.store, client, id).await?;
    let valid = batch::object(body, FIELDS, Operation::Update)?;
    if valid.is_empty() {
        return Err(Error::Empty);
    }
    hooks::check(&valid, tenant.settings.hook_destinations.is_strict())?;
    Ok(answer(&tenant, &hooks::update(&tenant.store, client, id, valid).await?))
}

/// `DELETE /hooks/{id}`. Documented: 200 with what it was.
///
/// # Errors
/// [`Error::NoSuchId`].
pub async fn delete(tenant: Tenant, headers: HeaderMap, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let client = tenant.settings.access.client_id(&headers);
    Ok(answer(&tenant, &hooks::delete(&tenant.store, client, id).await?))
}

fn answer(tenant: &Tenant, hook: &Hook) -> Response {
    wire::ok(&Envelope { data: View::new(tenant, hook), meta: Nothing {} })
}

/// A webhook as V3 shows it. Observed: times are Unix seconds.
#[derive(Serialize)]
pub(super) struct View<'a> {
    id: i64,
    client_id: &'a str,
    store_hash: &'a str,
    scope: &'a str,
    destination: &'a str,
    headers: Option<&'a Map<String, Json>>,
    is_active: bool,
    created_at: i64,
    updated_at: i64,
}

impl<'a> View<'a> {
    pub(super) fn new(tenant: &'a Tenant, hook: &'a Hook) -> View<'a> {
        View {
            id: hook.id,
            client_id: &hook.client_id,
            store_hash: &tenant.hash,
            scope: &hook.scope,
            destination: &hook.destination,
            headers: hook.headers.as_ref(),
            is_active: hook.is_active,
            created_at: hook.created_at,
            updated_at: hook.updated_at,
        }
    }
}
