//! The operations of V3. What they take and show is in `schemas.rs`.

use serde_json::{Map, Value as Json, json};

use super::schema::{array, object, of, over};
use super::{Operation, Tag, UNAUTHORIZED, Version, operation, paging, parameter};
use crate::fields::{Dialect, Field};
use crate::model::{addresses, attribute_values, attributes, channels, customers, form_field_values};
use crate::v3::batch;
use crate::v3::list::{self, Abilities};

mod metafields;
mod schemas;

pub(super) fn version() -> Version {
    Version {
        title: "Customers API, V3",
        description: "As bigcommerce-mock answers it. Writes take arrays of up to ten and are carried out whole or not \
            at all. Bodies may have keys that are not listed here; they are passed over.",
        mounts: &["/stores/{store_hash}/v3"],
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
        ],
        schemas: schemas::schemas(),
        responses: responses(),
        security: &["token"],
    }
}

fn customers() -> Vec<Operation> {
    use crate::v3::customers::ABILITIES;
    let path = "/customers";
    vec![
        operation("GET", path, "listCustomers", "List customers")
            .query(list(customers::FIELDS, ABILITIES))
            .answers(200, page("Customer", ABILITIES)),
        operation("POST", path, "createCustomers", "Create customers")
            .body(
                batch("NewCustomer"),
                json!([{"email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"}]),
            )
            .answers(200, written("Customer")),
        operation("PUT", path, "updateCustomers", "Change what is supplied of customers")
            .body(batch("CustomerChanges"), json!([{"id": 1, "company": "Analytical Engines"}]))
            .answers(200, written("Customer")),
        operation("DELETE", path, "deleteCustomers", "Delete customers").query([ids()]).answers_nothing(),
    ]
}

fn addresses() -> Vec<Operation> {
    use crate::v3::addresses::ABILITIES;
    let path = "/customers/addresses";
    vec![
        operation("GET", path, "listAddresses", "List addresses")
            .query(list(addresses::FIELDS, ABILITIES))
            .answers(200, page("Address", ABILITIES)),
        operation("POST", path, "createAddresses", "Create addresses; those that are there already are not shown")
            .body(
                batch("NewAddress"),
                json!([{
                    "customer_id": 1, "first_name": "Ada", "last_name": "Byron", "address1": "12 St James's Square",
                    "city": "London", "state_or_province": "London", "postal_code": "SW1Y 4JH", "country_code": "GB",
                }]),
            )
            .answers(200, written("Address")),
        operation("PUT", path, "updateAddresses", "Change what is supplied of addresses")
            .body(batch("AddressChanges"), json!([{"id": 1, "city": "Ockham"}]))
            .answers(200, written("Address")),
        operation("DELETE", path, "deleteAddresses", "Delete addresses").query([ids()]).answers_nothing(),
    ]
}

fn attributes() -> Vec<Operation> {
    use crate::v3::attributes::ABILITIES;
    let path = "/customers/attributes";
    vec![
        operation("GET", path, "listAttributes", "List attributes")
            .query(list(attributes::FIELDS, ABILITIES))
            .answers(200, page("Attribute", ABILITIES)),
        operation("POST", path, "createAttributes", "Create attributes; a store has at most 50")
            .body(batch("NewAttribute"), json!([{"name": "Shoe size", "type": "number"}]))
            .answers(200, written("Attribute")),
        operation("PUT", path, "updateAttributes", "Rename attributes")
            .body(batch("AttributeChanges"), json!([{"id": 1, "name": "Size of shoes"}]))
            .answers(200, written("Attribute")),
        operation("DELETE", path, "deleteAttributes", "Delete attributes, with their values")
            .query([ids()])
            .answers_nothing(),
    ]
}

fn attribute_values() -> Vec<Operation> {
    use crate::v3::attribute_values::ABILITIES;
    let path = "/customers/attribute-values";
    vec![
        operation("GET", path, "listAttributeValues", "List the values that customers have of attributes")
            .query(list(attribute_values::FIELDS, ABILITIES))
            .answers(200, page("AttributeValue", ABILITIES)),
        operation("PUT", path, "upsertAttributeValues", "Set values of attributes")
            .body(batch("NewAttributeValue"), json!([{"customer_id": 1, "attribute_id": 1, "value": "42"}]))
            .answers(200, written("AttributeValue")),
        operation("DELETE", path, "deleteAttributeValues", "Delete values of attributes")
            .query([ids()])
            .answers_nothing(),
    ]
}

fn form_field_values() -> Vec<Operation> {
    use crate::v3::form_field_values::ABILITIES;
    let path = "/customers/form-field-values";
    vec![
        operation(
            "GET",
            path,
            "listFormFieldValues",
            "List what customers and addresses answered to form fields",
        )
        .query(list(form_field_values::FIELDS, ABILITIES))
        .answers(200, page("FormFieldValue", ABILITIES)),
        operation("PUT", path, "upsertFormFieldValues", "Set answers to form fields")
            .body(
                batch("NewFormFieldValue"),
                json!([{"customer_id": 1, "name": "How did you hear about us?", "value": "A friend"}]),
            )
            .answers(200, written("FormFieldValue"))
            .deprecated(),
    ]
}

fn credentials() -> Operation {
    let path = "/customers/validate-credentials";
    operation("POST", path, "validateCredentials", "Check an email and a password on a channel")
        .body(
            of("Credentials"),
            json!({"email": "jane@example.com", "password": "s3cret-pass", "channel_id": 1}),
        )
        .answers(200, of("CredentialsChecked"))
}

fn settings() -> Vec<Operation> {
    let (store, channel) = ("/customers/settings", "/customers/settings/channels/{channel_id}");
    let answer = |name| enveloped(of(name), nothing());
    vec![
        operation("GET", store, "getSettings", "Read the settings of the store")
            .answers(200, answer("Settings")),
        operation("PUT", store, "updateSettings", "Change what is supplied of the settings of the store")
            .body(
                of("SettingsChanges"),
                json!({"privacy_settings": {"policy_url": "https://example.com/privacy"}}),
            )
            .answers(200, answer("Settings")),
        operation(
            "GET",
            channel,
            "getChannelSettings",
            "Read the settings of a channel; null is as the store has it",
        )
        .answers(200, answer("ChannelSettings")),
        operation(
            "PUT",
            channel,
            "updateChannelSettings",
            "Change what is supplied of the settings of a channel",
        )
        .body(of("ChannelSettingsChanges"), json!({"allow_global_logins": true}))
        .answers(200, answer("ChannelSettings")),
    ]
}

fn consent() -> Vec<Operation> {
    let path = "/customers/{customer_id}/consent";
    vec![
        operation("GET", path, "getConsent", "Read what a customer allows and denies")
            .answers(200, of("Consent")),
        operation("PUT", path, "updateConsent", "Say what a customer allows and denies")
            .body(of("NewConsent"), json!({"allow": ["essential", "functional"], "deny": ["targeting"]}))
            .answers(200, of("Consent")),
    ]
}

fn of_channels() -> Vec<Operation> {
    use crate::v3::channels::ABILITIES;
    let include = parameter("include", array(json!({"type": "string", "enum": ABILITIES.include})));
    vec![
        operation("GET", "/channels", "listChannels", "List channels; scopes of their own")
            .query(list(channels::FIELDS, ABILITIES))
            .answers(200, page("Channel", ABILITIES)),
        operation("GET", "/channels/{channel_id}", "getChannel", "Read a channel; scopes of their own")
            .query([include])
            .answers(200, enveloped(of("Channel"), nothing())),
    ]
}

fn stored_instruments() -> Operation {
    let path = "/customers/{customer_id}/stored-instruments";
    operation(
        "GET",
        path,
        "listStoredInstruments",
        "List the payment instruments of a customer; a scope of its own",
    )
    .answers(200, array(of("StoredInstrument")))
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
    responses.into()
}
