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
