//! `/customers/{id}/addresses`, `/customers/{id}/addresses/count`, `/customers/{id}/addresses/{address_id}`.

use axum::response::Response;
use serde::Serialize;

use super::wire::{self, Spelling};
use crate::error::Error;
use crate::extract::{Body, Ids, Query, Tenant};
use crate::fields::Dialect;
use crate::fields::validate::Operation;
use crate::model::addresses::{self, Address, FIELDS};
use crate::model::customers;

/// `GET /customers/{id}/addresses`
///
/// # Errors
/// [`Error::NotFound`] for the customer; a query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Ids([customer]): Ids<1>, Query(query): Query) -> Result<Response, Error> {
    customers::exists(&tenant.store, customer)?;
    let (_, page) = wire::list_query(FIELDS, Spelling::Prefix, tenant.settings.access.switches, query)?;
    let addresses = addresses::list(&tenant.store, customer, page).await?;
    Ok(wire::list(&addresses.iter().map(View::new).collect::<Vec<_>>()))
}

/// `POST /customers/{id}/addresses`
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body.
pub async fn create(tenant: Tenant, Ids([customer]): Ids<1>, body: Body) -> Result<Response, Error> {
    customers::exists(&tenant.store, customer)?;
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Create)?;
    let address = addresses::create(&tenant.store, customer, valid).await?;
    let path = format!("{}/customers/{customer}/addresses/{}", tenant.mount_path(), address.id);
    Ok(wire::created(&path, &View::new(&address)))
}

/// `DELETE /customers/{id}/addresses`: all of them, or as many as `limit` says.
///
/// # Errors
/// [`Error::NotFound`] for the customer; a query parameter that is unknown or can not be read.
pub async fn delete_all(
    tenant: Tenant,
    Ids([customer]): Ids<1>,
    Query(query): Query,
) -> Result<Response, Error> {
    customers::exists(&tenant.store, customer)?;
    let (_, limit) = wire::delete_query(FIELDS, Spelling::Prefix, query)?;
    addresses::delete_all(&tenant.store, customer, limit).await?;
    Ok(wire::no_content())
}

/// `GET /customers/{id}/addresses/count`
///
/// # Errors
/// [`Error::NotFound`] for the customer; a query parameter that is unknown.
pub async fn count(tenant: Tenant, Ids([customer]): Ids<1>, Query(query): Query) -> Result<Response, Error> {
    customers::exists(&tenant.store, customer)?;
    wire::count_query(FIELDS, Spelling::Prefix, query)?;
    Ok(wire::count(addresses::count(&tenant.store, customer).await?))
}

/// `GET /customers/{id}/addresses/{address_id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(tenant: Tenant, Ids([customer, id]): Ids<2>) -> Result<Response, Error> {
    Ok(wire::ok(&View::new(&addresses::get(&tenant.store, customer, id).await?)))
}

/// `PUT /customers/{id}/addresses/{address_id}`
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body.
pub async fn update(tenant: Tenant, Ids([customer, id]): Ids<2>, body: Body) -> Result<Response, Error> {
    addresses::get(&tenant.store, customer, id).await?;
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Update)?;
    Ok(wire::ok(&View::new(&addresses::update(&tenant.store, customer, id, valid).await?)))
}

/// `DELETE /customers/{id}/addresses/{address_id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(tenant: Tenant, Ids([customer, id]): Ids<2>) -> Result<Response, Error> {
    addresses::delete(&tenant.store, customer, id).await?;
    Ok(wire::no_content())
}

/// An address as V2 shows it.
#[derive(Serialize)]
struct View<'a> {
    id: i64,
    customer_id: i64,
    first_name: &'a str,
    last_name: &'a str,
    company: &'a str,
    street_1: &'a str,
    street_2: &'a str,
    city: &'a str,
    state: &'a str,
    zip: &'a str,
    country: &'a str,
    country_iso2: &'a str,
    phone: &'a str,
    address_type: &'a str,
    /// Null: the store has no address form fields.
    form_fields: Option<wire::Answers<'a>>,
}

impl<'a> View<'a> {
    fn new(address: &'a Address) -> View<'a> {
        View {
            id: address.id,
            customer_id: address.customer_id,
            first_name: &address.first_name,
            last_name: &address.last_name,
            company: &address.company,
            street_1: &address.street_1,
            street_2: &address.street_2,
            city: &address.city,
            state: &address.state,
            zip: &address.zip,
            country: &address.country,
            country_iso2: &address.country_iso2,
            phone: &address.phone,
            address_type: &address.address_type,
            form_fields: address.form_fields.as_deref().map(wire::Answers),
        }
    }
}
