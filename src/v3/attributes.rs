//! `/customers/attributes`

use axum::response::Response;
use serde::Serialize;

use super::batch;
use super::list::{self, Abilities, List};
use super::wire::{self, Date, Envelope};
use crate::error::Error;
use crate::extract::{Body, Query, Tenant};
use crate::fields::validate::Operation;
use crate::model::attributes::{self, Attribute, FIELDS};
use crate::model::page::PageInfo;

/// What lists of attributes can do.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &[], cursors: false };

/// `GET /customers/attributes`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let (attributes, total) =
        attributes::list(&tenant.store, list.filters.clone(), list.page.clone()).await?;
    let data: Vec<_> = attributes.iter().map(View::new).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &PageInfo::total(total));
    Ok(wire::ok(&Envelope { data, meta }))
}

/// `POST /customers/attributes`
///
/// # Errors
/// Whatever is wrong with the batch; none of it was created then.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Create)?;
    attributes::check_all(&tenant.store, &valids)?;
    if valids.is_empty() {
        return Ok(written(&[]));
    }
    let store = tenant.store_to_create_in().await?;
    Ok(written(&attributes::create_all(&store, valids).await?))
}

/// `PUT /customers/attributes`
///
/// # Errors
/// Whatever is wrong with the batch; none of it was changed then.
pub async fn update(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Update)?;
    Ok(written(&attributes::update_all(&tenant.store, valids).await?))
}

/// `DELETE /customers/attributes?id:in=`. Observed: the values of customers go too.
///
/// # Errors
/// Another parameter, or what is not an id.
pub async fn delete(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    attributes::delete_all(&tenant.store, list::ids_to_delete(&query)?).await?;
    Ok(wire::no_content())
}

fn written(attributes: &[Attribute]) -> Response {
    wire::written(&attributes.iter().map(View::new).collect::<Vec<_>>())
}

/// An attribute as V3 shows it.
#[derive(Serialize)]
struct View<'a> {
    id: i64,
    name: &'a str,
    r#type: &'a str,
    date_created: Date,
    date_modified: Date,
}

impl<'a> View<'a> {
    fn new(attribute: &'a Attribute) -> View<'a> {
        View {
            id: attribute.id,
            name: &attribute.name,
            r#type: &attribute.r#type,
            date_created: Date(attribute.date_created),
            date_modified: Date(attribute.date_modified),
        }
    }
}
