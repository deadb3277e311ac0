//! Webhooks: which events an API account wants to be told, and where. No account sees those of another.

use serde_json::{Map, Value as Json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::lists::page_of;
use super::page::Page;
use crate::access::CLIENT_ID;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::{V2, V3};
use crate::fields::Op::Is;
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{self, Field, Value, date, headers, int, text, url};
use crate::model::engine::Store;

pub mod admin;
mod scopes;

/// The most webhooks that an account has of one scope. Documented.
const MAX_OF_SCOPE: usize = 10;

/// What tells of trouble with the others: an account has one of it, at a destination of its own. Documented.
const DELIVERY_EXCEPTION: &str = "store/hook/deliveryException";

/// Every field of a webhook. Assumed: what a client may not write is passed over, so that an answer can be sent back
/// as it came.
pub const FIELDS: &[Field] = &[
    int("id").ignored(),
    text("client_id").len(1, 255).ignored(),
    text("store_hash").unstored().ignored(),
    text("scope").required().filter(V2, &[Is]).filter(V3, &[Is]),
    url("destination").required().len(1, 2048).filter(V2, &[Is]).filter(V3, &[Is]),
    headers("headers").nullable(),
    fields::bool("is_active").filter(V2, &[Is]).filter(V3, &[Is]),
    date("created_at").ignored(),
    date("updated_at").ignored(),
    // Documented until 2024, and still sent: nothing comes of it.
    fields::bool("events_history_enabled").unstored(),
];

/// A stored webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Hook {
    pub id: i64,
    pub client_id: String,
    pub scope: String,
    pub destination: String,
    /// Names with text.
    pub headers: Option<Map<String, Json>>,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Hook {
    fn from_row(row: &SqliteRow) -> Result<Hook, sqlx::Error> {
        let headers: Option<&str> = row.try_get("headers")?;
        let headers = headers.map(serde_json::from_str).transpose();
        Ok(Hook {
            id: row.try_get("id")?,
            client_id: row.try_get("client_id")?,
            scope: row.try_get("scope")?,
            destination: row.try_get("destination")?,
            headers: headers.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            is_active: row.try_get("is_active")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// Checks what can be checked of a webhook without its store. `is_strict`: its destination must be of `https`.
///
/// # Errors
/// [`Error::Item`]: a scope that there is not, a destination that may not be.
pub fn check(valid: &Valid, is_strict: bool) -> Result<(), Error> {
    let mut problems = Vec::new();
    if valid.text("scope").is_some_and(|scope| !scopes::is_known(scope)) {
        problems.push(Problem::new("scope", What::NoSuch));
    }
    let is_secure = |url: &str| url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    if is_strict && valid.text("destination").is_some_and(|url| !is_secure(url)) {
        problems.push(Problem::new("destination", What::NotSecure));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Item { index: None, problems }) }
}

/// The matching webhooks of an account of one page, lowest ids first, and how many match in all.
///
/// # Errors
/// Only the database's.
pub async fn list(
    store: &Store,
    client_id: &str,
    mut filters: Filters,
    page: Page,
) -> Result<(Vec<Hook>, i64), Error> {
    if let Some(field) = FIELDS.iter().find(|field| field.name == "client_id") {
        filters.require(field, Is, vec![Value::Text(client_id.to_owned())]);
    }
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, total) = page_of(turn, "hooks", &filters, &page, None).await?;
                Ok((rows.iter().map(Hook::from_row).collect::<Result<_, _>>()?, total))
            })
        })
        .await
}

/// A webhook of an account.
///
/// # Errors
/// [`Error::NoSuchId`].
pub async fn get(store: &Store, client_id: &str, id: i64) -> Result<Hook, Error> {
    let client_id = client_id.to_owned();
    store.run(move |turn| Box::pin(async move { find(&mut turn.db, &client_id, id).await })).await
}

async fn find(db: &mut SqliteConnection, client_id: &str, id: i64) -> Result<Hook, Error> {
    let sql = sqlx::query("select * from hooks where id = ? and client_id = ?").bind(id).bind(client_id);
    let row = sql.fetch_optional(db).await?.ok_or_else(|| no_such(id))?;
    Ok(Hook::from_row(&row)?)
}

fn no_such(id: i64) -> Error {
    Error::NoSuchId { id: id.to_string() }
}

/// Makes a webhook of an account, of what was [checked](check).
///
/// # Errors
/// [`Error::Item`]: it is there already, or there is no room for it.
pub async fn create(store: &Store, client_id: &str, valid: Valid) -> Result<Hook, Error> {
    let (now, client_id) = (store.clock.now(), client_id.to_owned());
    store
        .write(move |turn| {
            Box::pin(async move { insert(&mut turn.db, &client_id, &valid, (now, now)).await })
        })
        .await
}

/// Adds a webhook of a seed. Its id, account and times may be given.
///
/// # Errors
/// Those of [`create`], and that another one has the id.
pub(super) async fn load(db: &mut SqliteConnection, valid: &Valid, now: i64) -> Result<(), Error> {
    let created = valid.int("created_at").unwrap_or(now);
    let times = (created, valid.int("updated_at").unwrap_or(created));
    insert(db, valid.text("client_id").unwrap_or(CLIENT_ID), valid, times).await.map(|_| ())
}

async fn insert(
    db: &mut SqliteConnection,
    client_id: &str,
    valid: &Valid,
    (created, updated): (i64, i64),
) -> Result<Hook, Error> {
    let text = |name| valid.text(name).unwrap_or_default();
    check_room_in(db, client_id, (text("scope"), text("destination")), None).await?;
    let own = [
        ("client_id", Value::Text(client_id.to_owned())),
        ("headers", valid.get("headers").map_or(Value::Null, as_column)),
        ("created_at", Value::Int(created)),
        ("updated_at", Value::Int(updated)),
    ];
    let row = Columns::new(valid, &own).insert("hooks").build().fetch_one(db).await;
    Ok(Hook::from_row(&row.map_err(|error| taken(error, valid))?)?)
}

/// Headers as they are stored. Documented: none at all are null.
fn as_column(headers: &Value) -> Value {
    match headers {
        Value::Headers(headers) if !headers.is_empty() => {
            let object = headers.iter().map(|(name, text)| (name.clone(), text.as_str().into()));
            Value::Text(Json::Object(object.collect()).to_string())
        }
        _ => Value::Null,
    }
}

/// What a refused row means: another one has the id that a seed pinned.
fn taken(error: sqlx::Error, valid: &Valid) -> Error {
    match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => {
            let value = valid.int("id").unwrap_or_default().to_string();
            Problem::new("id", What::Taken { value }).into()
        }
        _ => error.into(),
    }
}

/// Whether an account that has these webhooks, each a scope and a destination, may have this one too.
///
/// # Errors
/// Why not.
pub fn check_room(others: &[(&str, &str)], scope: &str, destination: &str) -> Result<(), Problem> {
    let taken = || Err(Problem::new("destination", What::Taken { value: destination.to_owned() }));
    if others.contains(&(scope, destination)) {
        return taken();
    }
    let is_exception = scope == DELIVERY_EXCEPTION;
    let max = if is_exception { 1 } else { MAX_OF_SCOPE };
    if others.iter().filter(|(of, _)| *of == scope).count() >= max {
        return Err(Problem::new("scope", What::Crowded { max }));
    }
    let mut there = others.iter().filter(|(_, at)| *at == destination).map(|(of, _)| of);
    let is_shared = there.any(|of| is_exception || *of == DELIVERY_EXCEPTION);
    if is_shared { taken() } else { Ok(()) }
}

/// The same, of the account's webhooks in a store but for `id`.
async fn check_room_in(
    db: &mut SqliteConnection,
    client_id: &str,
    (scope, destination): (&str, &str),
    id: Option<i64>,
) -> Result<(), Error> {
    let sql = "select scope, destination from hooks where client_id = ? and id is not ?";
    let others: Vec<(String, String)> = sqlx::query_as(sql).bind(client_id).bind(id).fetch_all(db).await?;
    let others: Vec<(&str, &str)> = others.iter().map(|(scope, at)| (scope.as_str(), at.as_str())).collect();
    let checked = check_room(&others, scope, destination);
    checked.map_err(|problem| Error::Item { index: None, problems: vec![problem] })
}

/// Changes what is supplied of a webhook of an account, of what was [checked](check).
///
/// # Errors
/// [`Error::NoSuchId`], and those of [`create`].
pub async fn update(store: &Store, client_id: &str, id: i64, valid: Valid) -> Result<Hook, Error> {
    let (now, client_id) = (store.clock.now(), client_id.to_owned());
    store
        .write(move |turn| {
            Box::pin(async move {
                let found = find(&mut turn.db, &client_id, id).await?;
                if valid.iter().all(|(field, _)| field.name == "events_history_enabled") {
                    return Ok(found);
                }
                let scope = valid.text("scope").unwrap_or(&found.scope);
                let destination = valid.text("destination").unwrap_or(&found.destination);
                check_room_in(&mut turn.db, &client_id, (scope, destination), Some(id)).await?;
                let mut own = vec![("updated_at", Value::Int(now))];
                own.extend(valid.get("headers").map(|headers| ("headers", as_column(headers))));
                let mut sql = Columns::new(&valid, &own).update("hooks");
                sql.push(" where id = ").push_bind(id).push(" returning *");
                Ok(Hook::from_row(&sql.build().fetch_one(&mut turn.db).await?)?)
            })
        })
        .await
}

/// Deletes a webhook of an account, and gives what it was.
///
/// # Errors
/// [`Error::NoSuchId`].
pub async fn delete(store: &Store, client_id: &str, id: i64) -> Result<Hook, Error> {
    let client_id = client_id.to_owned();
    store
        .write(move |turn| {
            Box::pin(async move {
                let found = find(&mut turn.db, &client_id, id).await?;
                sqlx::query("delete from hooks where id = ?").bind(id).execute(&mut turn.db).await?;
                Ok(found)
            })
        })
        .await
}

/// Every webhook of every account, in the order of the ids.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<Hook>, sqlx::Error> {
    let rows = sqlx::query("select * from hooks order by id").persistent(false).fetch_all(db).await?;
    rows.iter().map(Hook::from_row).collect()
}
