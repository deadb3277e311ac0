//! Stores that take anybody, and stores that must be named.

use super::{FORBIDDEN, READS, STORES, UNKNOWN, WRITES, with_basic, with_token};
use crate::support::{Mock, Program, jane};

#[tokio::test]
async fn a_lenient_store_takes_anybody() {
    let mock = Mock::seeded(STORES).await;
    for store in ["lenient", "unnamed"] {
        for token in ["any", "t0ken-lenient", "t0ken-all", "t0ken-read", "t0ken-cards"] {
            let headers = [("x-auth-token", token)];
            let body = jane().to_string().replace("jane@", &format!("{token}@"));
            let reply = mock.call("POST", &format!("/stores/{store}/v2/customers"), &headers, &body).await;
            assert_eq!(reply.status, 201, "{token}: {}", reply.body);
        }
        for login in ["any:", "lenient:s3cret-pass", "lenient:wrong", "admin:s3cret:pass"] {
            let reply = with_basic(&mock, login, "GET", store, "/customers").await;
            assert_eq!(reply.ids().len(), 5, "{login}");
        }
    }
}

#[tokio::test]
async fn where_stores_must_be_named_no_other_is_made() {
    let mock = Mock::seeded_where(STORES, |accesses| accesses.strict_stores = true).await;
    for (method, path) in READS.map(|path| ("GET", path)).into_iter().chain(WRITES).chain([("GET", "/time")])
    {
        for token in ["any", "t0ken-all"] {
            let reply = with_token(&mock, token, method, "unnamed", path).await;
            reply.assert(403, FORBIDDEN);
            assert_eq!(reply.header("content-type"), "application/json");
        }
        let reply = with_basic(&mock, "admin:s3cret:pass", method, "unnamed", path).await;
        reply.assert(
            403,
            r#"[{"status":403,"message":"The store does not exist, or the credentials are not for it."}]"#,
        );
        assert_eq!(reply.header("content-type"), "application/json");
    }
    assert!(!mock.tenants.exists("unnamed"));
    let created = mock.post("/stores/unnamed/v2/customers", jane()).await;
    created.assert(403, FORBIDDEN);
    assert!(!mock.tenants.exists("unnamed"));
    // Those that are named are as strict as they were.
    assert_eq!(mock.post("/stores/lenient/v2/customers", jane()).await.status, 201);
    assert_eq!(with_token(&mock, "t0ken-all", "GET", "strict", "/customers").await.status, 200);
    with_token(&mock, "any", "GET", "strict", "/customers").await.assert(401, UNKNOWN);
    with_token(&mock, " ", "GET", "unnamed", "/customers")
        .await
        .assert(401, "X-Auth-Token header should have correct format");
    with_token(&mock, "any", "GET", "unnamed", "/nothing")
        .await
        .assert(404, "The route is not found, check the URL");
}

#[test]
fn stores_that_are_on_disk_need_not_be_named() {
    let dir = Program::temp_dir();
    let program = Program::start(&["--data-dir", dir.arg(), "--seed", "none"]);
    assert_eq!(program.call("POST", "/stores/old/v2/customers", &jane().to_string()).0, 201);
    program.stop();
    let file = dir.write("seed.yaml", "stores:\n  named: {}\n");
    let program = Program::start(&["--data-dir", dir.arg(), "--seed", &file, "--strict-stores"]);
    assert_eq!(program.call("GET", "/stores/old/v2/customers/count", ""), (200, r#"{"count":1}"#.to_owned()));
    assert_eq!(program.call("POST", "/stores/named/v2/customers", &jane().to_string()).0, 201);
    let refused = program.call("POST", "/stores/new/v2/customers", &jane().to_string());
    assert_eq!(refused, (403, FORBIDDEN.to_owned()));
    assert!(!dir.names().contains(&"new.db".to_owned()), "{:?}", dir.names());
}
