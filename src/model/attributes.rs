//! Attributes: what a store's apps note down about customers. The values are in `attribute_values.rs`.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::engine::memory::{Change, Memory};
use super::lists::page_of;
use super::page::Page;
pub use super::rows::Type;
use super::rows::types;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::V3;
use crate::fields::Op::{Is, Like, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{Field, Value, date, int, one_of, text};
use crate::model::engine::{Store, Turn};

/// The most attributes of a store.
pub const MAX: usize = 50;

/// Every field of an attribute.
pub const FIELDS: &[Field] = &[
    int("id").key(),
    text("name").required().len(1, 255).filter(V3, &[Is, Like]),
    one_of("type", &["string", "number", "date"]).required().filter(V3, &[Is]),
    date("date_created").ignored_in_v3().filter(V3, &[Is, Min, Max]),
    date("date_modified").ignored_in_v3().filter(V3, &[Is, Min, Max]),
];

/// A stored attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Attribute {
    pub id: i64,
    pub name: String,
    pub r#type: String,
    pub date_created: i64,
    pub date_modified: i64,
}

impl Attribute {
    fn from_row(row: &SqliteRow) -> Result<Attribute, sqlx::Error> {
        Ok(Attribute {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            r#type: row.try_get("type")?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
        })
    }
}

/// The matching attributes of one page, lowest ids first, and how many match in all.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store, filters: Filters, page: Page) -> Result<(Vec<Attribute>, i64), Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, total) = page_of(turn, "attributes", &filters, &page, None).await?;
                Ok((rows.iter().map(Attribute::from_row).collect::<Result<_, _>>()?, total))
            })
        })
        .await
}

/// Checks what can be checked of new attributes before there is a store to put them in.
///
/// # Errors
/// [`Error::Item`]: the first that is one too many, or has the name of one before it.
pub fn check_all(store: &Store, valids: &[Valid]) -> Result<(), Error> {
    store.memory(|memory| check_batch(memory, valids))
}

fn check_batch(memory: &Memory, valids: &[Valid]) -> Result<(), Error> {
    let name = |valid: &Valid| valid.text("name").unwrap_or_default().to_ascii_lowercase();
    for (index, valid) in valids.iter().enumerate() {
        if memory.count_attributes() + index >= MAX {
            let full = Problem::new("attributes", What::Entries { min: 0, max: MAX });
            return Err(Error::from(full).in_item(index));
        }
        if valids[..index].iter().any(|other| name(other) == name(valid)) {
            return Err(Error::from(taken(valid)).in_item(index));
        }
    }
    Ok(())
}

/// Makes the attributes of a batch, all of them or none.
///
/// # Errors
/// [`Error::Item`]: the first that is one too many, or whose name is taken.
pub async fn create_all(store: &Store, valids: Vec<Valid>) -> Result<Vec<Attribute>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| check_batch(memory, &valids))?;
                let mut made = Vec::with_capacity(valids.len());
                for (index, valid) in valids.iter().enumerate() {
                    let attribute = insert(&mut turn.db, valid, now).await;
                    made.push(attribute.map_err(|error| error.in_item(index))?);
                }
                publish(turn).await?;
                Ok(made)
            })
        })
        .await
}

/// Makes an attribute; a seed may give its id and dates.
pub(super) async fn insert(db: &mut SqliteConnection, valid: &Valid, now: i64) -> Result<Attribute, Error> {
    let created = valid.int("date_created").unwrap_or(now);
    let modified = valid.int("date_modified").unwrap_or(created);
    let own = [("date_created", Value::Int(created)), ("date_modified", Value::Int(modified))];
    let row = Columns::new(valid, &own).insert("attributes").build().fetch_one(db).await;
    Ok(Attribute::from_row(&row.map_err(|error| refusal(error, valid))?)?)
}

/// Changes the attributes of a batch, all of them or none. An item that says nothing changes nothing.
///
/// # Errors
/// [`Error::Item`]: the first that does not exist, has another type, or whose name is taken.
pub async fn update_all(store: &Store, valids: Vec<Valid>) -> Result<Vec<Attribute>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                for (index, valid) in valids.iter().enumerate() {
                    let checked = turn.memory(|memory| check_update(memory, valid));
                    checked.map_err(|problem| Error::from(problem).in_item(index))?;
                }
                let mut changed = Vec::with_capacity(valids.len());
                for (index, valid) in valids.iter().enumerate() {
                    let attribute = change(&mut turn.db, valid, now).await;
                    changed.push(attribute.map_err(|error| error.in_item(index))?);
                }
                Ok(changed)
            })
        })
        .await
}

fn check_update(memory: &Memory, valid: &Valid) -> Result<(), Problem> {
    let id = valid.int("id").unwrap_or_default();
    let kind = memory.attribute(id).ok_or(Problem::new("id", What::NoSuch))?;
    // Documented: the type never changes. Assumed: saying again what it is does no harm.
    match valid.text("type") {
        Some(name) if Type::of(name) != kind => Err(Problem::new("type", What::ReadOnly)),
        _ => Ok(()),
    }
}

async fn change(db: &mut SqliteConnection, valid: &Valid, now: i64) -> Result<Attribute, Error> {
    let id = valid.int("id").unwrap_or_default();
    let row = if valid.text("name").is_none() {
        sqlx::query("select * from attributes where id = ?").bind(id).fetch_one(db).await
    } else {
        let own = [("date_modified", Value::Int(now))];
        let mut sql = Columns::new(valid, &own).update("attributes");
        sql.push(" where id = ").push_bind(id).push(" returning *").build().fetch_one(db).await
    };
    Ok(Attribute::from_row(&row.map_err(|error| refusal(error, valid))?)?)
}

/// Deletes attributes, and the values that customers have of them. Those that do not exist are passed over.
///
/// # Errors
/// Only the database's.
pub async fn delete_all(store: &Store, ids: Vec<i64>) -> Result<(), Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut sql =
                    QueryBuilder::new("delete from attributes where id in (select value from json_each(");
                sql.push_bind(serde_json::Value::from(ids).to_string()).push("))");
                sql.build().execute(&mut turn.db).await?;
                publish(turn).await
            })
        })
        .await
}

/// Shows reads which attributes there are now.
async fn publish(turn: &mut Turn) -> Result<(), Error> {
    let types = types(&mut turn.db).await?;
    turn.change(Change::Attributes(types));
    Ok(())
}

fn taken(valid: &Valid) -> Problem {
    Problem::new("name", What::Taken { value: valid.text("name").unwrap_or_default().to_owned() })
}

/// What a refused row means: the name, or the id that a seed pinned, is another's.
fn refusal(error: sqlx::Error, valid: &Valid) -> Error {
    match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() && refused.message().ends_with("attributes.id") => {
            let value = valid.int("id").unwrap_or_default().to_string();
            Problem::new("id", What::Taken { value }).into()
        }
        Some(refused) if refused.is_unique_violation() => taken(valid).into(),
        _ => error.into(),
    }
}
