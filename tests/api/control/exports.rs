//! A store is exported as a seed, and is the same store when that is loaded.

use serde_json::{Value, json};

use super::three;
use crate::support::Mock;

async fn yaml(mock: &Mock, hash: &str) -> String {
    let reply = mock.get(&format!("/_mock/stores/{hash}/export")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/yaml"), "{}", reply.body);
    reply.body
}

async fn json_of(mock: &Mock, hash: &str) -> Value {
    let path = format!("/_mock/stores/{hash}/export");
    let reply = mock.call("GET", &path, &[("accept", "application/json")], "").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{}", reply.body);
    reply.json()
}

/// Everything that the lists of a store show, and what only single calls do.
async fn shown(mock: &Mock, hash: &str) -> Vec<String> {
    let mut shown = Vec::new();
    for path in [
        "/v2/customers?limit=250",
        "/v2/customer_groups?limit=250",
        "/v3/customers?limit=250&include=addresses,storecredit,attributes,formfields,shopper_profile_id",
        "/v3/customers/addresses?limit=250&include=formfields",
        "/v3/customers/attributes",
        "/v3/customers/attribute-values?limit=250",
        "/v3/customers/metafields?limit=250",
        "/v3/customers/settings",
        "/v3/customers/settings/channels/1",
        "/v3/customers/settings/channels/2",
        "/v3/channels",
        "/v3/hooks",
        "/v3/hooks/admin",
        "/v2/store",
    ] {
        shown.push(mock.get(&format!("/stores/{hash}{path}")).await.body);
    }
    for id in 1..=3 {
        for part in ["consent", "stored-instruments", "metafields"] {
            shown.push(mock.get(&format!("/stores/{hash}/v3/customers/{id}/{part}")).await.body);
        }
    }
    shown
}

/// Loads an export of a store into another server, and compares the two.
async fn assert_same(mock: &Mock, hash: &str) {
    let text = yaml(mock, hash).await;
    let loaded = Mock::seeded(&text).await;
    let again = yaml(&loaded, hash).await;
    let other: Vec<_> = text.lines().zip(again.lines()).filter(|(a, b)| a != b).take(3).collect();
    assert!(again == text, "{other:?}\n{text}");
    assert_eq!(shown(&loaded, hash).await, shown(mock, hash).await);
    // The same as JSON.
    let exported = json_of(mock, hash).await;
    let other = Mock::new().await;
    other.make(hash, json!({"seed": exported["stores"][hash]})).await;
    assert_eq!(json_of(&other, hash).await["stores"][hash], exported["stores"][hash]);
    assert_eq!(shown(&other, hash).await, shown(mock, hash).await);
}

#[tokio::test]
async fn the_demo_store_is_exported_whole() {
    let mock = Mock::seeded(include_str!("../../../fixtures/demo.yaml")).await;
    assert_same(&mock, "demo").await;
    let login = json!({"email": "jane@example.com", "password": "s3cret-pass"});
    let loaded = Mock::seeded(&yaml(&mock, "demo").await).await;
    let valid = loaded.post("/stores/demo/v3/customers/validate-credentials", login).await.json();
    assert_eq!(valid["is_valid"], true, "passwords are exported as hashes");
}

#[tokio::test]
async fn what_was_written_through_the_api_is_exported_too() {
    let mock = Mock::seeded(
        "stores:
  s:
    auth: strict
    tokens: [{token: any, client_id: mine, scopes: [store_v2_customers, store_v2_information, \
store_channel_settings, store_stored_payment_instruments]}]
    basic: [{username: u, password: p}]
    settings: {limit_overflow: reject, v2_without_accept: xml, latency: 1ms}
    store: {name: 'The: Shop', timezone: {raw_offset: 3600}}
    customer_settings: {privacy_settings: {policy_url: 'https://example.com/#p'}}
    channels: [{id: 2, name: Two, type: pos, is_visible: false, settings: {allow_global_logins: true}}]
    form_fields: [{name: Size, of: customer, type: checkboxes, options: [S, M]}, {name: Door, of: address}]
    customers:
      - {first_name: '', last_name: 'null', email: old@example.com, legacy: true}
    metafields: [{resource_id: 99, namespace: n, key: k, value: '1', permission_set: read}]
    hooks: [{scope: store/order/*, destination: 'http://localhost', id: 7, created_at: 2024-01-01}]
    hooks_admin: [{emails: [a@b.co]}]
",
    )
    .await;
    let v3 = "/stores/s/v3/customers";
    let done = |reply: crate::support::Reply| assert_eq!(reply.status, 200, "{}", reply.body);
    let group = json!({"name": "VIP", "is_default": true, "category_access": {"type": "specific", "categories": [3, 1]},
        "discount_rules": [{"type": "category", "category_id": 2, "method": "percent", "amount": 7.5}]});
    assert_eq!(mock.post("/stores/s/v2/customer_groups", group).await.status, 201);
    done(mock.post(&format!("{v3}/attributes"), json!([{"name": "Age", "type": "number"}])).await);
    let ann = json!([{
        "first_name": "Ann", "last_name": "#1 - true", "email": "ann@example.com", "notes": "two\nlines: 'x' \"y\"",
        "store_credit_amounts": [{"amount": 12.345}], "channel_ids": [2], "authentication": {"new_password": "s3cret-pass"},
        "form_fields": [{"name": "Size", "value": ["M", "S"]}],
        "attributes": [{"attribute_id": 1, "attribute_value": "42"}],
        "addresses": [{"first_name": "A", "last_name": "B", "address1": "C", "city": "D", "country_code": "TR",
            "form_fields": [{"name": "Door", "value": "7"}]}],
    }]);
    done(mock.post(v3, ann).await);
    done(mock.put(&format!("{v3}/2/consent"), json!({"allow": ["essential"], "deny": ["targeting"]})).await);
    let metafield =
        json!({"key": "k", "value": "v", "namespace": "n", "permission_set": "write", "description": "d"});
    done(mock.post(&format!("{v3}/2/metafields"), metafield).await);
    let hook = json!({"scope": "store/customer/*", "destination": "https://a.example", "headers": {"b": "1", "a": ""},
        "is_active": false});
    done(mock.post("/stores/s/v3/hooks", hook).await);
    assert_eq!(mock.put("/stores/s/v3/hooks/admin", json!({"emails": ["c@d.co"]})).await.status, 204);
    let settings = json!({"customer_group_settings": {"default_customer_group_id": 0}, "allow_global_logins": null,
        "privacy_settings": {"policy_url": ""}});
    done(mock.put(&format!("{v3}/settings/channels/1"), settings).await);
    // Ids that are gone leave holes.
    assert_eq!(mock.post("/stores/s/v2/customers", crate::support::jane()).await.status, 201);
    assert_eq!(mock.delete("/stores/s/v2/customers/3").await.status, 204);
    assert_same(&mock, "s").await;
    let text = yaml(&mock, "s").await;
    assert!(text.starts_with("stores:\n  s:\n    auth: strict\n"), "{text}");
    assert!(!text.contains("s3cret-pass"), "a password is shown");
    let exported = json_of(&mock, "s").await["stores"]["s"].clone();
    assert_eq!(
        exported["hooks"],
        json!([
            {"id": 7, "scope": "store/order/*", "destination": "http://localhost",
                "created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-01T00:00:00Z"},
            {"id": 8, "client_id": "mine", "scope": "store/customer/*", "destination": "https://a.example",
                "headers": {"b": "1", "a": ""}, "is_active": false,
                "created_at": "2024-05-06T07:34:10Z", "updated_at": "2024-05-06T07:34:10Z"},
        ])
    );
    let admins = json!([{"emails": ["a@b.co"]}, {"client_id": "mine", "emails": ["c@d.co"]}]);
    assert_eq!((&exported["hooks_admin"], &exported["tokens"][0]["client_id"]), (&admins, &json!("mine")));
}

#[tokio::test]
async fn an_empty_store_is_exported_as_one() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    let exported = json_of(&mock, "s").await;
    assert_eq!(
        exported,
        json!({"stores": {"s": {
            "settings": {"clock": {"mode": "frozen", "now": "2024-05-06T07:34:10.000Z"}},
            "channels": [{"id": 1, "name": "Storefront", "date_created": "2020-01-01T00:00:00Z",
                "date_modified": "2020-01-01T00:00:00Z"}],
        }}})
    );
    mock.control("GET", "/stores/nobody/export", json!(null)).await.assert_refusal(
        404,
        "unknown_store",
        None,
    );
}

#[tokio::test]
async fn an_export_can_be_added_to_another_store() {
    let mock = Mock::new().await;
    mock.make("a", json!({"seed": three()})).await;
    let exported = json_of(&mock, "a").await["stores"]["a"].clone();
    mock.make("b", json!({"seed": exported})).await;
    assert_eq!(mock.emails("b").await, mock.emails("a").await);
}
