//! Batches of V3: several customers in one transaction, all of them or none.

use std::sync::Arc;

use futures_util::future::join_all;

use super::super::addresses::{self, Address};
use super::super::attribute_values::{self, AttributeValue};
use super::super::engine::memory::{Memory, Row};
use super::super::form_fields::{self, Owner};
use super::write::{self, group_exists};
use super::{Customer, FIELDS};
use crate::access::AddressStates;
use crate::error::{Error, Problem, What};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::{Op, Value};
use crate::model::engine::{New, Store, Turn};

/// The longest email of a new customer. Documented: an existing one may get a longer one.
const LONGEST_NEW_EMAIL: usize = 250;

/// A new customer, with what else was made with it.
#[derive(Debug)]
pub struct Created {
    /// The customer.
    pub row: Arc<Row>,
    /// Its addresses, if it came with any.
    pub addresses: Option<Vec<Address>>,
    /// Its attributes, if it came with any.
    pub attributes: Option<Vec<AttributeValue>>,
}

/// Checks what can be checked of new customers before there is a store to put them in.
///
/// # Errors
/// Those of [`create_all`], but for a taken email.
pub fn check_all(store: &Store, valids: &[Valid], states: AddressStates) -> Result<(), Error> {
    store.memory(|memory| check_items(memory, valids, |memory, valid| check_new(memory, valid, states)))
}

/// Makes customers with their addresses, attributes and form fields. The passwords are hashed side by side before.
///
/// # Errors
/// [`Error::Item`]: the first that refers to something that does not exist, or whose email is taken.
pub async fn create_all(
    store: &Store,
    valids: Vec<Valid>,
    states: AddressStates,
) -> Result<Vec<Created>, Error> {
    let batch = all_new(store, valids).await?;
    store.write(move |turn| Box::pin(create_in(turn, batch, states))).await
}

/// What a batch writes, its passwords hashed side by side.
async fn all_new(store: &Store, valids: Vec<Valid>) -> Result<Vec<New>, Error> {
    let new = valids.into_iter().map(|valid| {
        let id = valid.int("id");
        New::of(store, valid, id)
    });
    let new = join_all(new).await.into_iter().enumerate();
    new.map(|(index, new)| new.map_err(|error| error.in_item(index))).collect()
}

async fn create_in(turn: &mut Turn, batch: Vec<New>, states: AddressStates) -> Result<Vec<Created>, Error> {
    let mut next = turn.next_customer;
    let rows = turn.memory(|memory| {
        for (index, new) in batch.iter().enumerate() {
            check_new(memory, &new.valid, states).map_err(|error| error.in_item(index))?;
        }
        let rows = batch.iter().map(|new| {
            next += 1;
            Arc::new(Row::new(Customer::from_new(new, next - 1, memory)))
        });
        Ok::<_, Error>(rows.collect::<Vec<_>>())
    })?;
    let made: Vec<(&Customer, Option<&str>)> =
        rows.iter().zip(&batch).map(|(row, new)| (&***row, new.password_hash.as_deref())).collect();
    let refused = write::insert_rows(turn, &made, false).await?;
    let is_refused = |row: &Arc<Row>| u32::try_from(row.id).is_ok_and(|id| refused.contains(id));
    if let Some(index) = rows.iter().position(is_refused) {
        return Err(Error::from(write::taken(&rows[index])).in_item(index));
    }
    let mut created = Vec::with_capacity(rows.len());
    for (row, New { valid, now, .. }) in rows.into_iter().zip(&batch) {
        write::is_made(turn, &row);
        for answer in turn.memory(|memory| form_fields::answers_in(memory.customer_fields(), valid)) {
            form_fields::set(&mut turn.db, Owner::Customer, row.id, &answer).await?;
        }
        let mut addresses = None;
        if let Some(items) = valid.list("addresses") {
            let mut made = Vec::with_capacity(items.len());
            for item in items {
                made.extend(addresses::insert_unless_there(turn, row.id, item, *now).await?);
            }
            addresses = Some(made);
        }
        let mut attributes = None;
        if let Some(items) = valid.list("attributes") {
            let mut set: Vec<AttributeValue> = Vec::with_capacity(items.len());
            for (id, value) in items.iter().map(attribute_in) {
                // Given twice, the last one counts.
                set.retain(|earlier| earlier.attribute_id != id);
                set.push(attribute_values::set(&mut turn.db, row.id, id, value, *now).await?);
            }
            attributes = Some(set);
        }
        created.push(Created { row, addresses, attributes });
    }
    Ok(created)
}

/// Changes customers, each as its item says. An item that says nothing changes nothing.
///
/// # Errors
/// [`Error::Item`]: the first that does not exist, refers to something that does not, or whose email is taken.
pub async fn update_all(store: &Store, valids: Vec<Valid>) -> Result<Vec<Arc<Row>>, Error> {
    store.memory(|memory| check_items(memory, &valids, check_change))?;
    let batch = all_new(store, valids).await?;
    store.write(move |turn| Box::pin(update_in(turn, batch))).await
}

async fn update_in(turn: &mut Turn, batch: Vec<New>) -> Result<Vec<Arc<Row>>, Error> {
    turn.memory(|memory| {
        for (index, New { valid, .. }) in batch.iter().enumerate() {
            check_change(memory, valid).map_err(|error| error.in_item(index))?;
        }
        Ok::<_, Error>(())
    })?;
    let mut rows = Vec::with_capacity(batch.len());
    for (index, new) in batch.iter().enumerate() {
        let id = new.valid.int("id").unwrap_or_default();
        let row = if new.valid.iter().all(|(field, _)| field.name == "id") {
            super::rows(turn, &[id]).await?.pop().ok_or(Error::NotFound)
        } else {
            write::change(turn, id, new).await
        };
        rows.push(row.map_err(|error| error.in_item(index))?);
    }
    Ok(rows)
}

/// Deletes customers, and what belongs to them. Those that do not exist are passed over.
///
/// # Errors
/// Only the database's.
pub async fn delete_all(store: &Store, ids: Vec<i64>) -> Result<(), Error> {
    let mut filters = Filters::default();
    filters.require(&FIELDS[0], Op::In, ids.into_iter().map(Value::Int).collect());
    super::delete_matching(store, filters, None).await
}

fn check_items(
    memory: &Memory,
    valids: &[Valid],
    check: impl Fn(&Memory, &Valid) -> Result<(), Error>,
) -> Result<(), Error> {
    valids
        .iter()
        .enumerate()
        .try_for_each(|(index, valid)| check(memory, valid).map_err(|error| error.in_item(index)))
}

fn check_new(memory: &Memory, valid: &Valid, states: AddressStates) -> Result<(), Error> {
    if valid.text("email").is_some_and(|email| email.chars().count() > LONGEST_NEW_EMAIL) {
        return Err(Problem::new("email", What::Length { min: 3, max: LONGEST_NEW_EMAIL }).into());
    }
    refers_to_what_is_there(memory, valid)?;
    for (i, address) in valid.list("addresses").into_iter().flatten().enumerate() {
        addresses::check(memory, address, states).map_err(|problem| inside("addresses", i, &problem))?;
    }
    for (i, attribute) in valid.list("attributes").into_iter().flatten().enumerate() {
        let (id, value) = attribute_in(attribute);
        attribute_values::suits(memory, id, value).map_err(|problem| inside("attributes", i, &problem))?;
    }
    Ok(())
}

fn check_change(memory: &Memory, valid: &Valid) -> Result<(), Error> {
    super::is_there(memory, valid.int("id").unwrap_or_default())
        .map_err(|_| Problem::new("id", What::NoSuch))?;
    refers_to_what_is_there(memory, valid)
}

fn refers_to_what_is_there(memory: &Memory, valid: &Valid) -> Result<(), Error> {
    group_exists(memory, valid)?;
    let channel = |at, id: &i64| {
        if memory.channels().contains(id) { Ok(()) } else { Err(Problem::new(at, What::NoSuch)) }
    };
    valid.int("origin_channel_id").iter().try_for_each(|id| channel("origin_channel_id", id))?;
    valid.ints("channel_ids").into_iter().flatten().try_for_each(|id| channel("channel_ids", id))?;
    form_fields::fit(memory.customer_fields(), valid)?;
    Ok(())
}

/// A problem with something inside of a customer.
fn inside(list: &'static str, index: usize, problem: &Problem) -> Problem {
    Problem::new(format!("{list}.{index}.{}", problem.at), problem.what.clone())
}

/// The id and the value in an item of a customer's `attributes`.
fn attribute_in(item: &Valid) -> (i64, &str) {
    (item.int("attribute_id").unwrap_or_default(), item.text("attribute_value").unwrap_or_default())
}
