//! `/customers/form-field-values`, and form fields in what customers and addresses write.

use bigcommerce_mock::model::events;
use serde_json::{Value, json};

use crate::support::{Mock, home};

const PATH: &str = "/stores/s/v3/customers/form-field-values";

/// A form field of each type, Jane with an answer and an address, and Joe.
const SEED: &str = "stores:
  s:
    form_fields:
      - {name: Size, of: customer, type: picklist, options: [S, M, L]}
      - {name: Colours, of: customer, type: checkboxes, options: [red, green, 'blue, dark']}
      - {name: Born, of: customer, type: date}
      - {name: Shoe, of: customer, type: numbers}
      - {name: News, of: customer, type: radiobuttons, options: ['yes', 'no']}
      - {name: About, of: customer, type: multiline}
      - {name: Word, of: customer, type: password}
      - {name: Nick, of: customer}
      - {name: Nick, of: address}
      - {name: Floor, of: address, type: numbers}
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
        date_created: 2020-01-01
        form_fields: [{name: Colours, value: [red, 'blue, dark']}]
        addresses:
          - {first_name: J, last_name: D, phone: '1', street_1: S, city: C, state: T, zip: Z, country: Germany}
      - {first_name: Joe, last_name: Doe, email: joe@example.com}
";

fn refusal(status: u16, title: &str, errors: &str) -> String {
    format!(
        r#"{{"status":{status},"title":"{title}","type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{errors}}}"#
    )
}

fn of(owner: &str, id: i64, name: &str, value: impl Into<Value>) -> Value {
    json!({"name": name, "value": value.into(), owner: id})
}

/// What a list shows: names and values.
async fn answers(mock: &Mock, query: &str) -> Vec<String> {
    let reply = mock.get(&format!("{PATH}{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    let data = reply.json()["data"].clone();
    let answer = |row: &Value| format!("{} {}", row["name"].as_str().unwrap(), row["value"]);
    data.as_array().unwrap().iter().map(answer).collect()
}

#[tokio::test]
async fn answers_are_set_and_shown_at_once_in_both_versions() {
    let mock = Mock::seeded(SEED).await;
    let (v2, v3) =
        ("/stores/s/v2/customers/1", "/stores/s/v3/customers?id:in=1&include=formfields,addresses");
    // So that everything is in memory.
    for path in [v2, v3, "/stores/s/v3/customers"] {
        mock.get(path).await;
    }
    let body = json!([
        of("customer_id", 1, "Size", "L"),
        of("address_id", 1, "Nick", "Home"),
        of("customer_id", 1, "Colours", json!(["green"])),
        of("customer_id", 1, "Shoe", json!(42.50)),
        of("address_id", 1, "Floor", "3"),
    ]);
    let data = concat!(
        r#"{"name":"Size","value":"L","customer_id":1},{"name":"Nick","value":"Home","address_id":1},"#,
        r#"{"name":"Colours","value":["green"],"customer_id":1},{"name":"Shoe","value":42.5,"customer_id":1},"#,
        r#"{"name":"Floor","value":3,"address_id":1}"#,
    );
    mock.put(PATH, &body).await.assert(200, &format!(r#"{{"data":[{data}],"meta":{{}}}}"#));
    let blank = |name| json!({"name": name, "value": ""});
    assert_eq!(
        mock.get(v2).await.json()["form_fields"],
        json!([
            {"name": "Size", "value": "L"}, {"name": "Colours", "value": "green"}, blank("Born"),
            {"name": "Shoe", "value": "42.5"}, blank("News"), blank("About"), blank("Word"), blank("Nick"),
        ])
    );
    let address = mock.get("/stores/s/v2/customers/1/addresses/1").await.json();
    let nick = json!([{"name": "Nick", "value": "Home"}, {"name": "Floor", "value": "3"}]);
    assert_eq!(address["form_fields"], nick);
    let customer = mock.get(v3).await.json()["data"][0].clone();
    assert_eq!(customer["form_fields"][0].to_string(), r#"{"name":"Size","value":"L"}"#);
    assert_eq!(customer["form_fields"][1]["value"], json!(["green"]));
    assert_eq!(customer["form_fields"][3]["value"].to_string(), "42.5");
    assert_eq!(
        customer["addresses"][0]["form_fields"].to_string(),
        r#"[{"name":"Nick","value":"Home"},{"name":"Floor","value":3}]"#
    );
    let all = mock.get("/stores/s/v3/customers/addresses?include=formfields").await.json();
    assert_eq!(all["data"][0]["form_fields"], customer["addresses"][0]["form_fields"]);
}

#[tokio::test]
async fn an_answer_of_several_is_a_list_in_v3_and_text_in_v2() {
    let mock = Mock::seeded(SEED).await;
    let v3 = mock.get("/stores/s/v3/customers?include=formfields").await.json();
    assert_eq!(v3["data"][0]["form_fields"][1]["value"], json!(["red", "blue, dark"]));
    assert_eq!(v3["data"][1]["form_fields"][1]["value"], json!([]));
    let v2 = mock.get("/stores/s/v2/customers/1").await.json();
    assert_eq!(v2["form_fields"][1]["value"], "red, blue, dark");
    assert_eq!(answers(&mock, "").await, [r#"Colours ["red","blue, dark"]"#]);
}

#[tokio::test]
async fn an_answer_touches_nothing_else_and_no_event_tells_of_it() {
    let mock = Mock::seeded(SEED).await;
    let store = mock.store("s").await;
    let customer = "/stores/s/v3/customers?id:in=1";
    let (before, events) = (mock.get(customer).await.body, events::list(&store).await.unwrap());
    let body = json!([of("customer_id", 1, "Nick", "J"), of("address_id", 1, "Nick", "Home")]);
    assert_eq!(mock.put(PATH, body).await.status, 200);
    assert_eq!(mock.get(customer).await.body, before);
    assert_eq!(events::list(&store).await.unwrap(), events);
}

#[tokio::test]
async fn answers_are_filtered_and_paged() {
    let mock = Mock::seeded(SEED).await;
    let body = json!([
        of("customer_id", 1, "Nick", "J"),
        of("address_id", 1, "Nick", "Home"),
        of("customer_id", 2, "Nick", "Jo"),
        of("customer_id", 2, "Shoe", "40"),
    ]);
    mock.put(PATH, body).await;
    let colours = r#"Colours ["red","blue, dark"]"#;
    for (query, expected) in [
        ("?customer_id=1", vec![colours, r#"Nick "J""#]),
        ("?address_id=1", vec![r#"Nick "Home""#]),
        ("?customer_id=1&address_id=1", vec![]),
        ("?field_name=nick", vec![r#"Nick "J""#, r#"Nick "Home""#, r#"Nick "Jo""#]),
        ("?field_name=Nic", vec![]),
        ("?field_type=numbers", vec!["Shoe 40"]),
        ("?field_type=text&customer_id=2", vec![r#"Nick "Jo""#]),
        ("?limit=2&page=3", vec!["Shoe 40"]),
        ("?limit=2&page=4", vec![]),
    ] {
        assert_eq!(answers(&mock, query).await, expected, "{query}");
    }
    for (query, title) in [
        (
            "?customer_id:in=1&name=x&sort=id",
            "The filter(s): customer_id:in, name, sort are not valid filter parameter(s).",
        ),
        (
            "?customer_id=x",
            r#"Query parameter \"customer_id\" value must be integer. For input string: \"x\"."#,
        ),
        (
            "?field_type=colour",
            concat!(
                r#"Query parameter \"field_type\" value must be one of checkboxes, date, multiline, numbers, "#,
                r#"password, radiobuttons, text, picklist. For input string: \"colour\"."#
            ),
        ),
        (
            "?after=x",
            r#"Query parameter \"after\" value must be cursor of this list. For input string: \"x\"."#,
        ),
        (
            "?after=eyJpZCI6MX0&before=eyJpZCI6Mn0",
            r#"Query parameters \"before\" and \"after\" can not be combined."#,
        ),
    ] {
        mock.get(&format!("{PATH}{query}")).await.assert(422, &refusal(422, title, "{}"));
    }
    assert_eq!(mock.delete(PATH).await.status, 404);
}

#[tokio::test]
async fn cursors_lead_through_the_answers_there_and_back() {
    let mock = Mock::seeded(SEED).await;
    let body = json!([
        of("customer_id", 2, "Nick", "a"),
        of("customer_id", 2, "About", "b"),
        of("customer_id", 2, "Shoe", "3"),
        of("customer_id", 2, "Size", "S"),
    ]);
    mock.put(PATH, body).await;
    mock.get(&format!("{PATH}?customer_id=2&limit=2")).await.assert(
        200,
        concat!(
            r#"{"data":[{"name":"Nick","value":"a","customer_id":2},{"name":"About","value":"b","customer_id":2}],"#,
            r#""meta":{"pagination":{"total":4,"count":2,"per_page":2,"current_page":1,"total_pages":2},"#,
            r#""cursor_pagination":{"count":2,"per_page":2,"start_cursor":"eyJpZCI6Mn0","end_cursor":"eyJpZCI6M30","#,
            r#""links":{"next":"?after=eyJpZCI6M30&customer%5Fid=2&limit=2"}}}}"#
        ),
    );
    mock.get(&format!("{PATH}?after=eyJpZCI6M30&customer_id=2&limit=2")).await.assert(
        200,
        concat!(
            r#"{"data":[{"name":"Shoe","value":3,"customer_id":2},{"name":"Size","value":"S","customer_id":2}],"#,
            r#""meta":{"cursor_pagination":{"count":2,"per_page":2,"start_cursor":"eyJpZCI6NH0","#,
            r#""end_cursor":"eyJpZCI6NX0","links":{"previous":"?before=eyJpZCI6NH0&customer%5Fid=2&limit=2"}}}}"#
        ),
    );
    // An answer that is given again stays where it is.
    mock.put(PATH, json!([of("customer_id", 2, "Nick", "z")])).await;
    let before = answers(&mock, "?before=eyJpZCI6NH0&customer_id=2&limit=2").await;
    assert_eq!(before, [r#"Nick "z""#, r#"About "b""#]);
    assert_eq!(answers(&mock, "?before=eyJpZCI6NH0&limit=2").await, before);
    assert_eq!(answers(&mock, "?after=eyJpZCI6NX0").await, [""; 0]);
    let second = mock.get(&format!("{PATH}?page=2&limit=2")).await.json()["meta"].to_string();
    assert_eq!(
        second,
        r#"{"pagination":{"total":5,"count":2,"per_page":2,"current_page":2,"total_pages":3}}"#
    );
}

/// Each type with what it takes, and with what it does not.
fn cases() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    vec![
        ("Size", vec![json!("S"), json!("")], vec![json!("s"), json!("XL"), json!(["S"]), json!(1)]),
        ("News", vec![json!("no")], vec![json!("maybe")]),
        (
            "Colours",
            vec![json!(["red", "green"]), json!([]), json!("red"), json!("")],
            vec![json!(["red", "pink"]), json!("red, green")],
        ),
        ("Born", vec![json!("1990-02-28"), json!("")], vec![json!("1990-02-30"), json!("28.2.1990")]),
        ("Shoe", vec![json!(43), json!("43.5"), json!("-1")], vec![json!("large"), json!("1,5")]),
        ("About", vec![json!("a\nb")], vec![json!(["a"])]),
        ("Word", vec![json!("s3cret")], vec![json!([])]),
        ("Nick", vec![json!("x"), json!(5)], vec![json!(["x"])]),
    ]
}

#[tokio::test]
async fn a_form_field_takes_what_suits_its_type_wherever_it_is_written() {
    let mock = Mock::seeded(SEED).await;
    let customers = "/stores/s/v3/customers";
    for (name, good, bad) in cases() {
        for value in good {
            let item = of("customer_id", 1, name, value.clone());
            assert_eq!(mock.put(PATH, json!([item])).await.status, 200, "{item}");
            let item = json!({"id": 2, "form_fields": [{"name": name, "value": value}]});
            assert_eq!(mock.put(customers, json!([item])).await.status, 200, "{item}");
        }
        let before = mock.get(PATH).await.body;
        for value in bad {
            let body =
                json!([of("customer_id", 2, "Nick", "new"), of("customer_id", 1, name, value.clone())]);
            let failed = "Set customer form field values failed.";
            let refused = refusal(422, failed, r#"{"1.value":"invalid value"}"#);
            mock.put(PATH, body).await.assert(422, &refused);
            let item = json!({"id": 2, "form_fields": [{"name": name, "value": value}]});
            let errors = r#"{"0.form_fields.0.value":"invalid value"}"#;
            let refused = refusal(422, "Update customers failed.", errors);
            mock.put(customers, json!([item])).await.assert(422, &refused);
            assert_eq!(mock.get(PATH).await.body, before, "{item}");
        }
    }
    let address = json!([{"id": 1, "form_fields": [{"name": "Floor", "value": "top"}]}]);
    let errors = r#"{"0.form_fields.0.value":"invalid value"}"#;
    let refused = refusal(422, "Update customer addresses failed.", errors);
    mock.put("/stores/s/v3/customers/addresses", address).await.assert(422, &refused);
}

#[tokio::test]
async fn what_is_wrong_with_an_answer_is_said_and_nothing_is_written() {
    let mock = Mock::seeded(SEED).await;
    let shape = "JSON data is missing or invalid";
    let failed = "Set customer form field values failed.";
    let before = mock.get(PATH).await.body;
    for (item, title, errors) in [
        (of("customer_id", 1, "Hat", "x"), failed, r#"{"1.name":"invalid name"}"#),
        (of("customer_id", 1, "Floor", "1"), failed, r#"{"1.name":"invalid name"}"#),
        (of("address_id", 1, "Size", "L"), failed, r#"{"1.name":"invalid name"}"#),
        (of("customer_id", 9, "Nick", "x"), failed, r#"{"1.customer_id":"invalid customer ID"}"#),
        (of("address_id", 9, "Nick", "x"), failed, r#"{"1.address_id":"invalid address ID"}"#),
        (json!({"name": "Nick", "value": "x"}), failed, r#"{"1.customer_id":"missing customer ID"}"#),
        (
            json!({"name": "Nick", "value": "x", "customer_id": 1, "address_id": 1}),
            failed,
            r#"{"1.address_id":"invalid address ID"}"#,
        ),
        (json!({"customer_id": 1}), shape, r#"{"name":"error.path.missing","value":"error.path.missing"}"#),
        (of("customer_id", 1, "Nick", Value::Null), shape, r#"{"value":"error.expected.jsstring"}"#),
        (of("customer_id", 1, "Nick", true), shape, r#"{"value":"error.expected.jsstring"}"#),
        (of("customer_id", 1, "Colours", json!([1])), shape, r#"{"value":"error.expected.jsstring"}"#),
    ] {
        let reply = mock.put(PATH, json!([of("customer_id", 1, "Nick", "x"), item])).await;
        reply.assert(422, &refusal(422, title, errors));
        assert_eq!(mock.get(PATH).await.body, before, "{item}");
    }
    let eleven: Vec<Value> = (0..11).map(|_| of("customer_id", 1, "Nick", "x")).collect();
    let reply = mock.put(PATH, Value::from(eleven)).await;
    reply.assert(413, &refusal(413, "Max batch size allowed is 10", "{}"));
    mock.put(PATH, "[]").await.assert(200, r#"{"data":[],"meta":{}}"#);
    let reply = mock.put(&PATH.replace("/s/", "/other/"), json!([of("customer_id", 1, "Nick", "x")])).await;
    reply.assert(422, &refusal(422, failed, r#"{"0.customer_id":"invalid customer ID"}"#));
    assert!(!mock.tenants.exists("other"));
}

#[tokio::test]
async fn of_a_form_field_that_is_there_twice_the_last_answer_wins() {
    let mock = Mock::seeded(SEED).await;
    let twice = json!([{"name": "Nick", "value": "a"}, {"name": "Nick", "value": "b"}]);
    let new = json!([{"first_name": "A", "last_name": "B", "email": "a@b.co", "form_fields": twice}]);
    let made = mock.post("/stores/s/v3/customers", new).await.json();
    assert_eq!(made["data"][0]["form_fields"][7]["value"], "b");
    assert_eq!(answers(&mock, "?customer_id=3").await, [r#"Nick "b""#]);
    let shown = mock.get("/stores/s/v2/customers/3").await.json();
    assert_eq!(shown["form_fields"][7]["value"], "b");
}

#[tokio::test]
async fn answers_go_with_their_owners() {
    let mock = Mock::seeded(SEED).await;
    mock.put(PATH, json!([of("address_id", 1, "Nick", "Home"), of("customer_id", 2, "Nick", "x")])).await;
    mock.delete("/stores/s/v3/customers/addresses?id:in=1").await.assert(204, "");
    assert_eq!(answers(&mock, "?field_name=Nick").await, [r#"Nick "x""#]);
    mock.delete("/stores/s/v3/customers?id:in=2").await.assert(204, "");
    assert_eq!(answers(&mock, "?field_name=Nick").await, [""; 0]);
    mock.post("/stores/s/v2/customers/1/addresses", home()).await;
    assert_eq!(answers(&mock, "?address_id=2").await, [""; 0]);
}
