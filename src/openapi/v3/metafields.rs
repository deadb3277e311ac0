//! The operations of metafields, which have ways of their own: errors, bodies that are one object, batches of which
//! some may fail.

use serde_json::{Map, Value as Json, json};

use super::super::schema::{array, body, object, of, over, shown};
use super::{Described, batch, enveloped, list, named, nothing, operation, page, parameter};
use crate::fields::Dialect::V3;
use crate::fields::validate::Operation::{Create, Update};
use crate::model::metafields::{BATCH_FIELDS, FIELDS};
use crate::v3::batch::MAX;
use crate::v3::metafields::{ABILITIES, DIRECTIONS, INCLUDABLE};

pub(super) fn operations() -> Vec<Described> {
    let mut example = json!({"key": "size", "value": "42", "namespace": "shoes", "permission_set": "write"});
    let operations = vec![
        operation(V3, "listMetafieldsOfCustomer")
            .query(query())
            .answers(200, page("ListedMetafield", ABILITIES)),
        operation(V3, "createMetafield")
            .body(of("NewMetafield"), example.clone())
            .answers(200, enveloped(of("Metafield"), nothing()))
            .refuses(409, "MetafieldError"),
        operation(V3, "getMetafield").answers(200, enveloped(of("Metafield"), nothing())),
        operation(V3, "updateMetafield")
            .body(of("MetafieldChanges"), json!({"value": "43"}))
            .answers(200, enveloped(of("Metafield"), nothing()))
            .refuses(409, "MetafieldError"),
        operation(V3, "deleteMetafield").answers_nothing(),
        operation(V3, "listMetafields").query(query()).answers(200, page("ListedMetafield", ABILITIES)),
        operation(V3, "createMetafields")
            .body(batch("NewMetafieldOfCustomer"), {
                example["resource_id"] = json!(1);
                json!([example])
            })
            .answers(200, of("MetafieldsWritten"))
            .refuses(422, "MetafieldsRefused"),
        operation(V3, "updateMetafields")
            .body(batch("MetafieldOfCustomerChanges"), json!([{"id": 1, "value": "43"}]))
            .answers(200, of("MetafieldsWritten"))
            .refuses(422, "MetafieldsRefused"),
        operation(V3, "deleteMetafields")
            .body(over(array(json!({"type": "integer"})), &json!({"maxItems": MAX})), json!([1]))
            .answers(200, of("MetafieldsDeleted"))
            .refuses(422, "MetafieldsRefused"),
    ];
    let usual = [400, 404, 406, 408, 413, 415, 422, 500];
    operations.into_iter().map(|operation| operation.refuses_usually(&usual, "MetafieldError")).collect()
}

/// The parameters of a list.
fn query() -> Vec<Json> {
    let mut parameters = list(FIELDS, ABILITIES);
    parameters.push(parameter("direction", json!({"type": "string", "enum": DIRECTIONS, "default": "asc"})));
    parameters.push(parameter("include_fields", array(json!({"type": "string", "enum": INCLUDABLE}))));
    parameters
}

pub(super) fn schemas() -> Map<String, Json> {
    let mut shown = shown(FIELDS, V3);
    shown.shift_insert(5, "resource_type".to_owned(), json!({"type": "string", "enum": ["customer"]}));
    let not_the_id: Vec<&str> = INCLUDABLE.iter().copied().filter(|name| *name != "id").collect();
    let count = || json!({"type": "integer", "minimum": 0});
    let meta = object(named([("total", count()), ("success", count()), ("failed", count())]), &[]);
    let done = |data: Json| {
        let errors = array(of("MetafieldProblem"));
        object(named([("data", array(data)), ("errors", errors), ("meta", meta.clone())]), &[])
    };
    let text = || json!({"type": "string"});
    let refusal = |name: &'static str, schema: Json| {
        let status = json!({"type": "integer"});
        named([("status", status), ("title", text()), ("type", text()), (name, schema)])
    };
    let errors = json!({"type": "object", "additionalProperties": {"type": "string"}});
    named([
        ("Metafield", object(shown.clone(), &[])),
        ("ListedMetafield", object(shown, &not_the_id)),
        ("NewMetafield", body(FIELDS, V3, Create)),
        ("MetafieldChanges", body(FIELDS, V3, Update)),
        ("NewMetafieldOfCustomer", body(BATCH_FIELDS, V3, Create)),
        ("MetafieldOfCustomerChanges", body(BATCH_FIELDS, V3, Update)),
        ("MetafieldsWritten", done(of("Metafield"))),
        ("MetafieldsDeleted", done(json!({"type": "integer"}))),
        ("MetafieldProblem", object(refusal("errors", errors), &[])),
        ("MetafieldError", object(refusal("detail", text()), &["detail"])),
    ])
}

pub(super) fn responses() -> Map<String, Json> {
    let response = |what: &str, schema: Json| json!({"description": what, "content": {"application/json": {"schema": schema}}});
    let some = json!({"anyOf": [of("MetafieldsWritten"), of("MetafieldsDeleted"), of("MetafieldError")]});
    named([
        ("MetafieldError", response("Refused, in the words of metafields", of("MetafieldError"))),
        ("MetafieldsRefused", response("Some or all of them are wrong; the others were written", some)),
    ])
}
