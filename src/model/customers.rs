//! Customers: the fields, the table and the rules across fields and rows.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};

use super::Page;
use super::form_fields::{Answer, Answers, Owner};
use crate::error::{Error, Problem, What};
use crate::fields::Op::{Is, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{self, Field, Value, computed, date, email, int, money, object, password, text};
use crate::store::Store;

/// Every field of a customer, in the order of V2's answers.
pub const FIELDS: &[Field] = &[
    int("id").read_only().filter(&[Min, Max]),
    text("company").max(255).filter(&[Is]),
    text("first_name").required().len(1, 100).filter(&[Is]),
    text("last_name").required().len(1, 100).filter(&[Is]),
    email("email").required().len(3, 250).filter(&[Is]),
    text("phone").max(50).filter(&[Is]),
    computed("form_fields"),
    date("date_created").read_only().filter(&[Min, Max]),
    date("date_modified").read_only().filter(&[Min, Max]),
    money("store_credit").filter(&[Is]),
    text("registration_ip_address").max(45),
    int("customer_group_id").filter(&[Is]),
    text("notes").max(65_536),
    text("tax_exempt_category").max(255).filter(&[Is]),
    fields::bool("reset_pass_on_login"),
    fields::bool("accepts_marketing").read_only(),
    computed("addresses"),
    object("_authentication", AUTHENTICATION),
];

/// The fields of `_authentication`.
pub const AUTHENTICATION: &[Field] =
    &[password("password"), text("password_confirmation"), fields::bool("force_reset")];

/// A stored customer. The hash of the password stays in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Customer {
    pub id: i64,
    pub company: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub date_created: i64,
    pub date_modified: i64,
    pub store_credit: i64,
    pub registration_ip_address: String,
    pub customer_group_id: i64,
    pub notes: String,
    pub tax_exempt_category: String,
    pub reset_pass_on_login: bool,
    pub accepts_marketing: bool,
    pub form_fields: Option<Vec<Answer>>,
}

impl Customer {
    fn from_row(row: &SqliteRow) -> Result<Customer, sqlx::Error> {
        Ok(Customer {
            id: row.try_get("id")?,
            company: row.try_get("company")?,
            first_name: row.try_get("first_name")?,
            last_name: row.try_get("last_name")?,
            email: row.try_get("email")?,
            phone: row.try_get("phone")?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
            store_credit: row.try_get("store_credit")?,
            registration_ip_address: row.try_get("registration_ip_address")?,
            customer_group_id: row.try_get("customer_group_id")?,
            notes: row.try_get("notes")?,
            tax_exempt_category: row.try_get("tax_exempt_category")?,
            reset_pass_on_login: row.try_get("reset_pass_on_login")?,
            accepts_marketing: row.try_get("accepts_marketing")?,
            form_fields: None,
        })
    }

    /// The customers in these rows, with their form fields.
    async fn all(connection: &mut SqliteConnection, rows: &[SqliteRow]) -> Result<Vec<Customer>, Error> {
        let mut customers = rows.iter().map(Customer::from_row).collect::<Result<Vec<_>, _>>()?;
        let ids = customers.iter().map(|customer| customer.id);
        let mut answers = Answers::of(connection, Owner::Customer, ids).await?;
        for customer in &mut customers {
            customer.form_fields = answers.take(customer.id);
        }
        Ok(customers)
    }

    async fn one(connection: &mut SqliteConnection, row: Option<SqliteRow>) -> Result<Customer, Error> {
        let row = row.ok_or(Error::NotFound)?;
        Customer::all(connection, &[row]).await?.pop().ok_or(Error::NotFound)
    }
}

/// The matching customers of one page, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store, filters: &Filters, page: Page) -> Result<Vec<Customer>, Error> {
    let mut sql = QueryBuilder::new("select * from customers");
    filters.push_where(&mut sql);
    page.push(&mut sql);
    let connection = &mut *store.read().await?;
    let rows = sql.build().fetch_all(&mut *connection).await?;
    Customer::all(connection, &rows).await
}

/// One customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, id: i64) -> Result<Customer, Error> {
    let connection = &mut *store.read().await?;
    let query = sqlx::query("select * from customers where id = ?").bind(id);
    let row = query.fetch_optional(&mut *connection).await?;
    Customer::one(connection, row).await
}

/// Whether there is such a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn exists(store: &Store, id: i64) -> Result<(), Error> {
    is_there(&mut *store.read().await?, id).await
}

pub(super) async fn is_there(connection: &mut SqliteConnection, id: i64) -> Result<(), Error> {
    let query = sqlx::query_scalar("select id from customers where id = ?").bind(id);
    let found: Option<i64> = query.fetch_optional(connection).await?;
    found.map(|_| ()).ok_or(Error::NotFound)
}

/// How many customers match.
///
/// # Errors
/// Only the database's.
pub async fn count(store: &Store, filters: &Filters) -> Result<i64, Error> {
    let mut sql = QueryBuilder::new("select count(*) from customers");
    filters.push_where(&mut sql);
    Ok(sql.build_query_scalar().fetch_one(&mut *store.read().await?).await?)
}

/// Checks what can be checked of a new customer before there is a store to put it in.
///
/// # Errors
/// Those of [`create`], but for a taken email.
pub async fn check(store: &Store, valid: &Valid) -> Result<(), Error> {
    is_confirmed(valid)?;
    group_exists(&mut *store.read().await?, valid).await
}

/// Makes a customer. Without a password it gets one that nobody knows, without a group the default one.
///
/// # Errors
/// [`Error::Invalid`]: the confirmation does not match, the group does not exist, or the email is taken.
pub async fn create(store: &Store, valid: Valid) -> Result<Customer, Error> {
    let now = store.clock.now();
    let mut own = own_columns(store, &valid).await?;
    own.extend([("date_created", Value::Int(now)), ("date_modified", Value::Int(now))]);
    store.write(|tx| Box::pin(async move { insert(tx, &valid, own).await })).await
}

/// Makes a customer of a seed, whose dates, id and password hash may be given.
pub(super) async fn load(
    tx: &mut SqliteConnection,
    valid: &Valid,
    password_hash: Option<&str>,
    now: i64,
) -> Result<i64, Error> {
    let created = valid.int("date_created").unwrap_or(now);
    let modified = valid.int("date_modified").unwrap_or(created);
    let mut own = vec![("date_created", Value::Int(created)), ("date_modified", Value::Int(modified))];
    own.extend(password_hash.map(|hash| ("password_hash", Value::Text(hash.to_owned()))));
    Ok(insert(tx, valid, own).await?.id)
}

/// Changes a customer: what was supplied, and the time of the change. Nothing supplied changes nothing.
///
/// # Errors
/// [`Error::NotFound`], and those of [`create`].
pub async fn update(store: &Store, id: i64, valid: Valid) -> Result<Customer, Error> {
    if valid.is_empty() {
        return get(store, id).await;
    }
    let mut own = own_columns(store, &valid).await?;
    own.push(("date_modified", Value::Int(store.clock.now())));
    store
        .write(|tx| {
            Box::pin(async move {
                group_exists(tx, &valid).await?;
                let mut sql = Columns::new(&valid, &own).update("customers");
                sql.push(" where id = ").push_bind(id).push(" returning *");
                let row = sql.build().fetch_optional(&mut *tx).await.map_err(refusal)?;
                Customer::one(tx, row).await
            })
        })
        .await
}

/// Deletes a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(store: &Store, id: i64) -> Result<(), Error> {
    let delete = sqlx::query("delete from customers where id = ?").bind(id);
    let work = store.write(|tx| {
        Box::pin(async move {
            if delete.execute(tx).await?.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
        })
    });
    work.await
}

/// Deletes the matching customers, at most `limit` of them, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn delete_matching(store: &Store, filters: &Filters, limit: Option<i64>) -> Result<(), Error> {
    let mut sql = QueryBuilder::new("delete from customers");
    if let Some(limit) = limit {
        sql.push(" where id in (select id from customers");
        filters.push_where(&mut sql);
        Page { limit, offset: 0 }.push(&mut sql);
        sql.push(")");
    } else {
        filters.push_where(&mut sql);
    }
    store.write(|tx| Box::pin(async move { Ok(sql.build().execute(tx).await.map(|_| ())?) })).await
}

/// Whether the password is the customer's.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn has_password(store: &Store, id: i64, password: &str) -> Result<bool, Error> {
    let query = sqlx::query_scalar("select password_hash from customers where id = ?").bind(id);
    let hash: Option<String> =
        query.fetch_optional(&mut *store.read().await?).await?.ok_or(Error::NotFound)?;
    Ok(store.passwords.verify(password.to_owned(), hash).await)
}

async fn insert(
    tx: &mut SqliteConnection,
    valid: &Valid,
    mut own: Vec<(&'static str, Value)>,
) -> Result<Customer, Error> {
    if valid.get("customer_group_id").is_some() {
        group_exists(tx, valid).await?;
    } else {
        let default = "select id from customer_groups where is_default = 1";
        let default: Option<i64> = sqlx::query_scalar(default).fetch_optional(&mut *tx).await?;
        own.extend(default.map(|id| ("customer_group_id", Value::Int(id))));
    }
    let row =
        Columns::new(valid, &own).insert("customers").build().fetch_one(&mut *tx).await.map_err(refusal)?;
    Customer::one(tx, Some(row)).await
}

fn is_confirmed(valid: &Valid) -> Result<(), Error> {
    if let Some(authentication) = valid.object("_authentication")
        && let Some(confirmation) = authentication.text("password_confirmation")
        && authentication.text("password") != Some(confirmation)
    {
        return Err(Problem::new("password_confirmation", What::Unconfirmed).into());
    }
    Ok(())
}

/// Assumed: a group that does not exist is refused.
async fn group_exists(tx: &mut SqliteConnection, valid: &Valid) -> Result<(), Error> {
    let Some(id) = valid.int("customer_group_id").filter(|id| *id != 0) else { return Ok(()) };
    let found: Option<i64> =
        sqlx::query_scalar("select id from customer_groups where id = ?").bind(id).fetch_optional(tx).await?;
    found.map(|_| ()).ok_or_else(|| Problem::new("customer_group_id", What::NoSuch).into())
}

/// Checks the rules across fields, and makes the columns that follow from `_authentication`.
async fn own_columns(store: &Store, valid: &Valid) -> Result<Vec<(&'static str, Value)>, Error> {
    is_confirmed(valid)?;
    let mut own = Vec::new();
    if let Some(authentication) = valid.object("_authentication") {
        if let Some(password) = authentication.text("password") {
            own.push(("password_hash", Value::Text(store.passwords.hash(password.to_owned()).await)));
        }
        if let Some(reset) = authentication.int("force_reset") {
            own.push(("reset_pass_on_login", Value::Int(reset)));
        }
    }
    Ok(own)
}

/// What a refused row means: the uniqueness of the email, or of the id that a seed pinned, would be broken.
fn refusal(error: sqlx::Error) -> Error {
    let taken = |column| Problem::new(column, What::Taken).into();
    match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => {
            taken(if refused.message().ends_with("customers.id") { "id" } else { "email" })
        }
        _ => error.into(),
    }
}
