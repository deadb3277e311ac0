//! `/_mock/stores`: stores are made, looked at, put back and deleted; and their snapshots.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::body::{Body, Listing, Named, Site};
use super::voice::{Refusal, answer, ok};
use super::{Control, seed};
use crate::durations::instant_text;
use crate::mount;
use crate::reply;
use crate::strict_json::{Fault, Object, some_text, switch};
use crate::tenants::{About, Entry, Keep, MakeError, Replaced, Settings, settings};

/// `GET /_mock/stores`
pub(super) async fn list(
    State(control): State<Arc<Control>>,
    site: Site,
    listing: Listing,
) -> Result<Response, Refusal> {
    let prefix = listing.get("prefix").unwrap_or_default().to_owned();
    let page = listing.page(&["prefix"])?;
    let all = control.tenants.list(&prefix);
    let total = all.len();
    let (part, _) = page.of(all, |entry, after| *entry.hash == *after);
    let mut stores = Vec::with_capacity(part.len());
    for entry in part {
        stores.extend(control.store_json(&site, &entry).await?);
    }
    Ok(ok(&json!({"stores": stores, "total": total})))
}

/// `POST /_mock/stores`
pub(super) async fn create(
    State(control): State<Arc<Control>>,
    site: Site,
    body: Body,
) -> Result<Response, Refusal> {
    let mut object = Object::new(body.json_or_empty()?, "")?;
    let hash = object.read("hash", hash)?.unwrap_or_else(|| fresh_hash(&control));
    let seed = object.take("seed");
    let copy_of = object.read("copy_of", some_text)?;
    let snapshot = object.read("snapshot", some_text)?;
    let replace = object.read("replace", switch)?.unwrap_or_default();
    object.done()?;
    let exists = || {
        Refusal::new(StatusCode::CONFLICT, "store_exists", format!("there is a store '{hash}' already"))
            .at("/hash")
            .hint("set replace to put another in its place")
    };
    if !replace && control.tenants.exists(&hash) {
        return Err(exists());
    }
    let made = match (seed, copy_of, snapshot) {
        (Some(_), Some(_), _) => {
            return Err(Refusal::invalid("seed and copy_of exclude each other").at("/copy_of"));
        }
        (_, None, Some(_)) => {
            return Err(Refusal::invalid("a snapshot is one of the store that copy_of names").at("/snapshot"));
        }
        (Some(seed), None, None) => seed::make(&control, &hash, seed, replace).await?,
        (None, Some(from), snapshot) => {
            let content = control.content_of(&from, snapshot.as_deref()).await;
            let content = content
                .map_err(|refusal| refusal.at(if snapshot.is_some() { "/snapshot" } else { "/copy_of" }))?;
            control.tenants.make(&hash, Some(content), replace).await
        }
        (None, None, None) => control.tenants.make(&hash, None, replace).await,
    };
    let entry = made.map_err(|error| match error {
        MakeError::Exists => exists(),
        MakeError::Failed(error) => error.into(),
    })?;
    let json = control.store_json(&site, &entry).await?.unwrap_or_default();
    let mut response = answer(StatusCode::CREATED, &json);
    if let Ok(location) = HeaderValue::try_from(format!("/_mock/stores/{hash}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// `GET /_mock/stores/{hash}`
pub(super) async fn get(
    State(control): State<Arc<Control>>,
    site: Site,
    Named([hash]): Named<1>,
) -> Result<Response, Refusal> {
    control.show(&site, &hash).await
}

/// `DELETE /_mock/stores/{hash}`
pub(super) async fn delete(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
) -> Result<Response, Refusal> {
    if control.tenants.delete(&hash).await {
        Ok(reply::no_content())
    } else {
        Err(Refusal::unknown_store(&hash))
    }
}

/// `POST /_mock/stores/{hash}/reset`
pub(super) async fn reset(
    State(control): State<Arc<Control>>,
    site: Site,
    Named([hash]): Named<1>,
    body: Body,
) -> Result<Response, Refusal> {
    let keep = keep(body)?;
    control.tenants.reset(&hash, keep).await?.ok_or_else(|| Refusal::unknown_store(&hash))?;
    control.show(&site, &hash).await
}

/// `POST /_mock/reset`
pub(super) async fn reset_all(
    State(control): State<Arc<Control>>,
    site: Site,
    body: Body,
) -> Result<Response, Refusal> {
    let keep = keep(body)?;
    let mut stores = Vec::new();
    for entry in control.tenants.list("") {
        if !control.tenants.was_seeded(&entry.hash) {
            control.tenants.delete(&entry.hash).await;
        } else if let Some(entry) = control.tenants.reset(&entry.hash, keep).await? {
            stores.extend(control.store_json(&site, &entry).await?);
        }
    }
    Ok(ok(&json!({"stores": stores})))
}

/// `PUT /_mock/stores/{hash}/snapshots/{name}`
pub(super) async fn put_snapshot(
    State(control): State<Arc<Control>>,
    Named([hash, name]): Named<2>,
) -> Result<Response, Refusal> {
    if !mount::is_hash(&name) {
        return Err(Refusal::invalid("the name of a snapshot is 1 to 64 letters, digits, '-' or '_'"));
    }
    let taken = control.tenants.take_snapshot(&hash, &name).await?;
    let (about, is_new) = taken.ok_or_else(|| Refusal::unknown_store(&hash))?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(status, &snapshot_json(&name, &about)))
}

/// `POST /_mock/stores/{hash}/snapshots/{name}/restore`
pub(super) async fn restore(
    State(control): State<Arc<Control>>,
    site: Site,
    Named([hash, name]): Named<2>,
) -> Result<Response, Refusal> {
    let snapshot = control.content_of(&hash, Some(&name)).await?;
    control.tenants.restore(&hash, &snapshot).await?.ok_or_else(|| Refusal::unknown_store(&hash))?;
    control.show(&site, &hash).await
}

/// `GET /_mock/stores/{hash}/snapshots`
pub(super) async fn list_snapshots(
    State(control): State<Arc<Control>>,
    Named([hash]): Named<1>,
    listing: Listing,
) -> Result<Response, Refusal> {
    let page = listing.page(&[])?;
    control.entry(&hash)?;
    let names = control.tenants.snapshot_names(&hash);
    let total = names.len();
    let (names, _) = page.of(names, |name, after| name == after);
    let mut snapshots = Vec::with_capacity(names.len());
    for name in names {
        let snapshot = control.tenants.snapshot(&hash, &name)?;
        snapshots.extend(snapshot.map(|snapshot| snapshot_json(&name, &snapshot.about())));
    }
    Ok(ok(&json!({"snapshots": snapshots, "total": total})))
}

/// `DELETE /_mock/stores/{hash}/snapshots/{name}`
pub(super) async fn delete_snapshot(
    State(control): State<Arc<Control>>,
    Named([hash, name]): Named<2>,
) -> Result<Response, Refusal> {
    control.entry(&hash)?;
    if control.tenants.delete_snapshot(&hash, &name).await {
        Ok(reply::no_content())
    } else {
        Err(Refusal::unknown_snapshot(&hash, &name))
    }
}

fn snapshot_json(name: &str, about: &About) -> Json {
    json!({
        "name": name,
        "customers": about.customers,
        "bytes": about.bytes,
        "created_at": instant_text(about.created_at),
    })
}

/// What a reset is told to keep.
fn keep(body: Body) -> Result<Keep, Refusal> {
    let mut object = Object::new(body.json_or_empty()?, "")?;
    let mut keep = Keep::default();
    let words = [("requests", 0), ("faults", 1), ("clock", 2), ("settings", 3)];
    let kept = object.read("keep", crate::strict_json::list(crate::strict_json::word(&words)))?;
    object.done()?;
    for what in kept.unwrap_or_default() {
        match what {
            0 => keep.requests = true,
            1 => keep.faults = true,
            2 => keep.clock = true,
            _ => keep.settings = true,
        }
    }
    Ok(keep)
}

fn hash(json: Json, at: &str) -> Result<String, Fault> {
    let hash = some_text(json, at)?;
    let why = "a store hash is 1 to 64 letters, digits, '-' or '_'";
    if mount::is_hash(&hash) { Ok(hash) } else { Err(Fault::new(at, why)) }
}

/// A hash that looks like one of the service's and that no store has.
fn fresh_hash(control: &Control) -> String {
    loop {
        let mut number = RandomState::new().hash_one(0);
        let mut hash = String::with_capacity(10);
        for _ in 0..10 {
            let digit = u32::try_from(number % 36).unwrap_or_default();
            hash.extend(char::from_digit(digit, 36));
            number /= 36;
        }
        if !control.tenants.exists(&hash) {
            return hash;
        }
    }
}

impl Control {
    /// A store as the control API shows it; `None` if it has just been replaced or deleted.
    async fn store_json(&self, site: &Site, entry: &Arc<Entry>) -> Result<Option<Json>, Refusal> {
        let hash = &*entry.hash;
        let customers = match entry.customers().await? {
            Ok(customers) => customers,
            Err(Replaced) => return Ok(None),
        };
        let settings = entry.settings_now();
        Ok(Some(json!({
            "hash": hash,
            "customers": customers,
            "created_at": instant_text(entry.created_at),
            "last_used_at": instant_text(entry.last_used_at()),
            "token": settings.access.full_token(),
            "urls": {
                "v2": format!("{}/stores/{hash}/v2", site.origin),
                "v3": format!("{}/stores/{hash}/v3", site.origin),
                "basic": self.basic_url(site, hash),
            },
            "settings": settings::to_json(&settings),
            "snapshots": self.tenants.snapshot_names(hash),
        })))
    }

    /// Where Basic credentials open a store: only one has no name in its host.
    fn basic_url(&self, site: &Site, hash: &str) -> String {
        if *hash == *self.default_store {
            return format!("{}/api/v2", site.origin);
        }
        let (scheme, authority) = site.origin.split_once("://").unwrap_or(("http", &site.origin));
        let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://store-{hash}.mybigcommerce.com{port}/api/v2")
    }

    /// 200 with a store.
    pub(super) async fn show(&self, site: &Site, hash: &str) -> Result<Response, Refusal> {
        loop {
            let entry = self.entry(hash)?;
            if let Some(json) = self.store_json(site, &entry).await? {
                return Ok(ok(&json));
            }
        }
    }

    /// The store of that hash.
    pub(super) fn entry(&self, hash: &str) -> Result<Arc<Entry>, Refusal> {
        self.tenants.entry(hash).ok_or_else(|| Refusal::unknown_store(hash))
    }

    /// Changes the settings of the store of that hash.
    pub(super) async fn change_settings(
        &self,
        hash: &str,
        change: impl FnOnce(Settings) -> Result<Settings, Fault>,
    ) -> Result<Arc<Entry>, Refusal> {
        let change = |now| change(now).map_err(Refusal::from);
        self.tenants.change_settings(hash, change).await?.ok_or_else(|| Refusal::unknown_store(hash))
    }

    /// A store as it is now, or one of its snapshots.
    async fn content_of(
        &self,
        hash: &str,
        name: Option<&str>,
    ) -> Result<Arc<crate::tenants::Snapshot>, Refusal> {
        let unknown_store = || Refusal::unknown_store(hash);
        match name {
            None => self.tenants.snapshot_now(hash).await?.ok_or_else(unknown_store),
            Some(name) => {
                self.entry(hash)?;
                self.tenants.snapshot(hash, name)?.ok_or_else(|| Refusal::unknown_snapshot(hash, name))
            }
        }
    }
}
