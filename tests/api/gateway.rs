//! What is answered before V2 is reached, and the headers around every answer.

use serde_json::json;

use crate::support::Mock;

const ROUTE: &str = "The route is not found, check the URL";

#[tokio::test]
async fn an_unknown_route_is_404_in_plain_text_and_asks_for_no_token() {
    let mock = Mock::new().await;
    let too_long = format!("/stores/{}/v2/customers", "a".repeat(65));
    for path in [
        "/stores/s/v2/nothing",
        "/stores/s/v2",
        "/stores/s/v3/customer",
        "/stores/s/v3",
        "/stores/s/v3/customers/1",
        "/stores/s/v4/customers",
        "/stores/s",
        "/nothing",
        "/stores/a.b/v2/customers",
        "/stores/%FF/v2/customers",
        "/stores/a%20b/v2/customers",
        "/stores/..%2Fetc/v2/customers",
        "/stores//v2/customers",
        "/stores/s/v2/customers/1/2/3",
        "/api/v3/customers",
        "/stores/s/v2/Customers",
        &too_long,
    ] {
        for method in ["GET", "POST", "PATCH"] {
            let reply = mock.call(method, path, &[("x-auth-token", "")], "").await;
            reply.assert(404, ROUTE);
            assert_eq!(reply.header("content-type"), "text/plain", "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_with_what_is_allowed_and_asks_for_no_token() {
    let mock = Mock::new().await;
    for (method, path, allow) in [
        ("PATCH", "/stores/s/v2/customers", "GET,HEAD,POST,DELETE"),
        ("TRACE", "/stores/s/v2/customers/1", "GET,HEAD,PUT,DELETE"),
        ("POST", "/stores/s/v2/customers/count", "GET,HEAD"),
        ("GET", "/stores/s/v2/customers/1/validate", "POST"),
        ("PUT", "/api/v2/customers", "GET,HEAD,POST,DELETE"),
    ] {
        let reply = mock.call(method, path, &[("x-auth-token", "")], "").await;
        reply.assert_error(405, "The requested method is not allowed on this resource.");
        assert_eq!(reply.header("allow"), allow, "{path}");
    }
}

#[tokio::test]
async fn options_is_204_with_what_is_allowed_and_asks_for_nothing() {
    let mock = Mock::new().await;
    for path in ["/stores/s/v2/customers", "/api/v2/customers"] {
        let reply = mock.call("OPTIONS", path, &[("x-auth-token", ""), ("authorization", "")], "").await;
        reply.assert(204, "");
        assert_eq!(reply.header("allow"), "GET,HEAD,POST,DELETE");
    }
    mock.call("OPTIONS", "/stores/s/v2/nothing", &[], "").await.assert(404, ROUTE);
}

#[tokio::test]
async fn a_token_must_be_there_and_not_be_blank() {
    let mock = Mock::new().await;
    let request = axum::extract::Request::get("/stores/s/v2/customers").header("host", "localhost");
    let reply = mock.send(request.body(axum::body::Body::empty()).unwrap()).await;
    reply.assert(401, "X-Auth-Token header is required");
    assert_eq!(reply.header("content-type"), "text/plain");
    for blank in ["", " ", "\t "] {
        let reply = mock.call("GET", "/stores/s/v2/customers", &[("x-auth-token", blank)], "").await;
        reply.assert(401, "X-Auth-Token header should have correct format");
    }
    let basic = [("x-auth-token", ""), ("authorization", "Basic YTpi")];
    assert_eq!(mock.call("GET", "/stores/s/v2/customers", &basic, "").await.status, 401, "tokens only");
    let both = [("authorization", "Bearer x"), ("x-auth-client", "y")];
    assert_eq!(mock.call("GET", "/stores/s/v2/customers", &both, "").await.status, 204);
}

#[tokio::test]
async fn the_token_is_looked_at_before_what_is_accepted_and_before_the_body() {
    let mock = Mock::new().await;
    let xml = [("x-auth-token", ""), ("accept", "application/xml"), ("content-type", "application/xml")];
    assert_eq!(mock.call("POST", "/stores/s/v2/customers", &xml, "<a/>").await.status, 401);
    let html = [("accept", "text/html"), xml[2]];
    let reply = mock.call("POST", "/stores/s/v2/customers", &html, "<a/>").await;
    assert_eq!(reply.status, 406);
    let reply = mock.call("POST", "/stores/s/v2/customers", &xml[1..], "<a/>").await;
    assert_eq!(reply.status, 415);
}

#[tokio::test]
async fn the_basic_mount_wants_credentials_before_anything_else() {
    let mock = Mock::new().await;
    for path in ["/api/v2/customers", "/api/v2/nothing", "/api/v2"] {
        for none in ["", "Bearer x", "Token y"] {
            let reply = mock.call("GET", path, &[("authorization", none), ("x-auth-token", "t")], "").await;
            reply.assert(401, r#"[{"status":401,"message":"No credentials were supplied in the request."}]"#);
            assert!(reply.header("www-authenticate").starts_with("Basic realm=\""));
            assert_eq!(reply.header("content-type"), "application/json");
        }
    }
    for wrong in ["Basic", "Basic !!!", "Basic OnBhc3M=", "Basic bm9jb2xvbg=="] {
        let reply = mock.call("GET", "/api/v2/customers", &[("authorization", wrong)], "").await;
        reply.assert(
            401,
            r#"[{"status":401,"message":"The credentials supplied in the request are invalid."}]"#,
        );
    }
    assert_eq!(
        mock.call("GET", "/api/v2/customers", &[("authorization", "basic YTo=")], "").await.status,
        204
    );
    mock.get("/api/v2/nothing").await.assert_error(404, "The requested resource was not found.");
    mock.get("/api/v2").await.assert_error(404, "The requested resource was not found.");
}

#[tokio::test]
async fn the_basic_mount_takes_the_store_from_the_host() {
    let mock = Mock::new().await;
    mock.customer("abc", json!({})).await;
    let count =
        async |host: &str| mock.call("GET", "/api/v2/customers/count", &[("host", host)], "").await.body;
    assert_eq!(count("store-abc.mybigcommerce.com").await, r#"{"count":1}"#);
    assert_eq!(count("store-abc.mybigcommerce.com:2442").await, r#"{"count":1}"#);
    assert_eq!(count("localhost:2442").await, r#"{"count":0}"#, "the default store");
}

#[tokio::test]
async fn an_accept_that_leaves_out_json_and_xml_is_406() {
    let mock = Mock::new().await;
    let status =
        async |accept: &str| mock.call("GET", "/stores/s/v2/time", &[("accept", accept)], "").await.status;
    for fine in [
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/json;q=0.1",
        "text/html, */*;q=0.1",
        "application/json; charset=utf-8",
        "application/xml, Application/JSON",
        "application/xml",
        "text/*",
    ] {
        assert_eq!(status(fine).await, 200, "{fine}");
    }
    for other in ["text/html", "application/json;q=0", "application/jsonp"] {
        assert_eq!(status(other).await, 406, "{other}");
    }
    let reply = mock.call("GET", "/api/v2/customers", &[("accept", "text/html")], "").await;
    reply.assert_error(406, "This resource is only available as application/json or application/xml.");
    for other in ["application/xml", "text/xml", "text/html"] {
        let reply = mock.call("GET", "/stores/s/v3/customers", &[("accept", other)], "").await;
        assert_eq!(reply.status, 406, "V3 has nothing but JSON: {other}");
    }
}

#[tokio::test]
async fn slashes_and_suffixes_are_forgiven() {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    for path in [
        "/stores/demo/v2/customers/",
        "//stores/demo//v2/customers",
        "/stores/demo/v2/customers.json",
        "/stores/demo/v2/customers/1.json",
        "/stores/demo/v2//customers//1/",
        "/api/v2/customers/1.json?x=1",
        "/api/v2/customers/count.json",
        "/api/v2//customers.json/",
        "/stores/demo/v2/time.json/",
    ] {
        assert_eq!(mock.get(path).await.status, 200, "{path}");
    }
    assert_eq!(
        mock.get("/stores/demo/v2/customers.json?email=jane@example.com").await.ids(),
        [1],
        "the query stays"
    );
    assert_eq!(mock.get("/stores/demo/v3/customers.xml").await.status, 404);
}

#[tokio::test]
async fn token_answers_carry_all_four_rate_headers_and_basic_answers_theirs() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for (path, left) in
        [("/stores/s/v2/customers", 9999), ("/stores/s/v2/customers/9", 9998), ("/stores/s/v2/zz?x", 9997)]
    {
        let reply = mock.get(path).await;
        let rate = ["requests-left", "requests-quota", "time-reset-ms", "time-window-ms"];
        let rate = rate.map(|name| reply.header(&format!("x-rate-limit-{name}")).parse::<i64>().unwrap());
        assert_eq!(rate, [left, 10_000, 30_000, 30_000], "{path}");
        assert_eq!(reply.header("x-bc-apilimit-remaining"), "2147483647", "{path}");
    }
    assert_eq!(mock.get("/stores/s/v3/customers").await.header("x-bc-apilimit-remaining"), "");
    let other = mock.get("/stores/other/v2/time").await;
    assert_eq!(other.header("x-rate-limit-requests-left"), "9999", "each store has its own");
    let stranger = mock.get("/stores/stranger/v2/time").await;
    assert_eq!(stranger.header("x-rate-limit-requests-left"), "9999", "also where there is no store yet");
    let basic = mock.get("/api/v2/customers").await;
    assert_eq!(basic.header("x-bc-apilimit-remaining"), "19999");
    assert_eq!(basic.header("x-rate-limit-requests-left"), "");
}

#[tokio::test]
async fn the_quota_of_no_plan_never_runs_out() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let mut last = String::new();
    for _ in 0..10_050 {
        let reply = mock.get("/stores/s/v2/time").await;
        assert_eq!(reply.status, 200);
        last = reply.header("x-rate-limit-requests-left").to_owned();
    }
    assert_eq!(last, "0");
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let mock = Mock::new().await;
    let mut seen = std::collections::HashSet::new();
    for path in
        ["/stores/s/v2/customers", "/nothing", "/api/v2/customers", "/livez", "/stores/s/v2/customers/1"]
    {
        let reply = mock.get(path).await;
        let id = reply.header("x-request-id").to_owned();
        assert!(id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{id}");
        assert!(seen.insert(id));
        assert_eq!(reply.header("vary"), "Accept-Encoding", "{path}");
    }
}

#[tokio::test]
async fn gzip_is_used_when_offered_and_only_then() {
    let mock = Mock::new().await;
    mock.customer("s", json!({"notes": "n".repeat(1000)})).await;
    let encoding = async |accept: &str| {
        let reply = mock.call("GET", "/stores/s/v2/customers", &[("accept-encoding", accept)], "").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers.get_all("vary").iter().count(), 1);
        assert_eq!(reply.header("content-type"), "application/json");
        reply.header("content-encoding").to_owned()
    };
    for offered in ["gzip", "gzip, deflate", "deflate, gzip;q=0.5", "br, gzip"] {
        assert_eq!(encoding(offered).await, "gzip", "{offered}");
    }
    for not in ["identity", "deflate", "br", "gzip;q=0", ""] {
        assert_eq!(encoding(not).await, "", "{not}");
    }
    let short = mock.call("GET", "/stores/s/v2/customers/count", &[("accept-encoding", "gzip")], "").await;
    assert_eq!((short.header("content-encoding"), &*short.body), ("", r#"{"count":1}"#), "it would grow");
    let empty = mock.call("DELETE", "/stores/s/v2/customers", &[("accept-encoding", "gzip")], "").await;
    empty.assert(204, "");
    assert_eq!(empty.header("content-encoding"), "");
}

#[tokio::test]
async fn a_browser_may_do_what_it_asks_for_from_any_origin() {
    let mock = Mock::new().await;
    for path in ["/stores/s/v2/customers", "/api/v2/customers/1"] {
        let preflight = [
            ("origin", "http://localhost:3000"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "x-auth-token,content-type,prefer,x-mine"),
            ("x-auth-token", ""),
            ("authorization", ""),
        ];
        let reply = mock.call("OPTIONS", path, &preflight, "").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, ""));
        assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:3000");
        assert_eq!(reply.header("access-control-allow-methods"), "PUT");
        assert_eq!(reply.header("access-control-allow-headers"), "x-auth-token,content-type,prefer,x-mine");
    }
    for (path, status) in
        [("/stores/s/v2/customers", 204), ("/stores/s/v2/customers/9", 404), ("/stores/s/v2/zz", 404)]
    {
        let reply = mock.call("GET", path, &[("origin", "https://app.test")], "").await;
        assert_eq!(reply.status, status);
        assert_eq!(
            reply.header("access-control-allow-origin"),
            "https://app.test",
            "a page must see errors too"
        );
        let exposed = reply.header("access-control-expose-headers");
        for name in [
            "x-request-id",
            "x-rate-limit-requests-left",
            "x-rate-limit-requests-quota",
            "x-rate-limit-time-reset-ms",
            "x-rate-limit-time-window-ms",
            "x-retry-after",
            "location",
            "x-mock-hint",
            "deprecation",
        ] {
            assert!(exposed.contains(name), "{name}: {exposed}");
        }
    }
    let elsewhere = mock.call("GET", "/livez", &[("origin", "https://app.test")], "").await;
    assert_eq!(elsewhere.header("access-control-allow-origin"), "*", "for reading");
    let elsewhere = mock.call("GET", "/time", &[("origin", "https://app.test")], "").await;
    assert_eq!(elsewhere.header("access-control-allow-origin"), "", "only the vendor's routes");
    let same_origin = mock.get("/stores/s/v2/customers").await;
    assert_eq!(same_origin.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_time_of_the_host_is_bare_milliseconds_to_anybody() {
    let mock = Mock::new().await;
    for method in ["GET", "HEAD"] {
        let reply = mock.call(method, "/time", &[("authorization", "")], "").await;
        reply.assert(200, if method == "GET" { "1714980850000" } else { "" });
    }
    mock.call("POST", "/time", &[], "").await.assert(404, ROUTE);
    // Each store may have a time of its own.
    mock.customer("demo", json!({})).await;
    let clock = r#"{"mode":"frozen","now":"2026-01-01T00:00:00Z"}"#;
    assert_eq!(mock.call("PUT", "/_mock/stores/demo/clock", &[], clock).await.status, 200);
    mock.get("/time").await.assert(200, "1767225600000");
}

#[tokio::test]
async fn a_client_of_v2_that_names_no_form_gets_json_and_a_hint() {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    let hint = "BigCommerce answers XML here; send Accept: application/json";
    let told = async |path: &str, accept: &str| {
        let headers = [("accept", accept)];
        let reply = mock.call("GET", path, if accept.is_empty() { &[] } else { &headers }, "").await;
        assert_eq!(reply.header("content-type"), "application/json", "{path} {accept}");
        reply.header("x-mock-hint").to_owned()
    };
    for path in ["/stores/demo/v2/customers", "/api/v2/customers/1", "/api/v2/customers/9", "/api/v2/time"] {
        for unsaid in ["", "*/*", "application/*", "text/html, */*;q=0.8"] {
            assert_eq!(told(path, unsaid).await, hint, "{path} {unsaid}");
        }
        assert_eq!(told(path, "application/json").await, "");
        assert_eq!(told(&format!("{path}.json"), "*/*").await, "");
    }
    assert_eq!(told("/stores/demo/v3/customers", "*/*").await, "", "V3 answers JSON to everybody");
    let empty = mock.get("/stores/nobody/v2/customers").await;
    let nothing = "nobody wrote to the store nobody yet; check the hash, or create something in it";
    assert_eq!((empty.status, empty.header("x-mock-hint")), (204, nothing), "nothing is in any form");
}

#[tokio::test]
async fn deprecated_operations_say_so() {
    let mock = Mock::new().await;
    let deprecation =
        async |method, path| mock.call(method, path, &[], "").await.header("deprecation").to_owned();
    for (method, path) in [
        ("GET", "/stores/s/v2/customers"),
        ("POST", "/api/v2/customers"),
        ("GET", "/api/v2/customers/count"),
        ("DELETE", "/stores/s/v2/customers/1"),
        ("GET", "/stores/s/v2/customers/1/addresses"),
        ("PUT", "/stores/s/v3/customers/form-field-values"),
    ] {
        assert_eq!(deprecation(method, path).await, "@1704067200", "{method} {path}");
    }
    for (method, path) in [
        ("GET", "/stores/s/v2/customer_groups"),
        ("GET", "/api/v2/time"),
        ("GET", "/stores/s/v3/customers"),
        ("GET", "/stores/s/v3/customers/form-field-values"),
        ("PUT", "/stores/s/v3/customers"),
        ("GET", "/livez"),
    ] {
        assert_eq!(deprecation(method, path).await, "", "{method} {path}");
    }
}

#[tokio::test]
async fn health_needs_no_token() {
    let mock = Mock::new().await;
    for path in ["/livez", "/readyz"] {
        mock.call("GET", path, &[("authorization", "")], "").await.assert(200, "ok");
    }
}

#[tokio::test]
async fn a_proxy_is_believed_only_where_that_is_said() {
    let link = async |mock: &Mock, headers: &[(&str, &str)]| {
        mock.customer("s", json!({"email": format!("{}@example.com", headers.len())})).await;
        let reply = mock.call("GET", "/stores/s/v2/customers/1", headers, "").await;
        reply.json()["addresses"]["url"].as_str().unwrap().split("/stores").next().unwrap().to_owned()
    };
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "shop.example.com, inner")];
    let plain = Mock::new().await;
    assert_eq!(link(&plain, &forwarded).await, "http://localhost:2442");
    let trusting = Mock::with(|options| options.trust_proxy = true).await;
    assert_eq!(link(&trusting, &forwarded).await, "https://shop.example.com");
    for (headers, origin) in [
        (&forwarded[..1], "https://localhost:2442"),
        (&forwarded[1..], "http://shop.example.com"),
        (
            &[("x-forwarded-proto", "ftp"), ("x-forwarded-host", "a@b"), ("x-other", "")],
            "http://localhost:2442",
        ),
        (&[], "http://localhost:2442"),
    ] {
        let reply = trusting.call("GET", "/stores/s/v2/customers/1", headers, "").await;
        let url = reply.json()["addresses"]["url"].as_str().unwrap().to_owned();
        assert!(url.starts_with(&format!("{origin}/stores")), "{headers:?}: {url}");
    }
}

#[tokio::test]
async fn the_root_says_what_this_is_and_where_to_go() {
    let mock = Mock::new().await;
    mock.customer("shop", json!({})).await;
    // As a browser asks for an address that somebody typed.
    let typed = [("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")];
    let reply = mock.call("GET", "/", &typed, "").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, ""), "{}", reply.body);
    let root = reply.json();
    assert_eq!((&root["name"], &root["total"]), (&json!("bigcommerce-mock"), &json!(1)));
    assert_eq!(root["stores"][0]["v2"], "http://localhost:2442/stores/shop/v2");
    for url in [&root["openapi"]["v2"], &root["openapi"]["v3"], &root["control"]] {
        let path = url.as_str().unwrap().strip_prefix("http://localhost:2442").unwrap();
        assert_eq!(mock.get(path).await.status, 200, "{path}");
    }
    assert_eq!(mock.call("HEAD", "/", &[], "").await.status, 200);
    assert_eq!(mock.call("POST", "/", &[], "").await.status, 405);
}

#[tokio::test]
async fn the_root_is_guarded_as_the_control_api_is() {
    let mock = Mock::new().await;
    mock.customer("shop", json!({})).await;
    for headers in
        [[("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")], [("host", "evil.example")]]
    {
        let reply = mock.call("GET", "/", &headers, "").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (403, ""), "{headers:?}");
        assert!(!reply.body.contains("shop"), "{}", reply.body);
    }
    let closed = Mock::with(|options| options.guard.token = Some("t".into())).await;
    closed.customer("shop", json!({})).await;
    let reply = closed.get("/").await;
    assert!(reply.status == 401 && !reply.body.contains("shop"), "{}", reply.body);
    let reply = closed.call("GET", "/", &[("authorization", "Bearer t")], "").await;
    assert!(reply.status == 200 && reply.body.contains("shop"), "{}", reply.body);
}
