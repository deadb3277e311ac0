//! Settings change while the server runs.

use serde_json::json;

use super::three;
use crate::support::Mock;

#[tokio::test]
async fn a_store_becomes_strict_and_lenient_again() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    let status = async |token: &str| {
        mock.call("GET", "/stores/s/v2/customers", &[("x-auth-token", token)], "").await.status
    };
    assert_eq!(status("anything").await, 200);
    let strict =
        json!({"auth": "strict", "tokens": [{"token": "mine", "scopes": ["store_v2_customers_read_only"]}]});
    let reply = mock.control("PATCH", "/stores/s/settings", strict).await;
    assert_eq!((reply.status, &reply.json()["tokens"][0]["token"]), (200, &json!("mine")), "{}", reply.body);
    assert_eq!((status("anything").await, status("mine").await), (401, 200));
    assert_eq!(
        mock.call("DELETE", "/stores/s/v2/customers", &[("x-auth-token", "mine")], "").await.status,
        403
    );
    // The token of one strict store is known, but opens no other one.
    mock.make("t", json!({"seed": {"auth": "strict"}})).await;
    let foreign =
        async || mock.call("GET", "/stores/t/v2/customers", &[("x-auth-token", "mine")], "").await.status;
    assert_eq!(foreign().await, 403);
    let lenient = mock.control("PATCH", "/stores/s/settings", json!({"auth": null, "tokens": []})).await;
    assert_eq!(lenient.json()["auth"], "lenient");
    assert_eq!((status("anything").await, foreign().await), (200, 401));
    mock.control("PATCH", "/stores/s/settings", json!({"tokens": [{"token": "mine", "scopes": []}]})).await;
    assert_eq!(foreign().await, 403);
    mock.control("DELETE", "/stores/s", json!(null)).await;
    assert_eq!(foreign().await, 401);
}

#[tokio::test]
async fn switches_take_effect_at_the_next_request() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    let list = async || mock.get("/stores/s/v2/customers?limit=251").await.status;
    assert_eq!(list().await, 200);
    mock.control("PATCH", "/stores/s/settings", json!({"limit_overflow": "reject"})).await;
    assert_eq!(list().await, 413);
}

#[tokio::test]
async fn web_pages_may_call_a_store_as_it_says() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    let allowed = async |origin: &str| {
        let headers = [("origin", origin)];
        let reply = mock.call("GET", "/stores/s/v2/customers", &headers, "").await;
        reply.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(allowed("https://a.example").await, "https://a.example");
    mock.control("PATCH", "/stores/s/settings", json!({"cors": ["https://a.example"]})).await;
    assert_eq!(
        (&*allowed("https://a.example").await, &*allowed("https://b.example").await),
        ("https://a.example", "")
    );
    mock.control("PATCH", "/stores/s/settings", json!({"cors": "off"})).await;
    assert_eq!(allowed("https://a.example").await, "");
    let preflight = [("origin", "https://a.example"), ("access-control-request-method", "GET")];
    let reply = mock.call("OPTIONS", "/stores/s/v2/customers", &preflight, "").await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn what_is_wrong_with_settings_is_told_and_changes_nothing() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    let before = mock.control("GET", "/stores/s/settings", json!(null)).await.body;
    for (patch, at) in [
        (json!({"latency": "1ms", "auth": "loose"}), Some("/auth")),
        (json!({"latncy": "1ms"}), Some("/latncy")),
        (json!([]), None),
    ] {
        mock.control("PATCH", "/stores/s/settings", patch).await.assert_refusal(422, "invalid", at);
        assert_eq!(mock.control("GET", "/stores/s/settings", json!(null)).await.body, before);
    }
    mock.control("PATCH", "/stores/nobody/settings", json!({})).await.assert_refusal(
        404,
        "unknown_store",
        None,
    );
}
