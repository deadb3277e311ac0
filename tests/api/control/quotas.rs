//! Requests beyond the quota of a store are refused, if its settings say so.

use std::sync::Arc;

use serde_json::json;

use crate::support::{Mock, Reply};

/// What the four headers say.
fn rate(reply: &Reply) -> [String; 4] {
    ["requests-left", "requests-quota", "time-reset-ms", "time-window-ms"]
        .map(|name| reply.header(&format!("x-rate-limit-{name}")).to_owned())
}

/// A store with a clock that stands still and this quota.
async fn limited(quota: serde_json::Value) -> Mock {
    let mock = Mock::new().await;
    mock.make(
        "s",
        json!({"seed": {"settings": {"quota": quota,
        "clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}}}}),
    )
    .await;
    mock
}

#[tokio::test]
async fn of_sixteen_clients_at_once_exactly_as_many_requests_pass_as_the_plan_has() {
    let mock = Arc::new(limited(json!({"plan": "standard"})).await);
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let mock = Arc::clone(&mock);
            tokio::spawn(async move {
                let mut statuses = Vec::new();
                for _ in 0..20 {
                    statuses.push(mock.get("/stores/s/v3/customers").await.status);
                }
                statuses
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for client in clients {
        statuses.extend(client.await.unwrap());
    }
    let of = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((of(200), of(429)), (150, 170));
}

#[tokio::test]
async fn each_mount_refuses_in_its_own_way_until_a_new_window() {
    let mock = limited(json!({"plan": "pro", "requests": 2, "window": "2500ms", "hourly": 1})).await;
    for left in ["1", "0"] {
        let reply = mock.get("/stores/s/v2/customers").await;
        assert_eq!((reply.status, rate(&reply)), (204, [left, "2", "2500", "2500"].map(str::to_owned)));
    }
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "1s"})).await;
    let v3 = mock.get("/stores/s/v3/customers").await;
    v3.assert(429, r#"{"status":429,"title":"Too many requests","type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{}}"#);
    let v2 = mock.post("/stores/s/v2/customers", crate::support::jane()).await;
    v2.assert(429, "");
    for refusal in [v3, v2] {
        assert_eq!(rate(&refusal), ["0", "2", "1500", "2500"].map(str::to_owned));
        assert_eq!(refusal.header("x-retry-after"), "2", "in whole seconds, never too early");
    }
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "1500ms"})).await;
    let reply = mock.get("/stores/s/v2/customers").await;
    assert_eq!((reply.status, reply.header("x-retry-after")), (204, ""), "nothing was written meanwhile");
}

#[tokio::test]
async fn basic_users_have_an_hour_of_their_own() {
    let mock = Mock::new().await;
    mock.make("demo", json!({})).await;
    let quota = json!({"quota": {"plan": "plus", "hourly": 1}, "clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}});
    assert_eq!(mock.control("PATCH", "/stores/demo/settings", quota).await.status, 200);
    assert_eq!(mock.get("/api/v2/time").await.status, 200);
    let refusal = mock.get("/api/v2/time").await;
    refusal.assert(509, r#"[{"status":509,"message":"The requests-per-hour limit has been reached."}]"#);
    assert_eq!(refusal.header("x-bc-apilimit-remaining"), "0");
    assert_eq!(mock.get("/stores/demo/v2/time").await.status, 200, "tokens are counted apart");
    mock.control("POST", "/stores/demo/clock/advance", json!({"by": "1h"})).await;
    assert_eq!(mock.get("/api/v2/time").await.status, 200);
}

#[tokio::test]
async fn what_is_left_is_spent_on_demand_and_comes_back() {
    let mock = limited(json!({"plan": "standard"})).await;
    let spent = mock.control("PUT", "/stores/s/quota/exhaust", json!(null)).await;
    spent.assert(200, r#"{"tokens":{"left":0,"limit":150,"reset_ms":30000,"window_ms":30000},"basic":{"left":0,"limit":20000,"reset_ms":3600000,"window_ms":3600000}}"#);
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 429);
    mock.control("POST", "/stores/s/clock/advance", json!({"by": "30s"})).await;
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 200);
    mock.control("PUT", "/stores/s/quota/exhaust", json!(null)).await;
    mock.control("POST", "/stores/s/reset", json!(null)).await;
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 200, "a reset makes it fresh");
    mock.control("PUT", "/stores/nobody/quota/exhaust", json!(null)).await.assert_refusal(
        404,
        "unknown_store",
        None,
    );
}

#[tokio::test]
async fn without_enforcement_it_is_told_only_and_settings_are_checked() {
    let mock = limited(json!({"plan": "standard", "requests": 1, "enforce": false})).await;
    for left in ["0", "0"] {
        let reply = mock.get("/stores/s/v3/customers").await;
        assert_eq!((reply.status, reply.header("x-rate-limit-requests-left")), (200, left));
    }
    let change = async |quota| mock.control("PATCH", "/stores/s/settings", json!({"quota": quota})).await;
    assert_eq!(
        change(json!({"enforce": true})).await.json()["quota"],
        json!({"plan": "standard", "requests": 1, "enforce": true})
    );
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 429, "the window goes on");
    for (quota, at) in [
        (json!({"plan": "gold"}), "/quota/plan"),
        (json!({"requests": -1}), "/quota/requests"),
        (json!({"window": "0s"}), "/quota/window"),
        (json!({"enforce": "yes"}), "/quota/enforce"),
        (json!({"hourly": 1.5}), "/quota/hourly"),
        (json!({"minutely": 1}), "/quota/minutely"),
    ] {
        change(quota).await.assert_refusal(422, "invalid", Some(at));
    }
}
