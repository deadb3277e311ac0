//! Customers and the groups they belong to.

use serde_json::{Value, json};

use crate::support::Mock;

const GROUPS: &str = "/stores/s/v2/customer_groups";
const CUSTOMERS: &str = "/stores/s/v2/customers";

/// Creates a customer and gives the group that it came into.
async fn group_of_new(mock: &Mock, email: &str, more: Value) -> i64 {
    let mut body = json!({"email": format!("{email}@example.com")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = mock.customer("s", body).await;
    mock.get(&format!("{CUSTOMERS}/{id}")).await.json()["customer_group_id"].as_i64().unwrap()
}

/// The group of each customer, by id.
async fn groups_of_all(mock: &Mock) -> Vec<i64> {
    let customers = mock.get(CUSTOMERS).await.json();
    customers.as_array().unwrap().iter().map(|row| row["customer_group_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_customer_comes_into_a_group_that_exists_and_into_no_other() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "A"})).await;
    mock.group("elsewhere", json!({"name": "A"})).await;
    mock.group("elsewhere", json!({"name": "B"})).await;
    assert_eq!(group_of_new(&mock, "a", json!({"customer_group_id": 1})).await, 1);
    assert_eq!(group_of_new(&mock, "b", json!({"customer_group_id": "1"})).await, 1);
    assert_eq!(group_of_new(&mock, "c", json!({"customer_group_id": 0})).await, 0);
    let before = mock.dump("s").await;
    let refusal = concat!(
        r#"[{"status":400,"message":"The field 'customer_group_id' is invalid.","#,
        r#""details":{"invalid_reason":"The provided value does not refer to an existing resource."}}]"#
    );
    for id in [json!(2), json!("2"), json!(-1), json!(2_147_483_648_i64)] {
        let body = json!({
            "first_name": "J", "last_name": "D", "email": "new@example.com", "customer_group_id": id,
        });
        mock.post(CUSTOMERS, body).await.assert(400, refusal);
        mock.put(&format!("{CUSTOMERS}/1"), json!({"customer_group_id": id})).await.assert(400, refusal);
    }
    assert_eq!(mock.dump("s").await, before);
    for (sent, expected) in [(json!(0), 0), (json!("1"), 1), (json!("0"), 0), (json!(1), 1)] {
        let reply = mock.put(&format!("{CUSTOMERS}/3"), json!({"customer_group_id": sent})).await;
        assert_eq!((reply.status, &reply.json()["customer_group_id"]), (200, &json!(expected)), "{sent}");
    }
}

#[tokio::test]
async fn new_customers_come_into_the_default_group_unless_they_say() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "Guests", "is_group_for_guests": true})).await;
    assert_eq!(group_of_new(&mock, "a", json!({})).await, 0);
    mock.group("s", json!({"name": "Default", "is_default": true})).await;
    assert_eq!(group_of_new(&mock, "b", json!({})).await, 2);
    assert_eq!(group_of_new(&mock, "c", json!({"customer_group_id": 0})).await, 0);
    assert_eq!(group_of_new(&mock, "d", json!({"customer_group_id": 1})).await, 1);
    mock.put(&format!("{CUSTOMERS}/1"), json!({"notes": "n"})).await;
    assert_eq!(groups_of_all(&mock).await, [0, 2, 0, 1], "updates move nobody");
    mock.put(&format!("{GROUPS}/2"), json!({"is_default": false})).await;
    assert_eq!(group_of_new(&mock, "e", json!({})).await, 0);
}

#[tokio::test]
async fn customers_are_found_by_their_group() {
    let mock = Mock::new().await;
    for name in ["A", "B"] {
        mock.group("s", json!({"name": name})).await;
    }
    for (email, group) in [("a", 1), ("b", 2), ("c", 0), ("d", 1)] {
        group_of_new(&mock, email, json!({"customer_group_id": group})).await;
    }
    for (group, ids) in [("1", &[1, 4][..]), ("2", &[2]), ("0", &[3]), ("9", &[]), ("01", &[1, 4])] {
        assert_eq!(mock.get(&format!("{CUSTOMERS}?customer_group_id={group}")).await.ids(), ids, "{group}");
    }
    mock.get(&format!("{CUSTOMERS}/count?customer_group_id=1")).await.assert(200, r#"{"count":2}"#);
    mock.delete(&format!("{CUSTOMERS}?customer_group_id=1")).await.assert(204, "");
    assert_eq!(mock.get(CUSTOMERS).await.ids(), [2, 3]);
}

#[tokio::test]
async fn members_of_a_deleted_group_belong_to_none() {
    let mock = Mock::new().await;
    for name in ["A", "B", "C", "D"] {
        mock.group("s", json!({"name": name, "is_default": name == "D"})).await;
    }
    for (email, group) in [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 0), ("f", 1)] {
        assert_eq!(group_of_new(&mock, email, json!({"customer_group_id": group})).await, group);
    }
    mock.delete(&format!("{GROUPS}/1")).await.assert(204, "");
    assert_eq!(groups_of_all(&mock).await, [0, 2, 3, 4, 0, 0]);
    mock.delete(&format!("{GROUPS}?name=C")).await.assert(204, "");
    assert_eq!(groups_of_all(&mock).await, [0, 2, 0, 4, 0, 0]);
    mock.delete(&format!("{GROUPS}?name=nobody")).await.assert(204, "");
    assert_eq!(groups_of_all(&mock).await, [0, 2, 0, 4, 0, 0]);
    mock.delete(&format!("{GROUPS}?limit=1")).await.assert(204, "");
    assert_eq!(groups_of_all(&mock).await, [0, 0, 0, 4, 0, 0]);
    mock.delete(GROUPS).await.assert(204, "");
    assert_eq!(groups_of_all(&mock).await, [0, 0, 0, 0, 0, 0]);
    assert_eq!(group_of_new(&mock, "g", json!({})).await, 0, "the default went with them");
}

#[tokio::test]
async fn what_happens_to_a_group_does_not_modify_its_members() {
    let mock = Mock::seeded(
        "stores:
  s:
    groups: [{name: A}]
    customers:
      - {first_name: J, last_name: D, email: j@example.com, customer_group_id: 1, date_created: 2020-01-01}
",
    )
    .await;
    mock.put(&format!("{GROUPS}/1"), json!({"name": "B"})).await;
    mock.delete(&format!("{GROUPS}/1")).await.assert(204, "");
    let customer = mock.get(&format!("{CUSTOMERS}/1")).await.json();
    assert_eq!(
        (&customer["customer_group_id"], &customer["date_modified"]),
        (&json!(0), &json!("Wed, 01 Jan 2020 00:00:00 +0000"))
    );
}
