//! A batch is all or nothing.

use serde_json::{Value, json};

use super::{CUSTOMERS, bill, house};
use crate::support::Mock;

/// A store with ten customers, each with an address.
async fn ten() -> Mock {
    let mock = Mock::new().await;
    let items: Vec<Value> = (0..10)
        .map(|i| {
            bill(json!({"email": format!("c{i}@b.co"), "addresses": [house(json!({"city": i.to_string()}))]}))
        })
        .collect();
    let reply = mock.post(CUSTOMERS, json!(items)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    mock
}

#[tokio::test]
async fn one_bad_item_of_ten_leaves_the_store_as_it_was() {
    let mock = ten().await;
    let before = mock.dump("s").await;
    for bad in 0..10 {
        for (path, method, good, wrong) in [
            ("", "POST", json!({}), json!({"email": "x"})),
            ("", "POST", json!({}), json!({"email": "c3@b.co"})),
            ("", "POST", json!({}), json!({"customer_group_id": 7})),
            ("", "PUT", json!({"notes": "changed"}), json!({"email": "c3@b.co", "id": 1})),
            ("", "PUT", json!({"notes": "changed"}), json!({"id": 99})),
            ("/addresses", "POST", json!({}), json!({"customer_id": 99})),
            ("/addresses", "POST", json!({}), json!({"country_code": "ZZ"})),
            ("/addresses", "PUT", json!({"city": "changed"}), json!({"id": 99})),
        ] {
            let items: Vec<Value> = (0..10)
                .map(|i| {
                    let own = match (path, method) {
                        ("", "POST") => {
                            bill(json!({"email": format!("new{i}@b.co"), "addresses": [house(json!({}))]}))
                        }
                        ("", _) => json!({"id": i + 1}),
                        (_, "POST") => house(json!({"city": format!("new{i}"), "customer_id": i + 1})),
                        _ => json!({"id": i + 1}),
                    };
                    let item = crate::support::over(own, good.clone());
                    if i == bad { crate::support::over(item, wrong.clone()) } else { item }
                })
                .collect();
            let reply =
                mock.call(method, &format!("{CUSTOMERS}{path}"), &[], &json!(items).to_string()).await;
            assert_eq!(reply.status, 422, "{method} {path} {wrong}: {}", reply.body);
            assert_eq!(mock.dump("s").await, before, "{method} {path} {wrong}");
        }
    }
    let made = mock.post(CUSTOMERS, json!([bill(json!({}))])).await.json();
    assert_eq!(made["data"][0]["id"], 11, "no id was used up");
}

#[tokio::test]
async fn batches_that_race_for_the_same_emails_do_not_mix() {
    let mock = Mock::new().await;
    let batch = |tag: usize| {
        let items: Vec<Value> =
            (0..10).map(|i| bill(json!({"email": format!("c{i}@b.co"), "notes": tag.to_string()}))).collect();
        mock.post(CUSTOMERS, json!(items))
    };
    let mut batches = Vec::new();
    for tag in 0..8 {
        batches.push(batch(tag).await.status);
    }
    let raced = futures_util::future::join_all((8..16).map(batch)).await;
    assert!(raced.iter().all(|reply| reply.status == 422));
    assert_eq!(batches.iter().filter(|status| **status == 200).count(), 1);
    let shown = mock.get(CUSTOMERS).await.json();
    assert_eq!(shown["meta"]["pagination"]["total"], 10);
    assert!(shown["data"].as_array().unwrap().iter().all(|row| row["notes"] == "0"));
}
