//! Which host a request is for: what is refused, and what never reaches the default store.

use axum::body::Body;
use axum::extract::Request;
use axum::http::Version;
use serde_json::json;

use crate::support::{Mock, Reply};

const REFUSED: &str = "A request must have one Host header, with a host and perhaps a port";

async fn with_hosts(mock: &Mock, version: Version, target: &str, hosts: &[&str]) -> Reply {
    let mut request = Request::get(target).version(version).header("x-auth-token", "any");
    for host in hosts {
        request = request.header("host", *host);
    }
    mock.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_request_names_one_host_that_can_be_one() {
    let mock = Mock::new().await;
    let path = "/stores/s/v2/time";
    for hosts in [&[][..], &["a", "a"], &["a", "b"]] {
        let reply = with_hosts(&mock, Version::HTTP_11, path, hosts).await;
        reply.assert(400, REFUSED);
        assert_eq!(reply.header("content-type"), "text/plain");
    }
    for host in [
        "", "u:p@h", "u@h", "h:1@h:80", "a b", "a/b", "a:port", "a:65536", "a:-1", ":80", "<b>", "a,b\"", "é",
    ] {
        for path in [path, "/livez", "/nothing", "/api/v2/time"] {
            with_hosts(&mock, Version::HTTP_11, path, &[host]).await.assert(400, REFUSED);
        }
    }
    for host in ["a", "a.b-c.test", "a:0", "127.0.0.1:2442", "[::1]:2442", "a:"] {
        assert_eq!(with_hosts(&mock, Version::HTTP_11, path, &[host]).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_client_of_http_1_0_may_leave_it_out_and_so_may_a_target_that_names_it() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let path = "/stores/s/v2/customers/1";
    let whole = format!("http://shop.test:1{path}");
    assert_eq!(with_hosts(&mock, Version::HTTP_10, path, &[]).await.status, 200);
    let links = async |hosts: &[&str]| {
        let reply = with_hosts(&mock, Version::HTTP_11, &whole, hosts).await;
        reply.json()["addresses"]["url"].as_str().unwrap().to_owned()
    };
    for hosts in [&[][..], &["other.test"]] {
        assert_eq!(links(hosts).await, format!("{whole}/addresses"), "the target wins over the header");
    }
    for target in [format!("http://u:p@shop.test{path}"), format!("http://u@shop.test:1{path}")] {
        with_hosts(&mock, Version::HTTP_11, &target, &["a"]).await.assert(400, REFUSED);
    }
    with_hosts(&mock, Version::HTTP_11, &whole, &["a", "b"]).await.assert(400, REFUSED);
}

#[tokio::test]
async fn a_name_among_the_stores_that_is_no_stores_never_leads_to_the_default_store() {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    mock.customer("shop", json!({"email": "shop@example.com"})).await;
    let long = format!("store-{}.mybigcommerce.com", "a".repeat(65));
    for host in [
        "store-shop.mybigcommerce.com.",
        "store-shop..mybigcommerce.com",
        "store-shop.mybigcommerce.com.:2442",
        "store-.mybigcommerce.com",
        "shop.mybigcommerce.com",
        "mybigcommerce.com",
        "Store-Shop.x.MyBigCommerce.Com",
        &long,
    ] {
        for (method, path) in [("GET", "/api/v2/customers"), ("DELETE", "/api/v2/customers.json")] {
            let reply = mock.call(method, path, &[("host", host)], "").await;
            reply.assert_error(403, "The store does not exist, or the credentials are not for it.");
            assert_eq!(reply.header("x-bc-apilimit-remaining"), "", "it is nobody's quota");
        }
    }
    let count = async |host: &str| mock.call("GET", "/api/v2/customers/count", &[("host", host)], "").await;
    for host in ["localhost", "store-shop.mybigcommerce.com", "store-shop.mybigcommerce.com.test"] {
        count(host).await.assert(200, r#"{"count":1}"#);
    }
    // Where the path names the store nothing depends on it.
    let elsewhere =
        mock.call("GET", "/stores/shop/v2/customers/count", &[("host", "x.mybigcommerce.com")], "").await;
    elsewhere.assert(200, r#"{"count":1}"#);
}
