//! Attributes of customers, and the values that customers have of them.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::memory::Memory;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::V3;
use crate::fields::Op::{In, Is, Like, Max, Min};
use crate::fields::{Field, Kind, date, int, one_of, text, values};
use crate::store::Turn;

/// Every field of an attribute.
pub const FIELDS: &[Field] = &[
    int("id").key(),
    text("name").required().len(1, 255).filter(V3, &[Is, Like]),
    one_of("type", &["string", "number", "date"]).required().filter(V3, &[Is]),
    date("date_created").ignored_in_v3().filter(V3, &[Is, Min, Max]),
    date("date_modified").ignored_in_v3().filter(V3, &[Is, Min, Max]),
];

/// Every field of an attribute's value.
pub const VALUE: &[Field] = &[
    int("id").ignored_in_v3().filter(V3, &[In]),
    int("customer_id").required().filter(V3, &[In]),
    int("attribute_id").required().filter(V3, &[In]),
    // Observed: `value` in, `attribute_value` out.
    text("attribute_value").named_v3("value").max(255),
    date("date_created").ignored_in_v3().filter(V3, &[Is, Min, Max]),
    date("date_modified").ignored_in_v3().filter(V3, &[Is, Min, Max]),
    text("name")
        .computed_by("(select name from attributes where attributes.id = attribute_id)")
        .ignored_in_v3()
        .filter(V3, &[Is]),
];

/// The fields of a value inside of a new customer.
pub const OF_CUSTOMER: &[Field] =
    &[int("attribute_id").required(), text("attribute_value").required().max(255)];

/// What the values of an attribute are. All of them are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    String,
    /// A decimal number.
    Number,
    /// A day: `2024-05-06`.
    Date,
}

impl Type {
    fn of(name: &str) -> Type {
        match name {
            "number" => Type::Number,
            "date" => Type::Date,
            _ => Type::String,
        }
    }
}

/// The value that a customer has of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of VALUE")]
pub struct AttributeValue {
    pub id: i64,
    pub customer_id: i64,
    pub attribute_id: i64,
    pub attribute_value: String,
    pub date_created: i64,
    pub date_modified: i64,
}

impl AttributeValue {
    pub(super) fn from_row(row: &SqliteRow) -> Result<AttributeValue, sqlx::Error> {
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

/// Whether there is such an attribute and the value suits it.
pub(super) fn suits(memory: &Memory, attribute_id: i64, value: &str) -> Result<(), Problem> {
    let Some(kind) = memory.attribute(attribute_id) else {
        return Err(Problem::new("attribute_id", What::NoSuch));
    };
    let malformed =
        |kind| Err(Problem::new("attribute_value", What::Malformed { kind, value: value.to_owned() }));
    match kind {
        Type::Number if !values::is_number(value) => malformed(Kind::Money),
        Type::Date if !values::is_day(value) => malformed(Kind::Date),
        Type::String | Type::Number | Type::Date => Ok(()),
    }
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

/// The attributes there are, and what their values are.
pub(super) async fn types(db: &mut SqliteConnection) -> Result<HashMap<i64, Type>, sqlx::Error> {
    let rows = sqlx::query("select id, type from attributes").persistent(false).fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, Type::of(row.try_get("type")?)))).collect()
}
