//! `/hooks`, `/hooks/{id}`: the webhooks that V3 shows, without an envelope. For tokens alone.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::wire::{self, Spelling};
use crate::error::Error;
use crate::extract::{Body, Ids, Query, Tenant};
use crate::fields::Dialect;
use crate::fields::validate::Operation;
use crate::model::hooks::{self, FIELDS, Hook};

/// `GET /hooks`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, headers: HeaderMap, Query(query): Query) -> Result<Response, Error> {
    let (filters, page) = wire::list_query(FIELDS, Spelling::Prefix, tenant.settings.access.switches, query)?;
    let client = tenant.settings.access.client_id(&headers);
    let (hooks, _) = hooks::list(&tenant.store, client, filters, page).await?;
    Ok(wire::list(&hooks.iter().map(|hook| View::new(&tenant, hook)).collect::<Vec<_>>()))
}

/// `POST /hooks`
///
/// # Errors
/// Whatever is wrong with the body, or that there is no room for it.
pub async fn create(tenant: Tenant, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Create)?;
    hooks::check(&valid, tenant.settings.hook_destinations.is_strict())?;
    let store = tenant.store_to_create_in().await?;
    let hook = hooks::create(&store, tenant.settings.access.client_id(&headers), valid).await?;
    let path = format!("{}/hooks/{}", tenant.mount_path(), hook.id);
    Ok(wire::created(&path, &View::new(&tenant, &hook)))
}

/// `GET /hooks/{id}`
///
/// # Errors
/// [`Error::NoSuchId`].
pub async fn get(tenant: Tenant, headers: HeaderMap, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let client = tenant.settings.access.client_id(&headers);
    Ok(wire::ok(&View::new(&tenant, &hooks::get(&tenant.store, client, id).await?)))
}

/// `PUT /hooks/{id}`
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
    hooks::get(&tenant.store, client, id).await?;
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Update)?;
    hooks::check(&valid, tenant.settings.hook_destinations.is_strict())?;
    Ok(wire::ok(&View::new(&tenant, &hooks::update(&tenant.store, client, id, valid).await?)))
}

/// `DELETE /hooks/{id}`. Documented: 200 with what it was.
///
/// # Errors
/// [`Error::NoSuchId`].
pub async fn delete(tenant: Tenant, headers: HeaderMap, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let client = tenant.settings.access.client_id(&headers);
    Ok(wire::ok(&View::new(&tenant, &hooks::delete(&tenant.store, client, id).await?)))
}

/// A webhook as V2 shows it: as V3 does.
#[derive(Serialize)]
struct View<'a> {
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
    fn new(tenant: &'a Tenant, hook: &'a Hook) -> View<'a> {
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
