//! Form fields: what a store asks its customers, and of their addresses, beyond the usual. The seed defines them.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::error::DatabaseError;
use sqlx::{Row, SqliteConnection};

use crate::error::{Error, Problem, What};
use crate::fields::validate::Valid;
use crate::fields::{Field, text};

/// An answer inside of a customer or an address.
pub const ANSWER: &[Field] = &[text("name").required(), text("value").required()];

/// Whose form field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Of a customer.
    Customer,
    /// Of an address.
    Address,
}

impl Owner {
    /// The word in the database and in seeds.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Owner::Customer => "customer",
            Owner::Address => "address",
        }
    }
}

/// A form field and what was answered; blank if nothing was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct Answer {
    pub name: String,
    pub value: String,
}

/// The answers of several owners. `None`: the store has no such form fields at all.
pub(super) struct Answers {
    names: Vec<String>,
    values: HashMap<(i64, usize), String>,
}

impl Answers {
    /// All answers of these owners, in one statement.
    pub(super) async fn of(
        connection: &mut SqliteConnection,
        owner: Owner,
        ids: impl Iterator<Item = i64>,
    ) -> Result<Answers, Error> {
        let column = owner.name();
        let sql = format!(
            "select field.name, value.{column}_id as owner_id, value.value from form_fields field \
             left join form_field_values value on value.form_field_id = field.id \
             and value.{column}_id in (select value from json_each(?)) where field.owner = ? order by field.id"
        );
        let ids = serde_json::Value::from(ids.collect::<Vec<i64>>()).to_string();
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ids).bind(owner.name());
        let mut answers = Answers { names: Vec::new(), values: HashMap::new() };
        for row in query.fetch_all(connection).await? {
            let name: String = row.try_get("name")?;
            if answers.names.last() != Some(&name) {
                answers.names.push(name);
            }
            if let Some(id) = row.try_get::<Option<i64>, _>("owner_id")? {
                answers.values.insert((id, answers.names.len() - 1), row.try_get("value")?);
            }
        }
        Ok(answers)
    }

    /// The answers of one owner, in the order of the fields.
    pub(super) fn take(&mut self, id: i64) -> Option<Vec<Answer>> {
        if self.names.is_empty() {
            return None;
        }
        let answer = |(i, name): (usize, &String)| Answer {
            name: name.clone(),
            value: self.values.remove(&(id, i)).unwrap_or_default(),
        };
        Some(self.names.iter().enumerate().map(answer).collect())
    }
}

/// Adds a form field to the store.
pub(super) async fn define(tx: &mut SqliteConnection, owner: Owner, name: &str) -> Result<(), Error> {
    let insert =
        sqlx::query("insert into form_fields (owner, name) values (?, ?)").bind(owner.name()).bind(name);
    match insert.execute(tx).await {
        Err(error) if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) => {
            Err(Problem::new("name", What::Taken { value: name.to_owned() }).into())
        }
        result => Ok(result.map(|_| ())?),
    }
}

/// Answers a form field. The store must have it.
pub(super) async fn answer(
    tx: &mut SqliteConnection,
    owner: Owner,
    id: i64,
    answer: &Answer,
) -> Result<(), Error> {
    let column = owner.name();
    let sql = format!(
        "insert into form_field_values (form_field_id, {column}_id, value) \
         select id, ?, ? from form_fields where owner = ? and name = ?"
    );
    let insert =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(&answer.value).bind(column).bind(&answer.name);
    match insert.execute(tx).await {
        Err(error) if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) => {
            Err(Problem::new("form_fields", What::Taken { value: answer.name.clone() }).into())
        }
        Err(error) => Err(error.into()),
        Ok(done) if done.rows_affected() == 0 => Err(Problem::new("form_fields", What::NoSuch).into()),
        Ok(_) => Ok(()),
    }
}

/// Answers a form field, whether it was answered before or not. The store must have it.
pub(super) async fn set(
    db: &mut SqliteConnection,
    owner: Owner,
    id: i64,
    answer: &Answer,
) -> Result<(), Error> {
    let column = owner.name();
    let sql = format!(
        "insert into form_field_values (form_field_id, {column}_id, value) \
         select id, ?, ? from form_fields where owner = ? and name = ? \
         on conflict ({column}_id, form_field_id) where {column}_id is not null do update set value = excluded.value"
    );
    let set =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(&answer.value).bind(column).bind(&answer.name);
    set.execute(db).await?;
    Ok(())
}

/// Whether the `form_fields` of a write are among the store's.
pub(super) fn are_defined(names: &[String], valid: &Valid) -> Result<(), Problem> {
    for (i, answer) in valid.list("form_fields").into_iter().flatten().enumerate() {
        if !names.iter().any(|name| Some(name.as_str()) == answer.text("name")) {
            return Err(Problem::new(format!("form_fields.{i}.name"), What::NoSuch));
        }
    }
    Ok(())
}

/// What a write answers to form fields.
pub(super) fn answers_in(valid: &Valid) -> impl Iterator<Item = Answer> {
    valid.list("form_fields").into_iter().flatten().map(|answer| {
        let text = |name| answer.text(name).unwrap_or_default().to_owned();
        Answer { name: text("name"), value: text("value") }
    })
}
