//! Addresses of customers: the fields, the table and the rules across fields and rows.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row};

use super::form_fields::{Answer, Answers, Owner};
use super::memory::Memory;
use super::{Page, countries, customers};
use crate::error::{Error, Problem, What};
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{Field, Value, computed, int, one_of, text};
use crate::store::{Store, Turn};

/// Every field of an address, in the order of V2's answers.
pub const FIELDS: &[Field] = &[
    int("id").read_only(),
    // Observed: accepted and ignored when it is that of the path.
    int("customer_id"),
    text("first_name").required().len(1, 255),
    text("last_name").required().len(1, 255),
    text("company").max(255),
    text("street_1").required().len(1, 255),
    text("street_2").max(255),
    text("city").required().len(1, 100),
    text("state").required().len(1, 100),
    text("zip").required().len(1, 30),
    text("country").required(),
    text("country_iso2").read_only(),
    text("phone").required().len(1, 50),
    one_of("address_type", &["residential", "commercial"]),
    computed("form_fields"),
];

/// A stored address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Address {
    pub id: i64,
    pub customer_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub street_1: String,
    pub street_2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    pub country_iso2: String,
    pub phone: String,
    pub address_type: String,
    pub form_fields: Option<Vec<Answer>>,
}

impl Address {
    fn from_row(row: &SqliteRow) -> Result<Address, sqlx::Error> {
        Ok(Address {
            id: row.try_get("id")?,
            customer_id: row.try_get("customer_id")?,
            first_name: row.try_get("first_name")?,
            last_name: row.try_get("last_name")?,
            company: row.try_get("company")?,
            street_1: row.try_get("street_1")?,
            street_2: row.try_get("street_2")?,
            city: row.try_get("city")?,
            state: row.try_get("state")?,
            zip: row.try_get("zip")?,
            country: row.try_get("country")?,
            country_iso2: row.try_get("country_iso2")?,
            phone: row.try_get("phone")?,
            address_type: row.try_get("address_type")?,
            form_fields: None,
        })
    }

    /// The addresses in these rows, with their form fields.
    async fn all(turn: &mut Turn, rows: &[SqliteRow]) -> Result<Vec<Address>, Error> {
        let mut addresses = rows.iter().map(Address::from_row).collect::<Result<Vec<_>, _>>()?;
        if turn.memory(Memory::has_address_fields) {
            let ids = addresses.iter().map(|address| address.id);
            let mut answers = Answers::of(&mut turn.db, Owner::Address, ids).await?;
            for address in &mut addresses {
                address.form_fields = answers.take(address.id);
            }
        }
        Ok(addresses)
    }

    async fn one(turn: &mut Turn, row: Option<SqliteRow>) -> Result<Address, Error> {
        let row = row.ok_or(Error::NotFound)?;
        Address::all(turn, &[row]).await?.pop().ok_or(Error::NotFound)
    }
}

/// The addresses of a customer, one page of them, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store, customer_id: i64, page: Page) -> Result<Vec<Address>, Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("select * from addresses where customer_id = ");
                sql.push_bind(customer_id);
                page.push(&mut sql);
                let rows = sql.build().fetch_all(&mut turn.db).await?;
                Address::all(turn, &rows).await
            })
        })
        .await
}

/// One address of a customer.
///
/// # Errors
/// [`Error::NotFound`]: no such customer, no such address, or another customer's.
pub async fn get(store: &Store, customer_id: i64, id: i64) -> Result<Address, Error> {
    customers::exists(store, customer_id)?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query("select * from addresses where id = ? and customer_id = ?");
                let row = query.bind(id).bind(customer_id).fetch_optional(&mut turn.db).await?;
                Address::one(turn, row).await
            })
        })
        .await
}

/// How many addresses a customer has.
///
/// # Errors
/// Only the database's.
pub async fn count(store: &Store, customer_id: i64) -> Result<i64, Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query_scalar("select count(*) from addresses where customer_id = ?");
                Ok(query.bind(customer_id).fetch_one(&mut turn.db).await?)
            })
        })
        .await
}

/// Makes an address. The customer's `date_modified` stays (assumed).
///
/// # Errors
/// [`Error::NotFound`]: no such customer. [`Error::Invalid`]: another customer's id, or no such country.
pub async fn create(store: &Store, customer_id: i64, valid: Valid) -> Result<Address, Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| customers::is_there(memory, customer_id))?;
                insert(turn, customer_id, &valid).await
            })
        })
        .await
}

/// Changes what was supplied of an address.
///
/// # Errors
/// [`Error::NotFound`], and those of [`create`].
pub async fn update(store: &Store, customer_id: i64, id: i64, valid: Valid) -> Result<Address, Error> {
    let own = own_columns(customer_id, &valid)?;
    store
        .write(move |turn| {
            Box::pin(async move {
                // The customer in `own` keeps `set` from being empty.
                let mut sql = Columns::new(&valid, &own).update("addresses");
                sql.push(" where id = ").push_bind(id).push(" and customer_id = ").push_bind(customer_id);
                let row = sql.push(" returning *").build().fetch_optional(&mut turn.db).await?;
                Address::one(turn, row).await
            })
        })
        .await
}

/// Deletes an address of a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(store: &Store, customer_id: i64, id: i64) -> Result<(), Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let delete = sqlx::query("delete from addresses where id = ? and customer_id = ?");
                let deleted = delete.bind(id).bind(customer_id).execute(&mut turn.db).await?.rows_affected();
                if deleted == 0 { Err(Error::NotFound) } else { Ok(()) }
            })
        })
        .await
}

/// Deletes the addresses of a customer, at most `limit` of them, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn delete_all(store: &Store, customer_id: i64, limit: Option<i64>) -> Result<(), Error> {
    let limit = limit.unwrap_or(i64::MAX);
    store
        .run(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("delete from addresses where id in ");
                sql.push("(select id from addresses where customer_id = ").push_bind(customer_id);
                Page { limit, offset: 0 }.push(&mut sql);
                sql.push(")").build().execute(&mut turn.db).await?;
                Ok(())
            })
        })
        .await
}

pub(super) async fn insert(turn: &mut Turn, customer_id: i64, valid: &Valid) -> Result<Address, Error> {
    let own = own_columns(customer_id, valid)?;
    let row = Columns::new(valid, &own).insert("addresses").build().fetch_one(&mut turn.db).await?;
    Address::one(turn, Some(row)).await
}

/// Checks the rules across fields, and makes the columns that follow from others.
fn own_columns(customer_id: i64, valid: &Valid) -> Result<Vec<(&'static str, Value)>, Error> {
    if valid.int("customer_id").is_some_and(|id| id != customer_id) {
        return Err(Problem::new("customer_id", What::NoSuch).into());
    }
    let mut own = vec![("customer_id", Value::Int(customer_id))];
    if let Some(name) = valid.text("country") {
        let country = countries::named(name).ok_or(Problem::new("country", What::NoSuch))?;
        // Only a seed can say both.
        if valid.text("country_iso2").is_some_and(|code| code != country.code) {
            return Err(Problem::new("country_iso2", What::Unfit).into());
        }
        own.push(("country", Value::Text(country.name.to_owned())));
        own.push(("country_iso2", Value::Text(country.code.to_owned())));
    }
    Ok(own)
}
