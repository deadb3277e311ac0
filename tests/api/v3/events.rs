//! Webhook events: recorded with the write that they tell of.

use bigcommerce_mock::model::events::{self, KEPT};
use serde_json::json;

use super::{CUSTOMERS, bill, house};
use crate::support::Mock;

/// The events of store `s` as `scope data`, and forgets none.
async fn told(mock: &Mock) -> Vec<String> {
    let store = mock.store("s").await;
    let events = events::list(&store).await.unwrap();
    assert!(events.iter().all(|event| event.created_at == crate::support::NOW_MS / 1000));
    events.into_iter().map(|event| format!("{} {}", event.scope, event.data)).collect()
}

fn customer(action: &str, id: i64) -> String {
    format!(
        r#"store/customer/{action} {{"type":"customer","id":{id},"origin_channel_id":1,"channel_ids":[1]}}"#
    )
}

fn deleted(id: i64) -> String {
    format!(r#"store/customer/deleted {{"type":"customer","id":{id}}}"#)
}

fn address(action: &str, id: i64, customer: i64) -> String {
    format!(
        r#"store/customer/address/{action} {{"type":"customer","id":{id},"address":{{"customer_id":{customer}}}}}"#
    )
}

#[tokio::test]
async fn every_write_of_either_version_records_what_it_did() {
    let mock = Mock::new().await;
    let (v2, v3) = ("/stores/s/v2/customers", CUSTOMERS);
    let mut expected = Vec::new();
    for (method, path, body, events) in [
        ("POST", v2.to_owned(), crate::support::jane(), vec![customer("created", 1)]),
        (
            "POST",
            v3.to_owned(),
            json!([bill(json!({})), bill(json!({"email": "b@b.co", "addresses": [house(json!({}))]}))]),
            vec![customer("created", 2), customer("created", 3), address("created", 1, 3)],
        ),
        ("PUT", format!("{v2}/1"), json!({"notes": "x"}), vec![customer("updated", 1)]),
        ("PUT", format!("{v2}/1"), json!({}), vec![]),
        ("PUT", format!("{v2}/1"), json!({"notes": "x", "first_name": "Jane"}), vec![]),
        ("PUT", v3.to_owned(), json!([{"id": 1, "notes": "x"}]), vec![]),
        (
            "PUT",
            format!("{v2}/1"),
            json!({"_authentication": {"password": "s3cret-pass"}}),
            vec![customer("updated", 1)],
        ),
        ("PUT", v3.to_owned(), json!([{"id": 2, "notes": "x"}, {"id": 3}]), vec![customer("updated", 2)]),
        ("POST", format!("{v2}/1/addresses"), crate::support::home(), vec![address("created", 2, 1)]),
        ("PUT", format!("{v2}/1/addresses/2"), json!({"city": "x"}), vec![address("updated", 2, 1)]),
        ("PUT", format!("{v2}/1/addresses/2"), json!({"customer_id": 1}), vec![]),
        ("PUT", format!("{v3}/addresses"), json!([{"id": 2}]), vec![]),
        (
            "POST",
            format!("{v3}/addresses"),
            json!([house(json!({})), house(json!({"customer_id": 3}))]),
            vec![address("created", 3, 1)],
        ),
        ("PUT", format!("{v3}/addresses"), json!([{"id": 3, "city": "x"}]), vec![address("updated", 3, 1)]),
        ("DELETE", format!("{v3}/addresses?id:in=3,99"), json!(null), vec![address("deleted", 3, 1)]),
        ("DELETE", format!("{v2}/1/addresses/2"), json!(null), vec![address("deleted", 2, 1)]),
        ("DELETE", format!("{v2}/3/addresses"), json!(null), vec![address("deleted", 1, 3)]),
        ("DELETE", format!("{v2}/1"), json!(null), vec![deleted(1)]),
        ("DELETE", format!("{v3}?id:in=2,99"), json!(null), vec![deleted(2)]),
        ("DELETE", v2.to_owned(), json!(null), vec![deleted(3)]),
        // What is refused never happened.
        ("POST", v3.to_owned(), json!([bill(json!({})), bill(json!({}))]), vec![]),
        ("PUT", format!("{v2}/3"), json!({"notes": "x"}), vec![]),
        ("DELETE", v2.to_owned(), json!(null), vec![]),
    ] {
        mock.call(method, &path, &[], &body.to_string()).await;
        expected.extend(events);
        assert_eq!(told(&mock).await, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn every_action_tells_the_same_of_a_customer() {
    let mock =
        Mock::seeded("stores:\n  s:\n    channels: [{id: 2, name: Portal}, {id: 3, name: Kiosk}]\n").await;
    let (v2, v3) = ("/stores/s/v2/customers", CUSTOMERS);
    mock.post(v2, crate::support::jane()).await;
    mock.post(
        v3,
        json!([
            bill(json!({"email": "b@b.co", "channel_ids": [1, 3]})),
            bill(json!({"email": "c@b.co", "origin_channel_id": 2})),
            bill(json!({"email": "d@b.co", "origin_channel_id": 3, "channel_ids": null})),
        ]),
    )
    .await;
    let changes: Vec<_> = (1..=4).map(|id| json!({"id": id, "notes": "x"})).collect();
    mock.put(v3, json!(changes)).await;
    mock.delete(v2).await;
    let data: Vec<String> = [(1, 1, "[1]"), (2, 1, "[1,3]"), (3, 2, "[2]"), (4, 3, "[3]")]
        .map(|(id, origin, channels)| {
            format!(
                r#"{{"type":"customer","id":{id},"origin_channel_id":{origin},"channel_ids":{channels}}}"#
            )
        })
        .into();
    let expected = ["created", "updated"]
        .iter()
        .flat_map(|action| data.iter().map(move |data| format!("store/customer/{action} {data}")))
        .chain((1..=4).map(deleted));
    assert_eq!(told(&mock).await, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_change_of_channels_tells_who_can_log_in_where() {
    let mock = Mock::seeded("stores:\n  s:\n    channels: [{id: 2, name: Portal}]\n").await;
    mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    for (channels, shown) in
        [(json!([2]), "[2]"), (json!([2]), ""), (json!([1, 2]), "[1,2]"), (json!(null), "[1]")]
    {
        let before = told(&mock).await;
        mock.put(CUSTOMERS, json!([{"id": 1, "channel_ids": channels}])).await;
        let new = told(&mock).await.split_off(before.len());
        if shown.is_empty() {
            assert_eq!(new, [""; 0], "nothing has changed");
            continue;
        }
        let updated = format!(
            r#"store/customer/updated {{"type":"customer","id":1,"origin_channel_id":1,"channel_ids":{shown}}}"#
        );
        let access = format!(
            r#"store/customer/channel/login/access/updated {{"customer_id":1,"channel_ids":{shown}}}"#
        );
        assert_eq!(new, [updated, access]);
    }
}

#[tokio::test]
async fn a_seed_records_nothing() {
    let mock = Mock::seeded("stores:\n  s:\n    generate: {customers: 5, addresses_per_customer: 1}\n").await;
    assert_eq!(told(&mock).await, [""; 0]);
}

/// How many events are in the table of store `s`.
async fn kept(mock: &Mock) -> i64 {
    let count = sqlx::query_scalar("select count(*) from events");
    let store = mock.store("s").await;
    store.run::<_, sqlx::Error>(move |turn| Box::pin(count.fetch_one(&mut turn.db))).await.unwrap()
}

#[tokio::test]
async fn old_ones_go_beside_batches_that_are_refused() {
    let mock = Mock::new().await;
    mock.post(CUSTOMERS, json!([bill(json!({"email": "taken@b.co"}))])).await;
    let refused: Vec<_> = (0..9)
        .map(|i| bill(json!({"email": format!("{i}@b.co")})))
        .chain([bill(json!({"email": "taken@b.co"}))])
        .collect();
    for i in 0..200 {
        let good: Vec<_> = (0..10).map(|j| bill(json!({"email": format!("{i}.{j}@good.co")}))).collect();
        assert_eq!(mock.post(CUSTOMERS, json!(good)).await.status, 200);
        assert_eq!(mock.post(CUSTOMERS, json!(refused)).await.status, 422);
        assert!(kept(&mock).await < 1300, "{}", kept(&mock).await);
    }
    assert_eq!(told(&mock).await.len(), KEPT);
}

#[tokio::test]
async fn only_the_latest_are_kept() {
    let mock = Mock::seeded("stores:\n  s:\n    generate: {customers: 3000}\n").await;
    for round in 0..300 {
        let items: Vec<_> = (1..=10).map(|id| json!({"id": id, "notes": format!("{round}")})).collect();
        assert_eq!(mock.put(CUSTOMERS, json!(items)).await.status, 200);
    }
    assert_eq!(told(&mock).await.len(), KEPT);
    assert!((1000..1300).contains(&kept(&mock).await), "{}", kept(&mock).await);
    mock.delete("/stores/s/v2/customers").await;
    let told = told(&mock).await;
    assert_eq!(told.len(), KEPT);
    assert_eq!((&told[0], &told[999]), (&deleted(2001), &deleted(3000)));
}
