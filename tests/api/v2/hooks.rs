//! `/hooks`: what V3 shows, without an envelope.

use serde_json::{Value, json};

use crate::support::Mock;

const V2: &str = "/stores/s/v2/hooks";
const V3: &str = "/stores/s/v3/hooks";

fn hook() -> Value {
    json!({"scope": "store/customer/*", "destination": "https://app.example/in", "headers": {"X-Key": "a"}})
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_deleted_without_an_envelope() {
    let mock = Mock::new().await;
    mock.get(V2).await.assert(204, "");
    let shown = concat!(
        r#"{"id":1,"client_id":"bigcommercemock0client0id000000","store_hash":"s","scope":"store/customer/*","#,
        r#""destination":"https://app.example/in","headers":{"X-Key":"a"},"is_active":true,"#,
        r#""created_at":1714980850,"updated_at":1714980850}"#
    );
    let made = mock.post(V2, hook()).await;
    made.assert(201, shown);
    assert_eq!(made.header("location"), "/stores/s/v2/hooks/1");
    let one = format!("{V2}/1");
    mock.get(&one).await.assert(200, shown);
    mock.get(V2).await.assert(200, &format!("[{shown}]"));
    // Both versions see the same.
    mock.get(&format!("{V3}/1")).await.assert(200, &format!(r#"{{"data":{shown},"meta":{{}}}}"#));
    let changed =
        shown.replace(r#"{"X-Key":"a"}"#, "null").replace(r#""is_active":true"#, r#""is_active":false"#);
    let change = json!({"headers": null, "is_active": false, "id": 1, "client_id": "x", "created_at": 5});
    mock.put(&one, change).await.assert(200, &changed);
    mock.put(&one, json!({})).await.assert(200, &changed);
    mock.put(&format!("{V3}/1"), json!({"is_active": true})).await;
    assert_eq!(mock.get(&one).await.json()["is_active"], true);
    let accept = [("accept", "application/xml")];
    let xml = mock.call("GET", V2, &accept, "").await;
    assert!(xml.body.contains("<hooks><hook><id>1</id><client_id>bigcommercemock0"), "{}", xml.body);
    mock.delete(&one).await.assert(200, &changed.replace("false", "true"));
    mock.get(&one).await.assert_error(404, "The requested resource was not found.");
    mock.get(V2).await.assert(204, "");
}

#[tokio::test]
async fn a_list_is_filtered_and_paged() {
    let mock = Mock::new().await;
    for i in 1..=3 {
        let hook = json!({"scope": "store/order/*", "destination": format!("http://localhost:{i}"), "is_active": i > 1});
        assert_eq!(mock.post(V2, hook).await.status, 201);
    }
    for (query, expected) in [
        ("is_active=true", &[2, 3][..]),
        ("scope=store/order/*&limit=2&page=2", &[3]),
        ("destination=http://localhost:1", &[1]),
        ("scope=store/Order/*", &[]),
    ] {
        assert_eq!(mock.get(&format!("{V2}?{query}")).await.ids(), expected, "{query}");
    }
    let refused = mock.get(&format!("{V2}?client_id=x")).await;
    refused.assert_error(400, "The field 'client_id' is not supported by this resource.");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_words_of_v2() {
    let mock = Mock::new().await;
    assert_eq!(mock.post(V2, hook()).await.status, 201);
    let before = mock.dump("s").await;
    for (body, message, reason) in [
        (json!({}), "The required field 'scope' was not supplied.", ""),
        (json!({"scope": "store/order/*"}), "The required field 'destination' was not supplied.", ""),
        (json!({"nonsense": 1}), "The field 'nonsense' is not supported by this resource.", ""),
        (
            json!({"scope": "store/no/such", "destination": "https://a.example"}),
            "The field 'scope' is invalid.",
            "The provided value does not refer to an existing resource.",
        ),
        (
            json!({"scope": "store/order/*", "destination": "a.example"}),
            "The field 'destination' is invalid.",
            "The provided value 'a.example' is not a valid URL.",
        ),
        (
            json!({"scope": "store/order/*", "destination": "https://a.example", "headers": {"a": 1}}),
            "The field 'headers' is invalid.",
            "The provided value is not a valid string.",
        ),
        (hook(), "The field 'destination' is invalid.", "The provided value is already in use."),
    ] {
        let reply = mock.post(V2, &body).await;
        reply.assert_error(400, message);
        let told = reply.json()[0]["details"]["invalid_reason"].as_str().unwrap_or_default().to_owned();
        assert_eq!(told, reason, "{body}");
    }
    for path in ["/2", "/x", "/99999999999"] {
        let path = format!("{V2}{path}");
        let not_found = "The requested resource was not found.";
        mock.get(&path).await.assert_error(404, not_found);
        mock.put(&path, "nonsense").await.assert_error(404, not_found);
        mock.delete(&path).await.assert_error(404, not_found);
    }
    mock.call("PATCH", V2, &[], "")
        .await
        .assert_error(405, "The requested method is not allowed on this resource.");
    assert_eq!(mock.dump("s").await, before);
    let strict = json!({"hook_destinations": "https"}).to_string();
    mock.call("PATCH", "/_mock/stores/s/settings", &[], &strict).await;
    let reply = mock.post(V2, json!({"scope": "store/order/*", "destination": "http://a.example"})).await;
    reply.assert_error(400, "The field 'destination' is invalid.");
    assert_eq!(reply.json()[0]["details"]["invalid_reason"], "The provided value is not an https URL.");
}

#[tokio::test]
async fn limits_hold_over_both_versions() {
    let mock = Mock::new().await;
    for i in 0..10 {
        let hook = json!({"scope": "store/order/*", "destination": format!("https://a.example/{i}")});
        let (path, status) = if i % 2 == 0 { (V2, 201) } else { (V3, 200) };
        assert_eq!(mock.post(path, hook).await.status, status);
    }
    let reply = mock.post(V2, json!({"scope": "store/order/*", "destination": "https://a.example"})).await;
    reply.assert_error(400, "The field 'scope' is invalid.");
    assert_eq!(
        reply.json()[0]["details"]["invalid_reason"],
        "The provided value is already in use by 10, the most allowed."
    );
}

#[tokio::test]
async fn basic_users_have_no_webhooks() {
    let mock = Mock::new().await;
    assert_eq!(mock.post("/stores/demo/v2/hooks", hook()).await.status, 201);
    for (method, path) in
        [("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1"), ("PATCH", "")]
    {
        let reply = mock.call(method, &format!("/api/v2/hooks{path}"), &[], &hook().to_string()).await;
        reply.assert_error(404, "The requested resource was not found.");
    }
    assert_eq!(mock.get("/stores/demo/v2/hooks").await.ids(), [1]);
}
