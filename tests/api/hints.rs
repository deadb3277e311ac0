//! Hints: what an answer says besides of a request that took a wrong turn.

use serde_json::{Value, json};

use crate::support::{Mock, Program, jane};

const NO_ROUTE: &str = "The route is not found, check the URL";

async fn shop() -> Mock {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    mock
}

/// The status and the hint of a request that asks for JSON.
async fn told(mock: &Mock, method: &str, path: &str, body: &str) -> (u16, String) {
    let reply = mock.call(method, path, &[("accept", "application/json")], body).await;
    (reply.status, reply.header("x-mock-hint").to_owned())
}

#[tokio::test]
async fn unknown_routes_say_which_path_was_meant() {
    let mock = shop().await;
    for (method, path, hint) in [
        (
            "GET",
            "/stores/demo/v2/v2/customers",
            "the path has a version twice; use /stores/demo/v2/customers",
        ),
        (
            "GET",
            "/stores/demo/v3/v3/customers",
            "the path has a version twice; use /stores/demo/v3/customers",
        ),
        (
            "GET",
            "/stores/demo/v2/v3/customers",
            "the path has a version twice; use /stores/demo/v3/customers",
        ),
        ("GET", "/api/v2/v2/customers", "the path has a version twice; use /api/v2/customers"),
        ("GET", "/v2/customers", "the path lacks its store; use /stores/demo/v2/customers"),
        ("GET", "/v3/customers", "the path lacks its store; use /stores/demo/v3/customers"),
        ("GET", "/api/v3/customers", "the path lacks its store; use /stores/demo/v3/customers"),
        ("GET", "/customers", "the path lacks its store and version; use /stores/demo/v3/customers"),
        (
            "GET",
            "/customer_groups",
            "the path lacks its store and version; use /stores/demo/v2/customer_groups",
        ),
        (
            "GET",
            "/stores/demo/v2/orders/5",
            "BigCommerce has /orders in V2, but bigcommerce-mock does not emulate it; stub it elsewhere",
        ),
        (
            "GET",
            "/api/v2/coupons",
            "BigCommerce has /coupons in V2, but bigcommerce-mock does not emulate it; stub it elsewhere",
        ),
        (
            "POST",
            "/stores/demo/v3/orders",
            "BigCommerce has /orders in V3, but bigcommerce-mock does not emulate it; stub it elsewhere",
        ),
        (
            "GET",
            "/stores/demo/v3/customers/subscribers",
            "BigCommerce has /customers/subscribers in V3, but bigcommerce-mock does not emulate it; stub it elsewhere",
        ),
        (
            "GET",
            "/stores/demo/v3/customers/5",
            "V3 has no path of one customer; use GET /stores/demo/v3/customers?id:in=5",
        ),
        (
            "PUT",
            "/stores/demo/v3/customers/5",
            "V3 has no path of one customer; use PUT /stores/demo/v3/customers with [ ] and the id in it",
        ),
        ("GET", "/stores/demo/v3/customer_groups", "only V2 has this; use /stores/demo/v2/customer_groups"),
        ("GET", "/api/v2/hooks", "only tokens open this; use /stores/demo/v2/hooks"),
        ("DELETE", "/api/v2/hooks/5", "only tokens open this; use /stores/demo/v2/hooks/5"),
        ("GET", "/api/v2/channels", "only V3 has this; use /stores/demo/v3/channels"),
        ("PATCH", "/stores/demo/v3/customers", "V3 has no PATCH here; use GET, POST, PUT, DELETE"),
        ("GET", "/stores/a.b/v2/customers", "this can be no store hash; use 1 to 64 letters, digits, - or _"),
        (
            "GET",
            "/stores/demo/customers",
            "a store's paths have a version; use /stores/{hash}/v2, /stores/{hash}/v3 or /api/v2",
        ),
        (
            "GET",
            "/nothing",
            "no such route; the nearest are /stores/{hash}/v2, /stores/{hash}/v3 and /api/v2",
        ),
    ] {
        let (status, said) = told(&mock, method, path, "").await;
        assert!(matches!(status, 404 | 405), "{path}: {status}");
        assert_eq!(said, hint, "{method} {path}");
    }
    let (_, near) = told(&mock, "GET", "/stores/demo/v2/custommers", "").await;
    assert!(near.starts_with("no such route; the nearest are GET /stores/demo/v2/customers, "), "{near}");
    let (_, near) = told(&mock, "GET", "/stores/demo/v2/customers/5/adresses", "").await;
    assert!(near.contains(" GET /stores/demo/v2/customers/{customer_id}/addresses,"), "{near}");
    mock.get("/stores/demo/v2/v2/customers").await.assert(404, NO_ROUTE);
    mock.get("/v2/customers").await.assert(404, NO_ROUTE);
    // The journal has it too.
    let kept = mock.get("/_mock/requests?unmatched=true&path=/nothing").await.json();
    let hints = &kept["requests"][0]["hints"];
    assert!(hints[0].as_str().is_some_and(|hint| hint.starts_with("no such route")), "{kept}");
}

#[tokio::test]
async fn filters_of_the_other_version_are_named_with_what_to_use() {
    let mock = shop().await;
    for (path, hint) in [
        (
            "/stores/demo/v3/customers?min_date_created=2026-01-01",
            "V3 has no min_date_created; use date_created:min",
        ),
        ("/stores/demo/v3/customers?min_id=1", "V3 has no min_id here; leave it out"),
        ("/stores/demo/v3/customers?email=a%40b.c", "V3 has no email; use email:in"),
        ("/api/v2/customers?email%3Ain=a", "V2 has no email:in; use email"),
        (
            "/stores/demo/v2/customers?id:in=1",
            "V2 has no id:in; ask for each by its own path, or use min_id and max_id",
        ),
    ] {
        assert_eq!(told(&mock, "GET", path, "").await.1, hint, "{path}");
    }
    let (_, hint) = told(&mock, "DELETE", "/stores/demo/v3/customers", "").await;
    assert_eq!(hint, "V3 deletes nothing without id:in; use DELETE /stores/demo/v3/customers?id:in=1,2");
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_told() {
    let mock = shop().await;
    let one = jane().to_string();
    let (status, hint) = told(&mock, "POST", "/stores/demo/v3/customers", &one).await;
    assert_eq!((status, &*hint), (422, "V3 takes an array here, also of one; put the object into [ ]"));
    for mount in ["/stores/demo/v2", "/api/v2"] {
        let (status, hint) = told(&mock, "POST", &format!("{mount}/customers"), &format!("[{one}]")).await;
        assert_eq!((status, &*hint), (400, "V2 takes one object here; send it without the array around it"));
    }
}

#[tokio::test]
async fn stores_and_tokens_that_are_not_the_right_ones_are_told() {
    let seed = "stores:\n  a:\n    auth: strict\n    tokens: [{token: mine, scopes: [store_v2_customers]}]\n  \
                b:\n    auth: strict\n    tokens: [{token: theirs, scopes: [store_v2_customers]}]\n";
    let mock = Mock::seeded(seed).await;
    let reply = mock.call("GET", "/stores/a/v2/customers", &[("x-auth-token", "theirs")], "").await;
    let hint = "this token opens another store, not a; use one of this store, or the other store's hash";
    assert_eq!((reply.status, reply.header("x-mock-hint")), (403, hint));
    let reply = mock.call("GET", "/stores/a/v2/customers", &[("x-auth-token", "nobodys")], "").await;
    assert_eq!((reply.status, reply.header("x-mock-hint")), (401, ""));
    let hint = "nobody wrote to the store zz yet; check the hash, or create something in it";
    for (path, status) in [("v2/customers", 204), ("v2/customers/1", 404), ("v3/customers", 200)] {
        let reply = told(&mock, "GET", &format!("/stores/zz/{path}"), "").await;
        assert_eq!(reply, (status, hint.to_owned()), "{path}");
    }
    let strict = Mock::keeping(|options| options.strict_stores = true).await;
    let (status, hint) = told(&strict, "GET", "/stores/zz/v2/customers", "").await;
    assert_eq!(status, 403);
    assert!(hint.starts_with("there is no store zz, and --strict-stores"), "{hint}");
}

#[tokio::test]
async fn what_a_sandbox_lets_pass_is_told() {
    let quota = "stores: {s: {settings: {quota: {plan: standard, requests: 1, enforce: false}}, customers: [{first_name: A, last_name: B, email: a@b.c}]}}";
    let mock = Mock::seeded(quota).await;
    assert_eq!(told(&mock, "GET", "/stores/s/v2/customers", "").await, (200, String::new()));
    let (status, hint) = told(&mock, "GET", "/stores/s/v2/customers", "").await;
    assert_eq!(status, 200);
    assert!(hint.starts_with("this is beyond the store's quota"), "{hint}");
    let mock = shop().await;
    let headers = [("accept", "application/json"), ("origin", "https://a.example")];
    let reply = mock.call("GET", "/stores/demo/v2/customers", &headers, "").await;
    assert!(reply.header("x-mock-hint").starts_with("BigCommerce answers no web page"));
}

#[tokio::test]
async fn good_requests_and_plain_refusals_have_no_hint() {
    let mock = shop().await;
    let batch = json!([{"first_name": "J", "last_name": "D", "email": "j@example.com"}]).to_string();
    for (method, path, body) in [
        ("GET", "/stores/demo/v2/customers?min_id=1&limit=5", ""),
        ("GET", "/stores/demo/v3/customers?id:in=1&include=addresses", ""),
        ("GET", "/stores/demo/v2/customers/9", ""),
        ("GET", "/api/v2/time", ""),
        ("POST", "/stores/demo/v2/customers", "{}"),
        ("POST", "/stores/demo/v3/customers", "[{}]"),
        ("POST", "/stores/fresh/v3/customers", &batch),
        ("DELETE", "/stores/demo/v3/customers?id:in=1", ""),
    ] {
        assert_eq!(told(&mock, method, path, body).await.1, "", "{method} {path}");
    }
    let fault: Value = json!({"when": {}, "then": {"status": 404}});
    mock.post("/_mock/stores/demo/faults", &fault).await;
    assert_eq!(told(&mock, "GET", "/stores/demo/v2/zz", "").await.1, "", "a fault speaks for itself");
}

#[test]
fn each_kind_is_logged_once() {
    let program = Program::start(&[]);
    for path in ["/v2/customers", "/v3/customers", "/v2/customers", "/nothing"] {
        assert_eq!(program.call("GET", path, "").0, 404);
    }
    let ended = program.stop();
    assert_eq!(ended.stderr.matches("took a wrong turn").count(), 2, "{}", ended.stderr);
}
