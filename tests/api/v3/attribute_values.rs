//! `/customers/attribute-values`

use bigcommerce_mock::model::events;
use serde_json::{Value, json};

use crate::support::Mock;

const PATH: &str = "/stores/s/v3/customers/attribute-values";

/// Jane and Joe, who were last changed in 2020, and an attribute of each type.
const SEED: &str = "stores:
  s:
    attributes:
      - {name: Tier, type: string}
      - {name: Points, type: number}
      - {name: Since, type: date}
    customers:
      - {first_name: Jane, last_name: Doe, email: jane@example.com, date_created: 2020-01-01}
      - {first_name: Joe, last_name: Doe, email: joe@example.com, date_created: 2020-01-01}
";

fn refusal(status: u16, title: &str, errors: &str) -> String {
    format!(
        r#"{{"status":{status},"title":"{title}","type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{errors}}}"#
    )
}

/// A value as answers show it.
fn shown(id: i64, customer: i64, attribute: i64, value: &str) -> String {
    let now = "2024-05-06T07:34:10Z";
    format!(
        r#"{{"id":{id},"customer_id":{customer},"attribute_id":{attribute},"attribute_value":"{value}","date_created":"{now}","date_modified":"{now}"}}"#
    )
}

fn item(customer: i64, attribute: i64, value: &str) -> Value {
    json!({"customer_id": customer, "attribute_id": attribute, "value": value})
}

/// The values that a list shows.
async fn values(mock: &Mock, query: &str) -> Vec<String> {
    let reply = mock.get(&format!("{PATH}{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    let data = reply.json()["data"].clone();
    let value = |row: &Value| row["attribute_value"].as_str().unwrap().to_owned();
    data.as_array().unwrap().iter().map(value).collect()
}

#[tokio::test]
async fn values_are_set_shown_set_again_and_deleted() {
    let mock = Mock::seeded(SEED).await;
    let put = mock.put(PATH, json!([item(1, 1, "Gold"), item(2, 2, "-1.5"), item(1, 3, "2024-05-06")])).await;
    let all = [shown(1, 1, 1, "Gold"), shown(2, 2, 2, "-1.5"), shown(3, 1, 3, "2024-05-06")];
    put.assert(200, &format!(r#"{{"data":[{}],"meta":{{}}}}"#, all.join(",")));
    mock.get(PATH).await.assert(
        200,
        &format!(
            r#"{{"data":[{}],"meta":{{"pagination":{{"total":3,"count":3,"per_page":50,"current_page":1,"total_pages":1}}}}}}"#,
            all.join(",")
        ),
    );
    // The other way round in the answer, the id stays, and an id that is sent says nothing.
    let mut silver = item(1, 1, "Silver");
    silver["id"] = json!(77);
    let put = mock.put(PATH, json!([item(1, 2, "3"), silver])).await;
    put.assert(
        200,
        &format!(r#"{{"data":[{},{}],"meta":{{}}}}"#, shown(4, 1, 2, "3"), shown(1, 1, 1, "Silver")),
    );
    mock.delete(&format!("{PATH}?id:in=1,2,99")).await.assert(204, "");
    mock.delete(PATH).await.assert(204, "");
    assert_eq!(values(&mock, "").await, ["2024-05-06", "3"]);
}

#[tokio::test]
async fn of_one_value_that_is_there_twice_the_last_wins() {
    let mock = Mock::seeded(SEED).await;
    let put = mock.put(PATH, json!([item(1, 1, "a"), item(1, 1, "b")])).await;
    put.assert(200, &format!(r#"{{"data":[{},{}],"meta":{{}}}}"#, shown(1, 1, 1, "a"), shown(1, 1, 1, "b")));
    assert_eq!(values(&mock, "").await, ["b"]);
}

#[tokio::test]
async fn customers_show_their_values_when_asked() {
    let mock = Mock::seeded(SEED).await;
    mock.put(PATH, json!([item(1, 3, "2024-05-06"), item(1, 1, "Gold")])).await;
    let path = "/stores/s/v3/customers?include=attributes";
    let customers = mock.get(path).await;
    let both = format!("{},{}", shown(1, 1, 3, "2024-05-06"), shown(2, 1, 1, "Gold"));
    assert!(customers.body.starts_with(&format!(r#"{{"data":[{{"id":1,"attributes":[{both}],"#)));
    assert!(
        customers.body.contains(r#""attribute_count":2,"#)
            && customers.body.contains(r#""attribute_count":0,"#)
    );
    assert!(!mock.get("/stores/s/v3/customers").await.body.contains("attribute"));
    // The next read shows the next value.
    mock.put(PATH, json!([item(1, 1, "Silver")])).await;
    assert!(mock.get(path).await.body.contains("Silver"));
}

#[tokio::test]
async fn a_value_changes_nothing_else_about_its_customer_and_no_event_tells_of_it() {
    let mock = Mock::seeded(SEED).await;
    let store = mock.store("s").await;
    let customer = "/stores/s/v3/customers?id:in=1";
    let (before, events) = (mock.get(customer).await.body, events::list(&store).await.unwrap());
    mock.put(PATH, json!([item(1, 1, "Gold")])).await;
    mock.put("/stores/s/v3/customers/attributes", json!([{"id": 1, "name": "Level"}])).await;
    mock.delete(&format!("{PATH}?id:in=1")).await.assert(204, "");
    assert_eq!(mock.get(customer).await.body, before);
    assert_eq!(events::list(&store).await.unwrap(), events);
}

#[tokio::test]
async fn values_go_with_their_attribute_and_with_their_customer() {
    let mock = Mock::seeded(SEED).await;
    mock.put(PATH, json!([item(1, 1, "a"), item(1, 2, "1"), item(2, 1, "b"), item(2, 2, "2")])).await;
    mock.delete("/stores/s/v3/customers/attributes?id:in=1").await.assert(204, "");
    assert_eq!(values(&mock, "").await, ["1", "2"]);
    mock.delete("/stores/s/v3/customers?id:in=1").await.assert(204, "");
    assert_eq!(values(&mock, "").await, ["2"]);
    mock.delete("/stores/s/v2/customers/2").await.assert(204, "");
    assert_eq!(values(&mock, "").await, [""; 0]);
}

#[tokio::test]
async fn values_are_filtered_and_paged() {
    let mock = Mock::seeded(SEED).await;
    mock.put(PATH, json!([item(1, 1, "a"), item(1, 2, "1"), item(2, 1, "b"), item(2, 2, "2")])).await;
    for (query, expected) in [
        ("?customer_id:in=1", vec!["a", "1"]),
        ("?customer_id:in=2,7,1&attribute_id:in=1", vec!["a", "b"]),
        ("?attribute_id:in=2", vec!["1", "2"]),
        ("?name=TIER", vec!["a", "b"]),
        ("?name=Tie", vec![]),
        ("?date_created=2024-05-06T07:34:10Z&date_modified=2024-05-06T07:34:10%2B00:00&limit=1", vec!["a"]),
        ("?date_created:min=2024-05-06T07:34:11", vec![]),
        ("?date_created:max=2024-05-06T07:34:09", vec![]),
        ("?date_modified:min=2024-05-06&date_modified:max=2024-05-07", vec!["a", "1", "b", "2"]),
        ("?limit=3&page=2", vec!["2"]),
    ] {
        assert_eq!(values(&mock, query).await, expected, "{query}");
    }
    let title = "The filter(s): customer_id, id:in, value are not valid filter parameter(s).";
    let reply = mock.get(&format!("{PATH}?customer_id=1&id:in=1&value=a")).await;
    reply.assert(422, &refusal(422, title, "{}"));
}

#[tokio::test]
async fn what_is_wrong_with_a_value_is_said_and_nothing_is_written() {
    let mock = Mock::seeded(SEED).await;
    let shape = "JSON data is missing or invalid";
    let failed = "Set customer attribute values failed.";
    let data = r#"{"1.data":"invalid attribute value"}"#;
    for (item, title, errors) in [
        (json!({"customer_id": 1, "attribute_id": 1}), failed, r#"{"1.data":"missing attribute value"}"#),
        (item(1, 1, ""), failed, r#"{"1.data":"missing attribute value"}"#),
        (item(1, 2, "many"), failed, data),
        (item(1, 3, "6 May 2024"), failed, data),
        (item(1, 3, "2024-02-30"), failed, data),
        (item(1, 3, "2024-05-06T00:00:00Z"), failed, data),
        (item(9, 1, "x"), failed, r#"{"1.customer_id":"invalid customer ID"}"#),
        (item(1, 9, "x"), failed, r#"{"1.attribute_id":"invalid attribute ID"}"#),
        (item(1, 1, &"x".repeat(256)), failed, r#"{"1.data":"value must be at most 255 characters"}"#),
        (
            json!({"customer_id": 1, "attribute_id": 2, "value": 5}),
            shape,
            r#"{"value":"error.expected.jsstring"}"#,
        ),
        (
            json!({"customer_id": 1, "attribute_id": 2, "value": null}),
            shape,
            r#"{"value":"error.expected.jsstring"}"#,
        ),
        (
            json!({"customer_id": "1", "attribute_id": 2, "value": "5"}),
            shape,
            r#"{"customer_id":"error.expected.jsnumber"}"#,
        ),
        (
            json!({"value": "x"}),
            shape,
            r#"{"customer_id":"error.path.missing","attribute_id":"error.path.missing"}"#,
        ),
    ] {
        let reply = mock.put(PATH, json!([self::item(1, 1, "Gold"), item])).await;
        reply.assert(422, &refusal(422, title, errors));
        assert_eq!(values(&mock, "").await, [""; 0], "{item}");
    }
    let eleven: Vec<Value> = (0..11).map(|_| item(1, 1, "x")).collect();
    let reply = mock.put(PATH, Value::from(eleven)).await;
    reply.assert(413, &refusal(413, "Max batch size allowed is 10", "{}"));
    let nobodys = refusal(422, failed, r#"{"0.customer_id":"invalid customer ID"}"#);
    let reply = mock.put(&PATH.replace("/s/", "/other/"), json!([item(1, 1, "Gold")])).await;
    reply.assert(422, &nobodys);
    assert!(!mock.tenants.exists("other"));
    mock.put(PATH, "[]").await.assert(200, r#"{"data":[],"meta":{}}"#);
    assert_eq!(mock.post(PATH, "[]").await.status, 404);
}

#[tokio::test]
async fn writes_to_one_store_leave_another_as_it_was() {
    let other = SEED.replace("stores:\n  s:", "  other:");
    let mock = Mock::seeded(&format!("{SEED}{other}")).await;
    let paths = ["attributes", "attribute-values", "form-field-values"];
    let dump = async || {
        let mut all = String::new();
        for path in paths {
            all += &mock.get(&format!("/stores/other/v3/customers/{path}")).await.body;
        }
        all
    };
    mock.put(&PATH.replace("/s/", "/other/"), json!([item(1, 1, "a")])).await;
    let before = dump().await;
    let attributes = "/stores/s/v3/customers/attributes";
    for (method, path, body) in [
        ("PUT", PATH.to_owned(), json!([item(1, 1, "b"), item(2, 2, "2")])),
        ("POST", attributes.to_owned(), json!([{"name": "New", "type": "date"}])),
        ("PUT", attributes.to_owned(), json!([{"id": 1, "name": "Other"}])),
        ("DELETE", format!("{PATH}?id:in=1"), json!([])),
        ("DELETE", format!("{attributes}?id:in=1,2,3,4"), json!([])),
    ] {
        let reply = mock.call(method, &path, &[], &body.to_string()).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.body);
        assert_eq!(dump().await, before, "{method} {path}");
    }
}

#[tokio::test]
async fn values_in_the_seed_are_given_by_the_name_of_the_attribute() {
    let seed = SEED.replace(
        "{first_name: Joe,",
        "{attributes: [{name: since, value: 2020-02-02}, {name: Tier, value: Gold}], first_name: Joe,",
    );
    let mock = Mock::seeded(&seed).await;
    assert_eq!(values(&mock, "?customer_id:in=2").await, ["2020-02-02", "Gold"]);
    assert_eq!(values(&mock, "?name=Tier").await, ["Gold"]);
}
