//! Creates and updates of customers, and the rules across fields and rows.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use roaring::RoaringBitmap;
use sqlx::{Either, Executor, QueryBuilder, Row as _, Sqlite};

use super::super::channels;
use super::super::engine::events as log;
use super::super::engine::memory::{Change, Memory, Row};
use super::super::events::{self, Event};
use super::super::form_fields::{self, Answer, FormField, Owner};
use super::{Customer, get, rows_of};
use crate::error::{Error, Problem, What};
use crate::fields::Value;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::model::engine::{New, Outcomes, Store, Turn};

impl New {
    /// Hashes the password, if there is one, before a transaction opens. That takes long, so it is looked first whether
    /// the write, which is of this customer if it is none new, would be refused for its email.
    ///
    /// # Errors
    /// [`Error::Invalid`]: the email is taken.
    pub(super) async fn of(store: &Store, valid: Valid, id: Option<i64>) -> Result<New, Error> {
        let password = valid.object("_authentication").and_then(|inner| inner.text("password"));
        let Some(password) = password.map(str::to_owned) else {
            return Ok(New { valid, password_hash: None, now: store.clock.now() });
        };
        if let Some(email) = valid.text("email").map(str::to_owned) {
            let query = sqlx::query_scalar("select id from customers where email = ?").bind(email.clone());
            let found = store.run::<_, Error>(move |turn| {
                Box::pin(async move { Ok(query.fetch_optional(&mut turn.db).await?) })
            });
            if found.await?.is_some_and(|other: i64| Some(other) != id) {
                return Err(Problem::new("email", What::Taken { value: email }).into());
            }
        }
        let password_hash = Some(store.passwords.hash(password).await);
        Ok(New { valid, password_hash, now: store.clock.now() })
    }
}

impl Customer {
    /// The customer that a create makes: what was not supplied is blank, as the table's defaults would have it.
    pub(super) fn from_new(new: &New, id: i64, memory: &Memory) -> Customer {
        let text = |name| new.valid.text(name).unwrap_or_default().to_owned();
        let int = |name| new.valid.int(name).unwrap_or_default();
        let fields = memory.customer_fields();
        let answers = form_fields::answers_in(fields, &new.valid);
        let answer = |field: &FormField| {
            let answered = answers.iter().rfind(|answer| answer.name == field.name);
            answered.cloned().unwrap_or_else(|| Answer::blank(field))
        };
        let force_reset = new.valid.object("_authentication").and_then(|inner| inner.int("force_reset"));
        let origin = new.valid.int("origin_channel_id").unwrap_or(channels::FIRST);
        // Assumed: the group follows from the channel of origin.
        let default_group = || memory.default_group(origin);
        Customer {
            id,
            company: text("company"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
            phone: text("phone"),
            form_fields: (!fields.is_empty()).then(|| fields.iter().map(answer).collect()),
            date_created: new.now,
            date_modified: new.now,
            store_credit: store_credit(&new.valid).unwrap_or_default(),
            registration_ip_address: text("registration_ip_address"),
            customer_group_id: new.valid.int("customer_group_id").unwrap_or_else(default_group),
            notes: text("notes"),
            tax_exempt_category: text("tax_exempt_category"),
            reset_pass_on_login: force_reset.unwrap_or_else(|| int("reset_pass_on_login")) != 0,
            accepts_marketing: int("accepts_marketing") != 0,
            origin_channel_id: origin,
            channel_ids: new.valid.ints("channel_ids").map(<[i64]>::to_vec),
        }
    }
}

/// Checks what can be checked of a new customer before there is a store to put it in.
///
/// # Errors
/// Those of [`create`], but for a taken email.
pub fn check(store: &Store, valid: &Valid) -> Result<(), Error> {
    is_confirmed(valid)?;
    store.memory(|memory| group_exists(memory, valid))
}

/// Makes a customer. Without a password it gets one that nobody knows, without a group the default one.
///
/// # Errors
/// [`Error::Invalid`]: the confirmation does not match, the group does not exist, or the email is taken.
pub async fn create(store: &Store, valid: Valid) -> Result<Arc<Row>, Error> {
    check(store, &valid)?;
    store.create_customer(New::of(store, valid, None).await?, together).await
}

/// [`insert_all`], as the writer calls it.
fn together(turn: &mut Turn, batch: Vec<New>) -> BoxFuture<'_, Outcomes> {
    Box::pin(insert_all(turn, batch))
}

/// Makes customers and records their events, all in one transaction that is one text: each text is handed to another
/// thread and waited for. One that is refused leaves the others alone.
///
/// # Errors
/// The database's; then none of them was made.
async fn insert_all(turn: &mut Turn, batch: Vec<New>) -> Outcomes {
    let mut next = turn.next_customer;
    let mut results: Vec<Result<Arc<Row>, Error>> = Vec::with_capacity(batch.len());
    turn.memory(|memory| {
        results.extend(batch.iter().map(|new| {
            group_exists(memory, &new.valid)?;
            next += 1;
            Ok(Arc::new(Row::new(Customer::from_new(new, next - 1, memory))))
        }));
    });
    let made: Vec<(&Customer, Option<&str>)> = results
        .iter()
        .zip(&batch)
        .filter_map(|(result, new)| Some((&***result.as_ref().ok()?, new.password_hash.as_deref())))
        .collect();
    if made.is_empty() {
        return Ok(results);
    }
    let refused = match insert_rows(turn, &made, true).await {
        Ok(refused) => refused,
        Err(error) => {
            turn.undo().await;
            return Err(error);
        }
    };
    for result in &mut results {
        if let Ok(row) = result {
            if refused.contains(row.id.try_into().unwrap_or(u32::MAX)) {
                *result = Err(taken(row).into());
            } else {
                is_made(turn, row);
            }
        }
    }
    Ok(results)
}

/// What follows from a new customer.
pub(super) fn is_made(turn: &mut Turn, row: &Arc<Row>) {
    turn.next_customer = row.id + 1;
    turn.change(Change::Put(row.clone()));
}

/// The email of this customer is another's.
pub(super) fn taken(customer: &Customer) -> Problem {
    Problem::new("email", What::Taken { value: customer.email.clone() })
}

/// Inserts rows and records their events, in the transaction that is open or in one of its own; gives the ids of
/// those whose email is taken.
pub(super) async fn insert_rows(
    turn: &mut Turn,
    made: &[(&Customer, Option<&str>)],
    own_transaction: bool,
) -> Result<RoaringBitmap, sqlx::Error> {
    let Some((Customer { id: first, .. }, _)) = made.first() else { return Ok(RoaringBitmap::new()) };
    let mut sql = QueryBuilder::new(if own_transaction { "begin immediate; " } else { "" });
    push_insert(&mut sql, made);
    sql.push("; ");
    events::push_created(&mut sql, *first);
    // Which are there, unless all are: the statement before has made as many changes as there are new rows.
    sql.push("; select id from customers where id >= ").push_bind(*first);
    sql.push(" and changes() < ").push_bind(i64::try_from(made.len()).unwrap_or(i64::MAX));
    log::push_sweep(turn, &mut sql, made.len());
    if own_transaction {
        sql.push("; commit");
    }
    let mut changes = Vec::new();
    let mut there = RoaringBitmap::new();
    let mut answers = turn.db.fetch_many(sql.build());
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Left(done) => changes.push(done.rows_affected()),
            Either::Right(row) => drop(there.insert(row.try_get("id")?)),
        }
    }
    let mut refused = RoaringBitmap::new();
    // What stands first, or after the beginning of the transaction, is the insert.
    if changes.get(usize::from(own_transaction)).is_none_or(|inserted| *inserted < made.len() as u64) {
        refused.extend(made.iter().filter_map(|(customer, _)| u32::try_from(customer.id).ok()));
        refused -= there;
    }
    Ok(refused)
}

/// Appends the statement that inserts rows. Those whose email is taken are passed over.
pub(in crate::model) fn push_insert(sql: &mut QueryBuilder<Sqlite>, made: &[(&Customer, Option<&str>)]) {
    sql.push(
        "insert into customers (id, company, first_name, last_name, email, phone, date_created, date_modified, \
         store_credit, registration_ip_address, customer_group_id, notes, tax_exempt_category, reset_pass_on_login, \
         accepts_marketing, origin_channel_id, channel_ids, password_hash) ",
    );
    sql.push_values(made, |mut row, (customer, password_hash)| {
        row.push_bind(customer.id)
            .push_bind(&customer.company)
            .push_bind(&customer.first_name)
            .push_bind(&customer.last_name)
            .push_bind(&customer.email)
            .push_bind(&customer.phone)
            .push_bind(customer.date_created)
            .push_bind(customer.date_modified)
            .push_bind(customer.store_credit)
            .push_bind(&customer.registration_ip_address)
            .push_bind(customer.customer_group_id)
            .push_bind(&customer.notes)
            .push_bind(&customer.tax_exempt_category)
            .push_bind(customer.reset_pass_on_login)
            .push_bind(customer.accepts_marketing)
            .push_bind(customer.origin_channel_id)
            .push_bind(customer.channel_ids.as_deref().map(channels_json))
            .push_bind(*password_hash);
    });
    sql.push(" on conflict (email) do nothing");
}

/// What customers of a seed may refer to.
pub(in crate::model) struct Referable {
    channels: HashSet<i64>,
    groups: HashSet<i64>,
    default_group: i64,
}

impl Referable {
    /// What the store has now.
    pub(in crate::model) async fn read(turn: &mut Turn) -> Result<Referable, sqlx::Error> {
        let channels = sqlx::query_scalar("select id from channels").persistent(false);
        let channels: Vec<i64> = channels.fetch_all(&mut turn.db).await?;
        let groups = sqlx::query_as("select id, is_default from customer_groups").persistent(false);
        let groups: Vec<(i64, bool)> = groups.fetch_all(&mut turn.db).await?;
        Ok(Referable {
            channels: channels.into_iter().collect(),
            default_group: groups.iter().find(|(_, is_default)| *is_default).map_or(0, |(id, _)| *id),
            groups: groups.into_iter().map(|(id, _)| id).collect(),
        })
    }
}

/// Makes customers of a seed, whose dates, ids and password hashes may be given, in one statement; gives their ids.
///
/// # Errors
/// The place of the first that refers to something that does not exist, or whose email or id is another's; or the
/// database's.
pub(in crate::model) async fn load(
    turn: &mut Turn,
    known: &Referable,
    new: &[(&Valid, Option<&str>)],
    now: i64,
) -> Result<Vec<i64>, (usize, Error)> {
    let mut next = turn.next_customer;
    let customers = turn.memory(|memory| {
        let one = |(i, (valid, _)): (usize, &(&Valid, Option<&str>))| {
            let id = valid.int("id").unwrap_or(next);
            next = next.max(id + 1);
            seeded(valid, id, known, memory, now).map_err(|problem| (i, problem.into()))
        };
        new.iter().enumerate().map(one).collect::<Result<Vec<Customer>, (usize, Error)>>()
    })?;
    let rows: Vec<(&Customer, Option<&str>)> =
        customers.iter().zip(new).map(|(customer, (_, hash))| (customer, *hash)).collect();
    let mut sql = QueryBuilder::new("");
    push_insert(&mut sql, &rows);
    let inserted = sql.build().execute(&mut turn.db).await;
    if !inserted.as_ref().is_ok_and(|done| done.rows_affected() == rows.len() as u64) {
        let refused = refused(turn, &customers).await.map_err(|error| (0, error.into()))?;
        let (at, problem) = match (refused, inserted) {
            (Some(refused), _) => refused,
            (None, Err(error)) => return Err((0, error.into())),
            (None, Ok(_)) => return Err((0, sqlx::Error::RowNotFound.into())),
        };
        return Err((at, problem.into()));
    }
    turn.next_customer = next;
    Ok(customers.into_iter().map(|customer| customer.id).collect())
}

/// A customer as a seed describes it.
fn seeded(valid: &Valid, id: i64, known: &Referable, memory: &Memory, now: i64) -> Result<Customer, Problem> {
    let channels = valid.ints("channel_ids").into_iter().flatten().map(|id| ("channel_ids", *id));
    for (name, id) in channels.chain(valid.int("origin_channel_id").map(|id| ("origin_channel_id", id))) {
        if !known.channels.contains(&id) {
            return Err(Problem::new(name, What::NoSuch));
        }
    }
    let group = valid.int("customer_group_id").unwrap_or(known.default_group);
    if group != 0 && !known.groups.contains(&group) {
        return Err(Problem::new("customer_group_id", What::NoSuch));
    }
    let created = valid.int("date_created").unwrap_or(now);
    let new = New { valid: valid.clone(), password_hash: None, now };
    Ok(Customer {
        customer_group_id: group,
        date_created: created,
        date_modified: valid.int("date_modified").unwrap_or(created),
        ..Customer::from_new(&new, id, memory)
    })
}

/// The first of these customers that could not be made, and why: its email or id is another's.
async fn refused(turn: &mut Turn, customers: &[Customer]) -> Result<Option<(usize, Problem)>, sqlx::Error> {
    for (i, customer) in customers.iter().enumerate() {
        let there = sqlx::query_as("select id, email from customers where id = ? or email = ?");
        let there: Vec<(i64, String)> =
            there.bind(customer.id).bind(&customer.email).fetch_all(&mut turn.db).await?;
        let is_same = |(id, email): &(i64, String)| *id == customer.id && *email == customer.email;
        let before = &customers[..i];
        let email_taken =
            there.iter().any(|other| !is_same(other) && other.1.eq_ignore_ascii_case(&customer.email))
                || before.iter().any(|other| other.email.eq_ignore_ascii_case(&customer.email));
        let id_taken = there.iter().any(|other| !is_same(other) && other.0 == customer.id)
            || before.iter().any(|other| other.id == customer.id);
        if id_taken {
            return Ok(Some((i, Problem::new("id", What::Taken { value: customer.id.to_string() }))));
        }
        if email_taken {
            return Ok(Some((i, taken(customer))));
        }
    }
    Ok(None)
}

/// Changes a customer: what was supplied, and the time of the change. Nothing supplied changes nothing.
///
/// # Errors
/// [`Error::NotFound`], and those of [`create`].
pub async fn update(store: &Store, id: i64, valid: Valid) -> Result<Arc<Row>, Error> {
    if valid.is_empty() {
        return get(store, id).await;
    }
    check(store, &valid)?;
    let new = New::of(store, valid, Some(id)).await?;
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| group_exists(memory, &new.valid))?;
                change(turn, id, &new).await
            })
        })
        .await
}

/// Changes the row of a customer. Assumed: nobody is told of a change that leaves every value as it was, though the time
/// of the change moves.
pub(super) async fn change(turn: &mut Turn, id: i64, new: &New) -> Result<Arc<Row>, Error> {
    let before = super::rows(turn, &[id]).await?.pop().ok_or(Error::NotFound)?;
    let mut own = vec![("date_modified", Value::Int(new.now))];
    own.extend(new.password_hash.clone().map(|hash| ("password_hash", Value::Text(hash))));
    own.extend(own_columns(&new.valid));
    let mut sql = Columns::new(&new.valid, &own).update("customers");
    sql.push(" where id = ").push_bind(id).push(" returning *");
    let row = sql.build().fetch_optional(&mut turn.db).await;
    let row = row.map_err(|error| refusal(error, &new.valid))?.ok_or(Error::NotFound)?;
    for answer in turn.memory(|memory| form_fields::answers_in(memory.customer_fields(), &new.valid)) {
        form_fields::set(&mut turn.db, Owner::Customer, id, &answer).await?;
    }
    let row = rows_of(turn, &[row]).await?.remove(0);
    let same = Customer { date_modified: row.date_modified, ..(**before).clone() } == **row;
    if !same || new.password_hash.is_some() {
        turn.record(Event::updated(&row, new.now));
    }
    if row.channel_ids != before.channel_ids {
        turn.record(Event::login_access(&row, new.now));
    }
    turn.change(Change::Put(row.clone()));
    Ok(row)
}

/// The columns that follow from a write's other fields.
fn own_columns(valid: &Valid) -> Vec<(&'static str, Value)> {
    let mut own = Vec::new();
    own.extend(store_credit(valid).map(|amount| ("store_credit", Value::Int(amount))));
    let force_reset = valid.object("_authentication").and_then(|inner| inner.int("force_reset"));
    own.extend(force_reset.map(|reset| ("reset_pass_on_login", Value::Int(reset))));
    match valid.get("channel_ids") {
        Some(Value::Ints(ids)) => own.push(("channel_ids", Value::Text(channels_json(ids)))),
        Some(_) => own.push(("channel_ids", Value::Null)),
        None => {}
    }
    own
}

/// V2 says one amount, V3 a list of at most one.
fn store_credit(valid: &Valid) -> Option<i64> {
    let amounts = valid.list("store_credit_amounts");
    valid
        .int("store_credit")
        .or(amounts.map(|amounts| amounts.first()?.int("amount")).map(Option::unwrap_or_default))
}

fn channels_json(ids: &[i64]) -> String {
    serde_json::Value::from(ids).to_string()
}

fn is_confirmed(valid: &Valid) -> Result<(), Error> {
    if let Some(authentication) = valid.object("_authentication")
        && let Some(confirmation) = authentication.text("password_confirmation")
        && authentication.text("password") != Some(confirmation)
    {
        return Err(Problem::new("password_confirmation", What::Unconfirmed).into());
    }
    Ok(())
}

/// Assumed: a group that does not exist is refused.
pub(super) fn group_exists(memory: &Memory, valid: &Valid) -> Result<(), Error> {
    match valid.int("customer_group_id") {
        Some(id) if id != 0 && !memory.has_group(id) => Err(no_such_group()),
        _ => Ok(()),
    }
}

fn no_such_group() -> Error {
    Problem::new("customer_group_id", What::NoSuch).into()
}

/// What a refused row means: the uniqueness of the email would be broken.
fn refusal(error: sqlx::Error, valid: &Valid) -> Error {
    match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => {
            let value = valid.text("email").unwrap_or_default().to_owned();
            Problem::new("email", What::Taken { value }).into()
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::FIELDS;
    use super::*;
    use crate::fields::Dialect;
    use crate::fields::validate::{Operation, validate};
    use crate::model::engine::{Means, Place, ROW_BUDGET, blank};
    use crate::passwords::{Cost, Passwords};

    fn valid(body: &serde_json::Value, operation: Operation) -> Valid {
        validate(FIELDS, Dialect::V2, operation, body.as_object().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_write_that_will_be_refused_hashes_no_password() {
        let passwords = Passwords::new(Cost::Fast);
        let means = Means { clock: crate::clock::Clock::default(), passwords, row_budget: ROW_BUDGET };
        let store = Store::open(&Place::Memory(blank(false).await.unwrap()), means, None).await.unwrap();
        for email in ["a@b.co", "b@b.co"] {
            let body = json!({"first_name": "A", "last_name": "B", "email": email});
            create(&store, valid(&body, Operation::Create)).await.unwrap();
        }
        // Nobody can hash: whoever tries waits for ever.
        let cores = u32::try_from(store.passwords.turns.available_permits()).unwrap();
        let _all = store.passwords.turns.clone().acquire_many_owned(cores).await.unwrap();
        let secret = json!({"password": "s3cret-pass"});
        let body = json!({"first_name": "A", "last_name": "B", "email": "A@b.co", "_authentication": secret});
        assert!(create(&store, valid(&body, Operation::Create)).await.is_err());
        for change in [
            json!({"email": "b@b.co", "_authentication": secret}),
            json!({"customer_group_id": 9, "_authentication": secret}),
        ] {
            assert!(update(&store, 1, valid(&change, Operation::Update)).await.is_err(), "{change}");
        }
        let batch = json!({"id": 9, "authentication": {"new_password": "s3cret-pass"}});
        let batch = validate(FIELDS, Dialect::V3, Operation::Update, batch.as_object().unwrap()).unwrap();
        assert!(super::super::update_all(&store, vec![batch]).await.is_err());
    }
}
