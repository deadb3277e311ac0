//! Stores that a seed makes up.

use serde_json::Value;

use crate::support::Mock;

fn seed(more: &str) -> String {
    format!(
        "stores:\n  s:\n    generate: {{customers: 1200, groups: 4, addresses_per_customer: 2{more}}}\n    customers:\n      \
         - {{id: 7, first_name: Jane, last_name: Doe, email: jane@example.com}}\n"
    )
}

#[tokio::test]
async fn the_same_seed_makes_the_same_store_and_another_another() {
    let dump = async |more: &str| {
        let mock = Mock::seeded(&seed(more)).await;
        let mut dump = String::new();
        for page in 1..=5 {
            dump += &mock.get(&format!("/stores/s/v2/customers?limit=250&page={page}")).await.body;
        }
        dump + &mock.get("/stores/s/v2/customer_groups").await.body
            + &mock.get("/stores/s/v2/customers/8/addresses").await.body
    };
    let first = dump(", seed: 42").await;
    assert_eq!(first, dump(", seed: 42").await);
    assert_eq!(first, dump("").await, "the seed is 42 unless it is given");
    assert_ne!(first, dump(", seed: 43").await);
}

#[tokio::test]
async fn generated_people_stand_behind_the_others_and_obey_every_rule() {
    let mock = Mock::seeded(&seed("")).await;
    mock.get("/stores/s/v2/customers/count").await.assert(200, r#"{"count":1201}"#);
    mock.get("/stores/s/v2/customer_groups/count").await.assert(200, r#"{"count":4}"#);
    let page = mock.get("/stores/s/v2/customers?limit=250").await.json();
    let people = page.as_array().unwrap();
    assert_eq!((people[0]["id"].as_i64(), people[1]["id"].as_i64()), (Some(7), Some(8)));
    let computed = ["id", "date_created", "date_modified", "accepts_marketing", "addresses", "form_fields"];
    let written = |shown: &Value, leave: &[&str]| {
        let mut body = shown.clone();
        body.as_object_mut().unwrap().retain(|key, _| !leave.contains(&key.as_str()));
        body
    };
    for person in &people[1..] {
        let path = format!("/stores/s/v2/customers/{}", person["id"]);
        let reply = mock.put(&path, written(person, &computed)).await;
        assert_eq!(reply.status, 200, "{person}: {}", reply.body);
        let addresses = mock.get(&format!("{path}/addresses")).await.json();
        assert_eq!(addresses.as_array().map(Vec::len), Some(2), "{addresses}");
        for address in addresses.as_array().unwrap() {
            let body = written(address, &["id", "country_iso2", "form_fields"]);
            let reply = mock.put(&format!("{path}/addresses/{}", address["id"]), body).await;
            assert_eq!(reply.body, address.to_string());
        }
    }
    assert!(people.iter().any(|person| person["customer_group_id"] != 0));
    assert_eq!(mock.customer("s", serde_json::json!({"email": "new@example.com"})).await, 1208);
}
