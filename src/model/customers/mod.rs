//! Customers: the fields, the stored row, and what is read of them. What changes them is in `write.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _};

use super::addresses::{self, Address};
use super::attribute_values::{self, AttributeValue};
use super::form_fields::{self, Answer, Answers, Owner};
use super::memory::{Change, Known, Memory, Row};
use super::{Cursor, Page, Start};
use crate::error::Error;
use crate::fields::Dialect::{V2, V3};
use crate::fields::Op::{In, Is, Like, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::{
    self, Field, Value, computed, date, email, int, ints, list as objects, money, object, password, text,
};
use crate::store::{Store, Turn};

mod batch;
mod delete;
mod write;

pub use batch::{Created, check_all, create_all, delete_all, update_all};
pub use delete::{delete, delete_matching};
pub(crate) use write::insert_all;
pub use write::{New, check, create, update};
pub(in crate::model) use write::{Referable, load, push_insert};

/// Every field of a customer: in the order of V2's answers, then what V3 alone has.
pub const FIELDS: &[Field] = &[
    int("id").key().filter(V2, &[Min, Max]).filter(V3, &[In]),
    text("company").max(255).filter(V2, &[Is]).filter(V3, &[In]),
    text("first_name").required().len(1, 100).filter(V2, &[Is]),
    text("last_name").required().len(1, 100).filter(V2, &[Is]),
    // Documented: an update through V3 may be five characters longer than a create; see `batch.rs`.
    email("email").required().len(3, 250).len_in(V3, 3, 255).filter(V2, &[Is]).filter(V3, &[In]),
    text("phone").max(50).filter(V2, &[Is]).filter(V3, &[In]),
    computed("form_fields").only(V2),
    date("date_created").read_only().filter(V2, &[Min, Max]).filter(V3, &[Is, Min, Max]),
    date("date_modified").read_only().filter(V2, &[Min, Max]).filter(V3, &[Is, Min, Max]),
    money("store_credit").only(V2).filter(V2, &[Is]),
    text("registration_ip_address").max(45).create_only_in_v3().filter(V3, &[In]),
    int("customer_group_id").filter(V2, &[Is]).filter(V3, &[In]),
    text("notes").max(65_536),
    text("tax_exempt_category").max(255).filter(V2, &[Is]),
    fields::bool("reset_pass_on_login").only(V2),
    fields::bool("accepts_marketing")
        .read_only_in(V2)
        .named_v3("accepts_product_review_abandoned_cart_emails"),
    computed("addresses").only(V2),
    object("_authentication", AUTHENTICATION).named_v3("authentication"),
    objects("store_credit_amounts", AMOUNT).max(1).only(V3),
    int("origin_channel_id").only(V3).create_only_in_v3(),
    // Documented: null is access to every channel, an empty list is refused.
    ints("channel_ids").len(1, usize::MAX).nullable().only(V3),
    objects("addresses", addresses::FIELDS).max(10).only(V3).create_only_in_v3(),
    objects("attributes", attribute_values::OF_CUSTOMER).max(10).only(V3).create_only_in_v3(),
    objects("form_fields", form_fields::ANSWER).only(V3),
    // Accepted; nobody is notified.
    fields::bool("trigger_account_created_notification").unstored().only(V3),
    text("name")
        .computed_by("(first_name || ' ' || last_name)")
        .only(V3)
        .ignored_in_v3()
        .filter(V3, &[In, Like]),
];

/// The fields of `_authentication`, V3's `authentication`.
pub const AUTHENTICATION: &[Field] = &[
    password("password").named_v3("new_password"),
    text("password_confirmation").only(V2),
    fields::bool("force_reset").named_v3("force_password_reset"),
];

/// The fields of each of `store_credit_amounts`.
pub const AMOUNT: &[Field] = &[money("amount").required()];

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
    pub origin_channel_id: i64,
    /// `None`: all that allow global logins.
    pub channel_ids: Option<Vec<i64>>,
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
            origin_channel_id: row.try_get("origin_channel_id")?,
            channel_ids: row.try_get::<Option<&str>, _>("channel_ids")?.map(read_channels).transpose()?,
        })
    }
}

/// Reads the column of channels.
pub(in crate::model) fn read_channels(json: &str) -> Result<Vec<i64>, sqlx::Error> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// What is to be told of a list besides the customers themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each can be asked for without the others")]
pub struct Extras {
    /// Their addresses.
    pub addresses: bool,
    /// The form fields of their addresses.
    pub address_fields: bool,
    /// Their attributes.
    pub attributes: bool,
    /// How many match in all.
    pub total: bool,
    /// Whether there are rows before and after.
    pub neighbours: bool,
}

/// A customer of a list, with what else was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The customer.
    pub row: &'a Row,
    /// Its addresses, if they were asked for.
    pub addresses: Option<&'a [Address]>,
    /// Its attributes, if they were asked for.
    pub attributes: Option<&'a [AttributeValue]>,
}

/// What a list is part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// How many match in all, if that was asked for.
    pub total: i64,
    /// The places of the first and the last customer shown, unless there are none.
    pub ends: Option<(Cursor, Cursor)>,
    /// Whether there are rows before the first one; only if that was asked for.
    pub has_before: bool,
    /// Whether there are rows after the last one; only if that was asked for.
    pub has_after: bool,
}

/// Shows the matching customers of one page, in its order. It takes a fixed number of statements, none at all when
/// everything is in memory.
///
/// # Errors
/// Only the database's.
pub async fn list(
    store: &Store,
    filters: Filters,
    page: Page,
    extras: Extras,
    mut show: impl FnMut(Shown<'_>),
) -> Result<Around, Error> {
    if filters.is_empty() && page.is_by_id() && !extras.attributes && !extras.address_fields {
        // Shown while memory is looked at, so that no row has to be held on to.
        let shown = store.memory(|memory| {
            let ids = memory.page_ids(&page.with_one_more(extras.neighbours));
            let (ids, more) = page.cut(ids);
            let rows = memory.rows(&ids).ok()?;
            if extras.addresses && rows.iter().any(|row| row.addresses().is_none()) {
                return None;
            }
            let mut around = Around::of(&page, &rows, more);
            if let Some(beside) = around.beside(&page).filter(|_| extras.neighbours) {
                around.set_beside(&page, !memory.page_ids(&beside).is_empty());
            }
            for row in rows {
                let addresses = row.addresses().filter(|_| extras.addresses);
                show(Shown { row, addresses, attributes: None });
            }
            Some(Around { total: memory.count(), ..around })
        });
        if let Some(around) = shown {
            return Ok(around);
        }
    }
    let found = store.run::<_, Error>(move |turn| Box::pin(find(turn, filters, page, extras)));
    let (found, around) = found.await?;
    for (row, addresses, attributes) in &found {
        let addresses = addresses.as_deref().or(row.addresses()).filter(|_| extras.addresses);
        show(Shown { row, addresses, attributes: attributes.as_deref() });
    }
    Ok(around)
}

type Found = (Arc<Row>, Option<Vec<Address>>, Option<Vec<AttributeValue>>);

async fn find(
    turn: &mut Turn,
    filters: Filters,
    page: Page,
    extras: Extras,
) -> Result<(Vec<Found>, Around), Error> {
    let ids = find_ids(turn, &filters, &page.with_one_more(extras.neighbours)).await?;
    let (ids, more) = page.cut(ids);
    let mut rows = rows(turn, &ids).await?;
    let mut addresses = None;
    if extras.addresses && extras.address_fields {
        addresses = Some(addresses::of_customers(turn, &ids).await?);
    } else if extras.addresses && rows.iter().any(|row| row.addresses().is_none()) {
        let mut found = addresses::of_customers(turn, &ids).await?;
        for row in &mut rows {
            let own = found.remove(&row.id).unwrap_or_default();
            *row = Arc::new(row.with_addresses(Some(own.into())));
            turn.change(Change::Fetched(row.clone()));
        }
    }
    let mut attributes =
        if extras.attributes { Some(attribute_values::of_customers(turn, &ids).await?) } else { None };
    let mut around = Around::of(&page, &rows.iter().map(|row| &**row).collect::<Vec<_>>(), more);
    if let Some(beside) = around.beside(&page).filter(|_| extras.neighbours) {
        around.set_beside(&page, !find_ids(turn, &filters, &beside).await?.is_empty());
    }
    if extras.total {
        around.total = count_in(turn, &filters).await?;
    }
    let found = rows.into_iter().map(|row| {
        let addresses = addresses.as_mut().map(|found| found.remove(&row.id).unwrap_or_default());
        let attributes = attributes.as_mut().map(|found| found.remove(&row.id).unwrap_or_default());
        (row, addresses, attributes)
    });
    Ok((found.collect(), around))
}

async fn find_ids(turn: &mut Turn, filters: &Filters, page: &Page) -> Result<Vec<i64>, Error> {
    if filters.is_empty() && page.is_by_id() {
        return Ok(turn.memory(|memory| memory.page_ids(page)));
    }
    let mut sql = QueryBuilder::new("select id from customers");
    if page.is_by_id() && few_modified(turn, filters).await? {
        sql.push(" indexed by customers_modified");
    }
    filters.push_where(&mut sql);
    page.push(&mut sql, !filters.is_empty());
    Ok(sql.build_query_scalar().fetch_all(&mut turn.db).await?)
}

impl Around {
    /// Of a list without cursors only the number of rows matters.
    #[must_use]
    pub fn total(total: i64) -> Around {
        Around { total, ..Around::default() }
    }

    /// Where these rows of a page stand. `more` says whether there are rows beyond its limit.
    fn of(page: &Page, rows: &[&Row], more: bool) -> Around {
        let cursor = |row: &Row| Cursor { id: row.id, key: page.order.by.map(|field| key(row, field)) };
        let ends = rows.first().zip(rows.last()).map(|(first, last)| (cursor(first), cursor(last)));
        Around::between(page, ends, more)
    }

    /// Where the rows of a page stand, of which these are the ends.
    pub(in crate::model) fn between(page: &Page, ends: Option<(Cursor, Cursor)>, more: bool) -> Around {
        let (has_before, has_after) = match page.start {
            Start::Offset(offset) => (offset > 0 && ends.is_some(), more),
            Start::After(_) => (false, more),
            Start::Before(_) => (more, false),
        };
        Around { total: 0, ends, has_before, has_after }
    }

    /// The page of one row on the side that a cursor's page does not look at itself.
    pub(in crate::model) fn beside(&self, page: &Page) -> Option<Page> {
        let (first, last) = self.ends.as_ref()?;
        let start = match page.start {
            Start::Offset(_) => return None,
            Start::After(_) => Start::Before(first.clone()),
            Start::Before(_) => Start::After(last.clone()),
        };
        Some(Page { limit: 1, start, order: page.order })
    }

    pub(in crate::model) fn set_beside(&mut self, page: &Page, there: bool) {
        match page.start {
            Start::Before(_) => self.has_after = there,
            Start::After(_) | Start::Offset(_) => self.has_before = there,
        }
    }
}

/// What a customer has in a field that lists are ordered by.
fn key(customer: &Customer, field: &Field) -> Value {
    match field.name {
        "last_name" => Value::Text(customer.last_name.clone()),
        "date_created" => Value::Int(customer.date_created),
        _ => Value::Int(customer.date_modified),
    }
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
    store.run(move |turn| Box::pin(async move { count_in(turn, &filters).await })).await
}

async fn count_in(turn: &mut Turn, filters: &Filters) -> Result<i64, Error> {
    if filters.is_empty() {
        return Ok(turn.memory(Memory::count));
    }
    let mut sql = QueryBuilder::new("select count(*) from customers");
    filters.push_where(&mut sql);
    Ok(sql.build_query_scalar().fetch_one(&mut turn.db).await?)
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
pub(in crate::model) async fn rows(turn: &mut Turn, ids: &[i64]) -> Result<Vec<Arc<Row>>, Error> {
    let mut rows: HashMap<i64, Arc<Row>> = HashMap::with_capacity(ids.len());
    turn.memory(|memory| {
        for id in ids {
            if let Known::Row(row) = memory.customer(*id) {
                rows.insert(*id, row);
            }
        }
    });
    let missing: Vec<i64> = ids.iter().filter(|id| !rows.contains_key(id)).copied().collect();
    if !missing.is_empty() {
        let query = "select * from customers where id in (select value from json_each(?))";
        let list = serde_json::Value::from(missing).to_string();
        let found = sqlx::query(query).bind(list).fetch_all(&mut turn.db).await?;
        for row in rows_of(turn, &found).await? {
            turn.change(Change::Fetched(row.clone()));
            rows.insert(row.id, row);
        }
    }
    Ok(ids.iter().filter_map(|id| rows.get(id).cloned()).collect())
}

/// Shows reads these customers, whose form fields have changed, as they are now.
pub(in crate::model) async fn reload(turn: &mut Turn, ids: Vec<i64>) -> Result<(), Error> {
    let query = sqlx::query("select * from customers where id in (select value from json_each(?))");
    let found = query.bind(serde_json::Value::from(ids).to_string()).fetch_all(&mut turn.db).await?;
    for row in rows_of(turn, &found).await? {
        turn.change(Change::Put(row));
    }
    Ok(())
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
