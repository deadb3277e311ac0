//! List filters: from query parameters to one `where` that list, count and delete share.

use sqlx::{QueryBuilder, Sqlite};

use super::{Field, Kind, Op, Value, validate};
use crate::error::{Problem, What};

/// Conditions on the rows of one table, all of which must hold.
#[derive(Clone, Debug, Default)]
pub struct Filters(Vec<(&'static Field, Op, Value)>);

impl Filters {
    /// Reads query parameters. `unspell` takes a parameter's name apart as the dialect spells it.
    ///
    /// Of a repeated parameter the last wins. Text is compared as it stands, so an empty value matches blank fields.
    ///
    /// # Errors
    /// Every parameter that is no filter of this table, then every value that can not be read.
    pub fn parse(
        fields: &'static [Field],
        pairs: &[(String, String)],
        unspell: impl Fn(&str) -> (&str, Op),
    ) -> Result<Filters, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut named = Vec::new();
        for (key, value) in pairs {
            let (name, op) = unspell(key);
            match fields.iter().find(|field| field.name == name && field.filters.contains(&op)) {
                Some(field) => {
                    named.retain(|(_, f, o, _)| (*f, *o) != (field, op));
                    named.push((key, field, op, value));
                }
                None => problems.push(Problem::new(key.clone(), What::Unknown)),
            }
        }
        let mut conditions = Vec::new();
        for (key, field, op, value) in named {
            match read(field, value) {
                Ok(value) => conditions.push((field, op, value)),
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

    /// The conditions on one field alone.
    #[must_use]
    pub fn on(&self, name: &str) -> Filters {
        Filters(self.0.iter().filter(|(field, ..)| field.name == name).cloned().collect())
    }

    /// Appends ` where …`, or nothing when there is no condition. Column names come from the field table, values are bound.
    pub fn push_where(&self, sql: &mut QueryBuilder<Sqlite>) {
        for (i, (field, op, value)) in self.0.iter().enumerate() {
            sql.push(if i == 0 { " where " } else { " and " });
            match op {
                Op::Is => sql.push(field.name).push(" = "),
                Op::Min => sql.push(field.name).push(" >= "),
                Op::Max => sql.push(field.name).push(" <= "),
                // Not `like`: nothing in the text stands for anything but itself.
                Op::Like => sql.push("0 < instr(lower(").push(field.name).push("), lower("),
            };
            super::write::push_value(sql, value);
            if *op == Op::Like {
                sql.push("))");
            }
        }
    }
}

/// Reads a filter's value. Text has no rule but that it is text: what could never be stored matches nothing.
fn read(field: &Field, text: &str) -> Result<Value, What> {
    let any_text = Field { kind: Kind::Text, min: 0, max: usize::MAX, ..*field };
    let field = if matches!(field.kind, Kind::Text | Kind::Email) { &any_text } else { field };
    validate::read_text(field, text)
}
