//! `/customer_groups`, `/customer_groups/count`, `/customer_groups/{id}`.

use axum::response::Response;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::wire::{self, Spelling};
use crate::error::Error;
use crate::extract::{Body, Ids, Query, Tenant};
use crate::fields::Dialect;
use crate::fields::validate::Operation;
use crate::model::customer_groups::{self, CategoryAccess, DiscountRule, FIELDS, Group};

/// `GET /customer_groups`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let (filters, page) = wire::list_query(FIELDS, Spelling::Suffix, tenant.settings.access.switches, query)?;
    let groups = customer_groups::list(&tenant.store, filters, page).await?;
    Ok(wire::list(&groups.iter().map(|group| View::new(group, Storewide::Text)).collect::<Vec<_>>()))
}

/// `POST /customer_groups`
///
/// # Errors
/// Whatever is wrong with the body.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Create)?;
    customer_groups::check(&valid)?;
    let group = customer_groups::create(&*tenant.store_to_create_in().await?, valid).await?;
    let path = format!("{}/customer_groups/{}", tenant.mount_path(), group.id);
    Ok(wire::created(&path, &View::new(&group, Storewide::Number)))
}

/// Takes the discount for all of the store out of a group as a client writes it. Whether there was one.
pub fn drop_storewide_discount(group: &mut Json) -> bool {
    let Some(rules) = group["discount_rules"].as_array_mut() else { return false };
    let before = rules.len();
    rules.retain(|rule| rule["type"] != "all");
    rules.len() < before
}

/// `DELETE /customer_groups`: every group that matches. Observed; gone from the documents since 2024.
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn delete_matching(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let (filters, limit) = wire::delete_query(FIELDS, Spelling::Suffix, query)?;
    customer_groups::delete_matching(&tenant.store, filters, limit).await?;
    Ok(wire::no_content())
}

/// `GET /customer_groups/count`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn count(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let filters = wire::count_query(FIELDS, Spelling::Suffix, query)?;
    Ok(wire::count(customer_groups::count(&tenant.store, filters).await?))
}

/// `GET /customer_groups/{id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(tenant: Tenant, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let group = customer_groups::get(&tenant.store, id).await?;
    Ok(wire::ok(&View::new(&group, Storewide::Text)))
}

/// `PUT /customer_groups/{id}`
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body.
pub async fn update(tenant: Tenant, Ids([id]): Ids<1>, body: Body) -> Result<Response, Error> {
    customer_groups::get(&tenant.store, id).await?;
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Update)?;
    let group = customer_groups::update(&tenant.store, id, valid).await?;
    Ok(wire::ok(&View::new(&group, Storewide::Number)))
}

/// `DELETE /customer_groups/{id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(tenant: Tenant, Ids([id]): Ids<1>) -> Result<Response, Error> {
    customer_groups::delete(&tenant.store, id).await?;
    Ok(wire::no_content())
}

/// How the amount of an `all` rule is written. Observed: a number in the answers to writes, text in reads.
#[derive(Clone, Copy)]
enum Storewide {
    Number,
    Text,
}

/// A group as V2 shows it.
#[derive(Serialize)]
struct View<'a> {
    id: i64,
    name: &'a str,
    is_default: bool,
    category_access: &'a CategoryAccess,
    discount_rules: Vec<RuleView<'a>>,
    date_created: wire::GroupDate,
    date_modified: wire::GroupDate,
    is_group_for_guests: bool,
}

/// Observed: ids of products and categories are text.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum RuleView<'a> {
    PriceList { price_list_id: i64 },
    Category { category_id: String, method: &'a str, amount: wire::Money },
    Product { product_id: String, method: &'a str, amount: wire::Money },
    All { method: &'a str, amount: StorewideAmount },
}

enum StorewideAmount {
    Number(i64),
    Text(wire::Money),
}

impl Serialize for StorewideAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            StorewideAmount::Number(amount) => wire::number(*amount).serialize(serializer),
            StorewideAmount::Text(amount) => amount.serialize(serializer),
        }
    }
}

impl<'a> View<'a> {
    fn new(group: &'a Group, storewide: Storewide) -> View<'a> {
        View {
            id: group.id,
            name: &group.name,
            is_default: group.is_default,
            category_access: &group.category_access,
            discount_rules: group.discount_rules.iter().map(|rule| RuleView::new(rule, storewide)).collect(),
            date_created: wire::GroupDate(group.date_created),
            date_modified: wire::GroupDate(group.date_modified),
            is_group_for_guests: group.is_group_for_guests,
        }
    }
}

impl<'a> RuleView<'a> {
    fn new(rule: &'a DiscountRule, storewide: Storewide) -> RuleView<'a> {
        match rule {
            DiscountRule::PriceList { price_list_id } => {
                RuleView::PriceList { price_list_id: *price_list_id }
            }
            DiscountRule::Category { category_id, method, amount } => RuleView::Category {
                category_id: category_id.to_string(),
                method,
                amount: wire::Money(*amount),
            },
            DiscountRule::Product { product_id, method, amount } => {
                RuleView::Product { product_id: product_id.to_string(), method, amount: wire::Money(*amount) }
            }
            DiscountRule::All { method, amount } => {
                let amount = match storewide {
                    Storewide::Number => StorewideAmount::Number(*amount),
                    Storewide::Text => StorewideAmount::Text(wire::Money(*amount)),
                };
                RuleView::All { method, amount }
            }
        }
    }
}
