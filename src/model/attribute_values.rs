//! The values that customers have of attributes. A change of one is none of its customer.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::attributes::Type;
use super::engine::is_there;
use super::engine::memory::Memory;
use super::lists::{page_of, scanned};
use super::page::Page;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::V3;
use crate::fields::Op::{In, Is, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::{Field, date, int, text};
use crate::model::engine::{Store, Turn};

/// Every field of an attribute's value.
pub const FIELDS: &[Field] = &[
    int("id").ignored_in_v3(),
    int("customer_id").required().filter(V3, &[In]),
    int("attribute_id").required().filter(V3, &[In]),
    // Observed: `value` in, `attribute_value` out.
    text("attribute_value").named_v3("value").max(255),
    date("date_created").ignored_in_v3().filter(V3, &[Is, Min, Max]),
    date("date_modified").ignored_in_v3().filter(V3, &[Is, Min, Max]),
    text("name")
        .computed_by("(select name from attributes where attributes.id = attribute_id) collate nocase")
        .ignored_in_v3()
        .filter(V3, &[Is]),
];

const TABLE: &str = "attribute_values";

/// The fields of a value inside of a new customer.
pub const OF_CUSTOMER: &[Field] =
    &[int("attribute_id").required(), text("attribute_value").required().max(255)];

/// The value that a customer has of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct AttributeValue {
    pub id: i64,
    pub customer_id: i64,
    pub attribute_id: i64,
    pub attribute_value: String,
    pub date_created: i64,
    pub date_modified: i64,
}

impl AttributeValue {
    fn from_row(row: &SqliteRow) -> Result<AttributeValue, sqlx::Error> {
        Ok(AttributeValue {
            id: row.try_get("id")?,
            customer_id: row.try_get("customer_id")?,
            attribute_id: row.try_get("attribute_id")?,
            attribute_value: row.try_get("attribute_value")?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
        })
    }
}

/// The matching values of one page, lowest ids first, and how many match in all.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store, filters: Filters, page: Page) -> Result<(Vec<AttributeValue>, i64), Error> {
    let by_attribute = filters.lone() == Some("attribute_id") && filters.choices("attribute_id") == Some(1);
    let indexed = filters.choices("customer_id").is_some() || by_attribute;
    let scanned = scanned(store, TABLE, &filters, &page, false, indexed).await?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, total) = page_of(turn, TABLE, &filters, &page, scanned.as_ref()).await?;
                Ok((rows.iter().map(AttributeValue::from_row).collect::<Result<_, _>>()?, total))
            })
        })
        .await
}

/// Sets values, all of a batch or none, whether the customers had some before or not.
///
/// # Errors
/// [`Error::Item`]: the first without a value, with a customer or an attribute that does not exist, or with a value
/// that does not suit the attribute.
pub async fn upsert_all(store: &Store, valids: Vec<Valid>) -> Result<Vec<AttributeValue>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut set = Vec::with_capacity(valids.len());
                for (index, valid) in valids.iter().enumerate() {
                    let checked = turn.memory(|memory| check(memory, valid));
                    checked.map_err(|problem| Error::from(problem).in_item(index))?;
                }
                for valid in &valids {
                    let (customer_id, attribute_id, value) = parts(valid);
                    set.push(self::set(&mut turn.db, customer_id, attribute_id, value, now).await?);
                }
                Ok(set)
            })
        })
        .await
}

fn parts(valid: &Valid) -> (i64, i64, &str) {
    let id = |name| valid.int(name).unwrap_or_default();
    (id("customer_id"), id("attribute_id"), valid.text("attribute_value").unwrap_or_default())
}

fn check(memory: &Memory, valid: &Valid) -> Result<(), Problem> {
    let (customer_id, attribute_id, value) = parts(valid);
    if value.is_empty() {
        return Err(Problem::new("attribute_value", What::Missing));
    }
    is_there(memory, customer_id).map_err(|_| Problem::new("customer_id", What::NoSuch))?;
    suits(memory, attribute_id, value)
}

/// Whether there is such an attribute and the value suits it.
pub(super) fn suits(memory: &Memory, attribute_id: i64, value: &str) -> Result<(), Problem> {
    let kind = memory.attribute(attribute_id).ok_or(Problem::new("attribute_id", What::NoSuch))?;
    kind.takes(value).map_err(|what| Problem::new("attribute_value", what))
}

/// Deletes values. Those that do not exist are passed over.
///
/// # Errors
/// Only the database's.
pub async fn delete_all(store: &Store, ids: Vec<i64>) -> Result<(), Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let delete = "delete from attribute_values where id in (select value from json_each(?))";
                let ids = serde_json::Value::from(ids).to_string();
                sqlx::query(delete).bind(ids).execute(&mut turn.db).await?;
                Ok(())
            })
        })
        .await
}

/// Sets the value that a customer has of an attribute.
pub(super) async fn set(
    db: &mut SqliteConnection,
    customer_id: i64,
    attribute_id: i64,
    value: &str,
    now: i64,
) -> Result<AttributeValue, Error> {
    let upsert = "insert into attribute_values (customer_id, attribute_id, attribute_value, date_created, \
                  date_modified) values (?, ?, ?, ?, ?) on conflict (customer_id, attribute_id) do update set \
                  attribute_value = excluded.attribute_value, date_modified = excluded.date_modified returning *";
    let upsert = sqlx::query(upsert).bind(customer_id).bind(attribute_id).bind(value).bind(now).bind(now);
    Ok(AttributeValue::from_row(&upsert.fetch_one(db).await?)?)
}

/// A value in a seed: the name of the attribute, and what it is. Its id and dates may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words above say it")]
pub struct GivenValue {
    pub name: String,
    pub value: String,
    pub id: Option<i64>,
    pub date_created: Option<i64>,
    pub date_modified: Option<i64>,
}

/// Gives a customer of a seed a value, which it must not have yet, of the attribute of that name.
pub(super) async fn load(
    db: &mut SqliteConnection,
    customer_id: i64,
    given: &GivenValue,
    now: i64,
) -> Result<(), Error> {
    let GivenValue { name, value, id, date_created, date_modified } = given;
    let attribute = sqlx::query("select id, type from attributes where name = ?").bind(name);
    let attribute = attribute.fetch_optional(&mut *db).await?;
    let attribute = attribute.ok_or(Problem::new("name", What::NoSuch))?;
    Type::of(attribute.try_get("type")?).takes(value).map_err(|what| Problem::new("value", what))?;
    let attribute_id: i64 = attribute.try_get("id")?;
    let there = "select exists (select 1 from attribute_values where customer_id = ? and attribute_id = ?)";
    if sqlx::query_scalar(there).bind(customer_id).bind(attribute_id).fetch_one(&mut *db).await? {
        return Err(Problem::new("name", What::Taken { value: name.clone() }).into());
    }
    let created = date_created.unwrap_or(now);
    let insert = "insert into attribute_values (id, customer_id, attribute_id, attribute_value, date_created, \
                  date_modified) values (?, ?, ?, ?, ?, ?)";
    let insert = sqlx::query(insert).bind(id).bind(customer_id).bind(attribute_id).bind(value);
    let added = insert.bind(created).bind(date_modified.unwrap_or(created)).execute(db).await;
    added.map(|_| ()).map_err(|error| match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => {
            Problem::new("id", What::Taken { value: id.unwrap_or_default().to_string() }).into()
        }
        _ => error.into(),
    })
}

/// The values that these customers have, of each customer in the order of their ids.
pub(super) async fn of_customers(
    turn: &mut Turn,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<AttributeValue>>, Error> {
    let mut sql = QueryBuilder::new(
        "select * from attribute_values where customer_id in (select value from json_each(",
    );
    sql.push_bind(serde_json::Value::from(ids).to_string()).push(")) order by id");
    let mut values: HashMap<i64, Vec<AttributeValue>> = HashMap::new();
    for row in sql.build().fetch_all(&mut turn.db).await? {
        let value = AttributeValue::from_row(&row)?;
        values.entry(value.customer_id).or_default().push(value);
    }
    Ok(values)
}
