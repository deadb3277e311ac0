//! `/customers/addresses`

use axum::response::Response;
use serde::Serialize;

use super::batch;
use super::form_field_values::AnswerView;
use super::list::{self, Abilities, List};
use super::wire::{self, Envelope};
use crate::error::Error;
use crate::extract::{Body, Query, Tenant};
use crate::fields::validate::Operation;
use crate::model::addresses::{self, Address, FIELDS};
use crate::model::page::PageInfo;

/// What lists of addresses can do.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &["formfields"], cursors: false };

/// `GET /customers/addresses`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let (addresses, total) =
        addresses::list_all(&tenant.store, list.filters.clone(), list.page.clone()).await?;
    let form_fields = if list.includes("formfields") { FormFields::Known } else { FormFields::Hidden };
    let data: Vec<_> = addresses.iter().map(|address| AddressView::new(address, form_fields)).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &PageInfo::total(total));
    Ok(wire::ok(&Envelope { data, meta }))
}

/// `POST /customers/addresses`. Observed: those that are there already are missing from the answer.
///
/// # Errors
/// Whatever is wrong with the batch; none of it was created then.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Create)?;
    addresses::is_complete(&valids)?;
    // Only a store that exists has customers to give addresses to.
    let states = tenant.settings.access.switches.address_states;
    let made = addresses::create_batch(&tenant.store, valids, states).await?;
    Ok(written(&made))
}

/// `PUT /customers/addresses`. Observed: those that would become the same as another are missing from the answer.
///
/// # Errors
/// Whatever is wrong with the batch; none of it was changed then.
pub async fn update(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Update)?;
    let states = tenant.settings.access.switches.address_states;
    Ok(written(&addresses::update_batch(&tenant.store, valids, states).await?))
}

/// `DELETE /customers/addresses?id:in=`
///
/// # Errors
/// Another parameter, or what is not an id.
pub async fn delete(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    addresses::delete_batch(&tenant.store, list::ids_to_delete(&query)?).await?;
    Ok(wire::no_content())
}

/// Assumed: the answer to a write shows the form fields of an address when the request carried some.
fn written(addresses: &[Address]) -> Response {
    let view = |address| AddressView::new(address, FormFields::Known);
    wire::written(&addresses.iter().map(view).collect::<Vec<_>>())
}

/// Whether an address shows its form fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FormFields {
    /// It does not.
    #[default]
    Hidden,
    /// Those that are known.
    Known,
    /// Those that are known, or an empty list. Observed inside of the customer that a create answers.
    Always,
}

/// An address as V3 shows it.
#[derive(Serialize)]
pub(super) struct AddressView<'a> {
    id: i64,
    address1: &'a str,
    address2: &'a str,
    address_type: &'a str,
    city: &'a str,
    company: &'a str,
    country: &'a str,
    country_code: &'a str,
    customer_id: i64,
    first_name: &'a str,
    last_name: &'a str,
    phone: &'a str,
    postal_code: &'a str,
    state_or_province: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    form_fields: Option<Vec<AnswerView<'a>>>,
}

impl<'a> AddressView<'a> {
    pub(super) fn new(address: &'a Address, form_fields: FormFields) -> AddressView<'a> {
        let answers = match (form_fields, &address.form_fields) {
            (FormFields::Hidden, _) | (FormFields::Known, None) => None,
            (FormFields::Always, None) => Some(&[][..]),
            (_, Some(answers)) => Some(&answers[..]),
        };
        AddressView {
            id: address.id,
            address1: &address.street_1,
            address2: &address.street_2,
            address_type: &address.address_type,
            city: &address.city,
            company: &address.company,
            country: &address.country,
            country_code: &address.country_iso2,
            customer_id: address.customer_id,
            first_name: &address.first_name,
            last_name: &address.last_name,
            phone: &address.phone,
            postal_code: &address.zip,
            state_or_province: &address.state,
            form_fields: answers.map(|answers| answers.iter().map(AnswerView::inside).collect()),
        }
    }
}
