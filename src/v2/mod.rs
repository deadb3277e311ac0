//! V2, on both of its mounts.

use axum::response::Response;
use serde::Serialize;

use crate::extract::Tenant;

pub mod addresses;
pub mod customer_groups;
pub mod customers;
pub mod hooks;
pub mod wire;
pub mod xml;

/// `GET /store`: what the store says of itself. Many connectors ask for it before anything else.
pub async fn store(tenant: Tenant) -> Response {
    wire::ok(&tenant.settings.information.of(&tenant.hash))
}

/// `GET /time`: the store's time. Clients call it to see whether they are connected.
pub async fn time(tenant: Tenant) -> Response {
    #[derive(Serialize)]
    struct View {
        time: i64,
    }
    wire::ok(&View { time: tenant.store.clock.now() })
}
