//! Every call of the control API, declared once: its router and its OpenAPI document come from here.

use std::sync::Arc;

use axum::routing::{MethodRouter, delete, get, patch, post, put};
use serde_json::{Map, Value as Json, json};

use super::requests::{self, FILTERS, LISTED};
use super::{CA, Control, METRICS, OPENAPI, SEED_SCHEMA, faults, metrics, seed, settings, stores};

/// A call of the control API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endpoint {
    /// Its id in the OpenAPI document.
    pub(super) id: &'static str,
    /// Its method, in capitals.
    pub(super) method: &'static str,
    /// Its path.
    pub(super) path: &'static str,
    /// What it does, in a few words.
    summary: &'static str,
    /// The schema of its body, if it takes one.
    body: Option<&'static str>,
    /// The status and the schema of its answer.
    answer: (u16, Option<&'static str>),
    /// Another status of the same answer, and when it is that one.
    otherwise: Option<(u16, &'static str)>,
    /// The parameters of its query.
    query: &'static [&'static str],
}

const fn endpoint(
    id: &'static str,
    method: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Endpoint {
    Endpoint { id, method, path, summary, body: None, answer: (204, None), otherwise: None, query: &[] }
}

impl Endpoint {
    const fn takes(mut self, schema: &'static str) -> Endpoint {
        self.body = Some(schema);
        self
    }

    const fn answers(mut self, status: u16, schema: &'static str) -> Endpoint {
        self.answer = (status, Some(schema));
        self
    }

    const fn or(mut self, status: u16, when: &'static str) -> Endpoint {
        self.otherwise = Some((status, when));
        self
    }

    const fn query(mut self, names: &'static [&'static str]) -> Endpoint {
        self.query = names;
        self
    }
}

const STORES: &str = "/_mock/stores";
const STORE: &str = "/_mock/stores/{hash}";
const SETTINGS: &str = "/_mock/stores/{hash}/settings";
const CLOCK: &str = "/_mock/stores/{hash}/clock";
const REQUESTS: &str = "/_mock/requests";
const OF_STORE: &str = "/_mock/stores/{hash}/requests";
const FAULTS: &str = "/_mock/stores/{hash}/faults";
const FAULT: &str = "/_mock/stores/{hash}/faults/{id}";
const SNAPSHOT: &str = "/_mock/stores/{hash}/snapshots/{name}";

/// All of them, in the order of the document.
#[rustfmt::skip]
pub(super) const ENDPOINTS: &[Endpoint] = &[
    endpoint("listStores", "GET", STORES, "List stores, oldest first").query(&["prefix", "limit", "after"]).answers(200, "Stores"),
    endpoint("createStore", "POST", STORES, "Make a store: empty, from a seed, or a copy of another one").takes("NewStore").answers(201, "Store"),
    endpoint("getStore", "GET", STORE, "Look at a store").answers(200, "Store"),
    endpoint("deleteStore", "DELETE", STORE, "Delete a store, its files and snapshots"),
    endpoint("resetStore", "POST", "/_mock/stores/{hash}/reset", "Put a store back to what it was when it was made").takes("Reset").answers(200, "Store"),
    endpoint("resetStores", "POST", "/_mock/reset", "Put the stores of the start's seed back, and delete all others").takes("Reset").answers(200, "Stores"),
    endpoint("listSnapshots", "GET", "/_mock/stores/{hash}/snapshots", "List the snapshots of a store").query(&["limit", "after"]).answers(200, "Snapshots"),
    endpoint("putSnapshot", "PUT", SNAPSHOT, "Keep what a store holds now, content and settings, under a name").answers(201, "Snapshot").or(200, "Done, in the place of an older one"),
    endpoint("deleteSnapshot", "DELETE", SNAPSHOT, "Forget a snapshot"),
    endpoint("restoreSnapshot", "POST", "/_mock/stores/{hash}/snapshots/{name}/restore", "Put a store back to a snapshot").answers(200, "Store"),
    endpoint("addSeed", "POST", "/_mock/stores/{hash}/seed", "Add a seed to what a store holds, all or nothing").takes("Seed").answers(200, "Store"),
    endpoint("exportStore", "GET", "/_mock/stores/{hash}/export", "Read a store as a seed file, YAML or JSON").answers(200, "SeedFile"),
    endpoint("getStoreSettings", "GET", SETTINGS, "Read the settings of a store").answers(200, "Settings"),
    endpoint("patchStoreSettings", "PATCH", SETTINGS, "Change settings of a store, merged by RFC 7396").takes("Settings").answers(200, "Settings"),
    endpoint("exhaustQuota", "PUT", "/_mock/stores/{hash}/quota/exhaust", "Spend what is left of the quota's window").answers(200, "Quota"),
    endpoint("getClock", "GET", CLOCK, "Read the clock of a store").answers(200, "Clock"),
    endpoint("putClock", "PUT", CLOCK, "Set the clock of a store").takes("NewClock").answers(200, "Clock"),
    endpoint("advanceClock", "POST", "/_mock/stores/{hash}/clock/advance", "Move the clock of a store").takes("Advance").answers(200, "Clock"),
    endpoint("listRequests", "GET", REQUESTS, "List the requests to all stores, oldest first").query(LISTED).answers(200, "Requests"),
    endpoint("forgetRequests", "DELETE", REQUESTS, "Forget the requests that match").query(FILTERS),
    endpoint("countRequests", "GET", "/_mock/requests/count", "Count the requests that match").query(FILTERS).answers(200, "Count"),
    endpoint("getRequest", "GET", "/_mock/requests/{id}", "Look at a request").answers(200, "Request"),
    endpoint("verifyRequests", "POST", "/_mock/requests/verify", "Say whether requests were received as they should; 422 tells what is wrong").takes("Verification").answers(200, "Verified"),
    endpoint("listStoreRequests", "GET", OF_STORE, "List the requests to a store, oldest first").query(LISTED).answers(200, "Requests"),
    endpoint("forgetStoreRequests", "DELETE", OF_STORE, "Forget the requests to a store that match").query(FILTERS),
    endpoint("countStoreRequests", "GET", "/_mock/stores/{hash}/requests/count", "Count the requests to a store that match").query(FILTERS).answers(200, "Count"),
    endpoint("getStoreRequest", "GET", "/_mock/stores/{hash}/requests/{id}", "Look at a request to a store").answers(200, "Request"),
    endpoint("verifyStoreRequests", "POST", "/_mock/stores/{hash}/requests/verify", "Say whether a store received requests as it should; 422 tells what is wrong").takes("Verification").answers(200, "Verified"),
    endpoint("verifyStore", "POST", "/_mock/stores/{hash}/verify", "The same as verifyStoreRequests").takes("Verification").answers(200, "Verified"),
    endpoint("listFaults", "GET", FAULTS, "List the faults of a store, oldest first").query(&["limit", "after"]).answers(200, "Faults"),
    endpoint("addFault", "POST", FAULTS, "Have something go wrong in a store").takes("NewFault").answers(201, "Fault"),
    endpoint("deleteFaults", "DELETE", FAULTS, "Forget all faults of a store"),
    endpoint("getFault", "GET", FAULT, "Look at a fault: how often it happened, and how often it still will").answers(200, "Fault"),
    endpoint("deleteFault", "DELETE", FAULT, "Forget a fault"),
    endpoint("getCoverage", "GET", "/_mock/coverage", "See which operations were called, how often, and how sure we are of them").query(&["limit", "after"]).answers(200, "Coverage"),
    endpoint("getMetrics", "GET", METRICS, "Read how the server does, in the text format of Prometheus").answers(200, "Metrics"),
    endpoint("getOpenapi", "GET", OPENAPI, "Read the OpenAPI document of v2, v3 or control; v3 unless said").query(&["version"]).answers(200, "Document"),
    endpoint("getCa", "GET", CA, "Read the certificate that clients of https must trust, in PEM").answers(200, "Pem"),
    endpoint("getSeedSchema", "GET", SEED_SCHEMA, "Read the format of seed files as a JSON schema").answers(200, "Document"),
];

/// The code that carries a call out.
pub(super) fn handler(endpoint: &Endpoint) -> MethodRouter<Arc<Control>> {
    match endpoint.id {
        "listStores" => get(stores::list),
        "createStore" => post(stores::create),
        "getStore" => get(stores::get),
        "deleteStore" => delete(stores::delete),
        "resetStore" => post(stores::reset),
        "resetStores" => post(stores::reset_all),
        "listSnapshots" => get(stores::list_snapshots),
        "putSnapshot" => put(stores::put_snapshot),
        "deleteSnapshot" => delete(stores::delete_snapshot),
        "restoreSnapshot" => post(stores::restore),
        "addSeed" => post(seed::add),
        "exportStore" => get(seed::export),
        "getStoreSettings" => get(settings::get),
        "patchStoreSettings" => patch(settings::patch),
        "exhaustQuota" => put(settings::exhaust_quota),
        "getClock" => get(settings::get_clock),
        "putClock" => put(settings::put_clock),
        "advanceClock" => post(settings::advance_clock),
        "listRequests" | "listStoreRequests" => get(requests::list),
        "forgetRequests" | "forgetStoreRequests" => delete(requests::forget),
        "countRequests" | "countStoreRequests" => get(requests::count),
        "getRequest" | "getStoreRequest" => get(requests::get),
        "verifyRequests" | "verifyStoreRequests" | "verifyStore" => post(requests::verify),
        "listFaults" => get(faults::list),
        "addFault" => post(faults::add),
        "deleteFaults" => delete(faults::delete_all),
        "getFault" => get(faults::get),
        "deleteFault" => delete(faults::delete),
        "getCoverage" => get(super::coverage),
        "getOpenapi" => get(super::openapi),
        "getMetrics" => get(metrics::get),
        "getCa" => get(super::ca),
        "getSeedSchema" => get(super::seed_schema),
        id => unreachable!("nothing carries out {id}"),
    }
}

/// The OpenAPI document of the control API at this URL.
pub(super) fn document(origin: &str) -> Json {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS {
        let methods = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        methods[endpoint.method.to_ascii_lowercase()] = described(endpoint);
    }
    let refusal = json!({"description": "Refused", "content": content("Refusal")});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of bigcommerce-mock",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the service does not have: stores that are made, put back and deleted.",
        },
        "servers": [{"url": origin}],
        // A token is asked for only where the server was started with one.
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
            "responses": {"Refusal": refusal},
        },
    })
}

fn described(endpoint: &Endpoint) -> Json {
    let in_path = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let name = json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"});
    let in_path = in_path.map(|part| json!({"name": part, "in": "path", "required": true, "schema": name}));
    let in_query = endpoint.query.iter().map(|part| {
        let schema = match *part {
            "limit" => json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
            "unmatched" => json!({"type": "boolean"}),
            "since" | "until" => json!({"type": "string", "format": "date-time"}),
            "version" => json!({"enum": ["v2", "v3", "control"], "default": "v3"}),
            _ => json!({"type": "string"}),
        };
        json!({"name": part, "in": "query", "schema": schema})
    });
    let (status, schema) = endpoint.answer;
    let mut done = json!({"description": if schema.is_some() { "Done" } else { "Nothing to show" }});
    if let Some(schema) = schema {
        done["content"] = content(schema);
    }
    let mut described = json!({
        "operationId": endpoint.id,
        "summary": endpoint.summary,
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
        "responses": {status.to_string(): done, "default": {"$ref": "#/components/responses/Refusal"}},
    });
    if let Some((status, when)) = endpoint.otherwise {
        let mut done = described["responses"][endpoint.answer.0.to_string()].clone();
        done["description"] = when.into();
        described["responses"][status.to_string()] = done;
    }
    if let Some(schema) = endpoint.body {
        // Where nothing has to be said there need be no body.
        let required = !matches!(schema, "NewStore" | "Reset");
        described["requestBody"] = json!({"required": required, "content": content(schema)});
    }
    described
}

/// The properties of a fault, as it is given or shown.
fn fault(is_shown: bool) -> Json {
    let text = || json!({"type": "string"});
    let object =
        |properties: Json| json!({"type": "object", "additionalProperties": false, "properties": properties});
    let count = || json!({"type": "integer", "minimum": 0});
    let mut fault = json!({
        "when": object(json!({
            "operation": text(), "method": text(), "path": text(), "match": {"type": "object"},
        })),
        "skip": count(),
        "times": {"type": ["integer", "null"], "minimum": 1, "default": 1},
        "then": object(json!({
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "retry_after": text(), "delay": text(),
            "body": {"enum": ["vendor", "empty", "html", "malformed"]},
            "connection": {"enum": ["reset", "close", "truncate", "dribble"]},
            "after_write": {"type": "boolean", "default": false},
            "preset": {"enum": ["partial_group_write", "maintenance_page"]},
        })),
    });
    if is_shown {
        fault["id"] = text();
        fault["fired"] = count();
        fault["left"] = json!({"type": ["integer", "null"], "minimum": 0});
    }
    fault
}

fn content(name: &str) -> Json {
    let text = match name {
        "Pem" => Some("application/x-pem-file"),
        "Metrics" => Some("text/plain"),
        _ => None,
    };
    if let Some(text) = text {
        return json!({text: {"schema": {"type": "string"}}});
    }
    let schema = json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
    if matches!(name, "Seed" | "SeedFile") {
        return json!({"application/json": schema, "application/yaml": schema});
    }
    json!({"application/json": schema})
}

fn schemas() -> Json {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 0});
    let instant = || json!({"type": "string", "format": "date-time"});
    let object =
        |properties: Json| json!({"type": "object", "additionalProperties": false, "properties": properties});
    let list = |name: &str, item: &str| {
        object(json!({
            name: {"type": "array", "items": {"$ref": format!("#/components/schemas/{item}")}},
            "total": number(),
        }))
    };
    let duration = json!({"type": "string", "description": "250ms, 5s, 1h 30m"});
    let seed =
        "What stands under a store's hash in a seed file; /_mock/seed.schema.json says what that may be";
    let allowance =
        object(json!({"left": number(), "limit": number(), "reset_ms": number(), "window_ms": number()}));
    json!({
        "Store": object(json!({
            "hash": text(), "customers": number(), "created_at": instant(), "last_used_at": instant(),
            "token": {"type": ["string", "null"]},
            "urls": object(json!({"v2": text(), "v3": text(), "basic": text()})),
            "settings": {"$ref": "#/components/schemas/Settings"},
            "snapshots": {"type": "array", "items": text()},
        })),
        "Stores": list("stores", "Store"),
        "NewStore": object(json!({
            "hash": text(), "seed": {"$ref": "#/components/schemas/Seed"}, "copy_of": text(), "snapshot": text(),
            "replace": {"type": "boolean", "default": false},
        })),
        "Seed": {"type": "object", "description": seed},
        "SeedFile": object(json!({
            "stores": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Seed"}},
        })),
        "Document": {"type": "object"},
        "Reset": object(json!({
            "keep": {"type": "array", "items": {"enum": ["requests", "faults", "clock", "settings"]}},
        })),
        "Snapshot": object(json!({"name": text(), "customers": number(), "bytes": number(), "created_at": instant()})),
        "Snapshots": list("snapshots", "Snapshot"),
        "Settings": settings_schema(),
        "Request": {"type": "object", "properties": {
            "id": number(), "at": instant(), "store": {"type": ["string", "null"]},
            "operation": {"type": ["string", "null"]}, "method": text(), "path": text(),
            "query": {"type": "object"}, "headers": {"type": "object"}, "token_name": {"type": ["string", "null"]},
            "body": {}, "status": {"type": ["integer", "null"]},
            "response": {"type": ["object", "null"], "properties": {"headers": {"type": "object"}, "body": {}}},
            "duration_us": number(), "fault": {"type": ["string", "null"]},
            "unread": {"type": "array", "items": text()}, "hints": {"type": "array", "items": text()},
            "cut": {"type": "array", "items": text()},
        }},
        "Requests": list("requests", "Request"),
        "NewFault": object(fault(false)),
        "Fault": object(fault(true)),
        "Faults": list("faults", "Fault"),
        "Covered": object(json!({
            "operation": text(), "method": text(), "path": text(),
            "marks": {"type": "array", "items": {"enum": crate::coverage::MARKS}}, "section": text(),
            "calls": {"type": "object", "additionalProperties": number()},
        })),
        "Coverage": list("operations", "Covered"),
        "Count": object(json!({"count": number()})),
        "Verification": object(json!({
            "match": {"type": "object"}, "count": {"type": "object"}, "within": duration,
        })),
        "Verified": object(json!({"matched": number(), "requests": {"type": "array", "items": number()}})),
        "Quota": object(json!({"tokens": allowance, "basic": allowance})),
        "NewClock": {"oneOf": [
            object(json!({"mode": {"const": "real"}})),
            object(json!({"mode": {"const": "frozen"}, "now": instant()})),
            object(json!({"mode": {"const": "shifted"}, "by": duration})),
        ]},
        "Clock": object(json!({"mode": {"enum": ["real", "frozen", "shifted"]}, "now": instant(), "by": duration})),
        "Advance": object(json!({"by": duration})),
        "Refusal": object(json!({
            "error": object(json!({"code": text(), "message": text(), "at": text(), "hint": text()})),
        })),
    })
}

/// The settings, as a seed has them. `null` takes back what was named.
fn settings_schema() -> Json {
    let mut of_seed = crate::seed::schema::store()["properties"].take();
    let mut all = of_seed["settings"]["properties"].take();
    for key in ["auth", "tokens", "basic"] {
        all[key] = of_seed[key].take();
    }
    for (_, schema) in all.as_object_mut().into_iter().flatten() {
        *schema = json!({"anyOf": [schema.take(), {"type": "null"}]});
    }
    json!({
        "type": "object", "additionalProperties": false, "properties": all,
        "description": "Those that are not named stay as they are; null is as the profile has it, or as usual.",
    })
}
