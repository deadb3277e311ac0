//! `/customers/{id}/metafields`: those of one customer. Observed: nobody asks whether there is such a customer.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::list::{self, Abilities, List};
use super::wire::{self, Envelope, Nothing, OffsetDate};
use crate::error::{Error, Problem, What};
use crate::extract::{Body, Ids, Pairs, Query, Tenant};
use crate::fields::validate::{Operation, Valid, validate};
use crate::fields::{Dialect, Kind};
use crate::model::metafields::{self, FIELDS, Metafield};

/// What lists of metafields can do as other lists do; they have a direction and a choice of fields besides.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &[], cursors: true };

/// What `direction` can say.
pub const DIRECTIONS: &[&str] = &["asc", "desc"];

/// What `include_fields` can name.
pub const INCLUDABLE: &[&str] = &[
    "resource_id",
    "key",
    "value",
    "namespace",
    "permission_set",
    "resource_type",
    "description",
    "owner_client_id",
    "date_created",
    "date_modified",
    "id",
];

/// `GET /customers/{id}/metafields`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(
    tenant: Tenant,
    Ids([customer_id]): Ids<1>,
    Query(query): Query,
) -> Result<Response, Error> {
    show_list(&tenant, Some(customer_id), query).await
}

/// A page of the metafields of one customer, or of all.
pub(super) async fn show_list(tenant: &Tenant, of: Option<i64>, query: Pairs) -> Result<Response, Error> {
    let (list, fields) = read(tenant, query)?;
    let (filters, page) = (list.filters.clone(), list.page.clone());
    let (found, around) = metafields::list(&tenant.store, of, filters, page, list.shows_cursors()).await?;
    let data: Vec<_> = found.iter().map(|metafield| View::with(metafield, &fields)).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &around);
    Ok(wire::ok(&Envelope { data, meta }))
}

/// Reads the query of a list, and which fields it is to show.
fn read(tenant: &Tenant, query: Pairs) -> Result<(List, Vec<&'static str>), Error> {
    let is_own = |key: &str| matches!(key, "direction" | "include_fields");
    let (own, rest): (Pairs, Pairs) = query.into_iter().partition(|(key, _)| is_own(key));
    let find = |name: &str| own.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, rest)?;
    // Assumed: of the ids.
    list.page.order.descending = match find("direction") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(value) => {
            let what = What::Malformed { kind: Kind::OneOf(DIRECTIONS), value: value.to_owned() };
            return Err(Problem::new("direction", what).into());
        }
    };
    let mut fields = list::words("include_fields", INCLUDABLE, find("include_fields"))?;
    if fields.is_empty() {
        fields = INCLUDABLE.to_vec();
    }
    Ok((list.repeating(own), fields))
}

/// `GET /customers/{id}/metafields/{id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(tenant: Tenant, Ids([customer_id, id]): Ids<2>) -> Result<Response, Error> {
    Ok(answer(&metafields::get(&tenant.store, customer_id, id).await?))
}

/// `POST /customers/{id}/metafields`: one object, not an array.
///
/// # Errors
/// Whatever is wrong with the body, or that the key is taken.
pub async fn create(
    tenant: Tenant,
    Ids([customer_id]): Ids<1>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let valid = object(body, Operation::Create)?;
    let store = tenant.store_to_create_in().await?;
    let owner = owner(&tenant, &headers);
    Ok(answer(&metafields::create(&store, customer_id, valid, owner).await?))
}

/// `PUT /customers/{id}/metafields/{id}`: changes what is supplied.
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body, or that the key is taken.
pub async fn update(tenant: Tenant, Ids([customer_id, id]): Ids<2>, body: Body) -> Result<Response, Error> {
    // Assumed: before the body is looked at.
    metafields::get(&tenant.store, customer_id, id).await?;
    let valid = object(body, Operation::Update)?;
    Ok(answer(&metafields::update(&tenant.store, customer_id, id, valid).await?))
}

/// `DELETE /customers/{id}/metafields/{id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(tenant: Tenant, Ids([customer_id, id]): Ids<2>) -> Result<Response, Error> {
    metafields::delete(&tenant.store, customer_id, id).await?;
    Ok(wire::no_content())
}

/// The app that makes a metafield, as it names itself, or else that of its token.
pub(super) fn owner(tenant: &Tenant, headers: &HeaderMap) -> String {
    let name = headers.get("x-auth-client").and_then(|value| value.to_str().ok()).map(str::trim);
    name.filter(|name| !name.is_empty()).unwrap_or(tenant.settings.access.client_id(headers)).to_owned()
}

fn object(body: Body, operation: Operation) -> Result<Valid, Error> {
    let object = body.aside(Body::object)?;
    validate(FIELDS, Dialect::V3, operation, &object)
        .map_err(|problems| Error::Item { index: None, problems })
}

/// Assumed: the metafield itself, as of a read. The documents show the answer of a batch, but speak of one.
fn answer(metafield: &Metafield) -> Response {
    wire::ok(&Envelope { data: View::of(metafield), meta: Nothing {} })
}

/// A metafield as V3 shows it, or the part of it that was asked for.
#[derive(Serialize)]
pub(super) struct View<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission_set: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_created: Option<OffsetDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<OffsetDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_client_id: Option<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn of(metafield: &'a Metafield) -> View<'a> {
        View::with(metafield, INCLUDABLE)
    }

    fn with(metafield: &'a Metafield, fields: &[&str]) -> View<'a> {
        let has = |name: &str| fields.contains(&name);
        View {
            id: metafield.id,
            key: has("key").then_some(&*metafield.key),
            value: has("value").then_some(&*metafield.value),
            namespace: has("namespace").then_some(&*metafield.namespace),
            permission_set: has("permission_set").then_some(&*metafield.permission_set),
            resource_type: has("resource_type").then_some("customer"),
            resource_id: has("resource_id").then_some(metafield.resource_id),
            description: has("description").then_some(&*metafield.description),
            date_created: has("date_created").then_some(OffsetDate(metafield.date_created)),
            date_modified: has("date_modified").then_some(OffsetDate(metafield.date_modified)),
            owner_client_id: has("owner_client_id").then_some(&*metafield.owner_client_id),
        }
    }
}
