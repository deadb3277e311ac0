//! OpenAPI 3.1 documents of both versions, made of the field tables and of the table of operations.
//!
//! Served at `/_mock/openapi.json`, printed by `bigcommerce-mock openapi`.

#![expect(clippy::needless_pass_by_value, reason = "schemas are made where they are used")]

use serde_json::{Map, Value as Json, json};

use crate::fields::{Dialect, Field, Op};
use crate::operations::{self, Operation};

pub(crate) mod schema;
pub mod unread;
mod v2;
mod v3;

/// An operation, with what it takes and shows.
#[derive(Clone, Debug)]
struct Described {
    operation: &'static Operation,
    query: Vec<Json>,
    body: Option<Json>,
    example: Option<Json>,
    answers: Vec<(u16, Option<Json>)>,
    refusals: Vec<(u16, &'static str)>,
    /// Responses in place of the usual ones, where these are given.
    instead: Vec<(u16, &'static str)>,
}

fn operation(dialect: Dialect, id: &str) -> Described {
    Described {
        operation: operations::named(dialect, id).expect("a document describes what there is"),
        query: Vec::new(),
        body: None,
        example: None,
        answers: Vec::new(),
        refusals: Vec::new(),
        instead: Vec::new(),
    }
}

impl Described {
    fn query(mut self, parameters: impl IntoIterator<Item = Json>) -> Described {
        self.query.extend(parameters);
        self
    }

    fn body(mut self, schema: Json, example: Json) -> Described {
        self.body = Some(schema);
        self.example = Some(example);
        self
    }

    /// It may be carried out, and then answer so.
    fn answers(mut self, status: u16, schema: Json) -> Described {
        self.answers.push((status, Some(schema)));
        self
    }

    /// It may be carried out, and then answer 204.
    fn answers_nothing(mut self) -> Described {
        self.answers.push((204, None));
        self
    }

    /// If it refuses with one of these statuses, it does so in a way of its own.
    fn refuses_usually(mut self, statuses: &[u16], response: &'static str) -> Described {
        self.instead.extend(statuses.iter().map(|status| (*status, response)));
        self
    }

    /// It may also refuse so.
    fn refuses(mut self, status: u16, response: &'static str) -> Described {
        self.refusals.push((status, response));
        self
    }

    fn has_parameter(&self, name: &str) -> bool {
        self.query.iter().any(|parameter| parameter["name"] == name)
    }

    /// The statuses of refusals that follow from what it takes.
    fn usual_refusals(&self, dialect: Dialect) -> Vec<u16> {
        // A bad field or parameter.
        let invalid = match dialect {
            Dialect::V2 => 400,
            Dialect::V3 => 422,
        };
        let mut statuses = vec![401, 403, 406, 500];
        if self.operation.path.contains('{') {
            statuses.push(404);
        }
        if !self.query.is_empty() {
            statuses.push(invalid);
        }
        // Where a store refuses a large limit instead of cutting it.
        if self.operation.method == "GET" && self.has_parameter("limit") {
            statuses.push(413);
        }
        if self.body.is_some() {
            statuses.extend([400, 408, 413, 415, invalid]);
        }
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    fn json(&self, tag: &str, dialect: Dialect) -> Json {
        let in_path =
            self.operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let in_path = in_path.map(|name| {
            // Nothing has the id 0, but metafields may be kept with nobody.
            let id = json!({"type": "integer", "minimum": 0, "maximum": i32::MAX});
            json!({"name": name, "in": "path", "required": true, "schema": id})
        });
        let parameters: Vec<Json> = in_path.chain(self.query.iter().cloned()).collect();
        let mut json =
            json!({"operationId": self.operation.id, "summary": self.operation.summary, "tags": [tag]});
        if self.operation.is_deprecated {
            json["deprecated"] = true.into();
        }
        if !parameters.is_empty() {
            json["parameters"] = parameters.into();
        }
        if let Some(schema) = &self.body {
            let content = json!({"application/json": {"schema": schema, "example": self.example}});
            json["requestBody"] = json!({"required": true, "content": content});
        }
        let mut responses = Map::new();
        for (status, schema) in &self.answers {
            let mut response =
                json!({"description": if schema.is_some() { "Done" } else { "Nothing to show" }});
            if let Some(schema) = schema {
                response["content"] = json!({"application/json": {"schema": schema}});
            }
            if *status == 201 {
                let path = json!({"description": "The path of what was made", "schema": {"type": "string"}});
                response["headers"] = json!({"Location": path});
            }
            responses.insert(status.to_string(), response);
        }
        for status in self.usual_refusals(dialect) {
            let own = self.instead.iter().find(|(refusal, _)| *refusal == status);
            let name = own.map_or_else(|| format!("Error{status}"), |(_, name)| (*name).to_owned());
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
        }
        for (status, name) in &self.refusals {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
        }
        json["responses"] = responses.into();
        json
    }
}

/// Operations that belong together.
struct Tag {
    name: &'static str,
    /// In the order of the document.
    operations: Vec<Described>,
}

/// A version of the API, as a document tells it.
struct Version {
    title: &'static str,
    description: &'static str,
    tags: Vec<Tag>,
    schemas: Json,
    responses: Json,
    /// The ways to prove who one is, any of which will do.
    security: &'static [&'static str],
}

fn version(dialect: Dialect) -> Version {
    match dialect {
        Dialect::V2 => v2::version(),
        Dialect::V3 => v3::version(),
    }
}

/// The document of a version.
///
/// `origin` is the URL under which the server is reached, `store` the one that is proposed.
#[must_use]
pub fn document(dialect: Dialect, origin: &str, store: &str) -> Json {
    let version = version(dialect);
    let servers: Vec<Json> = operations::mounts(dialect)
        .iter()
        .map(|mount| {
            let mut server = json!({"url": format!("{origin}{mount}")});
            if mount.contains("{store_hash}") {
                server["variables"] =
                    json!({"store_hash": {"default": store, "description": "Any store of the server"}});
            }
            server
        })
        .collect();
    let mut paths = Map::new();
    for tag in &version.tags {
        for described in &tag.operations {
            let methods = paths.entry(described.operation.path).or_insert_with(|| json!({}));
            let mut json = described.json(tag.name, dialect);
            if described.operation.mounts().len() < servers.len() {
                json["servers"] = json!([servers[0]]);
                json["security"] = json!([{"token": []}]);
            }
            methods[described.operation.method.to_ascii_lowercase()] = json;
        }
    }
    let schemes = json!({
        "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
        "basic": {"type": "http", "scheme": "basic"},
    });
    let schemes: Map<String, Json> =
        version.security.iter().map(|name| ((*name).to_owned(), schemes[name].clone())).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": version.title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": version.description,
        },
        "servers": servers,
        "security": version.security.iter().map(|name| json!({*name: []})).collect::<Vec<_>>(),
        "tags": version.tags.iter().map(|tag| json!({"name": tag.name})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": schemes,
            "schemas": version.schemas,
            "responses": version.responses,
        },
    })
}

/// The filters of a list as query parameters, spelled as the dialect does.
fn filters(fields: &'static [Field], dialect: Dialect, spell: impl Fn(&str, Op) -> String) -> Vec<Json> {
    let mut parameters = Vec::new();
    for field in fields {
        let side = field.side(dialect);
        for op in side.filters {
            let several = dialect == Dialect::V3 && matches!(op, Op::In | Op::Like);
            parameters.push(parameter(&spell(side.name, *op), schema::filter(field.kind, several)));
        }
    }
    parameters
}

/// A query parameter. That of a list has its entries parted by commas.
fn parameter(name: &str, schema: Json) -> Json {
    let is_list = schema["type"] == "array";
    let mut parameter = json!({"name": name, "in": "query", "schema": schema});
    if is_list {
        parameter["style"] = json!("form");
        parameter["explode"] = json!(false);
    }
    parameter
}

/// Which page, and how long.
fn paging() -> [Json; 2] {
    let page = json!({"type": "integer", "minimum": 1, "default": 1});
    let limit = json!({"type": "integer", "minimum": 1, "default": 50, "description": "At most 250."});
    [parameter("page", page), parameter("limit", limit)]
}

/// The responses of refusals that share a schema, named after their statuses.
fn refusals(words: &[(u16, &str)], schema: &Json) -> Map<String, Json> {
    let response =
        |what: &str| json!({"description": what, "content": {"application/json": {"schema": schema}}});
    words.iter().map(|(status, what)| (format!("Error{status}"), response(what))).collect()
}

/// What both versions say of a 401.
const UNAUTHORIZED: &str = "No token or credentials, or not known ones";
