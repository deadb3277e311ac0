//! `/customers/attribute-values`

use axum::response::Response;
use serde::Serialize;

use super::batch;
use super::list::{self, Abilities, List};
use super::wire::{self, Date, Envelope};
use crate::error::Error;
use crate::extract::{Body, Query, Tenant};
use crate::fields::validate::Operation;
use crate::model::attribute_values::{self, AttributeValue, FIELDS};
use crate::model::page::PageInfo;

/// What lists of values can do.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &[], cursors: false };

/// `GET /customers/attribute-values`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let (values, total) =
        attribute_values::list(&tenant.store, list.filters.clone(), list.page.clone()).await?;
    let data: Vec<_> = values.iter().map(AttributeValueView::new).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &PageInfo::total(total));
    Ok(wire::ok(&Envelope { data, meta }))
}

/// `PUT /customers/attribute-values`: sets values, whether there were any before or not.
///
/// # Errors
/// Whatever is wrong with the batch; none of it was set then.
pub async fn upsert(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Create)?;
    // Only a store that exists has customers to give values to.
    let set = attribute_values::upsert_all(&tenant.store, valids).await?;
    Ok(wire::written(&set.iter().map(AttributeValueView::new).collect::<Vec<_>>()))
}

/// `DELETE /customers/attribute-values?id:in=`
///
/// # Errors
/// Another parameter, or what is not an id.
pub async fn delete(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    attribute_values::delete_all(&tenant.store, list::ids_to_delete(&query)?).await?;
    Ok(wire::no_content())
}

/// The value that a customer has of an attribute, as V3 shows it.
#[derive(Serialize)]
pub(super) struct AttributeValueView<'a> {
    id: i64,
    customer_id: i64,
    attribute_id: i64,
    attribute_value: &'a str,
    date_created: Date,
    date_modified: Date,
}

impl<'a> AttributeValueView<'a> {
    pub(super) fn new(value: &'a AttributeValue) -> AttributeValueView<'a> {
        AttributeValueView {
            id: value.id,
            customer_id: value.customer_id,
            attribute_id: value.attribute_id,
            attribute_value: &value.attribute_value,
            date_created: Date(value.date_created),
            date_modified: Date(value.date_modified),
        }
    }
}
