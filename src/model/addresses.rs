//! Addresses of customers: the fields, the table and the rules across fields and rows.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::events::{Action, Event};
use super::form_fields::{self, Answer, Answers, Owner};
use super::memory::{Change, Memory};
use super::{Page, countries, customers, page_of};
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::{V2, V3};
use crate::fields::Op::In;
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{Field, Need, Value, computed, int, list as objects, one_of, text};
use crate::store::{Store, Turn};

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
        .required_in(V3, Need::OnItsOwn)
        .len(1, 100)
        .len_in(V3, 0, 100)
        .named_v3("state_or_province"),
    text("zip")
        .required()
        .required_in(V3, Need::OnItsOwn)
        .len(1, 30)
        .len_in(V3, 0, 30)
        .named_v3("postal_code"),
    // V2 writes the name, V3 the code.
    text("country").required().required_in(V3, Need::Optional).ignored_in_v3(),
    text("country_iso2").read_only_in(V2).required_in(V3, Need::Required).named_v3("country_code"),
    text("phone").required().len(1, 50).required_in(V3, Need::Optional).len_in(V3, 0, 50),
    one_of("address_type", &["residential", "commercial"]),
    computed("form_fields").only(V2),
    objects("form_fields", form_fields::ANSWER).only(V3),
    text("name").computed_by("(first_name || ' ' || last_name)").only(V3).ignored_in_v3().filter(V3, &[In]),
];

/// What makes an address the same as another one of the same customer, as V3 sees it.
const IDENTITY: [&str; 11] = [
    "first_name",
    "last_name",
    "company",
    "phone",
    "address_type",
    "street_1",
    "street_2",
    "city",
    "country_iso2",
    "state",
    "zip",
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
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| customers::is_there(memory, customer_id))?;
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
                changed(turn, Action::Updated, id, customer_id, now);
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
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, total) = page_of(turn, "addresses", &filters, &page).await?;
                Ok((Address::all(turn, &rows).await?, total))
            })
        })
        .await
}

/// Makes the addresses of a batch, all of them or none. Those that are there already are left out of what it gives.
///
/// # Errors
/// [`Error::Item`]: the first with a customer, country or form field that does not exist.
pub async fn create_batch(store: &Store, valids: Vec<Valid>) -> Result<Vec<Address>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| check_batch(memory, &valids))?;
                let mut made = Vec::new();
                for valid in &valids {
                    let customer_id = valid.int("customer_id").unwrap_or_default();
                    made.extend(insert_unless_there(turn, customer_id, valid, now).await?);
                }
                Ok(made)
            })
        })
        .await
}

fn check_batch(memory: &Memory, valids: &[Valid]) -> Result<(), Error> {
    for (index, valid) in valids.iter().enumerate() {
        let customer_id = valid.int("customer_id").unwrap_or_default();
        let customer = customers::is_there(memory, customer_id);
        let customer = customer.map_err(|_| Problem::new("customer_id", What::NoSuch));
        let checked = customer.and_then(|()| check(memory, valid));
        checked.map_err(|problem| Error::from(problem).in_item(index))?;
    }
    Ok(())
}

/// Whether what an address of V3 refers to is there.
pub(super) fn check(memory: &Memory, valid: &Valid) -> Result<(), Problem> {
    match valid.text("country_iso2") {
        Some(code) if countries::coded(code).is_none() => Err(Problem::new("country_code", What::NoSuch)),
        _ => form_fields::fit(memory.address_fields(), valid),
    }
}

/// Changes the addresses of a batch, all of them or none. One that would become another one of its customer stays
/// as it is, and is left out of what it gives.
///
/// # Errors
/// [`Error::Item`]: the first that does not exist, or with a country or form field that does not.
pub async fn update_batch(store: &Store, valids: Vec<Valid>) -> Result<Vec<Address>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut owners = Vec::with_capacity(valids.len());
                for (index, valid) in valids.iter().enumerate() {
                    let owner = check_update(turn, valid).await.map_err(|error| error.in_item(index))?;
                    owners.push(owner);
                }
                let mut updated = Vec::new();
                for (valid, customer_id) in valids.iter().zip(owners) {
                    let id = valid.int("id").unwrap_or_default();
                    if has_twin(turn, customer_id, Some(id), valid).await? {
                        continue;
                    }
                    answer(turn, id, valid).await?;
                    updated.push(change(turn, customer_id, id, valid).await?);
                    changed(turn, Action::Updated, id, customer_id, now);
                }
                Ok(updated)
            })
        })
        .await
}

/// Whose address it is, if there is nothing wrong with the change.
async fn check_update(turn: &mut Turn, valid: &Valid) -> Result<i64, Error> {
    let owner = sqlx::query_scalar("select customer_id from addresses where id = ?").bind(valid.int("id"));
    let owner: Option<i64> = owner.fetch_optional(&mut turn.db).await?;
    let owner = owner.ok_or(Problem::new("id", What::NoSuch))?;
    // Assumed: an address can not be given to another customer.
    is_own(owner, valid)?;
    turn.memory(|memory| check(memory, valid))?;
    Ok(owner)
}

/// Deletes addresses. Those that do not exist are passed over.
///
/// # Errors
/// Only the database's.
pub async fn delete_batch(store: &Store, ids: Vec<i64>) -> Result<(), Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut sql =
                    QueryBuilder::new("delete from addresses where id in (select value from json_each(");
                sql.push_bind(serde_json::Value::from(ids).to_string()).push("))");
                remove(turn, sql, now).await?;
                Ok(())
            })
        })
        .await
}

/// The addresses of these customers, of each customer in the order of their ids.
pub(super) async fn of_customers(turn: &mut Turn, ids: &[i64]) -> Result<HashMap<i64, Vec<Address>>, Error> {
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

/// Makes an address, unless the customer has the same one already.
pub(super) async fn insert_unless_there(
    turn: &mut Turn,
    customer_id: i64,
    valid: &Valid,
    now: i64,
) -> Result<Option<Address>, Error> {
    if has_twin(turn, customer_id, None, valid).await? {
        return Ok(None);
    }
    let mut address = insert_row(turn, customer_id, valid).await?;
    changed(turn, Action::Created, address.id, customer_id, now);
    if valid.list("form_fields").is_some() {
        answer(turn, address.id, valid).await?;
        let row = sqlx::query("select * from addresses where id = ?").bind(address.id);
        let row = row.fetch_optional(&mut turn.db).await?;
        address = Address::one(turn, row).await?;
    }
    Ok(Some(address))
}

/// Whether the customer has another address that is the same as this one is, or would be.
async fn has_twin(turn: &mut Turn, customer_id: i64, id: Option<i64>, valid: &Valid) -> Result<bool, Error> {
    let mut current = None;
    if let Some(id) = id {
        let row = sqlx::query("select * from addresses where id = ?").bind(id);
        current = row.fetch_optional(&mut turn.db).await?;
    }
    let mut sql = QueryBuilder::new("select exists (select 1 from addresses where customer_id = ");
    sql.push_bind(customer_id).push(" and id <> ").push_bind(id.unwrap_or(0));
    for name in IDENTITY {
        let value = match (valid.text(name), &current) {
            (Some(value), _) => value.to_owned(),
            (None, Some(row)) => row.try_get(name)?,
            (None, None) if name == "address_type" => "residential".to_owned(),
            (None, None) => String::new(),
        };
        sql.push(" and ").push(name).push(" = ").push_bind(value);
    }
    Ok(sql.push(")").build_query_scalar().fetch_one(&mut turn.db).await?)
}

/// Answers the form fields that a write names.
async fn answer(turn: &mut Turn, id: i64, valid: &Valid) -> Result<(), Error> {
    for answer in turn.memory(|memory| form_fields::answers_in(memory.address_fields(), valid)) {
        form_fields::set(&mut turn.db, Owner::Address, id, &answer).await?;
    }
    Ok(())
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

/// What follows from a change of an address.
fn changed(turn: &mut Turn, action: Action, id: i64, customer_id: i64, now: i64) {
    turn.record(Event::of_address(action, id, customer_id, now));
    turn.change(Change::Addresses(customer_id));
}

/// Makes an address as V2 and seeds do.
pub(super) async fn insert(turn: &mut Turn, customer_id: i64, valid: &Valid) -> Result<Address, Error> {
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
