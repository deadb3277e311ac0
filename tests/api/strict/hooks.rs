//! Webhooks belong to the API account of the token that made them.

use serde_json::{Value, json};

use super::{FORBIDDEN, UNKNOWN};
use crate::support::{Mock, Reply};

const STORES: &str = "stores:
  s:
    auth: strict
    tokens:
      - {token: t0ken-a, scopes: [store_v2_customers], client_id: aaaa}
      - {token: t0ken-a2, scopes: [], client_id: aaaa}
      - {token: t0ken-b, scopes: [store_v2_customers_read_only], client_id: bbbb}
      - {token: t0ken-plain, scopes: []}
    hooks:
      - {scope: store/customer/*, destination: 'http://localhost:1', client_id: aaaa}
      - {scope: store/customer/*, destination: 'http://localhost:1'}
  other: {auth: strict, tokens: [{token: t0ken-other, scopes: [store_v2_customers]}]}
  lenient: {tokens: [{token: t0ken-c, scopes: [], client_id: cccc}]}
";

async fn call(mock: &Mock, token: &str, method: &str, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    mock.call(method, &format!("/stores/{path}"), &[("x-auth-token", token)], &body).await
}

/// The ids and accounts that a token sees.
async fn seen(mock: &Mock, token: &str, store: &str) -> Vec<(i64, String)> {
    let list = call(mock, token, "GET", &format!("{store}/v3/hooks"), Value::Null).await;
    assert_eq!(list.status, 200, "{}", list.body);
    let list = list.json()["data"].as_array().unwrap().clone();
    let of = |hook: &Value| (hook["id"].as_i64().unwrap(), hook["client_id"].as_str().unwrap().to_owned());
    list.iter().map(of).collect()
}

fn hook(port: u16) -> Value {
    json!({"scope": "store/customer/*", "destination": format!("http://localhost:{port}")})
}

#[tokio::test]
async fn an_account_sees_its_own_webhooks_and_no_others() {
    let mock = Mock::seeded(STORES).await;
    let of = |id, client: &str| (id, client.to_owned());
    let usual = "bigcommercemock0client0id000000";
    for (token, expected) in [
        ("t0ken-a", vec![of(1, "aaaa")]),
        ("t0ken-a2", vec![of(1, "aaaa")]),
        ("t0ken-b", vec![]),
        ("t0ken-plain", vec![of(2, usual)]),
    ] {
        assert_eq!(seen(&mock, token, "s").await, expected, "{token}");
    }
    // No scope is needed to write, and what others have is in nobody's way.
    for (token, id) in [("t0ken-b", 3), ("t0ken-a2", 4)] {
        let port = if id == 3 { 1 } else { 2 };
        let made = call(&mock, token, "POST", "s/v3/hooks", hook(port)).await;
        assert_eq!((made.status, &made.json()["data"]["id"]), (200, &json!(id)), "{}", made.body);
    }
    assert_eq!(seen(&mock, "t0ken-a", "s").await, [of(1, "aaaa"), of(4, "aaaa")]);
    assert_eq!(seen(&mock, "t0ken-b", "s").await, [of(3, "bbbb")]);
    // Those of others are as if they were not.
    for (method, body) in
        [("GET", Value::Null), ("PUT", json!({"is_active": false})), ("DELETE", Value::Null)]
    {
        let v3 = call(&mock, "t0ken-b", method, "s/v3/hooks/1", body.clone()).await;
        assert_eq!((v3.status, &v3.json()["title"]), (404, &json!("Webhook with id [1] not found")));
        let v2 = call(&mock, "t0ken-b", method, "s/v2/hooks/1", body).await;
        v2.assert_error(404, "The requested resource was not found.");
    }
    assert_eq!(call(&mock, "t0ken-a", "GET", "s/v2/hooks/1", Value::Null).await.json()["is_active"], true);
    assert_eq!(call(&mock, "t0ken-b", "GET", "s/v2/hooks", Value::Null).await.ids(), [3]);
    let admin = async |token: &str| call(&mock, token, "GET", "s/v3/hooks/admin", Value::Null).await.json();
    call(&mock, "t0ken-b", "PUT", "s/v3/hooks/admin", json!({"emails": ["b@b.co"]})).await.assert(204, "");
    assert_eq!(admin("t0ken-b").await["data"]["emails"], json!(["b@b.co"]));
    let of_a = admin("t0ken-a").await["data"].clone();
    assert_eq!((&of_a["emails"], of_a["hooks_list"].as_array().unwrap().len()), (&json!([]), 2));
    // Only the token says who one is.
    let headers = [("x-auth-token", "t0ken-b"), ("x-auth-client", "aaaa")];
    let named = mock.call("GET", "/stores/s/v3/hooks", &headers, "").await.json();
    assert_eq!(named["data"][0]["client_id"], "bbbb");
}

#[tokio::test]
async fn the_limits_are_those_of_an_account() {
    let mock = Mock::seeded(STORES).await;
    for port in 2..=10 {
        assert_eq!(call(&mock, "t0ken-a", "POST", "s/v3/hooks", hook(port)).await.status, 200);
    }
    assert_eq!(call(&mock, "t0ken-a", "POST", "s/v3/hooks", hook(11)).await.status, 422);
    assert_eq!(call(&mock, "t0ken-b", "POST", "s/v3/hooks", hook(11)).await.status, 200);
}

#[tokio::test]
async fn a_lenient_store_knows_the_accounts_of_the_tokens_that_it_lists() {
    let mock = Mock::seeded(STORES).await;
    for (token, client, id) in [("t0ken-c", "cccc", 1), ("any", "bigcommercemock0client0id000000", 2)] {
        call(&mock, token, "POST", "lenient/v3/hooks", hook(1)).await;
        assert_eq!(seen(&mock, token, "lenient").await, [(id, client.to_owned())]);
    }
    assert_eq!(seen(&mock, "another", "lenient").await[0].0, 2);
    // Metafields note the account down too.
    let metafield = json!({"key": "k", "value": "v", "namespace": "n", "permission_set": "read"});
    let path = "lenient/v3/customers/1/metafields";
    let made = call(&mock, "t0ken-c", "POST", path, metafield).await.json();
    assert_eq!(made["data"]["owner_client_id"], "cccc");
}

#[tokio::test]
async fn strangers_are_refused() {
    let mock = Mock::seeded(STORES).await;
    for path in ["s/v3/hooks", "s/v3/hooks/1", "s/v3/hooks/admin", "s/v2/hooks", "s/v2/hooks/1"] {
        call(&mock, "nobody", "GET", path, Value::Null).await.assert(401, UNKNOWN);
        call(&mock, "t0ken-other", "GET", path, Value::Null).await.assert(403, FORBIDDEN);
    }
}
