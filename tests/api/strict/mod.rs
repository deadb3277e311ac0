//! Stores that take only whom their seed names, beside one that takes anybody.

mod basic;
mod hooks;
mod secrets;
mod stores;
mod tokens;

use crate::support::{Mock, Reply};

const STORES: &str = "stores:
  strict:
    auth: strict
    tokens:
      - {token: t0ken-all, scopes: [store_v2_customers]}
      - {token: t0ken-read, scopes: [store_v2_customers_read_only]}
      - {token: t0ken-cards, scopes: [store_stored_payment_instruments]}
      - {token: t0ken-cards-read, scopes: [store_stored_payment_instruments_read_only]}
      - {token: t0ken-both, scopes: [store_stored_payment_instruments, store_v2_customers]}
      - {token: t0ken-none, scopes: []}
    basic:
      - {username: admin, password: 's3cret:pass'}
      - {username: clerk, password: an0ther-pass}
    groups: [{name: A}]
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
        password: s3cret-jane1
        stored_instruments:
          - {type: stored_paypal_account, token: t0ken-paypal, email: jane@example.com}
        addresses:
          - {first_name: J, last_name: D, phone: '1', street_1: S, city: C, state: T, zip: Z, country: Germany}
  second:
    auth: strict
    tokens: [{token: t0ken-second, scopes: [store_v2_customers]}]
    basic: [{username: second, password: s3cret-pass}]
    groups: [{name: B}]
  closed: {auth: strict}
  lenient:
    tokens: [{token: t0ken-lenient, scopes: [store_v2_customers]}]
    basic: [{username: lenient, password: s3cret-pass}]
    groups: [{name: C}]
";

/// Every route below a V2 mount, with ids that are there.
const READS: [&str; 8] = [
    "/customers",
    "/customers/count",
    "/customers/1",
    "/customers/1/addresses",
    "/customers/1/addresses/count",
    "/customers/1/addresses/1",
    "/customer_groups",
    "/customer_groups/1",
];
const WRITES: [(&str, &str); 13] = [
    ("POST", "/customers"),
    ("DELETE", "/customers"),
    ("PUT", "/customers/1"),
    ("DELETE", "/customers/1"),
    ("POST", "/customers/1/validate"),
    ("POST", "/customers/1/addresses"),
    ("DELETE", "/customers/1/addresses"),
    ("PUT", "/customers/1/addresses/1"),
    ("DELETE", "/customers/1/addresses/1"),
    ("POST", "/customer_groups"),
    ("DELETE", "/customer_groups"),
    ("PUT", "/customer_groups/1"),
    ("DELETE", "/customer_groups/1"),
];

const UNKNOWN: &str = concat!(
    r#"{"status":401,"title":"Unauthorized","#,
    r#""type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{}}"#
);
const FORBIDDEN: &str = concat!(
    r#"{"status":403,"title":"You don't have a required scope to access the endpoint","#,
    r#""type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{}}"#
);

/// Calls a store with a token and a body that can not be read.
async fn with_token(mock: &Mock, token: &str, method: &str, store: &str, path: &str) -> Reply {
    mock.call(method, &format!("/stores/{store}/v2{path}"), &[("x-auth-token", token)], "{").await
}

/// Calls a store's own host with Basic credentials and a body that can not be read.
async fn with_basic(mock: &Mock, login: &str, method: &str, store: &str, path: &str) -> Reply {
    use base64::Engine;
    let authorization = format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(login));
    let host = format!("store-{store}.mybigcommerce.com");
    let headers = [("authorization", &*authorization), ("host", &*host)];
    mock.call(method, &format!("/api/v2{path}"), &headers, "{").await
}
