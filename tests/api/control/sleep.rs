//! Stores that nobody uses sleep, and any request wakes them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::three;
use crate::support::{Mock, until};

#[tokio::test]
async fn a_store_that_slept_is_what_it_was() {
    let mock = Mock::keeping(|options| options.sleep_after = Duration::ZERO).await;
    mock.make("s", json!({"seed": three()})).await;
    mock.customer("s", json!({"_authentication": {"password": "s3cret-pass"}})).await;
    mock.address("s", 1, json!({})).await;
    mock.group("s", json!({"name": "VIP", "is_default": true})).await;
    let before = mock.dump("s").await;
    let house = mock.tenants.clone();
    let house = tokio::spawn(async move { house.keep_house().await });
    for _ in 0..3 {
        until("the store sleeps", || mock.tenants.count() == (0, 1)).await;
        assert_eq!(mock.dump("s").await, before);
    }
    until("the store sleeps", || mock.tenants.count() == (0, 1)).await;
    assert_eq!(mock.customer("s", json!({"email": "next@example.com"})).await, 5, "ids go on");
    let check = mock.post("/stores/s/v2/customers/4/validate", json!({"password": "s3cret-pass"})).await;
    assert_eq!(check.json(), json!({"success": true}));
    house.abort();
}

#[tokio::test]
async fn only_so_many_are_awake_and_no_request_fails_for_that() {
    let mock = Arc::new(Mock::keeping(|options| options.max_awake = 3).await);
    let clients = (0..20).map(|client| {
        let mock = mock.clone();
        tokio::spawn(async move {
            for round in 1..=10 {
                let email = json!({"email": format!("{round}@example.com")});
                assert_eq!(mock.customer(&format!("s{client}"), email).await, round);
                assert!(mock.tenants.count().0 <= 3);
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    for client in 0..20 {
        assert_eq!(mock.emails(&format!("s{client}")).await.len(), 10);
    }
    assert_eq!(mock.tenants.count(), (3, 20));
}

#[tokio::test]
async fn a_store_that_sleeps_is_listed_and_copied_without_being_woken() {
    let mock = Mock::keeping(|options| options.max_awake = 1).await;
    mock.make("a", json!({"seed": three()})).await;
    mock.make("b", json!({"seed": three()})).await;
    let list = mock.control("GET", "/stores", json!(null)).await.json();
    assert_eq!((&list["stores"][0]["customers"], &list["stores"][1]["customers"]), (&json!(3), &json!(3)));
    mock.make("c", json!({"copy_of": "a"})).await;
    assert!(mock.tenants.entry("b").unwrap().is_awake());
    assert!(!mock.tenants.entry("a").unwrap().is_awake());
    assert_eq!(mock.emails("c").await.len(), 3);
}
