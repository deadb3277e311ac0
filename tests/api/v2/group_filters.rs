//! Which groups a list, a count and a bulk delete take.

use serde_json::json;

use crate::support::{Mock, encode};

const PATH: &str = "/stores/s/v2/customer_groups";

/// Six groups that each filter parts in its own way.
const SEED: &str = r#"stores:
  s:
    groups:
      - {name: Wholesale, is_default: true, date_created: 2020-01-01, date_modified: 2021-01-01}
      - {name: wholesale 50%, date_created: 2020-01-02, date_modified: 2021-01-01T12:00:00Z}
      - {name: Guests, is_group_for_guests: true, date_created: 2020-01-03, date_modified: 2021-01-02}
      - {name: "a_b", date_created: 2020-01-04, date_modified: 2021-01-03}
      - {name: "aXb", date_created: 2020-01-05, date_modified: 2021-01-04}
      - {name: "GROẞ", date_created: "2020-01-06T23:59:59Z", date_modified: 2021-01-05}
"#;

/// A query and the ids that match.
const QUERIES: &[(&str, &[i64])] = &[
    ("", &[1, 2, 3, 4, 5, 6]),
    ("name=Wholesale", &[1]),
    ("name=WHOLESALE", &[1]),
    ("name=Whole", &[]),
    ("name=", &[]),
    ("name=groẞ", &[6]),
    ("name=groß", &[]),
    ("name=a_b", &[4]),
    ("name:like=whole", &[1, 2]),
    ("name%3Alike=SALE", &[1, 2]),
    ("name:like=%", &[2]),
    ("name:like=50%", &[2]),
    ("name:like=_", &[4]),
    ("name:like=A_B", &[4]),
    ("name:like=ole", &[1, 2]),
    ("name:like=", &[1, 2, 3, 4, 5, 6]),
    ("name:like='", &[]),
    ("name:like=s&name=guests", &[3]),
    ("name=guests&name=a_b", &[4]),
    ("is_default=true", &[1]),
    ("is_default=1", &[1]),
    ("is_default=True", &[1]),
    ("is_default=False&is_group_for_guests=True", &[3]),
    ("is_default=false", &[2, 3, 4, 5, 6]),
    ("is_default=0", &[2, 3, 4, 5, 6]),
    ("is_group_for_guests=true", &[3]),
    ("is_group_for_guests=1", &[3]),
    ("is_group_for_guests=false&is_default=false", &[2, 4, 5, 6]),
    ("is_group_for_guests=0&is_default=1", &[1]),
    ("is_default=true&is_group_for_guests=true", &[]),
    ("date_created=2020-01-03", &[3]),
    ("date_created=2020-01-06T23:59:59", &[6]),
    ("date_created=2020-01-06 23:59:59", &[6]),
    ("date_created=Mon, 06 Jan 2020 23:59:59 +0000", &[6]),
    ("date_created=2020-01-06", &[]),
    ("date_created:min=2020-01-05", &[5, 6]),
    ("date_created:max=2020-01-02", &[1, 2]),
    ("date_created:max=2020-01-06", &[1, 2, 3, 4, 5]),
    ("date_created:min=2020-01-02&date_created:max=2020-01-04", &[2, 3, 4]),
    ("date_modified=2021-01-01T12:00:00Z", &[2]),
    ("date_modified:min=2021-01-03", &[4, 5, 6]),
    ("date_modified:max=2021-01-01", &[1]),
    ("date_modified:min=2021-01-01T00:00:01&date_created:max=2020-01-03", &[2, 3]),
];

/// A query with its values percent-encoded.
fn encoded(query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((key, value)) => format!("{key}={}", encode(value)),
        None => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn list_and_count_take_what_matches() {
    let mock = Mock::seeded(SEED).await;
    for (query, ids) in QUERIES {
        let query = encoded(query);
        assert_eq!(mock.get(&format!("{PATH}?{query}")).await.ids(), *ids, "{query}");
        let count = mock.get(&format!("{PATH}/count?{query}&page=9&limit=1")).await;
        count.assert(200, &format!(r#"{{"count":{}}}"#, ids.len()));
        let first = mock.get(&format!("{PATH}?{query}&limit=2&page=2")).await;
        assert_eq!(first.ids(), ids.iter().copied().skip(2).take(2).collect::<Vec<_>>(), "{query}");
    }
}

#[tokio::test]
async fn a_bulk_delete_takes_what_matches() {
    for (query, ids) in QUERIES {
        let query = encoded(query);
        let all = || (1..=6).filter(|id| !ids.contains(id)).collect::<Vec<i64>>();
        let mock = Mock::seeded(SEED).await;
        mock.delete(&format!("{PATH}?{query}")).await.assert(204, "");
        assert_eq!(mock.get(PATH).await.ids(), all(), "{query}");
        let mock = Mock::seeded(SEED).await;
        mock.delete(&format!("{PATH}?{query}&limit=1")).await.assert(204, "");
        let one = ids.first();
        let left: Vec<i64> = (1..=6).filter(|id| Some(id) != one).collect();
        assert_eq!(mock.get(PATH).await.ids(), left, "{query}, lowest ids first");
    }
}

#[tokio::test]
async fn pages_follow_the_id_and_are_cut_at_250() {
    let mock = Mock::new().await;
    mock.get(PATH).await.assert(204, "");
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":0}"#);
    for i in 0..260 {
        mock.group("s", json!({"name": format!("g{i}")})).await;
    }
    let ids = async |query: &str| mock.get(&format!("{PATH}{query}")).await.ids();
    assert_eq!(ids("").await, (1..=50).collect::<Vec<_>>());
    assert_eq!(ids("?page=2").await, (51..=100).collect::<Vec<_>>());
    assert_eq!(ids("?Limit=3&Page=4").await, [10, 11, 12]);
    assert_eq!(ids("?limit=100000").await.len(), 250);
    assert_eq!(ids("?limit=250&page=2").await, (251..=260).collect::<Vec<_>>());
    mock.get(&format!("{PATH}?limit=250&page=3")).await.assert(204, "");
    mock.delete(&format!("{PATH}?limit=5000")).await.assert(204, "");
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":160}"#);
    mock.delete(PATH).await.assert(204, "");
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":0}"#);
}

#[tokio::test]
async fn queries_are_checked_on_lists_counts_and_bulk_deletes_and_nowhere_else() {
    let mock = Mock::seeded(SEED).await;
    for (method, path) in [("GET", PATH), ("GET", &*format!("{PATH}/count")), ("DELETE", PATH)] {
        for name in [
            "id",
            "min_id",
            "id:in",
            "min_date_created",
            "name:min",
            "name:in",
            "is_default:min",
            "date_created:like",
            "category_access",
            "discount_rules",
            "Name",
            "name:LIKE",
            "name:like:like",
            "sort",
        ] {
            let reply = mock.call(method, &format!("{path}?is_default=x&{name}=1"), &[], "").await;
            reply.assert_error(400, &format!("The field '{name}' is not supported by this resource."));
        }
        for bad in [
            "is_default=yes",
            "is_default=TRUE",
            "is_default=",
            "is_default=2",
            "is_group_for_guests=x",
            "date_created=1234",
            "date_created:min=yesterday",
            "name=%00",
            "name:like=%FF",
        ] {
            let name = bad.split('=').next().unwrap();
            let reply = mock.call(method, &format!("{path}?{bad}"), &[], "").await;
            reply.assert_error(400, &format!("The field '{name}' is invalid."));
        }
    }
    assert_eq!(mock.get(&format!("{PATH}?date_modified:max=&date_created=")).await.ids(), [1, 2, 3, 4, 5, 6]);
    let blank = mock.delete(&format!("{PATH}?date_modified:max=")).await;
    blank.assert_error(400, "The field 'date_modified:max' is invalid.");
    for bad in ["page=0", "limit=0", "limit=-1", "page=x"] {
        let name = bad.split('=').next().unwrap();
        let message = format!("The field '{name}' is invalid.");
        mock.get(&format!("{PATH}?{bad}")).await.assert_error(400, &message);
        if name == "limit" {
            mock.delete(&format!("{PATH}?{bad}")).await.assert_error(400, &message);
        }
    }
    let page = mock.delete(&format!("{PATH}?page=1")).await;
    page.assert_error(400, "The field 'page' is not supported by this resource.");
    assert_eq!(mock.get(PATH).await.ids(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(mock.get(&format!("{PATH}/1?zz=1&limit=x")).await.status, 200);
    assert_eq!(mock.put(&format!("{PATH}/1?zz=%FF"), "{}").await.status, 200);
    assert_eq!(mock.delete(&format!("{PATH}/1?zz=1")).await.status, 204);
}
