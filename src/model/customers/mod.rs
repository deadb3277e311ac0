//! Customers: the fields, the stored row, and what is read of them. What changes them is in `write.rs`.

use std::sync::Arc;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _};

use super::Page;
use super::form_fields::{Answer, Answers, Owner};
use super::memory::{Change, Known, Memory, Row};
use crate::error::Error;
use crate::fields::Op::{Is, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::{self, Field, computed, date, email, int, money, object, password, text};
use crate::store::{Store, Turn};

mod write;

pub(crate) use write::insert_all;
pub use write::{New, check, create, delete, delete_matching, update};
pub(in crate::model) use write::{insert_rows, load};

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
    pub form_fields: Option<Vec<Answer>>,
    pub date_created: i64,
    pub date_modified: i64,
    pub store_credit: i64,
    pub registration_ip_address: String,
    pub customer_group_id: i64,
    pub notes: String,
    pub tax_exempt_category: String,
    pub reset_pass_on_login: bool,
    pub accepts_marketing: bool,
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
            form_fields: None,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
            store_credit: row.try_get("store_credit")?,
            registration_ip_address: row.try_get("registration_ip_address")?,
            customer_group_id: row.try_get("customer_group_id")?,
            notes: row.try_get("notes")?,
            tax_exempt_category: row.try_get("tax_exempt_category")?,
            reset_pass_on_login: row.try_get("reset_pass_on_login")?,
            accepts_marketing: row.try_get("accepts_marketing")?,
        })
    }
}

/// Shows the matching customers of one page, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn list(
    store: &Store,
    filters: Filters,
    page: Page,
    mut show: impl FnMut(&Row),
) -> Result<(), Error> {
    if filters.is_empty() {
        // Shown while memory is looked at, so that no row has to be held on to.
        let shown = store.memory(|memory| memory.page(page).map(|rows| rows.into_iter().for_each(&mut show)));
        if shown.is_ok() {
            return Ok(());
        }
    }
    let found = store.run(move |turn| {
        Box::pin(async move {
            let ids: Vec<i64> = if filters.is_empty() {
                turn.memory(|memory| memory.page_ids(page))
            } else {
                let mut sql = QueryBuilder::new("select id from customers");
                if few_modified(turn, &filters).await? {
                    sql.push(" indexed by customers_modified");
                }
                filters.push_where(&mut sql);
                page.push(&mut sql);
                sql.build_query_scalar().fetch_all(&mut turn.db).await?
            };
            rows(turn, &ids).await
        })
    });
    let rows: Result<Vec<Arc<Row>>, Error> = found.await;
    rows?.iter().for_each(|row| show(row));
    Ok(())
}

/// Whether a filter by `date_modified` leaves so few rows that they are best found by it and sorted. SQLite, which
/// does not know how many it leaves, would walk all ids: right when many match, as the page is soon full then.
async fn few_modified(turn: &mut Turn, filters: &Filters) -> Result<bool, sqlx::Error> {
    const FEW: i64 = 5000;
    let by_date = filters.on("date_modified");
    if by_date.is_empty() || filters.has("email", Is) || filters.has("last_name", Is) {
        return Ok(false);
    }
    let mut sql =
        QueryBuilder::new("select count(*) from (select 1 from customers indexed by customers_modified");
    by_date.push_where(&mut sql);
    sql.push(" limit ").push_bind(FEW + 1).push(")");
    let found: i64 = sql.build_query_scalar().fetch_one(&mut turn.db).await?;
    Ok(found <= FEW)
}

/// One customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, id: i64) -> Result<Arc<Row>, Error> {
    match store.memory(|memory| memory.customer(id)) {
        Known::Row(row) => Ok(row),
        Known::Absent => Err(Error::NotFound),
        Known::There => {
            let rows =
                store.run::<_, Error>(move |turn| Box::pin(async move { rows(turn, &[id]).await })).await?;
            rows.into_iter().next().ok_or(Error::NotFound)
        }
    }
}

/// Whether there is such a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn exists(store: &Store, id: i64) -> Result<(), Error> {
    store.memory(|memory| is_there(memory, id))
}

pub(in crate::model) fn is_there(memory: &Memory, id: i64) -> Result<(), Error> {
    if matches!(memory.customer(id), Known::Absent) { Err(Error::NotFound) } else { Ok(()) }
}

/// How many customers match.
///
/// # Errors
/// Only the database's.
pub async fn count(store: &Store, filters: Filters) -> Result<i64, Error> {
    if filters.is_empty() {
        return Ok(store.memory(Memory::count));
    }
    store
        .run(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("select count(*) from customers");
                filters.push_where(&mut sql);
                Ok(sql.build_query_scalar().fetch_one(&mut turn.db).await?)
            })
        })
        .await
}

/// Whether the password is the customer's.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn has_password(store: &Store, id: i64, password: &str) -> Result<bool, Error> {
    let hash: Option<String> = store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query_scalar("select password_hash from customers where id = ?").bind(id);
                query.fetch_optional(&mut turn.db).await?.ok_or(Error::NotFound)
            })
        })
        .await?;
    Ok(store.passwords.verify(password.to_owned(), hash).await)
}

/// The rows of these customers, in this order: those in memory, the others fetched all at once.
async fn rows(turn: &mut Turn, ids: &[i64]) -> Result<Vec<Arc<Row>>, Error> {
    let known: Vec<Known> = turn.memory(|memory| ids.iter().map(|id| memory.customer(*id)).collect());
    let missing: Vec<i64> = known
        .iter()
        .zip(ids)
        .filter(|(known, _)| !matches!(known, Known::Row(_)))
        .map(|(_, id)| *id)
        .collect();
    let mut fetched = Vec::new().into_iter();
    if !missing.is_empty() {
        let query = "select * from customers where id in (select value from json_each(?)) order by id";
        let list = serde_json::Value::from(missing).to_string();
        let found = sqlx::query(query).bind(list).fetch_all(&mut turn.db).await?;
        let rows = rows_of(turn, &found).await?;
        for row in &rows {
            turn.change(Change::Fetched(row.clone()));
        }
        fetched = rows.into_iter();
    }
    let row = |known| match known {
        Known::Row(row) => Some(row),
        _ => fetched.next(),
    };
    Ok(known.into_iter().filter_map(row).collect())
}

/// What these rows of the table hold, with their form fields.
async fn rows_of(turn: &mut Turn, rows: &[SqliteRow]) -> Result<Vec<Arc<Row>>, Error> {
    let mut customers = rows.iter().map(Customer::from_row).collect::<Result<Vec<_>, _>>()?;
    if !turn.memory(|memory| memory.customer_fields().is_empty()) {
        let ids = customers.iter().map(|customer| customer.id);
        let mut answers = Answers::of(&mut turn.db, Owner::Customer, ids).await?;
        for customer in &mut customers {
            customer.form_fields = answers.take(customer.id);
        }
    }
    Ok(customers.into_iter().map(|customer| Arc::new(Row::new(customer))).collect())
}
