//! Each filter against a plain predicate over all rows: list, count and bulk delete agree with it.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Mock, encode};

const PATH: &str = "/stores/s/v2/customers";

#[tokio::test]
async fn text_is_compared_whole_and_without_regard_to_ascii_case() {
    let mock = Mock::new().await;
    mock.customer("s", json!({"first_name": "Zoë", "email": "zoe@example.com", "company": "a%b_c"})).await;
    mock.customer("s", json!({"first_name": "ZOË", "email": "zoe+1@example.com"})).await;
    for (query, ids) in [
        ("first_name=zoë", &[1][..]),
        ("first_name=zOË", &[2]),
        ("first_name=Zo", &[]),
        ("company=A%25B_C", &[1]),
        ("company=a%25", &[]),
        ("company=", &[2]),
        ("company", &[2]),
        ("email=ZOE@example.com", &[1]),
        ("email=zoe%2B1@example.com", &[2]),
        ("email=zoe+1@example.com", &[]),
        ("email=zoe@example.com&email=zoe%2B1@example.com", &[2]),
        ("first_name=zoë&company=a%25b_c", &[1]),
        ("first_name=zoë&company=", &[]),
        ("store_credit=0&customer_group_id=0&tax_exempt_category=&phone=", &[1, 2]),
    ] {
        let query = query.replace('ë', "%C3%AB").replace('Ë', "%C3%8B");
        assert_eq!(mock.get(&format!("{PATH}?{query}")).await.ids(), ids, "{query}");
    }
}

#[tokio::test]
async fn sql_in_a_filter_is_only_text() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for field in ["first_name", "last_name", "company", "email", "phone", "tax_exempt_category"] {
        for text in ["'", "' or '1'='1", "\"", ";drop table customers;--", "%", "_", "\\", "?1", "`", "/*"] {
            let text = encode(text);
            assert_eq!(mock.get(&format!("{PATH}?{field}={text}")).await.status, 204, "{field} {text}");
            mock.delete(&format!("{PATH}?{field}={text}")).await.assert(204, "");
        }
    }
    for field in
        ["min_id", "max_id", "store_credit", "customer_group_id", "min_date_created", "max_date_modified"]
    {
        assert_eq!(mock.get(&format!("{PATH}?{field}=0%20or%201=1")).await.status, 400, "{field}");
    }
    assert_eq!(mock.get(PATH).await.ids(), [1]);
}

#[tokio::test]
async fn dates_are_understood_in_every_documented_form() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for date in [
        "Mon,%2006%20May%202024%2007:34:10%20%2B0000",
        "Mon,%2006%20May%202024%2007:34:10%20+0000",
        "Mon,+06+May+2024+07:34:10++0000",
        "2024-05-06T07:34:10Z",
        "2024-05-06T07:34:10",
        "2024-05-06T09:34:10%2B02:00",
        "2024-05-06T09:34:10+02:00",
    ] {
        for filter in ["min_date_created", "max_date_created", "min_date_modified", "max_date_modified"] {
            assert_eq!(
                mock.get(&format!("{PATH}?{filter}={date}")).await.ids(),
                [1],
                "{filter}={date} is inclusive"
            );
        }
    }
    assert_eq!(mock.get(&format!("{PATH}?min_date_created=2024-05-06")).await.ids(), [1]);
    assert_eq!(
        mock.get(&format!("{PATH}?max_date_created=2024-05-06")).await.status,
        204,
        "a day is its midnight"
    );
    assert_eq!(mock.get(&format!("{PATH}?min_date_created=2024-05-06T07:34:11Z")).await.status, 204);
}

/// A store of 60 customers whose fields take few values, so that every filter matches some of them.
struct Fixture {
    runtime: Runtime,
    mock: Mock,
    rows: Vec<Value>,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let (mock, rows) = runtime.block_on(async {
        let mock = Mock::new().await;
        let pick = |i: usize, of: &[&str]| of[i % of.len()].to_owned();
        for i in 0..60 {
            let row = json!({
                "first_name": pick(i, &["Ann", "ann", "Bob", "Éa"]), "last_name": pick(i / 2, &["Lee", "O'Hara"]),
                "email": format!("c{i}@example.com"), "company": pick(i, &["", "Acme", "acme "]),
                "phone": pick(i / 3, &["", "1", "01"]), "store_credit": pick(i, &["0", "1.5", "10.25", "99999999999999.9999"]),
                "tax_exempt_category": pick(i / 5, &["", "A", "a"]),
            });
            mock.customer("s", row).await;
        }
        // Holes, so that ids are not places in the list.
        mock.delete(&format!("{PATH}?phone=01&limit=7")).await;
        let rows = mock.get(&format!("{PATH}?limit=250")).await.json().as_array().unwrap().clone();
        (mock, rows)
    });
    Fixture { runtime, mock, rows }
});

fn one_filter() -> impl Strategy<Value = (&'static str, &'static str)> {
    let text = prop_oneof![
        (Just("first_name"), prop::sample::select(vec!["ann", "ANN", "Bob", "Éa", "éa", "", "x"])),
        (Just("last_name"), prop::sample::select(vec!["lee", "O'hara", "'"])),
        (Just("company"), prop::sample::select(vec!["", "ACME", "acme ", "a"])),
        (Just("email"), prop::sample::select(vec!["c1@example.com", "C9@EXAMPLE.COM", ""])),
        (Just("phone"), prop::sample::select(vec!["", "1", "01"])),
        (Just("tax_exempt_category"), prop::sample::select(vec!["", "a"])),
    ];
    let number = prop_oneof![
        (
            Just("store_credit"),
            prop::sample::select(vec!["0", "1.5", "1.5000", "10.25", "99999999999999.9999", "7"])
        ),
        (Just("customer_group_id"), prop::sample::select(vec!["0", "1"])),
        (Just("min_id"), prop::sample::select(vec!["-5", "1", "20", "60", "61"])),
        (Just("max_id"), prop::sample::select(vec!["0", "1", "20", "60", "99999999999"])),
    ];
    prop_oneof![text, number]
}

fn matches(row: &Value, name: &str, wanted: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().unwrap();
    match name {
        "min_id" => row["id"].as_i64().unwrap() >= wanted.parse::<i64>().unwrap(),
        "max_id" => row["id"].as_i64().unwrap() <= wanted.parse::<i64>().unwrap(),
        "customer_group_id" => row["customer_group_id"].as_i64() == wanted.parse().ok(),
        "store_credit" => number(row["store_credit"].as_str().unwrap()).to_bits() == number(wanted).to_bits(),
        _ => row[name].as_str().unwrap().eq_ignore_ascii_case(wanted),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn list_and_count_agree_with_a_predicate_over_all_rows(
        filters in prop::collection::vec(one_filter(), 0..4),
        page in 1..4_usize,
        limit in 1..30_usize,
    ) {
        let Fixture { runtime, mock, rows } = &*FIXTURE;
        // Of a repeated filter the last counts.
        let counts = |name: &str, i: usize| filters.iter().rposition(|(n, _)| *n == name) == Some(i);
        let matching: Vec<i64> = rows
            .iter()
            .filter(|row| filters.iter().enumerate().all(|(i, (name, value))| !counts(name, i) || matches(row, name, value)))
            .map(|row| row["id"].as_i64().unwrap())
            .collect();
        let query: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let query = query.join("&");
        runtime.block_on(async {
            let listed = mock.get(&format!("{PATH}?{query}&page={page}&limit={limit}")).await.ids();
            let expected: Vec<i64> = matching.iter().copied().skip((page - 1) * limit).take(limit).collect();
            prop_assert_eq!(listed, expected);
            let counted = mock.get(&format!("{PATH}/count?{query}")).await.json()["count"].as_u64().unwrap();
            prop_assert_eq!(counted, matching.len() as u64);
            Ok(())
        })?;
    }

    #[test]
    fn a_bulk_delete_leaves_exactly_what_does_not_match(filter in one_filter(), limit in prop::option::of(1..12_usize)) {
        let Fixture { runtime, rows, .. } = &*FIXTURE;
        runtime.block_on(async {
            let mock = Mock::new().await;
            for row in &rows[..12] {
                let mut row = row.clone();
                for read_only in ["id", "form_fields", "date_created", "date_modified", "accepts_marketing", "addresses"] {
                    row.as_object_mut().unwrap().shift_remove(read_only);
                }
                mock.customer("s", row).await;
            }
            let rows = mock.get(PATH).await.json();
            let doomed = rows.as_array().unwrap().iter().filter(|row| matches(row, filter.0, filter.1));
            let doomed: Vec<&Value> = doomed.take(limit.unwrap_or(usize::MAX)).collect();
            let left = rows.as_array().unwrap().iter().filter(|row| !doomed.contains(row));
            let left: Vec<i64> = left.map(|row| row["id"].as_i64().unwrap()).collect();
            let limit = limit.map_or(String::new(), |limit| format!("&limit={limit}"));
            let value = encode(filter.1);
            mock.delete(&format!("{PATH}?{}={value}{limit}", filter.0)).await.assert(204, "");
            prop_assert_eq!(mock.get(PATH).await.ids(), left);
            Ok(())
        })?;
    }
}
