//! The JSON schema of seeds says what the reader of seeds does.

use bigcommerce_mock::seed::{Seed, schema, yaml_as_json};
use serde_json::{Value, json};

use crate::support::Mock;

/// As much of JSON schema as the document uses, but for patterns.
fn is_valid(schema: &Value, value: &Value) -> bool {
    let is_a = |kind: &Value| match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    let types = &schema["type"];
    let has_type =
        types.is_null() || types.as_array().map_or_else(|| is_a(types), |types| types.iter().any(is_a));
    let length = |text: &str| u64::try_from(text.chars().count()).unwrap();
    let bounds = value.as_str().is_none_or(|text| {
        schema["minLength"].as_u64().is_none_or(|min| length(text) >= min)
            && schema["maxLength"].as_u64().is_none_or(|max| length(text) <= max)
    });
    let range = value.as_i64().is_none_or(|number| {
        schema["minimum"].as_i64().is_none_or(|min| number >= min)
            && schema["maximum"].as_i64().is_none_or(|max| number <= max)
    });
    let words = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    let constant = schema.get("const").is_none_or(|constant| constant == value);
    let one_of = schema["oneOf"]
        .as_array()
        .is_none_or(|all| all.iter().filter(|one| is_valid(one, value)).count() == 1);
    let items = value.as_array().is_none_or(|items| {
        let count = u64::try_from(items.len()).unwrap();
        (schema["items"].is_null() || items.iter().all(|item| is_valid(&schema["items"], item)))
            && schema["minItems"].as_u64().is_none_or(|min| count >= min)
            && schema["maxItems"].as_u64().is_none_or(|max| count <= max)
    });
    let entries = value.as_object().is_none_or(|entries| {
        let required = schema["required"].as_array().into_iter().flatten();
        let more = &schema["additionalProperties"];
        required.into_iter().all(|key| entries.contains_key(key.as_str().unwrap()))
            && entries.iter().all(|(key, value)| match schema["properties"].get(key) {
                Some(schema) => is_valid(schema, value),
                None => *more != json!(false) && (!more.is_object() || is_valid(more, value)),
            })
    });
    let branch = schema.get("if").is_none_or(|condition| {
        is_valid(condition, value) || schema.get("else").is_none_or(|other| is_valid(other, value))
    });
    has_type && bounds && range && words && constant && one_of && items && entries && branch
}

#[tokio::test]
async fn seeds_that_load_are_valid() {
    let demo = Mock::seeded(include_str!("../../fixtures/demo.yaml")).await;
    let exported =
        demo.call("GET", "/_mock/stores/demo/export", &[("accept", "application/json")], "").await.json();
    assert!(is_valid(&schema::document(), &exported), "{exported}");
    let document = include_str!("../../docs/SEED.md");
    let shown = document.split("```yaml\n").skip(1).filter_map(|part| part.split("```").next());
    let shown: Vec<&str> = shown.filter(|part| part.starts_with("stores:")).collect();
    assert!(shown.len() > 1);
    for seed in shown.into_iter().chain([include_str!("../../fixtures/demo.yaml")]) {
        let json = yaml_as_json(seed).unwrap();
        assert!(is_valid(&schema::document(), &json), "{json}");
    }
    for store in [
        json!({}),
        json!({"auth": "strict", "tokens": [{"token": "t", "scopes": ["store_v2_customers"]}]}),
        json!({"basic": [{"username": "u", "password": "p"}], "generate": {"customers": 5, "groups": 1}}),
        json!({"settings": {"limit_overflow": "reject", "clock": {"mode": "shifted", "by": "1h"}, "cors": ["https://a.b"]}}),
        json!({"settings": {"profile": "production", "concurrency": "off", "hook_destinations": "https"}}),
        json!({"store": {"name": "A", "timezone": {"raw_offset": 5}}, "customer_settings": {"privacy_settings": {"policy_url": "x"}}}),
        json!({"customers": [{"first_name": "", "last_name": "", "email": "a@b.co", "legacy": true}]}),
        json!({"channels": [{"id": 2, "name": "B", "settings": {"allow_global_logins": true}}]}),
        json!({"groups": [{"name": "A", "discount_rules": [{"type": "all", "method": "percent", "amount": 5}]}]}),
        json!({"form_fields": [{"name": "A", "of": "customer", "type": "picklist", "options": ["a"]}]}),
        json!({"metafields": [{"resource_id": 9, "namespace": "n", "key": "k", "value": "v", "permission_set": "read"}]}),
        json!({"tokens": [{"token": "t", "scopes": [], "client_id": "app"}], "hooks_admin": [{"emails": ["a@b.co"]}]}),
        json!({"hooks": [
            {"scope": "store/customer/*", "destination": "http://localhost"},
            {"scope": "store/order/*", "destination": "https://a.example", "headers": {"a": "b"}, "is_active": false,
                "id": 5, "client_id": "app", "created_at": "2024-01-01", "updated_at": "2024-01-02"},
        ]}),
    ] {
        assert!(Seed::of_store("s", store.clone()).is_ok(), "{store}");
        assert!(is_valid(&schema::store(), &store), "{store}");
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let customer = |more: Value| {
        let jane = json!({"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"});
        json!({"customers": [crate::support::over(jane, more)]})
    };
    for store in [
        json!([]),
        json!({"colour": "red"}),
        json!({"auth": "none"}),
        json!({"tokens": [{"token": "t"}]}),
        json!({"tokens": [{"token": "t", "scopes": ["orders"]}]}),
        json!({"settings": {"limit_overflow": "cut"}}),
        json!({"settings": {"profile": "staging"}}),
        json!({"settings": {"concurrency": 3}}),
        json!({"settings": {"auth": "strict"}}),
        json!({"settings": {"latency": 5}}),
        json!({"settings": {"clock": {"mode": "frozen"}}}),
        json!({"store": {"colour": "red"}}),
        json!({"generate": {"customers": -1}}),
        json!({"channels": [{"id": 2}]}),
        json!({"channels": [{"id": 2, "name": "B", "type": "shop"}]}),
        json!({"groups": [{}]}),
        json!({"form_fields": [{"name": "A"}]}),
        json!({"attributes": [{"name": "A", "type": "text"}]}),
        json!({"customers": [{"first_name": "Jane"}]}),
        json!({"metafields": [{"resource_id": 9}]}),
        json!({"hooks": [{"scope": "store/customer/*"}]}),
        json!({"hooks": [{"scope": "store/order/*", "destination": "http://localhost", "headers": {"a": 5}}]}),
        json!({"hooks": [{"scope": "store/order/*", "destination": "http://localhost", "headers": null}]}),
        json!({"hooks_admin": [{"client_id": "app"}]}),
        json!({"tokens": [{"token": "t", "scopes": [], "client_id": 5}]}),
        customer(json!({"phone": 5})),
        customer(json!({"surname": "B"})),
        customer(json!({"first_name": "x".repeat(101)})),
        customer(json!({"consent": {"allow": ["all"], "deny": []}})),
        customer(json!({"consent": {"allow": []}})),
        customer(json!({"addresses": [{"city": "A"}]})),
        customer(json!({"attributes": [{"name": "A"}]})),
        customer(json!({"form_fields": [{"name": "A"}]})),
        customer(json!({"stored_instruments": [{"type": "cash"}]})),
        customer(json!({"password": "short"})),
    ] {
        assert!(!is_valid(&schema::store(), &store), "the schema takes {store}");
        assert!(Seed::of_store("s", store.clone()).is_err(), "the reader takes {store}");
    }
}

#[tokio::test]
async fn the_schema_is_served_and_printed() {
    let served = Mock::new().await.get("/_mock/seed.schema.json").await;
    assert_eq!((served.status, served.header("access-control-allow-origin")), (200, ""));
    assert_eq!(served.json(), schema::document());
    let mut command = crate::support::Program::command(&["seed", "schema"]);
    let printed = command.output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), schema::document());
}
