//! No store can see or touch another.

use serde_json::json;

use crate::support::{Mock, home, jane};

#[tokio::test]
async fn every_write_to_one_store_leaves_another_as_it_was() {
    let mock = Mock::new().await;
    mock.customer("a", json!({})).await;
    mock.customer("b", json!({"notes": "b's own"})).await;
    for store in ["a", "b"] {
        mock.address(store, 1, json!({})).await;
        mock.group(store, json!({"name": "A", "is_default": true})).await;
        let hook = json!({"scope": "store/customer/*", "destination": "http://localhost"});
        assert_eq!(mock.post(&format!("/stores/{store}/v3/hooks"), hook).await.status, 200);
        mock.put(&format!("/stores/{store}/v2/customers/1"), json!({"customer_group_id": 1})).await;
    }
    let before = mock.dump("b").await;
    for (method, path, body) in [
        (
            "POST",
            "/stores/a/v2/customers",
            json!({"first_name": "x", "last_name": "y", "email": "z@example.com"}),
        ),
        ("PUT", "/stores/a/v2/customers/1", json!({"notes": "changed", "email": "b@example.com"})),
        ("PUT", "/stores/a/v2/customers/1/addresses/1", json!({"city": "changed"})),
        ("POST", "/stores/a/v2/customers/1/addresses", home()),
        ("DELETE", "/stores/a/v2/customers/1/addresses/1", json!({})),
        ("DELETE", "/stores/a/v2/customers/1/addresses", json!({})),
        ("PUT", "/stores/a/v2/customer_groups/1", json!({"name": "changed"})),
        ("POST", "/stores/a/v2/customer_groups", json!({"name": "B", "is_default": true})),
        (
            "PUT",
            "/stores/a/v3/customers/settings",
            json!({"customer_group_settings": {"default_customer_group_id": 1, "guest_customer_group_id": 2}}),
        ),
        ("PUT", "/stores/a/v3/customers/settings/channels/1", json!({"allow_global_logins": false})),
        ("POST", "/stores/a/v3/hooks", json!({"scope": "store/order/*", "destination": "http://localhost"})),
        ("PUT", "/stores/a/v3/hooks/1", json!({"is_active": false})),
        ("PUT", "/stores/a/v3/hooks/admin", json!({"emails": ["a@example.com"]})),
        ("DELETE", "/stores/a/v2/hooks/1", json!({})),
        ("DELETE", "/stores/a/v2/customer_groups/1", json!({})),
        ("DELETE", "/stores/a/v2/customer_groups", json!({})),
        ("DELETE", "/stores/a/v2/customers/2", json!({})),
        ("DELETE", "/stores/a/v2/customers?email=jane@example.com", json!({})),
        ("DELETE", "/stores/a/v2/customers", json!({})),
    ] {
        let reply = mock.call(method, path, &[], &body.to_string()).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.body);
        assert_eq!(mock.dump("b").await, before, "{method} {path}");
    }
}

#[tokio::test]
async fn a_store_comes_to_be_by_its_first_write_and_by_nothing_else() {
    let mock = Mock::new().await;
    for (method, path) in [
        ("GET", "/stores/s/v2/customers"),
        ("GET", "/stores/s/v2/customers/1"),
        ("GET", "/stores/s/v2/customers/count"),
        ("PUT", "/stores/s/v2/customers/1"),
        ("DELETE", "/stores/s/v2/customers/1"),
        ("DELETE", "/stores/s/v2/customers"),
        ("POST", "/stores/s/v2/customers"),
        ("POST", "/stores/s/v2/customers/1/validate"),
    ] {
        mock.call(method, path, &[], "{}").await;
        assert!(!mock.tenants.exists("s"), "{method} {path}");
    }
    mock.customer("s", json!({})).await;
    assert!(mock.tenants.exists("s"));
    assert_eq!(mock.get("/stores/S/v2/customers").await.status, 204, "hashes differ by case");
}

#[tokio::test]
async fn first_writes_that_race_make_one_store() {
    let mock = Mock::new().await;
    let creates = (0..50).map(|i| mock.customer("s", json!({"email": format!("c{i}@example.com")})));
    let mut ids = futures_util::future::join_all(creates).await;
    ids.sort_unstable();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_creates_with_one_email_that_race_exactly_one_wins() {
    let mock = Mock::new().await;
    let creates = (0..20).map(|_| mock.post("/stores/s/v2/customers", jane()));
    let replies = futures_util::future::join_all(creates).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    assert!(replies.iter().all(|reply| reply.status == 201 || reply.status == 400));
}
