//! `/customers/validate-credentials`

use axum::response::Response;
use serde::Serialize;

use super::{batch, wire};
use crate::error::Error;
use crate::extract::{Body, Tenant};
use crate::fields::validate::Operation;
use crate::fields::{Field, int, text};
use crate::model::{channels, credentials};

/// The body. Both texts are to be compared, so no rule applies to them. Assumed: without a channel it is the first.
pub const FIELDS: &[Field] = &[text("email").required(), text("password").required(), int("channel_id")];

/// `POST /customers/validate-credentials`: whether a customer can log in with them, and who that is.
///
/// # Errors
/// Whatever is wrong with the body. That nobody has these credentials is no error.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valid = batch::object(body, FIELDS, Operation::Create)?;
    let text = |name| valid.text(name).unwrap_or_default().to_owned();
    // Assumed: a channel that does not exist is one where nobody can log in.
    let channel_id = valid.int("channel_id").unwrap_or(channels::FIRST);
    let customer_id = credentials::check(&tenant.store, text("email"), text("password"), channel_id).await?;
    Ok(wire::ok(&View { is_valid: customer_id.is_some(), customer_id }))
}

/// The answer, without an envelope.
#[derive(Serialize)]
struct View {
    is_valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<i64>,
}
