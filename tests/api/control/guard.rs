//! Who may call the control API.

use bigcommerce_mock::control::Guard;
use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let mock = Mock::new().await;
    for (headers, status) in [
        (&[("origin", "http://localhost:2442")][..], 200),
        (&[("origin", "http://localhost:3000")], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("host", "evil.example")], 403),
        (&[("host", "evil.example:2442")], 403),
        (&[("host", "127.0.0.1:2442")], 200),
        (&[("host", "[::1]:2442")], 200),
        (&[("host", "bigcommerce")], 200),
        (&[("host", "store-x.mybigcommerce.com")], 200),
    ] {
        let reply = mock.call("GET", "/_mock/stores", headers, "").await;
        assert_eq!(reply.status, status, "{headers:?}: {}", reply.body);
        assert_eq!(reply.header("access-control-allow-origin"), "", "{headers:?}");
        if status == 403 {
            reply.assert_refusal(403, "foreign_origin", None);
        }
    }
    let write =
        mock.call("POST", "/_mock/stores", &[("origin", "https://evil.example")], r#"{"hash":"x"}"#).await;
    write.assert_refusal(403, "foreign_origin", None);
    assert!(!mock.tenants.exists("x"));
}

#[tokio::test]
async fn names_that_the_server_was_told_are_its_own() {
    let guard = Guard { allowed_hosts: vec!["mock.example.com".to_owned()], ..Guard::default() };
    let mock = Mock::with(|options| options.guard = guard).await;
    let reply = mock.call("GET", "/_mock/stores", &[("host", "mock.example.com")], "").await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn with_a_control_token_only_who_shows_it_gets_in() {
    let guard = Guard { token: Some("s3cret".into()), ..Guard::default() };
    let mock = Mock::with(|options| options.guard = guard).await;
    for (value, status) in [
        ("Bearer s3cret", 200),
        ("bearer  s3cret", 200),
        ("Bearer s3cre", 401),
        ("Bearer ", 401),
        ("s3cret", 401),
        ("Basic czNjcmV0", 401),
    ] {
        let reply = mock.call("GET", "/_mock/stores", &[("authorization", value)], "").await;
        assert_eq!(reply.status, status, "{value}");
        if status == 401 {
            reply.assert_refusal(401, "control_token", None);
            assert_eq!(reply.header("www-authenticate"), "Bearer");
            assert!(!reply.body.contains("s3cret"));
        }
    }
    // It guards nothing else.
    assert_eq!(mock.get("/stores/s/v2/customers").await.status, 204);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let mock = Mock::new().await;
    let long = json!({"hash": "x".repeat(64 << 20)});
    mock.control("POST", "/stores", long).await.assert_refusal(413, "too_large", None);
    // Seeds may be longer than what the vendor's mounts take.
    let notes = "n".repeat(60_000);
    let person =
        |i: i32| json!({"first_name": "A", "last_name": "B", "email": format!("{i}@x.co"), "notes": notes});
    let seed = json!({"customers": (0..40).map(person).collect::<Vec<_>>()});
    mock.make("large", json!({"seed": seed})).await;
}
