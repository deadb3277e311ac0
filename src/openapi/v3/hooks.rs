//! The operations of webhooks, which take one object and have words of their own for some refusals.

use serde_json::{Map, Value as Json, json};

use super::super::schema::{array, body, object, of, over};
use super::super::{filters, v2};
use super::{Described, enveloped, list, named, nothing, operation, page};
use crate::fields::Dialect::V3;
use crate::fields::validate::Operation::{Create, Update};
use crate::model::hooks::{FIELDS, admin};
use crate::v3::hooks::ABILITIES;
use crate::v3::hooks_admin::{FILTERS, STATUSES};
use crate::v3::list::spell;

pub(super) fn operations() -> Vec<Described> {
    let answer = || enveloped(of("Hook"), nothing());
    let operations = vec![
        operation(V3, "listHooks").query(list(FIELDS, ABILITIES)).answers(200, page("Hook", ABILITIES)),
        operation(V3, "createHook").body(of("NewHook"), v2::new_hook()).answers(200, answer()),
        operation(V3, "getHook").answers(200, answer()).refuses(400, "HookError"),
        operation(V3, "updateHook")
            .body(of("HookChanges"), json!({"is_active": false}))
            .answers(200, answer()),
        operation(V3, "deleteHook").answers(200, answer()).refuses(400, "HookError"),
        operation(V3, "getHooksAdmin")
            .query(filters(FILTERS, V3, spell))
            .answers(200, enveloped(of("HooksAdmin"), nothing())),
        operation(V3, "updateHooksAdmin")
            .body(of("NewHooksAdmin"), json!({"emails": ["ops@example.com"]}))
            .answers_nothing(),
    ];
    operations.into_iter().map(|operation| operation.refuses_usually(&[400, 404], "HookError")).collect()
}

pub(super) fn schemas() -> Map<String, Json> {
    let mut listed = v2::hook();
    listed["properties"]["status"] = json!({"type": "string", "enum": STATUSES});
    listed["required"].as_array_mut().into_iter().for_each(|required| required.push("status".into()));
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer"});
    let reason =
        object(named([("failure_description", text()), ("count", number()), ("timestamp", number())]), &[]);
    let blocked =
        object(named([("destination", text()), ("time_left", number()), ("reasons", array(reason))]), &[]);
    let emails = array(over(text(), &json!({"format": "email"})));
    named([
        ("Hook", v2::hook()),
        ("NewHook", body(FIELDS, V3, Create)),
        ("HookChanges", body(FIELDS, V3, Update)),
        ("ListedHook", listed),
        (
            "HooksAdmin",
            object(
                named([
                    ("emails", emails),
                    ("hooks_list", array(of("ListedHook"))),
                    ("blocked_domains", array(blocked)),
                ]),
                &[],
            ),
        ),
        ("NewHooksAdmin", body(admin::FIELDS, V3, Create)),
        ("HookError", object(named([("status", number()), ("title", text()), ("type", text())]), &[])),
    ])
}

pub(super) fn responses() -> Map<String, Json> {
    let content = json!({"application/json": {"schema": of("HookError")}});
    named([("HookError", json!({"description": "Refused, in the words of webhooks", "content": content}))])
}
