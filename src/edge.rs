//! What happens to every request around the routes, in order: request id, tidy path, mount, credentials of the
//! Basic mount, body, store, router – and on the way back: panics, errors put into words, headers.
//!
//! One service around the router, not a stack of layers: each layer would box every route again.

use std::any::Any;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CONNECTION, CONTENT_LENGTH, HOST, ORIGIN, VARY,
};
use axum::http::uri::{Authority, PathAndQuery};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};
use tower_http::compression::{Compression, CompressionLevel};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Cors, ExposeHeaders};

use crate::control::{self, Guard};
use crate::error::Error;
use crate::extract::{Received, Tenant, Unreceived};
use crate::mount::{self, Family};
use crate::tenants::{Entry, Tenants};
use crate::{failures, gateway, v2, v3};

/// A body that is over the limit is still read, up to this many bytes more, so that the client sees its refusal.
const DRAIN_LIMIT: usize = 16 << 20;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const STORE_VERSION: HeaderName = HeaderName::from_static("x-bc-store-version");

/// The headers that a browser lets a page's own code read.
const EXPOSED: [HeaderName; 10] = [
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
}

/// The whole application: a service from requests to answers. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    core: Core,
    gzip: Compression<Core>,
    browser: Cors<Compression<Core>>,
}

impl Edge {
    /// Puts the edge around the routes.
    #[must_use]
    pub fn new(routes: Router, tenants: Arc<Tenants>, options: Options) -> Edge {
        // Ids are unique over restarts without being random: the start's time, then a count.
        let start = u64::try_from(crate::clock::system_ms()).unwrap_or_default();
        let control = control::Api::new(
            tenants.clone(),
            options.default_store.clone(),
            options.guard.clone(),
            options.read_timeout,
        );
        let inner = Inner { routes, control, tenants, options, start, count: AtomicU64::new(0) };
        let core = Core(Arc::new(inner));
        let gzip = Compression::new(core.clone()).quality(CompressionLevel::Fastest);
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
    pub fn answer(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        match self.layered(request) {
            Ok(layered) => Either::Left(layered),
            Err(request) => Either::Right(self.core.answer(request)),
        }
    }

    /// The answer through layers, or the request back.
    #[expect(clippy::result_large_err, reason = "most requests come back")]
    fn layered(&self, request: Request) -> Result<BoxFuture<'static, Result<Response, Infallible>>, Request> {
        let headers = request.headers();
        // OPTIONS without this header is no preflight, and tower-http would take it for one.
        let plain_options =
            request.method() == Method::OPTIONS && !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if headers.contains_key(ORIGIN)
            && !plain_options
            && on_vendor_mount(&mount::tidy(request.uri().path()))
            && self.core.0.lets_pages_in(&request)
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
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.answer(request).boxed()
    }
}

#[derive(Clone)]
struct Core(Arc<Inner>);

/// Where a request belongs.
struct Seat {
    family: Option<Family>,
    entry: Option<Arc<Entry>>,
    /// How long the answer is held back.
    latency: Duration,
    /// The answer, if it gets no further.
    refusal: Option<Response>,
}

impl Seat {
    /// That of a request which no store counts.
    fn nowhere(family: Option<Family>, refusal: Option<Response>) -> Seat {
        Seat { family, entry: None, latency: Duration::ZERO, refusal }
    }
}

struct Inner {
    routes: Router,
    control: control::Api,
    tenants: Arc<Tenants>,
    options: Options,
    start: u64,
    count: AtomicU64,
}

impl Service<Request> for Core {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.answer(request).boxed()
    }
}

impl Core {
    fn answer(&self, request: Request) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        let inner = self.0.clone();
        async move { Ok(inner.answer(request).await) }
    }
}

impl Inner {
    async fn answer(&self, mut request: Request) -> Response {
        let id = self.request_id();
        let began = tracing::enabled!(tracing::Level::DEBUG)
            .then(|| (Instant::now(), request.method().clone(), request.uri().path().to_owned()));
        if let Some(uri) = tidy_uri(request.uri()) {
            *request.uri_mut() = uri;
        }
        let Ok(host) = authority(&request) else {
            // Its body is not waited for.
            let mut refusal = gateway::bad_host();
            end_connection(refusal.headers_mut());
            return with_id(refusal, id);
        };
        if request.uri().path().starts_with(control::PREFIX) {
            let origin = self.origin(host.as_ref(), request.extensions().get());
            return with_id(self.control.answer(request, origin, host.as_ref()).await, id);
        }
        let is_whole = self.receive(&mut request).await;
        let Seat { family, entry, latency, refusal } = self.seat(&mut request, host.as_ref()).await;
        let response = match refusal {
            Some(refusal) => refusal,
            // A panic in there is an error like any other.
            None => match AssertUnwindSafe(self.routes.clone().call(request)).catch_unwind().await {
                Ok(Ok(response)) => response,
                Err(panic) => Error::Panicked(panic_message(&*panic)).into_response(),
            },
        };
        let mut response = voiced(family, response);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        if response.status() == StatusCode::NO_CONTENT {
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        if let Some((began, method, path)) = began {
            let (status, micros) = (response.status().as_u16(), began.elapsed().as_micros());
            tracing::debug!(%method, path, status, micros, request_id = ?id, "answered");
        }
        let headers = response.headers_mut();
        headers.reserve(10);
        if let (Some(family), Some(entry)) = (family, entry) {
            match family {
                Family::TokenV2 | Family::TokenV3 => {
                    gateway::add_rate_headers(headers, entry.take_token_quota());
                }
                Family::BasicV2 => gateway::add_basic_rate_header(headers, entry.take_basic_quota()),
            }
            if family != Family::TokenV3 {
                headers.insert(STORE_VERSION, HeaderValue::from_static("7.6.0"));
            }
        }
        if !is_whole {
            end_connection(headers);
        }
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        with_id(response, id)
    }

    /// Whether the store that a request from a web page speaks to lets pages of its origin in.
    fn lets_pages_in(&self, request: &Request) -> bool {
        let origin = request.headers().get(ORIGIN).map(HeaderValue::as_bytes).unwrap_or_default();
        let path = mount::tidy(request.uri().path());
        let hash = mount::family(&path).and_then(|(_, hash)| hash);
        // To a page of a host that is refused this says no more than that.
        let host = authority(request).unwrap_or_default();
        let from_host = || hash_in(host.as_ref()).unwrap_or_default();
        let hash = hash.or_else(from_host).unwrap_or(&self.options.default_store);
        match self.tenants.entry(hash) {
            Some(entry) => entry.settings().cors.allows(origin),
            None => self.tenants.usual().cors.allows(origin),
        }
    }

    /// 32 hex digits: when the server started, and a count.
    fn request_id(&self) -> HeaderValue {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut digits = [0; 32];
        for (half, number) in digits.chunks_exact_mut(16).zip([self.start, count]) {
            for (digit, shift) in half.iter_mut().zip((0..16).rev()) {
                *digit = b"0123456789abcdef"[(number >> (4 * shift) & 15) as usize];
            }
        }
        HeaderValue::from_bytes(&digits).expect("hex digits")
    }

    /// Finds the mount and the store, and leaves in the request what extractors will look for.
    async fn seat(&self, request: &mut Request, host: Option<&Authority>) -> Seat {
        let path = request.uri().path();
        let Some((family, hash)) = mount::family(path) else {
            // A hash that can not be one: to the router it would be as good as any.
            let refusal = on_vendor_mount(path).then(gateway::unknown_route);
            return Seat::nowhere(None, refusal);
        };
        let Ok(named) = hash.map_or_else(|| hash_in(host), |hash| Ok(Some(hash))) else {
            return Seat::nowhere(Some(family), Some(gateway::no_such_store()));
        };
        let hash: Box<str> = named.unwrap_or(&self.options.default_store).into();
        let (entry, store) = match self.tenants.get(&hash).await {
            Ok(found) => found,
            Err(error) => {
                let refusal = Some(Error::from(error).into_response());
                let entry = Some(self.tenants.nothing());
                return Seat { family: Some(family), entry, latency: Duration::ZERO, refusal };
            }
        };
        let (base, base_path) = self.base(family, &hash, host, request.extensions().get());
        let tenant = Tenant {
            store,
            exists: !entry.hash.is_empty(),
            hash,
            family,
            base,
            base_path,
            settings: entry.settings(),
            tenants: self.tenants.clone(),
        };
        let basic = family == Family::BasicV2 && request.method() != Method::OPTIONS;
        let refusal = if basic { gateway::check_basic(request.headers(), &tenant).err() } else { None };
        let latency = tenant.settings.latency;
        request.extensions_mut().insert(tenant);
        Seat { family: Some(family), entry: Some(entry), latency, refusal }
    }

    /// Reads the body, so that the connection is clean for the next request whatever the handler does. Whether it
    /// has come to its end.
    async fn receive(&self, request: &mut Request) -> bool {
        if axum::body::HttpBody::is_end_stream(request.body()) {
            return true;
        }
        let body = std::mem::take(request.body_mut());
        let reading = tokio::time::timeout(self.options.read_timeout, read(body, self.options.body_limit));
        let received = reading.await.unwrap_or(Err(Unreceived::TooSlow));
        let is_whole = received.as_ref().err().is_none_or(|why| why.is_whole());
        request.extensions_mut().insert(Received(received));
        is_whole
    }

    /// The URL of a mount for links – its origin configured, or the client's own, or that of the connection – and
    /// where its path begins.
    fn base(
        &self,
        family: Family,
        hash: &str,
        host: Option<&Authority>,
        local: Option<&LocalAddr>,
    ) -> (String, usize) {
        let mut base = self.origin(host, local);
        // A public URL may have a path of its own, which is then the beginning of every path that the client uses.
        let authority = base.find("://").map_or(0, |scheme| scheme + 3);
        let path = base[authority..].find('/').map_or(base.len(), |path| authority + path);
        match family {
            Family::TokenV2 => base.extend(["/stores/", hash, "/v2"]),
            Family::TokenV3 => base.extend(["/stores/", hash, "/v3"]),
            Family::BasicV2 => base.push_str("/api/v2"),
        }
        (base, path)
    }

    /// The URL of the server, as the client reaches it.
    fn origin(&self, host: Option<&Authority>, local: Option<&LocalAddr>) -> String {
        // Room for a path.
        let mut origin = String::with_capacity(128);
        match (&self.options.public_url, host, local) {
            (Some(url), _, _) => origin.push_str(url),
            (None, Some(host), _) => origin.extend(["http://", host.as_str()]),
            (None, None, Some(LocalAddr(address))) => origin.extend(["http://", &address.to_string()]),
            (None, None, None) => origin.push_str("http://localhost"),
        }
        origin
    }
}

/// Whether a path is under a prefix that only the vendor's routes have.
fn on_vendor_mount(path: &str) -> bool {
    path.starts_with("/stores/") || path.starts_with("/api/")
}

fn with_id(mut response: Response, id: HeaderValue) -> Response {
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Has the connection end with this answer: where the next request would begin nobody knows.
pub(crate) fn end_connection(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
}

/// The store that a host names, if it is one of the service's.
fn hash_in(host: Option<&Authority>) -> Result<Option<&str>, mount::NoStore> {
    host.map_or(Ok(None), |host| mount::hash_in_host(host.as_str()))
}

/// What says which host a request is for is missing, there twice, or nothing that could be one.
struct BadHost;

/// The host that the client asked for: the request line's, or the `Host` header's. Only a client of HTTP/1.0 may
/// leave it out.
fn authority(request: &Request) -> Result<Option<Authority>, BadHost> {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next().map(|value| Authority::try_from(value.as_bytes()).map_err(|_| BadHost));
    let header = header.transpose()?;
    let target = request.uri().authority();
    let is_fine = headers.next().is_none()
        && [target, header.as_ref()].into_iter().flatten().all(is_host_and_port)
        && (target.is_some() || header.is_some() || request.version() < Version::HTTP_11);
    if is_fine { Ok(target.cloned().or(header)) } else { Err(BadHost) }
}

/// Whether there is nothing but a host and perhaps a port: a name and a password would be seen in links.
fn is_host_and_port(authority: &Authority) -> bool {
    let (text, host) = (authority.as_str(), authority.host());
    let port_is_fine = text.len() == host.len() || text.ends_with(':') || authority.port_u16().is_some();
    !host.is_empty() && !text.contains('@') && port_is_fine
}

/// The URI with a tidy path, if it was not tidy.
fn tidy_uri(uri: &Uri) -> Option<Uri> {
    let path = mount::tidy(uri.path());
    if path == uri.path() {
        return None;
    }
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}

/// Reads a body, up to `limit` bytes; what is longer is still read on for a while.
pub(crate) async fn read(mut body: Body, limit: usize) -> Result<Bytes, Unreceived> {
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unreceived::Broken)?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            kept.extend_from_slice(&data);
        } else if length > limit + DRAIN_LIMIT {
            return Err(Unreceived::FarTooLarge(limit));
        }
    }
    if length > limit { Err(Unreceived::TooLarge(limit)) } else { Ok(kept.into()) }
}

/// Puts an error into the words of the mount. An answer without one stays as it is.
fn voiced(family: Option<Family>, mut response: Response) -> Response {
    let Some(error) = response.extensions_mut().remove::<Arc<Error>>() else { return response };
    if let Error::Database(_) | Error::Store(_) | Error::Panicked(_) = error.cause() {
        failures::report("a request failed", &error.cause().to_string());
    }
    let mut voiced = match (family, &*error) {
        (None, _) | (Some(Family::TokenV2 | Family::TokenV3), Error::NoRoute) => gateway::unknown_route(),
        // Observed: the gateway knows no such route, whatever other methods it has.
        (Some(Family::TokenV3), Error::MethodNotAllowed) => return gateway::unknown_route(),
        (Some(Family::TokenV3), error) => v3::errors::error(error),
        (Some(Family::TokenV2 | Family::BasicV2), error) => v2::wire::error(error),
    };
    if let Some(allow) = response.headers_mut().remove(ALLOW) {
        voiced.headers_mut().insert(ALLOW, allow);
    }
    voiced
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
