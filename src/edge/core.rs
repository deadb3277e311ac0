//! What happens to every request, whatever layers are around it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, ORIGIN, VARY};
use axum::http::uri::{Authority, PathAndQuery};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tower::Service;

use super::answer::{Change, HINT, panic_message, voiced};
use super::call::Call;
use super::fault::{self, Incoming, PREFERENCE_APPLIED};
use super::hint::Asked;
use super::{Cut, Encrypted, LocalAddr, Options, host, on_vendor_mount};
use crate::concurrency::Slot;
use crate::coverage::Coverage;
use crate::error::Error;
use crate::faults::{Break, Met, Preset, Then, preferred};
use crate::line::Line;
use crate::mount::{self, Family, Suffix};
use crate::operations::{self, Operation};
use crate::quota::Allowance;
use crate::receive::{self, Received, Unreceived, end_connection};
use crate::tenant::Tenant;
use crate::tenants::{Entry, Tenants};
use crate::{accept, clock, control, gateway};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

pub(super) const STORE_VERSION: HeaderName = HeaderName::from_static("x-bc-store-version");

/// The router with what happens around it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Core(Arc<Inner>);

/// Where a request belongs.
pub(super) struct Seat {
    pub(super) family: Option<Family>,
    pub(super) entry: Option<Arc<Entry>>,
    /// The store that it names, if that does not exist.
    pub(super) missing: Option<Box<str>>,
    /// What is left of the store's quota.
    pub(super) allowance: Option<Allowance>,
    /// The place of its token among those of the store.
    pub(super) token: Option<usize>,
    /// Whether its token may be that of another store.
    pub(super) may_be_foreign: bool,
    /// Given back when the answer is ready.
    slot: Option<Arc<Slot>>,
    /// How long the answer is held back.
    latency: Duration,
    /// What becomes of the answer.
    change: Change,
    /// What it asks for, if there is such a thing.
    pub(super) operation: Option<&'static Operation>,
    /// The answer, if it gets no further.
    refusal: Option<Response>,
}

impl Seat {
    /// That of a request which no store counts.
    fn nowhere(family: Option<Family>, refusal: Option<Response>) -> Seat {
        Seat {
            family,
            entry: None,
            missing: None,
            allowance: None,
            token: None,
            may_be_foreign: true,
            slot: None,
            latency: Duration::ZERO,
            change: Change::Nothing,
            operation: None,
            refusal,
        }
    }
}

struct Inner {
    routes: Router,
    control: control::Api,
    coverage: Arc<Coverage>,
    tenants: Arc<Tenants>,
    options: Options,
    start: u64,
    count: AtomicU64,
}

impl Service<Request> for Core {
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

impl Core {
    pub(super) fn new(routes: Router, tenants: Arc<Tenants>, options: Options) -> Core {
        // Ids are unique over restarts without being random: the start's time, then a count.
        let start = u64::try_from(clock::system_ms()).unwrap_or_default();
        let coverage = Arc::new(Coverage::new());
        let control = control::Api::new(
            tenants.clone(),
            coverage.clone(),
            options.default_store.clone(),
            options.ca.clone(),
            options.guard.clone(),
            options.read_timeout,
        );
        Core(Arc::new(Inner { routes, control, coverage, tenants, options, start, count: AtomicU64::new(0) }))
    }

    pub(super) fn answer(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response, Cut>> + Send + use<> {
        let inner = self.0.clone();
        async move { inner.answer(request).await }
    }

    /// Whether the store that a request from a web page speaks to lets pages of its origin in.
    pub(super) fn lets_pages_in(&self, request: &Request) -> bool {
        let origin = request.headers().get(ORIGIN).map(HeaderValue::as_bytes).unwrap_or_default();
        let path = mount::tidy(request.uri().path());
        let hash = mount::family(&path).and_then(|(_, hash)| hash);
        // To a page of a host that is refused this says no more than that.
        let host = host::of(request).unwrap_or_default();
        let from_host = || host::store(host.as_ref()).unwrap_or_default();
        let hash = hash.or_else(from_host).unwrap_or(&self.0.options.default_store);
        match self.0.tenants.entry(hash) {
            Some(entry) => entry.settings().cors.allows(origin),
            None => self.0.tenants.usual().cors.allows(origin),
        }
    }
}

impl Inner {
    async fn answer(&self, mut request: Request) -> Result<Response, Cut> {
        let id = self.request_id();
        let mut call = Call::begin(&request, self.options.log_requests, self.tenants.requests().is_on());
        let suffix = Suffix::of(request.uri().path());
        if let Some(uri) = tidy_uri(request.uri()) {
            *request.uri_mut() = uri;
        }
        let Ok(host) = host::of(&request) else {
            // Its body is not waited for.
            let mut refusal = gateway::bad_host();
            end_connection(refusal.headers_mut());
            let refusal = with_id(refusal, id);
            return Ok(call.end(refusal, &self.tenants).await);
        };
        if control::is_ours(request.uri().path()) {
            let origin = self.origin(host.as_ref(), &request);
            return Ok(with_id(self.control.answer(request, origin, host.as_ref()).await, id));
        }
        let is_whole = self.receive(&mut request).await;
        call.receives(&request);
        let seat = self.seat(&mut request, host.as_ref(), suffix).await;
        let asked = Asked::of(&request, &seat);
        let Seat {
            family, entry, missing, allowance, token, slot, operation, latency, change, refusal, ..
        } = seat;
        let met = self.meet(&request, family, operation, entry.as_deref());
        let then = met.as_ref().map_or(&Then::NOTHING, |met| &met.then);
        call.is_at(entry, missing, operation, token, allowance.map(|allowance| allowance.at));
        call.meets(met.as_deref());
        // The length of XML follows from all of it.
        let is_head_of_xml = matches!(change, Change::Xml(_)) && request.method() == Method::HEAD;
        if is_head_of_xml {
            *request.method_mut() = Method::GET;
        }
        let line = request.extensions().get::<Line>().cloned();
        let method = request.method().clone();
        let is_partial = then.preset == Some(Preset::PartialGroupWrite);
        if is_partial {
            fault::without_storewide_discount(&mut request);
        }
        let mut response = match refusal {
            _ if !then.carries_out() => Response::default(),
            Some(refusal) => voiced(family, operation, refusal),
            None => voiced(family, operation, self.carry_out(request).await),
        };
        if is_partial {
            response = fault::partial(&method, response);
        }
        if let (Some(family), Some(allowance)) = (family, allowance)
            && let Some(answer) = fault::answer(then, family, allowance)
        {
            response = answer;
        }
        let response = change.made(family, operation, response).await;
        let mut response = fault::shaped(then.body, response).await;
        if is_head_of_xml {
            *response.body_mut() = Body::empty();
        }
        let delay = if then.connection == Some(Break::Dribble) { Duration::ZERO } else { then.delay };
        if !(latency + delay).is_zero() {
            tokio::time::sleep(latency + delay).await;
        }
        if matches!(then.connection, Some(Break::Reset | Break::Close)) {
            if let (Some(line), Some(Break::Reset)) = (line, then.connection) {
                line.reset_at_end();
            }
            return Err(Cut);
        }
        if response.status() == StatusCode::NO_CONTENT {
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        let headers = response.headers_mut();
        headers.reserve(10);
        drop(slot);
        if let (Some(family), Some(allowance)) = (family, allowance) {
            let allowance = fault::allowance(then, allowance);
            add_headers_of_mount(headers, family, operation, allowance);
        }
        if !is_whole {
            end_connection(headers);
        }
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        let status = response.status();
        if family.is_some() {
            self.coverage.counts(operation, status, call.took());
        }
        // What a fault says is no answer to what was asked.
        if met.is_none()
            && let Some(asked) = asked
            && let Some(hint) = asked.hint(status, &self.tenants, &self.options.default_store)
        {
            response.headers_mut().insert(HINT, hint);
        }
        let headers = response.headers_mut();
        if let Some(applied) = met.as_ref().and_then(|met| met.applied.as_deref()) {
            headers.extend(HeaderValue::try_from(applied).map(|applied| (PREFERENCE_APPLIED, applied)));
        }
        let response = call.end(with_id(response, id), &self.tenants).await;
        Ok(match then.connection {
            Some(connection) => fault::broken(connection, then.delay, response).await,
            None => response,
        })
    }

    /// The answer of the routes. A panic in there is an error like any other.
    async fn carry_out(&self, request: Request) -> Response {
        match AssertUnwindSafe(self.routes.clone().call(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Err(panic) => Error::Panicked(panic_message(&*panic)).into_response(),
        }
    }

    /// The fault that a request meets, or asks for.
    fn meet(
        &self,
        request: &Request,
        family: Option<Family>,
        operation: Option<&'static Operation>,
        entry: Option<&Entry>,
    ) -> Option<Box<Met>> {
        let met = entry.and_then(|entry| entry.faults.meet(&Incoming { operation, request }));
        let may_prefer = family.is_some() && self.options.takes_preferences;
        let preferred = || {
            let (then, applied) = may_prefer.then(|| preferred(request.headers()))??;
            Some(Met { id: "prefer".to_owned(), then, applied: Some(applied) })
        };
        let met = met.or_else(preferred)?;
        self.coverage.counts_fault();
        Some(Box::new(met))
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
    async fn seat(&self, request: &mut Request, host: Option<&Authority>, suffix: Option<Suffix>) -> Seat {
        let path = request.uri().path();
        let Some((family, hash)) = mount::family(path) else {
            // A hash that can not be one: to the router it would be as good as any.
            let refusal = on_vendor_mount(path).then(gateway::unknown_route);
            return Seat::nowhere(None, refusal);
        };
        let Ok(named) = hash.map_or_else(|| host::store(host), |hash| Ok(Some(hash))) else {
            return Seat::nowhere(Some(family), Some(gateway::no_such_store()));
        };
        let hash: Box<str> = named.unwrap_or(&self.options.default_store).into();
        let (entry, store) = match self.tenants.get(&hash).await {
            Ok(found) => found,
            Err(error) => {
                let refusal = Some(Error::from(error).into_response());
                let entry = self.tenants.nothing();
                let quotas = &entry.settings().quotas;
                let allowance = Some(entry.take_quota(quotas, family == Family::BasicV2));
                return Seat { entry: Some(entry), allowance, ..Seat::nowhere(Some(family), refusal) };
            }
        };
        let settings = entry.settings();
        // Before anything is refused, so that any number of requests at once can not pass what is left.
        let allowance = entry.take_quota(&settings.quotas, family == Family::BasicV2);
        let form = match family {
            Family::TokenV3 => accept::v3(request.headers()),
            _ => accept::v2(request.headers(), suffix, settings.access.switches.v2_without_accept),
        };
        let token = settings.access.place_of_token(request.headers());
        let may_be_foreign = settings.access.strict && token.is_none();
        let operation =
            operations::find(family.dialect(), request.method().as_str(), mount::below(family, path))
                .filter(|operation| family != Family::BasicV2 || !operation.is_for_tokens);
        let change = if family == Family::TokenV3 { Change::Nothing } else { Change::of(form, path) };
        let slot = operation.and_then(|operation| entry.slot(&settings, operation)).map(Arc::new);
        let (base, base_path) = self.base(family, &hash, host, request);
        let tenant = Tenant {
            store,
            exists: !entry.hash.is_empty(),
            hash,
            family,
            operation,
            allowance,
            base,
            base_path,
            form,
            slot: slot.clone(),
            settings,
            tenants: self.tenants.clone(),
        };
        let basic = family == Family::BasicV2 && request.method() != Method::OPTIONS;
        let refusal = if basic { gateway::check_basic(request.headers(), &tenant).err() } else { None };
        let latency = tenant.settings.latency;
        let missing = (!tenant.exists).then(|| tenant.hash.clone());
        request.extensions_mut().insert(tenant);
        Seat {
            family: Some(family),
            entry: Some(entry),
            missing,
            allowance: Some(allowance),
            token,
            may_be_foreign,
            slot,
            operation,
            latency,
            change,
            refusal,
        }
    }

    /// Reads the body, so that the connection is clean for the next request whatever the handler does. Whether it
    /// has come to its end.
    async fn receive(&self, request: &mut Request) -> bool {
        if axum::body::HttpBody::is_end_stream(request.body()) {
            return true;
        }
        let body = std::mem::take(request.body_mut());
        let reading =
            tokio::time::timeout(self.options.read_timeout, receive::read(body, self.options.body_limit));
        let received = reading.await.unwrap_or(Err(Unreceived::TooSlow));
        let is_whole = received.as_ref().err().is_none_or(|why| why.is_whole());
        request.extensions_mut().insert(Received(received));
        is_whole
    }

    /// The URL of a mount for links – its origin configured, or that of a trusted proxy, or the client's own, or that
    /// of the connection – and
    /// where its path begins.
    fn base(
        &self,
        family: Family,
        hash: &str,
        host: Option<&Authority>,
        request: &Request,
    ) -> (String, usize) {
        let mut base = self.origin(host, request);
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
    fn origin(&self, host: Option<&Authority>, request: &Request) -> String {
        let forwarded = if self.options.trust_proxy {
            host::forwarded(request.headers())
        } else {
            host::Forwarded::default()
        };
        let own = if request.extensions().get::<Encrypted>().is_some() { "https" } else { "http" };
        let scheme = forwarded.scheme.unwrap_or(own);
        let (host, local) = (forwarded.host.as_ref().or(host), request.extensions().get::<LocalAddr>());
        // Room for a path.
        let mut origin = String::with_capacity(128);
        match (&self.options.public_url, host, local) {
            (Some(url), _, _) => origin.push_str(url),
            (None, Some(host), _) => origin.extend([scheme, "://", host.as_str()]),
            (None, None, Some(LocalAddr(address))) => origin.extend([scheme, "://", &address.to_string()]),
            (None, None, None) => origin.extend([scheme, "://localhost"]),
        }
        origin
    }
}

/// Adds what every answer of a mount says.
fn add_headers_of_mount(
    headers: &mut HeaderMap,
    family: Family,
    operation: Option<&Operation>,
    allowance: Allowance,
) {
    match family {
        Family::TokenV2 | Family::TokenV3 => gateway::add_rate_headers(headers, allowance),
        Family::BasicV2 => gateway::add_basic_rate_header(headers, allowance),
    }
    if family == Family::TokenV2 {
        gateway::add_boundless_rate_header(headers);
    }
    if family != Family::TokenV3 {
        headers.insert(STORE_VERSION, HeaderValue::from_static("7.6.0"));
    }
    if operation.is_some_and(|operation| operation.is_deprecated) {
        headers.insert(DEPRECATION, HeaderValue::from_static(gateway::DEPRECATED_SINCE));
    }
}

fn with_id(mut response: Response, id: HeaderValue) -> Response {
    response.headers_mut().insert(REQUEST_ID, id);
    response
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
