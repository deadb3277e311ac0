//! `/customers/settings`

use axum::response::Response;
use serde::Serialize;

use super::batch;
use super::wire::{self, Envelope, Nothing};
use crate::error::Error;
use crate::extract::{Body, Tenant};
use crate::fields::validate::Operation;
use crate::model::settings::{self, FIELDS, Settings};

/// `GET /customers/settings`
///
/// # Errors
/// Only the database's.
pub async fn get(tenant: Tenant) -> Result<Response, Error> {
    Ok(answer(&View::new(&settings::get(&tenant.store).await?, None)))
}

/// `PUT /customers/settings`: changes what is supplied.
///
/// # Errors
/// Whatever is wrong with the body; nothing was changed then.
pub async fn update(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valid = batch::object(body, FIELDS, Operation::Update)?;
    settings::check(&tenant.store, &valid)?;
    let mut store = tenant.store.clone();
    if settings::decides(&valid) {
        store = tenant.store_to_create_in().await?;
        settings::update(&store, valid).await?;
    }
    Ok(answer(&View::new(&settings::get(&store).await?, None)))
}

/// 200 with settings.
pub(super) fn answer(view: &View<'_>) -> Response {
    wire::ok(&Envelope { data: view, meta: Nothing {} })
}

/// Settings of a store or a channel as V3 shows them. Documented: of a channel null is what the store has.
#[derive(Serialize)]
pub(super) struct View<'a> {
    privacy_settings: Privacy<'a>,
    customer_group_settings: CustomerGroups,
    /// Only channels have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_global_logins: Option<bool>,
}

#[derive(Serialize)]
struct Privacy<'a> {
    ask_shopper_for_tracking_consent: Option<bool>,
    policy_url: Option<&'a str>,
    ask_shopper_for_tracking_consent_on_checkout: Option<bool>,
}

#[derive(Serialize)]
struct CustomerGroups {
    guest_customer_group_id: Option<i64>,
    default_customer_group_id: Option<i64>,
}

impl<'a> View<'a> {
    pub(super) fn new(settings: &'a Settings, allow_global_logins: Option<bool>) -> View<'a> {
        View {
            privacy_settings: Privacy {
                ask_shopper_for_tracking_consent: settings.ask_shopper_for_tracking_consent,
                policy_url: settings.policy_url.as_deref(),
                ask_shopper_for_tracking_consent_on_checkout: settings
                    .ask_shopper_for_tracking_consent_on_checkout,
            },
            customer_group_settings: CustomerGroups {
                guest_customer_group_id: settings.guest_customer_group_id,
                default_customer_group_id: settings.default_customer_group_id,
            },
            allow_global_logins,
        }
    }
}
