//! Whom the API accounts of a store want mailed about their webhooks. Nobody is.

use sqlx::SqliteConnection;

use crate::access::CLIENT_ID;
use crate::error::Error;
use crate::fields::validate::Valid;
use crate::fields::{Field, Value, emails, text};
use crate::model::engine::Store;

/// What a client can say, and in a seed for whom.
pub const FIELDS: &[Field] =
    &[text("client_id").len(1, 255).ignored(), emails("emails").required().len(0, 100)];

/// The addresses of an account.
///
/// # Errors
/// Only the database's.
pub async fn emails_of(store: &Store, client_id: &str) -> Result<Vec<String>, Error> {
    let sql = sqlx::query_scalar("select emails from hooks_admin where client_id = ?");
    let sql = sql.bind(client_id.to_owned());
    let emails: Option<String> = store
        .run(move |turn| Box::pin(async move { Ok::<_, Error>(sql.fetch_optional(&mut turn.db).await?) }))
        .await?;
    Ok(emails.map_or(Ok(Vec::new()), |emails| read(&emails))?)
}

/// Puts other addresses in the place of those of an account.
///
/// # Errors
/// Only the database's.
pub async fn update(store: &Store, client_id: &str, valid: Valid) -> Result<(), Error> {
    let client_id = client_id.to_owned();
    store.write(move |turn| Box::pin(async move { set(&mut turn.db, &client_id, &valid).await })).await
}

/// The addresses of a seed.
pub(in crate::model) async fn load(db: &mut SqliteConnection, valid: &Valid) -> Result<(), Error> {
    set(db, valid.text("client_id").unwrap_or(CLIENT_ID), valid).await
}

async fn set(db: &mut SqliteConnection, client_id: &str, valid: &Valid) -> Result<(), Error> {
    let emails: &[String] = if let Some(Value::Texts(emails)) = valid.get("emails") { emails } else { &[] };
    let sql = if emails.is_empty() {
        sqlx::query("delete from hooks_admin where client_id = ?").bind(client_id)
    } else {
        let sql = "insert or replace into hooks_admin (client_id, emails) values (?, ?)";
        sqlx::query(sql).bind(client_id).bind(serde_json::Value::from(emails).to_string())
    };
    sql.execute(db).await?;
    Ok(())
}

/// Every account that has some, with them.
pub(in crate::model) async fn all(
    db: &mut SqliteConnection,
) -> Result<Vec<(String, Vec<String>)>, sqlx::Error> {
    let sql = "select client_id, emails from hooks_admin order by client_id";
    let rows: Vec<(String, String)> = sqlx::query_as(sql).persistent(false).fetch_all(db).await?;
    rows.into_iter().map(|(client_id, emails)| Ok((client_id, read(&emails)?))).collect()
}

fn read(emails: &str) -> Result<Vec<String>, sqlx::Error> {
    serde_json::from_str(emails).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
