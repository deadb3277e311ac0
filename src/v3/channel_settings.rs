//! `/customers/settings/channels/{channel_id}`

use axum::response::Response;

use super::batch;
use super::settings::{self, View};
use crate::error::Error;
use crate::extract::{Body, Ids, Tenant};
use crate::fields::validate::Operation;
use crate::model::channel_settings::{self, ChannelSettings, FIELDS};
use crate::model::channels;
use crate::model::settings::{check, decides};

/// `GET /customers/settings/channels/{channel_id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(tenant: Tenant, Ids([channel_id]): Ids<1>) -> Result<Response, Error> {
    Ok(answer(&channel_settings::get(&tenant.store, channel_id).await?))
}

/// `PUT /customers/settings/channels/{channel_id}`: changes what is supplied; null goes back to what the store has.
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body; nothing was changed then.
pub async fn update(tenant: Tenant, Ids([channel_id]): Ids<1>, body: Body) -> Result<Response, Error> {
    channels::exists(&tenant.store, channel_id)?;
    let valid = batch::object(body, FIELDS, Operation::Update)?;
    check(&tenant.store, &valid)?;
    let mut store = tenant.store.clone();
    if decides(&valid) {
        store = tenant.store_to_create_in().await?;
        channel_settings::update(&store, channel_id, valid).await?;
    }
    Ok(answer(&channel_settings::get(&store, channel_id).await?))
}

fn answer(channel: &ChannelSettings) -> Response {
    // Assumed: logins are told as they stand, never as null, since there is nothing to inherit.
    settings::answer(&View::new(&channel.own, Some(channel.allow_global_logins)))
}
