//! Lists and counts of customers: from memory, by one statement where an index finds them soon, and else slice by slice.

use std::sync::Arc;

use sqlx::QueryBuilder;

use super::super::addresses::{self, Address};
use super::super::attribute_values::{self, AttributeValue};
use super::super::engine::memory::{Change, Memory, Row};
use super::super::page::{Cursor, Page, PageInfo};
use super::super::scan::{self, Scanned, Wanted, scan};
use super::{Customer, rows};
use crate::error::Error;
use crate::fields::filter::Filters;
use crate::fields::{Field, Value};
use crate::model::engine::{Store, Turn};

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
) -> Result<PageInfo, Error> {
    if filters.is_empty() && page.is_by_id() && !extras.attributes && !extras.address_fields {
        // Shown while memory is looked at, so that no row has to be held on to.
        let shown = store.memory(|memory| {
            let ids = memory.page_ids(&page.with_one_more(extras.neighbours));
            let (ids, more) = page.cut(ids);
            let rows = memory.rows(&ids).ok()?;
            if extras.addresses && rows.iter().any(|row| row.addresses().is_none()) {
                return None;
            }
            let mut around = standing(&page, &rows, more);
            if let Some(beside) = around.beside(&page).filter(|_| extras.neighbours) {
                around.set_beside(&page, !memory.page_ids(&beside).is_empty());
            }
            for row in rows {
                let addresses = row.addresses().filter(|_| extras.addresses);
                show(Shown { row, addresses, attributes: None });
            }
            Some(PageInfo { total: memory.count(), ..around })
        });
        if let Some(around) = shown {
            return Ok(around);
        }
    }
    let at_once = match way(&filters, &page) {
        Way::Walk => None,
        way => {
            let (filters, page) = (filters.clone(), page.clone());
            let found = store.run::<_, Error>(move |turn| {
                Box::pin(async move {
                    let hint = match way {
                        Way::IfFew => few(turn, &filters).await?,
                        _ => Some(""),
                    };
                    let Some(hint) = hint else { return Ok(None) };
                    find(turn, &filters, &page, extras, Ids::At(hint)).await.map(Some)
                })
            });
            found.await?
        }
    };
    let (found, around) = if let Some(found) = at_once {
        found
    } else {
        let wanted =
            Wanted { total: extras.total && !is_counted_at_once(&filters), neighbours: extras.neighbours };
        let scanned = scan(store, "customers", filters.clone(), &page, wanted).await?;
        let found = store.run::<_, Error>(move |turn| {
            Box::pin(async move { find(turn, &filters, &page, extras, Ids::Scanned(scanned)).await })
        });
        found.await?
    };
    for (row, addresses, attributes) in &found {
        let addresses = addresses.as_deref().or(row.addresses()).filter(|_| extras.addresses);
        show(Shown { row, addresses, attributes: attributes.as_deref() });
    }
    Ok(around)
}

type Found = (Arc<Row>, Option<Vec<Address>>, Option<Vec<AttributeValue>>);

/// Where the ids of a page come from.
enum Ids {
    /// One statement with this hint.
    At(&'static str),
    /// A walk.
    Scanned(Scanned),
}

async fn find(
    turn: &mut Turn,
    filters: &Filters,
    page: &Page,
    extras: Extras,
    from: Ids,
) -> Result<(Vec<Found>, PageInfo), Error> {
    let (ids, scanned, hint) = match from {
        Ids::At(hint) => {
            (find_ids(turn, filters, &page.with_one_more(extras.neighbours), hint).await?, None, hint)
        }
        Ids::Scanned(scanned) => (scanned.ids.clone(), Some(scanned), ""),
    };
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
    let mut around = standing(page, &rows.iter().map(|row| &**row).collect::<Vec<_>>(), more);
    if let Some(beside) = around.beside(page).filter(|_| extras.neighbours) {
        let there = match &scanned {
            Some(scanned) => scanned.beside,
            None => !find_ids(turn, filters, &beside, hint).await?.is_empty(),
        };
        around.set_beside(page, there);
    }
    if extras.total {
        around.total = match &scanned {
            Some(scanned) if !is_counted_at_once(filters) => scanned.total,
            _ => count_in(turn, filters, hint).await?,
        };
    }
    let found = rows.into_iter().map(|row| {
        let addresses = addresses.as_mut().map(|found| found.remove(&row.id).unwrap_or_default());
        let attributes = attributes.as_mut().map(|found| found.remove(&row.id).unwrap_or_default());
        (row, addresses, attributes)
    });
    Ok((found.collect(), around))
}

async fn find_ids(
    turn: &mut Turn,
    filters: &Filters,
    page: &Page,
    hint: &'static str,
) -> Result<Vec<i64>, Error> {
    if filters.is_empty() && page.is_by_id() {
        return Ok(turn.memory(|memory| memory.page_ids(page)));
    }
    let mut sql = QueryBuilder::new("select id from customers");
    sql.push(hint);
    filters.push_where(&mut sql);
    page.push(&mut sql, !filters.is_empty());
    Ok(sql.build_query_scalar().fetch_all(&mut turn.db).await?)
}

/// Where these rows of a page stand. `more` says whether there are rows beyond its limit.
fn standing(page: &Page, rows: &[&Row], more: bool) -> PageInfo {
    let cursor = |row: &Row| Cursor { id: row.id, key: page.order.by.map(|field| key(row, field)) };
    let ends = rows.first().zip(rows.last()).map(|(first, last)| (cursor(first), cursor(last)));
    PageInfo::between(page, ends, more)
}

/// What a customer has in a field that lists are ordered by.
fn key(customer: &Customer, field: &Field) -> Value {
    match field.name {
        "last_name" => Value::Text(customer.last_name.clone()),
        "date_created" => Value::Int(customer.date_created),
        _ => Value::Int(customer.date_modified),
    }
}

/// The columns by which an index finds or orders any number of rows, and how SQLite is told to use it.
const INDEXES: [(&str, &str); 3] = [
    ("last_name", " indexed by customers_last_name"),
    ("customer_group_id", " indexed by customers_group"),
    ("date_modified", " indexed by customers_modified"),
];

fn has_index(name: &str) -> bool {
    INDEXES.iter().any(|(column, _)| *column == name)
}

/// How the customers of a page are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By one statement, which is soon done whatever the store holds.
    AtOnce,
    /// By one statement with an index, if that leaves few rows; if not, by a walk.
    IfFew,
    /// By a walk over all rows, in turns.
    Walk,
}

fn way(filters: &Filters, page: &Page) -> Way {
    let by = page.order.by.map(|field| field.name);
    let has_order = |column: &str| match by {
        // An index has rows of one value in the order of their ids.
        None => page.is_by_id() && filters.choices(column) == Some(1),
        Some(by) => by == column,
    };
    let in_order = match filters.lone() {
        Some(column) => has_index(column) && has_order(column),
        None => filters.is_empty() && by.is_none_or(has_index),
    };
    if in_order || is_pinned(filters) {
        Way::AtOnce
    } else if INDEXES.iter().any(|(column, _)| !filters.on(column).is_empty()) {
        Way::IfFew
    } else {
        Way::Walk
    }
}

/// Whether no more customers can match than there are values in the filter.
fn is_pinned(filters: &Filters) -> bool {
    filters.choices("id").is_some() || filters.choices("email").is_some()
}

/// Whether an index alone tells how many match.
fn is_counted_at_once(filters: &Filters) -> bool {
    filters.is_empty() || is_pinned(filters) || filters.lone().is_some_and(has_index)
}

/// The index by which a filter leaves so few rows that the others can be looked for, and the order be made, among them.
/// SQLite, which does not know how many each leaves, would often walk all ids.
async fn few(turn: &mut Turn, filters: &Filters) -> Result<Option<&'static str>, Error> {
    const FEW: i64 = 2000;
    for (column, hint) in INDEXES {
        let on = filters.on(column);
        if on.is_empty() {
            continue;
        }
        let mut sql = QueryBuilder::new("select count(*) from (select 1 from customers");
        on.push_where(sql.push(hint));
        sql.push(" limit ").push_bind(FEW + 1).push(")");
        let found: i64 = sql.build_query_scalar().fetch_one(&mut turn.db).await?;
        if found <= FEW {
            return Ok(Some(hint));
        }
    }
    Ok(None)
}

/// How many customers match.
///
/// # Errors
/// Only the database's.
pub async fn count(store: &Store, filters: Filters) -> Result<i64, Error> {
    if filters.is_empty() {
        return Ok(store.memory(Memory::count));
    }
    let narrow = filters.clone();
    let counted = store.run::<_, Error>(move |turn| {
        Box::pin(async move {
            let hint = if is_counted_at_once(&narrow) { Some("") } else { few(turn, &narrow).await? };
            match hint {
                Some(hint) => count_in(turn, &narrow, hint).await.map(Some),
                None => Ok(None),
            }
        })
    });
    match counted.await? {
        Some(count) => Ok(count),
        None => scan::count(store, "customers", filters).await,
    }
}

async fn count_in(turn: &mut Turn, filters: &Filters, hint: &'static str) -> Result<i64, Error> {
    if filters.is_empty() {
        return Ok(turn.memory(Memory::count));
    }
    let mut sql = QueryBuilder::new("select count(*) from customers");
    filters.push_where(sql.push(hint));
    Ok(sql.build_query_scalar().fetch_one(&mut turn.db).await?)
}
