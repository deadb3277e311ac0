//! `/customers/{customer_id}/stored-instruments`

use axum::response::Response;

use super::wire;
use crate::error::Error;
use crate::extract::{Ids, Tenant};
use crate::model::stored_instruments;

/// `GET /customers/{customer_id}/stored-instruments`: a bare list, and not in pages.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list(tenant: Tenant, Ids([customer_id]): Ids<1>) -> Result<Response, Error> {
    Ok(wire::ok(&stored_instruments::list(&tenant.store, customer_id).await?))
}
