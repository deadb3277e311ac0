//! Addresses of customers: the fields, the table and the rules across fields and rows.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::countries;
use super::engine::memory::Change;
use super::engine::{exists, is_there};
use super::events::{Action, Event};
use super::form_fields::{self, Answers, Owner};
use super::lists::{page_of, scanned};
use super::page::Page;
pub use super::rows::Address;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::{V2, V3};
use crate::fields::Op::In;
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{Field, Need, Value, computed, int, list as objects, one_of, text};
use crate::model::engine::{Store, Turn};

mod batch;

pub(in crate::model) use batch::{check, insert_unless_there};
pub use batch::{create_batch, delete_batch, is_complete, update_batch};

/// Every field of an address, in the order of V2's answers.
pub const FIELDS: &[Field] = &[
    int("id").key().filter(V3, &[In]),
    // Observed: V2 ignores it when it is that of the path.
    int("customer_id").required_in(V3, Need::OnItsOwn).filter(V3, &[In]),
    text("first_name").required().len(1, 255),
    text("last_name").required().len(1, 255),
    text("company").max(255).filter(V3, &[In]),
    text("street_1").required().len(1, 255).len_in(V3, 0, 255).named_v3("address1"),
    text("street_2").max(255).named_v3("address2"),
    text("city").required().len(1, 100).len_in(V3, 0, 100),
    text("state")
        .required()
        .required_in(V3, Need::Optional)
        .len(1, 100)
        .len_in(V3, 0, 100)
        .named_v3("state_or_province"),
    text("zip")
        .required()
        .required_in(V3, Need::Optional)
        .len(1, 30)
        .len_in(V3, 0, 30)
        .named_v3("postal_code"),
    // V2 writes the name, V3 the code.
    text("country").required().required_in(V3, Need::Optional).ignored_in_v3(),
    text("country_iso2").read_only_in(V2).required_in(V3, Need::Required).named_v3("country_code"),
    text("phone").required().len(1, 50).required_in(V3, Need::Optional).len_in(V3, 0, 50),
    one_of("address_type", &["residential", "commercial"]),
    computed("form_fields").only(V2),
    objects("form_fields", form_fields::ANSWER).max(250).only(V3),
    text("name").computed_by("(first_name || ' ' || last_name)").only(V3).ignored_in_v3().filter(V3, &[In]),
];

impl Address {
    /// The addresses in these rows, with their form fields.
    async fn all(turn: &mut Turn, rows: &[SqliteRow]) -> Result<Vec<Address>, Error> {
        let mut addresses = rows.iter().map(Address::from_row).collect::<Result<Vec<_>, _>>()?;
        if turn.memory(|memory| !memory.address_fields().is_empty()) {
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
                page.push(&mut sql, true);
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
    exists(store, customer_id)?;
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
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| is_there(memory, customer_id))?;
                let address = insert(turn, customer_id, &valid).await?;
                changed(turn, Action::Created, address.id, customer_id, now);
                Ok(address)
            })
        })
        .await
}

/// Changes what was supplied of an address.
///
/// # Errors
/// [`Error::NotFound`], and those of [`create`].
pub async fn update(store: &Store, customer_id: i64, id: i64, valid: Valid) -> Result<Address, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                is_own(customer_id, &valid)?;
                let address = change(turn, customer_id, id, &valid).await?;
                if says_something(&valid) {
                    changed(turn, Action::Updated, id, customer_id, now);
                }
                Ok(address)
            })
        })
        .await
}

/// Deletes an address of a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(store: &Store, customer_id: i64, id: i64) -> Result<(), Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("delete from addresses where id = ");
                sql.push_bind(id).push(" and customer_id = ").push_bind(customer_id);
                if remove(turn, sql, now).await? == 0 { Err(Error::NotFound) } else { Ok(()) }
            })
        })
        .await
}

/// Deletes the addresses of a customer, at most `limit` of them, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn delete_all(store: &Store, customer_id: i64, limit: Option<i64>) -> Result<(), Error> {
    let (now, limit) = (store.clock.now(), limit.unwrap_or(i64::MAX));
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("delete from addresses where id in ");
                sql.push("(select id from addresses where customer_id = ").push_bind(customer_id);
                Page::of(limit, 0).push(&mut sql, true);
                sql.push(")");
                remove(turn, sql, now).await?;
                Ok(())
            })
        })
        .await
}

/// The matching addresses of one page, lowest ids first, and how many match in all.
///
/// # Errors
/// Only the database's.
pub async fn list_all(store: &Store, filters: Filters, page: Page) -> Result<(Vec<Address>, i64), Error> {
    let indexed = filters.choices("id").is_some() || filters.choices("customer_id").is_some();
    let scanned = scanned(store, "addresses", &filters, &page, false, indexed).await?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, total) = page_of(turn, "addresses", &filters, &page, scanned.as_ref()).await?;
                Ok((Address::all(turn, &rows).await?, total))
            })
        })
        .await
}

/// The addresses of these customers, of each customer in the order of their ids.
pub(in crate::model) async fn of_customers(
    turn: &mut Turn,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<Address>>, Error> {
    let mut sql =
        QueryBuilder::new("select * from addresses where customer_id in (select value from json_each(");
    sql.push_bind(serde_json::Value::from(ids).to_string()).push(")) order by id");
    let rows = sql.build().fetch_all(&mut turn.db).await?;
    let mut addresses: HashMap<i64, Vec<Address>> = HashMap::new();
    for address in Address::all(turn, &rows).await? {
        addresses.entry(address.customer_id).or_default().push(address);
    }
    Ok(addresses)
}

/// Changes the row of an address.
async fn change(turn: &mut Turn, customer_id: i64, id: i64, valid: &Valid) -> Result<Address, Error> {
    let own = own_columns(customer_id, valid)?;
    // The customer in `own` keeps `set` from being empty.
    let mut sql = Columns::new(valid, &own).update("addresses");
    sql.push(" where id = ").push_bind(id).push(" and customer_id = ").push_bind(customer_id);
    let row = sql.push(" returning *").build().fetch_optional(&mut turn.db).await?;
    Address::one(turn, row).await
}

/// Runs a `delete from addresses where …`; gives how many there were.
async fn remove(turn: &mut Turn, mut delete: QueryBuilder<Sqlite>, now: i64) -> Result<usize, Error> {
    let gone = delete.push(" returning id, customer_id").build().fetch_all(&mut turn.db).await?;
    for row in &gone {
        changed(turn, Action::Deleted, row.try_get("id")?, row.try_get("customer_id")?, now);
    }
    Ok(gone.len())
}

/// Whether a change names more than which address it is of. If not, nobody is told of it.
fn says_something(valid: &Valid) -> bool {
    valid.iter().any(|(field, _)| !matches!(field.name, "id" | "customer_id"))
}

/// What follows from a change of an address.
fn changed(turn: &mut Turn, action: Action, id: i64, customer_id: i64, now: i64) {
    turn.record(Event::of_address(action, id, customer_id, now));
    turn.change(Change::Addresses(customer_id));
}

/// Makes an address as V2 and seeds do.
pub(in crate::model) async fn insert(
    turn: &mut Turn,
    customer_id: i64,
    valid: &Valid,
) -> Result<Address, Error> {
    is_own(customer_id, valid)?;
    insert_row(turn, customer_id, valid).await
}

/// The customer of an address is said by the path, and can only be said again.
fn is_own(customer_id: i64, valid: &Valid) -> Result<(), Problem> {
    match valid.int("customer_id") {
        Some(id) if id != customer_id => Err(Problem::new("customer_id", What::NoSuch)),
        _ => Ok(()),
    }
}

async fn insert_row(turn: &mut Turn, customer_id: i64, valid: &Valid) -> Result<Address, Error> {
    let own = own_columns(customer_id, valid)?;
    let row = Columns::new(valid, &own).insert("addresses").build().fetch_one(&mut turn.db).await?;
    Address::one(turn, Some(row)).await
}

/// Checks the rules across fields, and makes the columns that follow from others.
fn own_columns(customer_id: i64, valid: &Valid) -> Result<Vec<(&'static str, Value)>, Error> {
    let mut own = vec![("customer_id", Value::Int(customer_id))];
    if let Some(name) = valid.text("country") {
        let country = countries::named(name).ok_or(Problem::new("country", What::NoSuch))?;
        // Only a seed can say both.
        if valid.text("country_iso2").is_some_and(|code| code != country.code) {
            return Err(Problem::new("country_iso2", What::Unfit).into());
        }
        own.push(("country", Value::Text(country.name.to_owned())));
        own.push(("country_iso2", Value::Text(country.code.to_owned())));
    } else if let Some(code) = valid.text("country_iso2") {
        let country = countries::coded(code).ok_or(Problem::new("country_iso2", What::NoSuch))?;
        own.push(("country", Value::Text(country.name.to_owned())));
    }
    Ok(own)
}
