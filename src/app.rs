//! Every mount and every route, on one screen. What happens around the routes is in [`crate::edge`].

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use crate::error::Error;
use crate::tenants::Tenants;
use crate::{extract, v2, v3};

/// The mounts of V2. Full paths: `nest` would rewrite each request's URI.
const V2_MOUNTS: [&str; 2] = ["/stores/{store_hash}/v2", "/api/v2"];

/// The routes of V2, below each of its mounts.
fn v2_routes() -> Vec<(&'static str, MethodRouter)> {
    vec![
        ("/time", get(v2::time)),
        ("/store", get(v2::store)),
        (
            "/customers",
            get(v2::customers::list).post(v2::customers::create).delete(v2::customers::delete_matching),
        ),
        ("/customers/count", get(v2::customers::count)),
        (
            "/customers/{customer_id}",
            get(v2::customers::get).put(v2::customers::update).delete(v2::customers::delete),
        ),
        ("/customers/{customer_id}/validate", post(v2::customers::validate)),
        (
            "/customers/{customer_id}/addresses",
            get(v2::addresses::list).post(v2::addresses::create).delete(v2::addresses::delete_all),
        ),
        ("/customers/{customer_id}/addresses/count", get(v2::addresses::count)),
        (
            "/customers/{customer_id}/addresses/{address_id}",
            get(v2::addresses::get).put(v2::addresses::update).delete(v2::addresses::delete),
        ),
        (
            "/customer_groups",
            get(v2::customer_groups::list)
                .post(v2::customer_groups::create)
                .delete(v2::customer_groups::delete_matching),
        ),
        ("/customer_groups/count", get(v2::customer_groups::count)),
        (
            "/customer_groups/{group_id}",
            get(v2::customer_groups::get)
                .put(v2::customer_groups::update)
                .delete(v2::customer_groups::delete),
        ),
    ]
}

/// The mount of V3.
const V3_MOUNT: &str = "/stores/{store_hash}/v3";

/// The routes of V3, below its mount.
fn v3_routes() -> Vec<(&'static str, MethodRouter)> {
    vec![
        (
            "/customers",
            get(v3::customers::list)
                .post(v3::customers::create)
                .put(v3::customers::update)
                .delete(v3::customers::delete),
        ),
        (
            "/customers/addresses",
            get(v3::addresses::list)
                .post(v3::addresses::create)
                .put(v3::addresses::update)
                .delete(v3::addresses::delete),
        ),
        ("/customers/validate-credentials", post(v3::validate_credentials::create)),
        ("/customers/settings", get(v3::settings::get).put(v3::settings::update)),
        (
            "/customers/settings/channels/{channel_id}",
            get(v3::channel_settings::get).put(v3::channel_settings::update),
        ),
        (
            "/customers/attributes",
            get(v3::attributes::list)
                .post(v3::attributes::create)
                .put(v3::attributes::update)
                .delete(v3::attributes::delete),
        ),
        (
            "/customers/attribute-values",
            get(v3::attribute_values::list)
                .put(v3::attribute_values::upsert)
                .delete(v3::attribute_values::delete),
        ),
        ("/customers/form-field-values", get(v3::form_field_values::list).put(v3::form_field_values::upsert)),
        (
            "/customers/metafields",
            of_metafields(
                get(v3::metafields_batch::list)
                    .post(v3::metafields_batch::create)
                    .put(v3::metafields_batch::update)
                    .delete(v3::metafields_batch::delete),
            ),
        ),
        (
            "/customers/{customer_id}/metafields",
            of_metafields(get(v3::metafields::list).post(v3::metafields::create)),
        ),
        (
            "/customers/{customer_id}/metafields/{metafield_id}",
            of_metafields(
                get(v3::metafields::get).put(v3::metafields::update).delete(v3::metafields::delete),
            ),
        ),
        ("/customers/{customer_id}/consent", get(v3::consent::get).put(v3::consent::update)),
        ("/customers/{customer_id}/stored-instruments", get(v3::stored_instruments::list)),
        ("/channels", get(v3::channels::list)),
        ("/channels/{channel_id}", get(v3::channels::get)),
    ]
}

/// Routes of metafields, whose errors have a shape of their own, extractors' included.
fn of_metafields(methods: MethodRouter) -> MethodRouter {
    methods.layer(map_response(v3::metafields::of_metafields))
}

/// The router. Errors leave it as response extensions, to be rendered by the edge.
pub fn routes(tenants: &Arc<Tenants>, default_store: &str) -> Router {
    let (of_ready, of_time) = (tenants.clone(), tenants.clone());
    let default_store: Arc<str> = default_store.into();
    let mut router = Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(async move || ready(&of_ready).await))
        .route("/time", get(async move || time(&of_time, &default_store).await));
    for mount in V2_MOUNTS {
        for (path, methods) in v2_routes() {
            router = router.route(&format!("{mount}{path}"), methods);
        }
    }
    for (path, methods) in v3_routes() {
        router = router.route(&format!("{V3_MOUNT}{path}"), methods);
    }
    router.method_not_allowed_fallback(extract::wrong_method).fallback(async || -> Error { Error::NoRoute })
}

/// An answer is a yes.
async fn alive() -> &'static str {
    "ok"
}

/// Observed: milliseconds and nothing else, to anybody. Assumed: of the default store, since no other is named.
async fn time(tenants: &Tenants, default_store: &str) -> Result<String, Error> {
    let (_, store) = tenants.get(default_store).await?;
    Ok(store.clock.now_ms().to_string())
}

/// The server listens only once its stores are seeded, so what may be missing is room for another one.
async fn ready(tenants: &Tenants) -> Response {
    match tenants.room().await {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("no store can be opened: {error}")).into_response()
        }
    }
}
