//! The router: each mount, and the code that carries each operation out. What happens around the routes is in [`crate::edge`].

use std::sync::Arc;

use axum::Router;
use axum::http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};

use crate::error::Error;
use crate::fields::Dialect;
use crate::operations::{OPERATIONS, Operation};
use crate::tenants::Tenants;
use crate::{extract, v2, v3};

/// The code that carries an operation out.
fn handler(operation: &Operation) -> MethodRouter {
    match operation.dialect {
        Dialect::V2 => v2_handler(operation.id),
        Dialect::V3 => v3_handler(operation.id),
    }
}

fn v2_handler(id: &str) -> MethodRouter {
    match id {
        "listCustomers" => get(v2::customers::list),
        "createCustomer" => post(v2::customers::create),
        "deleteCustomers" => delete(v2::customers::delete_matching),
        "countCustomers" => get(v2::customers::count),
        "getCustomer" => get(v2::customers::get),
        "updateCustomer" => put(v2::customers::update),
        "deleteCustomer" => delete(v2::customers::delete),
        "validatePassword" => post(v2::customers::validate),
        "listAddresses" => get(v2::addresses::list),
        "createAddress" => post(v2::addresses::create),
        "deleteAddresses" => delete(v2::addresses::delete_all),
        "countAddresses" => get(v2::addresses::count),
        "getAddress" => get(v2::addresses::get),
        "updateAddress" => put(v2::addresses::update),
        "deleteAddress" => delete(v2::addresses::delete),
        "listGroups" => get(v2::customer_groups::list),
        "createGroup" => post(v2::customer_groups::create),
        "deleteGroups" => delete(v2::customer_groups::delete_matching),
        "countGroups" => get(v2::customer_groups::count),
        "getGroup" => get(v2::customer_groups::get),
        "updateGroup" => put(v2::customer_groups::update),
        "deleteGroup" => delete(v2::customer_groups::delete),
        "listHooks" => get(v2::hooks::list),
        "createHook" => post(v2::hooks::create),
        "getHook" => get(v2::hooks::get),
        "updateHook" => put(v2::hooks::update),
        "deleteHook" => delete(v2::hooks::delete),
        "getStore" => get(v2::store),
        "getTime" => get(v2::time),
        _ => unreachable!("nothing carries out {id} of V2"),
    }
}

fn v3_handler(id: &str) -> MethodRouter {
    match id {
        "listCustomers" => get(v3::customers::list),
        "createCustomers" => post(v3::customers::create),
        "updateCustomers" => put(v3::customers::update),
        "deleteCustomers" => delete(v3::customers::delete),
        "listAddresses" => get(v3::addresses::list),
        "createAddresses" => post(v3::addresses::create),
        "updateAddresses" => put(v3::addresses::update),
        "deleteAddresses" => delete(v3::addresses::delete),
        "listAttributes" => get(v3::attributes::list),
        "createAttributes" => post(v3::attributes::create),
        "updateAttributes" => put(v3::attributes::update),
        "deleteAttributes" => delete(v3::attributes::delete),
        "listAttributeValues" => get(v3::attribute_values::list),
        "upsertAttributeValues" => put(v3::attribute_values::upsert),
        "deleteAttributeValues" => delete(v3::attribute_values::delete),
        "listFormFieldValues" => get(v3::form_field_values::list),
        "upsertFormFieldValues" => put(v3::form_field_values::upsert),
        "validateCredentials" => post(v3::validate_credentials::create),
        "getSettings" => get(v3::settings::get),
        "updateSettings" => put(v3::settings::update),
        "getChannelSettings" => get(v3::channel_settings::get),
        "updateChannelSettings" => put(v3::channel_settings::update),
        "getConsent" => get(v3::consent::get),
        "updateConsent" => put(v3::consent::update),
        "listStoredInstruments" => get(v3::stored_instruments::list),
        "listChannels" => get(v3::channels::list),
        "getChannel" => get(v3::channels::get),
        "listMetafieldsOfCustomer" => get(v3::metafields::list),
        "createMetafield" => post(v3::metafields::create),
        "getMetafield" => get(v3::metafields::get),
        "updateMetafield" => put(v3::metafields::update),
        "deleteMetafield" => delete(v3::metafields::delete),
        "listMetafields" => get(v3::metafields_batch::list),
        "createMetafields" => post(v3::metafields_batch::create),
        "updateMetafields" => put(v3::metafields_batch::update),
        "deleteMetafields" => delete(v3::metafields_batch::delete),
        "listHooks" => get(v3::hooks::list),
        "createHook" => post(v3::hooks::create),
        "getHook" => get(v3::hooks::get),
        "updateHook" => put(v3::hooks::update),
        "deleteHook" => delete(v3::hooks::delete),
        "getHooksAdmin" => get(v3::hooks_admin::get),
        "updateHooksAdmin" => put(v3::hooks_admin::update),
        _ => unreachable!("nothing carries out {id} of V3"),
    }
}

/// The router. Errors leave it as response extensions, to be rendered by the edge.
pub fn routes(tenants: &Arc<Tenants>, default_store: &str) -> Router {
    let (of_ready, of_time) = (tenants.clone(), tenants.clone());
    let default_store: Arc<str> = default_store.into();
    let mut router = Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(async move || ready(&of_ready).await))
        .route("/time", get(async move || time(&of_time, &default_store).await));
    for operation in OPERATIONS {
        for mount in operation.mounts() {
            router = router.route(&format!("{mount}{}", operation.path), handler(operation));
        }
    }
    router.method_not_allowed_fallback(extract::wrong_method).fallback(async || -> Error { Error::NoRoute })
}

/// Pages of any origin may read whether the server is there.
const ANYBODY: [(HeaderName, HeaderValue); 1] =
    [(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];

/// An answer is a yes.
async fn alive() -> Response {
    (ANYBODY, "ok").into_response()
}

/// Observed: milliseconds and nothing else, to anybody. Assumed: of the default store, since no other is named.
async fn time(tenants: &Tenants, default_store: &str) -> Result<String, Error> {
    let (_, store) = tenants.get(default_store).await?;
    Ok(store.clock.now_ms().to_string())
}

/// The server listens only once its stores are seeded, so what may be missing is room for another one.
async fn ready(tenants: &Tenants) -> Response {
    match tenants.room().await {
        Ok(()) => (ANYBODY, "ok").into_response(),
        Err(error) => {
            let why = format!("no store can be opened: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, ANYBODY, why).into_response()
        }
    }
}
