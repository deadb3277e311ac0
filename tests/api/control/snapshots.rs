//! Snapshots are taken, restored, listed and deleted.

use serde_json::json;

use super::three;
use crate::support::Mock;

#[tokio::test]
async fn a_snapshot_brings_back_content_and_settings() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    mock.control("PATCH", "/stores/s/settings", json!({"latency": "1ms"})).await;
    let hook = json!({"scope": "store/customer/*", "destination": "http://localhost"});
    assert_eq!(mock.post("/stores/s/v3/hooks", hook).await.status, 200);
    let before = mock.dump("s").await;
    let taken = mock.control("PUT", "/stores/s/snapshots/first", json!(null)).await;
    assert_eq!((taken.status, &taken.json()["customers"]), (201, &json!(3)), "{}", taken.body);
    let keys: Vec<String> = taken.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["name", "customers", "bytes", "created_at"]);
    mock.customer("s", json!({})).await;
    assert_eq!(mock.delete("/stores/s/v3/hooks/1").await.status, 200);
    mock.control("PATCH", "/stores/s/settings", json!({"latency": null})).await;
    for _ in 0..2 {
        let restored = mock.control("POST", "/stores/s/snapshots/first/restore", json!(null)).await;
        assert_eq!((restored.status, &restored.json()["settings"]["latency"]), (200, &json!("1ms")));
        assert_eq!(mock.dump("s").await, before);
        assert_eq!(mock.customer("s", json!({})).await, 4);
    }
    // A reset goes back to what the store was when it was made, and leaves snapshots alone.
    let reset = mock.control("POST", "/stores/s/reset", json!(null)).await.json();
    assert_eq!((&reset["settings"]["latency"], &reset["snapshots"]), (&json!("0ms"), &json!(["first"])));
}

#[tokio::test]
async fn snapshots_are_listed_replaced_and_deleted() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    for (name, status) in [("b", 201), ("a", 201), ("b", 200)] {
        let taken = mock.control("PUT", &format!("/stores/s/snapshots/{name}"), json!(null)).await;
        assert_eq!(taken.status, status, "{name}");
    }
    let list = mock.control("GET", "/stores/s/snapshots", json!(null)).await.json();
    assert_eq!(
        (&list["total"], &list["snapshots"][0]["name"], &list["snapshots"][1]["name"]),
        (&json!(2), &json!("a"), &json!("b"))
    );
    mock.control("DELETE", "/stores/s/snapshots/a", json!(null)).await.assert(204, "");
    for (method, path, code) in [
        ("DELETE", "/stores/s/snapshots/a", "unknown_snapshot"),
        ("POST", "/stores/s/snapshots/a/restore", "unknown_snapshot"),
        ("POST", "/stores/nobody/snapshots/a/restore", "unknown_store"),
        ("PUT", "/stores/nobody/snapshots/a", "unknown_store"),
        ("GET", "/stores/nobody/snapshots", "unknown_store"),
        ("DELETE", "/stores/nobody/snapshots/a", "unknown_store"),
    ] {
        mock.control(method, path, json!(null)).await.assert_refusal(404, code, None);
    }
    mock.control("PUT", "/stores/s/snapshots/a.b", json!(null)).await.assert_refusal(422, "invalid", None);
    // They go with their store.
    mock.control("DELETE", "/stores/s", json!(null)).await;
    mock.make("s", json!({})).await;
    let list = mock.control("GET", "/stores/s/snapshots", json!(null)).await.json();
    assert_eq!(list, json!({"snapshots": [], "total": 0}));
}

#[tokio::test]
async fn a_store_can_begin_as_a_snapshot_of_another() {
    let mock = Mock::new().await;
    mock.make("a", json!({"seed": three()})).await;
    mock.control("PUT", "/stores/a/snapshots/three", json!(null)).await;
    mock.delete("/stores/a/v2/customers").await;
    mock.make("b", json!({"copy_of": "a", "snapshot": "three"})).await;
    assert_eq!((mock.emails("a").await.len(), mock.emails("b").await.len()), (0, 3));
}
