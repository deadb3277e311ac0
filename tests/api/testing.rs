//! `testing::Mock`, as tests of other programs use it.

use std::io::{Read, Write};
use std::net::TcpStream;

use axum::http::Method;
use bigcommerce_mock::testing::Mock;
use serde_json::json;

/// What a client of another program would do, on a connection of its own.
async fn get(url: &str, token: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let request = format!("GET /{path} HTTP/1.0\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n");
    let host = host.to_owned();
    let ask = move || {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(ask).await.unwrap()
}

#[tokio::test]
async fn a_test_has_a_server_with_stores_of_its_own_and_verifies_what_was_sent() {
    let mock = Mock::start().await;
    let jane = json!({"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"});
    let store = mock.store(json!({"customers": [jane]})).await;
    let other = mock.store(json!({})).await;
    let answer = get(&format!("{}/customers", store.v3), store.token.as_deref().unwrap()).await;
    assert!(answer.starts_with("HTTP/1.0 200") && answer.contains("jane@example.com"), "{answer}");
    assert!(store.v3.starts_with(&mock.url()) && store.v2.ends_with(&format!("{}/v2", store.hash)));
    let answer = get(&format!("{}/customers", other.v3), "any").await;
    assert!(answer.contains(r#""data":[]"#), "{answer}");
    let list = json!({"match": {"operation": "v3.listCustomers"}, "count": {"exactly": 1}});
    store.verify(list.clone()).await.unwrap();
    other.verify(list.clone()).await.unwrap();
    let twice = json!({"match": {"operation": "v3.listCustomers"}, "count": {"exactly": 2}});
    let refused = store.verify(twice).await.unwrap_err();
    // As a person reads it in a red test.
    assert_eq!(format!("{refused:?}"), refused.message);
    assert!(refused.status == 422 && refused.message.contains("v3.listCustomers"), "{refused}");
}

#[tokio::test]
async fn the_whole_control_api_is_at_hand() {
    let mock = Mock::start().await;
    let store = mock.store(json!({})).await;
    let fault = json!({"then": {"status": 503}});
    store.control(Method::POST, "/faults", Some(fault)).await.unwrap();
    let answer = get(&format!("{}/customers", store.v3), "any").await;
    assert!(answer.starts_with("HTTP/1.0 503"), "{answer}");
    assert_eq!(store.control(Method::DELETE, "", None).await.unwrap(), json!(null));
    let gone = mock.control(Method::GET, &format!("/stores/{}", store.hash), None).await.unwrap_err();
    assert_eq!(gone.status, 404);
    assert!(mock.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[tokio::test]
#[should_panic(expected = "frist_name")]
async fn a_faulty_seed_panics_with_what_is_wrong_in_it() {
    let mock = Mock::start().await;
    mock.store(json!({"customers": [{"frist_name": "Jane"}]})).await;
}

#[tokio::test]
async fn it_ends_with_the_test() {
    let mock = Mock::start().await;
    let address = mock.url().replace("http://", "");
    assert!(TcpStream::connect(&address).is_ok());
    drop(mock);
    crate::support::until("the server ends", || TcpStream::connect(&address).is_err()).await;
}
