//! `/_mock/stores/{hash}/settings` and `/clock`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::Control;
use super::body::{Body, Named};
use super::voice::{Refusal, ok};
use crate::clock::{Clock, Mode};
use crate::durations::{instant_text, shift, shift_text};
use crate::quota::Allowance;
use crate::strict_json::Object;
use crate::tenants::{Settings, settings};

/// `GET /_mock/stores/{hash}/settings`
pub(super) async fn get(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
) -> Result<Response, Refusal> {
    Ok(ok(&settings::to_json(&control.entry(&hash)?.settings_now())))
}

/// `PATCH /_mock/stores/{hash}/settings`: merged (RFC 7396).
pub(super) async fn patch(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    body: Body,
) -> Result<Response, Refusal> {
    let patch = body.json()?;
    let server = control.tenants.usual().profile;
    let entry = control.change_settings(&hash, |now| settings::patched(&now, patch, server)).await?;
    Ok(ok(&settings::to_json(&entry.settings_now())))
}

/// `GET /_mock/stores/{hash}/clock`
pub(super) async fn get_clock(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
) -> Result<Response, Refusal> {
    Ok(ok(&clock_json(&control.entry(&hash)?.clock)))
}

/// `PUT /_mock/stores/{hash}/clock`
pub(super) async fn put_clock(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body.json()?;
    let set = |now| Ok(Settings { clock: settings::clock(body, "")?, ..now });
    let entry = control.change_settings(&hash, set).await?;
    Ok(ok(&clock_json(&entry.clock)))
}

/// `POST /_mock/stores/{hash}/clock/advance`
pub(super) async fn advance_clock(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body.json()?;
    let advance = |now: Settings| {
        let mut object = Object::new(body, "")?;
        let clock = Clock::new(now.clock);
        clock.advance(object.need("by", shift)?);
        object.done()?;
        Ok(Settings { clock: clock.mode(), ..now })
    };
    let entry = control.change_settings(&hash, advance).await?;
    Ok(ok(&clock_json(&entry.clock)))
}

/// `PUT /_mock/stores/{hash}/quota/exhaust`: spends what is left of this window.
pub(super) async fn exhaust_quota(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
) -> Result<Response, Refusal> {
    let entry = control.entry(&hash)?;
    entry.exhaust_quotas();
    let of = |is_basic| {
        let Allowance { left, limit, reset_ms, window_ms, .. } = entry.look_at_quota(is_basic);
        json!({"left": left, "limit": limit, "reset_ms": reset_ms, "window_ms": window_ms})
    };
    Ok(ok(&json!({"tokens": of(false), "basic": of(true)})))
}

/// A clock as it stands: `by` is how far it is from the system's, if it moves with that.
fn clock_json(clock: &Clock) -> Json {
    let (mode, by) = match clock.mode() {
        Mode::Real => ("real", shift_text(0)),
        Mode::Frozen(_) => ("frozen", shift_text(0)),
        Mode::Shifted(by) => ("shifted", shift_text(by)),
    };
    json!({"mode": mode, "now": instant_text(clock.now_ms()), "by": by})
}
