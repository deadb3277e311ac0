//! The control API, under `/_mock`: what the service does not have. Stores are made, put back and deleted here.
//!
//! It has a voice, limits and a guard of its own, and knows nothing of dialects and SQL: handlers call plain functions
//! of [`crate::tenants`].

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tower::Service;

use crate::coverage::Coverage;
use crate::fields::Dialect;
use crate::openapi;
use crate::operations::OPERATIONS;
use crate::receive::{self, Unreceived};
use crate::tenants::Tenants;

mod body;
mod endpoints;
mod faults;
mod guard;
mod metrics;
mod record;
mod requests;
mod seed;
mod settings;
mod stores;
mod voice;

use body::{Listing, Received, Site};
use endpoints::ENDPOINTS;
pub use guard::{Guard, is_vendors_host};
use voice::{Refusal, answer};

/// Where every path of this module begins, but for [`ROOT`].
const PREFIX: &str = "/_mock/";

/// Where people look first.
const ROOT: &str = "/";

/// Whether a path is answered here.
#[must_use]
pub fn is_ours(path: &str) -> bool {
    path == ROOT || path.starts_with(PREFIX)
}

const OPENAPI: &str = "/_mock/openapi.json";

const CA: &str = "/_mock/ca.pem";

const METRICS: &str = "/_mock/metrics";

const SEED_SCHEMA: &str = "/_mock/seed.schema.json";

/// What anybody may read, web pages of any origin too. Not [`ROOT`], which says which stores there are.
const PUBLIC: &str = OPENAPI;

/// The longest body, in bytes: seeds may be large.
const BODY_LIMIT: usize = 64 << 20;

/// What handlers work with.
#[derive(Debug)]
struct Control {
    tenants: Arc<Tenants>,
    coverage: Arc<Coverage>,
    default_store: Box<str>,
    /// The certificate that clients of https trust, in PEM.
    ca: Option<Arc<str>>,
}

/// The control API as a service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    routes: Router,
    guard: Arc<Guard>,
    read_timeout: Duration,
}

impl Api {
    /// The control API of these stores.
    #[must_use]
    pub fn new(
        tenants: Arc<Tenants>,
        coverage: Arc<Coverage>,
        default_store: Box<str>,
        ca: Option<Arc<str>>,
        guard: Guard,
        read_timeout: Duration,
    ) -> Api {
        let control = Arc::new(Control { tenants, coverage, default_store, ca });
        Api { routes: routes().with_state(control), guard: guard.into(), read_timeout }
    }

    /// Answers a request for which [`is_ours`] holds. `origin` is the URL under which the client reaches the
    /// server, `host` what it takes it for.
    pub async fn answer(&self, mut request: Request, origin: String, host: Option<&Authority>) -> Response {
        let body = std::mem::take(request.body_mut());
        // Before anything is refused, so that the connection is clean for the next request.
        let received = tokio::time::timeout(self.read_timeout, receive::read(body, BODY_LIMIT)).await;
        let received = received.unwrap_or(Err(Unreceived::TooSlow));
        let is_whole = received.as_ref().err().is_none_or(|why| why.is_whole());
        let mut response = voice::finish(self.answered(request, received, origin, host).await);
        if !is_whole {
            receive::end_connection(response.headers_mut());
        }
        response
    }

    async fn answered(
        &self,
        mut request: Request,
        received: Result<Bytes, Unreceived>,
        origin: String,
        host: Option<&Authority>,
    ) -> Response {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_public = is_read && request.uri().path() == PUBLIC;
        if !is_public && let Err(refusal) = self.guard.check(request.headers(), host) {
            return refusal;
        }
        match received {
            Ok(bytes) => request.extensions_mut().insert(Received(bytes)),
            Err(why) => return unreceived(why).into_response(),
        };
        request.extensions_mut().insert(Site { origin });
        *request.body_mut() = HttpBody::empty();
        match self.routes.clone().call(request).await {
            Ok(mut response) => {
                if is_public {
                    let anybody = HeaderValue::from_static("*");
                    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
                }
                response
            }
            Err(never) => match never {},
        }
    }
}

fn unreceived(why: Unreceived) -> Refusal {
    match why {
        Unreceived::TooLarge(limit) | Unreceived::FarTooLarge(limit) => {
            let message = format!("the body is longer than {limit} bytes");
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
        }
        Unreceived::TooSlow => {
            Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not arrive in time")
        }
        Unreceived::Broken => {
            Refusal::new(StatusCode::BAD_REQUEST, "malformed", "the body did not arrive whole")
        }
    }
}

fn routes() -> Router<Arc<Control>> {
    let mut routes = Router::new().route(ROOT, get(root));
    for endpoint in ENDPOINTS {
        routes = routes.route(endpoint.path, endpoints::handler(endpoint));
    }
    routes.method_not_allowed_fallback(voice::wrong_method).fallback(async || Refusal::no_such_route())
}

/// `GET /_mock/ca.pem`: whom clients must trust to speak https with this server.
async fn ca(State(control): State<Arc<Control>>) -> Result<Response, Refusal> {
    let Some(ca) = &control.ca else {
        let message = "this server has no authority of its own";
        return Err(Refusal::new(StatusCode::NOT_FOUND, "no_such_route", message)
            .hint("it was started with --no-tls or --tls-cert"));
    };
    let mut response = Response::new(HttpBody::from(ca.to_string()));
    let pem = HeaderValue::from_static("application/x-pem-file");
    response.headers_mut().insert(CONTENT_TYPE, pem);
    Ok(response)
}

/// `GET /_mock/seed.schema.json`: the format of seed files.
async fn seed_schema() -> Response {
    answer(StatusCode::OK, &crate::seed::schema::document())
}

/// `GET /_mock/coverage`: the operations, how sure we are of what they do, and how often each was called.
async fn coverage(State(control): State<Arc<Control>>, listing: Listing) -> Result<Response, Refusal> {
    let page = listing.page(&[])?;
    let all: Vec<_> = OPERATIONS.iter().collect();
    let total = all.len();
    let (shown, _) = page.of(all, |operation, after| operation.name() == after);
    let shown: Vec<_> = shown.into_iter().map(|operation| control.coverage.of(operation)).collect();
    Ok(answer(StatusCode::OK, &json!({"operations": shown, "total": total})))
}

/// How many stores [`root`] lists.
const LISTED: usize = 20;

/// `GET /`: what this is and where to go from here, for who opens the address of the server.
async fn root(State(control): State<Arc<Control>>, site: Site) -> Response {
    let Site { origin } = &site;
    let mut hashes: Vec<_> = control.tenants.list("").iter().map(|entry| entry.hash.clone()).collect();
    hashes.sort_unstable();
    let stores = hashes.iter().take(LISTED).map(|hash| {
        json!({
            "hash": hash,
            "v2": format!("{origin}/stores/{hash}/v2"),
            "v3": format!("{origin}/stores/{hash}/v3"),
        })
    });
    let root = json!({
        "name": "bigcommerce-mock",
        "version": env!("CARGO_PKG_VERSION"),
        "about": "A local server that behaves like BigCommerce's Customers API, V2 and V3.",
        "openapi": {
            "v2": format!("{origin}{OPENAPI}?version=v2"),
            "v3": format!("{origin}{OPENAPI}?version=v3"),
            "control": format!("{origin}{OPENAPI}?version=control"),
        },
        "control": format!("{origin}/_mock/stores"),
        "seed_schema": format!("{origin}{SEED_SCHEMA}"),
        "docs": "https://github.com/bigcommerce-mock/bigcommerce-mock#readme",
        "total": hashes.len(),
        "stores": stores.collect::<Vec<_>>(),
    });
    answer(StatusCode::OK, &root)
}

/// `GET /_mock/openapi.json?version=v2|v3|control`: what the mounts of that version, or the control API, can do. Assumed: V3 without a version.
async fn openapi(
    State(control): State<Arc<Control>>,
    site: Site,
    listing: Listing,
) -> Result<Response, Refusal> {
    let dialect = match listing.get("version").unwrap_or("v3") {
        "v2" => Dialect::V2,
        "v3" => Dialect::V3,
        "control" => return Ok(answer(StatusCode::OK, &endpoints::document(&site.origin))),
        _ => return Err(Refusal::invalid("there is no such version; ask for v2, v3 or control")),
    };
    Ok(answer(StatusCode::OK, &openapi::document(dialect, &site.origin, &control.default_store)))
}
