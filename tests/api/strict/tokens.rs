//! Who comes in with a token, and how the others are refused.

use axum::body::Body;
use axum::extract::Request;

use super::{FORBIDDEN, READS, STORES, UNKNOWN, WRITES, with_token};
use crate::support::Mock;

/// Every call there is is refused with this, as JSON, and changes nothing.
async fn all_refused(mock: &Mock, token: &str, store: &str, status: u16, body: &str) {
    let before = mock.dump_as("strict", "t0ken-all").await;
    let reads = READS.map(|path| ("GET", path)).into_iter().chain([("HEAD", "/customers")]);
    for (method, path) in reads.chain(WRITES) {
        let reply = with_token(mock, token, method, store, path).await;
        let body = if method == "HEAD" { "" } else { body };
        assert_eq!((reply.status, reply.body.as_str()), (status, body), "{token} {method} {path}");
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("x-rate-limit-requests-quota"), "10000");
    }
    assert_eq!(mock.dump_as("strict", "t0ken-all").await, before);
}

#[tokio::test]
async fn an_unknown_token_is_401_on_every_route() {
    let mock = Mock::seeded(STORES).await;
    for token in ["any", "t0ken-al", "t0ken-all2", "T0KEN-ALL", "t0ken-all t0ken-all", "s3cret:pass", "ü"] {
        all_refused(&mock, token, "strict", 401, UNKNOWN).await;
        with_token(&mock, token, "GET", "strict", "/time").await.assert(401, UNKNOWN);
    }
    all_refused(&mock, "any", "closed", 401, UNKNOWN).await;
}

#[tokio::test]
async fn a_token_of_another_store_is_403_on_every_route() {
    let mock = Mock::seeded(STORES).await;
    for (token, store) in [
        ("t0ken-second", "strict"),
        ("t0ken-all", "second"),
        ("t0ken-lenient", "strict"),
        ("t0ken-all", "closed"),
    ] {
        all_refused(&mock, token, store, 403, FORBIDDEN).await;
        with_token(&mock, token, "GET", store, "/time").await.assert(403, FORBIDDEN);
    }
}

#[tokio::test]
async fn a_token_that_only_reads_is_403_on_every_write_before_the_body_is_looked_at() {
    let mock = Mock::seeded(STORES).await;
    let before = mock.dump_as("strict", "t0ken-all").await;
    for path in READS.into_iter().chain(["/customer_groups/count", "/time"]) {
        let read = with_token(&mock, "t0ken-read", "GET", "strict", path).await;
        assert_eq!(read.status, 200, "{path}: {}", read.body);
        assert_eq!(with_token(&mock, "t0ken-read", "HEAD", "strict", path).await.status, 200, "{path}");
    }
    for (method, path) in WRITES {
        let reply = with_token(&mock, "t0ken-read", method, "strict", path).await;
        reply.assert(403, FORBIDDEN);
        assert_eq!(reply.header("content-type"), "application/json");
    }
    // Also where there is nothing to write to.
    with_token(&mock, "t0ken-read", "PUT", "strict", "/customers/9").await.assert(403, FORBIDDEN);
    assert_eq!(mock.dump_as("strict", "t0ken-all").await, before);
}

#[tokio::test]
async fn a_token_for_something_else_is_403_but_good_for_the_time() {
    let mock = Mock::seeded(STORES).await;
    for token in ["t0ken-cards", "t0ken-cards-read", "t0ken-none"] {
        all_refused(&mock, token, "strict", 403, FORBIDDEN).await;
        with_token(&mock, token, "GET", "strict", "/time").await.assert(200, r#"{"time":1714980850}"#);
    }
}

#[tokio::test]
async fn a_token_for_everything_about_customers_reads_and_writes() {
    let mock = Mock::seeded(STORES).await;
    for token in ["t0ken-all", "t0ken-both"] {
        for path in READS.into_iter().chain(["/customer_groups/count", "/time"]) {
            assert_eq!(with_token(&mock, token, "GET", "strict", path).await.status, 200, "{path}");
        }
        for (method, path) in [("POST", "/customers"), ("PUT", "/customers/1"), ("PUT", "/customer_groups/1")]
        {
            let message = "The body of this request is not valid JSON (line 1, column 1).";
            with_token(&mock, token, method, "strict", path).await.assert_error(400, message);
        }
    }
    let headers = [("x-auth-token", "t0ken-all")];
    let put = mock.call("PUT", "/stores/strict/v2/customers/1", &headers, r#"{"phone":"1"}"#).await;
    assert_eq!((put.status, put.json()["phone"].as_str()), (200, Some("1")));
    with_token(&mock, "t0ken-all", "DELETE", "strict", "/customers").await.assert(204, "");
    with_token(&mock, "t0ken-read", "GET", "strict", "/customers").await.assert(204, "");
}

#[tokio::test]
async fn stored_instruments_have_scopes_of_their_own() {
    let mock = Mock::seeded(STORES).await;
    let read = async |token: &str, method: &str, path: &str| {
        mock.call(method, &format!("/stores/strict/v3{path}"), &[("x-auth-token", token)], "").await
    };
    let path = "/customers/1/stored-instruments";
    let kept = r#"[{"type":"stored_paypal_account","token":"t0ken-paypal","is_default":false,"email":"jane@example.com"}]"#;
    for token in ["t0ken-cards", "t0ken-cards-read", "t0ken-both"] {
        read(token, "GET", path).await.assert(200, kept);
        read(token, "HEAD", path).await.assert(200, "");
    }
    for token in ["t0ken-all", "t0ken-read", "t0ken-none", "t0ken-second"] {
        read(token, "GET", path).await.assert(403, FORBIDDEN);
        // Whether the customer is there is not told either.
        read(token, "GET", "/customers/9/stored-instruments").await.assert(403, FORBIDDEN);
    }
    read("any", "GET", path).await.assert(401, UNKNOWN);
    for token in ["t0ken-cards", "t0ken-cards-read"] {
        for path in ["/customers", "/customers/1/consent", "/customers/settings"] {
            read(token, "GET", path).await.assert(403, FORBIDDEN);
        }
        read(token, "PUT", "/customers/1/consent").await.assert(403, FORBIDDEN);
    }
    assert_eq!(read("t0ken-both", "GET", "/customers").await.status, 200);
}

#[tokio::test]
async fn the_older_refusals_come_first_and_options_asks_for_nothing() {
    let mock = Mock::seeded(STORES).await;
    let call = async |method, path, token| {
        let reply = with_token(&mock, token, method, "strict", path).await;
        (reply.status, reply.body)
    };
    let route = "The route is not found, check the URL".to_owned();
    assert_eq!(call("GET", "/nothing", "any").await, (404, route));
    assert_eq!(call("PATCH", "/customers", "any").await.0, 405);
    let form = "X-Auth-Token header should have correct format".to_owned();
    assert_eq!(call("GET", "/customers", " ").await, (401, form));
    assert_eq!(call("OPTIONS", "/customers", "any").await, (204, String::new()));
    let bare = Request::get("/stores/strict/v2/customers").header("host", "localhost");
    mock.send(bare.body(Body::empty()).unwrap()).await.assert(401, "X-Auth-Token header is required");
    let xml = [("x-auth-token", "any"), ("accept", "application/xml")];
    mock.call("GET", "/stores/strict/v2/customers", &xml, "").await.assert(401, UNKNOWN);
}
