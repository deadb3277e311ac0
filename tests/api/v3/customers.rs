//! `/customers`: what is answered when nothing is wrong.

use serde_json::json;

use super::{CUSTOMERS, bill};
use crate::support::Mock;

#[tokio::test]
async fn a_create_of_the_least_answers_every_key_in_its_order() {
    let mock = Mock::new().await;
    let reply = mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    reply.assert(
        200,
        r#"{"data":[{"id":1,"authentication":{"force_password_reset":false},"company":"","customer_group_id":0,"email":"a@b.co","first_name":"Bill","last_name":"Bellamy","notes":"","phone":"","registration_ip_address":"","tax_exempt_category":"","date_created":"2024-05-06T07:34:10Z","date_modified":"2024-05-06T07:34:10Z","accepts_product_review_abandoned_cart_emails":false,"store_credit_amounts":[{"amount":0}],"origin_channel_id":1,"channel_ids":null}],"meta":{}}"#,
    );
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("location"), "");
    assert_eq!(reply.header("x-bc-store-version"), "");
    for header in ["left", "quota"] {
        assert!(!reply.header(&format!("x-rate-limit-requests-{header}")).is_empty());
    }
}

#[tokio::test]
async fn a_create_with_everything_echoes_it_with_ids() {
    let mock = Mock::seeded(
        "stores:\n  s:\n    groups: [{name: VIP}]\n    form_fields:\n      - {name: Size, of: customer}\n      - {name: Door, of: address}\n",
    )
    .await;
    let customer = bill(json!({
        "company": "Acme", "phone": "1", "notes": "n", "tax_exempt_category": "t", "customer_group_id": 1,
        "registration_ip_address": "192.0.2.1", "accepts_product_review_abandoned_cart_emails": true,
        "trigger_account_created_notification": true, "store_credit_amounts": [{"amount": 43.15}],
        "origin_channel_id": 1, "channel_ids": [1], "unheard_of": {"is": "ignored"},
        "authentication": {"force_password_reset": true, "new_password": "s3cret-pass"},
        "form_fields": [{"name": "Size", "value": "L"}],
        "addresses": [{
            "first_name": "Bill", "last_name": "B", "address1": "1 Main Street", "city": "Austin",
            "country_code": "US", "form_fields": [{"name": "Door", "value": "red"}],
        }],
    }));
    let reply = mock.post(CUSTOMERS, json!([customer])).await;
    reply.assert(
        200,
        r#"{"data":[{"id":1,"address_count":1,"addresses":[{"id":1,"address1":"1 Main Street","address2":"","address_type":"residential","city":"Austin","company":"","country":"United States","country_code":"US","customer_id":1,"first_name":"Bill","last_name":"B","phone":"","postal_code":"","state_or_province":"","form_fields":[{"name":"Door","value":"red"}]}],"authentication":{"force_password_reset":true},"company":"Acme","customer_group_id":1,"email":"a@b.co","first_name":"Bill","last_name":"Bellamy","notes":"n","phone":"1","registration_ip_address":"192.0.2.1","tax_exempt_category":"t","date_created":"2024-05-06T07:34:10Z","date_modified":"2024-05-06T07:34:10Z","form_fields":[{"name":"Size","value":"L"}],"accepts_product_review_abandoned_cart_emails":true,"store_credit_amounts":[{"amount":43.15}],"origin_channel_id":1,"channel_ids":[1]}],"meta":{}}"#,
    );
    let shown = mock.get(&format!("{CUSTOMERS}?include=addresses,formfields,storecredit")).await.json();
    assert_eq!(shown["data"], reply.json()["data"]);
    let valid = mock.post("/stores/s/v2/customers/1/validate", json!({"password": "s3cret-pass"})).await;
    valid.assert(200, r#"{"success":true}"#);
    assert!(!reply.body.contains("s3cret"));
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let mock = Mock::new().await;
    let items: Vec<_> = (0..10).map(|i| bill(json!({"email": format!("c{i}@b.co")}))).collect();
    let created = mock.post(CUSTOMERS, json!(items)).await.json();
    let pairs: Vec<(i64, &str)> = created["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_i64().unwrap(), row["email"].as_str().unwrap()))
        .collect();
    assert_eq!(pairs[0], (1, "c0@b.co"));
    assert_eq!(pairs[9], (10, "c9@b.co"));
    let updated = mock.put(CUSTOMERS, json!([{"id": 7, "notes": "x"}, {"id": 2, "notes": "y"}])).await.json();
    assert_eq!((&updated["data"][0]["id"], &updated["data"][1]["id"]), (&json!(7), &json!(2)));
    assert_eq!(updated["meta"], json!({}));
}

#[tokio::test]
async fn an_empty_batch_does_nothing_and_makes_no_store() {
    let mock = Mock::new().await;
    for method in ["POST", "PUT"] {
        mock.call(method, CUSTOMERS, &[], "[]").await.assert(200, r#"{"data":[],"meta":{}}"#);
    }
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn an_update_merges_what_is_given_and_passes_over_what_can_not_change() {
    let mock = Mock::new().await;
    mock.post(CUSTOMERS, json!([bill(json!({"company": "Acme", "channel_ids": [1]}))])).await;
    let change = json!([{
        "id": 1, "first_name": "William", "registration_ip_address": "192.0.2.1", "origin_channel_id": 99,
        "addresses": [{}], "attributes": 5, "channel_ids": null, "store_credit_amounts": [{"amount": 0.00005}],
        "authentication": {"force_password_reset": true},
    }]);
    let shown = mock.put(CUSTOMERS, change).await.json()["data"][0].clone();
    for (key, value) in [
        ("first_name", json!("William")),
        ("company", json!("Acme")),
        ("registration_ip_address", json!("")),
        ("origin_channel_id", json!(1)),
        ("channel_ids", json!(null)),
        ("store_credit_amounts", json!([{"amount": 0.0001}])),
        ("authentication", json!({"force_password_reset": true})),
    ] {
        assert_eq!(shown[key], value, "{key}");
    }
    // Five characters longer than a create may have, and one more.
    let email = |last: usize| {
        let labels = vec!["b".repeat(61); 3].join(".");
        json!([{"id": 1, "email": format!("{}@{labels}.{}", "a".repeat(64), "c".repeat(last))}])
    };
    assert_eq!(mock.put(CUSTOMERS, email(4)).await.status, 200);
    let errors = r#"{"0.email":"email must be between 3 and 255 characters"}"#;
    mock.put(CUSTOMERS, email(5)).await.assert(422, &super::error(422, "Update customers failed.", errors));
}

#[tokio::test]
async fn a_create_without_a_group_takes_the_default_one_and_zero_is_none() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "Default", "is_default": true})).await;
    let items = json!([
        bill(json!({})),
        bill(json!({"email": "b@b.co", "customer_group_id": 0})),
        bill(json!({"email": "c@b.co", "customer_group_id": 1})),
    ]);
    let created = mock.post(CUSTOMERS, items).await.json();
    let groups: Vec<_> = (0..3).map(|i| created["data"][i]["customer_group_id"].clone()).collect();
    assert_eq!(groups, [1, 0, 1]);
}

#[tokio::test]
async fn a_delete_takes_the_named_ids_and_never_everything() {
    let mock = Mock::new().await;
    mock.delete(CUSTOMERS).await.assert(204, "");
    assert!(!mock.tenants.exists("s"));
    let items: Vec<_> = (0..4).map(|i| bill(json!({"email": format!("c{i}@b.co")}))).collect();
    mock.post(CUSTOMERS, json!(items)).await;
    mock.delete(CUSTOMERS).await.assert(204, "");
    mock.delete(&format!("{CUSTOMERS}?id:in=2,99,3")).await.assert(204, "");
    mock.delete(&format!("{CUSTOMERS}?id:in=2")).await.assert(204, "");
    let left = mock.get(CUSTOMERS).await.json();
    let ids: Vec<_> = left["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [1, 4]);
}

#[tokio::test]
async fn a_store_that_does_not_exist_answers_as_an_empty_one() {
    let mock = Mock::new().await;
    let empty = r#"{"data":[],"meta":{"pagination":{"total":0,"count":0,"per_page":50,"current_page":1,"total_pages":0},"cursor_pagination":{"count":0,"per_page":50,"links":{}}}}"#;
    mock.get(CUSTOMERS).await.assert(200, empty);
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn includes_are_absent_until_they_are_asked_for() {
    let mock = Mock::new().await;
    mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    let keys = |include: &str| {
        let (mock, path) = (&mock, format!("{CUSTOMERS}?include={include}"));
        async move {
            let shown = mock.get(&path).await.json();
            shown["data"][0].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        }
    };
    let least = keys("").await;
    for (include, more) in [
        ("addresses", vec!["address_count", "addresses"]),
        ("attributes", vec!["attributes", "attribute_count"]),
        ("formfields", vec!["form_fields"]),
        ("storecredit", vec!["store_credit_amounts"]),
        ("shopper_profile_id", vec!["shopper_profile_id"]),
        ("segment_ids", vec!["segment_ids"]),
    ] {
        let keys = keys(include).await;
        let added: Vec<_> = keys.iter().filter(|key| !least.contains(key)).collect();
        assert_eq!(added, more, "{include}");
    }
    let all = keys("addresses,storecredit,attributes,formfields,shopper_profile_id,segment_ids").await;
    assert_eq!(
        all,
        [
            "id",
            "address_count",
            "addresses",
            "attributes",
            "authentication",
            "company",
            "customer_group_id",
            "email",
            "first_name",
            "last_name",
            "notes",
            "phone",
            "registration_ip_address",
            "tax_exempt_category",
            "date_created",
            "date_modified",
            "attribute_count",
            "form_fields",
            "accepts_product_review_abandoned_cart_emails",
            "store_credit_amounts",
            "origin_channel_id",
            "channel_ids",
            "shopper_profile_id",
            "segment_ids",
        ]
    );
}

#[tokio::test]
async fn a_shopper_profile_id_is_a_uuid_that_stays_and_is_nobody_elses() {
    let mock = Mock::new().await;
    mock.post(CUSTOMERS, json!([bill(json!({})), bill(json!({"email": "b@b.co"}))])).await;
    let path = format!("{CUSTOMERS}?include=shopper_profile_id");
    let shown = mock.get(&path).await.json();
    let ids = [0, 1].map(|i| shown["data"][i]["shopper_profile_id"].as_str().unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    assert_eq!(mock.get(&path).await.json()["data"][0]["shopper_profile_id"], ids[0].as_str());
    let lengths: Vec<usize> = ids[0].split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert!(ids[0].bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()));
}

#[tokio::test]
async fn an_attribute_given_twice_is_there_once() {
    let mock = Mock::seeded("stores:\n  s:\n    attributes: [{name: A, type: string}]\n").await;
    let value = |value: &str| json!({"attribute_id": 1, "attribute_value": value});
    let made =
        mock.post(CUSTOMERS, json!([bill(json!({"attributes": [value("a"), value("b")]}))])).await.json();
    let shown = mock.get(&format!("{CUSTOMERS}?include=attributes,storecredit")).await.json();
    assert_eq!(made["data"], shown["data"]);
    assert_eq!(shown["data"][0]["attribute_count"], 1);
    assert_eq!(shown["data"][0]["attributes"][0]["attribute_value"], "b");
}

#[tokio::test]
async fn no_more_than_ten_addresses_are_shown_inside_of_a_customer() {
    let mock = Mock::new().await;
    mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    for batch in 0..2 {
        let items: Vec<_> = (0..8).map(|i| super::house(json!({"city": format!("{batch}{i}")}))).collect();
        mock.post(&format!("{CUSTOMERS}/addresses"), json!(items)).await;
    }
    let shown = mock.get(&format!("{CUSTOMERS}?include=addresses")).await.json()["data"][0].clone();
    assert_eq!(shown["address_count"], 16);
    assert_eq!(shown["addresses"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn nor_more_than_ten_attributes() {
    let names: Vec<String> = (0..12).map(|i| format!("{{name: a{i}, type: string}}")).collect();
    let mock = Mock::seeded(&format!("stores:\n  s:\n    attributes: [{}]\n", names.join(", "))).await;
    mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    for ids in [1..=6, 7..=12] {
        let values: Vec<_> =
            ids.map(|id| json!({"customer_id": 1, "attribute_id": id, "value": "x"})).collect();
        assert_eq!(mock.put(&format!("{CUSTOMERS}/attribute-values"), json!(values)).await.status, 200);
    }
    let shown = mock.get(&format!("{CUSTOMERS}?include=attributes")).await.json()["data"][0].clone();
    assert_eq!(shown["attribute_count"], 12);
    assert_eq!(shown["attributes"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn customers_of_older_times_may_have_blank_names() {
    let seed = "stores:\n  s:\n    customers:\n      - {legacy: true, first_name: \"\", email: old@b.co}\n";
    let mock = Mock::seeded(seed).await;
    let list = mock.get(&format!("{CUSTOMERS}?email:in=old@b.co")).await.json();
    assert_eq!((&list["data"][0]["first_name"], &list["data"][0]["last_name"]), (&json!(""), &json!("")));
    assert_eq!(mock.get("/stores/s/v2/customers?last_name=").await.ids(), [1]);
    let changed = mock.put(CUSTOMERS, json!([{"id": 1, "company": "Acme"}])).await;
    assert_eq!((changed.status, &changed.json()["data"][0]["first_name"]), (200, &json!("")));
    assert_eq!(mock.put("/stores/s/v2/customers/1", json!({"notes": "n"})).await.status, 200);
    // What is written must obey today's rules.
    assert_eq!(mock.put(CUSTOMERS, json!([{"id": 1, "first_name": ""}])).await.status, 422);
    let today =
        bigcommerce_mock::seed::Seed::parse("seed.yaml", &seed.replace("legacy: true", "legacy: false"));
    assert!(today.is_err());
}
