//! Lists of customers: filters, pages, orders.

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::CUSTOMERS;
use crate::support::{Mock, encode};

/// A store whose customers differ in what can be filtered by.
async fn store() -> (Mock, Vec<Value>) {
    let mut yaml = String::from("stores:\n  s:\n    groups: [{name: A}, {name: B}]\n    customers:\n");
    for i in 0..40_u32 {
        let (first, last) =
            (["Ann", "Bob", "Cy_d"][i as usize % 3], ["Lee", "lee", "100%", "Ng"][i as usize % 4]);
        writeln!(
            yaml,
            "      - {{first_name: '{first}', last_name: '{last}', email: 'C{i}@b.co', company: '{}', phone: '{}', \
             registration_ip_address: '{}', customer_group_id: {}, date_created: 2024-01-{:02}T10:00:00Z, \
             date_modified: 2024-02-{:02}T10:00:00Z}}",
            ["", "Acme", "acme"][i as usize % 3],
            i % 5,
            ["", "192.0.2.1"][i as usize % 2],
            i % 3,
            i % 7 + 1,
            (i * 3) % 11 + 1,
        )
        .unwrap();
    }
    let mock = Mock::seeded(&yaml).await;
    let all = mock.get(&format!("{CUSTOMERS}?limit=250")).await.json();
    let all = all["data"].as_array().unwrap().clone();
    assert_eq!(all.len(), 40);
    (mock, all)
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap()
}

/// Whether a customer matches a filter, in plain Rust.
fn matches(row: &Value, key: &str, value: &str) -> bool {
    let (name, op) = key.split_once(':').unwrap_or((key, "is"));
    let held = match name {
        "id" | "customer_group_id" => row[name].to_string(),
        "name" => format!("{} {}", text(row, "first_name"), text(row, "last_name")),
        _ => text(row, name).to_owned(),
    };
    let day = |text: &str| if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    match op {
        "in" => value.split(',').any(|value| {
            // An address of a network has no case to disregard, and is compared as it stands.
            value.eq_ignore_ascii_case(&held)
        }),
        "like" => value.split(',').any(|part| held.to_lowercase().contains(&part.to_lowercase())),
        "min" => held >= day(value),
        "max" => held <= day(value),
        _ => held == day(value),
    }
}

#[tokio::test]
async fn a_list_its_total_and_a_predicate_agree_for_every_filter() {
    let (mock, all) = store().await;
    let filters = [
        ("id:in", vec!["1", "3,5,99", "-1", "40"]),
        ("company:in", vec!["acme", "ACME,none", "", "x"]),
        ("customer_group_id:in", vec!["0", "1,2", "9"]),
        ("email:in", vec!["c1@b.co", "C1@B.CO,c2@b.co", "nobody@b.co"]),
        ("name:in", vec!["ann lee", "Bob 100%,Ann Ng", "ann"]),
        ("name:like", vec!["n l", "%", "_", "BOB,ng", "zz", "y_d l"]),
        ("phone:in", vec!["1", "2,3", ""]),
        ("registration_ip_address:in", vec!["192.0.2.1", "", "192.0.2.9"]),
        ("date_created", vec!["2024-01-03T10:00:00Z", "2024-01-03"]),
        ("date_created:min", vec!["2024-01-03T10:00:00Z", "2024-01-03", "2030-01-01"]),
        ("date_created:max", vec!["2024-01-03T10:00:00Z", "2024-01-03"]),
        ("date_modified", vec!["2024-02-04T10:00:00Z"]),
        ("date_modified:min", vec!["2024-02-09", "2020-01-01"]),
        ("date_modified:max", vec!["2024-02-02T10:00:00Z"]),
    ];
    for (i, (key, values)) in filters.iter().enumerate() {
        for value in values {
            // Alone, and together with another one.
            let (other, others) = &filters[(i * 5 + 3) % filters.len()];
            for pairs in [vec![(*key, *value)], vec![(*key, *value), (*other, others[0])]] {
                if pairs.len() == 2 && pairs[0].0 == pairs[1].0 {
                    continue;
                }
                let query: Vec<String> =
                    pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
                let list = mock.get(&format!("{CUSTOMERS}?limit=250&{}", query.join("&"))).await.json();
                let expected: Vec<&Value> = all
                    .iter()
                    .filter(|row| pairs.iter().all(|(key, value)| matches(row, key, value)))
                    .collect();
                let found: Vec<&Value> = list["data"].as_array().unwrap().iter().collect();
                assert_eq!(found, expected, "{pairs:?}");
                assert_eq!(list["meta"]["pagination"]["total"], expected.len(), "{pairs:?}");
            }
        }
    }
    for blank in ["limit=", "page=", "date_created=", "date_created:min=&date_modified:max="] {
        let list = mock.get(&format!("{CUSTOMERS}?{blank}")).await.json();
        assert_eq!(list["meta"]["pagination"]["total"], 40, "{blank}: as if absent");
    }
    assert_eq!(mock.get(&format!("{CUSTOMERS}?id:in=")).await.status, 422, "no list of numbers");
    let last = mock.get(&format!("{CUSTOMERS}?id:in=1&id:in=2")).await.json();
    assert_eq!(last["data"][0]["id"], 2, "of a repeated parameter the last wins");
    let unix =
        mock.get(&format!("{CUSTOMERS}?date_created:min=1704276000&date_created:max=1704276000")).await;
    let day = mock.get(&format!("{CUSTOMERS}?date_created=2024-01-03T10:00:00Z")).await;
    assert_eq!(unix.json()["data"], day.json()["data"], "Unix seconds are a date too");
    let millis = "date_created:min=1704276000000&date_created:max=1704276000999";
    let millis = mock.get(&format!("{CUSTOMERS}?{millis}")).await;
    assert_eq!(millis.json()["data"], day.json()["data"], "and so are milliseconds");
    let offset = mock.get(&format!("{CUSTOMERS}?date_created={}", encode("2024-01-03T12:00:00+02:00"))).await;
    assert!(offset.json()["meta"]["pagination"]["total"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn every_order_is_that_of_the_key_and_then_the_id() {
    let (mock, all) = store().await;
    for name in ["date_created", "date_modified", "last_name"] {
        for descending in [false, true] {
            let mut expected = all.clone();
            expected.sort_by_key(|row| (text(row, name).to_lowercase(), row["id"].as_i64().unwrap()));
            if descending {
                expected.reverse();
            }
            let direction = if descending { "desc" } else { "asc" };
            let mut pages = Vec::new();
            for page in 1..=6 {
                let path = format!("{CUSTOMERS}?sort={name}:{direction}&limit=7&page={page}");
                pages.extend(mock.get(&path).await.json()["data"].as_array().unwrap().clone());
            }
            assert_eq!(pages, expected, "{name}:{direction}");
        }
    }
}

#[tokio::test]
async fn pages_by_number_carry_what_is_due_on_each() {
    let (mock, _) = store().await;
    let meta = async |query: &str| mock.get(&format!("{CUSTOMERS}?{query}")).await.json()["meta"].clone();
    let first = meta("limit=15").await;
    assert_eq!(
        first,
        json!({
            "pagination": {"total": 40, "count": 15, "per_page": 15, "current_page": 1, "total_pages": 3},
            "cursor_pagination": {
                "count": 15, "per_page": 15, "start_cursor": "eyJpZCI6MX0", "end_cursor": "eyJpZCI6MTV9",
                "links": {"next": "?after=eyJpZCI6MTV9&limit=15"},
            },
        })
    );
    assert_eq!(
        meta("limit=15&page=3").await,
        json!({"pagination": {"total": 40, "count": 10, "per_page": 15, "current_page": 3, "total_pages": 3}})
    );
    let past = mock.get(&format!("{CUSTOMERS}?page=9")).await;
    past.assert(
        200,
        r#"{"data":[],"meta":{"pagination":{"total":40,"count":0,"per_page":50,"current_page":9,"total_pages":1}}}"#,
    );
    assert_eq!(meta("limit=1000").await["pagination"]["per_page"], 250, "it is cut");
    let reject = Mock::seeded("stores:\n  s:\n    settings: {limit_overflow: reject}\n").await;
    let title = super::error(413, "Max limit allowed is 250", "{}");
    reject.get(&format!("{CUSTOMERS}?limit=251")).await.assert(413, &title);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is sent as a query, the answer is a page or a refusal.
    #[test]
    fn no_query_breaks_the_server(key in "[a-z_:]{0,12}|id:in|name:like|sort|after|before|limit|page|date_created:min", value in ".{0,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let status = runtime.block_on(async {
            let mock = Mock::new().await;
            mock.customer("s", json!({})).await;
            mock.get(&format!("{CUSTOMERS}?{key}={}", encode(&value))).await.status
        });
        prop_assert!(matches!(status, 200 | 422), "{status}");
    }
}
