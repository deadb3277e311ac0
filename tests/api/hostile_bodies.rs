//! Whatever is in a body, the answer is short, nothing breaks, and the work is no more than the body is long.

use bigcommerce_mock::fields::Dialect;
use bigcommerce_mock::fields::validate::{Operation, work};
use bigcommerce_mock::model::{addresses, customer_groups, customers};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::Mock;

/// The longest answer to a refused body.
const LONGEST: usize = 64 * 1024;

/// Every write of both versions.
const WRITES: [(&str, &str); 24] = [
    ("POST", "/v2/customers"),
    ("PUT", "/v2/customers/1"),
    ("POST", "/v2/customers/1/validate"),
    ("POST", "/v2/customers/1/addresses"),
    ("PUT", "/v2/customers/1/addresses/1"),
    ("POST", "/v2/customer_groups"),
    ("PUT", "/v2/customer_groups/1"),
    ("POST", "/v3/customers"),
    ("PUT", "/v3/customers"),
    ("POST", "/v3/customers/addresses"),
    ("PUT", "/v3/customers/addresses"),
    ("POST", "/v3/customers/attributes"),
    ("PUT", "/v3/customers/attributes"),
    ("PUT", "/v3/customers/attribute-values"),
    ("PUT", "/v3/customers/form-field-values"),
    ("POST", "/v3/customers/validate-credentials"),
    ("PUT", "/v3/customers/settings"),
    ("PUT", "/v3/customers/1/consent"),
    ("POST", "/v3/customers/1/metafields"),
    ("POST", "/v3/customers/metafields"),
    ("POST", "/v2/hooks"),
    ("POST", "/v3/hooks"),
    ("PUT", "/v3/hooks/1"),
    ("PUT", "/v3/hooks/admin"),
];

/// The names of fields, and others.
const KEYS: [&str; 23] = [
    "id",
    "first_name",
    "last_name",
    "email",
    "addresses",
    "attributes",
    "form_fields",
    "channel_ids",
    "allow",
    "deny",
    "_authentication",
    "authentication",
    "category_access",
    "discount_rules",
    "categories",
    "type",
    "name",
    "value",
    "scope",
    "headers",
    "emails",
    "$serde_json::private::Number",
    "nobody",
];

async fn store() -> Mock {
    let mock = Mock::seeded("stores:\n  s:\n    form_fields: [{name: Size, of: customer}]\n").await;
    mock.customer("s", json!({})).await;
    mock.address("s", 1, json!({})).await;
    mock.group("s", json!({"name": "VIP"})).await;
    let hook = json!({"scope": "store/customer/*", "destination": "http://localhost"});
    assert_eq!(mock.post("/stores/s/v3/hooks", hook).await.status, 200);
    mock
}

fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1e300)),
        ".{0,12}".prop_map(Value::from),
        (1_000_usize..40_000).prop_map(|length| "x".repeat(length).into()),
        (100_usize..3_000).prop_map(|length| json!(vec![1; length])),
        (100_usize..3_000).prop_map(|length| json!(vec![json!({"city": 1, "name": 2}); length])),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let key = prop_oneof![(0..KEYS.len()).prop_map(|i| KEYS[i].to_owned()), "[a-z]{1,30}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..12)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_breaks_the_server_or_is_answered_at_length(body in hostile(), wrapped in any::<bool>()) {
        let body = if wrapped { json!([body]) } else { body };
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let mock = store().await;
            for (method, path) in WRITES {
                let reply = mock.call(method, &format!("/stores/s{path}"), &[], &body.to_string()).await;
                assert!(reply.status < 500, "{method} {path}: {} {}", reply.status, reply.body);
                assert!(reply.status < 300 || reply.body.len() <= LONGEST, "{method} {path}: {}", reply.body.len());
            }
        });
    }
}

#[tokio::test]
async fn long_lists_and_names_are_answered_in_short() {
    let mock = store().await;
    let many = |item: Value| Value::from(vec![item; 20_000]);
    let object = |key: &str, value: Value| json!({key: value});
    for body in [
        object("addresses", many(json!({"city": 1}))),
        object("form_fields", many(json!({"name": 1}))),
        object("attributes", many(json!({}))),
        object("channel_ids", many(json!(1))),
        object("channel_ids", many(json!("x"))),
        object("discount_rules", many(json!({"type": 1}))),
        object("category_access", json!({"type": "specific", "categories": many(json!("x"))})),
        object("allow", many(json!("essential"))),
        object("emails", many(json!("x"))),
        object("headers", object(&"k".repeat(300_000), json!(1))),
        object("headers", object("k", "\u{0}".repeat(50_000).into())),
        json!({"scope": "store/order/*", "destination": format!("https://{}", "x".repeat(300_000))}),
        object(&"k".repeat(300_000), json!(1)),
        object("email", "x".repeat(300_000).into()),
        object("date_created", "x".repeat(300_000).into()),
        object("_authentication", object(&"k".repeat(300_000), json!(1))),
    ] {
        for (method, path) in WRITES {
            for text in [body.to_string(), json!([body]).to_string()] {
                let reply = mock.call(method, &format!("/stores/s{path}"), &[], &text).await;
                assert!(reply.status < 500, "{method} {path}: {}", reply.body);
                assert!(reply.body.len() <= LONGEST, "{method} {path}: {} bytes", reply.body.len());
            }
        }
    }
}

#[test]
fn the_work_grows_no_faster_than_the_body() {
    let long = |item: &Value, length: usize| Value::from(vec![item.clone(); length]);
    for (fields, dialect, key, item) in [
        (customers::FIELDS, Dialect::V3, "addresses", json!({"city": 1})),
        (customers::FIELDS, Dialect::V3, "form_fields", json!({"name": 1})),
        (customers::FIELDS, Dialect::V3, "channel_ids", json!(1)),
        (addresses::FIELDS, Dialect::V3, "form_fields", json!({})),
        (customer_groups::FIELDS, Dialect::V2, "discount_rules", json!({"type": "x", "nobody": 1})),
    ] {
        let count = |length| {
            let body = json!({key: long(&item, length)});
            work(fields, dialect, Operation::Create, body.as_object().unwrap())
        };
        let (short, tenfold) = (count(1_000), count(10_000));
        assert!(tenfold <= 11 * short, "{key}: {short}, {tenfold}");
        assert!(tenfold <= 60_000, "{key}: {tenfold}");
    }
}

#[tokio::test]
async fn an_object_that_looks_like_a_number_inside_is_an_object() {
    let mock = store().await;
    for key in ["$serde_json::private::Number", r"\u0024serde_json::private::Number"] {
        let number = format!(r#"{{"{key}":"5"}}"#);
        let v3 = format!(r#"[{{"id":1,"customer_group_id":{number}}}]"#);
        let reply = mock.call("PUT", "/stores/s/v3/customers", &[], &v3).await;
        assert_eq!(
            (reply.status, &reply.json()["errors"]),
            (422, &json!({"customer_group_id": "error.expected.jsnumber"}))
        );
        let v2 = format!(r#"{{"store_credit":{number}}}"#);
        let reply = mock.call("PUT", "/stores/s/v2/customers/1", &[], &v2).await;
        reply.assert_error(400, "The field 'store_credit' is invalid.");
        let reply = mock.call("PUT", "/stores/s/v2/customers/1", &[], &number).await;
        assert!(reply.body.contains("is not supported by this resource"), "{}", reply.body);
    }
    // What merely speaks of it is left alone.
    let notes = r#"{"notes":"caf\u00e9 private::Number \"$serde_json::private::Number\" \\"}"#;
    let reply = mock.call("PUT", "/stores/s/v2/customers/1", &[], notes).await;
    assert_eq!(reply.json()["notes"], "café private::Number \"$serde_json::private::Number\" \\");
}

#[tokio::test]
async fn a_channel_counts_once_and_there_are_no_more_than_a_thousand() {
    let mock = store().await;
    let set = |channels: Value| json!([{"id": 1, "channel_ids": channels}]);
    let reply = mock.put("/stores/s/v3/customers", set(json!([1, 1, 1]))).await;
    assert_eq!(reply.json()["data"][0]["channel_ids"], json!([1]));
    let reply = mock.put("/stores/s/v3/customers", set(json!(vec![1; 1001]))).await;
    assert_eq!(reply.status, 422, "{}", reply.body);
    let reply = mock.put("/stores/s/v3/customers", set(json!([1, 2]))).await;
    assert_eq!(reply.json()["errors"], json!({"0.channel_ids": "invalid channel IDs"}));
}
