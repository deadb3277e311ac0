//! What of a request no operation reads: found in the documents, which are made of the same tables as the readers.

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::fields::Dialect;
use crate::operations::Operation;

static V2: LazyLock<Json> = LazyLock::new(|| super::document(Dialect::V2, "", ""));
static V3: LazyLock<Json> = LazyLock::new(|| super::document(Dialect::V3, "", ""));

/// The names of query parameters and the JSON pointers of body fields that an operation passes over. What it refuses
/// because it does not know it is not among them.
#[must_use]
pub fn unread(operation: &Operation, query: &[(String, String)], body: Option<&Json>) -> Vec<String> {
    let (document, described) = (document(operation), described(operation));
    let is_taken = |name: &str| {
        let parameters = described["parameters"].as_array();
        parameters.into_iter().flatten().any(|known| known["in"] == "query" && known["name"] == name)
    };
    let mut unread: Vec<String> = Vec::new();
    for (name, _) in query {
        if !is_taken(name) && !unread.contains(name) {
            unread.push(name.clone());
        }
    }
    if let Some(body) = body {
        let schema = &described["requestBody"]["content"]["application/json"]["schema"];
        walk(document, schema, body, String::new(), &mut unread);
    }
    unread
}

/// The names of the query parameters that an operation takes.
pub fn query_names(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let parameters = described(operation)["parameters"].as_array();
    let in_query = parameters.into_iter().flatten().filter(|known| known["in"] == "query");
    in_query.filter_map(|known| known["name"].as_str())
}

/// Whether an operation takes an array as its body, or one object. `None` if it takes no body.
#[must_use]
pub fn takes_array(operation: &Operation) -> Option<bool> {
    let schema = &described(operation)["requestBody"]["content"]["application/json"]["schema"];
    let referred = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    let schema = match referred {
        Some(path) => document(operation).pointer(path)?,
        None => schema,
    };
    (!schema.is_null()).then(|| schema["type"] == "array")
}

fn document(operation: &Operation) -> &'static Json {
    match operation.dialect {
        Dialect::V2 => &V2,
        Dialect::V3 => &V3,
    }
}

fn described(operation: &Operation) -> &'static Json {
    &document(operation)["paths"][operation.path][operation.method.to_ascii_lowercase()]
}

fn walk(document: &Json, schema: &Json, body: &Json, at: String, unread: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        if let Some(schema) = document.pointer(name) {
            walk(document, schema, body, at, unread);
        }
        return;
    }
    match body {
        Json::Array(items) if schema["items"].is_object() => {
            for (i, item) in items.iter().enumerate() {
                walk(document, &schema["items"], item, format!("{at}/{i}"), unread);
            }
        }
        Json::Object(object) => {
            let Some(properties) = schema["properties"].as_object() else { return };
            for (key, value) in object {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                match properties.get(key) {
                    Some(schema) => walk(document, schema, value, at, unread),
                    None if schema["additionalProperties"].is_null() => unread.push(at),
                    // Refused, or of any name.
                    None => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operations::named;

    #[test]
    fn what_an_operation_does_not_take_is_unread() {
        let read = |dialect, id, query: &[&str], body: Option<Json>| {
            let query: Vec<_> = query.iter().map(|name| ((*name).to_owned(), String::new())).collect();
            unread(named(dialect, id).unwrap(), &query, body.as_ref())
        };
        let body = json!([{"email": "a@b.c", "nickname": "A", "addresses": [{"city": "X", "floor/~": 3}]}]);
        assert_eq!(
            read(Dialect::V3, "createCustomers", &["page"], Some(body)),
            ["page", "/0/nickname", "/0/addresses/0/floor~1~0"]
        );
        assert_eq!(
            read(Dialect::V3, "listCustomers", &["email:in", "email", "page", "email"], None),
            ["email"]
        );
        assert_eq!(read(Dialect::V2, "listCustomers", &["email", "email:in"], None), ["email:in"]);
        // V2 refuses what it does not know.
        assert_eq!(read(Dialect::V2, "createCustomer", &[], Some(json!({"nickname": "A"}))), [] as [&str; 0]);
    }
}
