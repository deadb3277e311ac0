//! List filters: from query parameters to one `where` that list, count and delete share.

use sqlx::{QueryBuilder, Sqlite};

use super::problem::{Problem, What};
use super::{Dialect, Field, Kind, Op, Value, validate};

/// What a number or date is whose value is blank: `?min_id=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// As if it were absent. Assumed, for whatever only reads.
    PassedOver,
    /// Invalid: a delete must not take more than was meant.
    Refused,
}

/// Assumed: the most values that a field may be one of.
pub const MAX_IN: usize = 1000;

/// Assumed: the most values of which a text may contain one. Each is looked for in every row.
pub const MAX_LIKE: usize = 50;

/// Conditions on the rows of one table, all of which must hold.
#[derive(Clone, Debug, Default)]
pub struct Filters(Vec<(&'static Field, Op, Vec<Value>)>);

impl Filters {
    /// Reads query parameters. `unspell` takes a parameter's name apart as the dialect spells it. Where one of
    /// several will do, commas part them.
    ///
    /// Of a repeated parameter the last wins. Text is compared as it stands, so an empty value matches blank fields.
    ///
    /// # Errors
    /// Every parameter that is no filter of this table, then every value that can not be read.
    pub fn parse(
        fields: &'static [Field],
        dialect: Dialect,
        pairs: &[(String, String)],
        blanks: Blanks,
        unspell: impl Fn(&str) -> (&str, Op),
    ) -> Result<Filters, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut named = Vec::new();
        for (key, value) in pairs {
            let (name, op) = unspell(key);
            let field = fields.iter().find(|field| {
                let side = field.side(dialect);
                side.name == name && side.filters.contains(&op)
            });
            match field {
                Some(field)
                    if blanks == Blanks::PassedOver && value.is_empty() && may_be_blank(field, op) => {}
                Some(field) => {
                    named.retain(|(_, f, o, _)| (*f, *o) != (field, op));
                    named.push((key, field, op, value));
                }
                None => problems.push(Problem::new(key.clone(), What::Unknown)),
            }
        }
        let mut conditions = Vec::new();
        for (key, field, op, value) in named {
            let max = match op {
                Op::In => MAX_IN,
                Op::Like if dialect == Dialect::V3 => MAX_LIKE,
                _ => 1,
            };
            let texts: Vec<&str> = if max > 1 { value.split(',').collect() } else { vec![value] };
            if texts.len() > max {
                problems.push(Problem::new(key.clone(), What::Entries { min: 1, max }));
                continue;
            }
            match texts.into_iter().map(|text| read(field, dialect, text)).collect() {
                Ok(values) => conditions.push((field, op, values)),
                Err(what) => problems.push(Problem::new(key.clone(), what)),
            }
        }
        if problems.is_empty() { Ok(Filters(conditions)) } else { Err(problems) }
    }

    /// Whether every row matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a field is compared with this operator.
    #[must_use]
    pub fn has(&self, name: &str, op: Op) -> bool {
        self.0.iter().any(|(field, by, _)| field.name == name && *by == op)
    }

    /// How many values a field may have, if they are counted.
    #[must_use]
    pub fn choices(&self, name: &str) -> Option<usize> {
        let on = self.0.iter().filter(|(field, op, _)| field.name == name && matches!(op, Op::Is | Op::In));
        on.map(|(.., values)| values.len()).min()
    }

    /// The only field that there are conditions on, if it is only one.
    #[must_use]
    pub fn lone(&self) -> Option<&'static str> {
        let (first, ..) = self.0.first()?;
        self.0.iter().all(|(field, ..)| field == first).then_some(first.name)
    }

    /// The least and the greatest integer that may match.
    #[must_use]
    pub fn range(&self, name: &str) -> (i64, i64) {
        let mut range = (i64::MIN, i64::MAX);
        for (field, op, values) in &self.0 {
            match (op, values.first()) {
                (Op::Min, Some(Value::Int(min))) if field.name == name => range.0 = range.0.max(*min),
                (Op::Max, Some(Value::Int(max))) if field.name == name => range.1 = range.1.min(*max),
                _ => {}
            }
        }
        range
    }

    /// The conditions on one field alone.
    #[must_use]
    pub fn on(&self, name: &str) -> Filters {
        Filters(self.0.iter().filter(|(field, ..)| field.name == name).cloned().collect())
    }

    /// Adds a condition of the model's own.
    pub fn require(&mut self, field: &'static Field, op: Op, values: Vec<Value>) {
        self.0.push((field, op, values));
    }

    /// Appends ` where …`, or nothing when there is no condition. Column names come from the field table, values are bound.
    pub fn push_where(&self, sql: &mut QueryBuilder<Sqlite>) {
        for (i, (field, op, values)) in self.0.iter().enumerate() {
            sql.push(if i == 0 { " where " } else { " and " });
            match (op, values.first()) {
                (Op::Is, Some(value)) => compare(sql, field, " = ", value),
                (Op::Min, Some(value)) => compare(sql, field, " >= ", value),
                (Op::Max, Some(value)) => compare(sql, field, " <= ", value),
                (_, None) => {
                    sql.push("0");
                }
                (Op::In, Some(first)) => {
                    let nocase = matches!(field.kind, Kind::Text | Kind::Email);
                    sql.push(field.column).push(if nocase { " collate nocase" } else { "" });
                    if values.len() == 1 {
                        // So that SQLite sees that an index has the rows in the order of their ids.
                        sql.push(" = ");
                        super::write::push_value(sql, first);
                    } else {
                        // One statement for any number of values.
                        sql.push(" in (select value from json_each(").push_bind(json(values)).push("))");
                    }
                }
                (Op::Like, _) => {
                    // Not `like`: nothing in the text stands for anything but itself. The limit keeps SQLite from
                    // making the text anew for each value.
                    sql.push("exists (select 1 from (select lower(").push(field.column);
                    sql.push(") as text limit 1) where ");
                    for (i, value) in values.iter().enumerate() {
                        sql.push(if i == 0 { "" } else { " or " }).push("instr(text, ");
                        super::write::push_value(sql, &lower(value));
                        sql.push(")");
                    }
                    sql.push(")");
                }
            }
        }
    }
}

/// As SQLite's `lower`: ASCII only.
fn lower(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.to_ascii_lowercase()),
        other => other.clone(),
    }
}

fn compare(sql: &mut QueryBuilder<Sqlite>, field: &Field, operator: &'static str, value: &Value) {
    sql.push(field.column).push(operator);
    super::write::push_value(sql, value);
}

/// Values as a JSON array.
fn json(values: &[Value]) -> String {
    let values = values.iter().map(|value| match value {
        Value::Int(value) => (*value).into(),
        Value::Text(value) => value.clone().into(),
        _ => serde_json::Value::Null,
    });
    serde_json::Value::Array(values.collect()).to_string()
}

/// Whether a value of this kind is as if absent when it is blank. Of a list, that of its entries is not.
fn may_be_blank(field: &Field, op: Op) -> bool {
    op != Op::In && matches!(field.kind, Kind::Int | Kind::Money | Kind::Date)
}

/// Reads a filter's value. Text has no rule but that it is text: what could never be stored matches nothing.
fn read(field: &Field, dialect: Dialect, text: &str) -> Result<Value, What> {
    // Documented for attributes, assumed for the rest of V3: Unix time is a date too, in seconds up to 11 digits, in
    // milliseconds from 12 on.
    if dialect == Dialect::V3 && field.kind == Kind::Date && text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse::<i64>() {
            Ok(millis) if text.len() >= 12 => Ok(Value::Int(millis.div_euclid(1000))),
            Ok(seconds) => Ok(Value::Int(seconds)),
            Err(_) => Err(What::Malformed { kind: Kind::Date, value: text.to_owned() }),
        };
    }
    let kind =
        if matches!(field.kind, Kind::Text | Kind::Email | Kind::Url) { Kind::Text } else { field.kind };
    validate::read_text(kind, 0..=usize::MAX, text)
}
