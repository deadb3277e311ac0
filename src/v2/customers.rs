//! `/customers`, `/customers/count`, `/customers/{id}`, `/customers/{id}/validate`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::wire::{self, Spelling};
use crate::access::DeleteAll;
use crate::error::Error;
use crate::extract::{Body, Ids, Query, Tenant};
use crate::fields::validate::Operation;
use crate::fields::{Dialect, Field, text};
use crate::model::customers::{self, Customer, Extras, FIELDS};
use crate::model::engine::Store;
use crate::model::engine::memory::{Memo, Row};
use crate::mount::Family;

/// `GET /customers`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let (filters, page) = wire::list_query(FIELDS, Spelling::Prefix, tenant.settings.access.switches, query)?;
    let links = Links::of(&tenant, &tenant.store);
    let mut body = Vec::new();
    let reserve = 1024 * usize::try_from(page.limit).unwrap_or_default();
    customers::list(&tenant.store, filters, page, Extras::default(), |shown| {
        if body.is_empty() {
            body.reserve(reserve);
        }
        body.push(if body.is_empty() { b'[' } else { b',' });
        links.push(&mut body, shown.row);
    })
    .await?;
    if body.is_empty() {
        return Ok(wire::no_content());
    }
    body.push(b']');
    Ok(wire::bytes(StatusCode::OK, body))
}

/// `POST /customers`
///
/// # Errors
/// Whatever is wrong with the body.
pub async fn create(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Create)?;
    customers::check(&tenant.store, &valid)?;
    let store = tenant.store_to_create_in().await?;
    let customer = customers::create(&store, valid).await?;
    let path = format!("{}/customers/{}", tenant.mount_path(), customer.id);
    Ok(wire::with_location(&path, Links::of(&tenant, &store).answer(StatusCode::CREATED, &customer)))
}

/// `DELETE /customers`: every customer that matches, and so all of them when nothing is asked for.
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn delete_matching(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let bare = query.is_empty();
    let (filters, mut limit) = wire::delete_query(FIELDS, Spelling::Prefix, query)?;
    if bare && tenant.settings.access.switches.delete_all == DeleteAll::BatchOf100 {
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
    Ok(Links::of(&tenant, &tenant.store).answer(StatusCode::OK, &customer))
}

/// `PUT /customers/{id}`
///
/// # Errors
/// [`Error::NotFound`] first, then whatever is wrong with the body.
pub async fn update(tenant: Tenant, Ids([id]): Ids<1>, body: Body) -> Result<Response, Error> {
    customers::exists(&tenant.store, id)?;
    let valid = body.valid(FIELDS, Dialect::V2, Operation::Update)?;
    let customer = customers::update(&tenant.store, id, valid).await?;
    Ok(Links::of(&tenant, &tenant.store).answer(StatusCode::OK, &customer))
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
pub const VALIDATE: &[Field] = &[text("password").required()];

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
    let valid = body.valid(VALIDATE, Dialect::V2, Operation::Create)?;
    let password = valid.text("password").unwrap_or_default();
    Ok(wire::ok(&View { success: customers::has_password(&tenant.store, id, password).await? }))
}

/// A customer as V2 shows it.
#[derive(Serialize)]
struct View<'a> {
    id: i64,
    company: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    phone: &'a str,
    /// Null: the store has no customer form fields.
    form_fields: Option<wire::Answers<'a>>,
    date_created: wire::Date,
    date_modified: wire::Date,
    store_credit: wire::Money,
    registration_ip_address: &'a str,
    customer_group_id: i64,
    notes: &'a str,
    tax_exempt_category: &'a str,
    reset_pass_on_login: bool,
    accepts_marketing: bool,
    addresses: Link,
}

/// Where something that belongs to a customer is to be had.
#[derive(Serialize)]
struct Link {
    url: String,
    resource: String,
}

/// A longer base, which no honest client has, is not kept with rows: it would break the bound on their memory.
const LONGEST_KEPT: usize = 256;

/// What the link to a customer's addresses depends on.
struct Links<'a> {
    /// Scheme, host and mount: `http://localhost:2442/stores/demo/v2`.
    base: &'a str,
    /// Documented: on the store's own host the link ends in `.json`; `resource` never does.
    suffix: &'static str,
    /// Whether these are the links of the bytes that are kept with rows.
    kept: bool,
}

impl Links<'_> {
    /// The links in answers to this client, for customers of this store.
    fn of<'a>(tenant: &'a Tenant, store: &Store) -> Links<'a> {
        let suffix = if tenant.family == Family::BasicV2 { ".json" } else { "" };
        // The base tells the mounts apart as well, and so the suffix.
        Links {
            base: &tenant.base,
            suffix,
            kept: tenant.base.len() <= LONGEST_KEPT && store.base(&tenant.base) == tenant.base,
        }
    }

    fn answer(&self, status: StatusCode, customer: &Row) -> Response {
        let mut body = Vec::with_capacity(1024);
        self.push(&mut body, customer);
        wire::bytes(status, body)
    }

    /// Appends a customer as V2 shows it.
    fn push(&self, body: &mut Vec<u8>, customer: &Row) {
        if self.kept {
            body.extend_from_slice(customer.memo(Memo::V2, |customer| self.json(customer).into()));
        } else {
            body.extend_from_slice(&self.json(customer));
        }
    }

    fn json(&self, customer: &Customer) -> Vec<u8> {
        let resource = format!("/customers/{}/addresses", customer.id);
        let url = format!("{}{resource}{}", self.base, self.suffix);
        wire::json(&View::new(customer, Link { url, resource }))
    }
}

impl<'a> View<'a> {
    fn new(customer: &'a Customer, addresses: Link) -> View<'a> {
        View {
            id: customer.id,
            company: &customer.company,
            first_name: &customer.first_name,
            last_name: &customer.last_name,
            email: &customer.email,
            phone: &customer.phone,
            form_fields: customer.form_fields.as_deref().map(wire::Answers),
            date_created: wire::Date(customer.date_created),
            date_modified: wire::Date(customer.date_modified),
            store_credit: wire::Money(customer.store_credit),
            registration_ip_address: &customer.registration_ip_address,
            customer_group_id: customer.customer_group_id,
            notes: &customer.notes,
            tax_exempt_category: &customer.tax_exempt_category,
            reset_pass_on_login: customer.reset_pass_on_login,
            accepts_marketing: customer.accepts_marketing,
            addresses,
        }
    }
}
