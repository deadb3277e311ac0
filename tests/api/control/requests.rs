//! What came in and what went out is kept, without secrets, and can be looked at and verified.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::three;
use crate::support::{Mock, Reply, jane};

/// A store with three customers.
async fn with_store() -> Mock {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    mock
}

impl Mock {
    /// The requests to a store that match a query.
    async fn requests(&self, query: &str) -> Vec<Value> {
        let reply = self.get(&format!("/_mock/stores/s/requests{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["requests"].as_array().unwrap().clone()
    }

    async fn verify(&self, body: Value) -> Reply {
        self.control("POST", "/stores/s/verify", body).await
    }
}

fn ids(requests: &[Value]) -> Vec<i64> {
    requests.iter().map(|request| request["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_entry_shows_what_came_in_and_what_went_out() {
    let mock = with_store().await;
    let path = "/stores/s/v3/customers/?page=2&x=%41+b&x=c";
    let body =
        r#"[{"email":"a@b.c","first_name":"A","last_name":"B","nickname":"C","addresses":[{"city":5}]}]"#;
    let reply = mock.call("POST", path, &[("x-app", "one"), ("user-agent", "tests")], body).await;
    assert_eq!(reply.status, 422);
    let mut entry = mock.requests("").await.remove(0);
    assert!(entry["duration_us"].as_u64().is_some());
    entry.as_object_mut().unwrap().remove("duration_us");
    let headers = entry["response"]["headers"].take();
    assert_eq!(headers["x-request-id"].as_str(), Some(reply.header("x-request-id")));
    assert_eq!(headers["content-type"], "application/json");
    let expected = json!({
        "id": 1, "at": "2024-05-06T07:34:10.000Z", "store": "s", "operation": "v3.createCustomers",
        "method": "POST", "path": "/stores/s/v3/customers/", "query": {"page": ["2"], "x": ["A b", "c"]},
        "headers": {
            "host": "localhost:2442", "x-auth-token": "[redacted]", "content-type": "application/json",
            "x-app": "one", "user-agent": "tests",
        },
        "token_name": null,
        "body": serde_json::from_str::<Value>(body).unwrap(),
        "status": 422,
        "response": {"headers": null, "body": reply.json()},
        "fault": null, "unread": ["page", "x", "/0/nickname"], "hints": [],
    });
    assert_eq!(entry, expected);
    assert_eq!(mock.get("/_mock/stores/s/requests/1").await.json()["id"], 1);
    assert_eq!(mock.get("/_mock/requests/1").await.json()["store"], "s");
    // The control API and health checks are not kept.
    mock.get("/livez").await;
    assert_eq!(mock.get("/_mock/requests").await.json()["total"], 1);
}

#[tokio::test]
async fn a_token_is_told_apart_by_its_place() {
    let mock = Mock::new().await;
    let tokens = [
        json!({"token": "t-one", "scopes": []}),
        json!({"token": "t-two", "scopes": ["store_v2_customers"]}),
    ];
    mock.make("s", json!({"seed": {"auth": "strict", "tokens": tokens}})).await;
    for token in ["t-two", "t-one", "t-three"] {
        mock.call("GET", "/stores/s/v2/customers", &[("x-auth-token", token)], "").await;
    }
    let requests = mock.requests("").await;
    let names: Vec<&Value> = requests.iter().map(|request| &request["token_name"]).collect();
    assert_eq!(names, [&json!("/tokens/1"), &json!("/tokens/0"), &Value::Null]);
    assert_eq!(requests[1]["status"], 403);
}

#[tokio::test]
async fn filters_pages_and_counts_say_which_are_wanted() {
    let mock = with_store().await;
    mock.get("/stores/s/v2/customers/1").await;
    mock.get("/stores/s/v2/customers/9").await;
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "1h"})).await;
    mock.post("/stores/s/v2/customers", jane()).await;
    mock.get("/stores/s/v3/customers").await;
    mock.get("/stores/s/v3/nothing").await;
    for (query, expected) in [
        ("", vec![1, 2, 3, 4, 5]),
        ("?operation=v2.*", vec![1, 2, 3]),
        ("?operation=v2.getCustomer&status=4xx", vec![2]),
        ("?method=post", vec![3]),
        ("?path=**/customers/*", vec![1, 2]),
        ("?path=/stores/*/v3/*", vec![4, 5]),
        ("?status=404", vec![2, 5]),
        ("?since=2024-05-06T08:00:00Z", vec![3, 4, 5]),
        ("?until=2024-05-06T08:00:00Z&limit=1", vec![1]),
        ("?unmatched=true", vec![5]),
        ("?unmatched=false", vec![1, 2, 3, 4, 5]),
        ("?fault=f1", vec![]),
        ("?after=2&limit=2", vec![3, 4]),
        ("?after=99", vec![]),
    ] {
        assert_eq!(ids(&mock.requests(query).await), expected, "{query}");
    }
    assert_eq!(mock.get("/_mock/stores/s/requests?after=2&limit=2").await.json()["total"], 5);
    assert_eq!(mock.get("/_mock/stores/s/requests/count?status=2xx").await.body, r#"{"count":3}"#);
    assert_eq!(mock.get("/_mock/requests/count").await.body, r#"{"count":5}"#);
    assert_eq!(mock.control("DELETE", "/stores/s/requests?operation=v2.*", Value::Null).await.status, 204);
    assert_eq!(ids(&mock.requests("").await), [4, 5]);
    mock.get("/stores/s/v3/customers").await;
    assert_eq!(mock.control("DELETE", "/requests", Value::Null).await.status, 204);
    mock.get("/stores/s/v3/customers").await;
    assert_eq!(ids(&mock.requests("").await), [7]);
}

#[tokio::test]
async fn what_can_not_be_is_refused() {
    let mock = with_store().await;
    for (path, says) in [
        ("?colour=red", "there is no parameter 'colour'"),
        ("?operation=v2.createCustomr", "operation: "),
        ("?status=abc", "status: "),
        ("?path=customers", "path: "),
        ("?method=A%20B", "method: "),
        ("?since=yesterday", "since: 'yesterday' is not a time"),
        ("?unmatched=1", "unmatched: expected true or false"),
        ("?after=f1", "after must be the id of a request"),
        ("?wait=soon", "wait: 'soon' is not a duration"),
        ("?wait=61s", "must be at most 60s"),
        ("?limit=0", "limit must be"),
        ("/count?limit=5", "there is no parameter 'limit'"),
    ] {
        let reply = mock.get(&format!("/_mock/stores/s/requests{path}")).await;
        assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (422, Some("invalid")), "{path}");
        assert!(reply.body.contains(says), "{path}: {}", reply.body);
    }
    mock.control("DELETE", "/requests?wait=5s", Value::Null).await.assert_refusal(422, "invalid", None);
    for path in ["/stores/s/requests/99", "/requests/abc"] {
        mock.control("GET", path, Value::Null).await.assert_refusal(404, "unknown_request", None);
    }
    for (method, path) in [
        ("GET", "/requests"),
        ("GET", "/requests/1"),
        ("DELETE", "/requests"),
        ("GET", "/requests/count"),
        ("POST", "/verify"),
        ("POST", "/requests/verify"),
    ] {
        let reply = mock.control(method, &format!("/stores/nobody{path}"), json!({})).await;
        reply.assert_refusal(404, "unknown_store", None);
    }
    for (body, at) in [
        (json!({"match": {"statu": 1}}), "/match/statu"),
        (json!({"match": {"operation": "v9.x"}}), "/match/operation"),
        (json!({"count": {"exactly": -1}}), "/count/exactly"),
        (json!({"within": "2m"}), "/within"),
        (json!({"match": {"query": {"token": "x"}}}), "/match/query/token"),
        (json!({"match": {"query": {"password[]": {"contains": "x"}}}}), "/match/query/password[]"),
        (json!({"match": {"headers": {"Proxy-Authorization": "x"}}}), "/match/headers/Proxy-Authorization"),
        (json!({"when": {}}), "/when"),
    ] {
        mock.verify(body).await.assert_refusal(422, "invalid", Some(at));
    }
    let was_there = json!({"match": {"query": {"token": {"present": true}}}, "count": {"exactly": 0}});
    assert_eq!(mock.verify(was_there).await.status, 200);
}

#[tokio::test]
async fn requests_that_no_store_gets_are_kept_under_none() {
    let mock = with_store().await;
    mock.get("/orders").await;
    mock.get("/stores/new/v2/customers").await;
    mock.get("/stores/s/v3/customers").await;
    let all = mock.get("/_mock/requests").await.json();
    let seen: Vec<(&Value, &Value)> = all["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["store"], &entry["operation"]))
        .collect();
    let null = Value::Null;
    assert_eq!(
        seen,
        [
            (&null, &null),
            (&json!("new"), &json!("v2.listCustomers")),
            (&json!("s"), &json!("v3.listCustomers"))
        ]
    );
    assert_eq!(mock.get("/_mock/requests?unmatched=true").await.json()["requests"][0]["path"], "/orders");
    // The write that makes a store is that store's.
    mock.post("/stores/new/v2/customers", jane()).await;
    assert_eq!(mock.get("/_mock/stores/new/requests").await.json()["total"], 1);
}

#[tokio::test]
async fn the_oldest_go_where_there_are_too_many() {
    let limits = |entries, bytes, total| bigcommerce_mock::journal::Limits { entries, bytes, total };
    let mock = Mock::keeping(|options| options.journal = limits(3, 1 << 20, 1 << 20)).await;
    mock.make("s", json!({})).await;
    for _ in 0..10 {
        mock.get("/stores/s/v2/customers").await;
    }
    assert_eq!(ids(&mock.requests("").await), [8, 9, 10]);
    // In bytes: each of these has 40 kB.
    let mock = Mock::keeping(|options| options.journal = limits(1000, 200_000, 10 << 20)).await;
    mock.make("s", json!({})).await;
    for i in 0..40 {
        let mut jane = jane();
        jane["notes"] = "n".repeat(20_000).into();
        jane["email"] = format!("jane{i}@example.com").into();
        assert_eq!(mock.post("/stores/s/v2/customers", jane).await.status, 201);
    }
    assert_eq!(ids(&mock.requests("").await), [37, 38, 39, 40]);
    assert!(mock.tenants.requests().bytes() < 450_000, "{}", mock.tenants.requests().bytes());
    // Over all stores: those that were unused the longest lose theirs.
    let mock = Mock::keeping(|options| options.journal = limits(1000, 1 << 20, 300_000)).await;
    for hash in ["s", "t", "u"] {
        mock.make(hash, json!({})).await;
        for _ in 0..300 {
            mock.get(&format!("/stores/{hash}/v2/customers")).await;
        }
        assert!(mock.tenants.requests().bytes() <= 300_000, "{hash}: {}", mock.tenants.requests().bytes());
    }
    let left = mock.get("/_mock/stores/s/requests?limit=1").await.json()["total"].as_u64().unwrap();
    assert!(left < 100, "{left}");
    assert_eq!(mock.get("/_mock/stores/u/requests?limit=1").await.json()["total"], 300);
    // However many stores there are.
    let mock = Mock::keeping(|options| options.journal = limits(1000, 1 << 20, 20_000)).await;
    for i in 0..50 {
        mock.make(&format!("s{i}"), json!({})).await;
        mock.get(&format!("/stores/s{i}/v2/customers")).await;
        assert!(mock.tenants.requests().bytes() <= 20_000, "{i}: {}", mock.tenants.requests().bytes());
    }
    assert_eq!(mock.get("/_mock/stores/s49/requests").await.json()["total"], 1);
    for limits in [limits(0, 1, 1), limits(1, 0, 1), limits(1, 1, 0)] {
        let mock = Mock::keeping(|options| options.journal = limits).await;
        mock.make("s", json!({})).await;
        mock.get("/stores/s/v2/customers").await;
        assert_eq!(ids(&mock.requests("").await), [] as [i64; 0]);
        assert_eq!(mock.tenants.requests().bytes(), 0);
    }
}

#[tokio::test]
async fn long_bodies_are_cut_and_say_so() {
    let mock = with_store().await;
    let long = format!(r#"[{{"email":"a@b.c","first_name":"A","last_name":"{}"}}]"#, "é".repeat(50_000));
    mock.call("POST", "/stores/s/v3/customers", &[], &long).await;
    let entry = mock.requests("").await.remove(0);
    assert_eq!(entry["cut"], json!(["/body"]));
    let kept = entry["body"].as_str().unwrap();
    assert!(long.starts_with(kept) && kept.len() > 65_530 && kept.len() <= 65_536, "{}", kept.len());
}

#[tokio::test]
async fn a_reset_forgets_requests_unless_it_keeps_them() {
    let mock = with_store().await;
    mock.get("/stores/s/v2/customers").await;
    mock.control("PUT", "/stores/s/snapshots/a", Value::Null).await;
    mock.control("POST", "/stores/s/snapshots/a/restore", Value::Null).await;
    assert_eq!(ids(&mock.requests("").await), [1], "a snapshot is not about requests");
    mock.control("POST", "/stores/s/reset", json!({"keep": ["requests"]})).await;
    assert_eq!(ids(&mock.requests("").await), [1]);
    mock.control("POST", "/stores/s/reset", Value::Null).await;
    assert_eq!(ids(&mock.requests("").await), [] as [i64; 0]);
    mock.get("/stores/s/v2/customers").await;
    mock.control("DELETE", "/stores/s", Value::Null).await;
    assert_eq!(mock.get("/_mock/requests").await.json()["total"], 0);
    assert_eq!(mock.tenants.requests().bytes(), 0);
}

#[tokio::test]
async fn who_waits_is_answered_when_a_request_comes_in_even_after_a_reset() {
    let mock = Arc::new(with_store().await);
    for path in ["/_mock/stores/s/requests?wait=30s&method=POST", "/_mock/requests?wait=30s&method=POST"] {
        let waiting = tokio::spawn({
            let mock = Arc::clone(&mock);
            async move { mock.get(path).await.json() }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        mock.get("/stores/s/v2/customers").await;
        mock.control("POST", "/stores/s/reset", Value::Null).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished());
        mock.post("/stores/s/v2/customers", jane()).await;
        assert_eq!(waiting.await.unwrap()["total"], 1, "{path}");
        mock.control("DELETE", "/requests", Value::Null).await;
    }
    let nothing = mock.get("/_mock/stores/s/requests?wait=10ms").await.json();
    assert_eq!(nothing, json!({"requests": [], "total": 0}));
    let waiting = tokio::spawn({
        let mock = Arc::clone(&mock);
        async move { mock.get("/_mock/stores/s/requests?wait=30s").await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    mock.control("DELETE", "/stores/s", Value::Null).await;
    waiting.await.unwrap().assert_refusal(404, "unknown_store", None);
}

#[tokio::test]
async fn verifying_says_which_requests_were_meant_or_what_to_change() {
    let mock = with_store().await;
    let none = mock.verify(json!({"match": {"operation": "v3.createCustomers"}})).await;
    assert_eq!(none.status, 422);
    mock.call(
        "POST",
        "/stores/s/v3/customers",
        &[],
        r#"[{"email":"a@b.c","first_name":"A","last_name":"B"}]"#,
    )
    .await;
    let met = mock
        .verify(json!({"match": {
        "operation": "v3.*", "status": 200, "query": {"page": {"absent": true}},
        "headers": {"Content-Type": {"contains": "json"}}, "body": [{"email": "a@b.c"}],
    }, "count": {"exactly": 1}}))
        .await;
    met.assert(200, r#"{"matched":1,"requests":[1]}"#);
    mock.verify(json!({})).await.assert(200, r#"{"matched":1,"requests":[1]}"#);
    let missed = mock
        .verify(json!({"match": {"operation": "v3.createCustomers", "body": {"/0/email": "x@y.z"}}, "count": {"at_least": 1}}))
        .await;
    let json = missed.json();
    assert_eq!((missed.status, &json["error"]["code"]), (422, &json!("verification_failed")));
    assert_eq!((&json["matched"], &json["expected"]), (&json!(0), &json!({"at_least": 1})));
    assert_eq!(
        json["nearest"],
        json!([{"id": 1, "operation": "v3.createCustomers", "path": "/stores/s/v3/customers",
            "differences": [{"at": "/body/0/email", "wanted": "x@y.z", "got": "a@b.c"}]}])
    );
    let message = json["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("body/0/email") && message.contains("a@b.c") && message.contains("x@y.z"),
        "{message}"
    );
    let over = mock.verify(json!({"count": {"at_most": 0}})).await;
    assert_eq!((over.status, over.json()["nearest"].clone()), (422, json!([])));
    let all = mock.control("POST", "/requests/verify", json!({"count": {"exactly": 1}})).await;
    all.assert(200, r#"{"matched":1,"requests":[1]}"#);
}

#[tokio::test]
async fn verifying_may_wait_for_what_still_comes() {
    let mock = Arc::new(with_store().await);
    let waiting = tokio::spawn({
        let mock = Arc::clone(&mock);
        async move { mock.verify(json!({"count": {"at_least": 2}, "within": "30s"})).await }
    });
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished());
        mock.get("/stores/s/v2/customers").await;
    }
    assert_eq!(waiting.await.unwrap().status, 200);
    // Too many are too many at once; that none comes is known at the end.
    assert_eq!(mock.verify(json!({"count": {"at_most": 1}, "within": "30s"})).await.status, 422);
    let none = json!({"match": {"method": "DELETE"}, "count": {"exactly": 0}, "within": "20ms"});
    assert_eq!(mock.verify(none).await.status, 200);
}

/// A stream of numbers that is the same each time.
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state).unwrap()
}

#[tokio::test]
async fn secrets_of_random_requests_are_in_no_entry_and_no_text_of_a_verification() {
    let mock = Mock::new().await;
    let seed = json!({"auth": "strict", "tokens": [{"token": "s3cret-seed", "scopes": ["store_v2_customers", "store_stored_payment_instruments"]}],
        "customers": [{"first_name": "J", "last_name": "D", "email": "j@example.com",
            "stored_instruments": [{"type": "stored_paypal_account", "token": "s3cret-card", "email": "j@example.com"}]}]});
    mock.make("s", json!({"seed": seed})).await;
    let mut state = 88_172_645_463_325_252;
    let keys = ["password", "password_confirmation", "new_password", "token", "Password", "\\u0074oken"];
    for round in 0..400 {
        let n = random(&mut state);
        let secret = format!("s3cret-{round}");
        let key = keys[n % keys.len()];
        let value = match n >> 8 & 3 {
            0 => format!("\"{secret}\""),
            1 => format!("[\"{secret}\", {{\"a\": \"{secret}\"}}]"),
            2 => format!("{{\"x\": \"{secret}\"}}"),
            _ => format!("\"\\\"{secret}\\u00e9\""),
        };
        let inner = format!("{{\"{key}\": {value}, \"email\": \"a{round}@b.c\"}}");
        let body = match n >> 16 & 7 {
            0 => inner,
            1 => format!("[{inner}]"),
            2 => format!(
                "{{\"first_name\": \"A\", \"last_name\": \"B\", \"email\": \"b{round}@b.c\", \"_authentication\": {inner}}}"
            ),
            3 => format!("[{{\"email\": \"c{round}@b.c\", \"authentication\": {inner}}}"),
            4 => format!("password={secret}&a=b"),
            5 => format!("<customer><token>{secret}</token></customer>"),
            6 => format!("{{\"notes\": \"{}\", \"{key}\": {value}}}", "n".repeat(70_000)),
            _ => format!("{inner}{{"),
        };
        let paths = [
            "/stores/s/v2/customers",
            "/stores/s/v3/customers",
            "/api/v2/customers",
            "/nowhere",
            "/stores/s/v3/customers/validate-credentials",
            "/stores/s/v3/customers/1/stored-instruments",
        ];
        let path = paths[(n >> 24) % paths.len()];
        let query =
            ["", "?token=Q", "?a=b&pass%77ord=Q", "?TOKEN=Q&page=1"][(n >> 32) % 4].replace('Q', &secret);
        let method = ["GET", "POST", "PUT", "DELETE"][(n >> 40) % 4];
        let token = if n >> 48 & 1 == 0 { "s3cret-seed" } else { secret.as_str() };
        let headers = [
            ("x-auth-token", token),
            ("authorization", &format!("Basic {secret}")),
            ("cookie", &format!("a={secret}")),
        ];
        mock.call(method, &format!("{path}{query}"), &headers, &body).await;
    }
    let kept = mock.get("/_mock/requests?limit=1000").await;
    assert_eq!(kept.json()["total"], 400);
    let nearest = mock.verify(json!({"match": {"body": {"/email": "nobody"}, "query": {"a": "c"}}})).await;
    assert_eq!(nearest.status, 422);
    for text in [kept.body, nearest.body] {
        assert!(
            !text.contains("s3cret"),
            "{}",
            &text[text.find("s3cret").unwrap().saturating_sub(300)..][..600]
        );
    }
}
