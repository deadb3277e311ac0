//! What a store says of itself.

use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn a_store_says_the_same_of_itself_on_both_mounts() {
    let mock = Mock::new().await;
    let reply = mock.get("/stores/demo/v2/store").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let store = reply.json();
    for (key, value) in [
        ("id", json!("demo")),
        ("domain", json!("store-demo.mybigcommerce.com")),
        ("secure_url", json!("https://store-demo.mybigcommerce.com")),
        ("name", json!("demo")),
        ("dimension_decimal_places", json!("2")),
        ("decimal_places", json!(2)),
        ("default_channel_id", json!(1)),
        ("logo", json!([])),
        ("active_comparison_modules", json!([])),
    ] {
        assert_eq!(store[key], value, "{key}");
    }
    assert!(reply.body.starts_with(r#"{"id":"demo","account_uuid":""#), "{}", reply.body);
    assert_eq!(store["features"]["storefront_limits"]["active"], 3);
    let uuid: Vec<usize> = store["account_uuid"].as_str().unwrap().split('-').map(str::len).collect();
    assert_eq!(uuid, [8, 4, 4, 4, 12]);
    let number = store["store_id"].as_i64().unwrap();
    assert!((1_000_000_000..2_000_000_000).contains(&number), "ten digits: {number}");
    assert_eq!(mock.get("/api/v2/store.json").await.body, reply.body);
    let other = mock.get("/stores/other/v2/store").await.json();
    assert_ne!((&other["store_id"], &other["account_uuid"]), (&store["store_id"], &store["account_uuid"]));
    assert_eq!(mock.call("HEAD", "/stores/demo/v2/store", &[], "").await.status, 200);
    let xml = mock.get("/stores/demo/v2/store.xml").await;
    let date = "<date_format><display>M jS Y</display><export>M jS Y</export>";
    assert!(xml.body.contains("?>\n<store><id>demo</id>") && xml.body.contains(date), "{}", xml.body);
    assert!(xml.body.contains("<logo/>"), "{}", xml.body);
}

#[tokio::test]
async fn a_seed_says_what_it_is_called_and_where_it_is() {
    let mock = Mock::seeded(
        "stores:
  shop:
    store:
      name: The Shop
      country: Germany
      country_code: DE
      currency: EUR
      decimal_places: 0
      plan_is_trial: true
      timezone: {name: Europe/Berlin, raw_offset: 3600}
      features: {wishlists_enabled: false}
      logo: {url: https://example.com/logo.png}
",
    )
    .await;
    let reply = mock.get("/stores/shop/v2/store").await;
    let store = reply.json();
    assert_eq!(
        (&store["id"], &store["name"], &store["currency"]),
        (&json!("shop"), &json!("The Shop"), &json!("EUR"))
    );
    assert_eq!((&store["decimal_places"], &store["plan_is_trial"]), (&json!(0), &json!(true)));
    assert_eq!(
        (&store["timezone"]["raw_offset"], &store["timezone"]["dst_offset"]),
        (&json!(3600), &json!(0))
    );
    assert_eq!(
        (&store["features"]["wishlists_enabled"], &store["features"]["stencil_enabled"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(store["logo"], json!({"url": "https://example.com/logo.png"}));
    assert!(reply.body.starts_with(r#"{"id":"shop","account_uuid":"#), "keys keep their places");
    // A change of its settings leaves it.
    let changed = mock.call("PATCH", "/_mock/stores/shop/settings", &[], r#"{"cors":"off"}"#).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(mock.get("/stores/shop/v2/store").await.json(), store);
}

#[tokio::test]
async fn a_token_for_customers_or_for_the_store_may_ask() {
    let mock = Mock::seeded(
        "stores:
  s:
    auth: strict
    tokens:
      - {token: all, scopes: [store_v2_customers]}
      - {token: look, scopes: [store_v2_customers_read_only]}
      - {token: about, scopes: [store_v2_information]}
      - {token: look-about, scopes: [store_v2_information_read_only]}
      - {token: cards, scopes: [store_stored_payment_instruments]}
      - {token: none, scopes: []}
",
    )
    .await;
    let status = async |token: &str, path: &str| {
        mock.call("GET", &format!("/stores/s/v2{path}"), &[("x-auth-token", token)], "").await.status
    };
    for token in ["all", "look", "about", "look-about"] {
        assert_eq!(status(token, "/store").await, 200, "{token}");
    }
    for token in ["cards", "none"] {
        assert_eq!(status(token, "/store").await, 403, "{token}");
    }
    assert_eq!(status("nobody", "/store").await, 401);
    for token in ["about", "look-about"] {
        assert_eq!((status(token, "/customers").await, status(token, "/time").await), (403, 200), "{token}");
    }
}
