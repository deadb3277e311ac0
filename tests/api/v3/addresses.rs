//! `/customers/addresses`

use serde_json::{Value, json};

use super::{CUSTOMERS, bill, error, house};
use crate::support::Mock;

const ADDRESSES: &str = "/stores/s/v3/customers/addresses";
const CREATE: &str = "Create customer addresses failed.";
const UPDATE: &str = "Update customer addresses failed.";

/// A store with two customers.
async fn two() -> Mock {
    let mock = Mock::seeded("stores:\n  s:\n    form_fields: [{name: Door, of: address}]\n").await;
    mock.post(CUSTOMERS, json!([bill(json!({})), bill(json!({"email": "b@b.co"}))])).await;
    mock
}

fn ids(list: &Value) -> Vec<i64> {
    list["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_create_answers_every_key_in_its_order() {
    let mock = two().await;
    mock.post(ADDRESSES, json!([house(json!({"form_fields": [{"name": "Door", "value": "red"}]}))])).await.assert(
        200,
        r#"{"data":[{"id":1,"address1":"1 Main Street","address2":"","address_type":"residential","city":"Austin","company":"","country":"United States","country_code":"US","customer_id":1,"first_name":"Bill","last_name":"Bellamy","phone":"","postal_code":"78701","state_or_province":"Texas","form_fields":[{"name":"Door","value":"red"}]}],"meta":{}}"#,
    );
}

#[tokio::test]
async fn a_write_shows_form_fields_when_it_carried_some() {
    let mock = two().await;
    let plain = mock.post(ADDRESSES, json!([house(json!({}))])).await;
    let changed = mock.put(ADDRESSES, json!([{"id": 1, "phone": "9"}])).await;
    assert!(!plain.body.contains("form_fields") && !changed.body.contains("form_fields"));
    let answered = json!([{"id": 1, "form_fields": [{"name": "Door", "value": "red"}]}]);
    let answered = mock.put(ADDRESSES, answered).await.json();
    assert_eq!(answered["data"][0]["form_fields"], json!([{"name": "Door", "value": "red"}]));
}

#[tokio::test]
async fn lists_are_filtered_and_paged_without_cursors() {
    let mock = two().await;
    let items = json!([
        house(json!({"company": "Acme"})),
        house(json!({"city": "Bonn", "country_code": "DE"})),
        house(json!({"customer_id": 2, "first_name": "Ann"})),
    ]);
    mock.post(ADDRESSES, items).await;
    for (query, expected) in [
        ("", vec![1, 2, 3]),
        ("?id:in=3,1", vec![1, 3]),
        ("?customer_id:in=1", vec![1, 2]),
        ("?customer_id:in=1,2&company:in=ACME,none", vec![1]),
        ("?name:in=ann%20bellamy", vec![3]),
        ("?limit=2&page=2", vec![3]),
        ("?page=9", vec![]),
    ] {
        assert_eq!(ids(&mock.get(&format!("{ADDRESSES}{query}")).await.json()), expected, "{query}");
    }
    let meta = mock.get(&format!("{ADDRESSES}?limit=2")).await.json()["meta"].clone();
    assert_eq!(
        meta,
        json!({"pagination": {"total": 3, "count": 2, "per_page": 2, "current_page": 1, "total_pages": 2}})
    );
    let shown = mock.get(&format!("{ADDRESSES}?limit=1")).await;
    assert!(!shown.body.contains("form_fields"));
    let shown = mock.get(&format!("{ADDRESSES}?limit=1&include=formfields")).await.json();
    assert_eq!(shown["data"][0]["form_fields"], json!([{"name": "Door", "value": ""}]));
    for query in ["after=eyJpZCI6MX0", "sort=id:asc", "customer_id=1", "city:in=Bonn"] {
        let name = query.split('=').next().unwrap();
        let title = format!("The filter(s): {name} are not valid filter parameter(s).");
        mock.get(&format!("{ADDRESSES}?{query}")).await.assert(422, &error(422, &title, "{}"));
    }
}

#[tokio::test]
async fn an_address_that_is_there_already_is_missing_from_the_answer() {
    let mock = two().await;
    mock.post(ADDRESSES, json!([house(json!({"phone": "1"})), house(json!({"phone": "2"}))])).await;
    let before = mock.dump("s").await;
    let twice =
        mock.post(ADDRESSES, json!([house(json!({"phone": "1"})), house(json!({"phone": "2"}))])).await;
    twice.assert(200, r#"{"data":[],"meta":{}}"#);
    mock.put(ADDRESSES, json!([{"id": 1, "phone": "2"}])).await.assert(200, r#"{"data":[],"meta":{}}"#);
    assert_eq!(mock.dump("s").await, before);
    let mixed =
        json!([house(json!({"phone": "1"})), house(json!({"phone": "3"})), house(json!({"phone": "3"}))]);
    assert_eq!(ids(&mock.post(ADDRESSES, mixed).await.json()), [3]);
    let same = mock.put(ADDRESSES, json!([{"id": 1, "phone": "1"}])).await.json();
    assert_eq!(ids(&same), [1], "it may become what it is");
    let other = house(json!({"phone": "1", "customer_id": 2}));
    assert_eq!(
        ids(&mock.post(ADDRESSES, json!([other])).await.json()),
        [4],
        "another customer may have the same"
    );
    // Each part of what makes an address tells it from another.
    for (i, part) in [
        "first_name",
        "last_name",
        "company",
        "address1",
        "address2",
        "city",
        "state_or_province",
        "postal_code",
    ]
    .iter()
    .enumerate()
    {
        let made = mock.post(ADDRESSES, json!([house(json!({"phone": "1", (*part): if *part == "state_or_province" { "Ohio" } else { "other" }}))])).await.json();
        assert_eq!(ids(&made).len(), 1, "{i} {part}");
    }
    for more in [json!({"address_type": "commercial"}), json!({"country_code": "DE"})] {
        let more = crate::support::over(json!({"phone": "1"}), more);
        assert_eq!(ids(&mock.post(ADDRESSES, json!([house(more)])).await.json()).len(), 1);
    }
}

#[tokio::test]
async fn an_update_merges_and_a_delete_passes_over_what_is_not_there() {
    let mock = two().await;
    mock.post(ADDRESSES, json!([house(json!({})), house(json!({"city": "Bonn"}))])).await;
    let updated = mock
        .put(ADDRESSES, json!([{"id": 2, "country_code": "DE"}, {"id": 1, "company": "Acme"}]))
        .await
        .json();
    assert_eq!(ids(&updated), [2, 1]);
    assert_eq!(updated["data"][0]["country"], "Germany");
    assert_eq!(
        (&updated["data"][1]["company"], &updated["data"][1]["city"]),
        (&json!("Acme"), &json!("Austin"))
    );
    mock.delete(&format!("{ADDRESSES}?id:in=1,9")).await.assert(204, "");
    mock.delete(ADDRESSES).await.assert(204, "");
    assert_eq!(ids(&mock.get(ADDRESSES).await.json()), [2]);
}

#[tokio::test]
async fn every_stage_refuses_in_its_own_way() {
    let mock = two().await;
    mock.post(ADDRESSES, json!([house(json!({}))])).await;
    let before = mock.dump("s").await;
    let shape = "JSON data is missing or invalid";
    let missing: Vec<String> = ["customer_id", "first_name", "last_name", "address1", "city", "country_code"]
        .iter()
        .map(|key| format!(r#""{key}":"error.path.missing""#))
        .collect();
    let missing = format!("{{{}}}", missing.join(","));
    for (method, item, title, errors) in [
        ("POST", json!({}), shape, &*missing),
        ("POST", house(json!({"city": 5})), shape, r#"{"city":"error.expected.jsstring"}"#),
        ("POST", house(json!({"customer_id": 9})), CREATE, r#"{"0.customer_id":"invalid customer ID"}"#),
        (
            "POST",
            house(json!({"country_code": "XX"})),
            CREATE,
            r#"{"0.country_code":"invalid country code"}"#,
        ),
        (
            "POST",
            house(json!({"city": "x".repeat(101)})),
            CREATE,
            r#"{"0.city":"city must be at most 100 characters"}"#,
        ),
        (
            "POST",
            house(json!({"first_name": ""})),
            CREATE,
            r#"{"0.first_name":"first_name must be between 1 and 255 characters"}"#,
        ),
        ("POST", house(json!({"id": 1})), CREATE, r#"{"0.id":"read only"}"#),
        (
            "POST",
            house(json!({"form_fields": [{"name": "x", "value": ""}]})),
            CREATE,
            r#"{"0.form_fields.0.name":"invalid name"}"#,
        ),
        ("PUT", json!({"city": "x"}), shape, r#"{"id":"error.path.missing"}"#),
        ("PUT", json!({"id": 9}), UPDATE, r#"{"0.id":"invalid customer address ID"}"#),
        ("PUT", json!({"id": 1, "customer_id": 2}), UPDATE, r#"{"0.customer_id":"invalid customer ID"}"#),
        ("PUT", json!({"id": 1, "country_code": ""}), UPDATE, r#"{"0.country_code":"invalid country code"}"#),
    ] {
        let reply = mock.call(method, ADDRESSES, &[], &json!([item]).to_string()).await;
        reply.assert(422, &error(422, title, errors));
    }
    let eleven = json!(vec![house(json!({})); 11]);
    mock.post(ADDRESSES, eleven).await.assert(413, &error(413, "Max batch size allowed is 10", "{}"));
    assert_eq!(mock.dump("s").await, before);
}

#[tokio::test]
async fn a_state_is_one_of_its_country_by_name_where_the_states_are_known() {
    const WORDS: &str = "A valid state_or_province is required for address country";
    let mock = two().await;
    let state = |code: &str, state: &str| house(json!({"country_code": code, "state_or_province": state}));
    for (code, name) in [
        ("US", "TX"),
        ("US", "Nowhere"),
        ("US", ""),
        ("US", "Ontario"),
        ("CA", "QC"),
        ("CA", "Texas"),
        ("AU", "NSW"),
    ] {
        let reply = mock.post(ADDRESSES, json!([state(code, name)])).await;
        reply.assert(422, &error(422, CREATE, &format!(r#"{{"0.state_or_province":"{WORDS}"}}"#)));
        let nested = json!([bill(json!({"email": "n@b.co", "addresses": [state(code, name)]}))]);
        let reply = mock.post(CUSTOMERS, nested).await;
        let errors = format!(r#"{{"0.addresses.0.state_or_province":"{WORDS}"}}"#);
        reply.assert(422, &error(422, "Create customers failed.", &errors));
    }
    let taken =
        [("US", "Texas"), ("US", "tEXAS"), ("CA", "Quebec"), ("AU", "Victoria"), ("GB", "XX"), ("GB", "")];
    for (i, (code, name)) in taken.into_iter().enumerate() {
        let mut address = state(code, name);
        address["city"] = format!("City {i}").into();
        let reply = mock.post(ADDRESSES, json!([address])).await;
        assert_eq!(reply.status, 200, "{code} {name}: {}", reply.body);
    }
    // A change is looked at as the address will be, if it says something of state or country.
    for (change, status) in [
        (json!({"id": 1, "state_or_province": "TX"}), 422),
        (json!({"id": 1, "state_or_province": "ohio"}), 200),
        (json!({"id": 1, "country_code": "CA"}), 422),
        (json!({"id": 1, "country_code": "CA", "state_or_province": "Ontario"}), 200),
        (json!({"id": 1, "country_code": "GB"}), 200),
    ] {
        let reply = mock.put(ADDRESSES, json!([change])).await;
        assert_eq!(reply.status, status, "{change}: {}", reply.body);
    }
    // V2 takes anything, and a change of something else does not look at it.
    let id = mock.address("s", 2, json!({"state": "TX"})).await;
    assert_eq!(mock.put(ADDRESSES, json!([{"id": id, "phone": "1"}])).await.status, 200);
}

#[tokio::test]
async fn states_and_postal_codes_are_needed_only_where_states_are_known() {
    let mock = two().await;
    let without = |code: &str| {
        let mut address = house(json!({"country_code": code}));
        address.as_object_mut().unwrap().retain(|key, _| key != "state_or_province" && key != "postal_code");
        address
    };
    assert_eq!(mock.post(ADDRESSES, json!([without("GB")])).await.status, 200);
    let errors = r#"{"state_or_province":"error.path.missing","postal_code":"error.path.missing"}"#;
    let refused = mock.post(ADDRESSES, json!([without("US")])).await;
    refused.assert(422, &error(422, "JSON data is missing or invalid", errors));
    let nested = json!([bill(json!({"email": "n@b.co", "addresses": [without("US")]}))]);
    assert_eq!(mock.post(CUSTOMERS, nested).await.status, 200);
}

#[tokio::test]
async fn a_store_may_take_any_state() {
    let mock = Mock::seeded("stores:\n  s:\n    settings: {address_states: free}\n").await;
    mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    assert_eq!(mock.post(ADDRESSES, json!([house(json!({"state_or_province": "TX"}))])).await.status, 200);
}

#[tokio::test]
async fn an_address_inside_of_a_new_customer_ends_with_its_form_fields() {
    let mock = Mock::new().await;
    let made = mock.post(CUSTOMERS, json!([bill(json!({"addresses": [house(json!({}))]}))])).await;
    assert!(made.body.contains(r#""state_or_province":"Texas","form_fields":[]}]"#), "{}", made.body);
    let read = mock.get(&format!("{CUSTOMERS}?include=addresses")).await;
    assert!(!read.body.contains("form_fields"), "{}", read.body);
}
