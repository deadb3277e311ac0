//! The operations of V3. What they take and show is in `schemas.rs`.

use serde_json::{Map, Value as Json, json};

use super::schema::{array, object, of, over};
use super::{Described, Tag, UNAUTHORIZED, Version, operation, paging, parameter};
use crate::fields::Dialect::V3;
use crate::fields::{Dialect, Field};
use crate::model::{addresses, attribute_values, attributes, channels, customers, form_field_values};
use crate::v3::batch;
use crate::v3::list::{self, Abilities};

mod hooks;
mod metafields;
mod schemas;

pub(super) fn version() -> Version {
    Version {
        title: "Customers API, V3",
        description: "As bigcommerce-mock answers it. Writes take arrays of up to ten and are carried out whole or not \
            at all. Bodies may have keys that are not listed here; they are passed over.",
        tags: vec![
            Tag { name: "Customers", operations: customers() },
            Tag { name: "Addresses", operations: addresses() },
            Tag { name: "Attributes", operations: attributes() },
            Tag { name: "Attribute Values", operations: attribute_values() },
            Tag { name: "Form Field Values", operations: form_field_values() },
            Tag { name: "Validate Credentials", operations: vec![credentials()] },
            Tag { name: "Settings", operations: settings() },
            Tag { name: "Consent", operations: consent() },
            Tag { name: "Stored Instruments", operations: vec![stored_instruments()] },
            Tag { name: "Channels", operations: of_channels() },
            Tag { name: "Metafields", operations: metafields::operations() },
            Tag { name: "Webhooks", operations: hooks::operations() },
        ],
        schemas: schemas::schemas(),
        responses: responses(),
        security: &["token"],
    }
}

fn customers() -> Vec<Described> {
    use crate::v3::customers::ABILITIES;
    vec![
        operation(V3, "listCustomers")
            .query(list(customers::FIELDS, ABILITIES))
            .answers(200, page("Customer", ABILITIES)),
        operation(V3, "createCustomers")
            .body(
                batch("NewCustomer"),
                json!([{"email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"}]),
            )
            .answers(200, written("Customer")),
        operation(V3, "updateCustomers")
            .body(batch("CustomerChanges"), json!([{"id": 1, "company": "Analytical Engines"}]))
            .answers(200, written("Customer")),
        operation(V3, "deleteCustomers").query([ids()]).answers_nothing(),
    ]
}

fn addresses() -> Vec<Described> {
    use crate::v3::addresses::ABILITIES;
    vec![
        operation(V3, "listAddresses")
            .query(list(addresses::FIELDS, ABILITIES))
            .answers(200, page("Address", ABILITIES)),
        operation(V3, "createAddresses")
            .body(
                batch("NewAddress"),
                json!([{
                    "customer_id": 1, "first_name": "Ada", "last_name": "Byron", "address1": "12 St James's Square",
                    "city": "London", "state_or_province": "London", "postal_code": "SW1Y 4JH", "country_code": "GB",
                }]),
            )
            .answers(200, written("Address")),
        operation(V3, "updateAddresses")
            .body(batch("AddressChanges"), json!([{"id": 1, "city": "Ockham"}]))
            .answers(200, written("Address")),
        operation(V3, "deleteAddresses").query([ids()]).answers_nothing(),
    ]
}

fn attributes() -> Vec<Described> {
    use crate::v3::attributes::ABILITIES;
    vec![
        operation(V3, "listAttributes")
            .query(list(attributes::FIELDS, ABILITIES))
            .answers(200, page("Attribute", ABILITIES)),
        operation(V3, "createAttributes")
            .body(batch("NewAttribute"), json!([{"name": "Shoe size", "type": "number"}]))
            .answers(200, written("Attribute")),
        operation(V3, "updateAttributes")
            .body(batch("AttributeChanges"), json!([{"id": 1, "name": "Size of shoes"}]))
            .answers(200, written("Attribute")),
        operation(V3, "deleteAttributes").query([ids()]).answers_nothing(),
    ]
}

fn attribute_values() -> Vec<Described> {
    use crate::v3::attribute_values::ABILITIES;
    vec![
        operation(V3, "listAttributeValues")
            .query(list(attribute_values::FIELDS, ABILITIES))
            .answers(200, page("AttributeValue", ABILITIES)),
        operation(V3, "upsertAttributeValues")
            .body(batch("NewAttributeValue"), json!([{"customer_id": 1, "attribute_id": 1, "value": "42"}]))
            .answers(200, written("AttributeValue")),
        operation(V3, "deleteAttributeValues").query([ids()]).answers_nothing(),
    ]
}

fn form_field_values() -> Vec<Described> {
    use crate::v3::form_field_values::ABILITIES;
    vec![
        operation(V3, "listFormFieldValues")
            .query(list(form_field_values::FIELDS, ABILITIES))
            .answers(200, page("FormFieldValue", ABILITIES)),
        operation(V3, "upsertFormFieldValues")
            .body(
                batch("NewFormFieldValue"),
                json!([{"customer_id": 1, "name": "How did you hear about us?", "value": "A friend"}]),
            )
            .answers(200, written("FormFieldValue")),
    ]
}

fn credentials() -> Described {
    operation(V3, "validateCredentials")
        .body(
            of("Credentials"),
            json!({"email": "jane@example.com", "password": "s3cret-pass", "channel_id": 1}),
        )
        .answers(200, of("CredentialsChecked"))
}

fn settings() -> Vec<Described> {
    let answer = |name| enveloped(of(name), nothing());
    vec![
        operation(V3, "getSettings").answers(200, answer("Settings")),
        operation(V3, "updateSettings")
            .body(
                of("SettingsChanges"),
                json!({"privacy_settings": {"policy_url": "https://example.com/privacy"}}),
            )
            .answers(200, answer("Settings")),
        operation(V3, "getChannelSettings").answers(200, answer("ChannelSettings")),
        operation(V3, "updateChannelSettings")
            .body(of("ChannelSettingsChanges"), json!({"allow_global_logins": true}))
            .answers(200, answer("ChannelSettings")),
    ]
}

fn consent() -> Vec<Described> {
    vec![
        operation(V3, "getConsent").answers(200, of("Consent")),
        operation(V3, "updateConsent")
            .body(of("NewConsent"), json!({"allow": ["essential", "functional"], "deny": ["targeting"]}))
            .answers(200, of("Consent")),
    ]
}

fn of_channels() -> Vec<Described> {
    use crate::v3::channels::ABILITIES;
    let include = parameter("include", array(json!({"type": "string", "enum": ABILITIES.include})));
    vec![
        operation(V3, "listChannels")
            .query(list(channels::FIELDS, ABILITIES))
            .answers(200, page("Channel", ABILITIES)),
        operation(V3, "getChannel").query([include]).answers(200, enveloped(of("Channel"), nothing())),
    ]
}

fn stored_instruments() -> Described {
    operation(V3, "listStoredInstruments").answers(200, array(of("StoredInstrument")))
}

/// The query of a list.
fn list(fields: &'static [Field], abilities: Abilities) -> Vec<Json> {
    let mut query = super::filters(fields, Dialect::V3, list::spell);
    query.extend(paging());
    let Abilities { sort, include, cursors } = abilities;
    if cursors {
        query.extend(["before", "after"].map(|name| parameter(name, json!({"type": "string"}))));
    }
    if !sort.is_empty() {
        let sort: Vec<String> =
            sort.iter().flat_map(|name| [format!("{name}:asc"), format!("{name}:desc")]).collect();
        query.push(parameter("sort", json!({"type": "string", "enum": sort})));
    }
    if !include.is_empty() {
        query.push(parameter("include", array(json!({"type": "string", "enum": include}))));
    }
    query
}

/// What a delete takes; without it nothing happens.
fn ids() -> Json {
    parameter("id:in", array(json!({"type": "integer"})))
}

/// As many as a call may have.
fn batch(name: &str) -> Json {
    over(array(of(name)), &json!({"maxItems": batch::MAX}))
}

/// A list as it is answered.
fn page(name: &str, abilities: Abilities) -> Json {
    enveloped(array(of(name)), of(if abilities.cursors { "CursorMeta" } else { "Meta" }))
}

/// What a write answers.
fn written(name: &str) -> Json {
    enveloped(array(of(name)), nothing())
}

/// `{}`
fn nothing() -> Json {
    object(Map::new(), &[])
}

fn enveloped(data: Json, meta: Json) -> Json {
    object(named([("data", data), ("meta", meta)]), &[])
}

fn named<const N: usize>(schemas: [(&str, Json); N]) -> Map<String, Json> {
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn responses() -> Json {
    let mut responses = super::refusals(
        &[
            (400, "The body is not JSON"),
            (403, "The token is not for that"),
            (404, "There is no such thing"),
            (406, "The client does not accept JSON"),
            (408, "The body did not arrive in time"),
            (413, "The body, the batch or the limit is too large"),
            (415, "The body is not declared as JSON"),
            (422, "A parameter or the body is wrong; nothing was written"),
            (500, "The server failed"),
        ],
        &of("Error"),
    );
    let json = json!({"schema": of("Error")});
    let text = json!({"schema": {"type": "string"}});
    responses.insert(
        "Error401".to_owned(),
        json!({"description": UNAUTHORIZED, "content": {"application/json": json, "text/plain": text}}),
    );
    responses.extend(metafields::responses());
    responses.extend(hooks::responses());
    responses.into()
}
