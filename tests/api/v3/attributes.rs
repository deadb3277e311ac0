//! `/customers/attributes`

use serde_json::{Value, json};

use crate::support::Mock;

const PATH: &str = "/stores/s/v3/customers/attributes";
const EMPTY: &str = r#"{"data":[],"meta":{}}"#;

/// An error of V3, with these `errors`.
fn refusal(status: u16, title: &str, errors: &str) -> String {
    format!(
        r#"{{"status":{status},"title":"{title}","type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{errors}}}"#
    )
}

/// The attributes that a list shows, by name.
async fn names(mock: &Mock, query: &str) -> Vec<String> {
    let reply = mock.get(&format!("{PATH}{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    let data = reply.json()["data"].clone();
    data.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

async fn make(mock: &Mock, names: &[&str]) {
    let items: Vec<Value> = names.iter().map(|name| json!({"name": name, "type": "string"})).collect();
    let reply = mock.post(PATH, Value::from(items)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn attributes_are_made_listed_renamed_and_deleted() {
    let mock = Mock::new().await;
    mock.get(PATH).await.assert(
        200,
        r#"{"data":[],"meta":{"pagination":{"total":0,"count":0,"per_page":50,"current_page":1,"total_pages":0}}}"#,
    );
    assert!(!mock.tenants.exists("s"));
    let body = json!([
        {"name": "Age", "type": "number"},
        {"type": "date", "name": "Joined", "date_created": "2001-01-01", "nonsense": 1},
    ]);
    let made = concat!(
        r#"{"id":1,"name":"Age","type":"number","date_created":"2024-05-06T07:34:10Z","date_modified":"2024-05-06T07:34:10Z"},"#,
        r#"{"id":2,"name":"Joined","type":"date","date_created":"2024-05-06T07:34:10Z","date_modified":"2024-05-06T07:34:10Z"}"#
    );
    mock.post(PATH, body).await.assert(200, &format!(r#"{{"data":[{made}],"meta":{{}}}}"#));
    mock.get(PATH).await.assert(
        200,
        &format!(
            r#"{{"data":[{made}],"meta":{{"pagination":{{"total":2,"count":2,"per_page":50,"current_page":1,"total_pages":1}}}}}}"#
        ),
    );
    let renamed = mock.put(PATH, json!([{"id": 2, "name": "Member since", "type": "date"}, {"id": 1}])).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let data = renamed.json()["data"].clone();
    assert_eq!([0, 1].map(|i| data[i]["name"].as_str()), [Some("Member since"), Some("Age")]);
    assert_eq!(names(&mock, "").await, ["Age", "Member since"]);
    mock.delete(&format!("{PATH}?id:in=1,99")).await.assert(204, "");
    mock.delete(PATH).await.assert(204, "");
    assert_eq!(names(&mock, "").await, ["Member since"]);
    // The id is never used again.
    mock.post(PATH, json!([{"name": "Age", "type": "string"}])).await;
    assert_eq!(mock.get(&format!("{PATH}?name=age")).await.json()["data"][0]["id"], 3);
}

#[tokio::test]
async fn a_rename_moves_the_date_and_saying_nothing_does_not() {
    let mock = Mock::seeded(
        "stores: {s: {attributes: [{name: A, type: string, date_created: 2020-01-01}, \
         {name: B, type: date, date_created: 2021-01-01, date_modified: 2022-01-01}]}}",
    )
    .await;
    mock.put(PATH, json!([{"id": 1, "name": "a"}, {"id": 2, "type": "date"}])).await.assert(
        200,
        concat!(
            r#"{"data":[{"id":1,"name":"a","type":"string","date_created":"2020-01-01T00:00:00Z","#,
            r#""date_modified":"2024-05-06T07:34:10Z"},{"id":2,"name":"B","type":"date","#,
            r#""date_created":"2021-01-01T00:00:00Z","date_modified":"2022-01-01T00:00:00Z"}],"meta":{}}"#
        ),
    );
}

#[tokio::test]
async fn attributes_are_filtered_and_paged() {
    let mock = Mock::seeded(
        "stores: {s: {attributes: [{name: Age, type: number, date_created: 2020-01-01}, \
         {name: Date Joined, type: date, date_created: 2021-01-01}, \
         {name: '100%_sure', type: string, date_created: 2022-01-01, date_modified: 2023-01-01}]}}",
    )
    .await;
    for (query, expected) in [
        ("?name=age", vec!["Age"]),
        ("?name=ag", vec![]),
        ("?name=Date+Joined", vec!["Date Joined"]),
        ("?name:like=JOIN", vec!["Date Joined"]),
        ("?name:like=%25_", vec!["100%_sure"]),
        ("?name:like=ag,joi", vec!["Age", "Date Joined"]),
        ("?type=date", vec!["Date Joined"]),
        ("?date_created=2021-01-01", vec!["Date Joined"]),
        ("?date_created:min=2021-01-01T00:00:00", vec!["Date Joined", "100%_sure"]),
        ("?date_created:max=2021-01-01", vec!["Age", "Date Joined"]),
        ("?date_modified=2023-01-01", vec!["100%_sure"]),
        ("?date_modified:min=2022-06-01", vec!["100%_sure"]),
        ("?date_modified:max=2020-06-01", vec!["Age"]),
        ("?limit=2&page=2", vec!["100%_sure"]),
        ("?page=3", vec![]),
        ("?name=Age&type=date", vec![]),
    ] {
        assert_eq!(names(&mock, query).await, expected, "{query}");
    }
    let meta = mock.get(&format!("{PATH}?limit=2&page=2")).await.json()["meta"].to_string();
    assert_eq!(meta, r#"{"pagination":{"total":3,"count":1,"per_page":2,"current_page":2,"total_pages":2}}"#);
}

#[tokio::test]
async fn queries_that_can_not_be_read_are_refused() {
    let mock = Mock::new().await;
    for (query, title) in [
        ("?id:in=1", "The filter(s): id:in are not valid filter parameter(s)."),
        ("?after=eyJpZCI6MX0&sort=x", "The filter(s): after, sort are not valid filter parameter(s)."),
        ("?limit=a", r#"Query parameter \"limit\" value must be integer. For input string: \"a\"."#),
        (
            "?type=text",
            r#"Query parameter \"type\" value must be one of string, number, date. For input string: \"text\"."#,
        ),
        (
            "?date_created:min=soon",
            r#"Query parameter \"date_created:min\" value must be date. For input string: \"soon\"."#,
        ),
    ] {
        mock.get(&format!("{PATH}{query}")).await.assert(422, &refusal(422, title, "{}"));
    }
    let title = "The filter(s): name are not valid filter parameter(s).";
    mock.delete(&format!("{PATH}?name=Age")).await.assert(422, &refusal(422, title, "{}"));
}

#[tokio::test]
async fn bodies_of_the_wrong_shape_are_refused() {
    let mock = Mock::new().await;
    let shape = "JSON data is missing or invalid";
    let eleven: Vec<Value> = (0..11).map(|i| json!({"name": i.to_string(), "type": "string"})).collect();
    for (body, status, title, errors) in [
        (json!({"name": "A"}), 422, shape, r#"{"":"error.expected.jsarray"}"#),
        (json!([{}]), 422, shape, r#"{"name":"error.path.missing","type":"error.path.missing"}"#),
        (json!([{"name": 1, "type": "date"}]), 422, shape, r#"{"name":"error.expected.jsstring"}"#),
        (json!([{"name": "A", "type": null}]), 422, shape, r#"{"type":"error.expected.jsstring"}"#),
        (Value::from(eleven), 413, "Max batch size allowed is 10", "{}"),
    ] {
        mock.post(PATH, &body).await.assert(status, &refusal(status, title, errors));
        assert!(!mock.tenants.exists("s"), "{body}");
    }
    mock.post(PATH, "{").await.assert(400, &refusal(400, "Input is invalid", "{}"));
    let missing = refusal(422, shape, r#"{"id":"error.path.missing"}"#);
    mock.put(PATH, json!([{"name": "A"}])).await.assert(422, &missing);
    mock.post(PATH, "[]").await.assert(200, EMPTY);
    mock.put(PATH, "[]").await.assert(200, EMPTY);
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn values_that_break_a_rule_are_refused() {
    let mock = Mock::new().await;
    let good = json!({"name": "Good", "type": "string"});
    for (item, errors) in [
        (json!({"name": "", "type": "date"}), r#"{"1.name":"name must be between 1 and 255 characters"}"#),
        (
            json!({"name": "x".repeat(256), "type": "date"}),
            r#"{"1.name":"name must be between 1 and 255 characters"}"#,
        ),
        (json!({"name": "A", "type": "text"}), r#"{"1.type":"type must be one of: string, number, date"}"#),
        (json!({"name": "A", "type": "date", "id": 1}), r#"{"1.id":"read only"}"#),
        (json!({"name": "gOOD", "type": "date"}), r#"{"1.name":"name gOOD already in use"}"#),
    ] {
        let refused = refusal(422, "Create customer attributes failed.", errors);
        mock.post(PATH, json!([good, item])).await.assert(422, &refused);
        assert!(!mock.tenants.exists("s"), "{item}");
    }
    make(&mock, &["Age"]).await;
    let taken = refusal(422, "Create customer attributes failed.", r#"{"1.name":"name AGE already in use"}"#);
    mock.post(PATH, json!([good, {"name": "AGE", "type": "date"}])).await.assert(422, &taken);
    assert_eq!(names(&mock, "").await, ["Age"], "all or nothing");
}

#[tokio::test]
async fn an_update_that_breaks_a_rule_changes_nothing() {
    let mock = Mock::new().await;
    make(&mock, &["A", "B"]).await;
    for (item, errors) in [
        (json!({"id": 9, "name": "x"}), r#"{"1.id":"invalid customer attribute ID"}"#),
        (json!({"id": 2, "type": "number"}), r#"{"1.type":"read only"}"#),
        (json!({"id": 2, "name": "c"}), r#"{"1.name":"name c already in use"}"#),
        (json!({"id": 2, "name": ""}), r#"{"1.name":"name must be between 1 and 255 characters"}"#),
    ] {
        let refused = refusal(422, "Update customer attributes failed.", errors);
        mock.put(PATH, json!([{"id": 1, "name": "C"}, item])).await.assert(422, &refused);
        assert_eq!(names(&mock, "").await, ["A", "B"], "{item}");
    }
    let nobodys =
        refusal(422, "Update customer attributes failed.", r#"{"0.id":"invalid customer attribute ID"}"#);
    let other = PATH.replace("/s/", "/other/");
    mock.put(&other, json!([{"id": 1, "name": "C"}])).await.assert(422, &nobodys);
    assert!(!mock.tenants.exists("other"));
}

#[tokio::test]
async fn a_store_has_at_most_fifty_attributes() {
    let mock = Mock::new().await;
    for batch in 0..5 {
        let names: Vec<String> = (0..10).map(|i| format!("{batch}{i}")).collect();
        make(&mock, &names.iter().map(String::as_str).collect::<Vec<_>>()[..10 - batch / 4]).await;
    }
    assert_eq!(names(&mock, "").await.len(), 49);
    let two = json!([{"name": "x", "type": "date"}, {"name": "y", "type": "date"}]);
    let full = |index: usize| {
        let errors = format!(r#"{{"{index}.attributes":"attributes must have between 0 and 50 items"}}"#);
        refusal(422, "Create customer attributes failed.", &errors)
    };
    mock.post(PATH, two).await.assert(422, &full(1));
    assert_eq!(names(&mock, "").await.len(), 49, "all or nothing");
    make(&mock, &["x"]).await;
    mock.post(PATH, json!([{"name": "y", "type": "date"}])).await.assert(422, &full(0));
    mock.delete(&format!("{PATH}?id:in=1")).await.assert(204, "");
    make(&mock, &["y"]).await;
    // Another store has a count of its own.
    let other = PATH.replace("/s/", "/other/");
    assert_eq!(mock.post(&other, json!([{"name": "y", "type": "date"}])).await.status, 200);
}
