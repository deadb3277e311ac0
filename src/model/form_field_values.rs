//! The answers to form fields as a list of their own, of customers and addresses alike. One that was never given is
//! not in it.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::customers;
use super::engine::is_there;
use super::engine::memory::{Change, Memory};
use super::form_fields::{self, Answer, Owner, TYPES, Type};
use super::lists::{scanned, walk};
use super::page::Page;
use super::page::PageInfo;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::V3;
use crate::fields::Op::Is;
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::{Field, answer, int, one_of, text};
use crate::model::engine::{Store, Turn};

/// Every field of an answer.
pub const FIELDS: &[Field] = &[
    text("name").required().unstored(),
    answer("value").required(),
    int("customer_id").filter(V3, &[Is]),
    int("address_id").filter(V3, &[Is]),
    text("field_name").computed_by("field_name collate nocase").ignored_in_v3().filter(V3, &[Is]),
    one_of("field_type", TYPES).unstored().ignored_in_v3().filter(V3, &[Is]),
];

/// The answers with what is known of their fields. The ids are those of SQLite's own, which an update keeps.
const TABLE: &str = "(select value.rowid as id, field.name as field_name, field.type as field_type, \
                     value.customer_id, value.address_id, value.value \
                     from form_field_values value join form_fields field on field.id = value.form_field_id)";

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFieldValue {
    /// A customer or an address, and its id.
    pub owner: (Owner, i64),
    /// The answer.
    pub answer: Answer,
}

impl FormFieldValue {
    fn from_row(row: &SqliteRow) -> Result<FormFieldValue, sqlx::Error> {
        let owner = match row.try_get("customer_id")? {
            Some(id) => (Owner::Customer, id),
            None => (Owner::Address, row.try_get("address_id")?),
        };
        let kind = Type::named(row.try_get("field_type")?);
        let answer = Answer { name: row.try_get("field_name")?, kind, value: row.try_get("value")? };
        Ok(FormFieldValue { owner, answer })
    }
}

/// The matching answers of one page, in the order in which they were first given, and where the page stands.
/// `neighbours`: whether there are answers before and after is to be told.
///
/// # Errors
/// Only the database's.
pub async fn list(
    store: &Store,
    filters: Filters,
    page: Page,
    neighbours: bool,
) -> Result<(Vec<FormFieldValue>, PageInfo), Error> {
    let indexed = filters.choices("customer_id").is_some() || filters.choices("address_id").is_some();
    let scanned = scanned(store, TABLE, &filters, &page, neighbours, indexed).await?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, around) = walk(turn, TABLE, &filters, &page, neighbours, scanned.as_ref()).await?;
                let values = rows.iter().map(FormFieldValue::from_row);
                Ok((values.collect::<Result<_, sqlx::Error>>()?, around))
            })
        })
        .await
}

/// Sets answers, all of a batch or none, whether there were some before or not.
///
/// # Errors
/// [`Error::Item`]: the first that is nobody's or two's, whose owner or form field does not exist, or with a value that
/// the form field does not take.
pub async fn upsert_all(store: &Store, valids: Vec<Valid>) -> Result<Vec<FormFieldValue>, Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut values = Vec::with_capacity(valids.len());
                let mut customers = Vec::new();
                for (index, valid) in valids.iter().enumerate() {
                    let read = read(turn, valid).await.map_err(|error| error.in_item(index));
                    let (value, of_address) = read?;
                    match of_address {
                        Some(customer_id) => turn.change(Change::Addresses(customer_id)),
                        None => customers.push(value.owner.1),
                    }
                    values.push(value);
                }
                for FormFieldValue { owner: (owner, id), answer } in &values {
                    form_fields::set(&mut turn.db, *owner, *id, answer).await?;
                }
                // Assumed: their `date_modified` stays, and no event tells of it.
                if !customers.is_empty() {
                    customers::reload(turn, customers).await?;
                }
                Ok(values)
            })
        })
        .await
}

/// What an item answers and, if for an address, whose address it is.
async fn read(turn: &mut Turn, valid: &Valid) -> Result<(FormFieldValue, Option<i64>), Error> {
    let refuse = |at: &'static str, what| Error::from(Problem::new(at, what));
    let (owner, of_address) = match (valid.int("customer_id"), valid.int("address_id")) {
        (Some(id), None) => {
            let there = turn.memory(|memory| is_there(memory, id));
            there.map_err(|_| refuse("customer_id", What::NoSuch))?;
            ((Owner::Customer, id), None)
        }
        (None, Some(id)) => {
            let customer = sqlx::query_scalar("select customer_id from addresses where id = ?").bind(id);
            let customer: Option<i64> = customer.fetch_optional(&mut turn.db).await?;
            ((Owner::Address, id), Some(customer.ok_or_else(|| refuse("address_id", What::NoSuch))?))
        }
        (Some(_), Some(_)) => return Err(refuse("address_id", What::Unfit)),
        (None, None) => return Err(refuse("customer_id", What::Missing)),
    };
    let fields = |memory: &Memory| match owner.0 {
        Owner::Customer => form_fields::answer_in(memory.customer_fields(), valid),
        Owner::Address => form_fields::answer_in(memory.address_fields(), valid),
    };
    Ok((FormFieldValue { owner, answer: turn.memory(fields)? }, of_address))
}
