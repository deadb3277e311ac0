//! The application in process: no port, a frozen clock, ids from 1, so that whole answers can be compared.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bigcommerce_mock::clock::Mode;
use bigcommerce_mock::control::Guard;
use bigcommerce_mock::edge::{Edge, Options};
use bigcommerce_mock::model::engine::Store;
use bigcommerce_mock::model::events;
use bigcommerce_mock::passwords::{Cost, Passwords};
use bigcommerce_mock::seed::Seed;
use bigcommerce_mock::tenants::{self, Settings, Tenants};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// Mon, 06 May 2024 07:34:10 +0000, in milliseconds.
pub(crate) const NOW_MS: i64 = 1_714_980_850_000;

/// The lists of V3 that show everything in a store.
const V3_LISTS: [&str; 4] = [
    "/customers?limit=250&include=addresses,storecredit,attributes,formfields",
    "/customers/addresses?limit=250&include=formfields",
    "/customers/metafields?limit=250",
    "/hooks/admin",
];

/// A server with no stores, whose time stands still.
pub(crate) struct Mock {
    pub(crate) edge: Edge,
    pub(crate) tenants: Arc<Tenants>,
    pub(crate) options: Options,
}

/// An answer, read to its end.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Mock {
    pub(crate) async fn new() -> Mock {
        Mock::with(|_| {}).await
    }

    /// A server whose options are not the usual ones.
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Mock {
        Mock::open(|_| {}, change).await
    }

    /// A server that keeps so many bytes of rows of each store in memory.
    pub(crate) async fn remembering(row_budget: usize) -> Mock {
        Mock::keeping(|options| options.row_budget = row_budget).await
    }

    /// A server that keeps stores otherwise than usual.
    pub(crate) async fn keeping(change: impl FnOnce(&mut tenants::Options)) -> Mock {
        Mock::open(change, |_| {}).await
    }

    /// A server with the stores of a seed.
    pub(crate) async fn seeded(yaml: &str) -> Mock {
        Mock::seeded_where(yaml, |_| {}).await
    }

    /// As [`Mock::seeded`], with stores that are kept otherwise than usual.
    pub(crate) async fn seeded_where(yaml: &str, change: impl FnOnce(&mut tenants::Options)) -> Mock {
        let seed = Seed::parse("seed.yaml", yaml).unwrap();
        let mock = Mock::keeping(change).await;
        seed.load(&mock.tenants).await.unwrap();
        mock
    }

    async fn open(
        change: impl FnOnce(&mut tenants::Options),
        change_edge: impl FnOnce(&mut Options),
    ) -> Mock {
        let mut kept = tenants::Options::new(Passwords::new(Cost::Fast));
        kept.usual = Settings { clock: Mode::Frozen(NOW_MS), ..Settings::default() };
        change(&mut kept);
        let tenants = Arc::new(Tenants::open(kept).await.unwrap());
        let mut options = Options {
            default_store: "demo".into(),
            public_url: None,
            body_limit: 1 << 20,
            read_timeout: Duration::from_secs(30),
            guard: Guard::default(),
            trust_proxy: false,
            ca: Some("-----BEGIN CERTIFICATE-----\n".into()),
            takes_preferences: true,
            log_requests: false,
        };
        change_edge(&mut options);
        Mock { edge: bigcommerce_mock::app(tenants.clone(), options.clone()), tenants, options }
    }

    /// A store, open.
    pub(crate) async fn store(&self, hash: &str) -> Arc<Store> {
        self.tenants.get(hash).await.unwrap().1
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request) -> Reply {
        let response = self.edge.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a request with the credentials of its mount, and these headers over them.
    pub(crate) async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:2442");
        let all = request.headers_mut().unwrap();
        if path.trim_start_matches('/').starts_with("stores") {
            all.insert("x-auth-token", HeaderValue::from_static("any"));
        } else {
            all.insert("authorization", HeaderValue::from_static("Basic YWRtaW46c2VjcmV0"));
        }
        if !body.is_empty() {
            all.insert("content-type", HeaderValue::from_static("application/json"));
        }
        for (name, value) in headers {
            all.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: impl ToString) -> Reply {
        self.call("POST", path, &[], &body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl ToString) -> Reply {
        self.call("PUT", path, &[], &body.to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, &[], "").await
    }

    /// Creates a V2 customer in a store and gives its id. `more` is merged over [`jane`].
    pub(crate) async fn customer(&self, store: &str, more: Value) -> i64 {
        self.create(&format!("/stores/{store}/v2/customers"), over(jane(), more)).await
    }

    /// Creates an address of a customer and gives its id. `more` is merged over [`home`].
    pub(crate) async fn address(&self, store: &str, customer: i64, more: Value) -> i64 {
        self.create(&format!("/stores/{store}/v2/customers/{customer}/addresses"), over(home(), more)).await
    }

    /// Creates a group and gives its id.
    pub(crate) async fn group(&self, store: &str, body: Value) -> i64 {
        self.create(&format!("/stores/{store}/v2/customer_groups"), body).await
    }

    async fn create(&self, path: &str, body: Value) -> i64 {
        let reply = self.post(path, &body).await;
        assert_eq!(reply.status, 201, "{body}: {}", reply.body);
        reply.json()["id"].as_i64().unwrap()
    }

    /// Everything in a store that both versions show, if it is not more than a page of each, and its events.
    pub(crate) async fn dump(&self, store: &str) -> String {
        self.dump_as(store, "any").await
    }

    /// As [`Mock::dump`], with a token that the store takes.
    pub(crate) async fn dump_as(&self, store: &str, token: &str) -> String {
        let read = async |path: &str| {
            let path = format!("/stores/{store}/v2{path}?limit=250");
            let reply = self.call("GET", &path, &[("x-auth-token", token)], "").await;
            assert!(matches!(reply.status, 200 | 204), "{path}: {}", reply.body);
            reply
        };
        let customers = read("/customers").await;
        let mut all = format!("{}\n{}", read("/customer_groups").await.body, customers.body);
        for id in customers.ids() {
            all += &read(&format!("/customers/{id}/addresses")).await.body;
        }
        for path in V3_LISTS {
            let path = format!("/stores/{store}/v3{path}");
            let reply = self.call("GET", &path, &[("x-auth-token", token)], "").await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            all += &reply.body;
        }
        let store = self.store(store).await;
        all + &format!("{:?}", events::list(&store).await.unwrap())
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// A header's text; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and exact body.
    #[track_caller]
    pub(crate) fn assert(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.body.as_str()), (status, body));
    }

    /// A V2 error: status and message.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, message: &str) {
        let body = self.json();
        assert_eq!(body.as_array().map(Vec::len), Some(1), "{body}");
        assert_eq!((self.status, body[0]["message"].as_str()), (status, Some(message)), "{body}");
        assert_eq!(body[0]["status"], status);
        assert_eq!(self.header("content-type"), "application/json");
    }

    /// The ids in a V2 list; none for a 204.
    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<i64> {
        match self.status {
            204 => Vec::new(),
            200 => self.json().as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect(),
            status => panic!("{status}: {}", self.body),
        }
    }
}

/// The least that makes a customer.
pub(crate) fn jane() -> Value {
    serde_json::json!({"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"})
}

/// The least that makes an address.
pub(crate) fn home() -> Value {
    serde_json::json!({
        "first_name": "Jane", "last_name": "Doe", "phone": "123-345-7890", "street_1": "123 Main Street",
        "city": "Austin", "state": "Texas", "zip": "78726", "country": "United States",
    })
}

/// An object with the fields of another over its own.
pub(crate) fn over(mut body: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

/// Percent-encodes a value of a query.
pub(crate) fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
