//! Stores are made, listed, looked at and deleted.

use serde_json::json;

use super::three;
use crate::support::Mock;

#[tokio::test]
async fn a_store_is_made_shown_and_deleted() {
    let mock = Mock::new().await;
    let reply = mock.control("POST", "/stores", json!({"hash": "shop", "seed": three()})).await;
    assert_eq!((reply.status, reply.header("location")), (201, "/_mock/stores/shop"), "{}", reply.body);
    let store = reply.json();
    let keys: Vec<&str> = store.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        ["hash", "customers", "created_at", "last_used_at", "token", "urls", "settings", "snapshots"];
    assert_eq!(keys, expected);
    assert_eq!(
        (&store["hash"], &store["customers"], &store["token"]),
        (&json!("shop"), &json!(3), &json!("any"))
    );
    assert_eq!(store["urls"]["v2"], "http://localhost:2442/stores/shop/v2");
    assert_eq!(store["urls"]["v3"], "http://localhost:2442/stores/shop/v3");
    assert_eq!(store["urls"]["basic"], "http://store-shop.mybigcommerce.com:2442/api/v2");
    assert_eq!(mock.emails("shop").await.len(), 3);
    let shown = mock.control("GET", "/stores/shop", json!(null)).await;
    assert_eq!((shown.status, &shown.json()["customers"]), (200, &json!(3)));
    let head = mock.call("HEAD", "/_mock/stores/shop", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));

    let deleted = mock.control("DELETE", "/stores/shop", json!(null)).await;
    deleted.assert(204, "");
    mock.control("GET", "/stores/shop", json!(null)).await.assert_refusal(404, "unknown_store", None);
    mock.control("DELETE", "/stores/shop", json!(null)).await.assert_refusal(404, "unknown_store", None);
    assert!(mock.emails("shop").await.is_empty());
    // A hash that nobody made still works, and its ids begin anew.
    assert_eq!(mock.customer("shop", json!({})).await, 1);
}

#[tokio::test]
async fn the_default_store_has_the_url_without_a_name() {
    let mock = Mock::new().await;
    mock.make("demo", json!({})).await;
    let store = mock.control("GET", "/stores/demo", json!(null)).await.json();
    assert_eq!(store["urls"]["basic"], "http://localhost:2442/api/v2");
}

#[tokio::test]
async fn a_store_without_a_hash_gets_a_fresh_one() {
    let mock = Mock::new().await;
    let a = mock.control("POST", "/stores", json!(null)).await.json();
    let b = mock.control("POST", "/stores", json!({})).await.json();
    assert_ne!(a["hash"], b["hash"]);
    let url = format!("/stores/{}/v2/customers", a["hash"].as_str().unwrap());
    assert_eq!(mock.get(&url).await.status, 204);
}

#[tokio::test]
async fn a_hash_is_used_once_unless_it_is_to_be_replaced() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    let again = mock.control("POST", "/stores", json!({"hash": "s"})).await;
    again.assert_refusal(409, "store_exists", Some("/hash"));
    assert_eq!(mock.emails("s").await.len(), 3);
    mock.make("s", json!({"replace": true})).await;
    assert!(mock.emails("s").await.is_empty());
}

#[tokio::test]
async fn a_copy_is_a_store_of_its_own() {
    let mock = Mock::new().await;
    mock.make("a", json!({"seed": three()})).await;
    mock.make("b", json!({"copy_of": "a"})).await;
    assert_eq!(mock.emails("a").await, mock.emails("b").await);
    assert_eq!(mock.customer("b", json!({})).await, 4);
    mock.delete("/stores/a/v2/customers/1").await;
    assert_eq!((mock.emails("a").await.len(), mock.emails("b").await.len()), (2, 4));
    let reply = mock.control("POST", "/stores/b/reset", json!(null)).await;
    assert_eq!(reply.json()["customers"], 3, "what it was when it was made");
}

#[tokio::test]
async fn what_can_not_be_made_is_refused_and_makes_nothing() {
    let mock = Mock::new().await;
    mock.make("a", json!({})).await;
    let bad = json!({"customers": [{"first_name": "A", "last_name": "B", "email": "nowhere"}]});
    let twice = json!({"customers": [
        {"first_name": "A", "last_name": "B", "email": "a@example.com"},
        {"first_name": "A", "last_name": "B", "email": "A@example.com"},
    ]});
    for (body, status, code, at) in [
        (json!({"hash": "a b"}), 422, "invalid", Some("/hash")),
        (json!({"hash": 5}), 422, "invalid", Some("/hash")),
        (json!({"colour": "red"}), 422, "invalid", Some("/colour")),
        (json!([]), 422, "invalid", None),
        (json!({"seed": {}, "copy_of": "a"}), 422, "invalid", Some("/copy_of")),
        (json!({"snapshot": "x"}), 422, "invalid", Some("/snapshot")),
        (json!({"copy_of": "nobody"}), 404, "unknown_store", Some("/copy_of")),
        (json!({"copy_of": "a", "snapshot": "x"}), 404, "unknown_snapshot", Some("/snapshot")),
        (json!({"seed": bad}), 422, "invalid", Some("/seed/customers/0/email")),
        (json!({"seed": twice}), 422, "invalid", Some("/seed/customers/1/email")),
        (json!({"seed": []}), 422, "invalid", Some("/seed")),
    ] {
        mock.control("POST", "/stores", body).await.assert_refusal(status, code, at);
        assert_eq!(mock.tenants.list("").len(), 1);
    }
    let hint = mock.control("POST", "/stores", json!({"sed": {}})).await;
    assert_eq!(hint.json()["error"]["hint"], "seed");
    let malformed = mock.call("POST", "/_mock/stores", &[], "{\"hash\":\n x}").await;
    malformed.assert_refusal(400, "malformed", None);
    assert!(malformed.body.contains("line 2, column 2"), "{}", malformed.body);
}

#[tokio::test]
async fn stores_are_listed_newest_last_in_parts_and_by_prefix() {
    let mock = Mock::new().await;
    for hash in ["t-1", "t-2", "x-1", "t-3"] {
        mock.make(hash, json!({})).await;
    }
    let hashes = async |query: &str| {
        let list = mock.control("GET", &format!("/stores{query}"), json!(null)).await.json();
        let stores = list["stores"].as_array().unwrap();
        let hashes: Vec<String> =
            stores.iter().map(|store| store["hash"].as_str().unwrap().to_owned()).collect();
        (hashes, list["total"].as_i64().unwrap())
    };
    let of = |hashes: &[&str]| hashes.iter().map(|hash| (*hash).to_owned()).collect::<Vec<_>>();
    assert_eq!(hashes("?prefix=t-").await, (of(&["t-1", "t-2", "t-3"]), 3));
    assert_eq!(hashes("?prefix=t-&limit=1&after=t-1").await, (of(&["t-2"]), 3));
    assert_eq!(hashes("").await.1, 4);
    for query in ["?limit=0", "?limit=1001", "?limit=x", "?offset=1"] {
        mock.control("GET", &format!("/stores{query}"), json!(null))
            .await
            .assert_refusal(422, "invalid", None);
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_refused_in_the_voice_of_the_control_api() {
    let mock = Mock::new().await;
    mock.control("GET", "/shops", json!(null)).await.assert_refusal(404, "no_such_route", None);
    let wrong = mock.control("PUT", "/stores", json!(null)).await;
    wrong.assert_refusal(405, "wrong_method", None);
    assert_eq!(wrong.header("allow"), "GET,HEAD,POST");
}

#[tokio::test]
async fn a_seed_is_added_to_what_is_there_all_or_nothing() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    let person = |email: &str| json!({"first_name": "X", "last_name": "Y", "email": email});
    let taken = json!({"customers": [person("new@example.com"), person("jane1@example.com")]});
    let refused = mock.control("POST", "/stores/s/seed", taken).await;
    refused.assert_refusal(422, "invalid", Some("/customers/1/email"));
    assert_eq!(mock.emails("s").await.len(), 3);
    let more = json!({"customers": [person("new@example.com")], "groups": [{"name": "VIP"}]});
    let reply = mock.control("POST", "/stores/s/seed", more).await;
    assert_eq!((reply.status, &reply.json()["customers"]), (200, &json!(4)), "{}", reply.body);
    let yaml = "customers:\n  - {first_name: Z, last_name: Z, email: z@example.com}\n";
    let reply =
        mock.call("POST", "/_mock/stores/s/seed", &[("content-type", "application/yaml")], yaml).await;
    assert_eq!(reply.json()["customers"], 5, "{}", reply.body);
    let nobody = mock.control("POST", "/stores/nobody/seed", three()).await;
    nobody.assert_refusal(404, "unknown_store", None);
}
