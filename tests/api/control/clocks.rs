//! The clock of a store is frozen, shifted, moved, and real again.

use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn a_clock_is_frozen_moved_and_set_free() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    let frozen = json!({"mode": "frozen", "now": "2026-01-01T00:00:00.000Z"});
    let reply = mock.control("PUT", "/stores/s/clock", frozen).await;
    reply.assert(200, r#"{"mode":"frozen","now":"2026-01-01T00:00:00.000Z","by":"0ms"}"#);
    let created = |reply: crate::support::Reply| reply.json()["date_created"].as_str().unwrap().to_owned();
    let first = mock.post("/stores/s/v2/customers", crate::support::jane()).await;
    assert_eq!(created(first), "Thu, 01 Jan 2026 00:00:00 +0000");
    let advanced = mock.control("POST", "/stores/s/clock/advance", json!({"by": "36h"})).await;
    advanced.assert(200, r#"{"mode":"frozen","now":"2026-01-02T12:00:00.000Z","by":"0ms"}"#);
    let mut second = crate::support::jane();
    second["email"] = "second@example.com".into();
    let second = mock.post("/stores/s/v2/customers", second).await;
    assert_eq!(created(second), "Fri, 02 Jan 2026 12:00:00 +0000");
    let settings = mock.control("GET", "/stores/s/settings", json!(null)).await.json();
    assert_eq!(settings["clock"], json!({"mode": "frozen", "now": "2026-01-02T12:00:00.000Z"}));
    let real = mock.control("PUT", "/stores/s/clock", json!({"mode": "real"})).await.json();
    assert_eq!((&real["mode"], &real["by"]), (&json!("real"), &json!("0ms")));
    let shifted = mock.control("POST", "/stores/s/clock/advance", json!({"by": "-36h"})).await.json();
    assert_eq!((&shifted["mode"], &shifted["by"]), (&json!("shifted"), &json!("-1day 12h")));
    let shown = mock.control("GET", "/stores/s/clock", json!(null)).await.json();
    assert_eq!(shown["mode"], "shifted");
}

#[tokio::test]
async fn the_window_of_the_quota_follows_the_clock() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    let left =
        async || mock.get("/stores/s/v2/customers").await.header("x-rate-limit-requests-left").to_owned();
    assert_eq!((left().await, left().await), ("9999".to_owned(), "9998".to_owned()));
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "30s"})).await;
    assert_eq!(left().await, "9999");
}

#[tokio::test]
async fn a_clock_that_can_not_be_is_refused() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    for (body, at) in [
        (json!({"mode": "fast"}), Some("/mode")),
        (json!({"mode": "frozen"}), Some("/now")),
        (json!({"mode": "frozen", "now": "today"}), Some("/now")),
        (json!({"mode": "real", "by": "1h"}), Some("/by")),
    ] {
        mock.control("PUT", "/stores/s/clock", body).await.assert_refusal(422, "invalid", at);
    }
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "a while"})).await.assert_refusal(
        422,
        "invalid",
        Some("/by"),
    );
    mock.control("POST", "/stores/s/clock/advance", json!({})).await.assert_refusal(
        422,
        "invalid",
        Some("/by"),
    );
}

/// What a script of calls is answered, headers and all, but for what counts requests.
async fn play(mock: &Mock) -> Vec<String> {
    let mut answers = Vec::new();
    for i in 0..50 {
        let customer = json!({"first_name": "A", "last_name": format!("B{}", i % 7), "email": format!("c{i}@example.com"),
            "_authentication": {"password": "s3cret-pass"}});
        let (id, email) = (i / 2 + 1, format!("d{i}@example.com"));
        let batch = json!([{"first_name": "C", "last_name": "D", "email": email}]);
        for reply in [
            mock.post("/stores/s/v2/customers", customer).await,
            mock.post("/stores/s/v3/customers", batch).await,
            mock.get(&format!("/stores/s/v3/customers?limit=3&sort=last_name:desc&id:in={id},{}", i + 1))
                .await,
            mock.put(&format!("/stores/s/v2/customers/{id}"), json!({"notes": i.to_string()})).await,
        ] {
            let mut headers = reply.headers.clone();
            headers.remove("x-request-id");
            answers.push(format!("{} {headers:?} {}", reply.status, reply.body));
        }
        if i % 10 == 9 {
            mock.control("POST", "/stores/s/clock/advance", json!({"by": "1h 1s"})).await;
        }
    }
    answers
}

#[tokio::test]
async fn with_a_frozen_clock_the_same_calls_have_the_same_answers() {
    let mock = Mock::new().await;
    let frozen = json!({"settings": {"clock": {"mode": "frozen", "now": "2026-01-01T00:00:00.000Z"}}});
    mock.make("s", json!({"seed": frozen})).await;
    let first = play(&mock).await;
    assert_eq!(first.len(), 200);
    assert_eq!(mock.control("POST", "/stores/s/reset", json!(null)).await.status, 200);
    assert_eq!(play(&mock).await, first, "after a reset");
    let other = Mock::new().await;
    other.make("s", json!({"seed": frozen})).await;
    assert_eq!(play(&other).await, first, "in another server");
}
