//! What customers said to the cookies and scripts of a storefront. A change of it is none of its customer.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::engine::{exists, is_there};
use crate::error::{Error, Problem, What};
use crate::fields::validate::Valid;
use crate::fields::{Field, words};
use crate::model::engine::Store;

/// What cookies and scripts are for.
pub const PURPOSES: &[&str] = &["essential", "functional", "analytics", "targeting"];

/// What is allowed, and what is not. Both are kept as JSON.
pub const FIELDS: &[Field] = &[
    words("allow", PURPOSES).required().max(PURPOSES.len()),
    words("deny", PURPOSES).required().max(PURPOSES.len()),
];

/// What a customer said, in its own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Consent {
    pub allow: Vec<String>,
    pub deny: Vec<String>,
}

impl Consent {
    fn from_row(row: &SqliteRow) -> Result<Consent, sqlx::Error> {
        Ok(Consent { allow: read(row.try_get("allow")?)?, deny: read(row.try_get("deny")?)? })
    }

    /// What a write says. It replaces what was said before.
    ///
    /// # Errors
    /// [`Error::Item`]: a purpose is there twice, or is both allowed and denied.
    pub fn of(valid: &Valid) -> Result<Consent, Error> {
        let words = |name| valid.words(name).unwrap_or_default();
        let (allow, deny) = (words("allow"), words("deny"));
        let repeats = |words: &[&str]| (1..words.len()).any(|i| words[..i].contains(&words[i]));
        // Assumed: of one that is on both sides, the second is the wrong one.
        let contradicts = deny.iter().any(|word| allow.contains(word));
        let wrong = [("allow", repeats(allow)), ("deny", repeats(deny) || contradicts)];
        let wrong = wrong.into_iter().filter(|(_, wrong)| *wrong);
        let problems: Vec<Problem> = wrong.map(|(at, _)| Problem::new(at, What::Unfit)).collect();
        if !problems.is_empty() {
            return Err(Error::Item { index: None, problems });
        }
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Ok(Consent { allow: owned(allow), deny: owned(deny) })
    }
}

fn read(json: &str) -> Result<Vec<String>, sqlx::Error> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// What a customer said. Assumed: both lists are empty before it says anything.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, customer_id: i64) -> Result<Consent, Error> {
    exists(store, customer_id)?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query("select * from consents where customer_id = ?");
                let row = query.bind(customer_id).fetch_optional(&mut turn.db).await?;
                Ok(row.as_ref().map(Consent::from_row).transpose()?.unwrap_or_default())
            })
        })
        .await
}

/// Replaces what a customer said.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn update(store: &Store, customer_id: i64, consent: Consent) -> Result<Consent, Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| is_there(memory, customer_id))?;
                set(&mut turn.db, customer_id, &consent).await?;
                Ok(consent)
            })
        })
        .await
}

/// Keeps what a customer said.
pub(super) async fn set(db: &mut SqliteConnection, customer_id: i64, consent: &Consent) -> Result<(), Error> {
    let upsert = "insert or replace into consents (customer_id, allow, deny) values (?, ?, ?)";
    let json = |words: &[String]| serde_json::Value::from(words).to_string();
    let upsert = sqlx::query(upsert).bind(customer_id);
    upsert.bind(json(&consent.allow)).bind(json(&consent.deny)).execute(db).await?;
    Ok(())
}

/// What each customer said who said anything.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<HashMap<i64, Consent>, sqlx::Error> {
    let rows = sqlx::query("select * from consents").persistent(false).fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get("customer_id")?, Consent::from_row(row)?))).collect()
}
