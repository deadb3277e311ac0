//! Customer groups: what works, byte for byte.

use serde_json::{Value, json};

use crate::support::Mock;

const PATH: &str = "/stores/s/v2/customer_groups";

/// A group as it is answered; the dates are those of the frozen clock.
fn shown(id: i64, name: &str, access: &str, rules: &str) -> String {
    format!(
        "{{\"id\":{id},\"name\":\"{name}\",\"is_default\":false,\"category_access\":{access},\
         \"discount_rules\":{rules},\"date_created\":\"2024-05-06 07:34:10\",\
         \"date_modified\":\"2024-05-06 07:34:10\",\"is_group_for_guests\":false}}"
    )
}

#[tokio::test]
async fn a_new_group_is_answered_whole_with_its_defaults_and_its_path() {
    let mock = Mock::new().await;
    let one = shown(1, "Wholesale", r#"{"type":"all"}"#, "[]");
    let reply = mock.post(PATH, r#"{"name":"Wholesale"}"#).await;
    reply.assert(201, &one);
    assert_eq!(reply.header("location"), "/stores/s/v2/customer_groups/1");
    assert_eq!(reply.header("content-type"), "application/json");
    mock.get(&format!("{PATH}/1")).await.assert(200, &one);
    mock.get(PATH).await.assert(200, &format!("[{one}]"));
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":1}"#);
}

#[tokio::test]
async fn the_basic_mount_leads_to_the_same_groups() {
    let mock = Mock::new().await;
    let path = "/api/v2/customer_groups";
    let one = shown(1, "A", r#"{"type":"all"}"#, "[]");
    let reply = mock.post(&format!("{path}.json"), r#"{"name":"A"}"#).await;
    reply.assert(201, &one);
    assert_eq!(reply.header("location"), "/api/v2/customer_groups/1");
    mock.get("/stores/demo/v2/customer_groups/1").await.assert(200, &one);
    mock.get(&format!("{path}/1.json")).await.assert(200, &one);
    mock.get(&format!("{path}/count.json")).await.assert(200, r#"{"count":1}"#);
    mock.put(&format!("{path}/1"), r#"{"name":"B"}"#).await.assert(200, &one.replace(r#""A""#, r#""B""#));
    mock.delete(&format!("{path}/1")).await.assert(204, "");
    mock.post(path, r#"{"name":"A"}"#).await.assert(201, &one.replace(r#""id":1"#, r#""id":2"#));
    mock.delete(path).await.assert(204, "");
    mock.get(path).await.assert(204, "");
}

/// What is sent, what writes answer and what reads answer.
const RULES: [(&str, &str, &str); 7] = [
    ("[]", "[]", "[]"),
    (
        r#"[{"type":"price_list","price_list_id":7}]"#,
        r#"[{"type":"price_list","price_list_id":7}]"#,
        r#"[{"type":"price_list","price_list_id":7}]"#,
    ),
    (
        r#"[{"amount":5,"method":"percent","product_id":33,"type":"product"}]"#,
        r#"[{"type":"product","product_id":"33","method":"percent","amount":"5.0000"}]"#,
        r#"[{"type":"product","product_id":"33","method":"percent","amount":"5.0000"}]"#,
    ),
    (
        r#"[{"type":"category","category_id":"4","method":"fixed","amount":"2.5"}]"#,
        r#"[{"type":"category","category_id":"4","method":"fixed","amount":"2.5000"}]"#,
        r#"[{"type":"category","category_id":"4","method":"fixed","amount":"2.5000"}]"#,
    ),
    (
        r#"[{"type":"all","method":"price","amount":"10.2500"}]"#,
        r#"[{"type":"all","method":"price","amount":10.25}]"#,
        r#"[{"type":"all","method":"price","amount":"10.2500"}]"#,
    ),
    (
        r#"[{"type":"all","method":"percent","amount":3}]"#,
        r#"[{"type":"all","method":"percent","amount":3}]"#,
        r#"[{"type":"all","method":"percent","amount":"3.0000"}]"#,
    ),
    (
        r#"[{"type":"product","product_id":1,"method":"price","amount":0},{"type":"all","method":"fixed","amount":99999999999999.9999},{"type":"product","product_id":1,"method":"price","amount":0.00005},{"type":"category","category_id":2147483647,"method":"percent","amount":1}]"#,
        r#"[{"type":"product","product_id":"1","method":"price","amount":"0.0000"},{"type":"all","method":"fixed","amount":99999999999999.9999},{"type":"product","product_id":"1","method":"price","amount":"0.0001"},{"type":"category","category_id":"2147483647","method":"percent","amount":"1.0000"}]"#,
        r#"[{"type":"product","product_id":"1","method":"price","amount":"0.0000"},{"type":"all","method":"fixed","amount":"99999999999999.9999"},{"type":"product","product_id":"1","method":"price","amount":"0.0001"},{"type":"category","category_id":"2147483647","method":"percent","amount":"1.0000"}]"#,
    ),
];

#[tokio::test]
async fn discount_rules_come_back_with_the_services_quirks() {
    let mock = Mock::new().await;
    let all = r#"{"type":"all"}"#;
    mock.group("s", json!({"name": "changed"})).await;
    for (i, (sent, written, read)) in RULES.into_iter().enumerate() {
        let id = i64::try_from(i).unwrap() + 2;
        let created = mock.post(PATH, format!(r#"{{"name":"g{id}","discount_rules":{sent}}}"#)).await;
        created.assert(201, &shown(id, &format!("g{id}"), all, written));
        let expected = shown(id, &format!("g{id}"), all, read);
        mock.get(&format!("{PATH}/{id}")).await.assert(200, &expected);
        mock.get(&format!("{PATH}?name=g{id}")).await.assert(200, &format!("[{expected}]"));
        let changed = mock.put(&format!("{PATH}/1"), format!(r#"{{"discount_rules":{sent}}}"#)).await;
        changed.assert(200, &shown(1, "changed", all, written));
        mock.get(&format!("{PATH}/1")).await.assert(200, &shown(1, "changed", all, read));
        mock.put(&format!("{PATH}/1"), "{}").await.assert(200, &shown(1, "changed", all, written));
    }
}

#[tokio::test]
async fn a_hundred_rules_keep_their_order() {
    let mock = Mock::new().await;
    let rule = |i: i64| json!({"type": "product", "product_id": i, "method": "fixed", "amount": i});
    let rules: Vec<Value> = (1..=100).rev().map(rule).collect();
    mock.group("s", json!({"name": "A", "discount_rules": rules})).await;
    let rule = |i: i64| {
        let (id, amount) = (i.to_string(), format!("{i}.0000"));
        json!({"type": "product", "product_id": id, "method": "fixed", "amount": amount})
    };
    let expected: Value = (1..=100).rev().map(rule).collect();
    assert_eq!(mock.get(&format!("{PATH}/1")).await.json()["discount_rules"], expected);
}

#[tokio::test]
async fn category_access_is_of_three_types_and_only_one_names_categories() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "A"})).await;
    for (sent, expected) in [
        (r#"{"type":"none"}"#, r#"{"type":"none"}"#),
        (r#"{"categories":[18,19],"type":"specific"}"#, r#"{"type":"specific","categories":[18,19]}"#),
        (r#"{"type":"specific","categories":[]}"#, r#"{"type":"specific","categories":[]}"#),
        (r#"{"type":"all"}"#, r#"{"type":"all"}"#),
    ] {
        let reply = mock.put(&format!("{PATH}/1"), format!(r#"{{"category_access":{sent}}}"#)).await;
        reply.assert(200, &shown(1, "A", expected, "[]"));
        mock.get(&format!("{PATH}/1")).await.assert(200, &shown(1, "A", expected, "[]"));
    }
    let created = mock.post(PATH, r#"{"name":"B","category_access":{"type":"specific","categories":[1]}}"#);
    created.await.assert(201, &shown(2, "B", r#"{"type":"specific","categories":[1]}"#, "[]"));
}

/// Old enough for a change to show beside the frozen clock.
const OLD: &str = "stores:
  s:
    groups:
      - name: Old
        date_created: 2023-07-17T06:30:41Z
        date_modified: 2023-07-25T01:15:19Z
        category_access: {type: specific, categories: [18, 19]}
        discount_rules:
          - {type: product, product_id: 33, method: percent, amount: 5}
          - {type: product, product_id: 34, method: percent, amount: 5}
";

#[tokio::test]
async fn an_update_changes_what_was_sent_and_replaces_rules_and_access_whole() {
    let mock = Mock::seeded(OLD).await;
    let rule =
        |id| format!(r#"{{"type":"product","product_id":"{id}","method":"percent","amount":"5.0000"}}"#);
    let old = format!(
        "{{\"id\":1,\"name\":\"Old\",\"is_default\":false,\
         \"category_access\":{{\"type\":\"specific\",\"categories\":[18,19]}},\"discount_rules\":[{},{}],\
         \"date_created\":\"2023-07-17 06:30:41\",\"date_modified\":\"2023-07-25 01:15:19\",\
         \"is_group_for_guests\":false}}",
        rule(33),
        rule(34)
    );
    let one = format!("{PATH}/1");
    mock.get(&one).await.assert(200, &old);
    mock.put(&one, "{}").await.assert(200, &old);
    mock.get(&one).await.assert(200, &old);
    let renamed = old.replace("Old", "New").replace("2023-07-25 01:15:19", "2024-05-06 07:34:10");
    mock.put(&one, r#"{"name":"New"}"#).await.assert(200, &renamed);
    let replaced = renamed.replace(&format!("{},{}", rule(33), rule(34)), &rule(35));
    let rules =
        r#"{"discount_rules":[{"type":"product","product_id":"35","method":"percent","amount":"5"}]}"#;
    mock.put(&one, rules).await.assert(200, &replaced);
    let emptied = replaced.replace(&rule(35), "").replace(r#","categories":[18,19]"#, "");
    let emptied = emptied.replace("specific", "none");
    mock.put(&one, r#"{"discount_rules":[],"category_access":{"type":"none"}}"#).await.assert(200, &emptied);
    mock.get(&one).await.assert(200, &emptied);
}

#[tokio::test]
async fn the_name_is_stored_as_sent_up_to_255_characters() {
    let mock = Mock::new().await;
    for name in [" Wholesale ", "groß", "'; drop table customer_groups; --", &"ü".repeat(255)] {
        let id = mock.group("s", json!({"name": name})).await;
        assert_eq!(mock.get(&format!("{PATH}/{id}")).await.json()["name"], name);
    }
    let own = mock.put(&format!("{PATH}/1"), json!({"name": " WHOLESALE "})).await;
    assert_eq!((own.status, &own.json()["name"]), (200, &json!(" WHOLESALE ")), "its own name is not taken");
}

#[tokio::test]
async fn one_group_at_a_time_is_the_default_and_one_that_of_guests() {
    let mock = Mock::new().await;
    let marked = async |field: &str| {
        let groups = mock.get(PATH).await.json();
        let marked = groups.as_array().unwrap().iter().filter(|group| group[field] == true);
        marked.map(|group| group["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    mock.group("s", json!({"name": "A", "is_default": true, "is_group_for_guests": true})).await;
    mock.group("s", json!({"name": "B"})).await;
    assert_eq!((marked("is_default").await, marked("is_group_for_guests").await), (vec![1], vec![1]));
    mock.group("s", json!({"name": "C", "is_default": true})).await;
    assert_eq!((marked("is_default").await, marked("is_group_for_guests").await), (vec![3], vec![1]));
    for _ in 0..2 {
        let reply = mock.put(&format!("{PATH}/2"), json!({"is_default": true})).await;
        assert_eq!((reply.status, &reply.json()["is_default"]), (200, &json!(true)));
        assert_eq!((marked("is_default").await, marked("is_group_for_guests").await), (vec![2], vec![1]));
    }
    mock.put(&format!("{PATH}/3"), json!({"is_group_for_guests": true})).await;
    assert_eq!((marked("is_default").await, marked("is_group_for_guests").await), (vec![2], vec![3]));
    mock.put(&format!("{PATH}/2"), json!({"is_default": false})).await;
    assert_eq!((marked("is_default").await, marked("is_group_for_guests").await), (vec![], vec![3]));
}

#[tokio::test]
async fn a_deleted_group_is_gone_and_its_id_is_never_used_again() {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "A"})).await;
    let reply = mock.delete(&format!("{PATH}/1")).await;
    reply.assert(204, "");
    assert_eq!(reply.header("content-length"), "");
    mock.get(&format!("{PATH}/1")).await.assert_error(404, "The requested resource was not found.");
    mock.delete(&format!("{PATH}/1")).await.assert_error(404, "The requested resource was not found.");
    assert_eq!(mock.group("s", json!({"name": "A"})).await, 2);
    mock.delete(PATH).await.assert(204, "");
    mock.delete(PATH).await.assert(204, "");
    assert_eq!(mock.group("s", json!({"name": "A"})).await, 3);
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let mock = Mock::new().await;
    assert_eq!(mock.call("HEAD", PATH, &[], "").await.status, 204);
    mock.group("s", json!({"name": "A"})).await;
    for path in [PATH.to_owned(), format!("{PATH}/1"), format!("{PATH}/count")] {
        let (head, get) = (mock.call("HEAD", &path, &[], "").await, mock.get(&path).await);
        head.assert(200, "");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
    }
}
