//! Form fields: what a store asks its customers, and of their addresses, beyond the usual. The seed defines them.
//! The answers as a list of their own are in `form_field_values.rs`.

use std::collections::HashMap;

use sqlx::error::DatabaseError;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::error::{Error, Problem, What};
use crate::fields::validate::Valid;
use crate::fields::{Field, Kind, Value, answer as any, text, values};

/// An answer inside of a customer or an address.
pub const ANSWER: &[Field] = &[text("name").required(), any("value").required()];

/// The words for what a form field takes, in the order of [`Type`].
pub const TYPES: &[&str] =
    &["checkboxes", "date", "multiline", "numbers", "password", "radiobuttons", "text", "picklist"];

/// Whose form field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// What a form field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Any number of its options.
    Checkboxes,
    /// A day: `2024-05-06`.
    Date,
    /// Text of several lines.
    Multiline,
    /// A decimal number.
    Numbers,
    /// Text that a form would hide.
    Password,
    /// One of its options.
    RadioButtons,
    /// Text.
    #[default]
    Text,
    /// One of its options.
    Picklist,
}

impl Type {
    /// All of them, in the order of [`TYPES`].
    pub const ALL: [Type; 8] = [
        Type::Checkboxes,
        Type::Date,
        Type::Multiline,
        Type::Numbers,
        Type::Password,
        Type::RadioButtons,
        Type::Text,
        Type::Picklist,
    ];

    /// The word in the database, on the wire and in seeds.
    #[must_use]
    pub fn name(self) -> &'static str {
        TYPES[self as usize]
    }

    pub(super) fn named(name: &str) -> Type {
        Type::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_default()
    }

    /// Whether one chooses from options.
    #[must_use]
    pub fn has_options(self) -> bool {
        matches!(self, Type::Checkboxes | Type::RadioButtons | Type::Picklist)
    }
}

/// A form field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: Type,
    /// What can be chosen, where something can.
    pub options: Vec<String>,
}

impl FormField {
    fn from_row(row: &SqliteRow) -> Result<FormField, sqlx::Error> {
        let options = serde_json::from_str(row.try_get("options")?);
        Ok(FormField {
            name: row.try_get("name")?,
            kind: Type::named(row.try_get("type")?),
            options: options.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        })
    }

    /// How an answer is kept, if the form field takes it: what was chosen of several as a JSON array, all else as it
    /// is. Assumed: what each type takes, and that blank text blanks every one.
    ///
    /// # Errors
    /// [`What::Malformed`] with the value, or [`What::WrongType`].
    pub fn keep(&self, value: &Value) -> Result<String, What> {
        let refused = |value: String| What::Malformed { kind: Kind::Answer, value };
        let is_option = |text: &String| self.options.contains(text);
        match value {
            Value::Text(text) if text.is_empty() => Ok(String::new()),
            Value::Text(text) if self.kind == Type::Checkboxes => {
                self.keep(&Value::Texts(vec![text.clone()]))
            }
            Value::Text(text) => {
                let takes = match self.kind {
                    Type::Date => values::is_day(text),
                    Type::Numbers => values::is_number(text),
                    Type::RadioButtons | Type::Picklist => is_option(text),
                    Type::Checkboxes | Type::Multiline | Type::Password | Type::Text => true,
                };
                if takes { Ok(text.clone()) } else { Err(refused(text.clone())) }
            }
            Value::Texts(texts) if texts.is_empty() && self.kind == Type::Checkboxes => Ok(String::new()),
            Value::Texts(texts) if texts.iter().all(is_option) && self.kind == Type::Checkboxes => {
                Ok(serde_json::Value::from(texts.clone()).to_string())
            }
            Value::Texts(texts) => Err(refused(texts.join(", "))),
            _ => Err(What::WrongType(Kind::Answer)),
        }
    }
}

/// A form field and what was answered; blank if nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The name of the form field.
    pub name: String,
    /// What the form field takes.
    pub kind: Type,
    /// As it is kept.
    pub value: String,
}

/// What was answered, as what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// Text; blank if nothing was answered.
    Text(&'a str),
    /// A number.
    Number(serde_json::Number),
    /// What was chosen of several.
    Chosen(Vec<String>),
}

impl Answer {
    /// No answer to this form field.
    #[must_use]
    pub fn blank(field: &FormField) -> Answer {
        Answer { name: field.name.clone(), kind: field.kind, value: String::new() }
    }

    /// What was answered.
    #[must_use]
    pub fn said(&self) -> Said<'_> {
        let text = Said::Text(&self.value);
        match self.kind {
            Type::Checkboxes => Said::Chosen(serde_json::from_str(&self.value).unwrap_or_default()),
            Type::Numbers => self.value.parse().map_or(text, Said::Number),
            _ => text,
        }
    }
}

/// An answer in a seed: the name of the form field, and text or texts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words above say it")]
pub struct Given {
    pub name: String,
    pub value: Value,
}

/// The answers of several owners. `None`: the store has no such form fields at all.
pub(super) struct Answers {
    fields: Vec<(String, Type)>,
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
            "select field.name, field.type, value.{column}_id as owner_id, value.value from form_fields field \
             left join form_field_values value on value.form_field_id = field.id \
             and value.{column}_id in (select value from json_each(?)) where field.owner = ? order by field.id"
        );
        let ids = serde_json::Value::from(ids.collect::<Vec<i64>>()).to_string();
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ids).bind(owner.name());
        let mut answers = Answers { fields: Vec::new(), values: HashMap::new() };
        for row in query.fetch_all(connection).await? {
            let name: &str = row.try_get("name")?;
            if answers.fields.last().is_none_or(|(last, _)| last != name) {
                answers.fields.push((name.to_owned(), Type::named(row.try_get("type")?)));
            }
            if let Some(id) = row.try_get::<Option<i64>, _>("owner_id")? {
                answers.values.insert((id, answers.fields.len() - 1), row.try_get("value")?);
            }
        }
        Ok(answers)
    }

    /// The answers of one owner, in the order of the fields.
    pub(super) fn take(&mut self, id: i64) -> Option<Vec<Answer>> {
        if self.fields.is_empty() {
            return None;
        }
        let answer = |(i, (name, kind)): (usize, &(String, Type))| Answer {
            name: name.clone(),
            kind: *kind,
            value: self.values.remove(&(id, i)).unwrap_or_default(),
        };
        Some(self.fields.iter().enumerate().map(answer).collect())
    }
}

/// The form fields of a store, in their order, and whose they are.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<(Owner, FormField)>, sqlx::Error> {
    let rows = sqlx::query("select owner, name, type, options from form_fields order by id");
    let rows = rows.persistent(false).fetch_all(db).await?;
    let field = |row: &SqliteRow| {
        let is_customers = row.try_get::<&str, _>("owner")? == Owner::Customer.name();
        let owner = if is_customers { Owner::Customer } else { Owner::Address };
        Ok((owner, FormField::from_row(row)?))
    };
    rows.iter().map(field).collect()
}

/// Adds a form field to the store.
pub(super) async fn define(tx: &mut SqliteConnection, owner: Owner, field: &FormField) -> Result<(), Error> {
    let insert = sqlx::query("insert into form_fields (owner, name, type, options) values (?, ?, ?, ?)")
        .bind(owner.name())
        .bind(&field.name)
        .bind(field.kind.name())
        .bind(serde_json::Value::from(field.options.clone()).to_string());
    match insert.execute(tx).await {
        Err(error) if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) => {
            Err(Problem::new("name", What::Taken { value: field.name.clone() }).into())
        }
        result => Ok(result.map(|_| ())?),
    }
}

/// Answers the form fields of a seed's customer or address, each at most once.
pub(super) async fn load(
    tx: &mut SqliteConnection,
    fields: &[(Owner, FormField)],
    (owner, id): (Owner, i64),
    given: &[Given],
) -> Result<(), Error> {
    for (i, Given { name, value }) in given.iter().enumerate() {
        let refuse = |what| Problem::new("form_fields", what);
        let field = fields.iter().find(|(of, field)| *of == owner && field.name == *name);
        let (_, field) = field.ok_or(refuse(What::NoSuch))?;
        if given[..i].iter().any(|before| before.name == *name) {
            return Err(refuse(What::Taken { value: name.clone() }).into());
        }
        let value = field.keep(value).map_err(refuse)?;
        set(tx, owner, id, &Answer { name: name.clone(), kind: field.kind, value }).await?;
    }
    Ok(())
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

/// The answer in an item with a `name` and a `value`, if there is such a form field and it takes that.
pub(super) fn answer_in(fields: &[FormField], item: &Valid) -> Result<Answer, Problem> {
    let field = fields.iter().find(|field| Some(field.name.as_str()) == item.text("name"));
    let field = field.ok_or(Problem::new("name", What::NoSuch))?;
    let value = item.get("value").map_or(Ok(String::new()), |value| field.keep(value));
    let value = value.map_err(|what| Problem::new("value", what))?;
    Ok(Answer { name: field.name.clone(), kind: field.kind, value })
}

/// Whether the store has the `form_fields` of a write, and they take what was answered.
pub(super) fn fit(fields: &[FormField], valid: &Valid) -> Result<(), Problem> {
    for (i, item) in valid.list("form_fields").into_iter().flatten().enumerate() {
        answer_in(fields, item)
            .map_err(|Problem { at, what }| Problem::new(format!("form_fields.{i}.{at}"), what))?;
    }
    Ok(())
}

/// What a write answers to form fields, which must [`fit`]. Of a field that is there twice the last wins.
pub(super) fn answers_in(fields: &[FormField], valid: &Valid) -> Vec<Answer> {
    let items = valid.list("form_fields").into_iter().flatten();
    items.filter_map(|item| answer_in(fields, item).ok()).collect()
}
