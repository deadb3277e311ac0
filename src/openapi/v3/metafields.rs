//! The operations of metafields, which have ways of their own: errors, bodies that are one object, batches of which
//! some may fail.

use serde_json::{Map, Value as Json, json};

use super::super::schema::{array, body, object, of, shown};
use super::{Operation, enveloped, list, named, nothing, operation, page};
use crate::fields::Dialect::V3;
use crate::fields::Op::{In, Is, Max, Min};
use crate::fields::validate::Operation::{Create, Update};
use crate::fields::{Field, date, int, one_of, text};
use crate::v3::wire::Abilities;

const PERMISSION_SETS: &[&str] = &["app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"];

const FIELDS: &[Field] = &[
    int("id").key(),
    text("key").required().len(1, 64).filter(V3, &[Is, In]),
    text("value").required().len(1, 65_535),
    text("namespace").required().len(1, 64).filter(V3, &[Is, In]),
    one_of("permission_set", PERMISSION_SETS).required(),
    one_of("resource_type", &["customer"]).ignored_in_v3(),
    int("resource_id").ignored_in_v3(),
    text("description").max(255),
    date("date_created").ignored_in_v3().filter(V3, &[Min, Max]),
    date("date_modified").ignored_in_v3().filter(V3, &[Min, Max]),
    text("owner_client_id").ignored_in_v3(),
];

const ABILITIES: Abilities = Abilities { sort: &[], include: &[], cursors: true };

pub(super) fn operations() -> Vec<Operation> {
    let (all, of_one) = ("/customers/metafields", "/customers/{customer_id}/metafields");
    let one = "/customers/{customer_id}/metafields/{metafield_id}";
    let mut example = json!({"key": "size", "value": "42", "namespace": "shoes", "permission_set": "write"});
    let operations = vec![
        operation("GET", of_one, "listMetafieldsOfCustomer", "List the metafields of a customer")
            .query(list(FIELDS, ABILITIES))
            .answers(200, page("Metafield", ABILITIES)),
        operation("POST", of_one, "createMetafield", "Create a metafield of a customer")
            .body(of("NewMetafield"), example.clone())
            .answers(200, enveloped(of("Metafield"), nothing()))
            .refuses(409, "MetafieldError"),
        operation("GET", one, "getMetafield", "Read a metafield")
            .answers(200, enveloped(of("Metafield"), nothing())),
        operation("PUT", one, "updateMetafield", "Change what is supplied of a metafield")
            .body(of("MetafieldChanges"), json!({"value": "43"}))
            .answers(200, enveloped(of("Metafield"), nothing()))
            .refuses(409, "MetafieldError"),
        operation("DELETE", one, "deleteMetafield", "Delete a metafield").answers_nothing(),
        operation("GET", all, "listMetafields", "List the metafields of all customers")
            .query(list(FIELDS, ABILITIES))
            .answers(200, page("Metafield", ABILITIES)),
        operation(
            "POST",
            all,
            "createMetafields",
            "Create metafields; those that are good, whatever the others are",
        )
        .body(array(of("NewMetafieldOfCustomer")), {
            example["resource_id"] = json!(1);
            json!([example])
        })
        .answers(200, of("MetafieldsWritten"))
        .refuses(422, "MetafieldsRefused"),
        operation(
            "PUT",
            all,
            "updateMetafields",
            "Change metafields; those that are good, whatever the others are",
        )
        .body(array(of("MetafieldOfCustomerChanges")), json!([{"id": 1, "value": "43"}]))
        .answers(200, of("MetafieldsWritten"))
        .refuses(422, "MetafieldsRefused"),
        operation("DELETE", all, "deleteMetafields", "Delete metafields, by an array of ids")
            .body(array(json!({"type": "integer"})), json!([1]))
            .answers(200, of("MetafieldsDeleted"))
            .refuses(422, "MetafieldsRefused"),
    ];
    operations.into_iter().map(|operation| operation.refuses_usually(&[400, 404], "MetafieldError")).collect()
}

pub(super) fn schemas() -> Map<String, Json> {
    let mut update_one = body(FIELDS, V3, Update);
    // The path says which.
    update_one["properties"].as_object_mut().map(|properties| properties.shift_remove("id"));
    update_one.as_object_mut().map(|schema| schema.shift_remove("required"));
    let mut create_many = body(FIELDS, V3, Create);
    create_many["properties"]["resource_id"] = json!({"type": "integer"});
    create_many["required"]
        .as_array_mut()
        .into_iter()
        .for_each(|required| required.push(json!("resource_id")));
    let count = || json!({"type": "integer", "minimum": 0});
    let meta = object(named([("total", count()), ("success", count()), ("failed", count())]), &[]);
    let done = |data: Json| {
        let errors = array(of("MetafieldProblem"));
        object(named([("data", array(data)), ("errors", errors), ("meta", meta.clone())]), &[])
    };
    let text = || json!({"type": "string"});
    let errors = || json!({"type": "object", "additionalProperties": {"type": "string"}});
    let refusal = || {
        named([
            ("status", json!({"type": "integer"})),
            ("title", text()),
            ("type", text()),
            ("detail", text()),
            ("errors", errors()),
        ])
    };
    named([
        ("Metafield", object(shown(FIELDS, V3), &[])),
        ("NewMetafield", body(FIELDS, V3, Create)),
        ("MetafieldChanges", update_one),
        ("NewMetafieldOfCustomer", create_many),
        ("MetafieldOfCustomerChanges", body(FIELDS, V3, Update)),
        ("MetafieldsWritten", done(of("Metafield"))),
        ("MetafieldsDeleted", done(json!({"type": "integer"}))),
        ("MetafieldProblem", object(refusal(), &["detail"])),
        ("MetafieldError", object(refusal(), &["detail", "errors"])),
    ])
}

pub(super) fn responses() -> Map<String, Json> {
    let response = |what: &str, schema: Json| json!({"description": what, "content": {"application/json": {"schema": schema}}});
    let some = json!({"anyOf": [of("MetafieldsWritten"), of("MetafieldsDeleted"), of("Error")]});
    named([
        ("MetafieldError", response("Refused, in the words of metafields", of("MetafieldError"))),
        ("MetafieldsRefused", response("Some or all of them are wrong; the others were written", some)),
    ])
}
