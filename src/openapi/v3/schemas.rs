//! What the operations of V3 take and show.

use serde_json::{Map, Value as Json, json};

use super::super::schema::{answer, array, body, object, of, over, shown};
use super::super::v2;
use super::{hooks, metafields, named};
use crate::fields::Dialect;
use crate::fields::validate::Operation::{Create, Update};
use crate::model::stored_instruments::Type;
use crate::model::{
    addresses, attribute_values, attributes, channel_settings, channels, consents, customers,
    form_field_values, settings, stored_instruments,
};
use crate::v3::validate_credentials;

pub(super) fn schemas() -> Json {
    let mut new_customer = body(customers::FIELDS, Dialect::V3, Create);
    // Documented: an update may be longer.
    new_customer["properties"]["email"]["maxLength"] = json!(250);
    let mut schemas = json!({
        "Customer": customer(),
        "NewCustomer": new_customer,
        "CustomerChanges": body(customers::FIELDS, Dialect::V3, Update),
        "Address": address(),
        "NewAddress": body(addresses::FIELDS, Dialect::V3, Create),
        "AddressChanges": body(addresses::FIELDS, Dialect::V3, Update),
        "Attribute": object(shown(attributes::FIELDS, Dialect::V3), &[]),
        "NewAttribute": body(attributes::FIELDS, Dialect::V3, Create),
        "AttributeChanges": body(attributes::FIELDS, Dialect::V3, Update),
        "AttributeValue": attribute_value(),
        "NewAttributeValue": body(attribute_values::FIELDS, Dialect::V3, Create),
        "FormFieldValue": form_field_value(),
        "NewFormFieldValue": body(form_field_values::FIELDS, Dialect::V3, Create),
        "Credentials": body(validate_credentials::FIELDS, Dialect::V3, Create),
        "CredentialsChecked": object(
            named([("is_valid", json!({"type": "boolean"})), ("customer_id", json!({"type": "integer"}))]),
            &["customer_id"],
        ),
        "Settings": store_settings(),
        "SettingsChanges": body(settings::FIELDS, Dialect::V3, Update),
        "ChannelSettings": own_settings(),
        "ChannelSettingsChanges": body(channel_settings::FIELDS, Dialect::V3, Update),
        "Channel": channel(),
        "Consent": consent(),
        "NewConsent": object(named([("allow", purposes()), ("deny", purposes())]), &["allow", "deny"]),
        "StoredInstrument": stored_instrument(),
        "Meta": object(named([("pagination", pagination())]), &[]),
        "CursorMeta": object(
            named([("pagination", pagination()), ("cursor_pagination", cursor_pagination())]),
            &["pagination", "cursor_pagination"],
        ),
        "Error": v2::gateway_error(),
    });
    schemas.as_object_mut().into_iter().for_each(|schemas| {
        schemas.extend(metafields::schemas());
        schemas.extend(hooks::schemas());
    });
    schemas
}

fn customer() -> Json {
    let mut shown = shown(customers::FIELDS, Dialect::V3);
    let count = || json!({"type": "integer", "minimum": 0});
    shown["addresses"] = array(of("Address"));
    shown["attributes"] = array(of("AttributeValue"));
    shown["form_fields"] = array(of("FormFieldValue"));
    shown.extend(named([
        ("address_count", count()),
        ("attribute_count", count()),
        ("shopper_profile_id", json!({"type": "string", "format": "uuid"})),
        ("segment_ids", array(json!({"type": "string"}))),
    ]));
    object(
        shown,
        &[
            "addresses",
            "attributes",
            "form_fields",
            "store_credit_amounts",
            "address_count",
            "attribute_count",
            "shopper_profile_id",
            "segment_ids",
        ],
    )
}

fn address() -> Json {
    let mut shown = shown(addresses::FIELDS, Dialect::V3);
    shown["form_fields"] = array(of("FormFieldValue"));
    object(shown, &["form_fields"])
}

fn attribute_value() -> Json {
    let mut shown = shown(attribute_values::FIELDS, Dialect::V3);
    // Observed: `value` in, `attribute_value` out.
    if let Some(value) = shown.shift_remove("value") {
        shown.insert("attribute_value".to_owned(), value);
    }
    object(shown, &[])
}

/// Of a customer, or of an address.
fn form_field_value() -> Json {
    let id = || json!({"type": "integer"});
    let name = json!({"type": "string"});
    object(
        named([("name", name), ("value", answer()), ("customer_id", id()), ("address_id", id())]),
        &["customer_id", "address_id"],
    )
}

/// What a channel has. Null is as the store has it, but logins are told as they stand.
fn own_settings() -> Json {
    let mut shown = shown(channel_settings::FIELDS, Dialect::V3);
    shown.values_mut().for_each(never_null);
    object(shown, &[])
}

fn channel() -> Json {
    let mut shown = shown(channels::FIELDS, Dialect::V3);
    // Filters alone know of it.
    shown.shift_remove("available");
    let text = || json!({"type": "string"});
    let currencies = named([
        ("channel_id", json!({"type": "integer"})),
        ("enabled_currencies", array(text())),
        ("default_currency", text()),
    ]);
    shown
        .extend(named([("is_enabled", json!({"type": "boolean"})), ("currencies", object(currencies, &[]))]));
    object(shown, &["currencies"])
}

/// What a store has: all that a channel may have, but for its logins.
fn store_settings() -> Json {
    let mut shown = shown(channel_settings::FIELDS, Dialect::V3);
    shown.shift_remove("allow_global_logins");
    for settings in shown.values_mut() {
        never_null(settings);
        settings["properties"].as_object_mut().into_iter().flat_map(Map::values_mut).for_each(never_null);
    }
    object(shown, &[])
}

fn never_null(schema: &mut Json) {
    if let Some(kind) = schema["type"].as_array().and_then(|kinds| kinds.first()).cloned() {
        schema["type"] = kind;
    }
}

fn consent() -> Json {
    let when = json!({"type": "string", "format": "date-time"});
    object(named([("allow", purposes()), ("deny", purposes()), ("updated_at", when)]), &[])
}

fn purposes() -> Json {
    let purposes = array(json!({"type": "string", "enum": consents::PURPOSES}));
    over(purposes, &json!({"uniqueItems": true}))
}

fn stored_instrument() -> Json {
    let types = stored_instruments::TYPES.map(|(name, kind)| {
        let mut fields = named([("type", json!({"type": "string", "const": name}))]);
        fields.extend(shown(kind.fields(), Dialect::V3));
        if kind == Type::Card {
            fields.insert("expiry_month".to_owned(), json!({"type": "integer", "minimum": 1, "maximum": 12}));
            let mut address = shown(stored_instruments::BILLING_ADDRESS, Dialect::V3);
            // It may be blank.
            address["email"] = json!({"type": "string"});
            fields.insert("billing_address".to_owned(), object(address, &[]));
        }
        object(fields, &[])
    });
    json!({ "oneOf": types })
}

fn pagination() -> Json {
    let number = |name: &str| (name.to_owned(), json!({"type": "integer", "minimum": 0}));
    let numbers = ["total", "count", "per_page", "current_page", "total_pages"];
    object(numbers.map(number).into_iter().collect(), &[])
}

fn cursor_pagination() -> Json {
    let number = || json!({"type": "integer", "minimum": 0});
    let text = || json!({"type": "string"});
    let links = object(named([("previous", text()), ("next", text())]), &["previous", "next"]);
    object(
        named([
            ("count", number()),
            ("per_page", number()),
            ("start_cursor", text()),
            ("end_cursor", text()),
            ("links", links),
        ]),
        &["start_cursor", "end_cursor"],
    )
}
