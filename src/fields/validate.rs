//! From a JSON object to values that may be stored, or to every problem with it.

use serde_json::{Map, Value as Json};

use super::{Field, Kind, Value, values};
use crate::error::{Problem, What};

/// What the object is for; it decides which fields must and may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A client makes a row: required fields must be there.
    Create,
    /// A client changes a row: what is absent stays as it is.
    Update,
    /// A seed file makes a row: as a create, and columns that clients may not write can be pinned.
    Seed,
}

/// Fields that were supplied and passed every rule of their own.
///
/// It can only come from [`validate`]. A field that was absent is absent here too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid(Vec<(&'static Field, Value)>);

impl Valid {
    /// Every supplied field, in the order of the field table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// Whether nothing was supplied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field, if it was supplied.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(field, _)| field.name == name).map(|(_, value)| value)
    }

    /// The number in a field, if it was supplied.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        if let Some(Value::Int(value)) = self.get(name) { Some(*value) } else { None }
    }

    /// The text in a field, if it was supplied.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The integers in a field, if it was supplied.
    #[must_use]
    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        if let Some(Value::Ints(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The objects in a field, if it was supplied.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[Valid]> {
        if let Some(Value::List(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The object in a field, if it was supplied.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&Valid> {
        if let Some(Value::Object(value)) = self.get(name) { Some(value) } else { None }
    }
}

/// Checks an object against a field table.
///
/// # Errors
/// Every problem, in the order in which V2 looks for them: unknown fields, read-only fields, required fields that are
/// not there, then each field's own rule in the order of the table.
pub fn validate(
    fields: &'static [Field],
    operation: Operation,
    object: &Map<String, Json>,
) -> Result<Valid, Vec<Problem>> {
    let mut problems = Vec::new();
    names(fields, operation, object, &What::Unknown, &mut problems);
    names(fields, operation, object, &What::ReadOnly, &mut problems);
    required(fields, operation, object, &mut problems);
    let valid = read(fields, operation, object, &mut problems);
    if problems.is_empty() { Ok(valid) } else { Err(problems) }
}

/// Adds a problem for every key that is not a field, or is one that may not be written; objects inside included.
fn names(
    fields: &'static [Field],
    operation: Operation,
    object: &Map<String, Json>,
    looking_for: &What,
    problems: &mut Vec<Problem>,
) {
    for (key, value) in object {
        let field = fields.iter().find(|field| field.name == key);
        let found = match field {
            None => Some(What::Unknown),
            Some(field) if is_read_only(field, operation) => Some(What::ReadOnly),
            Some(_) => None,
        };
        if found.as_ref() == Some(looking_for) {
            problems.push(Problem::new(key.clone(), looking_for.clone()));
        }
        if let Some(field) = field {
            for (inner, object) in inside(field, value) {
                names(inner, operation, object, looking_for, problems);
            }
        }
    }
}

/// The objects in a value, with the fields that they may have.
fn inside<'a>(field: &Field, value: &'a Json) -> Vec<(&'static [Field], &'a Map<String, Json>)> {
    match (field.kind, value) {
        (Kind::Object(inner), Json::Object(object)) => vec![(inner, object)],
        (Kind::List(inner), Json::Array(items)) => {
            items.iter().filter_map(Json::as_object).map(|object| (inner, object)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_read_only(field: &Field, operation: Operation) -> bool {
    field.read_only && !(operation == Operation::Seed && field.is_column())
}

fn required(
    fields: &'static [Field],
    operation: Operation,
    object: &Map<String, Json>,
    problems: &mut Vec<Problem>,
) {
    for field in fields.iter().filter(|field| field.required) {
        let missing = match object.get(field.name) {
            None => operation != Operation::Update,
            // Assumed: a required field can not be blanked by an update either.
            Some(Json::Null) => true,
            Some(Json::String(text)) => text.is_empty(),
            Some(_) => false,
        };
        if missing {
            problems.push(Problem::new(field.name, What::Missing));
        }
    }
    // What is inside of a field is replaced as a whole, so its own required fields are always required.
    for field in fields.iter().filter(|field| !is_read_only(field, operation)) {
        for (inner, object) in object.get(field.name).map_or(Vec::new(), |value| inside(field, value)) {
            required(inner, Operation::Create, object, problems);
        }
    }
}

fn read(
    fields: &'static [Field],
    operation: Operation,
    object: &Map<String, Json>,
    problems: &mut Vec<Problem>,
) -> Valid {
    let mut valid = Vec::new();
    for field in fields.iter().filter(|field| !is_read_only(field, operation)) {
        let Some(json) = object.get(field.name) else { continue };
        let value = match (field.kind, json) {
            (Kind::Object(inner), Json::Object(object)) => {
                Ok(Value::Object(read(inner, operation, object, problems)))
            }
            (Kind::List(inner), Json::Array(items)) => {
                let items = items.iter().map(|item| match item {
                    Json::Object(object) => Ok(read(inner, operation, object, problems)),
                    _ => Err(What::WrongType(field.kind)),
                });
                items.collect::<Result<_, _>>().map(Value::List)
            }
            _ => read_json(field, json),
        };
        match value {
            Ok(value) => valid.push((field, value)),
            // Said already, as missing.
            Err(_) if problems.iter().any(|problem| problem.at == field.name) => {}
            Err(what) => problems.push(Problem::new(field.name, what)),
        }
    }
    Valid(valid)
}

/// Reads one JSON value as a field's kind demands.
fn read_json(field: &Field, json: &Json) -> Result<Value, What> {
    match (field.kind, json) {
        (
            Kind::Text | Kind::Email | Kind::Password | Kind::Date | Kind::Money | Kind::Int | Kind::OneOf(_),
            Json::String(text),
        ) => read_text(field, text),
        // The number's own text: nothing passes through a float.
        (Kind::Money | Kind::Int, Json::Number(number)) => read_text(field, number.as_str()),
        (Kind::Bool, Json::Bool(value)) => Ok(Value::Int(i64::from(*value))),
        (Kind::Ints, Json::Array(items)) => {
            let items = items.iter().map(|item| match read_json(&super::int(field.name), item)? {
                Value::Int(value) => Ok(value),
                _ => Err(What::WrongType(Kind::Int)),
            });
            items.collect::<Result<_, _>>().map(Value::Ints)
        }
        (kind, _) => Err(What::WrongType(kind)),
    }
}

/// Reads text – of a JSON string or number, or of a filter – as a field's kind demands.
///
/// # Errors
/// Which rule it breaks.
pub fn read_text(field: &Field, text: &str) -> Result<Value, What> {
    if text.contains('\0') {
        return Err(What::HasNul);
    }
    let malformed = || What::Malformed { kind: field.kind, value: text.to_owned() };
    match field.kind {
        Kind::Text | Kind::Email => {
            if field.kind == Kind::Email && !values::is_email(text) {
                return Err(malformed());
            }
            if !(field.min..=field.max).contains(&text.chars().count()) {
                return Err(What::Length { min: field.min, max: field.max });
            }
            Ok(Value::Text(text.to_owned()))
        }
        Kind::Password if values::is_password(text) => Ok(Value::Text(text.to_owned())),
        Kind::Password => Err(What::WeakPassword),
        // Rust would take a plus sign as well.
        Kind::Int if text.starts_with('+') => Err(malformed()),
        Kind::Int => text.parse().map(Value::Int).map_err(|_| malformed()),
        Kind::Money => values::money(text).map(Value::Int).ok_or_else(malformed),
        Kind::Date => values::date(text).map(Value::Int).ok_or_else(malformed),
        Kind::Bool => match text {
            "true" | "1" => Ok(Value::Int(1)),
            "false" | "0" => Ok(Value::Int(0)),
            _ => Err(malformed()),
        },
        Kind::OneOf(words) if words.contains(&text) => Ok(Value::Text(text.to_owned())),
        Kind::OneOf(_) => Err(malformed()),
        Kind::Ints | Kind::Object(_) | Kind::List(_) | Kind::Computed => Err(What::WrongType(field.kind)),
    }
}
