//! A reset puts a store back to what it was when it was made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::three;
use crate::support::{Mock, jane};

#[tokio::test]
async fn content_ids_settings_and_clock_are_as_they_were() {
    let mock = Mock::new().await;
    let mut seed = three();
    seed["settings"] = json!({"limit_overflow": "reject"});
    seed["hooks"] = json!([{"scope": "store/customer/*", "destination": "http://localhost"}]);
    mock.make("s", json!({"seed": seed})).await;
    let before = mock.dump("s").await;
    let settings = mock.control("GET", "/stores/s/settings", json!(null)).await.body;
    let made = mock.control("GET", "/stores/s", json!(null)).await.json()["created_at"].clone();
    for life in 0..3 {
        assert_eq!(mock.customer("s", json!({})).await, 4, "{life}");
        mock.delete("/stores/s/v2/customers/1").await;
        mock.group("s", json!({"name": "VIP"})).await;
        let hook = json!({"scope": "store/order/*", "destination": "http://localhost"});
        assert_eq!(mock.post("/stores/s/v3/hooks", hook).await.json()["data"]["id"], 2, "{life}");
        mock.delete("/stores/s/v3/hooks/1").await;
        mock.put("/stores/s/v3/hooks/admin", json!({"emails": ["a@b.co"]})).await;
        mock.control("PATCH", "/stores/s/settings", json!({"limit_overflow": "clamp", "latency": "1ms"}))
            .await;
        mock.control("POST", "/stores/s/clock/advance", json!({"by": "36h"})).await;
        assert_ne!(mock.dump("s").await, before);
        let reset = mock.control("POST", "/stores/s/reset", json!(null)).await;
        assert_eq!((reset.status, &reset.json()["customers"]), (200, &json!(3)), "{}", reset.body);
        assert_eq!(reset.json()["created_at"], made);
        assert_eq!(mock.dump("s").await, before);
        assert_eq!(mock.control("GET", "/stores/s/settings", json!(null)).await.body, settings);
    }
}

#[tokio::test]
async fn a_store_that_its_first_write_made_is_empty_again() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let reset = mock.control("POST", "/stores/s/reset", json!(null)).await;
    assert_eq!(reset.json()["customers"], 0);
    assert_eq!(mock.customer("s", json!({})).await, 1);
    mock.control("POST", "/stores/nobody/reset", json!(null)).await.assert_refusal(
        404,
        "unknown_store",
        None,
    );
}

#[tokio::test]
async fn a_quota_is_fresh_after_a_reset() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let left =
        async || mock.get("/stores/s/v2/customers").await.header("x-rate-limit-requests-left").to_owned();
    left().await;
    assert_eq!(left().await, "9998");
    mock.control("POST", "/stores/s/reset", json!(null)).await;
    assert_eq!(left().await, "9999");
}

#[tokio::test]
async fn what_a_reset_is_told_to_keep_stays() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    mock.control("PATCH", "/stores/s/settings", json!({"latency": "1ms"})).await;
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "1h"})).await;
    let reset = async |keep: serde_json::Value| {
        let store = mock.control("POST", "/stores/s/reset", json!({"keep": keep})).await.json();
        (store["settings"]["latency"].clone(), store["settings"]["clock"]["now"].clone())
    };
    assert_eq!(reset(json!(["settings", "clock"])).await, (json!("1ms"), json!("2024-05-06T08:34:10.000Z")));
    assert_eq!(reset(json!(["clock"])).await, (json!("0ms"), json!("2024-05-06T08:34:10.000Z")));
    assert_eq!(reset(json!([])).await, (json!("0ms"), json!("2024-05-06T07:34:10.000Z")));
    let refused = mock.control("POST", "/stores/s/reset", json!({"keep": ["all"]})).await;
    refused.assert_refusal(422, "invalid", Some("/keep/0"));
}

#[tokio::test]
async fn a_reset_of_all_keeps_the_stores_of_the_seed_and_no_others() {
    let yaml = "stores:\n  a:\n    customers:\n      - {first_name: A, last_name: A, email: a@example.com}\n  b: {}\n";
    let mock = Mock::seeded(yaml).await;
    mock.customer("a", json!({})).await;
    mock.customer("b", json!({})).await;
    mock.customer("c", json!({})).await;
    mock.make("d", json!({})).await;
    let reply = mock.control("POST", "/reset", json!(null)).await;
    let stores = reply.json();
    let counts: Vec<_> =
        stores["stores"].as_array().unwrap().iter().map(|s| (&s["hash"], &s["customers"])).collect();
    assert_eq!(counts, [(&json!("a"), &json!(1)), (&json!("b"), &json!(0))]);
    assert_eq!(mock.tenants.list("").len(), 2);
}

/// Everything acknowledged before a reset is gone after it, nothing of two lives is in one answer, and nobody is told
/// that something went wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_requests_sees_one_life_at_a_time() {
    let mock = Arc::new(Mock::new().await);
    mock.make("s", json!({"seed": three()})).await;
    let over = Arc::new(AtomicBool::new(false));
    let storm = (0..8).map(|client| {
        let (mock, over) = (mock.clone(), over.clone());
        tokio::spawn(async move {
            let mut i = 0;
            while !over.load(Ordering::Relaxed) {
                i += 1;
                let mut body = jane();
                body["email"] = format!("c{client}-{i}@example.com").into();
                let made = mock.post("/stores/s/v2/customers", body).await;
                assert_eq!(made.status, 201, "{}", made.body);
                let list = mock.get("/stores/s/v2/customers?limit=250").await;
                assert_eq!(list.status, 200, "{}", list.body);
                // Ids go up by one in each life: a gap or an id twice would be of two lives.
                let ids = list.ids();
                let first = ids.iter().zip(1..).all(|(id, expected)| *id == expected);
                assert!(first && ids.len() >= 3, "{ids:?}");
                let count = mock.get("/stores/s/v2/customers/count").await;
                assert_eq!(count.status, 200, "{}", count.body);
            }
        })
    });
    let storm: Vec<_> = storm.collect();
    for _ in 0..200 {
        let reset = mock.control("POST", "/stores/s/reset", json!(null)).await;
        assert_eq!(reset.status, 200, "{}", reset.body);
        tokio::task::yield_now().await;
    }
    over.store(true, Ordering::Relaxed);
    for client in storm {
        client.await.unwrap();
    }
    mock.control("POST", "/stores/s/reset", json!(null)).await;
    assert_eq!(mock.emails("s").await.len(), 3);
}
