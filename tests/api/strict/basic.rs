//! Who comes in with Basic credentials, and how the others are refused.

use axum::body::Body;
use axum::extract::Request;

use super::{READS, STORES, WRITES, with_basic};
use crate::support::Mock;

const NO_BASIC: &str = r#"[{"status":401,"message":"No credentials were supplied in the request."}]"#;
const WRONG_BASIC: &str =
    r#"[{"status":401,"message":"The credentials supplied in the request are invalid."}]"#;

#[tokio::test]
async fn basic_credentials_must_be_the_stores_own() {
    let mock = Mock::seeded(STORES).await;
    let before = mock.dump_as("strict", "t0ken-all").await;
    for login in ["admin:wrong", "admin:", "other:s3cret:pass", "Admin:s3cret:pass", "admin:an0ther-pass"]
        .into_iter()
        .chain([
            "second:s3cret-pass",
            "lenient:s3cret-pass",
            "admin:s3cret:pass ",
            "admin:s3cret",
            "t0ken-all:x",
        ])
    {
        let reads = READS.map(|path| ("GET", path)).into_iter();
        for (method, path) in reads.chain(WRITES).chain([("GET", "/time"), ("GET", "/nothing")]) {
            let reply = with_basic(&mock, login, method, "strict", path).await;
            reply.assert(401, WRONG_BASIC);
            assert_eq!(reply.header("content-type"), "application/json");
            assert_eq!(reply.header("www-authenticate"), r#"Basic realm="BigCommerce API""#, "{login}");
        }
    }
    with_basic(&mock, "admin:s3cret:pass", "GET", "closed", "/customers").await.assert(401, WRONG_BASIC);
    assert_eq!(mock.dump_as("strict", "t0ken-all").await, before);
    for login in ["admin:s3cret:pass", "clerk:an0ther-pass"] {
        for path in READS {
            assert_eq!(with_basic(&mock, login, "GET", "strict", path).await.status, 200, "{path}");
        }
    }
    with_basic(&mock, "clerk:an0ther-pass", "DELETE", "strict", "/customers").await.assert(204, "");
    with_basic(&mock, "admin:s3cret:pass", "GET", "strict", "/customers").await.assert(204, "");
}

#[tokio::test]
async fn tokens_open_only_stores_and_basic_credentials_only_the_api() {
    let mock = Mock::seeded(STORES).await;
    for store in ["strict", "lenient"] {
        let host = format!("store-{store}.mybigcommerce.com");
        let request =
            Request::get("/api/v2/customers").header("host", host).header("x-auth-token", "t0ken-all");
        let reply = mock.send(request.body(Body::empty()).unwrap()).await;
        reply.assert(401, NO_BASIC);
        assert_eq!(reply.header("www-authenticate"), r#"Basic realm="BigCommerce API""#);
        // admin:s3cret:pass
        let basic = ("authorization", "Basic YWRtaW46czNjcmV0OnBhc3M=");
        let request = Request::get(format!("/stores/{store}/v2/customers"));
        let request = request.header("host", "localhost").header(basic.0, basic.1);
        let reply = mock.send(request.body(Body::empty()).unwrap()).await;
        reply.assert(401, "X-Auth-Token header is required");
        assert_eq!(reply.header("content-type"), "text/plain");
    }
    assert_eq!(with_basic(&mock, "admin:s3cret:pass", "GET", "strict", "/customers").await.status, 200);
}
