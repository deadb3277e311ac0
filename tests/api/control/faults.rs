//! What goes wrong on demand: faults are counted, in the voice of the mount, and write nothing unless told to.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bigcommerce_mock::edge::Cut;
use bigcommerce_mock::fields::Dialect;
use bigcommerce_mock::operations::{OPERATIONS, Operation};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::three;
use crate::support::{Mock, jane};

/// An answer, or what came of it.
struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
    /// Whether it came to its end.
    is_whole: bool,
}

impl Mock {
    /// Sends a request whose answer may be broken.
    async fn attempt(&self, method: &str, path: &str, body: &str) -> Result<Answer, Cut> {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:2442");
        let is_basic = path.starts_with("/api");
        let (name, value) =
            if is_basic { ("authorization", "Basic YWRtaW46c2VjcmV0") } else { ("x-auth-token", "any") };
        request = request.header(name, value);
        // What is broken is not packed: its length would be another.
        let faults = self.get("/_mock/stores/s/faults?limit=1000").await.json();
        let next = faults["faults"].as_array().and_then(|faults| faults.last()).unwrap_or(&Value::Null);
        let is_broken = next["left"] != 0 && next["then"]["connection"].is_string();
        let encoding = if is_broken { "gzip" } else { "identity" };
        let request = request.header("accept", "application/json").header("accept-encoding", encoding);
        let response = self.edge.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await?;
        let (parts, mut rest) = response.into_parts();
        let (mut body, mut is_whole) = (Vec::new(), true);
        while let Some(frame) = rest.frame().await {
            let Ok(frame) = frame else {
                is_whole = false;
                break;
            };
            body.extend_from_slice(&frame.into_data().unwrap());
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body, is_whole })
    }

    /// Adds a fault to the store `s`.
    async fn fault(&self, fault: Value) -> Value {
        let reply = self.control("POST", "/stores/s/faults", fault.clone()).await;
        assert_eq!(reply.status, 201, "{fault}: {}", reply.body);
        reply.json()
    }

    async fn content(&self) -> String {
        self.get("/_mock/stores/s/export").await.body
    }
}

/// A call of an operation that is as good as any: with the example of its document.
fn call(operation: &Operation, mount: &str, documents: &[Value; 2]) -> (String, String) {
    let parts = operation.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    let path = format!("{}{}", mount.replace("{store_hash}", "s"), parts.collect::<Vec<_>>().join("/"));
    let document = &documents[usize::from(operation.dialect == Dialect::V3)];
    let described = &document["paths"][operation.path][operation.method.to_ascii_lowercase()];
    let example = &described["requestBody"]["content"]["application/json"]["example"];
    let body = if example.is_null() { String::new() } else { example.to_string() };
    let is_bulk = described["parameters"].as_array().into_iter().flatten().any(|it| it["name"] == "id:in");
    (if is_bulk && operation.method == "DELETE" { path + "?id:in=1" } else { path }, body)
}

#[tokio::test]
async fn every_operation_fails_in_every_way_on_every_mount() {
    let mock = Mock::with(|options| options.default_store = "s".into()).await;
    let mut seed = three();
    seed["customers"][0]["addresses"] = json!([crate::support::home()]);
    mock.make("s", json!({"seed": seed})).await;
    let documents = [
        mock.get("/_mock/openapi.json?version=v2").await.json(),
        mock.get("/_mock/openapi.json?version=v3").await.json(),
    ];
    let blank = mock.content().await;
    for operation in OPERATIONS {
        for mount in operation.mounts() {
            let (path, body) = call(operation, mount, &documents);
            let case = |then: &Value| format!("{} {mount} {then}", operation.name());
            let real = mock.attempt(operation.method, &path, &body).await.unwrap();
            assert_eq!(mock.control("POST", "/stores/s/reset", Value::Null).await.status, 200);
            let is_v3 = operation.dialect == Dialect::V3;
            let is_basic = mount.starts_with("/api");
            for code in [429, 500, 503, 504] {
                let then = json!({"status": code, "retry_after": "1500ms"});
                mock.fault(json!({"when": {"operation": operation.name()}, "then": then})).await;
                let failed = mock.attempt(operation.method, &path, &body).await.unwrap();
                assert_eq!(failed.status, code, "{}", case(&then));
                let retry = if code == 429 { "x-retry-after" } else { "retry-after" };
                assert_eq!(failed.headers[retry], "2", "{}", case(&then));
                if code == 429 && !is_v3 && !is_basic {
                    assert!(failed.body.is_empty());
                } else {
                    let told: Value = serde_json::from_slice(&failed.body).unwrap();
                    assert_eq!(if is_v3 { &told["status"] } else { &told[0]["status"] }, code);
                    assert!(if is_v3 { &told["title"] } else { &told[0]["message"] }.is_string());
                }
                let left = if is_basic { "x-bc-apilimit-remaining" } else { "x-rate-limit-requests-left" };
                assert_eq!(failed.headers[left] == "0", code == 429, "{}", case(&then));
                assert_eq!(mock.content().await, blank, "{}", case(&then));
            }
            for connection in ["reset", "close"] {
                let then = json!({"connection": connection});
                mock.fault(json!({"when": {"operation": operation.name()}, "then": then})).await;
                assert!(mock.attempt(operation.method, &path, &body).await.is_err(), "{}", case(&then));
                assert_eq!(mock.content().await, blank, "{}", case(&then));
            }
            for then in [
                json!({"body": "malformed"}),
                json!({"connection": "truncate"}),
                json!({"connection": "dribble", "delay": "16ms"}),
                json!({"delay": "5ms"}),
            ] {
                mock.fault(json!({"when": {"operation": operation.name()}, "then": then})).await;
                let broken = mock.attempt(operation.method, &path, &body).await.unwrap();
                assert_eq!(broken.status, real.status, "{}", case(&then));
                let half = &real.body[..real.body.len() / 2];
                match (then["body"].as_str(), then["connection"].as_str()) {
                    (Some(_), _) => assert_eq!(broken.body, half, "{}", case(&then)),
                    (_, Some("truncate")) => {
                        assert_eq!((&broken.body[..], broken.is_whole), (half, false), "{}", case(&then));
                        if !real.body.is_empty() {
                            assert_eq!(broken.headers["content-length"], real.body.len().to_string());
                        }
                    }
                    _ => assert_eq!(
                        (broken.body, broken.is_whole),
                        (real.body.clone(), true),
                        "{}",
                        case(&then)
                    ),
                }
                assert_eq!(mock.control("POST", "/stores/s/reset", Value::Null).await.status, 200);
            }
            // All faults are spent.
            let after = mock.attempt(operation.method, &path, &body).await.unwrap();
            assert_eq!((after.status, after.body), (real.status, real.body), "{}", operation.name());
            mock.control("POST", "/stores/s/reset", Value::Null).await;
        }
    }
}

#[tokio::test]
async fn faults_are_counted_and_the_oldest_comes_first() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    let first = json!({"when": {"method": "GET", "path": "**/customers"}, "skip": 1, "times": 2, "then": {"status": 503}});
    let added = mock.control("POST", "/stores/s/faults", first.clone()).await;
    assert_eq!(added.header("location"), "/_mock/stores/s/faults/f1");
    let mut shown = first;
    shown["id"] = "f1".into();
    shown["fired"] = 0.into();
    shown["left"] = 2.into();
    assert_eq!(added.json(), shown);
    mock.fault(json!({"when": {"operation": "v2.*"}, "times": null, "then": {"status": 500}})).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(mock.get("/stores/s/v2/customers").await.status);
    }
    // The first passes f1 by and meets f2.
    assert_eq!(statuses, [500, 503, 503, 500, 500]);
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 200);
    let list = mock.get("/_mock/stores/s/faults").await.json();
    assert_eq!(
        (&list["total"], &list["faults"][0]["left"], &list["faults"][1]["left"]),
        (&json!(2), &json!(0), &Value::Null)
    );
    assert_eq!(mock.get("/_mock/stores/s/faults/f2").await.json()["fired"], 3);
    let met = mock.get("/_mock/stores/s/requests?fault=f1").await.json();
    assert_eq!((&met["total"], &met["requests"][0]["status"]), (&json!(2), &json!(503)));
    assert_eq!(mock.control("DELETE", "/stores/s/faults/f2", Value::Null).await.status, 204);
    assert_eq!(mock.get("/stores/s/v2/customers").await.status, 200);
    mock.control("DELETE", "/stores/s/faults/f2", Value::Null).await.assert_refusal(
        404,
        "unknown_fault",
        None,
    );
    mock.control("GET", "/stores/s/faults/f9", Value::Null).await.assert_refusal(404, "unknown_fault", None);
    assert_eq!(mock.control("DELETE", "/stores/s/faults", Value::Null).await.status, 204);
    // Ids are not given again, and a reset forgets faults unless it keeps them.
    assert_eq!(mock.fault(json!({"then": {"status": 500}})).await["id"], "f3");
    mock.control("POST", "/stores/s/reset", json!({"keep": ["faults"]})).await;
    assert_eq!(mock.get("/stores/s/v2/customers").await.status, 500);
    mock.control("POST", "/stores/s/reset", Value::Null).await;
    assert_eq!(mock.get("/_mock/stores/s/faults").await.body, r#"{"faults":[],"total":0}"#);
    // They never touch the control API, health checks or another store.
    mock.fault(json!({"times": null, "then": {"status": 500}})).await;
    for path in ["/_mock/stores/s", "/livez", "/readyz", "/stores/t/v3/customers"] {
        assert_eq!(mock.get(path).await.status, 200, "{path}");
    }
    for (method, path) in [("GET", ""), ("POST", ""), ("DELETE", ""), ("GET", "/f1"), ("DELETE", "/f1")] {
        let body = if method == "POST" { json!({"then": {"status": 500}}) } else { Value::Null };
        let reply = mock.control(method, &format!("/stores/nobody/faults{path}"), body).await;
        reply.assert_refusal(404, "unknown_store", None);
    }
}

#[tokio::test]
async fn a_fault_matches_by_what_the_request_says() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    let wanted = json!({"query": {"email:in": "a@b.c"}, "headers": {"x-app": "one"}});
    mock.fault(json!({"when": {"match": wanted}, "then": {"status": 503}})).await;
    mock.fault(
        json!({"when": {"match": {"body": [{"email": "jane@example.com"}]}}, "then": {"status": 504}}),
    )
    .await;
    let path = "/stores/s/v3/customers";
    assert_eq!(mock.get(&format!("{path}?email:in=a@b.c")).await.status, 200);
    assert_eq!(
        mock.call("GET", &format!("{path}?email:in=a%40b.c"), &[("x-app", "one")], "").await.status,
        503
    );
    assert_eq!(
        mock.post(path, json!([{"email": "joe@example.com", "first_name": "J", "last_name": "D"}]))
            .await
            .status,
        200
    );
    assert_eq!(
        mock.post(path, json!([{"email": "jane@example.com", "first_name": "J", "last_name": "D"}]))
            .await
            .status,
        504
    );
}

#[tokio::test]
async fn a_lost_answer_has_written_all_the_same() {
    let mock = Mock::new().await;
    for (i, then) in [
        json!({"status": 504}),
        json!({"connection": "close"}),
        json!({"connection": "reset"}),
        json!({"status": 502, "body": "html"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut then = then;
        mock.make("s", json!({"replace": true})).await;
        mock.fault(json!({"then": then})).await;
        let _ = mock.attempt("POST", "/stores/s/v2/customers", &jane().to_string()).await;
        assert_eq!(mock.emails("s").await.len(), 0, "{i}");
        then["after_write"] = true.into();
        mock.fault(json!({"then": then})).await;
        let lost = mock.attempt("POST", "/stores/s/v2/customers", &jane().to_string()).await;
        assert!(lost.is_err() || lost.is_ok_and(|answer| answer.status > 500), "{i}");
        assert_eq!(mock.emails("s").await, ["jane@example.com"], "{i}");
    }
}

#[tokio::test]
async fn bodies_have_the_wanted_shape() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": three()})).await;
    for (then, content_type, body) in [
        (
            json!({"status": 502, "body": "html"}),
            "text/html; charset=utf-8",
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
        ),
        (json!({"status": 503, "body": "malformed"}), "application/json", r#"[{"status":503,"message""#),
        (json!({"status": 500, "body": "empty"}), "", ""),
        (json!({"body": "empty"}), "", ""),
        (json!({"status": 503}), "application/json", r#"[{"status":503,"message":"Service Unavailable"}]"#),
    ] {
        mock.fault(json!({"then": then})).await;
        let reply = mock.get("/stores/s/v2/customers/1").await;
        assert_eq!(
            (i64::from(reply.status), reply.header("content-type"), &*reply.body),
            (then["status"].as_i64().unwrap_or(200), content_type, body),
            "{then}"
        );
    }
    mock.fault(json!({"then": {"status": 503}})).await;
    mock.get("/stores/s/v3/customers").await.assert(503, r#"{"status":503,"title":"Service Unavailable","type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"}"#);
    mock.fault(json!({"then": {"status": 503}})).await;
    let xml = mock.call("GET", "/stores/s/v2/customers", &[("accept", "application/xml")], "").await;
    assert!(xml.body.contains("<status>503</status>"), "{}", xml.body);
}

#[tokio::test]
async fn presets_are_answers_that_the_service_has_for_one_case() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    mock.fault(json!({"then": {"preset": "partial_group_write"}, "times": 3})).await;
    assert_eq!(mock.get("/stores/s/v2/customers").await.status, 204, "no group is written");
    let rules = json!([{"type": "all", "method": "percent", "amount": "5"}, {"type": "category", "category_id": "1", "method": "percent", "amount": "5"}]);
    let group = json!({"name": "Pros", "discount_rules": rules});
    let made = mock.post("/stores/s/v2/customer_groups", group.clone()).await;
    made.assert(207, r#"{"status":207,"message":"The customer group was created, but the sitewide discount update failed."}"#);
    let kept = mock.get("/stores/s/v2/customer_groups/1").await.json();
    assert_eq!((&kept["name"], kept["discount_rules"].as_array().map(Vec::len)), (&json!("Pros"), Some(1)));
    let changed = mock.call("PUT", "/stores/s/v2/customer_groups/1", &[], &group.to_string()).await;
    changed.assert(207, r#"{"status":207,"message":"The customer group was updated, but the sitewide discount update failed."}"#);
    assert_eq!(mock.post("/stores/s/v2/customer_groups", json!({})).await.status, 400, "nothing was written");
    mock.fault(json!({"then": {"preset": "maintenance_page"}})).await;
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 200, "V3 has no such page");
    let page = mock.post("/stores/s/v2/customers", jane()).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.body.contains("maintenance"), "{}", page.body);
    assert_eq!(mock.emails("s").await.len(), 0);
}

#[tokio::test]
async fn a_request_may_ask_for_a_fault_itself() {
    let mock = Mock::new().await;
    for path in ["/stores/s/v2/customers", "/stores/s/v3/customers", "/api/v2/customers"] {
        let reply = mock.call("GET", path, &[("prefer", "code=429, delay=1ms, wait=5")], "").await;
        assert_eq!(
            (reply.status, reply.header("preference-applied")),
            (429, "code=429, delay=1ms"),
            "{path}"
        );
        let reply = mock.call("GET", path, &[("prefer", "code=200")], "").await;
        assert!(reply.status < 300 && reply.header("preference-applied").is_empty(), "{path}");
    }
    mock.post("/stores/s/v2/customers", jane()).await;
    mock.call("GET", "/stores/s/v2/customers", &[("prefer", "code=503")], "").await;
    assert_eq!(mock.get("/_mock/stores/s/requests?fault=prefer").await.json()["total"], 1);
    let reply = mock.call("GET", "/_mock/stores/s", &[("prefer", "code=503")], "").await;
    assert_eq!(reply.status, 200);
    let mock = Mock::with(|options| options.takes_preferences = false).await;
    let reply = mock.call("GET", "/stores/s/v3/customers", &[("prefer", "code=429")], "").await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, ""));
}

#[tokio::test]
async fn a_fault_that_can_not_be_is_refused() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    for (fault, at, says) in [
        (json!({}), "/then", "is missing"),
        (json!({"then": {}}), "/then", "nothing goes wrong"),
        (json!({"then": {"status": 200}}), "/then/status", "from 400 to 599"),
        (json!({"then": {"status": "503"}}), "/then/status", "from 400 to 599"),
        (json!({"then": {"stats": 503}}), "/then/stats", "status"),
        (json!({"then": {"retry_after": "2s"}}), "/then/retry_after", "no status"),
        (json!({"then": {"body": "html"}}), "/then/body", "needs a status"),
        (json!({"then": {"body": "pdf"}}), "/then/body", "vendor, empty, html, malformed"),
        (json!({"then": {"delay": "11m"}}), "/then/delay", "at most 10m"),
        (json!({"then": {"connection": "hang"}}), "/then/connection", "reset, close, truncate, dribble"),
        (json!({"then": {"preset": "nap"}}), "/then/preset", "maintenance_page"),
        (json!({"then": {"preset": "maintenance_page", "status": 503}}), "/then/preset", "of its own"),
        (json!({"then": {"status": 503}, "times": 0}), "/times", "from 1"),
        (json!({"then": {"status": 503}, "skip": -1}), "/skip", "from 0"),
        (
            json!({"then": {"status": 503}, "when": {"operation": "v2.createCustomr"}}),
            "/when/operation",
            "v2.createCustomer",
        ),
        (json!({"then": {"status": 503}, "when": {"path": "**/customer"}}), "/when/path", "/customers"),
        (
            json!({"then": {"status": 503}, "when": {"path": "/stores/t/v2/customers"}}),
            "/when/path",
            "**/customers",
        ),
        (
            json!({"then": {"status": 503}, "when": {"operation": "v3.getCustomers"}}),
            "/when/operation",
            "v3.listCustomers",
        ),
        (
            json!({"then": {"preset": "partial_group_write"}, "when": {"operation": "v2.createCustomer"}}),
            "/then/preset",
            "v2.createGroup, v2.updateGroup",
        ),
        (
            json!({"then": {"preset": "maintenance_page"}, "when": {"path": "**/channels"}}),
            "/then/preset",
            "v2.listCustomers",
        ),
        (
            json!({"then": {"status": 503}, "when": {"operation": "v2.createCustomer", "method": "GET"}}),
            "/when",
            "v2.createCustomer is POST /customers",
        ),
        (
            json!({"then": {"status": 503}, "when": {"match": {"status": 200}}}),
            "/when/match/status",
            "not known yet",
        ),
        (
            json!({"then": {"status": 503}, "when": {"match": {"body": {"password": "x"}}}}),
            "/when/match/body/password",
            "never kept",
        ),
    ] {
        let reply = mock.control("POST", "/stores/s/faults", fault.clone()).await;
        assert_eq!(reply.status, 422, "{fault}: {}", reply.body);
        reply.assert_refusal(422, "invalid", Some(at));
        assert!(reply.body.contains(says), "{fault}: {}", reply.body);
    }
    assert_eq!(mock.get("/_mock/stores/s/faults").await.json()["total"], 0);
    mock.call("POST", "/_mock/stores/s/faults", &[], "{").await.assert_refusal(400, "malformed", None);
}

#[tokio::test]
async fn a_store_has_no_more_faults_than_a_request_can_be_held_against() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    for _ in 0..1000 {
        mock.fault(json!({"then": {"status": 503}})).await;
    }
    let reply = mock.control("POST", "/stores/s/faults", json!({"then": {"status": 503}})).await;
    reply.assert_refusal(422, "invalid", None);
    assert!(reply.body.contains("1000 faults"), "{}", reply.body);
    assert_eq!(mock.control("DELETE", "/stores/s/faults/f7", Value::Null).await.status, 204);
    assert_eq!(mock.fault(json!({"then": {"status": 503}})).await["id"], "f1001");
}

#[tokio::test]
async fn a_request_whose_client_goes_away_is_kept_without_an_answer() {
    let mock = Mock::new().await;
    mock.make("s", json!({})).await;
    mock.fault(json!({"then": {"delay": "10m"}})).await;
    let waiting = mock.get("/stores/s/v2/customers");
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
    mock.fault(json!({"then": {"connection": "reset"}})).await;
    assert!(mock.attempt("GET", "/stores/s/v2/customers", "").await.is_err());
    let kept = mock.get("/_mock/stores/s/requests").await.json();
    for (i, fault) in ["f1", "f2"].into_iter().enumerate() {
        let entry = &kept["requests"][i];
        assert_eq!(
            (&entry["fault"], &entry["status"], &entry["response"]),
            (&json!(fault), &Value::Null, &Value::Null)
        );
    }
}
