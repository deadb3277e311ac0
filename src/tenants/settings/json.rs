//! Settings as JSON: as the control API shows and changes them, as files keep them, and as seeds name them.

use std::path::Path;

use axum::http::Uri;
use serde_json::{Map, Value as Json, json};

use super::{Concurrency, Cors, HookDestinations, PROFILES, Profile, Settings};
use crate::access::{AddressStates, DeleteAll, LimitOverflow, SCOPES, Scope, Token, WithoutAccept};
use crate::clock::Mode;
use crate::durations;
use crate::model::engine::OpenError;
use crate::quota::{Plan, Quotas};
use crate::strict_json::{self, Fault, Object, list, some_text, switch, whole, word};
use crate::tenants::{Information, Wrong};

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
const CONCURRENCY: [(&str, Concurrency); 2] =
    [("off", Concurrency::Off), ("documented", Concurrency::Documented)];
const HOOK_DESTINATIONS: [(&str, HookDestinations); 2] =
    [("any", HookDestinations::Any), ("https", HookDestinations::Https)];
const AUTH: [(&str, bool); 2] = [("lenient", false), ("strict", true)];

/// The settings as the control API shows them: all that hold, secrets included.
#[must_use]
pub fn to_json(settings: &Settings) -> Json {
    let Settings { access, quotas, .. } = settings;
    json!({
        "profile": name_of(&PROFILES, settings.profile),
        "auth": name_of(&AUTH, access.strict),
        "tokens": access.tokens.as_slice().iter().map(token_json).collect::<Vec<_>>(),
        "basic": access.basic.iter().map(basic_json).collect::<Vec<_>>(),
        "limit_overflow": name_of(&OVERFLOW, access.switches.limit_overflow),
        "delete_all": name_of(&DELETE_ALL, access.switches.delete_all),
        "v2_without_accept": name_of(&WITHOUT_ACCEPT, access.switches.v2_without_accept),
        "clock": clock_json(settings.clock),
        "quota": quota_json(quotas, Some(quotas.plan)),
        "concurrency": name_of(&CONCURRENCY, settings.concurrency),
        "address_states": name_of(&ADDRESS_STATES, access.switches.address_states),
        "cors": cors_json(&settings.cors),
        "hook_destinations": name_of(&HOOK_DESTINATIONS, settings.hook_destinations),
        "latency": durations::duration_text(settings.latency),
    })
}

/// The settings as files keep them and seeds name them: what was named of that which follows the profile, and of the
/// rest what is not as usual. [`from_json`] reads it back.
#[must_use]
pub fn kept_json(settings: &Settings) -> Json {
    let Settings { named, access, .. } = settings;
    let usual = Settings::default();
    let mut all = to_json(settings);
    let is_named = [
        ("profile", named.profile.is_some()),
        ("auth", named.strict.is_some()),
        ("v2_without_accept", named.v2_without_accept.is_some()),
        ("concurrency", named.concurrency.is_some()),
        ("cors", named.cors.is_some()),
        ("hook_destinations", named.hook_destinations.is_some()),
        ("tokens", !access.tokens.as_slice().is_empty()),
        ("basic", !access.basic.is_empty()),
        ("limit_overflow", access.switches.limit_overflow != usual.access.switches.limit_overflow),
        ("delete_all", access.switches.delete_all != usual.access.switches.delete_all),
        ("address_states", access.switches.address_states != usual.access.switches.address_states),
        ("clock", settings.clock != usual.clock),
        ("latency", settings.latency != usual.latency),
    ];
    all["quota"] = quota_json(&settings.quotas, named.plan);
    all["store"] = settings.information.given().clone().into();
    let Json::Object(all) = all else { return all };
    let is_kept = |key: &str, value: &Json| match is_named.iter().find(|(name, _)| *name == key) {
        Some((_, is_named)) => *is_named,
        None => value.as_object().is_none_or(|object| !object.is_empty()),
    };
    all.into_iter().filter(|(key, value)| is_kept(key, value)).collect::<Map<_, _>>().into()
}

fn token_json(token: &Token) -> Json {
    let scope_name = |scope: &Scope| name_of(&SCOPES, *scope);
    let mut shown =
        json!({"token": token.token, "scopes": token.scopes.iter().map(scope_name).collect::<Vec<_>>()});
    if let Some(client_id) = &token.client_id {
        shown["client_id"] = client_id.as_str().into();
    }
    shown
}

fn basic_json((username, password): &(String, String)) -> Json {
    json!({"username": username, "password": password})
}

fn cors_json(cors: &Cors) -> Json {
    match cors {
        Cors::Any => json!("any"),
        Cors::Off => json!("off"),
        Cors::Origins(origins) => json!(origins),
    }
}

/// What was said of quotas, and the plan; the rest follows from that.
fn quota_json(quotas: &Quotas, plan: Option<Plan>) -> Json {
    let Quotas { plan: _, requests, window, enforce, hourly } = *quotas;
    let mut shown = json!({});
    let given = [
        ("plan", plan.map(|plan| name_of(&PLANS, plan).into())),
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

/// Reads quotas, and the plan that was named.
fn quotas(json: Json, at: &str) -> Result<(Option<Plan>, Quotas), Fault> {
    let mut object = Object::new(json, at)?;
    let window = |json: Json, at: &str| {
        let window = durations::duration(json, at)?;
        if window.is_zero() { Err(Fault::new(at, "must be longer than nothing")) } else { Ok(window) }
    };
    let plan = object.read("plan", word(&PLANS))?;
    let quotas = Quotas {
        plan: plan.unwrap_or_default(),
        requests: object.read("requests", whole(0..=1_000_000_000))?,
        window: object.read("window", window)?,
        enforce: object.read("enforce", switch)?,
        hourly: object.read("hourly", whole(0..=1_000_000_000))?,
    };
    object.done()?;
    Ok((plan, quotas))
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

/// The settings in a file, if it is there. `server` is the profile of stores that name none.
pub(in crate::tenants) fn read_file(path: &Path, server: Profile) -> Result<Option<Settings>, OpenError> {
    let failed = |source| OpenError::file(path, source);
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let json = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
    let read = from_json(json, server).map(Some);
    read.map_err(|Fault { at, why, .. }| failed(std::io::Error::other(format!("{at}: {why}"))))
}

/// Reads settings that were kept; what is absent is as usual. `server` is the profile of stores that name none.
///
/// # Errors
/// What is wrong, and where.
pub fn from_json(json: Json, server: Profile) -> Result<Settings, Fault> {
    let mut object = Object::new(json, "")?;
    let information = object.read("store", information)?.unwrap_or_default();
    let mut settings = read_shown(&mut object)?;
    object.done()?;
    settings.information = information;
    settings.resolve(server);
    Ok(settings)
}

/// Reads what the control API shows and takes, as it was named.
fn read_shown(object: &mut Object) -> Result<Settings, Fault> {
    let mut settings = Settings::default();
    settings.named.strict = object.read("auth", word(&AUTH))?;
    set(&mut settings.access.tokens, object.read("tokens", list(token))?.map(Into::into));
    set(&mut settings.access.basic, object.read("basic", list(basic))?);
    read_switches(&mut settings, object)?;
    Ok(settings)
}

/// Reads the settings that a seed has under `settings`, over those that are there. They hold once they are
/// [resolved](Settings::resolve).
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
pub fn words() -> [(&'static str, Vec<&'static str>); 7] {
    fn of<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    [
        ("profile", of(&PROFILES)),
        ("concurrency", of(&CONCURRENCY)),
        ("hook_destinations", of(&HOOK_DESTINATIONS)),
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
    set(&mut switches.address_states, object.read("address_states", word(&ADDRESS_STATES))?);
    set(&mut settings.clock, object.read("clock", clock)?);
    if let Some((plan, quotas)) = object.read("quota", quotas)? {
        (settings.named.plan, settings.quotas) = (plan, quotas);
    }
    set(&mut settings.latency, object.read("latency", durations::duration)?);
    let named = &mut settings.named;
    named.profile = object.read("profile", word(&PROFILES))?.or(named.profile);
    named.v2_without_accept =
        object.read("v2_without_accept", word(&WITHOUT_ACCEPT))?.or(named.v2_without_accept);
    named.concurrency = object.read("concurrency", word(&CONCURRENCY))?.or(named.concurrency);
    named.hook_destinations =
        object.read("hook_destinations", word(&HOOK_DESTINATIONS))?.or(named.hook_destinations);
    if let Some(cors) = object.read("cors", cors)? {
        named.cors = Some(cors);
    }
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
    let client_id = object.read("client_id", some_text)?;
    object.done()?;
    Ok(Token { token, scopes, client_id })
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

/// Settings with changes merged in (RFC 7396) to what was named: what a change sets to null is as if nobody had named
/// it. `server` is the profile of stores that name none.
///
/// # Errors
/// What is wrong, and where.
pub fn patched(settings: &Settings, patch: Json, server: Profile) -> Result<Settings, Fault> {
    if !patch.is_object() {
        return Err(Fault::new("", "expected an object"));
    }
    let mut merged = kept_json(settings);
    // What a store says of itself is no setting; it stays as it is.
    if let Some(merged) = merged.as_object_mut() {
        merged.shift_remove("store");
    }
    // A clock of another mode has other keys.
    if patch.pointer("/clock/mode").is_some() {
        merged["clock"] = Json::Null;
    }
    merge(&mut merged, patch);
    let mut object = Object::new(merged, "")?;
    let mut changed = read_shown(&mut object)?;
    object.done()?;
    changed.information = settings.information.clone();
    changed.resolve(server);
    Ok(changed)
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
    use std::time::Duration;

    use super::*;

    const SERVER: Profile = Profile::Sandbox;

    #[test]
    fn settings_are_read_back_as_they_were_written_and_patches_merge() {
        let mut all = json!({
            "profile": "sandbox",
            "auth": "strict",
            "tokens": [
                {"token": "t", "scopes": ["store_v2_customers"]},
                {"token": "u", "scopes": [], "client_id": "app"},
            ],
            "basic": [{"username": "u", "password": ""}],
            "limit_overflow": "reject",
            "delete_all": "batch_of_100",
            "v2_without_accept": "xml",
            "clock": {"mode": "shifted", "by": "-36h"},
            "quota": {"plan": "pro", "requests": 5, "window": "10s", "enforce": false, "hourly": 7},
            "concurrency": "documented",
            "address_states": "free",
            "cors": ["https://app.example"],
            "hook_destinations": "https",
            "latency": "250ms",
            "store": {"name": "Shop", "timezone": {"raw_offset": 3600}},
        });
        let settings = from_json(all.clone(), SERVER).unwrap();
        all["clock"] = clock_json(settings.clock);
        assert_eq!(kept_json(&settings), all);
        assert_eq!(from_json(kept_json(&settings), SERVER).unwrap(), settings);
        all.as_object_mut().unwrap().shift_remove("store");
        assert_eq!(to_json(&settings), all);
        let changed = patched(&settings, json!({"latency": null, "cors": "off"}), SERVER).unwrap();
        assert_eq!((changed.latency, &changed.cors), (Duration::ZERO, &Cors::Off));
        assert_eq!((&changed.access, &changed.information), (&settings.access, &settings.information));
        assert_eq!(from_json(json!({}), SERVER).unwrap(), Settings::default());
        assert_eq!(kept_json(&Settings::of_profile(Profile::Production)), json!({}));
    }

    #[test]
    fn what_nobody_names_follows_the_profile_and_what_was_named_stays() {
        let named = patched(&Settings::default(), json!({"cors": "any", "quota": {"hourly": 5}}), SERVER);
        let named = named.unwrap();
        assert_eq!(kept_json(&named), json!({"quota": {"hourly": 5}, "cors": "any"}));
        let there = from_json(kept_json(&named), Profile::Production).unwrap();
        let shown = to_json(&there);
        assert_eq!((&shown["profile"], &shown["auth"]), (&json!("production"), &json!("strict")));
        assert_eq!((&shown["cors"], &shown["concurrency"]), (&json!("any"), &json!("documented")));
        assert_eq!(shown["quota"], json!({"plan": "standard", "hourly": 5}));
        let back = patched(&there, json!({"cors": null, "quota": null, "profile": "sandbox"}), SERVER);
        let back = back.unwrap();
        assert_eq!(kept_json(&back), json!({"profile": "sandbox"}));
        assert_eq!(patched(&back, json!({"profile": null}), SERVER).unwrap(), Settings::default());
    }

    #[test]
    fn a_patch_of_the_clock_may_change_its_mode() {
        let frozen = json!({"clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}});
        let frozen = patched(&Settings::default(), frozen, SERVER).unwrap();
        let real = patched(&frozen, json!({"clock": {"mode": "real"}}), SERVER).unwrap();
        assert_eq!(real.clock, Mode::Real);
    }

    #[test]
    fn what_is_wrong_with_settings_is_told_with_its_place() {
        for (bad, at) in [
            (json!({"auth": "loose"}), "/auth"),
            (json!({"tokens": [{"token": "", "scopes": []}]}), "/tokens/0/token"),
            (json!({"tokens": [{"token": "t", "scopes": ["all"]}]}), "/tokens/0/scopes/0"),
            (json!({"tokens": [{"token": "t", "scopes": [], "client_id": ""}]}), "/tokens/0/client_id"),
            (json!({"basic": [{"username": "a:b", "password": "x"}]}), "/basic/0/username"),
            (json!({"clock": {"mode": "frozen"}}), "/clock/now"),
            (json!({"cors": ["app.example"]}), "/cors/0"),
            (json!({"latency": 5}), "/latency"),
            (json!({"profile": "staging"}), "/profile"),
            (json!({"concurrency": 3}), "/concurrency"),
            (json!({"hook_destinations": "http"}), "/hook_destinations"),
            (json!({"colour": "red"}), "/colour"),
            (json!({"store": {"timezone": {"raw_offset": "x"}}}), "/store/timezone/raw_offset"),
        ] {
            assert_eq!(from_json(bad.clone(), SERVER).unwrap_err().at, at, "{bad}");
        }
    }
}
