//! `/hooks/admin`: how the webhooks of an API account fare, and whom to mail about them.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::batch;
use super::hooks::View;
use super::list;
use super::wire::{self, Envelope, Nothing};
use crate::error::Error;
use crate::extract::{Body, Query, Tenant};
use crate::fields::Dialect::V3;
use crate::fields::Field;
use crate::fields::Op::Is;
use crate::fields::validate::Operation;
use crate::model::hooks::{self, Hook, admin};
use crate::model::page::Page;

/// What narrows the list of webhooks here.
pub const FILTERS: &[Field] = &[crate::fields::bool("is_active").filter(V3, &[Is])];

/// What `status` says.
pub const STATUSES: &[&str] = &["active", "inactive", "deactivated"];

/// `GET /hooks/admin`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn get(tenant: Tenant, headers: HeaderMap, Query(query): Query) -> Result<Response, Error> {
    let filters = list::filters(FILTERS, &query)?;
    let client = tenant.settings.access.client_id(&headers);
    let emails = admin::emails_of(&tenant.store, client).await?;
    let (hooks, _) = hooks::list(&tenant.store, client, filters, Page::of(i64::MAX, 0)).await?;
    let hooks_list = hooks.iter().map(|hook| Listed::new(&tenant, hook)).collect();
    let data = Admin { emails, hooks_list, blocked_domains: [] };
    Ok(wire::ok(&Envelope { data, meta: Nothing {} }))
}

/// `PUT /hooks/admin`: puts other addresses in the place of those that are there.
///
/// # Errors
/// Whatever is wrong with the body.
pub async fn update(tenant: Tenant, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let valid = batch::object(body, admin::FIELDS, Operation::Create)?;
    let store = tenant.store_to_create_in().await?;
    admin::update(&store, tenant.settings.access.client_id(&headers), valid).await?;
    Ok(wire::no_content())
}

#[derive(Serialize)]
struct Admin<'a> {
    emails: Vec<String>,
    hooks_list: Vec<Listed<'a>>,
    blocked_domains: [(); 0],
}

/// A webhook as it stands here. Assumed: the place of `status`.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    hook: View<'a>,
    status: &'static str,
}

impl<'a> Listed<'a> {
    fn new(tenant: &'a Tenant, hook: &'a Hook) -> Listed<'a> {
        let status = if hook.is_active { "active" } else { "inactive" };
        Listed { hook: View::new(tenant, hook), status }
    }
}
