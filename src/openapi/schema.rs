//! From field tables to JSON schemas: what a body may hold, and what an answer shows.

use serde_json::{Map, Value as Json, json};

use crate::fields::validate::Operation;
use crate::fields::{Access, Dialect, Field, Kind, Side};

/// RFC 2822, as V2 writes it.
const RFC_2822: &str = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} \
    (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} \\+0000$";
/// Four decimals, as V2 writes them.
const FOUR_DECIMALS: &str = r"^[0-9]+\.[0-9]{4}$";

/// A component.
pub(super) fn of(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Objects with these properties, all required but those named.
pub(super) fn object(properties: Map<String, Json>, optional: &[&str]) -> Json {
    let required: Vec<&String> = properties.keys().filter(|key| !optional.contains(&key.as_str())).collect();
    let mut schema = json!({"type": "object"});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["properties"] = Json::Object(properties);
    schema
}

/// A list of these.
pub(super) fn array(items: Json) -> Json {
    json!({"type": "array", "items": items})
}

/// The object that a write takes.
pub(super) fn body(fields: &'static [Field], dialect: Dialect, operation: Operation) -> Json {
    written(fields, dialect, operation, false)
}

/// The object that stands in a seed for a row of this table.
pub(crate) fn seeded(fields: &'static [Field]) -> Json {
    written(fields, Dialect::V2, Operation::Seed, false)
}

/// What a field is in a write. A seed speaks V2, and V3 of what only that has; and it may pin what clients may not write.
fn side(field: &'static Field, dialect: Dialect, operation: Operation) -> (&'static Side, bool) {
    let is_seed = operation == Operation::Seed;
    let side = match field.side(dialect) {
        side if side.access == Access::Absent && is_seed => field.side(Dialect::V3),
        side => side,
    };
    let is_pinned = is_seed && matches!(side.access, Access::ReadOnly | Access::Ignored) && field.stored;
    (side, side.is_read(operation) || is_pinned)
}

fn written(fields: &'static [Field], dialect: Dialect, operation: Operation, inside: bool) -> Json {
    let sides = || fields.iter().map(|field| (field, side(field, dialect, operation)));
    let taken = sides().filter(|(field, (_, is_read))| *is_read && field.kind != Kind::Computed);
    let taken = taken.map(|(field, (side, _))| (field, side));
    // What the id of the path or of the batch says is nothing to an object inside.
    let taken = taken.filter(|(_, side)| !(inside && side.access == Access::Key));
    let required: Vec<&str> = sides()
        .map(|(_, (side, _))| side)
        .filter(|side| side.is_needed(operation, inside))
        .map(|side| side.name)
        .collect();
    let properties: Map<String, Json> = taken
        .map(|(field, side)| (side.name.to_owned(), taken_as(field, side, dialect, operation)))
        .collect();
    let mut schema = json!({"type": "object"});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["properties"] = Json::Object(properties);
    // V3 passes over what it does not know.
    if dialect == Dialect::V2 {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn taken_as(field: &Field, side: &Side, dialect: Dialect, operation: Operation) -> Json {
    let mut schema = match field.kind {
        Kind::Int if dialect == Dialect::V2 => {
            json!({"type": ["integer", "string"], "pattern": "^-?[0-9]+$"})
        }
        Kind::Money if dialect == Dialect::V2 => {
            json!({"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"})
        }
        Kind::Int => json!({"type": "integer"}),
        Kind::Money => json!({"type": "number", "minimum": 0}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Text => text(side),
        Kind::Email => over(text(side), &json!({"format": "email"})),
        Kind::Url => over(text(side), &json!({"format": "uri"})),
        Kind::Password => json!({
            "type": "string", "format": "password", "writeOnly": true, "minLength": 7, "maxLength": 250,
            "description": "With at least one letter and one digit.",
        }),
        Kind::Answer => answer(),
        Kind::Date => json!({"type": "string"}),
        Kind::OneOf(words) => json!({"type": "string", "enum": words}),
        Kind::Ints => entries(side, taken_in_list(dialect)),
        Kind::Words(words) => entries(side, json!({"type": "string", "enum": words})),
        Kind::Emails => entries(side, json!({"type": "string", "format": "email"})),
        Kind::Headers => headers(),
        Kind::Object(fields) => written(fields, dialect, operation, true),
        Kind::List(fields) => entries(side, written(fields, dialect, operation, true)),
        Kind::Computed => json!({}),
    };
    if field.nullable && operation != Operation::Seed {
        nullable(&mut schema);
    }
    schema
}

/// Headers of HTTP.
fn headers() -> Json {
    json!({"type": "object", "additionalProperties": {"type": "string"}})
}

/// What a form field may be answered with.
pub(super) fn answer() -> Json {
    over(array(json!({"type": "string"})), &json!({"type": ["string", "number", "array"]}))
}

/// An integer in a list.
fn taken_in_list(dialect: Dialect) -> Json {
    match dialect {
        Dialect::V2 => json!({"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}),
        Dialect::V3 => json!({"type": "integer"}),
    }
}

fn text(side: &Side) -> Json {
    let mut schema = json!({"type": "string"});
    if side.min > 0 {
        schema["minLength"] = json!(side.min);
    }
    if side.max < usize::MAX {
        schema["maxLength"] = json!(side.max);
    }
    schema
}

fn entries(side: &Side, items: Json) -> Json {
    let mut schema = array(items);
    if side.min > 0 {
        schema["minItems"] = json!(side.min);
    }
    if side.max < usize::MAX {
        schema["maxItems"] = json!(side.max);
    }
    schema
}

/// Lets a schema of one type take null too.
fn nullable(schema: &mut Json) {
    schema["type"] = json!([schema["type"], "null"]);
    if let Some(words) = schema.get_mut("enum").and_then(Json::as_array_mut) {
        words.push(Json::Null);
    }
}

/// The properties of an answer, in the order of the table. What is only written, or only a filter, is not among
/// them; what is made up from other things is to be replaced.
pub(super) fn shown(fields: &'static [Field], dialect: Dialect) -> Map<String, Json> {
    let shown = fields.iter().filter(|field| {
        let is_scalar = !matches!(
            field.kind,
            Kind::Ints
                | Kind::Words(_)
                | Kind::Emails
                | Kind::Headers
                | Kind::Object(_)
                | Kind::List(_)
                | Kind::Computed
        );
        field.side(dialect).access != Access::Absent && (field.stored || !is_scalar)
    });
    shown.map(|field| (field.side(dialect).name.to_owned(), shown_as(field, dialect))).collect()
}

fn shown_as(field: &Field, dialect: Dialect) -> Json {
    let mut schema = match (field.kind, dialect) {
        (Kind::Int, _) => json!({"type": "integer"}),
        (Kind::Bool, _) => json!({"type": "boolean"}),
        // V2 shows every answer as text.
        (Kind::Text, _) | (Kind::Answer, Dialect::V2) => json!({"type": "string"}),
        (Kind::Answer, Dialect::V3) => answer(),
        (Kind::Email, _) => json!({"type": "string", "format": "email"}),
        (Kind::Url, _) => json!({"type": "string", "format": "uri"}),
        (Kind::Emails, _) => array(json!({"type": "string", "format": "email"})),
        (Kind::Headers, _) => headers(),
        (Kind::Money, Dialect::V2) => json!({"type": "string", "pattern": FOUR_DECIMALS}),
        (Kind::Money, Dialect::V3) => json!({"type": "number"}),
        (Kind::Date, Dialect::V2) => json!({"type": "string", "pattern": RFC_2822}),
        (Kind::Date, Dialect::V3) => json!({"type": "string", "format": "date-time"}),
        (Kind::OneOf(words), _) => json!({"type": "string", "enum": words}),
        (Kind::Ints, _) => array(json!({"type": "integer"})),
        (Kind::Words(words), _) => array(json!({"type": "string", "enum": words})),
        (Kind::Object(fields), _) => object(shown(fields, dialect), &[]),
        (Kind::List(fields), _) => array(object(shown(fields, dialect), &[])),
        (Kind::Password | Kind::Computed, _) => json!({}),
    };
    if field.nullable {
        nullable(&mut schema);
    }
    schema
}

/// A list filter's value; `several` of them parted by commas.
pub(super) fn filter(kind: Kind, several: bool) -> Json {
    let one = match kind {
        Kind::Int => json!({"type": "integer"}),
        Kind::Bool => json!({"type": "string", "enum": ["true", "false", "1", "0"]}),
        Kind::Money => json!({"type": "number", "minimum": 0}),
        Kind::OneOf(words) => json!({"type": "string", "enum": words}),
        Kind::Date => json!({
            "type": "string",
            "description": "A day, an ISO 8601 date-time with or without offset, or an RFC 2822 date.",
        }),
        _ => json!({"type": "string"}),
    };
    if several { array(one) } else { one }
}

/// A schema with these keys over its own.
pub(super) fn over(mut schema: Json, more: &Json) -> Json {
    for (key, value) in more.as_object().into_iter().flatten() {
        schema[key] = value.clone();
    }
    schema
}
