//! Addresses: what is refused, in which words and in which order, and that it changes nothing.

use serde_json::{Value, json};

use crate::support::{Mock, home, over};

const PATH: &str = "/stores/s/v2/customers/1/addresses";
const NOT_FOUND: &str = "The requested resource was not found.";

/// Jane is customer 1 and has address 1; Joe is customer 2 and has address 2.
async fn with_two() -> Mock {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    mock.customer("s", json!({"email": "joe@example.com"})).await;
    assert_eq!(mock.address("s", 1, json!({})).await, 1);
    assert_eq!(mock.address("s", 2, json!({"city": "Dallas"})).await, 2);
    mock
}

fn invalid(field: &str) -> String {
    format!("The field '{field}' is invalid.")
}

/// Sends it as a create and as an update, and sees that both refuse and neither changes anything.
async fn refused(mock: &Mock, change: Value, message: &str) {
    let before = mock.dump("s").await;
    for reply in
        [mock.post(PATH, over(home(), change.clone())).await, mock.put(&format!("{PATH}/1"), &change).await]
    {
        let said = (reply.status, reply.json()[0]["message"].as_str().map(str::to_owned));
        assert_eq!(said, (400, Some(message.to_owned())), "{change}");
    }
    assert_eq!(mock.dump("s").await, before, "{change}");
}

#[tokio::test]
async fn required_fields_must_be_there_and_can_not_be_blanked() {
    let mock = with_two().await;
    let required = ["first_name", "last_name", "street_1", "city", "state", "zip", "country", "phone"];
    for name in required {
        let message = format!("The required field '{name}' was not supplied.");
        let mut without = home();
        without.as_object_mut().unwrap().shift_remove(name);
        mock.post(PATH, &without).await.assert_error(400, &message);
        for blank in [json!(null), json!("")] {
            refused(&mock, json!({name: blank}), &message).await;
        }
    }
    assert_eq!(home().as_object().unwrap().keys().filter(|key| !required.contains(&&***key)).count(), 0);
    let empty = mock.post(PATH, "{}").await;
    empty.assert(400, r#"[{"status":400,"message":"The required field 'first_name' was not supplied."}]"#);
}

#[tokio::test]
async fn read_only_fields_are_refused_whatever_their_value() {
    let mock = with_two().await;
    for name in ["id", "country_iso2", "form_fields"] {
        let words = "cannot be written to. Please remove it from your request before trying again.";
        for value in [json!(null), json!(1), json!("US"), json!([])] {
            refused(&mock, json!({name: value}), &format!("The field '{name}' {words}")).await;
        }
    }
    let whole = mock.get(&format!("{PATH}/1")).await.json();
    let refusal = mock.put(&format!("{PATH}/1"), &whole).await;
    refusal.assert_error(
        400,
        "The field 'id' cannot be written to. Please remove it from your request before trying again.",
    );
}

#[tokio::test]
async fn unknown_fields_are_refused() {
    let mock = with_two().await;
    for name in ["email", "City", "country_code", "address1", "date_created"] {
        refused(&mock, json!({name: "x"}), &format!("The field '{name}' is not supported by this resource."))
            .await;
    }
}

#[tokio::test]
async fn lengths_are_counted_in_characters_up_to_each_limit() {
    let mock = with_two().await;
    for (name, max) in [
        ("first_name", 255),
        ("last_name", 255),
        ("company", 255),
        ("street_1", 255),
        ("street_2", 255),
        ("city", 100),
        ("state", 100),
        ("zip", 30),
        ("phone", 50),
    ] {
        let longest = "ü".repeat(max);
        let reply = mock.put(&format!("{PATH}/1"), json!({name: longest})).await;
        assert_eq!((reply.status, &reply.json()[name]), (200, &json!(longest)), "{name}");
        refused(&mock, json!({name: format!("{longest}ü")}), &invalid(name)).await;
    }
    let long = mock.put(&format!("{PATH}/1"), json!({"company": "x".repeat(256)})).await;
    long.assert(
        400,
        concat!(
            r#"[{"status":400,"message":"The field 'company' is invalid.","#,
            r#""details":{"invalid_reason":"The provided value is longer than 255 characters."}}]"#
        ),
    );
}

#[tokio::test]
async fn values_that_break_a_fields_rule_are_invalid() {
    let mock = with_two().await;
    for name in ["first_name", "last_name", "company", "street_1", "street_2", "city", "state", "zip"]
        .into_iter()
        .chain(["country", "phone", "address_type"])
    {
        for value in [json!(5), json!(true), json!(["x"]), json!({"x": 1}), json!("a\u{0}b")] {
            refused(&mock, json!({name: value}), &invalid(name)).await;
        }
    }
    for name in ["company", "street_2", "address_type", "customer_id"] {
        refused(&mock, json!({name: null}), &invalid(name)).await;
    }
    for word in ["", "Residential", "home", "residential "] {
        refused(&mock, json!({"address_type": word}), &invalid("address_type")).await;
    }
    for country in ["US", "USA", "Atlantis", "United States ", " "] {
        refused(&mock, json!({"country": country}), &invalid("country")).await;
    }
    mock.put(&format!("{PATH}/1"), json!({"country": "Atlantis"})).await.assert(
        400,
        concat!(
            r#"[{"status":400,"message":"The field 'country' is invalid.","#,
            r#""details":{"invalid_reason":"The provided value does not refer to an existing resource."}}]"#
        ),
    );
}

#[tokio::test]
async fn the_customer_in_the_body_must_be_that_of_the_path() {
    let mock = with_two().await;
    for other in [json!(2), json!(0), json!(99), json!("2"), json!("one"), json!(1.5), json!(true)] {
        refused(&mock, json!({"customer_id": other}), &invalid("customer_id")).await;
    }
    for own in [json!(1), json!("1")] {
        let reply = mock.put(&format!("{PATH}/1"), json!({"customer_id": own})).await;
        assert_eq!((reply.status, &reply.json()["customer_id"]), (200, &json!(1)), "{own}");
    }
}

#[tokio::test]
async fn what_the_path_names_is_looked_for_before_the_body() {
    let mock = with_two().await;
    let before = mock.dump("s").await;
    for id in ["3", "0", "-1", "+1", "1.0", "abc", "2147483648", "99999999999999999999", "1%00", "%FF"] {
        let customer = format!("/stores/s/v2/customers/{id}/addresses");
        for (method, path) in [
            ("GET", customer.clone()),
            ("POST", customer.clone()),
            ("DELETE", customer.clone()),
            ("GET", format!("{customer}/count")),
            ("GET", format!("{customer}/1")),
            ("PUT", format!("{customer}/1")),
            ("DELETE", format!("{customer}/1")),
            ("GET", format!("{PATH}/{id}")),
            ("PUT", format!("{PATH}/{id}")),
            ("DELETE", format!("{PATH}/{id}")),
        ] {
            let reply = mock.call(method, &format!("{path}?zz=1"), &[], "{").await;
            reply.assert(404, &format!(r#"[{{"status":404,"message":"{NOT_FOUND}"}}]"#));
        }
    }
    assert_eq!(mock.dump("s").await, before);
    mock.get("/stores/nobody/v2/customers/1/addresses").await.assert_error(404, NOT_FOUND);
    mock.post("/stores/nobody/v2/customers/1/addresses", home()).await.assert_error(404, NOT_FOUND);
    assert!(!mock.tenants.exists("nobody"));
}

#[tokio::test]
async fn an_address_of_another_customer_is_not_found() {
    let mock = with_two().await;
    let before = mock.dump("s").await;
    let others = format!("{PATH}/2");
    mock.get(&others).await.assert_error(404, NOT_FOUND);
    mock.put(&others, r#"{"city":"Houston"}"#).await.assert_error(404, NOT_FOUND);
    mock.put(&others, "{}").await.assert_error(404, NOT_FOUND);
    mock.delete(&others).await.assert_error(404, NOT_FOUND);
    assert_eq!(mock.dump("s").await, before);
}

#[tokio::test]
async fn of_several_problems_the_first_kind_is_reported() {
    let mock = with_two().await;
    let message = async |body: &str| {
        let reply = mock.call("POST", PATH, &[], body).await;
        assert_eq!(reply.status, 400);
        reply.json()[0]["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("").await, "The request has no body.");
    assert_eq!(message("[]").await, "The body of this request is not a JSON object.");
    assert_eq!(message("{").await, "The body of this request is not valid JSON (line 1, column 1).");
    let all = r#"{"address_type":"x","country":"Atlantis","company":5,"zz":1,"id":1}"#;
    assert_eq!(message(all).await, "The field 'zz' is not supported by this resource.");
    let all = all.replace(r#","zz":1"#, "");
    assert!(message(&all).await.starts_with("The field 'id' cannot be written to."));
    let all = all.replace(r#","id":1"#, "");
    assert_eq!(message(&all).await, "The required field 'first_name' was not supplied.");
    let full = |change| over(home(), change).to_string();
    let wrong = json!({"address_type": "x", "country": "Atlantis", "company": 5});
    assert_eq!(message(&full(wrong)).await, invalid("company"), "in the order of the answer's keys");
    let wrong = json!({"address_type": "x", "country": "Atlantis"});
    assert_eq!(message(&full(wrong)).await, invalid("address_type"), "what only a table knows comes last");
}

#[tokio::test]
async fn queries_are_checked_on_lists_counts_and_bulk_deletes_and_nowhere_else() {
    let mock = with_two().await;
    let count = format!("{PATH}/count");
    for (method, path) in [("GET", PATH), ("GET", &*count), ("DELETE", PATH)] {
        for name in ["city", "min_id", "id", "sort", "customer_id", "PAGE", "name:like"] {
            let reply = mock.call(method, &format!("{path}?{name}=1&limit=1"), &[], "").await;
            reply.assert_error(400, &format!("The field '{name}' is not supported by this resource."));
        }
    }
    for bad in ["page=0", "limit=0", "limit=-1", "page=x", "limit=1.5", "limit=99999999999999999999"] {
        let name = bad.split('=').next().unwrap();
        mock.get(&format!("{PATH}?{bad}")).await.assert_error(400, &invalid(name));
        if name == "limit" {
            mock.delete(&format!("{PATH}?{bad}")).await.assert_error(400, &invalid(name));
        }
        assert_eq!(mock.get(&format!("{count}?{bad}")).await.body, r#"{"count":1}"#);
    }
    let page = mock.delete(&format!("{PATH}?page=1")).await;
    page.assert_error(400, "The field 'page' is not supported by this resource.");
    assert_eq!(mock.get(PATH).await.ids(), [1]);
    assert_eq!(mock.get(&format!("{PATH}/1?zz=1")).await.status, 200);
    assert_eq!(mock.put(&format!("{PATH}/1?zz=%FF"), "{}").await.status, 200);
    assert_eq!(mock.call("POST", &format!("{PATH}?zz=1"), &[], &home().to_string()).await.status, 201);
    assert_eq!(mock.delete(&format!("{PATH}/1?zz=1")).await.status, 204);
}

#[tokio::test]
async fn methods_that_addresses_do_not_have_are_405() {
    let mock = with_two().await;
    for (method, path, allow) in [
        ("PUT", PATH, "GET,HEAD,POST,DELETE"),
        ("POST", &format!("{PATH}/count"), "GET,HEAD"),
        ("DELETE", &format!("{PATH}/count"), "GET,HEAD"),
        ("POST", &format!("{PATH}/1"), "GET,HEAD,PUT,DELETE"),
        ("PATCH", &format!("{PATH}/1"), "GET,HEAD,PUT,DELETE"),
    ] {
        let reply = mock.call(method, path, &[], "{}").await;
        reply.assert_error(405, "The requested method is not allowed on this resource.");
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
}
