//! `/customers`, `/customers/count`, `/customers/{id}`, `/customers/{id}/validate`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::wire::{self, Spelling};
use crate::access::DeleteAll;
use crate::error::Error;
use crate::extract::{Body, Ids, Query, Tenant};
use crate::fields::validate::{Operation, validate as check};
use crate::fields::{Field, text};
use crate::model::customers::{self, Customer, FIELDS};
use crate::model::form_fields::Answer;
use crate::model::memory::{Memo, Row};
use crate::mount::Family;

/// `GET /customers`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let (filters, page) = wire::list_query(FIELDS, Spelling::Prefix, tenant.access.switches, query)?;
    let customers = customers::list(&tenant.store, filters, page).await?;
    if customers.is_empty() {
        return Ok(wire::no_content());
    }
    let links = Links::of(&tenant);
    let mut body = Vec::with_capacity(1024 * customers.len());
    for customer in &customers {
        body.push(if body.is_empty() { b'[' } else { b',' });
        links.push(&mut body, customer);
    }
    body.push(b']');
    Ok(wire::bytes(StatusCode::OK, body))
}

/// `POST /customers`
///
/// # Errors
/// Whatever is wrong with the body.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valid = check(FIELDS, Operation::Create, &body.object()?)?;
    customers::check(&tenant.store, &valid)?;
    let customer = customers::create(&*tenant.store_to_create_in().await?, valid).await?;
    let path = format!("{}/customers/{}", tenant.mount_path(), customer.id);
    Ok(wire::with_location(&path, Links::of(&tenant).answer(StatusCode::CREATED, &customer)))
}

/// `DELETE /customers`: every customer that matches, and so all of them when nothing is asked for.
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn delete_matching(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let bare = query.is_empty();
    let (filters, mut limit) = wire::delete_query(FIELDS, Spelling::Prefix, query)?;
    if bare && tenant.access.switches.delete_all == DeleteAll::BatchOf100 {
        limit = Some(wire::MAX_DELETE);
    }
    customers::delete_matching(&tenant.store, filters, limit).await?;
    Ok(wire::no_content())
}

/// `GET /customers/count`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn count(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let filters = wire::count_query(FIELDS, Spelling::Prefix, query)?;
    Ok(wire::count(customers::count(&tenant.store, filters).await?))
}

/// `GET /customers/{id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(tenant: Tenant, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let customer = customers::get(&tenant.store, id).await?;
    Ok(Links::of(&tenant).answer(StatusCode::OK, &customer))
}

/// `PUT /customers/{id}`
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body.
pub async fn update(tenant: Tenant, Ids([id]): Ids<1>, body: Body) -> Result<Response, Error> {
    customers::exists(&tenant.store, id)?;
    let valid = check(FIELDS, Operation::Update, &body.object()?)?;
    let customer = customers::update(&tenant.store, id, valid).await?;
    Ok(Links::of(&tenant).answer(StatusCode::OK, &customer))
}

/// `DELETE /customers/{id}`
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(tenant: Tenant, Ids([id]): Ids<1>) -> Result<Response, Error> {
    customers::delete(&tenant.store, id).await?;
    Ok(wire::no_content())
}

/// The body of a password check. The password is one to compare, so the password rule does not apply.
const VALIDATE: &[Field] = &[text("password").required()];

/// `POST /customers/{id}/validate`: whether that is the customer's password.
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body.
pub async fn validate(tenant: Tenant, Ids([id]): Ids<1>, body: Body) -> Result<Response, Error> {
    #[derive(Serialize)]
    struct View {
        success: bool,
    }
    customers::exists(&tenant.store, id)?;
    let valid = check(VALIDATE, Operation::Create, &body.object()?)?;
    let password = valid.text("password").unwrap_or_default();
    Ok(wire::ok(&View { success: customers::has_password(&tenant.store, id, password).await? }))
}

/// A customer as V2 shows it, but for `addresses`, which comes last and depends on the request.
#[derive(Serialize)]
struct View<'a> {
    id: i64,
    company: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    phone: &'a str,
    /// Null: the store has no customer form fields.
    form_fields: Option<&'a [Answer]>,
    date_created: wire::Date,
    date_modified: wire::Date,
    store_credit: wire::Money,
    registration_ip_address: &'a str,
    customer_group_id: i64,
    notes: &'a str,
    tax_exempt_category: &'a str,
    reset_pass_on_login: bool,
    accepts_marketing: bool,
}

/// What the link to a customer's addresses depends on.
struct Links {
    /// Scheme, host and mount, escaped for JSON: `http://localhost:2442/stores/demo/v2`.
    base: String,
    /// Documented: on the store's own host the link ends in `.json`; `resource` never does.
    suffix: &'static str,
}

impl Links {
    fn of(tenant: &Tenant) -> Links {
        let base = format!("{}{}", tenant.origin, tenant.mount_path());
        let quoted = serde_json::Value::from(base).to_string();
        let suffix = if tenant.family == Family::BasicV2 { ".json" } else { "" };
        Links { base: quoted.trim_matches('"').to_owned(), suffix }
    }

    fn answer(&self, status: StatusCode, customer: &Row) -> Response {
        let mut body = Vec::with_capacity(1024);
        self.push(&mut body, customer);
        wire::bytes(status, body)
    }

    /// Appends a customer as V2 shows it. All but the link is kept with the row once it was made.
    fn push(&self, body: &mut Vec<u8>, customer: &Row) {
        let memo = customer.memo(memo);
        let resource = &memo.after;
        body.extend_from_slice(&memo.before);
        body.extend_from_slice(self.base.as_bytes());
        body.extend_from_slice(resource);
        body.extend_from_slice(self.suffix.as_bytes());
        body.extend_from_slice(br#"","resource":""#);
        body.extend_from_slice(resource);
        body.extend_from_slice(br#""}}"#);
    }
}

/// A customer up to its link, and the path that the link ends in.
fn memo(customer: &Customer) -> Memo {
    let mut before = wire::json(&View::new(customer));
    before.pop();
    before.extend_from_slice(br#","addresses":{"url":""#);
    let after = format!("/customers/{}/addresses", customer.id).into_bytes();
    Memo { before: before.into(), after: after.into() }
}

impl<'a> View<'a> {
    fn new(customer: &'a Customer) -> View<'a> {
        View {
            id: customer.id,
            company: &customer.company,
            first_name: &customer.first_name,
            last_name: &customer.last_name,
            email: &customer.email,
            phone: &customer.phone,
            form_fields: customer.form_fields.as_deref(),
            date_created: wire::Date(customer.date_created),
            date_modified: wire::Date(customer.date_modified),
            store_credit: wire::Money(customer.store_credit),
            registration_ip_address: &customer.registration_ip_address,
            customer_group_id: customer.customer_group_id,
            notes: &customer.notes,
            tax_exempt_category: &customer.tax_exempt_category,
            reset_pass_on_login: customer.reset_pass_on_login,
            accepts_marketing: customer.accepts_marketing,
        }
    }
}
