//! What happens to every request around the routes, in order: request id, tidy path, mount, credentials of the
//! Basic mount, body, store, router – and on the way back: panics, errors put into words, headers.
//!
//! One service around the router, not a stack of layers: each layer would box every route again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderName, Method};
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either};
use tower::{Service, ServiceExt};
use tower_http::compression::predicate::{And, DefaultPredicate, Predicate};
use tower_http::compression::{Compression, CompressionLevel};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Cors, ExposeHeaders};

use crate::control::Guard;
use crate::mount;
use crate::tenants::Tenants;

mod answer;
mod call;
mod core;
mod fault;
mod hint;
mod host;
mod route_hint;

use answer::HINT;
use core::{Core, DEPRECATION, REQUEST_ID, STORE_VERSION};
use fault::{AsItIs, PREFERENCE_APPLIED};

/// The headers that a browser lets a page's own code read.
const EXPOSED: [HeaderName; 14] = [
    HINT,
    PREFERENCE_APPLIED,
    RETRY_AFTER,
    DEPRECATION,
    REQUEST_ID,
    STORE_VERSION,
    HeaderName::from_static("www-authenticate"),
    HeaderName::from_static("x-rate-limit-requests-left"),
    HeaderName::from_static("x-rate-limit-requests-quota"),
    HeaderName::from_static("x-rate-limit-time-reset-ms"),
    HeaderName::from_static("x-rate-limit-time-window-ms"),
    HeaderName::from_static("x-retry-after"),
    HeaderName::from_static("x-bc-apilimit-remaining"),
    HeaderName::from_static("location"),
];

/// The address that a connection came in on, put into each request by the server.
#[derive(Clone, Copy, Debug)]
pub struct LocalAddr(pub SocketAddr);

/// On requests that came over https.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;

/// How the edge treats requests.
#[derive(Clone, Debug)]
pub struct Options {
    /// The store of `/api/v2` when the `Host` names none.
    pub default_store: Box<str>,
    /// Scheme and authority for links in answers; `None` takes them from each request.
    pub public_url: Option<Box<str>>,
    /// The longest body, in bytes.
    pub body_limit: usize,
    /// The longest that a body may take to arrive.
    pub read_timeout: Duration,
    /// Whom the control API answers.
    pub guard: Guard,
    /// The certificate that clients trust, in PEM, if this server has an authority of its own.
    pub ca: Option<Arc<str>>,
    /// Whether a request may ask for a fault by itself.
    pub takes_preferences: bool,
    /// Whether each request is a line in the log.
    pub log_requests: bool,
    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed for links.
    pub trust_proxy: bool,
}

/// The whole application: a service from requests to answers. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    core: Core,
    gzip: Gzip,
    browser: Cors<Gzip>,
}

type Gzip = Compression<Core, And<DefaultPredicate, Packable>>;

/// Whether an answer may be packed: one that a fault breaks may not.
#[derive(Clone, Copy, Debug)]
struct Packable;

impl Predicate for Packable {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        response.extensions().get::<AsItIs>().is_none()
    }
}

/// The connection ends without an answer, because a fault wants it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault ends this connection")]
pub struct Cut;

impl Edge {
    /// Puts the edge around the routes.
    #[must_use]
    pub fn new(routes: Router, tenants: Arc<Tenants>, options: Options) -> Edge {
        let core = Core::new(routes, tenants, options);
        let gzip = Compression::new(core.clone())
            .quality(CompressionLevel::Fastest)
            .compress_when(DefaultPredicate::new().and(Packable));
        let browser = Cors::new(gzip.clone())
            .allow_origin(AllowOrigin::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .allow_methods(AllowMethods::mirror_request())
            .allow_credentials(true)
            .allow_private_network(true)
            .expose_headers(ExposeHeaders::list(EXPOSED))
            .max_age(Duration::from_mins(10));
        Edge { core, gzip, browser }
    }

    /// Picks the layers that this request needs: CORS for a browser on a vendor's mount, gzip for who offers it.
    /// Most requests need none; their future is not boxed.
    pub fn answer(&self, request: Request) -> impl Future<Output = Result<Response, Cut>> + Send + use<> {
        match self.layered(request) {
            Ok(layered) => Either::Left(layered),
            Err(request) => Either::Right(self.core.answer(request)),
        }
    }

    /// The answer through layers, or the request back.
    #[expect(clippy::result_large_err, reason = "most requests come back")]
    fn layered(&self, request: Request) -> Result<BoxFuture<'static, Result<Response, Cut>>, Request> {
        let headers = request.headers();
        // OPTIONS without this header is no preflight, and tower-http would take it for one.
        let plain_options =
            request.method() == Method::OPTIONS && !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if headers.contains_key(ORIGIN)
            && !plain_options
            && on_vendor_mount(&mount::tidy(request.uri().path()))
            && self.core.lets_pages_in(&request)
        {
            let browser = self.browser.clone();
            return Ok(async move { browser.oneshot(request).await.map(|r| r.map(Body::new)) }.boxed());
        }
        if headers.contains_key(ACCEPT_ENCODING) {
            let gzip = self.gzip.clone();
            return Ok(async move { gzip.oneshot(request).await.map(|r| r.map(Body::new)) }.boxed());
        }
        Err(request)
    }
}

impl Service<Request> for Edge {
    type Response = Response;
    type Error = Cut;
    type Future = BoxFuture<'static, Result<Response, Cut>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Cut>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.answer(request).boxed()
    }
}

/// Whether a path is under a prefix that only the vendor's routes have.
fn on_vendor_mount(path: &str) -> bool {
    path.starts_with("/stores/") || path.starts_with("/api/")
}
