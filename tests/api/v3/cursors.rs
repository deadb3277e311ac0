//! Cursor paging: a walk over rows that come and go skips and repeats none of the others.

use std::collections::BTreeSet;

use base64::Engine;
use serde_json::{Value, json};

use super::CUSTOMERS;
use crate::support::{Mock, encode};

fn ids(page: &Value) -> Vec<i64> {
    page["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn links_lead_through_the_whole_list_and_back() {
    let mock = Mock::seeded("stores:\n  s:\n    generate: {customers: 23}\n").await;
    for sort in ["", "&sort=last_name:asc", "&sort=date_created:desc"] {
        let mut page = mock.get(&format!("{CUSTOMERS}?limit=5{sort}")).await.json();
        let mut forward = vec![ids(&page)];
        assert_eq!(page["meta"]["cursor_pagination"]["links"].get("previous"), None);
        while let Some(next) = page["meta"]["cursor_pagination"]["links"]["next"].as_str() {
            page = mock.get(&format!("{CUSTOMERS}{next}")).await.json();
            assert_eq!(page["meta"].get("pagination"), None);
            forward.push(ids(&page));
        }
        assert_eq!(forward.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 5, 3], "{sort}");
        let mut back = vec![ids(&page)];
        while let Some(previous) = page["meta"]["cursor_pagination"]["links"]["previous"].as_str() {
            page = mock.get(&format!("{CUSTOMERS}{previous}")).await.json();
            back.push(ids(&page));
        }
        back.reverse();
        assert_eq!(back, forward, "{sort}");
    }
}

#[tokio::test]
async fn page_is_ignored_beside_a_cursor_and_the_row_of_a_cursor_need_not_be_there() {
    let mock = Mock::seeded("stores:\n  s:\n    generate: {customers: 9}\n").await;
    mock.delete(&format!("{CUSTOMERS}?id:in=4")).await;
    // {"id":4}
    let after = mock.get(&format!("{CUSTOMERS}?after=eyJpZCI6NH0&limit=2&page=3")).await.json();
    assert_eq!(ids(&after), [5, 6]);
    let before = mock.get(&format!("{CUSTOMERS}?before=eyJpZCI6NH0&limit=2")).await.json();
    assert_eq!(ids(&before), [2, 3]);
    assert_eq!(
        before["meta"],
        json!({"cursor_pagination": {
            "count": 2, "per_page": 2, "start_cursor": "eyJpZCI6Mn0", "end_cursor": "eyJpZCI6M30",
            "links": {"previous": "?before=eyJpZCI6Mn0&limit=2", "next": "?after=eyJpZCI6M30&limit=2"},
        }})
    );
    let padded = mock.get(&format!("{CUSTOMERS}?after=eyJpZCI6OX0%3D")).await;
    padded.assert(200, r#"{"data":[],"meta":{"cursor_pagination":{"count":0,"per_page":50,"links":{}}}}"#);
}

/// The query of the page at the end of a walk's way: after the first cursor, or before the last.
async fn start(mock: &Mock, sort: &str, backward: bool) -> String {
    if !backward {
        return format!("?limit=250{sort}");
    }
    let total = mock.get(&format!("{CUSTOMERS}?limit=1")).await.json();
    let total = total["meta"]["pagination"]["total"].as_i64().unwrap();
    let last = mock.get(&format!("{CUSTOMERS}?limit=1&page={total}{sort}")).await.json()["data"][0].clone();
    // A place after every row: the id of the last one, or its key and a greater or lesser id.
    let id = last["id"].as_i64().unwrap();
    let (beyond, mut cursor) = if sort.contains("desc") { (0, json!({})) } else { (id + 1, json!({})) };
    cursor["id"] = beyond.into();
    if let Some((name, _)) = sort.trim_start_matches("&sort=").split_once(':') {
        let key = last[name].as_str().unwrap();
        cursor[name] = match chrono::DateTime::parse_from_rfc3339(key) {
            Ok(date) => date.timestamp().into(),
            Err(_) => key.into(),
        };
    }
    let cursor = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(cursor.to_string());
    format!("?limit=250{sort}&before={cursor}")
}

/// Walks the list in one direction while others come and go; gives the ids that were met.
async fn walk(mock: &Mock, sort: &str, backward: bool) -> Vec<i64> {
    let (key, link) = if backward { ("before", "start_cursor") } else { ("after", "end_cursor") };
    let mut query = start(mock, sort, backward).await;
    let mut met = Vec::new();
    for step in 0.. {
        let page = mock.get(&format!("{CUSTOMERS}{query}")).await.json();
        let found = ids(&page);
        if found.is_empty() {
            break;
        }
        met.extend(found);
        let cursor = page["meta"]["cursor_pagination"][link].as_str().unwrap();
        query = format!("?limit=250{sort}&{key}={cursor}");
        // For ever, and the walk would never come to an end.
        if step > 60 {
            continue;
        }
        // Every third row belongs to those that go; the one that the cursor names may be among them.
        let gone: Vec<String> =
            (1..=10).map(|i| (((step * 37 + i * 11) % 3300) * 3 + 3).to_string()).collect();
        mock.delete(&format!("{CUSTOMERS}?id:in={}", gone.join(","))).await;
        let new: Vec<Value> = (0..5)
            .map(|i| {
                let name = ["A", "M", "Z"][i % 3];
                let tag = encode(&format!("{sort}{backward}{step}-{i}")).replace('%', "-");
                json!({"first_name": "N", "last_name": name, "email": format!("{tag}@b.co")})
            })
            .collect();
        assert_eq!(mock.post(CUSTOMERS, json!(new)).await.status, 200);
    }
    met
}

#[tokio::test]
async fn a_walk_of_ten_thousand_beside_writes_neither_skips_nor_repeats_an_untouched_row() {
    let mock = Mock::seeded("stores:\n  s:\n    generate: {customers: 10000}\n").await;
    let untouched: BTreeSet<i64> = (1..=10_000).filter(|id| id % 3 != 0).collect();
    let mut sorts = vec![String::new()];
    for name in ["last_name", "date_created", "date_modified"] {
        sorts.extend(["asc", "desc"].map(|direction| format!("&sort={name}:{direction}")));
    }
    for sort in sorts {
        for backward in [false, true] {
            let met = walk(&mock, &sort, backward).await;
            let seen: Vec<i64> = met.iter().copied().filter(|id| untouched.contains(id)).collect();
            assert_eq!(seen.len(), untouched.len(), "{sort} {backward}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{sort} {backward}");
        }
    }
}
