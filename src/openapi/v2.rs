//! The operations of V2, and what they take and show.

use serde_json::{Map, Value as Json, json};

use super::schema::{array, body, object, of, over, shown};
use super::{Described, Tag, UNAUTHORIZED, Version, operation, paging, parameter};
use crate::fields::Dialect::V2;
use crate::fields::validate::Operation::{Create, Update};
use crate::fields::{Dialect, Field};
use crate::model::{addresses, customer_groups, customers, form_fields, hooks};
use crate::tenants::Information;
use crate::v2;
use crate::v2::wire::Spelling;

pub(super) fn version() -> Version {
    Version {
        title: "Customers API, V2",
        description: "As bigcommerce-mock answers it. A token opens the mount on `/stores`, Basic credentials the one \
            on `/api/v2`, which takes its store from the `Host`. A list without entries is 204. Who asks for \
            `application/xml` gets the same in XML.",
        tags: vec![
            Tag { name: "Customers", operations: customers() },
            Tag { name: "Customer Addresses", operations: addresses() },
            Tag { name: "Customer Groups", operations: groups() },
            Tag { name: "Webhooks", operations: hooks() },
            Tag { name: "Store Information", operations: vec![store()] },
            Tag { name: "Time", operations: vec![time()] },
        ],
        schemas: schemas(),
        responses: responses(),
        security: &["token", "basic"],
    }
}

fn customers() -> Vec<Described> {
    let filters = || filters(customers::FIELDS, Spelling::Prefix);
    vec![
        operation(V2, "listCustomers")
            .query(filters())
            .query(paging())
            .answers(200, array(of("Customer")))
            .answers_nothing(),
        operation(V2, "createCustomer")
            .body(
                of("NewCustomer"),
                json!({"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"}),
            )
            .answers(201, of("Customer")),
        operation(V2, "deleteCustomers").query(filters()).query([delete_limit()]).answers_nothing(),
        operation(V2, "countCustomers").query(filters()).answers(200, of("Count")),
        operation(V2, "getCustomer").answers(200, of("Customer")),
        operation(V2, "updateCustomer")
            .body(of("CustomerChanges"), json!({"company": "Analytical Engines"}))
            .answers(200, of("Customer")),
        operation(V2, "deleteCustomer").answers_nothing(),
        operation(V2, "validatePassword")
            .body(of("PasswordCheck"), json!({"password": "s3cret-pass"}))
            .answers(200, of("PasswordChecked")),
    ]
}

fn addresses() -> Vec<Described> {
    vec![
        operation(V2, "listAddresses")
            .query(paging())
            .answers(200, array(of("Address")))
            .answers_nothing(),
        operation(V2, "createAddress")
            .body(
                of("NewAddress"),
                json!({
                    "first_name": "Ada", "last_name": "Byron", "phone": "555-0100", "street_1": "12 St James's Square",
                    "city": "London", "state": "London", "zip": "SW1Y 4JH", "country": "United Kingdom",
                }),
            )
            .answers(201, of("Address")),
        operation(V2, "deleteAddresses")
            .query([delete_limit()])
            .answers_nothing(),
        operation(V2, "countAddresses")
            .answers(200, of("Count"))
            // Of a query parameter, of which there are none.
            .refuses(400, "Error400"),
        operation(V2, "getAddress").answers(200, of("Address")),
        operation(V2, "updateAddress")
            .body(of("AddressChanges"), json!({"city": "Ockham"}))
            .answers(200, of("Address")),
        operation(V2, "deleteAddress").answers_nothing(),
    ]
}

fn groups() -> Vec<Described> {
    let filters = || filters(customer_groups::FIELDS, Spelling::Suffix);
    vec![
        operation(V2, "listGroups")
            .query(filters())
            .query(paging())
            .answers(200, array(of("Group")))
            .answers_nothing(),
        operation(V2, "createGroup")
            .body(
                of("NewGroup"),
                json!({
                    "name": "Wholesale", "category_access": {"type": "all"},
                    "discount_rules": [{"type": "all", "method": "percent", "amount": "5.0000"}],
                }),
            )
            .answers(201, of("Group")),
        operation(V2, "deleteGroups").query(filters()).query([delete_limit()]).answers_nothing(),
        operation(V2, "countGroups").query(filters()).answers(200, of("Count")),
        operation(V2, "getGroup").answers(200, of("Group")),
        operation(V2, "updateGroup")
            .body(of("GroupChanges"), json!({"is_default": true}))
            .answers(200, of("Group")),
        operation(V2, "deleteGroup").answers_nothing(),
    ]
}

fn hooks() -> Vec<Described> {
    vec![
        operation(V2, "listHooks")
            .query(filters(hooks::FIELDS, Spelling::Prefix))
            .query(paging())
            .answers(200, array(of("Hook")))
            .answers_nothing(),
        operation(V2, "createHook").body(of("NewHook"), new_hook()).answers(201, of("Hook")),
        operation(V2, "getHook").answers(200, of("Hook")),
        operation(V2, "updateHook")
            .body(of("HookChanges"), json!({"is_active": false}))
            .answers(200, of("Hook")),
        operation(V2, "deleteHook").answers(200, of("Hook")),
    ]
}

/// The example of a webhook.
pub(super) fn new_hook() -> Json {
    json!({"scope": "store/customer/*", "destination": "https://app.example.com/in", "headers": {"X-Secret": "s3cret"}})
}

/// A webhook as both versions show it.
pub(super) fn hook() -> Json {
    let mut shown = shown(hooks::FIELDS, Dialect::V3);
    shown.shift_insert(2, "store_hash".to_owned(), json!({"type": "string"}));
    for time in ["created_at", "updated_at"] {
        shown[time] = json!({"type": "integer", "description": "Unix seconds"});
    }
    object(shown, &[])
}

fn store() -> Described {
    operation(V2, "getStore").answers(200, of("Store"))
}

fn time() -> Described {
    operation(V2, "getTime").answers(200, of("Time"))
}

fn filters(fields: &'static [Field], spelling: Spelling) -> Vec<Json> {
    super::filters(fields, Dialect::V2, |name, op| spelling.spell(name, op))
}

/// How many a delete takes.
fn delete_limit() -> Json {
    parameter(
        "limit",
        json!({"type": "integer", "minimum": 1, "description": "At most 100; without it, all."}),
    )
}

fn schemas() -> Json {
    json!({
        "Customer": customer(),
        "NewCustomer": body(customers::FIELDS, Dialect::V2, Create),
        "CustomerChanges": body(customers::FIELDS, Dialect::V2, Update),
        "PasswordCheck": body(v2::customers::VALIDATE, Dialect::V2, Create),
        "PasswordChecked": object(one("success", json!({"type": "boolean"})), &[]),
        "Address": address(),
        "NewAddress": body(addresses::FIELDS, Dialect::V2, Create),
        "AddressChanges": body(addresses::FIELDS, Dialect::V2, Update),
        "Group": group(),
        "NewGroup": body(customer_groups::FIELDS, Dialect::V2, Create),
        "GroupChanges": body(customer_groups::FIELDS, Dialect::V2, Update),
        "Hook": hook(),
        "NewHook": body(hooks::FIELDS, Dialect::V2, Create),
        "HookChanges": body(hooks::FIELDS, Dialect::V2, Update),
        "FormField": object(shown(form_fields::ANSWER, Dialect::V2), &[]),
        "Count": object(one("count", json!({"type": "integer", "minimum": 0})), &[]),
        "Store": store_information(),
        "Time": object(one("time", json!({"type": "integer"})), &[]),
        "Errors": errors(),
        "GatewayError": gateway_error(),
    })
}

fn one(name: &str, schema: Json) -> Map<String, Json> {
    Map::from_iter([(name.to_owned(), schema)])
}

fn customer() -> Json {
    let mut shown = shown(customers::FIELDS, Dialect::V2);
    shown.shift_remove("_authentication");
    shown["form_fields"] = form_fields();
    let mut link = one("url", json!({"type": "string", "format": "uri"}));
    link.insert("resource".to_owned(), json!({"type": "string"}));
    shown["addresses"] = object(link, &[]);
    object(shown, &[])
}

/// As it is without anything given.
fn store_information() -> Json {
    let mut schema = of_kind(&Information::default().of("demo"));
    schema["properties"]["logo"] = json!({
        "description": "An empty list where there is none.",
        "oneOf": [object(one("url", json!({"type": "string"})), &[]), {"type": "array", "maxItems": 0}],
    });
    schema
}

/// The schema of values like this one.
fn of_kind(value: &Json) -> Json {
    match value {
        Json::Object(entries) => {
            let properties = entries.iter().map(|(key, value)| (key.clone(), of_kind(value)));
            object(properties.collect(), &[])
        }
        Json::Array(_) => json!({"type": "array"}),
        Json::Bool(_) => json!({"type": "boolean"}),
        Json::Number(_) => json!({"type": "integer"}),
        _ => json!({"type": "string"}),
    }
}

fn address() -> Json {
    let mut shown = shown(addresses::FIELDS, Dialect::V2);
    shown["form_fields"] = form_fields();
    object(shown, &[])
}

/// Null where the store has none of the kind.
fn form_fields() -> Json {
    over(array(of("FormField")), &json!({"type": ["array", "null"]}))
}

fn group() -> Json {
    let mut shown = shown(customer_groups::FIELDS, Dialect::V2);
    // Another format than that of customers.
    for name in ["date_created", "date_modified"] {
        let pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$";
        shown[name] = json!({"type": "string", "pattern": pattern});
    }
    shown["category_access"]["required"] = json!(["type"]);
    let rule = &mut shown["discount_rules"]["items"];
    rule["required"] = json!(["type"]);
    let rule = &mut rule["properties"];
    for name in ["product_id", "category_id"] {
        rule[name] = json!({"type": "string", "pattern": "^[0-9]+$"});
    }
    // Observed: text, but a number in the answers to writes of a rule for everything.
    rule["amount"]["type"] = json!(["string", "number"]);
    object(shown, &[])
}

fn errors() -> Json {
    let details = object(one("invalid_reason", json!({"type": "string"})), &[]);
    let mut error = one("status", json!({"type": "integer"}));
    error.insert("message".to_owned(), json!({"type": "string"}));
    error.insert("details".to_owned(), details);
    over(array(object(error, &["details"])), &json!({"minItems": 1}))
}

/// What the gateway says of a token.
pub(super) fn gateway_error() -> Json {
    let mut error = one("status", json!({"type": "integer"}));
    error.insert("title".to_owned(), json!({"type": "string"}));
    error.insert("type".to_owned(), json!({"type": "string"}));
    error.insert("errors".to_owned(), json!({"type": "object", "additionalProperties": {"type": "string"}}));
    object(error, &[])
}

fn responses() -> Json {
    let mut responses = super::refusals(
        &[
            (400, "A parameter, the body or a field in it is wrong"),
            (404, "There is no such thing"),
            (406, "The client accepts neither JSON nor XML"),
            (408, "The body did not arrive in time"),
            (413, "The body or the limit is too large"),
            (415, "The body is not declared as JSON"),
            (500, "The server failed"),
        ],
        &of("Errors"),
    );
    // The gateway's, or those of the store itself.
    let either = json!({"oneOf": [of("GatewayError"), of("Errors")]});
    let text = json!({"schema": {"type": "string"}});
    responses.insert(
        "Error401".to_owned(),
        json!({"description": UNAUTHORIZED, "content": {"application/json": {"schema": either}, "text/plain": text}}),
    );
    responses.insert(
        "Error403".to_owned(),
        json!({"description": "Not allowed to do that here", "content": {"application/json": {"schema": either}}}),
    );
    responses.into()
}
