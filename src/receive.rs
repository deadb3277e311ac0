//! Bodies, read within their limits before anything is said.

use axum::body::{Body, Bytes};
use axum::http::header::CONNECTION;
use axum::http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;

/// The body as the edge received it, or why it could not.
#[derive(Clone, Debug)]
pub struct Received(pub Result<Bytes, Unreceived>);

/// Why a body was not received.
#[derive(Clone, Copy, Debug)]
pub enum Unreceived {
    /// It is longer than this many bytes.
    TooLarge(usize),
    /// The same, and it was not read to its end.
    FarTooLarge(usize),
    /// It did not arrive in time.
    TooSlow,
    /// It was cut off, or its framing is wrong.
    Broken,
}

impl Unreceived {
    /// Whether its end was found all the same, so that the connection can go on.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Unreceived::TooLarge(_))
    }
}

/// A body that is over the limit is still read, up to this many bytes more, so that the client sees its refusal.
const DRAIN_LIMIT: usize = 16 << 20;

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

/// Has the connection end with this answer: where the next request would begin nobody knows.
pub(crate) fn end_connection(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
}
