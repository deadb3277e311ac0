//! What a store has decided about its customers: byte for byte, and as groups see it.

use serde_json::{Value, json};

use crate::support::Mock;

const PATH: &str = "/stores/s/v3/customers/settings";

/// Settings as they are answered.
fn shown(ask: bool, url: &str, on_checkout: bool, guests: i64, new: i64) -> String {
    format!(
        "{{\"data\":{{\"privacy_settings\":{{\"ask_shopper_for_tracking_consent\":{ask},\"policy_url\":\"{url}\",\
         \"ask_shopper_for_tracking_consent_on_checkout\":{on_checkout}}},\"customer_group_settings\":\
         {{\"guest_customer_group_id\":{guests},\"default_customer_group_id\":{new}}}}},\"meta\":{{}}}}"
    )
}

fn refusal(title: &str, errors: &str) -> String {
    format!(
        "{{\"status\":422,\"title\":\"{title}\",\"type\":\"https://developer.bigcommerce.com/api-docs/\
         getting-started/api-status-codes\",\"errors\":{errors}}}"
    )
}

/// What V2 says of a mark of a group.
async fn is_marked(mock: &Mock, group: i64, mark: &str) -> bool {
    mock.get(&format!("/stores/s/v2/customer_groups/{group}")).await.json()[mark].as_bool().unwrap()
}

#[tokio::test]
async fn a_store_begins_with_nothing_decided_and_asking_does_not_make_it() {
    let mock = Mock::new().await;
    let reply = mock.get(PATH).await;
    reply.assert(200, &shown(false, "", false, 0, 0));
    assert_eq!(reply.header("content-type"), "application/json");
    for nothing in ["{}", r#"{"privacy_settings":{},"customer_group_settings":{}}"#, r#"{"unknown":1}"#] {
        mock.put(PATH, nothing).await.assert(200, &shown(false, "", false, 0, 0));
    }
    let refused = mock.put(PATH, r#"{"customer_group_settings":{"guest_customer_group_id":1}}"#).await;
    assert_eq!(refused.status, 422);
    assert!(!mock.tenants.exists("s"));
    mock.put(PATH, r#"{"privacy_settings":{"policy_url":"/p"}}"#)
        .await
        .assert(200, &shown(false, "/p", false, 0, 0));
    assert!(mock.tenants.exists("s"));
}

#[tokio::test]
async fn a_write_changes_what_it_says_and_nothing_else() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "A"})).await;
    mock.group("s", json!({"name": "B"})).await;
    let url = "https://bigcommmerce.com/policy";
    let whole = json!({
        "privacy_settings": {"ask_shopper_for_tracking_consent": true, "policy_url": url},
        "customer_group_settings": {"guest_customer_group_id": 1, "default_customer_group_id": 2},
    });
    mock.put(PATH, whole).await.assert(200, &shown(true, url, false, 1, 2));
    for (body, expected) in [
        (
            json!({"privacy_settings": {"ask_shopper_for_tracking_consent_on_checkout": true}}),
            shown(true, url, true, 1, 2),
        ),
        (
            json!({"privacy_settings": {"ask_shopper_for_tracking_consent": false}}),
            shown(false, url, true, 1, 2),
        ),
        (json!({"customer_group_settings": {"default_customer_group_id": 0}}), shown(false, url, true, 1, 0)),
        (json!({"customer_group_settings": {"guest_customer_group_id": 2}}), shown(false, url, true, 2, 0)),
        (json!({"customer_group_settings": {"default_customer_group_id": 2}}), shown(false, url, true, 2, 2)),
        (
            json!({"privacy_settings": {"policy_url": ""}, "customer_group_settings": {"guest_customer_group_id": 0}}),
            shown(false, "", true, 0, 2),
        ),
    ] {
        mock.put(PATH, body).await.assert(200, &expected);
        mock.get(PATH).await.assert(200, &expected);
    }
}

#[tokio::test]
async fn the_groups_of_settings_are_the_marks_of_groups_from_both_sides() {
    let mock = Mock::new().await;
    let set = async |groups: Value| {
        let reply = mock.put(PATH, json!({ "customer_group_settings": groups })).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    for name in ["A", "B"] {
        mock.group("s", json!({ "name": name })).await;
    }
    let new_customer = async |email: &str| {
        let id = mock.customer("s", json!({ "email": email })).await;
        mock.get(&format!("/stores/s/v2/customers/{id}")).await.json()["customer_group_id"].as_i64().unwrap()
    };
    assert_eq!(new_customer("a@example.com").await, 0);

    set(json!({"default_customer_group_id": 1, "guest_customer_group_id": 1})).await;
    assert!(is_marked(&mock, 1, "is_default").await && is_marked(&mock, 1, "is_group_for_guests").await);
    assert_eq!(new_customer("b@example.com").await, 1);

    set(json!({"default_customer_group_id": 2})).await;
    assert!(!is_marked(&mock, 1, "is_default").await && is_marked(&mock, 2, "is_default").await);
    assert!(is_marked(&mock, 1, "is_group_for_guests").await);
    assert_eq!(new_customer("c@example.com").await, 2);

    let groups = "/stores/s/v2/customer_groups";
    mock.put(&format!("{groups}/1"), r#"{"is_default":true}"#).await;
    mock.put(&format!("{groups}/2"), r#"{"is_group_for_guests":true}"#).await;
    mock.get(PATH).await.assert(200, &shown(false, "", false, 2, 1));
    mock.group("s", json!({"name": "C", "is_default": true})).await;
    mock.get(PATH).await.assert(200, &shown(false, "", false, 2, 3));
    mock.put(&format!("{groups}/3"), r#"{"is_default":false}"#).await;
    mock.delete(&format!("{groups}/2")).await;
    mock.get(PATH).await.assert(200, &shown(false, "", false, 0, 0));

    set(json!({"default_customer_group_id": 3})).await;
    set(json!({"default_customer_group_id": 0})).await;
    assert!(!is_marked(&mock, 3, "is_default").await);
    assert_eq!(new_customer("d@example.com").await, 0);
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_told_without_an_index() {
    let mock = Mock::new().await;
    mock.put(PATH, "").await.assert(400, &refusal("Input is invalid", "{}").replace("422", "400"));
    for (body, errors) in [
        ("[]", r#"{"":"error.expected.jsobject"}"#),
        (r#"{"privacy_settings":null}"#, r#"{"privacy_settings":"error.expected.jsobject"}"#),
        (
            r#"{"privacy_settings":{"policy_url":null}}"#,
            r#"{"privacy_settings.policy_url":"error.expected.jsstring"}"#,
        ),
        (
            r#"{"privacy_settings":{"ask_shopper_for_tracking_consent":1,"ask_shopper_for_tracking_consent_on_checkout":"true"}}"#,
            r#"{"privacy_settings.ask_shopper_for_tracking_consent":"error.expected.jsboolean","privacy_settings.ask_shopper_for_tracking_consent_on_checkout":"error.expected.jsboolean"}"#,
        ),
        (
            r#"{"customer_group_settings":{"guest_customer_group_id":null,"default_customer_group_id":"1"}}"#,
            r#"{"customer_group_settings.guest_customer_group_id":"error.expected.jsnumber","customer_group_settings.default_customer_group_id":"error.expected.jsnumber"}"#,
        ),
        (
            r#"{"customer_group_settings":{"guest_customer_group_id":1.5}}"#,
            r#"{"customer_group_settings.guest_customer_group_id":"error.expected.jsnumber"}"#,
        ),
    ] {
        mock.put(PATH, body).await.assert(422, &refusal("JSON data is missing or invalid", errors));
    }
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "A"})).await;
    let long = "x".repeat(2049);
    for (body, errors) in [
        (
            json!({"privacy_settings": {"policy_url": "/p"}, "customer_group_settings": {"guest_customer_group_id": 1, "default_customer_group_id": 2}}),
            r#"{"customer_group_settings.default_customer_group_id":"invalid default customer group ID"}"#,
        ),
        (
            json!({"customer_group_settings": {"guest_customer_group_id": -1, "default_customer_group_id": 2}}),
            r#"{"customer_group_settings.guest_customer_group_id":"invalid guest customer group ID","customer_group_settings.default_customer_group_id":"invalid default customer group ID"}"#,
        ),
        (
            json!({"privacy_settings": {"ask_shopper_for_tracking_consent": true, "policy_url": long}}),
            r#"{"privacy_settings.policy_url":"policy_url must be at most 2048 characters"}"#,
        ),
        (
            json!({"privacy_settings": {"policy_url": "a\0b"}}),
            r#"{"privacy_settings.policy_url":"policy_url contains a NUL character"}"#,
        ),
    ] {
        mock.put(PATH, body).await.assert(422, &refusal("Update customer settings failed.", errors));
        mock.get(PATH).await.assert(200, &shown(false, "", false, 0, 0));
    }
}

#[tokio::test]
async fn one_store_decides_nothing_for_another_and_other_methods_do_not_exist() {
    let mock = Mock::new().await;
    mock.put("/stores/t/v3/customers/settings", r#"{"privacy_settings":{"policy_url":"/p"}}"#).await;
    mock.get(PATH).await.assert(200, &shown(false, "", false, 0, 0));
    for method in ["POST", "DELETE", "PATCH"] {
        let reply = mock.call(method, PATH, &[], "{}").await;
        reply.assert(404, "The route is not found, check the URL");
    }
}
