//! `/channels`: what connectors ask for before they ask for customers. Read-only.

use axum::response::Response;
use serde::Serialize;

use super::list::{Abilities, List};
use super::wire::{self, Date, Envelope, Nothing};
use crate::error::Error;
use crate::extract::{Ids, Query, Tenant};
use crate::model::channels::{self, Channel, FIELDS};
use crate::model::page::PageInfo;

/// What lists of channels can do.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &["currencies"], cursors: false };

/// `GET /channels`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let (channels, total) = channels::list(&tenant.store, list.filters.clone(), list.page.clone()).await?;
    let currency = currency(&tenant, &list);
    let data: Vec<_> = channels.iter().map(|channel| View::new(channel, currency.as_deref())).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &PageInfo::total(total));
    Ok(wire::ok(&Envelope { data, meta }))
}

/// `GET /channels/{channel_id}`
///
/// # Errors
/// [`Error::NotFound`]; a query parameter that is unknown or can not be read.
pub async fn get(tenant: Tenant, Ids([channel_id]): Ids<1>, Query(query): Query) -> Result<Response, Error> {
    let channel = channels::get(&tenant.store, channel_id).await?;
    let list = List::read(&[], ABILITIES, tenant.settings.access.switches, query)?;
    let currency = currency(&tenant, &list);
    Ok(wire::ok(&Envelope { data: View::new(&channel, currency.as_deref()), meta: Nothing {} }))
}

/// The store's currency, if currencies are to be included. Assumed: no channel has another one.
fn currency(tenant: &Tenant, list: &List) -> Option<String> {
    let information = list.includes("currencies").then(|| tenant.settings.information.of(&tenant.hash))?;
    Some(information["currency"].as_str().unwrap_or("USD").to_owned())
}

/// A channel as V3 shows it. Assumed: the order of the keys, which is the one in which clients list them.
#[derive(Serialize)]
struct View<'a> {
    icon_url: &'a str,
    is_listable_from_ui: bool,
    is_visible: bool,
    date_created: Date,
    external_id: &'a str,
    r#type: &'a str,
    platform: &'a str,
    /// Documented as on its way out: `status` says it.
    is_enabled: bool,
    date_modified: Date,
    name: &'a str,
    id: i64,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    currencies: Option<Currencies<'a>>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
struct Currencies<'a> {
    channel_id: i64,
    enabled_currencies: [&'a str; 1],
    default_currency: &'a str,
}

impl<'a> View<'a> {
    fn new(channel: &'a Channel, currency: Option<&'a str>) -> View<'a> {
        View {
            icon_url: &channel.icon_url,
            is_listable_from_ui: channel.is_listable_from_ui,
            is_visible: channel.is_visible,
            date_created: Date(channel.date_created),
            external_id: &channel.external_id,
            r#type: &channel.r#type,
            platform: &channel.platform,
            is_enabled: matches!(channel.status.as_str(), "active" | "connected"),
            date_modified: Date(channel.date_modified),
            name: &channel.name,
            id: channel.id,
            status: &channel.status,
            currencies: currency.map(|currency| Currencies {
                channel_id: channel.id,
                enabled_currencies: [currency],
                default_currency: currency,
            }),
        }
    }
}
