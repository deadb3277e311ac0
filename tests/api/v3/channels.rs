//! Channels, which a seed adds, and the customers of each.

use serde_json::{Value, json};

use crate::support::{Mock, jane, over};

const SEED: &str = "stores:
  s:
    customers:
      - {first_name: A, last_name: B, email: everywhere@example.com}
      - {first_name: A, last_name: B, email: two@example.com, origin_channel_id: 2, channel_ids: [2]}
      - {first_name: A, last_name: B, email: both@example.com, channel_ids: [7, 1]}
    channels:
      - {id: 7, name: Kiosk}
      - {id: 1, name: Main street}
      - {id: 2, name: Wholesale portal}
";

/// Origin and access of each customer.
async fn channels(mock: &Mock) -> Vec<(i64, Value)> {
    let list = mock.get("/stores/s/v3/customers").await.json();
    let customers = list["data"].as_array().unwrap().iter();
    customers
        .map(|customer| (customer["origin_channel_id"].as_i64().unwrap(), customer["channel_ids"].clone()))
        .collect()
}

#[tokio::test]
async fn customers_of_a_seed_have_the_channels_that_it_says() {
    let mock = Mock::seeded(SEED).await;
    assert_eq!(channels(&mock).await, [(1, Value::Null), (2, json!([2])), (1, json!([7, 1]))]);
}

#[tokio::test]
async fn clients_may_name_the_channels_of_the_seed_and_no_others() {
    let mock = Mock::seeded(SEED).await;
    let path = "/stores/s/v3/customers";
    let new = |more: Value| json!([over(jane(), more)]);
    for (more, errors) in [
        (json!({"origin_channel_id": 3}), r#"{"0.origin_channel_id":"invalid origin channel ID"}"#),
        (json!({"channel_ids": [2, 3]}), r#"{"0.channel_ids":"invalid channel IDs"}"#),
    ] {
        let reply = mock.post(path, new(more)).await;
        assert_eq!((reply.status, reply.json()["errors"].to_string().as_str()), (422, errors));
    }
    let made = mock.post(path, new(json!({"origin_channel_id": 7, "channel_ids": [1, 2, 7]}))).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(channels(&mock).await[3], (7, json!([1, 2, 7])));
    let moved = mock.put(path, json!([{"id": 2, "channel_ids": null}])).await;
    assert_eq!(moved.json()["data"][0]["channel_ids"], Value::Null, "{}", moved.body);
    let elsewhere = mock.post("/stores/t/v3/customers", new(json!({"channel_ids": [2]}))).await;
    assert_eq!(elsewhere.status, 422, "{}", elsewhere.body);
}

#[tokio::test]
async fn the_demo_store_has_a_second_channel_and_somebody_who_belongs_to_it() {
    let mock = Mock::seeded(include_str!("../../../fixtures/demo.yaml")).await;
    let settings = mock.get("/stores/demo/v3/customers/settings/channels/2").await;
    assert_eq!((settings.status, &settings.json()["data"]["allow_global_logins"]), (200, &json!(false)));
    let list = mock.get("/stores/demo/v3/customers?limit=250").await.json();
    let limited: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|customer| customer["channel_ids"] == json!([2]) && customer["origin_channel_id"] == 2)
        .map(|customer| customer["email"].as_str().unwrap())
        .collect();
    assert_eq!(limited, ["amara.okafor@example.org"]);
    let login = async |channel: i64| {
        let body = json!({"email": limited[0], "password": "Lagos#2022", "channel_id": channel});
        mock.post("/stores/demo/v3/customers/validate-credentials", body).await.json()["is_valid"].clone()
    };
    assert_eq!((login(1).await, login(2).await), (json!(false), json!(true)));
}

/// The ids that a list of channels shows.
async fn listed(mock: &Mock, query: &str) -> Vec<i64> {
    let reply = mock.get(&format!("/stores/s/v3/channels{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    reply.json()["data"].as_array().unwrap().iter().map(|channel| channel["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn every_store_shows_its_first_channel() {
    let channel = r#"{"icon_url":"","is_listable_from_ui":true,"is_visible":true,"date_created":"2020-01-01T00:00:00Z","external_id":"","type":"storefront","platform":"bigcommerce","is_enabled":true,"date_modified":"2020-01-01T00:00:00Z","name":"Storefront","id":1,"status":"active"}"#;
    let mock = Mock::new().await;
    let meta = r#"{"pagination":{"total":1,"count":1,"per_page":50,"current_page":1,"total_pages":1}}"#;
    let list = mock.get("/stores/s/v3/channels").await;
    list.assert(200, &format!(r#"{{"data":[{channel}],"meta":{meta}}}"#));
    let one = mock.get("/stores/s/v3/channels/1").await;
    one.assert(200, &format!(r#"{{"data":{channel},"meta":{{}}}}"#));
    assert!(!mock.tenants.exists("s"), "reading makes no store");
    for (path, status) in [
        ("/2", 404),
        ("/x", 404),
        ("?id:in=1", 422),
        ("?status=open", 422),
        ("/1?include=sites", 422),
        ("/1/site", 404),
    ] {
        let reply = mock.get(&format!("/stores/s/v3/channels{path}")).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
    assert_eq!(mock.post("/stores/s/v3/channels", json!({})).await.status, 404);
    assert_eq!(mock.put("/stores/s/v3/channels/1", json!({})).await.status, 404);
}

#[tokio::test]
async fn channels_of_a_seed_are_listed_filtered_and_read() {
    let mock = Mock::seeded(
        "stores:
  s:
    store: {currency: EUR}
    channels:
      - {id: 1, name: Main street, status: prelaunch}
      - {id: 5, name: Till, type: pos, platform: square, status: connected, external_id: x-1, is_visible: false}
      - {id: 9, name: Market, type: marketplace, platform: amazon, status: disconnected, date_created: 2024-01-02}
",
    )
    .await;
    for (query, ids) in [
        ("", &[1, 5, 9][..]),
        ("?type=pos", &[5]),
        ("?type:in=pos,marketplace", &[5, 9]),
        ("?platform=amazon", &[9]),
        ("?platform:in=bigcommerce,square", &[1, 5]),
        ("?status=prelaunch", &[1]),
        ("?status:in=connected,disconnected", &[5, 9]),
        ("?available=true", &[1, 5]),
        ("?available=false", &[9]),
        ("?name=till", &[5]),
        ("?date_created:min=2023-01-01", &[9]),
        ("?limit=1&page=2", &[5]),
    ] {
        assert_eq!(listed(&mock, query).await, ids, "{query}");
    }
    let till = mock.get("/stores/s/v3/channels/5?include=currencies").await.json();
    assert_eq!(
        till["data"]["currencies"],
        json!({"channel_id": 5, "enabled_currencies": ["EUR"], "default_currency": "EUR"})
    );
    assert_eq!(
        ["external_id", "is_visible", "is_enabled"].map(|key| till["data"][key].clone()),
        [json!("x-1"), json!(false), json!(true)]
    );
}

#[tokio::test]
async fn tokens_for_channels_may_read_them() {
    let scopes = [
        ("store_channel_settings", 200),
        ("store_channel_settings_read_only", 200),
        ("store_channel_listings", 200),
        ("store_channel_listings_read_only", 200),
        ("store_v2_customers", 403),
        ("store_v2_information", 403),
    ];
    let tokens = scopes.map(|(scope, _)| format!("      - {{token: {scope}, scopes: [{scope}]}}\n")).concat();
    let mock = Mock::seeded(&format!("stores:\n  s:\n    auth: strict\n    tokens:\n{tokens}")).await;
    for (scope, status) in scopes {
        let token = [("x-auth-token", scope)];
        for path in ["/stores/s/v3/channels", "/stores/s/v3/channels/1"] {
            assert_eq!(mock.call("GET", path, &token, "").await.status, status, "{scope}: {path}");
        }
        let customers = mock.call("GET", "/stores/s/v3/customers", &token, "").await.status;
        assert_eq!(customers, if scope == "store_v2_customers" { 200 } else { 403 }, "{scope}");
    }
}
