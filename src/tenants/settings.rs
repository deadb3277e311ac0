//! How a store behaves: who may come in, and the switches between sandbox and service.

use std::path::Path;
use std::time::Duration;

use axum::http::Uri;
use serde_json::{Value as Json, json};

use super::{Information, Wrong};
use crate::access::{Access, AddressStates, DeleteAll, LimitOverflow, SCOPES, Scope, Token, WithoutAccept};
use crate::clock::Mode;
use crate::durations;
use crate::model::engine::OpenError;
use crate::quota::{Plan, Quotas};
use crate::strict_json::{self, Fault, Object, list, some_text, switch, whole, word};

/// Everything about a store that is not its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Who may come in, and how the store reads the documents.
    pub access: Access,
    /// Its time.
    pub clock: Mode,
    /// How long every answer is held back.
    pub latency: Duration,
    /// How many requests it may get.
    pub quotas: Quotas,
    /// Which web pages may call it.
    pub cors: Cors,
    /// What it says of itself.
    pub information: Information,
}

/// Which web pages may call a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cors {
    /// Those of any origin.
    #[default]
    Any,
    /// None, as with the service.
    Off,
    /// Those of these origins.
    Origins(Vec<String>),
}

impl Cors {
    /// Whether pages of this origin may call.
    #[must_use]
    pub fn allows(&self, origin: &[u8]) -> bool {
        match self {
            Cors::Any => true,
            Cors::Off => false,
            Cors::Origins(origins) => origins.iter().any(|allowed| allowed.as_bytes() == origin),
        }
    }
}

/// What clamps or refuses a `limit` that is too large.
const OVERFLOW: [(&str, LimitOverflow); 2] =
    [("clamp", LimitOverflow::Clamp), ("reject", LimitOverflow::Reject)];
/// What a bulk delete takes.
const DELETE_ALL: [(&str, DeleteAll); 2] = [("all", DeleteAll::All), ("batch_of_100", DeleteAll::BatchOf100)];
/// What V2 answers to a client that names no form.
const WITHOUT_ACCEPT: [(&str, WithoutAccept); 2] =
    [("json", WithoutAccept::Json), ("xml", WithoutAccept::Xml)];
const ADDRESS_STATES: [(&str, AddressStates); 2] =
    [("check", AddressStates::Check), ("free", AddressStates::Free)];
const PLANS: [(&str, Plan); 4] =
    [("unlimited", Plan::Unlimited), ("standard", Plan::Standard), ("plus", Plan::Plus), ("pro", Plan::Pro)];
const AUTH: [(&str, bool); 2] = [("lenient", false), ("strict", true)];

/// The settings as the control API and files show them, secrets included.
#[must_use]
pub fn to_json(settings: &Settings) -> Json {
    let Settings { access, clock, latency, quotas, cors, information } = settings;
    let scope_name = |scope: &Scope| name_of(&SCOPES, *scope);
    let token = |token: &Token| json!({"token": token.token, "scopes": token.scopes.iter().map(scope_name).collect::<Vec<_>>()});
    let basic = |(username, password): &(String, String)| json!({"username": username, "password": password});
    json!({
        "auth": name_of(&AUTH, access.strict),
        "tokens": access.tokens.as_slice().iter().map(token).collect::<Vec<_>>(),
        "basic": access.basic.iter().map(basic).collect::<Vec<_>>(),
        "limit_overflow": name_of(&OVERFLOW, access.switches.limit_overflow),
        "delete_all": name_of(&DELETE_ALL, access.switches.delete_all),
        "v2_without_accept": name_of(&WITHOUT_ACCEPT, access.switches.v2_without_accept),
        "clock": clock_json(*clock),
        "quota": quota_json(quotas),
        "address_states": name_of(&ADDRESS_STATES, access.switches.address_states),
        "cors": match cors {
            Cors::Any => json!("any"),
            Cors::Off => json!("off"),
            Cors::Origins(origins) => json!(origins),
        },
        "latency": durations::duration_text(*latency),
        "store": information.given(),
    })
}

/// What was said of quotas; the rest follows from the plan.
fn quota_json(quotas: &Quotas) -> Json {
    let Quotas { plan, requests, window, enforce, hourly } = *quotas;
    let mut shown = json!({"plan": name_of(&PLANS, plan)});
    let given = [
        ("requests", requests.map(Json::from)),
        ("window", window.map(|window| durations::duration_text(window).into())),
        ("enforce", enforce.map(Json::from)),
        ("hourly", hourly.map(Json::from)),
    ];
    for (key, value) in given {
        if let Some(value) = value {
            shown[key] = value;
        }
    }
    shown
}

/// Reads quotas.
fn quotas(json: Json, at: &str) -> Result<Quotas, Fault> {
    let mut object = Object::new(json, at)?;
    let window = |json: Json, at: &str| {
        let window = durations::duration(json, at)?;
        if window.is_zero() { Err(Fault::new(at, "must be longer than nothing")) } else { Ok(window) }
    };
    let quotas = Quotas {
        plan: object.read("plan", word(&PLANS))?.unwrap_or_default(),
        requests: object.read("requests", whole(0..=1_000_000_000))?,
        window: object.read("window", window)?,
        enforce: object.read("enforce", switch)?,
        hourly: object.read("hourly", whole(0..=1_000_000_000))?,
    };
    object.done()?;
    Ok(quotas)
}

/// A clock's mode as the control API and files show it.
#[must_use]
pub fn clock_json(mode: Mode) -> Json {
    match mode {
        Mode::Real => json!({"mode": "real"}),
        Mode::Frozen(now) => json!({"mode": "frozen", "now": durations::instant_text(now)}),
        Mode::Shifted(by) => json!({"mode": "shifted", "by": durations::shift_text(by)}),
    }
}

/// The settings in a file, if it is there.
pub(super) fn read_file(path: &Path) -> Result<Option<Settings>, OpenError> {
    let failed = |source| OpenError::file(path, source);
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let json = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
    let read = from_json(json).map(Some);
    read.map_err(|Fault { at, why, .. }| failed(std::io::Error::other(format!("{at}: {why}"))))
}

/// Reads settings; what is absent is as usual.
///
/// # Errors
/// What is wrong, and where.
pub fn from_json(json: Json) -> Result<Settings, Fault> {
    let mut object = Object::new(json, "")?;
    let mut settings = Settings::default();
    let access = &mut settings.access;
    set(&mut access.strict, object.read("auth", word(&AUTH))?);
    set(&mut access.tokens, object.read("tokens", list(token))?.map(Into::into));
    set(&mut access.basic, object.read("basic", list(basic))?);
    read_switches(&mut settings, &mut object)?;
    set(&mut settings.information, object.read("store", information)?);
    object.done()?;
    Ok(settings)
}

/// Reads the settings that a seed has under `settings`, over those that are there.
///
/// # Errors
/// What is wrong, and where.
pub fn read_seeded(settings: &mut Settings, json: Json, at: &str) -> Result<(), Fault> {
    let mut object = Object::new(json, at)?;
    read_switches(settings, &mut object)?;
    object.done()
}

/// The settings that are one of several words, with the words.
#[must_use]
pub fn words() -> [(&'static str, Vec<&'static str>); 4] {
    fn of<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    [
        ("limit_overflow", of(&OVERFLOW)),
        ("delete_all", of(&DELETE_ALL)),
        ("v2_without_accept", of(&WITHOUT_ACCEPT)),
        ("address_states", of(&ADDRESS_STATES)),
    ]
}

fn read_switches(settings: &mut Settings, object: &mut Object) -> Result<(), Fault> {
    let switches = &mut settings.access.switches;
    set(&mut switches.limit_overflow, object.read("limit_overflow", word(&OVERFLOW))?);
    set(&mut switches.delete_all, object.read("delete_all", word(&DELETE_ALL))?);
    set(&mut switches.v2_without_accept, object.read("v2_without_accept", word(&WITHOUT_ACCEPT))?);
    set(&mut switches.address_states, object.read("address_states", word(&ADDRESS_STATES))?);
    set(&mut settings.clock, object.read("clock", clock)?);
    set(&mut settings.quotas, object.read("quota", quotas)?);
    set(&mut settings.cors, object.read("cors", cors)?);
    set(&mut settings.latency, object.read("latency", durations::duration)?);
    Ok(())
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn name_of<T: PartialEq + Copy>(words: &[(&'static str, T)], meaning: T) -> &'static str {
    words.iter().find(|(_, other)| *other == meaning).map_or("", |(word, _)| word)
}

/// Reads a token with its scopes.
///
/// # Errors
/// What is wrong, and where.
pub fn token(json: Json, at: &str) -> Result<Token, Fault> {
    let mut object = Object::new(json, at)?;
    let token = object.need("token", some_text)?;
    let scopes = object.need("scopes", list(word(&SCOPES)))?;
    object.done()?;
    Ok(Token { token, scopes })
}

/// Reads a Basic user.
///
/// # Errors
/// What is wrong, and where.
pub fn basic(json: Json, at: &str) -> Result<(String, String), Fault> {
    let mut object = Object::new(json, at)?;
    let username = object.need("username", some_text)?;
    if username.contains(':') {
        let why = "a user name can not contain ':', which ends it on the wire";
        return Err(Fault::new(&object.at("username"), why));
    }
    let password = object.need("password", strict_json::text)?;
    object.done()?;
    Ok((username, password))
}

/// Reads a clock's mode.
///
/// # Errors
/// What is wrong, and where.
pub fn clock(json: Json, at: &str) -> Result<Mode, Fault> {
    let mut object = Object::new(json, at)?;
    let mode = match object.need("mode", word(&[("real", 'r'), ("frozen", 'f'), ("shifted", 's')]))? {
        'f' => Mode::Frozen(object.need("now", durations::instant)?),
        's' => Mode::Shifted(object.need("by", durations::shift)?),
        _ => Mode::Real,
    };
    object.done()?;
    Ok(mode)
}

fn information(json: Json, at: &str) -> Result<Information, Fault> {
    Information::read(json).map_err(|Wrong { path, why }| {
        let at = path.iter().fold(at.to_owned(), |at, key| format!("{at}/{key}"));
        Fault::new(&at, why)
    })
}

fn cors(json: Json, at: &str) -> Result<Cors, Fault> {
    match json {
        Json::Array(_) => Ok(Cors::Origins(list(origin)(json, at)?)),
        Json::String(text) if text == "any" => Ok(Cors::Any),
        Json::String(text) if text == "off" => Ok(Cors::Off),
        _ => Err(Fault::new(at, "expected any, off or a list of origins")),
    }
}

fn origin(json: Json, at: &str) -> Result<String, Fault> {
    let text = some_text(json, at)?;
    let is_origin = text.parse::<Uri>().is_ok_and(|uri| {
        uri.scheme().is_some() && uri.authority().is_some() && uri.path() == "/" && !text.ends_with('/')
    });
    if is_origin {
        Ok(text)
    } else {
        Err(Fault::new(at, format!("'{text}' is not an origin; write https://app.example")))
    }
}

/// Settings with changes merged in (RFC 7396): what a change sets to null goes back to the usual.
///
/// # Errors
/// What is wrong, and where.
pub fn patched(settings: &Settings, patch: Json) -> Result<Settings, Fault> {
    if !patch.is_object() {
        return Err(Fault::new("", "expected an object"));
    }
    let mut merged = to_json(settings);
    // A clock of another mode has other keys.
    if patch.pointer("/clock/mode").is_some() {
        merged["clock"] = Json::Null;
    }
    merge(&mut merged, patch);
    from_json(merged)
}

fn merge(into: &mut Json, patch: Json) {
    let Json::Object(patch) = patch else {
        *into = patch;
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    let Json::Object(object) = into else { return };
    for (key, value) in patch {
        if value.is_null() {
            object.shift_remove(&key);
        } else {
            merge(object.entry(key).or_insert(Json::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_back_as_they_were_written_and_patches_merge() {
        let all = json!({
            "auth": "strict",
            "tokens": [{"token": "t", "scopes": ["store_v2_customers"]}],
            "basic": [{"username": "u", "password": ""}],
            "limit_overflow": "reject",
            "delete_all": "batch_of_100",
            "v2_without_accept": "xml",
            "clock": {"mode": "shifted", "by": "-36h"},
            "cors": ["https://app.example"],
            "latency": "250ms",
            "quota": {"plan": "pro", "requests": 5, "window": "10s", "enforce": false, "hourly": 7},
            "address_states": "free",
            "store": {"name": "Shop", "timezone": {"raw_offset": 3600}},
        });
        let settings = from_json(all.clone()).unwrap();
        let written = to_json(&settings);
        for (key, value) in all.as_object().unwrap() {
            if key != "clock" {
                assert_eq!(&written[key], value, "{key}");
            }
        }
        assert_eq!(from_json(written).unwrap(), settings);
        let changed = patched(&settings, json!({"latency": null, "cors": "off"})).unwrap();
        assert_eq!((changed.latency, changed.cors), (Duration::ZERO, Cors::Off));
        assert_eq!(changed.access, settings.access);
        assert_eq!(from_json(json!({})).unwrap(), Settings::default());
    }

    #[test]
    fn a_patch_of_the_clock_may_change_its_mode() {
        let frozen = patched(
            &Settings::default(),
            json!({"clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}}),
        );
        let frozen = frozen.unwrap();
        let real = patched(&frozen, json!({"clock": {"mode": "real"}})).unwrap();
        assert_eq!(real.clock, Mode::Real);
    }

    #[test]
    fn what_is_wrong_with_settings_is_told_with_its_place() {
        for (bad, at) in [
            (json!({"auth": "loose"}), "/auth"),
            (json!({"tokens": [{"token": "", "scopes": []}]}), "/tokens/0/token"),
            (json!({"tokens": [{"token": "t", "scopes": ["all"]}]}), "/tokens/0/scopes/0"),
            (json!({"basic": [{"username": "a:b", "password": "x"}]}), "/basic/0/username"),
            (json!({"clock": {"mode": "frozen"}}), "/clock/now"),
            (json!({"cors": ["app.example"]}), "/cors/0"),
            (json!({"latency": 5}), "/latency"),
            (json!({"colour": "red"}), "/colour"),
            (json!({"store": {"timezone": {"raw_offset": "x"}}}), "/store/timezone/raw_offset"),
        ] {
            assert_eq!(from_json(bad.clone()).unwrap_err().at, at, "{bad}");
        }
    }
}
