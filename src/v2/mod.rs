//! V2, on both of its mounts.

use axum::response::Response;
use serde::Serialize;

use crate::extract::AnyScope;

pub mod addresses;
pub mod customer_groups;
pub mod customers;
pub mod wire;
pub mod xml;

/// `GET /time`: the store's time. Clients call it to see whether they are connected.
pub async fn time(AnyScope(tenant): AnyScope) -> Response {
    #[derive(Serialize)]
    struct View {
        time: i64,
    }
    wire::ok(&View { time: tenant.store.clock.now() })
}
