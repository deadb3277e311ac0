//! What a fault makes of an answer.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, Method};
use axum::response::Response;
use futures_util::stream;
use http_body_util::BodyExt;
use serde_json::Value as Json;

use crate::faults::{Break, Preset, Shape, Then};
use crate::gateway;
use crate::matching::Seen;
use crate::mount::Family;
use crate::operations::Operation;
use crate::query;
use crate::quota::Allowance;
use crate::receive::Received;
use crate::v2::customer_groups;

/// Says which of a client's preferences an answer follows.
pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// A request that is coming in, as the faults of its store see it.
pub(super) struct Incoming<'a> {
    pub(super) operation: Option<&'static Operation>,
    pub(super) request: &'a Request,
}

impl Seen for Incoming<'_> {
    fn id(&self) -> u64 {
        0
    }

    fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }

    fn method(&self) -> &str {
        self.request.method().as_str()
    }

    fn path(&self) -> &str {
        self.request.uri().path()
    }

    fn query(&self) -> Cow<'_, [(String, String)]> {
        query::pairs(self.request.uri().query().unwrap_or_default()).into()
    }

    fn header(&self, name: &str) -> Vec<Cow<'_, str>> {
        let values = self.request.headers().get_all(name).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect()
    }

    fn status(&self) -> Option<u16> {
        None
    }

    fn body(&self) -> Option<Cow<'_, Json>> {
        let Received(Ok(body)) = self.request.extensions().get::<Received>()? else { return None };
        serde_json::from_slice(body).ok().map(Cow::Owned)
    }
}

/// The answer in the place of the real one, if there is one.
pub(super) fn answer(then: &Then, family: Family, allowance: Allowance) -> Option<Response> {
    match (then.preset, then.status) {
        (Some(Preset::MaintenancePage), _) => Some(gateway::maintenance_page()),
        // It depends on what became of the write.
        (Some(Preset::PartialGroupWrite), _) | (None, None) => None,
        (None, Some(status)) if then.body == Shape::Html => Some(gateway::proxy_page(status)),
        (None, Some(status)) => {
            let retry_after =
                then.retry_after.map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
            Some(gateway::fault(family, status, retry_after, allowance))
        }
    }
}

/// Takes the discount for all of the store out of a group that is being written.
pub(super) fn without_storewide_discount(request: &mut Request) {
    if let Some(Received(Ok(body))) = request.extensions_mut().get_mut::<Received>()
        && let Ok(mut group) = serde_json::from_slice::<Json>(body)
        && customer_groups::drop_storewide_discount(&mut group)
    {
        *body = group.to_string().into();
    }
}

/// The answer to that write, if the group was written.
pub(super) fn partial(method: &Method, response: Response) -> Response {
    if response.status().is_success() {
        gateway::partial_group_write(*method == Method::PUT)
    } else {
        response
    }
}

/// What is left of the quota, as an answer that follows a fault says it: of a 429 nothing.
pub(super) fn allowance(then: &Then, allowance: Allowance) -> Allowance {
    if then.status.is_none_or(|status| status.as_u16() != 429) {
        return allowance;
    }
    let after = then.retry_after.map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    Allowance { left: 0, reset_ms: after.unwrap_or(allowance.reset_ms), ..allowance }
}

/// The answer with a body of the wanted shape.
pub(super) async fn shaped(shape: Shape, mut response: Response) -> Response {
    match shape {
        Shape::Vendor | Shape::Html => {}
        Shape::Empty => {
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_LENGTH);
            response.headers_mut().remove(CONTENT_TYPE);
        }
        Shape::Malformed => {
            let whole = whole(&mut response).await;
            *response.body_mut() = Body::from(whole.slice(..whole.len() / 2));
            response.headers_mut().remove(CONTENT_LENGTH);
        }
    }
    response
}

/// The bytes of a body, which is taken out. All of ours are in one piece.
pub(super) async fn whole(response: &mut Response) -> Bytes {
    match response.body_mut().frame().await {
        Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
        _ => Bytes::new(),
    }
}

/// On answers that are sent as they are: packed, what is to be cut or told apart would be something else.
#[derive(Clone, Copy, Debug)]
pub(super) struct AsItIs;

/// In how many pieces an answer dribbles.
const PIECES: usize = 16;

/// How long half of an answer is given to leave before the connection is closed.
const LEAVE: Duration = Duration::from_millis(50);

/// The answer as it leaves on a connection that breaks, or is slow.
pub(super) async fn broken(connection: Break, delay: Duration, mut response: Response) -> Response {
    let whole = whole(&mut response).await;
    set_length(response.headers_mut(), whole.len());
    response.extensions_mut().insert(AsItIs);
    *response.body_mut() = match connection {
        Break::Dribble => dribbling(whole, delay / u32::try_from(PIECES).unwrap_or(1)),
        _ => truncated(whole.slice(..whole.len() / 2)),
    };
    response
}

fn set_length(headers: &mut HeaderMap, length: usize) {
    // An answer to HEAD has it already.
    if length > 0 {
        headers.insert(CONTENT_LENGTH, length.into());
    }
}

fn dribbling(whole: Bytes, pause: Duration) -> Body {
    let pieces =
        (0..PIECES).map(move |i| whole.slice(whole.len() * i / PIECES..whole.len() * (i + 1) / PIECES));
    let pieces: Vec<Bytes> = pieces.filter(|piece| !piece.is_empty()).collect();
    Body::from_stream(stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        let piece = pieces.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, io::Error>(piece), pieces))
    }))
}

fn truncated(half: Bytes) -> Body {
    Body::from_stream(stream::unfold(Some(half), |half| async move {
        if let Some(half) = half {
            return Some((Ok(half), None));
        }
        tokio::time::sleep(LEAVE).await;
        Some((Err(io::Error::other("a fault cuts this answer")), None))
    }))
}
