//! `/customers/{customer_id}/consent`

use axum::response::Response;
use serde::Serialize;

use super::batch;
use super::wire::{self, Date};
use crate::error::Error;
use crate::extract::{Body, Ids, Tenant};
use crate::fields::validate::Operation;
use crate::model::consents::{self, Consent, FIELDS};
use crate::model::customers;

/// `GET /customers/{customer_id}/consent`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(tenant: Tenant, Ids([customer_id]): Ids<1>) -> Result<Response, Error> {
    Ok(answer(&tenant, &consents::get(&tenant.store, customer_id).await?))
}

/// `PUT /customers/{customer_id}/consent`: replaces what the customer said before.
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body; nothing was changed then.
pub async fn update(tenant: Tenant, Ids([customer_id]): Ids<1>, body: Body) -> Result<Response, Error> {
    // Only a store that exists has customers.
    customers::exists(&tenant.store, customer_id)?;
    let consent = Consent::of(&batch::object(body, FIELDS, Operation::Create)?)?;
    Ok(answer(&tenant, &consents::update(&tenant.store, customer_id, consent).await?))
}

fn answer(tenant: &Tenant, consent: &Consent) -> Response {
    let Consent { allow, deny } = consent;
    // Documented: the time of the call, also where nothing is updated.
    wire::ok(&View { allow, deny, updated_at: Date(tenant.store.clock.now()) })
}

/// The answer, without an envelope.
#[derive(Serialize)]
struct View<'a> {
    allow: &'a [String],
    deny: &'a [String],
    updated_at: Date,
}
