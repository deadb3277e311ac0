//! `insert` and `update` statements, their columns taken from the field table.

use sqlx::{QueryBuilder, Sqlite};

use super::Value;
use super::validate::Valid;

/// The columns that a write sets: those of a [`Valid`], then what the model adds, which wins.
pub struct Columns<'a>(Vec<(&'static str, &'a Value)>);

impl<'a> Columns<'a> {
    /// The supplied columns, and `more` of the model's own (dates, a password's hash).
    #[must_use]
    pub fn new(valid: &'a Valid, more: &'a [(&'static str, Value)]) -> Columns<'a> {
        let supplied =
            valid.iter().filter(|(field, _)| field.stored).map(|(field, value)| (field.name, value));
        let mut columns: Vec<_> =
            supplied.filter(|(name, _)| more.iter().all(|(own, _)| own != name)).collect();
        columns.extend(more.iter().map(|(name, value)| (*name, value)));
        Columns(columns)
    }

    /// `insert into TABLE (…) values (…) returning *`
    #[must_use]
    pub fn insert(&self, table: &'static str) -> QueryBuilder<Sqlite> {
        let mut sql = QueryBuilder::new("insert into ");
        sql.push(table).push(" (");
        for (i, (name, _)) in self.0.iter().enumerate() {
            sql.push(if i == 0 { "" } else { ", " }).push(name);
        }
        sql.push(") values (");
        for (i, (_, value)) in self.0.iter().enumerate() {
            sql.push(if i == 0 { "" } else { ", " });
            push_value(&mut sql, value);
        }
        sql.push(") returning *");
        sql
    }

    /// `update TABLE set …`, which the caller ends with a `where`. There must be a column.
    #[must_use]
    pub fn update(&self, table: &'static str) -> QueryBuilder<Sqlite> {
        let mut sql = QueryBuilder::new("update ");
        sql.push(table).push(" set ");
        // The id says which row; it never changes.
        for (i, (name, value)) in self.0.iter().filter(|(name, _)| *name != "id").enumerate() {
            sql.push(if i == 0 { "" } else { ", " }).push(name).push(" = ");
            push_value(&mut sql, value);
        }
        sql
    }
}

/// Binds a value. Objects and lists are no column's value: they never get here (see [`super::Field::stored`]).
pub(crate) fn push_value(sql: &mut QueryBuilder<Sqlite>, value: &Value) {
    match value {
        Value::Int(value) => sql.push_bind(*value),
        Value::Text(value) => sql.push_bind(value.clone()),
        Value::Null
        | Value::Ints(_)
        | Value::Words(_)
        | Value::Texts(_)
        | Value::Headers(_)
        | Value::Object(_)
        | Value::List(_) => sql.push("null"),
    };
}
