//! `/customers`

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::addresses::{AddressView, FormFields};
use super::attribute_values::AttributeValueView;
use super::list::{self, Abilities, List};
use super::wire::{self, Date};
use super::{batch, form_field_values::AnswerView};
use crate::error::Error;
use crate::extract::{Body, Query, Tenant};
use crate::fields::validate::{Operation, Valid};
use crate::model::addresses::Address;
use crate::model::attribute_values::AttributeValue;
use crate::model::customers::{self, Created, Customer, Extras, FIELDS, Shown};
use crate::model::engine::memory::{Memo, Row};

/// What lists of customers can do.
pub const ABILITIES: Abilities = Abilities {
    sort: &["date_created", "date_modified", "last_name"],
    include: &["addresses", "storecredit", "attributes", "formfields", "shopper_profile_id", "segment_ids"],
    cursors: true,
};

/// `GET /customers`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let parts = Parts {
        addresses: list.includes("addresses"),
        address_fields: if list.includes("formfields") { FormFields::Known } else { FormFields::Hidden },
        attributes: list.includes("attributes"),
        form_fields: list.includes("formfields"),
        store_credit: list.includes("storecredit"),
        shopper_profile_id: list.includes("shopper_profile_id"),
        segment_ids: list.includes("segment_ids"),
    };
    let extras = Extras {
        addresses: parts.addresses,
        address_fields: parts.addresses && parts.form_fields,
        attributes: parts.attributes,
        total: list.shows_total(),
        neighbours: list.shows_cursors(),
    };
    let mut body = Vec::new();
    body.extend_from_slice(br#"{"data":["#);
    let mut count = 0;
    let reserve = 1024 * usize::try_from(list.page.limit).unwrap_or_default();
    let around = customers::list(&tenant.store, list.filters.clone(), list.page.clone(), extras, |shown| {
        if count == 0 {
            body.reserve(reserve);
        } else {
            body.push(b',');
        }
        count += 1;
        push(&mut body, &tenant.hash, parts, shown);
    })
    .await?;
    body.extend_from_slice(br#"],"meta":"#);
    body.extend(wire::json(&list.meta(count, &around)));
    body.push(b'}');
    Ok(wire::bytes(StatusCode::OK, body))
}

/// `POST /customers`
///
/// # Errors
/// Whatever is wrong with the batch; none of it was created then.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Create)?;
    let states = tenant.settings.access.switches.address_states;
    customers::check_all(&tenant.store, &valids, states)?;
    if valids.is_empty() {
        return Ok(wire::written::<View<'_>>(&[]));
    }
    let carried: Vec<bool> = valids.iter().map(carries_form_fields).collect();
    let store = tenant.store_to_create_in().await?;
    let created = customers::create_all(&store, valids, states).await?;
    let views = created.iter().zip(carried).map(|(Created { row, addresses, attributes }, form_fields)| {
        let parts = Parts {
            addresses: addresses.is_some(),
            address_fields: FormFields::Always,
            attributes: attributes.is_some(),
            form_fields,
            store_credit: true,
            ..Parts::default()
        };
        View::new(&tenant.hash, parts, row, addresses.as_deref(), attributes.as_deref())
    });
    Ok(wire::written(&views.collect::<Vec<_>>()))
}

/// `PUT /customers`
///
/// # Errors
/// Whatever is wrong with the batch; none of it was changed then.
pub async fn update(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Update)?;
    let carried: Vec<bool> = valids.iter().map(carries_form_fields).collect();
    let rows = customers::update_all(&tenant.store, valids).await?;
    let views = rows.iter().zip(carried).map(|(row, form_fields)| {
        let parts = Parts { form_fields, store_credit: true, ..Parts::default() };
        View::new(&tenant.hash, parts, row, None, None)
    });
    Ok(wire::written(&views.collect::<Vec<_>>()))
}

/// `DELETE /customers?id:in=`. Documented: without `id:in` nothing happens.
///
/// # Errors
/// Another parameter, or what is not an id.
pub async fn delete(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    customers::delete_all(&tenant.store, list::ids_to_delete(&query)?).await?;
    Ok(wire::no_content())
}

/// Assumed: the answer to a write shows form fields when the request carried some.
fn carries_form_fields(valid: &Valid) -> bool {
    valid.list("form_fields").is_some()
}

/// Documented: a customer shows at most so many addresses and attributes; their own lists show all.
const MOST_INSIDE: usize = 10;

/// Which parts of a customer an answer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each can be asked for without the others")]
struct Parts {
    addresses: bool,
    /// The form fields of addresses.
    address_fields: FormFields,
    attributes: bool,
    form_fields: bool,
    store_credit: bool,
    shopper_profile_id: bool,
    segment_ids: bool,
}

/// Appends a customer. What most clients ask for is kept with the row.
fn push(body: &mut Vec<u8>, hash: &str, parts: Parts, shown: Shown<'_>) {
    let Shown { row, addresses, attributes } = shown;
    let json = || {
        let view = View::new(hash, parts, row, addresses, attributes);
        wire::json(&view)
    };
    let only_addresses = Parts { addresses: true, ..Parts::default() };
    if parts == Parts::default() {
        body.extend_from_slice(row.memo(Memo::V3, |_| json().into()));
    } else if parts == only_addresses && row.addresses().is_some() {
        body.extend_from_slice(row.memo(Memo::V3WithAddresses, |_| json().into()));
    } else {
        body.extend_from_slice(&json());
    }
}

/// A customer as V3 shows it.
#[derive(Serialize)]
struct View<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Vec<AddressView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Vec<AttributeValueView<'a>>>,
    authentication: Authentication,
    company: &'a str,
    customer_group_id: i64,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    notes: &'a str,
    phone: &'a str,
    registration_ip_address: &'a str,
    tax_exempt_category: &'a str,
    date_created: Date,
    date_modified: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form_fields: Option<Vec<AnswerView<'a>>>,
    accepts_product_review_abandoned_cart_emails: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_credit_amounts: Option<[Amount; 1]>,
    origin_channel_id: i64,
    channel_ids: Option<&'a [i64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_profile_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment_ids: Option<[String; 0]>,
}

#[derive(Serialize)]
struct Authentication {
    force_password_reset: bool,
}

#[derive(Serialize)]
struct Amount {
    amount: serde_json::Number,
}

impl<'a> View<'a> {
    fn new(
        hash: &str,
        parts: Parts,
        row: &'a Row,
        addresses: Option<&'a [Address]>,
        attributes: Option<&'a [AttributeValue]>,
    ) -> View<'a> {
        let customer: &Customer = row;
        View {
            id: customer.id,
            address_count: addresses.map(<[_]>::len),
            addresses: addresses.map(|addresses| {
                let shown = addresses.iter().take(MOST_INSIDE);
                shown.map(|address| AddressView::new(address, parts.address_fields)).collect()
            }),
            attributes: attributes
                .map(|values| values.iter().take(MOST_INSIDE).map(AttributeValueView::new).collect()),
            authentication: Authentication { force_password_reset: customer.reset_pass_on_login },
            company: &customer.company,
            customer_group_id: customer.customer_group_id,
            email: &customer.email,
            first_name: &customer.first_name,
            last_name: &customer.last_name,
            notes: &customer.notes,
            phone: &customer.phone,
            registration_ip_address: &customer.registration_ip_address,
            tax_exempt_category: &customer.tax_exempt_category,
            date_created: Date(customer.date_created),
            date_modified: Date(customer.date_modified),
            attribute_count: attributes.map(<[_]>::len),
            form_fields: parts
                .form_fields
                .then(|| customer.form_fields.iter().flatten().map(AnswerView::inside).collect()),
            accepts_product_review_abandoned_cart_emails: customer.accepts_marketing,
            store_credit_amounts: parts
                .store_credit
                .then(|| [Amount { amount: crate::reply::number(customer.store_credit) }]),
            origin_channel_id: customer.origin_channel_id,
            channel_ids: customer.channel_ids.as_deref(),
            shopper_profile_id: parts.shopper_profile_id.then(|| shopper_profile_id(hash, customer.id)),
            segment_ids: parts.segment_ids.then_some([]),
        }
    }
}

/// A UUID that is always the same for a customer of a store, and no other's.
fn shopper_profile_id(hash: &str, id: i64) -> String {
    // FNV-1a over the hash, twice; the id stands in the last digits as it is, so no two customers share one.
    let fnv = |seed: u64| {
        hash.bytes().fold(seed, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let (a, b) = (fnv(0xcbf2_9ce4_8422_2325), fnv(0x8422_2325_cbf2_9ce4));
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{id:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b & 0xfff)
}
