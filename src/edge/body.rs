//! Bodies, read within their limits before anything is said.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;

use crate::extract::Unreceived;

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
