//! Batches of V3: several addresses in one transaction, all of them or none; and what makes two of them the same.

use sqlx::{QueryBuilder, Row};

use super::super::countries;
use super::super::engine::is_there;
use super::super::engine::memory::Memory;
use super::super::events::Action;
use super::super::form_fields::{self, Owner};
use super::{Address, change, changed, insert_row, is_own, remove, says_something};
use crate::access::AddressStates;
use crate::error::{Error, Problem, What};
use crate::fields::validate::Valid;
use crate::model::engine::{Store, Turn};

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

/// Makes the addresses of a batch, all of them or none. Those that are there already are left out of what it gives;
/// the others come with their form fields if the batch named some.
///
/// # Errors
/// [`Error::Item`]: the first with a customer, country or form field that does not exist.
pub async fn create_batch(
    store: &Store,
    valids: Vec<Valid>,
    states: AddressStates,
) -> Result<Vec<Address>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| check_batch(memory, &valids, states))?;
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

/// Whether addresses of V3 have what depends on their country: where the states of a country are known, a state and a
/// postal code. Assumed: elsewhere neither is needed.
///
/// # Errors
/// [`Error::Invalid`]: the first that lacks something.
pub fn is_complete(valids: &[Valid]) -> Result<(), Error> {
    for valid in valids.iter().filter(|valid| valid.text("country_iso2").is_some_and(countries::has_states)) {
        let missing = [("state", "state_or_province"), ("zip", "postal_code")];
        let missing = missing.into_iter().filter(|(name, _)| valid.get(name).is_none());
        let missing: Vec<Problem> = missing.map(|(_, at)| Problem::new(at, What::Missing)).collect();
        if !missing.is_empty() {
            return Err(missing.into());
        }
    }
    Ok(())
}

fn check_batch(memory: &Memory, valids: &[Valid], states: AddressStates) -> Result<(), Error> {
    for (index, valid) in valids.iter().enumerate() {
        let customer_id = valid.int("customer_id").unwrap_or_default();
        let customer = is_there(memory, customer_id);
        let customer = customer.map_err(|_| Problem::new("customer_id", What::NoSuch));
        let checked = customer.and_then(|()| check(memory, valid, states));
        checked.map_err(|problem| Error::from(problem).in_item(index))?;
    }
    Ok(())
}

/// Whether what an address of V3 refers to is there.
pub(in crate::model) fn check(memory: &Memory, valid: &Valid, states: AddressStates) -> Result<(), Problem> {
    let code = valid.text("country_iso2");
    if code.is_some_and(|code| countries::coded(code).is_none()) {
        return Err(Problem::new("country_code", What::NoSuch));
    }
    if let (Some(code), Some(state)) = (code, valid.text("state")) {
        is_in_country(code, state, states)?;
    }
    form_fields::fit(memory.address_fields(), valid)
}

/// Whether a state is one of its country's.
fn is_in_country(code: &str, state: &str, states: AddressStates) -> Result<(), Problem> {
    let checked = states == AddressStates::Check && countries::has_states(code);
    if !checked || countries::is_state(code, state) {
        return Ok(());
    }
    Err(Problem::new("state_or_province", What::NoSuchState))
}

/// Changes the addresses of a batch, all of them or none. One that would become another one of its customer stays
/// as it is, and is left out of what it gives.
///
/// # Errors
/// [`Error::Item`]: the first that does not exist, or with a country or form field that does not.
pub async fn update_batch(
    store: &Store,
    valids: Vec<Valid>,
    states: AddressStates,
) -> Result<Vec<Address>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut owners = Vec::with_capacity(valids.len());
                for (index, valid) in valids.iter().enumerate() {
                    let owner = check_update(turn, valid, states).await;
                    owners.push(owner.map_err(|error| error.in_item(index))?);
                }
                let mut updated = Vec::new();
                for (valid, customer_id) in valids.iter().zip(owners) {
                    let id = valid.int("id").unwrap_or_default();
                    if has_twin(turn, customer_id, Some(id), valid).await? {
                        continue;
                    }
                    answer(turn, id, valid).await?;
                    let mut address = change(turn, customer_id, id, valid).await?;
                    if valid.list("form_fields").is_none() {
                        address.form_fields = None;
                    }
                    updated.push(address);
                    if says_something(valid) {
                        changed(turn, Action::Updated, id, customer_id, now);
                    }
                }
                Ok(updated)
            })
        })
        .await
}

/// Whose address it is, if there is nothing wrong with the change.
async fn check_update(turn: &mut Turn, valid: &Valid, states: AddressStates) -> Result<i64, Error> {
    let row = sqlx::query("select customer_id, state, country_iso2 from addresses where id = ?");
    let row = row.bind(valid.int("id")).fetch_optional(&mut turn.db).await?;
    let row = row.ok_or(Problem::new("id", What::NoSuch))?;
    let owner = row.try_get("customer_id")?;
    // Assumed: an address can not be given to another customer.
    is_own(owner, valid)?;
    turn.memory(|memory| check(memory, valid, AddressStates::Free))?;
    // Assumed: it is looked at as it will be, unless neither state nor country is given.
    let (state, code) = (valid.text("state"), valid.text("country_iso2"));
    if state.is_some() || code.is_some() {
        let code = code.map_or_else(|| row.try_get("country_iso2"), Ok)?;
        is_in_country(code, state.map_or_else(|| row.try_get("state"), Ok)?, states)?;
    }
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

/// Makes an address, unless the customer has the same one already.
pub(in crate::model) async fn insert_unless_there(
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
    address.form_fields = None;
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
