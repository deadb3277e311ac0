//! A server inside a test's own process, for tests of Rust programs. Behind the feature `testing`.
//!
//! ```no_run
//! # async fn example() {
//! use bigcommerce_mock::testing::Mock;
//! use serde_json::json;
//!
//! let mock = Mock::start().await;
//! let store = mock.store(json!({"customers": [{"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}]})).await;
//! // Point your client at `store.v3` with `store.token`, let it work, then:
//! let list = json!({"match": {"operation": "v3.listCustomers"}, "count": {"exactly": 1}});
//! store.verify(list).await.unwrap();
//! # }
//! ```
//!
//! It is the whole server, with real connections on a free port of 127.0.0.1, in memory. It lives on the runtime of the
//! test that starts it and ends when it is dropped, so give each test its own: it takes some milliseconds.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
pub use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST};
use serde_json::{Value as Json, json};
use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::config::DEFAULT_STORE;
use crate::control::Guard;
use crate::edge::{self, Edge};
use crate::passwords::{Cost, Passwords};
use crate::server::{self, Timeouts};
use crate::tenants::{self, Tenants};
use crate::tls::{self, Tls};
use crate::{app, receive};

/// A running server without stores.
pub struct Mock {
    address: SocketAddr,
    ca: String,
    edge: Edge,
    /// Ends the server when it is dropped.
    _stop: oneshot::Sender<()>,
}

/// A store of a [`Mock`], as the control API shows it.
#[derive(Debug)]
pub struct Store<'a> {
    mock: &'a Mock,
    /// Its hash.
    pub hash: String,
    /// A token that opens it, of a strict store one with all scopes.
    pub token: Option<String>,
    /// The URL of its V2 API, without a slash at the end.
    pub v2: String,
    /// The URL of its V3 API, without a slash at the end.
    pub v3: String,
}

/// What the control API refused. Shows as its text, also where a test unwraps it.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// Its status.
    pub status: u16,
    /// Where something is wrong, what, and what to do; of a verification, the nearest requests.
    pub message: String,
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Mock {
    /// Starts a server. Passwords are hashed as `--password-hashing fast` does; all else is as usual.
    ///
    /// # Panics
    /// If no port of 127.0.0.1 can be listened on.
    pub async fn start() -> Mock {
        let waiting = Duration::from_secs(30);
        let kept = tenants::Options::new(Passwords::new(Cost::Fast));
        let tenants =
            Arc::new(Tenants::open(kept).await.expect("stores in memory need nothing of the system"));
        let tls =
            Tls::open(&tls::Options::default()).expect("certificates in memory need nothing of the system");
        let listener = server::listen(Ipv4Addr::LOCALHOST.into(), 0).await;
        let listener = listener.unwrap_or_else(|error| panic!("can not listen on 127.0.0.1: {error}"));
        let address = listener.local_addr().expect("it listens");
        let options = edge::Options {
            default_store: DEFAULT_STORE.into(),
            public_url: None,
            body_limit: 1 << 20,
            read_timeout: waiting,
            guard: Guard::default(),
            trust_proxy: false,
            ca: tls.ca.clone(),
            takes_preferences: true,
            log_requests: false,
        };
        let ca = tls.ca.as_deref().unwrap_or_default().to_owned();
        let edge = app(tenants.clone(), options);
        let (stop, stopped) = oneshot::channel();
        let serving = edge.clone();
        tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            let keeping_house = tenants.keep_house();
            let timeouts = Timeouts { read: waiting, write: waiting };
            tokio::select! {
                () = server::serve(vec![listener], serving, Some(tls), timeouts, stop) => {}
                () = keeping_house => {}
            }
        });
        Mock { address, ca, edge, _stop: stop }
    }

    /// Its URL, without a slash at the end. It speaks https at the same port.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The certificate that clients of https must trust, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca
    }

    /// Makes a store from what stands under a store's hash in a seed file; `json!({})` is an empty one.
    ///
    /// # Panics
    /// If the seed is faulty, with what is wrong in it.
    pub async fn store(&self, seed: Json) -> Store<'_> {
        let made = self.control(Method::POST, "/stores", Some(json!({"seed": seed}))).await;
        let made = made.unwrap_or_else(|refused| panic!("{refused}"));
        let text = |pointer: &str| made.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
        let always = |pointer| text(pointer).unwrap_or_default();
        Store {
            mock: self,
            hash: always("/hash"),
            token: text("/token"),
            v2: always("/urls/v2"),
            v3: always("/urls/v3"),
        }
    }

    /// Calls the control API: `path` is what follows `/_mock`. An answer without a body is `null`.
    ///
    /// # Errors
    /// What it refused.
    ///
    /// # Panics
    /// If `path` can not stand in a URL.
    pub async fn control(&self, method: Method, path: &str, body: Option<Json>) -> Result<Json, Refused> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/_mock{path}"))
            .header(HOST, self.address.to_string())
            .header(CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap_or_else(|error| panic!("{path} is no path: {error}"));
        let answer = self.edge.clone().oneshot(request).await.expect("no fault is near the control API");
        let status = answer.status();
        let body = receive::read(answer.into_body(), usize::MAX).await.unwrap_or_default();
        let json: Json = serde_json::from_slice(&body).unwrap_or_default();
        if status < StatusCode::BAD_REQUEST {
            return Ok(json);
        }
        let said = |key: &str| json["error"][key].as_str();
        let at = said("at").map_or_else(String::new, |at| format!("{at}: "));
        let hint = said("hint").map_or_else(String::new, |hint| format!("; {hint}"));
        let message = format!("{at}{}{hint}", said("message").unwrap_or_default());
        Err(Refused { status: status.as_u16(), message })
    }
}

impl Store<'_> {
    /// Says whether requests were received as they should; `expected` is what `POST …/verify` takes.
    ///
    /// # Errors
    /// What is wrong, with the nearest requests.
    pub async fn verify(&self, expected: Json) -> Result<(), Refused> {
        self.control(Method::POST, "/verify", Some(expected)).await.map(drop)
    }

    /// Calls the control API of this store: `path` is what follows `/_mock/stores/{hash}`.
    ///
    /// # Errors
    /// What it refused.
    pub async fn control(&self, method: Method, path: &str, body: Option<Json>) -> Result<Json, Refused> {
        self.mock.control(method, &format!("/stores/{}{path}", self.hash), body).await
    }
}
