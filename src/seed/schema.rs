//! The format of seed files as a JSON schema, for editors. Fields of rows are those of the field tables.
//!
//! It says of a file what can be said without knowing the rest of it: a reference to nothing passes, and so does an email
//! that is there twice. `bigcommerce-mock seed check` finds those as well.

#![expect(clippy::needless_pass_by_value, reason = "schemas are made where they are used")]

use serde_json::{Map, Value as Json, json};

use super::definitions::VALUE;
use crate::access::SCOPES;
use crate::fields::Field;
use crate::model::form_fields::Type;
use crate::model::stored_instruments::{BILLING_ADDRESS, TYPES};
use crate::model::{
    addresses, attributes, channel_settings, channels, consents, customer_groups, customers, hooks,
    metafields, settings,
};
use crate::openapi::schema::seeded;
use crate::tenants::{self, Information};

/// The schema.
#[must_use]
pub fn document() -> Json {
    let hash = json!({"pattern": "^[A-Za-z0-9_-]{1,64}$"});
    let stores = json!({"type": "object", "propertyNames": hash, "additionalProperties": store()});
    let mut document = object([("stores", stores)]);
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    document["title"] = "Seed of bigcommerce-mock".into();
    document
}

/// What stands under a store's hash.
#[must_use]
pub fn store() -> Json {
    let scopes: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
    let token = object([("token", text()), ("scopes", list(json!({"enum": scopes}))), ("client_id", text())]);
    let basic = object([("username", text()), ("password", text())]);
    let number = |most: u32| json!({"type": "integer", "minimum": 0, "maximum": most});
    let generate = object([
        ("customers", number(10_000_000)),
        ("groups", number(1000)),
        ("addresses_per_customer", number(100)),
        ("seed", number(u32::MAX)),
    ]);
    object([
        ("auth", json!({"enum": ["lenient", "strict"]})),
        ("tokens", list(required(token, &["token", "scopes"]))),
        ("basic", list(required(basic, &["username", "password"]))),
        ("settings", behaviour()),
        ("store", of_kind(&Information::default().of("demo"))),
        ("customer_settings", seeded(settings::FIELDS)),
        ("channels", list(with(channels::FIELDS, [("settings", seeded(channel_settings::FIELDS))]))),
        ("groups", list(seeded(customer_groups::FIELDS))),
        ("form_fields", list(form_field())),
        ("attributes", list(seeded(attributes::FIELDS))),
        ("customers", list(customer())),
        ("metafields", list(seeded(metafields::FIELDS))),
        ("hooks", list(seeded(hooks::FIELDS))),
        ("hooks_admin", list(seeded(hooks::admin::FIELDS))),
        ("generate", generate),
    ])
}

/// The settings, as the reader of them knows them.
fn behaviour() -> Json {
    let words = tenants::settings::words();
    let mut all: Vec<(&str, Json)> =
        words.iter().map(|(key, words)| (*key, json!({"enum": words}))).collect();
    let clock = [
        required(object([("mode", json!({"const": "real"}))]), &["mode"]),
        required(object([("mode", json!({"const": "frozen"})), ("now", text())]), &["mode", "now"]),
        required(object([("mode", json!({"const": "shifted"})), ("by", text())]), &["mode", "by"]),
    ];
    all.push(("clock", json!({"oneOf": clock})));
    all.push(("cors", json!({"oneOf": [{"enum": ["any", "off"]}, list(text())]})));
    let count = json!({"type": "integer", "minimum": 0, "maximum": 1_000_000_000});
    let quota = object([
        ("plan", json!({"enum": ["unlimited", "standard", "plus", "pro"]})),
        ("requests", count.clone()),
        ("window", text()),
        ("enforce", json!({"type": "boolean"})),
        ("hourly", count),
    ]);
    all.push(("quota", quota));
    all.push(("latency", text()));
    object(all)
}

fn form_field() -> Json {
    let types: Vec<&str> = Type::ALL.iter().map(|kind| kind.name()).collect();
    let field = object([
        ("name", text()),
        ("of", json!({"enum": ["customer", "address"]})),
        ("type", json!({"enum": types})),
        ("options", list(text())),
    ]);
    required(field, &["name", "of"])
}

fn customer() -> Json {
    let consent = seeded(consents::FIELDS);
    let address = legacy(with(addresses::FIELDS, [("form_fields", answers())]));
    legacy(with(
        customers::FIELDS,
        [
            ("password", json!({"type": "string", "minLength": 7, "maxLength": 250})),
            ("password_hash", text()),
            ("form_fields", answers()),
            ("attributes", list(seeded(VALUE))),
            ("addresses", list(address)),
            ("stored_instruments", list(instrument())),
            ("consent", consent),
            ("metafields", list(seeded(metafields::FIELDS))),
        ],
    ))
}

/// Rows of older times may lack what must be there today.
fn legacy(mut row: Json) -> Json {
    row["properties"]["legacy"] = json!({"type": "boolean"});
    let today = json!({"required": row["required"]});
    if let Some(row) = row.as_object_mut() {
        row.shift_remove("required");
    }
    row["if"] = json!({"properties": {"legacy": {"const": true}}, "required": ["legacy"]});
    row["else"] = today;
    for (key, schema) in row["properties"].as_object_mut().into_iter().flatten() {
        if let Some(schema) = schema.as_object_mut().filter(|_| key != "password") {
            schema.shift_remove("minLength");
        }
    }
    row
}

fn answers() -> Json {
    let value = json!({"type": ["string", "array"], "items": text()});
    list(required(object([("name", text()), ("value", value)]), &["name", "value"]))
}

fn instrument() -> Json {
    let kinds = TYPES.iter().map(|(name, kind)| {
        let mut schema = with(kind.fields(), [("type", json!({"const": name}))]);
        if *name == "stored_card" {
            schema["properties"]["billing_address"] = seeded(BILLING_ADDRESS);
        }
        schema
    });
    json!({"oneOf": kinds.collect::<Vec<_>>()})
}

/// A row with more keys than its table has.
fn with<const N: usize>(fields: &'static [Field], more: [(&str, Json); N]) -> Json {
    let mut row = seeded(fields);
    // Ids may be pinned.
    if row["properties"].get("id").is_some() {
        row["properties"]["id"]["description"] = "1 to 2000000000, once in the store".into();
    }
    for (key, schema) in more {
        row["properties"][key] = schema;
    }
    row
}

fn text() -> Json {
    json!({"type": "string"})
}

fn list(items: Json) -> Json {
    json!({"type": "array", "items": items})
}

fn object<'a>(properties: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    let properties: Map<String, Json> =
        properties.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn required(mut schema: Json, keys: &[&str]) -> Json {
    schema["required"] = json!(keys);
    schema
}

/// The schema of values like this one, of which each may be left out.
fn of_kind(value: &Json) -> Json {
    match value {
        Json::Object(entries) => {
            // Those follow from the hash.
            let own = entries.iter().filter(|(key, _)| !matches!(key.as_str(), "id" | "store_id"));
            object(own.map(|(key, value)| (key.as_str(), of_kind(value))))
        }
        Json::Array(_) => json!({}),
        Json::Bool(_) => json!({"type": "boolean"}),
        Json::Number(_) => json!({"type": "integer"}),
        _ => text(),
    }
}
