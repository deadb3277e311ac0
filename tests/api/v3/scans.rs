//! Lists by filters without an index, in stores that take several turns to walk: pages, totals, orders and cursors are
//! those of a plain predicate over all rows.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::{CUSTOMERS, error};
use crate::support::{Mock, encode};

const ROWS: usize = 2500;

type Matches<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// Everything that a list shows, page by page by number.
async fn all(mock: &Mock, path: &str, query: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    for page in 1.. {
        let list = mock.get(&format!("{path}?limit={limit}&page={page}&{query}")).await.json();
        let data = list["data"].as_array().unwrap_or_else(|| panic!("{query}: {list}"));
        rows.extend(data.iter().cloned());
        let pagination = &list["meta"]["pagination"];
        if pagination["total_pages"].as_u64().unwrap() <= page {
            assert_eq!(pagination["total"], rows.len(), "{query}");
            break;
        }
    }
    rows
}

fn id(row: &Value) -> i64 {
    row["id"].as_i64().unwrap()
}

fn folded(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap().to_ascii_lowercase()
}

async fn store() -> (Mock, Vec<Value>) {
    let mock =
        Mock::seeded(&format!("stores:\n  s:\n    generate: {{customers: {ROWS}, groups: 2}}\n")).await;
    // Holes, also where slices end.
    for gap in [1..4, 299..303, 2490..2501] {
        let ids: Vec<String> = gap.map(|id: i64| id.to_string()).collect();
        assert_eq!(mock.delete(&format!("{CUSTOMERS}?id:in={}", ids.join(","))).await.status, 204);
    }
    let rows = all(&mock, CUSTOMERS, "", 250).await;
    assert_eq!(rows.len(), ROWS - 18);
    (mock, rows)
}

#[tokio::test]
async fn every_order_and_every_page_agrees_with_a_predicate() {
    let (mock, rows) = store().await;
    let name = |row: &Value| format!("{} {}", folded(row, "first_name"), folded(row, "last_name"));
    let company = rows[2000]["company"].as_str().unwrap();
    let last_name = rows[1500]["last_name"].as_str().unwrap();
    let filters: [(String, Matches); 6] = [
        ("name:like=an,LE".into(), Box::new(|row| name(row).contains("an") || name(row).contains("le"))),
        ("name:like=no%20such".into(), Box::new(|_| false)),
        (
            format!("company:in={},none", encode(company)),
            Box::new(|row| folded(row, "company") == company.to_ascii_lowercase()),
        ),
        (
            "registration_ip_address:in=192.0.2.7,192.0.2.9&date_created:min=2021-01-01".into(),
            Box::new(|row| {
                ["192.0.2.7", "192.0.2.9"].contains(&row["registration_ip_address"].as_str().unwrap())
                    && row["date_created"].as_str().unwrap() >= "2021-01-01"
            }),
        ),
        // More than an index may leave, and few.
        ("date_modified:min=2019-01-01&name:like=a".into(), Box::new(|row| name(row).contains('a'))),
        (
            format!("name:in={}", encode(&name(&rows[1500]))),
            Box::new(|row| name(row) == name(&rows[1500]) && row["last_name"] == last_name),
        ),
    ];
    for (query, matches) in &filters {
        let expected: Vec<&Value> = rows.iter().filter(|row| matches(row)).collect();
        assert_eq!(query.contains("such"), expected.is_empty(), "{query}");
        for limit in [7, 250] {
            if expected.len() > 700 && limit == 7 {
                continue;
            }
            let found = all(&mock, CUSTOMERS, query, limit).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
        }
        for by in ["last_name", "date_created", "date_modified"] {
            let mut ascending = expected.clone();
            ascending.sort_by_key(|row| (folded(row, by), id(row)));
            let mut descending = expected.clone();
            descending.sort_by_key(|row| Reverse((folded(row, by), id(row))));
            for (direction, expected) in [("asc", ascending), ("desc", descending)] {
                let found = all(&mock, CUSTOMERS, &format!("{query}&sort={by}:{direction}"), 250).await;
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query} {by} {direction}");
            }
        }
    }
}

#[tokio::test]
async fn links_lead_through_a_filtered_list_and_back() {
    let (mock, rows) = store().await;
    let expected: Vec<i64> = rows
        .iter()
        .filter(|row| folded(row, "first_name").contains("jo") || folded(row, "last_name").contains("jo"))
        .map(id)
        .collect();
    assert!(expected.len() > 20, "{expected:?}");
    for sort in ["", "&sort=last_name:desc", "&sort=date_created:asc"] {
        let ids = |page: &Value| page["data"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();
        let query = format!("name:like=jo{sort}");
        let sorted: Vec<i64> = all(&mock, CUSTOMERS, &query, 250).await.iter().map(id).collect();
        let mut page = mock.get(&format!("{CUSTOMERS}?limit=9&{query}")).await.json();
        let mut forward = ids(&page);
        while let Some(next) = page["meta"]["cursor_pagination"]["links"]["next"].as_str() {
            page = mock.get(&format!("{CUSTOMERS}{next}")).await.json();
            forward.extend(ids(&page));
        }
        assert_eq!(forward, sorted, "{query}");
        let mut back = vec![ids(&page)];
        while let Some(previous) = page["meta"]["cursor_pagination"]["links"]["previous"].as_str() {
            page = mock.get(&format!("{CUSTOMERS}{previous}")).await.json();
            back.push(ids(&page));
        }
        back.reverse();
        assert_eq!(back.concat(), sorted, "{query}");
        forward.sort_unstable();
        assert_eq!(forward, expected, "{query}");
    }
}

#[tokio::test]
async fn v2_pages_and_counts_walk_too() {
    let (mock, rows) = store().await;
    let first_name = rows[1200]["first_name"].as_str().unwrap();
    let query = format!("first_name={}&min_id=40&max_id=2300", encode(first_name));
    let expected: Vec<i64> = rows
        .iter()
        .filter(|row| folded(row, "first_name") == first_name.to_ascii_lowercase())
        .map(id)
        .filter(|id| (40..=2300).contains(id))
        .collect();
    let path = "/stores/s/v2/customers";
    let mut found = Vec::new();
    for page in 1.. {
        let ids = mock.get(&format!("{path}?limit=3&page={page}&{query}")).await.ids();
        if ids.is_empty() {
            break;
        }
        found.extend(ids);
    }
    assert_eq!(found, expected);
    mock.get(&format!("{path}/count?{query}"))
        .await
        .assert(200, &format!(r#"{{"count":{}}}"#, expected.len()));
    let between = rows.iter().filter(|row| (300..=1999).contains(&id(row))).count();
    let count = mock.get(&format!("{path}/count?min_id=300&max_id=1999")).await;
    count.assert(200, &format!(r#"{{"count":{between}}}"#));
}

#[tokio::test]
async fn other_lists_walk_too() {
    let mock = Mock::seeded(
        "stores:\n  s:\n    form_fields: [{name: A, of: customer}, {name: B, of: address}]\n    \
         generate: {customers: 700, addresses_per_customer: 1}\n",
    )
    .await;
    let addresses = format!("{CUSTOMERS}/addresses");
    let rows = all(&mock, &addresses, "", 250).await;
    let company = rows.iter().rev().find(|row| row["company"] != "").unwrap()["company"].as_str().unwrap();
    let expected: Vec<&Value> =
        rows.iter().filter(|row| folded(row, "company") == company.to_ascii_lowercase()).collect();
    let found = all(&mock, &addresses, &format!("company:in={}", encode(company)), 2).await;
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);

    let metafields = format!("{CUSTOMERS}/metafields");
    for batch in 0..80 {
        let item = |i: i64| json!({"resource_id": batch * 10 + i + 1, "namespace": "n", "key": format!("k{}", i % 5), "value": "v", "permission_set": "read"});
        let reply = mock.post(&metafields, Value::from((0..10).map(item).collect::<Vec<_>>())).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let expected: Vec<i64> =
        all(&mock, &metafields, "", 250).await.iter().filter(|row| row["key"] == "k3").map(id).collect();
    assert_eq!(expected.len(), 160);
    let found = all(&mock, &metafields, "key=K3", 50).await;
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected);
    let mut page = mock.get(&format!("{metafields}?key:in=k3,x&limit=60")).await.json();
    let mut walked = Vec::new();
    loop {
        walked.extend(page["data"].as_array().unwrap().iter().map(id));
        let Some(next) = page["meta"]["cursor_pagination"]["links"]["next"].as_str() else { break };
        page = mock.get(&format!("{metafields}{next}")).await.json();
    }
    assert_eq!(walked, expected);

    let values = format!("{CUSTOMERS}/form-field-values");
    for batch in 0..70 {
        let item = |i: i64| {
            let name = if i % 2 == 0 { "customer_id" } else { "address_id" };
            json!({"name": if i % 2 == 0 { "A" } else { "B" }, "value": "x", name: batch * 10 + i + 1})
        };
        let reply = mock.put(&values, Value::from((0..10).map(item).collect::<Vec<_>>())).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(all(&mock, &values, "field_name=b", 250).await.len(), 350);
}

#[tokio::test]
async fn a_filter_takes_so_many_values_and_no_more() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let values = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
    for (filter, max) in
        [("name:like", 50), ("name:in", 1000), ("company:in", 1000), ("id:in", 1000), ("email:in", 1000)]
    {
        assert_eq!(mock.get(&format!("{CUSTOMERS}?{filter}={}", values(max))).await.status, 200, "{filter}");
        let title = format!(r#"Query parameter "{filter}" value must have at most {max} items."#);
        let refused = mock.get(&format!("{CUSTOMERS}?{filter}={}", values(max + 1))).await;
        refused.assert(422, &error(422, &title, "{}"));
    }
    let refused = mock.delete(&format!("{CUSTOMERS}?id:in={}", values(1001))).await;
    refused.assert(422, &error(422, r#"Query parameter "id:in" value must have at most 1000 items."#, "{}"));
    assert_eq!(mock.get("/stores/s/v2/customers").await.ids(), [1]);
}
