//! V2, on both of its mounts.

use axum::response::Response;
use serde::Serialize;

use crate::extract::Tenant;

pub mod customers;
pub mod wire;

/// `GET /time`: the store's time. Clients call it to see whether they are connected.
pub async fn time(tenant: Tenant) -> Response {
    #[derive(Serialize)]
    struct View {
        time: i64,
    }
    wire::ok(&View { time: tenant.store.clock.now() })
}
