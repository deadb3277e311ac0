//! What a channel has instead of what its store decided: byte for byte, and what follows for new customers.

use serde_json::json;

use crate::support::{Mock, jane, over};

const SEED: &str = "stores:\n  s:\n    channels: [{id: 2, name: Wholesale portal}, {id: 3, name: Kiosk}]\n    \
                    groups: [{name: A}, {name: B, is_default: true}, {name: C}]\n";

fn path(channel: i64) -> String {
    format!("/stores/s/v3/customers/settings/channels/{channel}")
}

/// Settings as they are answered; each part as JSON.
fn shown(ask: &str, url: &str, on_checkout: &str, guests: &str, new: &str, logins: bool) -> String {
    format!(
        "{{\"data\":{{\"privacy_settings\":{{\"ask_shopper_for_tracking_consent\":{ask},\"policy_url\":{url},\
         \"ask_shopper_for_tracking_consent_on_checkout\":{on_checkout}}},\"customer_group_settings\":\
         {{\"guest_customer_group_id\":{guests},\"default_customer_group_id\":{new}}},\
         \"allow_global_logins\":{logins}}},\"meta\":{{}}}}"
    )
}

/// Nothing decided.
fn inherited(logins: bool) -> String {
    shown("null", "null", "null", "null", "null", logins)
}

fn refusal(status: u16, title: &str, errors: &str) -> String {
    format!(
        "{{\"status\":{status},\"title\":\"{title}\",\"type\":\"https://developer.bigcommerce.com/api-docs/\
         getting-started/api-status-codes\",\"errors\":{errors}}}"
    )
}

#[tokio::test]
async fn a_channel_begins_with_what_the_store_has_and_only_the_first_allows_global_logins() {
    let mock = Mock::seeded(SEED).await;
    mock.get(&path(1)).await.assert(200, &inherited(true));
    mock.get(&path(2)).await.assert(200, &inherited(false));
    mock.put("/stores/s/v3/customers/settings", r#"{"privacy_settings":{"policy_url":"/p"}}"#).await;
    mock.get(&path(2)).await.assert(200, &inherited(false));
}

#[tokio::test]
async fn every_store_has_the_first_channel_and_deciding_something_of_it_makes_the_store() {
    let mock = Mock::new().await;
    mock.get(&path(1)).await.assert(200, &inherited(true));
    mock.put(&path(1), "{}").await.assert(200, &inherited(true));
    assert!(!mock.tenants.exists("s"));
    mock.put(&path(1), r#"{"allow_global_logins":false}"#).await.assert(200, &inherited(false));
    assert!(mock.tenants.exists("s"));
}

#[tokio::test]
async fn a_write_changes_what_it_says_and_null_takes_it_back() {
    let mock = Mock::seeded(SEED).await;
    let whole = json!({
        "privacy_settings": {"ask_shopper_for_tracking_consent": true, "policy_url": "https://bigcommmerce.com/policy"},
        "customer_group_settings": {"guest_customer_group_id": 0, "default_customer_group_id": 3},
        "allow_global_logins": true,
    });
    let url = r#""https://bigcommmerce.com/policy""#;
    mock.put(&path(2), whole).await.assert(200, &shown("true", url, "null", "0", "3", true));
    for (body, expected) in [
        (r#"{"allow_global_logins":false}"#, shown("true", url, "null", "0", "3", false)),
        (
            r#"{"privacy_settings":{"ask_shopper_for_tracking_consent_on_checkout":false}}"#,
            shown("true", url, "false", "0", "3", false),
        ),
        (
            r#"{"privacy_settings":{"ask_shopper_for_tracking_consent":null,"policy_url":""}}"#,
            shown("null", r#""""#, "false", "0", "3", false),
        ),
        (
            r#"{"customer_group_settings":{"default_customer_group_id":null}}"#,
            shown("null", r#""""#, "false", "0", "null", false),
        ),
        (r#"{"privacy_settings":null}"#, shown("null", "null", "null", "0", "null", false)),
        (r#"{"customer_group_settings":null}"#, inherited(false)),
        (r#"{"allow_global_logins":true}"#, inherited(true)),
        (r#"{"allow_global_logins":null}"#, inherited(false)),
    ] {
        mock.put(&path(2), body).await.assert(200, &expected);
        mock.get(&path(2)).await.assert(200, &expected);
    }
    mock.put(&path(1), r#"{"allow_global_logins":false}"#).await.assert(200, &inherited(false));
    mock.put(&path(1), r#"{"allow_global_logins":null}"#).await.assert(200, &inherited(true));
    mock.get(&path(3)).await.assert(200, &inherited(false));
}

#[tokio::test]
async fn new_customers_come_into_the_group_of_the_channel_they_sign_up_on() {
    let mock = Mock::seeded(SEED).await;
    mock.put(&path(2), r#"{"customer_group_settings":{"default_customer_group_id":3}}"#).await;
    mock.put(&path(3), r#"{"customer_group_settings":{"default_customer_group_id":0}}"#).await;
    let group = async |email: &str, more| {
        let body = json!([over(over(jane(), json!({ "email": email })), more)]);
        let reply = mock.post("/stores/s/v3/customers", body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"][0]["customer_group_id"].as_i64().unwrap()
    };
    assert_eq!(group("a@example.com", json!({})).await, 2);
    assert_eq!(group("b@example.com", json!({"origin_channel_id": 2})).await, 3);
    assert_eq!(group("c@example.com", json!({"origin_channel_id": 3})).await, 0);
    assert_eq!(group("d@example.com", json!({"origin_channel_id": 2, "customer_group_id": 1})).await, 1);
    assert_eq!(group("e@example.com", json!({"origin_channel_id": 2, "customer_group_id": 0})).await, 0);
    assert_eq!(group("f@example.com", json!({"channel_ids": [2]})).await, 2, "access is not origin");

    // The first channel's own wish holds for V2, and the store's own is there again once it is taken back.
    mock.put(&path(1), r#"{"customer_group_settings":{"default_customer_group_id":1}}"#).await;
    mock.get("/stores/s/v3/customers/settings").await.assert(
        200,
        r#"{"data":{"privacy_settings":{"ask_shopper_for_tracking_consent":false,"policy_url":"","ask_shopper_for_tracking_consent_on_checkout":false},"customer_group_settings":{"guest_customer_group_id":0,"default_customer_group_id":2}},"meta":{}}"#,
    );
    let v2 = async |email: &str| {
        let id = mock.customer("s", json!({ "email": email })).await;
        mock.get(&format!("/stores/s/v2/customers/{id}")).await.json()["customer_group_id"].as_i64().unwrap()
    };
    assert_eq!(v2("g@example.com").await, 1);
    assert_eq!(group("h@example.com", json!({})).await, 1);
    mock.put(&path(1), r#"{"customer_group_settings":null}"#).await;
    assert_eq!(v2("i@example.com").await, 2);
}

#[tokio::test]
async fn a_deleted_group_is_no_channels_group_any_more() {
    let mock = Mock::seeded(SEED).await;
    for (channel, guests, new) in [(2, 3, 1), (3, 0, 3)] {
        let groups = json!({"guest_customer_group_id": guests, "default_customer_group_id": new});
        mock.put(&path(channel), json!({ "customer_group_settings": groups })).await;
    }
    let inherits = |guests, new| shown("null", "null", "null", guests, new, false);
    assert_eq!(mock.delete("/stores/s/v2/customer_groups/3").await.status, 204);
    mock.get(&path(2)).await.assert(200, &inherits("null", "1"));
    mock.get(&path(3)).await.assert(200, &inherits("0", "null"));
    let body = json!([over(jane(), json!({"origin_channel_id": 3}))]);
    let made = mock.post("/stores/s/v3/customers", body).await.json();
    assert_eq!(made["data"][0]["customer_group_id"], 2, "that of the store");
    assert_eq!(mock.delete("/stores/s/v2/customer_groups").await.status, 204);
    mock.get(&path(2)).await.assert(200, &inherits("null", "null"));
    mock.get(&path(3)).await.assert(200, &inherits("0", "null"));
}

#[tokio::test]
async fn a_channel_that_does_not_exist_is_not_found_whatever_the_body() {
    let mock = Mock::seeded(SEED).await;
    let not_found = refusal(404, "The resource at that URL is not found.", "{}");
    for channel in ["4", "0", "-1", "x", "2147483648", "99999999999999999999"] {
        let path = format!("/stores/s/v3/customers/settings/channels/{channel}");
        mock.get(&path).await.assert(404, &not_found);
        for body in ["{}", r#"{"allow_global_logins":true}"#, r#"{"allow_global_logins":1}"#, "no JSON", ""] {
            mock.put(&path, body).await.assert(404, &not_found);
        }
    }
    let nobodys =
        mock.put("/stores/t/v3/customers/settings/channels/2", r#"{"allow_global_logins":true}"#).await;
    nobodys.assert(404, &not_found);
    assert!(!mock.tenants.exists("t"));
    for path in ["/stores/s/v3/customers/settings/channels", "/stores/s/v3/customers/settings/channels/1/2"] {
        mock.get(path).await.assert(404, "The route is not found, check the URL");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_told_in_stages_and_changes_nothing() {
    let mock = Mock::seeded(SEED).await;
    let shape = "JSON data is missing or invalid";
    let item = "Update customer settings per channel failed.";
    for (body, title, errors) in [
        ("[]", shape, r#"{"":"error.expected.jsobject"}"#),
        (r#"{"allow_global_logins":"true"}"#, shape, r#"{"allow_global_logins":"error.expected.jsboolean"}"#),
        (r#"{"privacy_settings":true}"#, shape, r#"{"privacy_settings":"error.expected.jsobject"}"#),
        (
            r#"{"allow_global_logins":true,"customer_group_settings":{"guest_customer_group_id":"1","default_customer_group_id":9}}"#,
            shape,
            r#"{"customer_group_settings.guest_customer_group_id":"error.expected.jsnumber"}"#,
        ),
        (
            r#"{"allow_global_logins":true,"customer_group_settings":{"guest_customer_group_id":1,"default_customer_group_id":9}}"#,
            item,
            r#"{"customer_group_settings.default_customer_group_id":"invalid default customer group ID"}"#,
        ),
    ] {
        mock.put(&path(2), body).await.assert(422, &refusal(422, title, errors));
        mock.get(&path(2)).await.assert(200, &inherited(false));
    }
    let long = json!({"privacy_settings": {"policy_url": "x".repeat(2049)}});
    let errors = r#"{"privacy_settings.policy_url":"policy_url must be at most 2048 characters"}"#;
    mock.put(&path(2), long).await.assert(422, &refusal(422, item, errors));
    mock.put(&path(2), "{").await.assert(400, &refusal(400, "Input is invalid", "{}"));
}
