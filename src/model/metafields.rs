//! Metafields: text that apps keep with customers, under a key in a namespace.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::lists::{scanned, walk};
use super::page::Page;
use super::page::PageInfo;
use crate::access::CLIENT_ID;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::V3;
use crate::fields::Op::{In, Is, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{Field, Value, date, int, one_of, text};
use crate::model::engine::Store;

/// Who else may see or write a metafield. Assumed: it is kept and shown, and keeps nobody out.
const PERMISSION_SETS: &[&str] = &["app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"];

const KEY: Field = text("key").required().len(1, 64).filter(V3, &[Is, In]);
const VALUE: Field = text("value").required().len(1, 65_535);
const NAMESPACE: Field = text("namespace").required().len(1, 64).filter(V3, &[Is, In]);
const PERMISSION_SET: Field = one_of("permission_set", PERMISSION_SETS).required();
const DESCRIPTION: Field = text("description").max(255);

/// Every field of a metafield whose place the path says. Assumed: what a client may not write is passed over, so
/// that an answer can be sent back as it came.
pub const FIELDS: &[Field] = &[
    int("id").ignored_in_v3(),
    KEY,
    VALUE,
    NAMESPACE,
    PERMISSION_SET,
    text("resource_type").unstored().ignored_in_v3(),
    int("resource_id").ignored_in_v3(),
    DESCRIPTION,
    date("date_created").ignored_in_v3().filter(V3, &[Min, Max]),
    date("date_modified").ignored_in_v3().filter(V3, &[Min, Max]),
    text("owner_client_id").ignored_in_v3(),
];

/// The fields of a metafield that says itself where it belongs.
pub const BATCH_FIELDS: &[Field] = &[
    int("id").key(),
    KEY,
    VALUE,
    NAMESPACE,
    PERMISSION_SET,
    int("resource_id").required().create_only_in_v3(),
    DESCRIPTION,
];

/// A stored metafield.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Metafield {
    pub id: i64,
    pub key: String,
    pub value: String,
    pub namespace: String,
    pub permission_set: String,
    /// The customer, who may not exist.
    pub resource_id: i64,
    pub description: String,
    pub date_created: i64,
    pub date_modified: i64,
    pub owner_client_id: String,
}

impl Metafield {
    fn from_row(row: &SqliteRow) -> Result<Metafield, sqlx::Error> {
        Ok(Metafield {
            id: row.try_get("id")?,
            key: row.try_get("key")?,
            value: row.try_get("value")?,
            namespace: row.try_get("namespace")?,
            permission_set: row.try_get("permission_set")?,
            resource_id: row.try_get("resource_id")?,
            description: row.try_get("description")?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
            owner_client_id: row.try_get("owner_client_id")?,
        })
    }
}

/// What became of each item of a batch.
pub type Outcomes<T> = Vec<Result<T, Error>>;

/// The matching metafields of one page – of one customer or of all – in the order of the ids, and where the page
/// stands. `neighbours`: whether there are some before and after is to be told.
///
/// # Errors
/// Only the database's.
pub async fn list(
    store: &Store,
    of: Option<i64>,
    mut filters: Filters,
    page: Page,
    neighbours: bool,
) -> Result<(Vec<Metafield>, PageInfo), Error> {
    let field = FIELDS.iter().find(|field| field.name == "resource_id");
    if let (Some(id), Some(field)) = (of, field) {
        filters.require(field, Is, vec![Value::Int(id)]);
    }
    let scanned = scanned(store, "metafields", &filters, &page, neighbours, of.is_some()).await?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, around) =
                    walk(turn, "metafields", &filters, &page, neighbours, scanned.as_ref()).await?;
                Ok((rows.iter().map(Metafield::from_row).collect::<Result<_, _>>()?, around))
            })
        })
        .await
}

/// One metafield of a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, of: i64, id: i64) -> Result<Metafield, Error> {
    store.run(move |turn| Box::pin(find(&mut turn.db, Some(of), id))).await
}

async fn find(db: &mut SqliteConnection, of: Option<i64>, id: i64) -> Result<Metafield, Error> {
    let sql = "select * from metafields where id = ? and resource_id = coalesce(?, resource_id)";
    let row = sqlx::query(sql).bind(id).bind(of).fetch_optional(db).await?;
    Ok(Metafield::from_row(&row.ok_or(Error::NotFound)?)?)
}

/// Makes a metafield of a customer, for the app `owner`.
///
/// # Errors
/// [`What::Taken`]: the app has one with that key in that namespace.
pub async fn create(store: &Store, of: i64, valid: Valid, owner: String) -> Result<Metafield, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| Box::pin(async move { insert(&mut turn.db, of, &valid, &owner, now).await }))
        .await
}

/// Checks what can be checked of new metafields before there is a store to put them in: that a path could name the
/// customers.
#[must_use]
pub fn check_all(items: Outcomes<Valid>) -> Outcomes<Valid> {
    let check = |valid: Valid| match valid.int("resource_id").map(u32::try_from) {
        Some(Ok(id)) if i32::try_from(id).is_ok() => Ok(valid),
        _ => Err(in_body(Problem::new("resource_id", What::NoSuch))),
    };
    items.into_iter().map(|item| item.and_then(check)).collect()
}

/// Makes those metafields of a batch that can be made, in one transaction.
///
/// # Errors
/// Only the database's; then none was made.
pub async fn create_all(
    store: &Store,
    items: Outcomes<Valid>,
    owner: String,
) -> Result<Outcomes<Metafield>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut made = Vec::with_capacity(items.len());
                for item in items {
                    made.push(match item {
                        Ok(valid) => {
                            let of = valid.int("resource_id").unwrap_or_default();
                            refused(insert(&mut turn.db, of, &valid, &owner, now).await)?
                        }
                        Err(error) => Err(error),
                    });
                }
                Ok(made)
            })
        })
        .await
}

async fn insert(
    db: &mut SqliteConnection,
    of: i64,
    valid: &Valid,
    owner: &str,
    now: i64,
) -> Result<Metafield, Error> {
    let own = [
        ("resource_id", Value::Int(of)),
        ("owner_client_id", Value::Text(owner.to_owned())),
        ("date_created", Value::Int(now)),
        ("date_modified", Value::Int(now)),
    ];
    let row = Columns::new(valid, &own).insert("metafields").build().fetch_one(db).await;
    Ok(Metafield::from_row(&row.map_err(taken)?)?)
}

/// Adds a metafield of a seed, of a customer who need not exist. Its id, dates and app may be given.
///
/// # Errors
/// [`What::Taken`]: the app has one with that key in that namespace, or another one has the id.
pub(super) async fn load(db: &mut SqliteConnection, of: i64, valid: &Valid, now: i64) -> Result<(), Error> {
    let created = valid.int("date_created").unwrap_or(now);
    let own = [
        ("resource_id", Value::Int(of)),
        ("owner_client_id", Value::Text(valid.text("owner_client_id").unwrap_or(CLIENT_ID).to_owned())),
        ("date_created", Value::Int(created)),
        ("date_modified", Value::Int(valid.int("date_modified").unwrap_or(created))),
    ];
    let added = Columns::new(valid, &own).insert("metafields").build().fetch_one(db).await;
    added.map(|_| ()).map_err(taken)
}

/// Every metafield, in the order of the ids.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<Metafield>, sqlx::Error> {
    let rows = sqlx::query("select * from metafields order by id").persistent(false).fetch_all(db).await?;
    rows.iter().map(Metafield::from_row).collect()
}

/// Changes a metafield of a customer: what is supplied. Nothing supplied changes nothing.
///
/// # Errors
/// [`Error::NotFound`], and that of [`create`].
pub async fn update(store: &Store, of: i64, id: i64, valid: Valid) -> Result<Metafield, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| Box::pin(async move { change(&mut turn.db, Some(of), id, &valid, now).await }))
        .await
}

/// Changes those metafields of a batch that can be changed, in one transaction.
///
/// # Errors
/// Only the database's; then none was changed.
pub async fn update_all(store: &Store, items: Outcomes<Valid>) -> Result<Outcomes<Metafield>, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut changed = Vec::with_capacity(items.len());
                for item in items {
                    changed.push(match item {
                        Ok(valid) => {
                            let id = valid.int("id").unwrap_or_default();
                            refused(change(&mut turn.db, None, id, &valid, now).await)?
                        }
                        Err(error) => Err(error),
                    });
                }
                Ok(changed)
            })
        })
        .await
}

async fn change(
    db: &mut SqliteConnection,
    of: Option<i64>,
    id: i64,
    valid: &Valid,
    now: i64,
) -> Result<Metafield, Error> {
    let found = find(db, of, id).await?;
    if valid.iter().all(|(field, _)| field.name == "id") {
        return Ok(found);
    }
    let own = [("date_modified", Value::Int(now))];
    let mut sql = Columns::new(valid, &own).update("metafields");
    let row = sql.push(" where id = ").push_bind(id).push(" returning *").build().fetch_one(db).await;
    Ok(Metafield::from_row(&row.map_err(taken)?)?)
}

/// Deletes a metafield of a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(store: &Store, of: i64, id: i64) -> Result<(), Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let sql = sqlx::query("delete from metafields where id = ? and resource_id = ?");
                let deleted = sql.bind(id).bind(of).execute(&mut turn.db).await?.rows_affected();
                if deleted == 0 { Err(Error::NotFound) } else { Ok(()) }
            })
        })
        .await
}

/// Deletes those metafields of a batch that exist, in one transaction, and gives their ids.
///
/// # Errors
/// Only the database's; then none was deleted.
pub async fn delete_all(store: &Store, items: Outcomes<i64>) -> Result<Outcomes<i64>, Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut deleted = Vec::with_capacity(items.len());
                for item in items {
                    deleted.push(match item {
                        Ok(id) => {
                            let sql = sqlx::query("delete from metafields where id = ?").bind(id);
                            let gone = sql.execute(&mut turn.db).await?.rows_affected() > 0;
                            if gone { Ok(id) } else { Err(Error::NotFound) }
                        }
                        Err(error) => Err(error),
                    });
                }
                Ok(deleted)
            })
        })
        .await
}

/// What befell an item alone. Trouble with the database befalls the whole batch.
fn refused<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(error @ Error::Database(_)) => Err(error),
        result => Ok(result),
    }
}

/// What a refused row means: the app has the key already.
fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => {
            in_body(Problem::new("key", What::Taken { value: String::new() }))
        }
        _ => error.into(),
    }
}

fn in_body(problem: Problem) -> Error {
    Error::Item { index: None, problems: vec![problem] }
}
