//! Profiles: what a store does that nobody said more of.

use bigcommerce_mock::clock::Mode;
use bigcommerce_mock::tenants::{Profile, Settings};
use serde_json::{Value, json};

use super::three;
use crate::support::{Mock, NOW_MS, Reply};

/// A seed of three people, with a token and a Basic user.
fn shop(settings: Value) -> Value {
    let mut seed = three();
    seed["tokens"] = json!([{"token": "mine", "scopes": ["store_v2_customers"]}]);
    seed["basic"] = json!([{"username": "u", "password": "p"}]);
    seed["settings"] = settings;
    seed
}

async fn get(mock: &Mock, store: &str, headers: &[(&str, &str)]) -> Reply {
    mock.call("GET", &format!("/stores/{store}/v2/customers?limit=1"), headers, "").await
}

const PAGE: (&str, &str) = ("origin", "https://a.example");
const MINE: (&str, &str) = ("x-auth-token", "mine");

/// Every switch of production as a client sees it.
async fn assert_production(mock: &Mock, store: &str) {
    let settings = mock.control("GET", &format!("/stores/{store}/settings"), json!(null)).await.json();
    let hooks = &settings["hook_destinations"];
    assert_eq!((&settings["profile"], hooks), (&json!("production"), &json!("https")));
    assert_eq!(settings["concurrency"], "documented");
    assert_eq!(get(mock, store, &[]).await.status, 401);
    let reply = get(mock, store, &[MINE, PAGE]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/xml"), "{}", reply.body);
    assert_eq!(reply.header("access-control-allow-origin"), "");
    assert_eq!(reply.header("x-rate-limit-requests-quota"), "150");
    let mut left: i64 = reply.header("x-rate-limit-requests-left").parse().unwrap();
    while left > 0 {
        let reply = get(mock, store, &[MINE]).await;
        left -= 1;
        assert_eq!((reply.status, reply.header("x-rate-limit-requests-left")), (200, &*left.to_string()));
    }
    assert_eq!(get(mock, store, &[MINE]).await.status, 429);
}

/// Every switch of a sandbox as a client sees it.
async fn assert_sandbox(mock: &Mock, store: &str) {
    let settings = mock.control("GET", &format!("/stores/{store}/settings"), json!(null)).await.json();
    assert_eq!((&settings["concurrency"], &settings["hook_destinations"]), (&json!("off"), &json!("any")));
    let reply = get(mock, store, &[PAGE]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{}", reply.body);
    assert_eq!(reply.header("access-control-allow-origin"), PAGE.1);
    assert_eq!(reply.header("x-rate-limit-requests-quota"), "10000");
    mock.control("PUT", &format!("/stores/{store}/quota/exhaust"), json!(null)).await;
    assert_eq!(get(mock, store, &[]).await.status, 200);
}

async fn on(profile: Profile) -> Mock {
    let usual = Settings { clock: Mode::Frozen(NOW_MS), ..Settings::of_profile(profile) };
    Mock::keeping(|options| options.usual = usual).await
}

#[tokio::test]
async fn production_does_what_the_service_does() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": shop(json!({"profile": "production"}))})).await;
    let hook = json!({"scope": "store/customer/*", "destination": "http://localhost"}).to_string();
    let refused = mock.call("POST", "/stores/s/v3/hooks", &[MINE], &hook).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"]),
        (422, &json!({"destination": "destination must be an https URL"}))
    );
    assert_production(&mock, "s").await;
}

#[tokio::test]
async fn what_is_named_beside_a_profile_wins() {
    let mock = Mock::new().await;
    let mut seed =
        shop(json!({"profile": "production", "v2_without_accept": "json", "quota": {"plan": "unlimited"},
        "concurrency": "off", "cors": "any", "hook_destinations": "any"}));
    seed["auth"] = "lenient".into();
    mock.make("s", json!({"seed": seed})).await;
    assert_sandbox(&mock, "s").await;
    // Of a quota each key counts for itself.
    mock.make("q", json!({"seed": shop(json!({"profile": "production", "quota": {"requests": 1}}))})).await;
    assert_eq!([get(&mock, "q", &[MINE]).await.status, get(&mock, "q", &[MINE]).await.status], [200, 429]);
}

#[tokio::test]
async fn a_patch_turns_what_nobody_named_and_null_takes_a_name_back() {
    let mock = Mock::new().await;
    mock.make("s", json!({"seed": shop(json!({}))})).await;
    assert_sandbox(&mock, "s").await;
    let patch = async |patch| mock.control("PATCH", "/stores/s/settings", patch).await.json();
    let before = patch(json!({})).await;
    // What was named stays, whatever it is the same as.
    patch(json!({"cors": "any", "quota": {"plan": "unlimited"}, "auth": "lenient"})).await;
    let after = patch(json!({"profile": "production"})).await;
    let shown = ["auth", "v2_without_accept", "concurrency", "cors", "hook_destinations"];
    assert_eq!(shown.map(|key| &after[key]), ["lenient", "xml", "documented", "any", "https"]);
    assert_eq!(after["quota"], json!({"plan": "unlimited"}));
    patch(json!({"cors": null, "quota": {"plan": null}, "auth": null})).await;
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "1m"})).await;
    assert_production(&mock, "s").await;
    let back = patch(json!({"profile": null, "clock": before["clock"]})).await;
    assert_eq!(back, before);
}

#[tokio::test]
async fn a_server_has_a_profile_for_all_that_name_none() {
    let mock = on(Profile::Production).await;
    mock.make("s", json!({"seed": shop(json!({}))})).await;
    assert_production(&mock, "s").await;
    let mut lenient = shop(json!({"v2_without_accept": "json"}));
    lenient["auth"] = "lenient".into();
    mock.make("some", json!({"seed": lenient})).await;
    let reply = get(&mock, "some", &[PAGE]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    assert_eq!(reply.header("access-control-allow-origin"), "");
    mock.make("kind", json!({"seed": shop(json!({"profile": "sandbox"}))})).await;
    assert_sandbox(&mock, "kind").await;
    // Nor does one that nobody has made let strangers in.
    assert_eq!(get(&mock, "nobody", &[PAGE]).await.status, 401);
    assert_eq!(mock.post("/stores/nobody/v2/customers", crate::support::jane()).await.status, 401);
    let kind = mock.control("PATCH", "/stores/s/settings", json!({"profile": "sandbox"})).await.json();
    assert_eq!((&kind["auth"], &kind["cors"]), (&json!("lenient"), &json!("any")));
    let back = mock.control("PATCH", "/stores/s/settings", json!({"profile": null})).await.json();
    assert_eq!((&back["auth"], &back["cors"]), (&json!("strict"), &json!("off")));
}

/// What was named goes with a store; what follows the server's profile does not.
#[tokio::test]
async fn an_export_names_what_was_named() {
    let (sandbox, production) = (Mock::new().await, on(Profile::Production).await);
    let export = async |mock: &Mock| {
        let accept = [("accept", "application/json")];
        mock.call("GET", "/_mock/stores/s/export", &accept, "").await.json()["stores"]["s"].take()
    };
    let mut named = shop(
        json!({"profile": "sandbox", "cors": "any", "quota": {"hourly": 7}, "concurrency": "documented"}),
    );
    named["auth"] = "lenient".into();
    named["store"] = json!({"name": "Shop"});
    for (seed, keys) in [(shop(json!({})), 1), (named, 5)] {
        sandbox.make("s", json!({"seed": seed, "replace": true})).await;
        let exported = export(&sandbox).await;
        assert_eq!(exported["settings"].as_object().unwrap().len(), keys, "{}", exported["settings"]);
        assert_eq!((exported.get("auth"), exported.get("store")), (seed.get("auth"), seed.get("store")));
        production.make("s", json!({"seed": exported, "replace": true})).await;
        assert_eq!(export(&production).await, exported);
    }
}

#[tokio::test]
async fn what_a_store_says_of_itself_is_no_setting_and_stays() {
    let mock = Mock::new().await;
    let mut seed = shop(json!({}));
    seed["store"] = json!({"name": "Shop"});
    mock.make("s", json!({"seed": seed})).await;
    let reply = mock.control("PATCH", "/stores/s/settings", json!({"store": {"name": "Other"}})).await;
    reply.assert_refusal(422, "invalid", Some("/store"));
    let changed = mock.control("PATCH", "/stores/s/settings", json!({"latency": null, "cors": "off"})).await;
    assert!(changed.status == 200 && changed.json().get("store").is_none(), "{}", changed.body);
    mock.control("POST", "/stores/s/reset", json!({"keep": ["settings"]})).await;
    let said = mock.call("GET", "/stores/s/v2/store", &[("accept", "application/json")], "").await;
    assert_eq!(said.json()["name"], "Shop");
}
