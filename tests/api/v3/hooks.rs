//! `/hooks`

use bigcommerce_mock::model::events;
use serde_json::{Value, json};

use super::error;
use crate::support::{Mock, Reply, encode, over};

const HOOKS: &str = "/stores/s/v3/hooks";
const SHAPE: &str = "JSON data is missing or invalid";
const CREATE: &str = "Create webhook failed.";
const UPDATE: &str = "Update webhook failed.";
const CLIENT: &str = "bigcommercemock0client0id000000";
const EXCEPTION: &str = "store/hook/deliveryException";

/// The least that makes a webhook, with these fields over it.
pub(super) fn hook(more: Value) -> Value {
    over(json!({"scope": "store/customer/created", "destination": "https://app.example/in"}), more)
}

async fn make(mock: &Mock, more: Value) -> i64 {
    let reply = mock.post(HOOKS, hook(more)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["data"]["id"].as_i64().unwrap()
}

/// A refusal without `errors`.
fn plain(status: u16, title: &str) -> String {
    let kind = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";
    format!(r#"{{"status":{status},"title":"{title}","type":"{kind}"}}"#)
}

/// The ids in a list.
fn ids(list: &Reply) -> Vec<i64> {
    assert_eq!(list.status, 200, "{}", list.body);
    list.json()["data"].as_array().unwrap().iter().map(|hook| hook["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_deleted() {
    let mock = Mock::new().await;
    let shown = |id: i64, headers: &str, is_active: bool, updated: i64| {
        format!(
            concat!(
                r#"{{"id":{},"client_id":"{}","store_hash":"s","scope":"store/customer/created","#,
                r#""destination":"https://app.example/in","headers":{},"is_active":{},"#,
                r#""created_at":1714980850,"updated_at":{}}}"#
            ),
            id, CLIENT, headers, is_active, updated
        )
    };
    let one = |shown: &str| format!(r#"{{"data":{shown},"meta":{{}}}}"#);
    let made = shown(1, "null", true, 1_714_980_850);
    mock.post(HOOKS, hook(json!({"nonsense": 1, "events_history_enabled": true})))
        .await
        .assert(200, &one(&made));
    let path = format!("{HOOKS}/1");
    mock.get(&path).await.assert(200, &one(&made));
    let page = r#"{"pagination":{"total":1,"count":1,"per_page":50,"current_page":1,"total_pages":1}}"#;
    mock.get(HOOKS).await.assert(200, &format!(r#"{{"data":[{made}],"meta":{page}}}"#));
    // What stays the same stays; an answer can be sent back as it came.
    mock.call("POST", "/_mock/stores/s/clock/advance", &[], r#"{"by":"10s"}"#).await;
    mock.put(&path, json!({"events_history_enabled": false})).await.assert(200, &one(&made));
    let changed = shown(1, r#"{"X-Key":"a","y":""}"#, false, 1_714_980_860);
    let change = json!({"headers": {"X-Key": "a", "y": ""}, "is_active": false});
    mock.put(&path, change).await.assert(200, &one(&changed));
    mock.put(&path, over(serde_json::from_str(&changed).unwrap(), json!({"id": 9, "client_id": "x"})))
        .await
        .assert(200, &one(&changed));
    for nothing in [json!(null), json!({})] {
        mock.put(&path, json!({"headers": {"a": "b"}})).await;
        mock.put(&path, json!({"headers": nothing}))
            .await
            .assert(200, &one(&shown(1, "null", false, 1_714_980_860)));
    }
    mock.put(&path, json!({"scope": "store/order/*", "destination": "https://b.example"})).await;
    let read = mock.get(&path).await.json()["data"].clone();
    assert_eq!(
        (&read["scope"], &read["destination"]),
        (&json!("store/order/*"), &json!("https://b.example"))
    );
    // Documented: what is deleted is shown once more.
    assert_eq!(mock.delete(&path).await.json(), json!({"data": read, "meta": {}}));
    mock.get(&path).await.assert(404, &plain(404, "Webhook with id [1] not found"));
    let empty = r#"{"pagination":{"total":0,"count":0,"per_page":50,"current_page":1,"total_pages":0}}"#;
    mock.get(HOOKS).await.assert(200, &format!(r#"{{"data":[],"meta":{empty}}}"#));
    assert_eq!(make(&mock, json!({})).await, 2, "ids do not come back");
    assert!(events::list(&*mock.store("s").await).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_comes_to_be_with_its_first_webhook() {
    let mock = Mock::new().await;
    assert_eq!(ids(&mock.get(HOOKS).await), [0; 0]);
    mock.get(&format!("{HOOKS}/1")).await.assert(404, &plain(404, "Webhook with id [1] not found"));
    mock.put(&format!("{HOOKS}/1"), "nonsense")
        .await
        .assert(404, &plain(404, "Webhook with id [1] not found"));
    let refused = mock.post(HOOKS, json!({"scope": "x", "destination": "https://a.example"})).await;
    assert_eq!(refused.status, 422);
    assert!(!mock.tenants.exists("s"));
    make(&mock, json!({})).await;
    assert!(mock.tenants.exists("s"));
    assert_eq!(ids(&mock.get("/stores/t/v3/hooks").await), [0; 0]);
}

#[tokio::test]
async fn what_is_no_id_is_400_and_what_is_not_there_404() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    for (id, expected) in [
        ("99", plain(404, "Webhook with id [99] not found")),
        ("99999999999", plain(404, "Webhook with id [99999999999] not found")),
        ("signing-keys", plain(400, "Input is invalid")),
        ("events", plain(400, "Input is invalid")),
        ("-1", plain(400, "Input is invalid")),
        ("1.0", plain(400, "Input is invalid")),
    ] {
        let (path, status) = (format!("{HOOKS}/{id}"), expected[10..13].parse().unwrap());
        mock.get(&path).await.assert(status, &expected);
        mock.delete(&path).await.assert(status, &expected);
        mock.put(&path, "nonsense").await.assert(status, &expected);
    }
    for (method, path) in
        [("POST", "/1"), ("DELETE", ""), ("PUT", ""), ("POST", "/admin"), ("DELETE", "/admin")]
    {
        let reply = mock.call(method, &format!("{HOOKS}{path}"), &[], "{}").await;
        reply.assert(404, "The route is not found, check the URL");
    }
    assert_eq!(ids(&mock.get(HOOKS).await), [1]);
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_and_nothing_is_written() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    let before = mock.dump("s").await;
    let one = format!("{HOOKS}/1");
    let input = plain(400, "Input is invalid");
    for body in ["", "{", "[]", "null", r#"[{"scope":"store/order/*"}]"#] {
        mock.call("POST", HOOKS, &[], body).await.assert(400, &input);
        mock.call("PUT", &one, &[], body).await.assert(400, &input);
    }
    // Nothing that a client can write.
    for body in [json!({}), json!({"id": 1, "nonsense": 2})] {
        mock.put(&one, body).await.assert(400, &input);
    }
    let missing = r#"{"scope":"error.path.missing","destination":"error.path.missing"}"#;
    mock.post(HOOKS, json!({})).await.assert(422, &error(422, SHAPE, missing));
    let missing = r#"{"destination":"error.path.missing"}"#;
    mock.post(HOOKS, json!({"scope": "no/such"})).await.assert(422, &error(422, SHAPE, missing));
    for (body, errors) in [
        (json!({"scope": 5}), r#"{"scope":"error.expected.jsstring"}"#),
        (json!({"destination": null}), r#"{"destination":"error.expected.jsstring"}"#),
        (json!({"is_active": "true"}), r#"{"is_active":"error.expected.jsboolean"}"#),
        (json!({"is_active": null}), r#"{"is_active":"error.expected.jsboolean"}"#),
        (json!({"headers": ["a"]}), r#"{"headers":"error.expected.jsobject"}"#),
        (json!({"headers": {"a": "b", "x": 5}}), r#"{"headers.x":"error.expected.jsstring"}"#),
        (json!({"headers": {"x": null}}), r#"{"headers.x":"error.expected.jsstring"}"#),
        (json!({"events_history_enabled": 1}), r#"{"events_history_enabled":"error.expected.jsboolean"}"#),
    ] {
        mock.post(HOOKS, hook(body.clone())).await.assert(422, &error(422, SHAPE, errors));
        mock.put(&one, body).await.assert(422, &error(422, SHAPE, errors));
    }
    for (body, errors) in [
        (json!({"scope": "store/customers/created"}), r#"{"scope":"invalid scope"}"#),
        (json!({"scope": "store/customer/metafield/created"}), r#"{"scope":"invalid scope"}"#),
        (json!({"scope": ""}), r#"{"scope":"invalid scope"}"#),
        (json!({"scope": "*"}), r#"{"scope":"invalid scope"}"#),
        (json!({"destination": "app.example/in"}), r#"{"destination":"invalid destination"}"#),
        (json!({"destination": "\"https://app.example/in\""}), r#"{"destination":"invalid destination"}"#),
        (json!({"destination": "ftp://app.example"}), r#"{"destination":"invalid destination"}"#),
        (
            json!({"destination": format!("https://app.example/{}", "x".repeat(2048))}),
            r#"{"destination":"destination must be between 1 and 2048 characters"}"#,
        ),
        (json!({"headers": {"a b": "c"}}), r#"{"headers.a b":"invalid a b"}"#),
        (json!({"headers": {"a": "x\r\nb: c"}}), r#"{"headers.a":"invalid a"}"#),
    ] {
        mock.post(HOOKS, hook(body.clone())).await.assert(422, &error(422, CREATE, errors));
        mock.put(&one, body).await.assert(422, &error(422, UPDATE, errors));
    }
    assert_eq!(mock.dump("s").await, before);
    let text = hook(json!({"scope": "store/order/*"})).to_string();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(mock.call("POST", HOOKS, &form, &text).await.status, 415);
    let request =
        axum::extract::Request::post(HOOKS).header("host", "localhost").header("x-auth-token", "any");
    let without_type = mock.send(request.body(axum::body::Body::from(text)).unwrap()).await;
    assert_eq!(without_type.status, 200, "{}", without_type.body);
}

#[tokio::test]
async fn wildcards_and_everything_documented_can_be_subscribed_to() {
    let mock = Mock::new().await;
    for scope in [
        "store/customer/*",
        "store/customer/address/*",
        "store/customer/payment/instrument/default/updated",
        "store/metafield/created",
        "store/channel/1/settings/customerPrivacy/updated",
        "store/channel/*/settings/*",
        "store/app/uninstalled",
        "store/subscriber/created",
    ] {
        let id = make(&mock, json!({"scope": scope})).await;
        assert_eq!(mock.get(&format!("{HOOKS}/{id}")).await.json()["data"]["scope"], scope);
    }
}

#[tokio::test]
async fn an_account_has_a_scope_once_at_a_destination_and_ten_times_in_all() {
    let mock = Mock::new().await;
    let at = |i: i64| json!({"destination": format!("https://app.example/{i}")});
    for i in 1..=10 {
        assert_eq!(make(&mock, at(i)).await, i);
    }
    let taken = r#"{"destination":"destination https://app.example/3 already in use"}"#;
    mock.post(HOOKS, hook(at(3))).await.assert(422, &error(422, CREATE, taken));
    let full = r#"{"scope":"scope already in use by 10, the most allowed"}"#;
    mock.post(HOOKS, hook(at(11))).await.assert(422, &error(422, CREATE, full));
    // Inactive ones count.
    mock.put(&format!("{HOOKS}/1"), json!({"is_active": false})).await;
    mock.post(HOOKS, hook(at(11))).await.assert(422, &error(422, CREATE, full));
    // Another scope is another matter, as is a letter in another case.
    let other = over(at(3), json!({"scope": "store/customer/updated"}));
    assert_eq!(make(&mock, other).await, 11);
    mock.put(&format!("{HOOKS}/11"), json!({"scope": "store/customer/created"}))
        .await
        .assert(422, &error(422, UPDATE, taken));
    let moved = json!({"scope": "store/customer/created", "destination": "https://app.example/11"});
    mock.put(&format!("{HOOKS}/11"), moved).await.assert(422, &error(422, UPDATE, full));
    mock.put(&format!("{HOOKS}/2"), at(3)).await.assert(422, &error(422, UPDATE, taken));
    // It is not in its own way.
    assert_eq!(mock.put(&format!("{HOOKS}/3"), hook(at(3))).await.status, 200);
    assert_eq!(mock.delete(&format!("{HOOKS}/10")).await.status, 200);
    assert_eq!(make(&mock, json!({"destination": "https://app.example/A"})).await, 12);
    assert_eq!(mock.delete(&format!("{HOOKS}/9")).await.status, 200);
    assert_eq!(make(&mock, json!({"destination": "https://app.example/a"})).await, 13);
}

#[tokio::test]
async fn what_tells_of_trouble_is_there_once_at_a_destination_of_its_own() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    let taken = |at: &str| format!(r#"{{"destination":"destination {at} already in use"}}"#);
    let exception = |at: &str| json!({"scope": EXCEPTION, "destination": at});
    let shared = taken("https://app.example/in");
    mock.post(HOOKS, exception("https://app.example/in")).await.assert(422, &error(422, CREATE, &shared));
    assert_eq!(make(&mock, exception("https://app.example/trouble")).await, 2);
    let second = r#"{"scope":"scope already in use by 1, the most allowed"}"#;
    mock.post(HOOKS, exception("https://app.example/more")).await.assert(422, &error(422, CREATE, second));
    // Nor may another one come to where it is.
    let trouble = taken("https://app.example/trouble");
    let destination = json!({"destination": "https://app.example/trouble"});
    mock.post(HOOKS, hook(destination.clone())).await.assert(422, &error(422, CREATE, &trouble));
    mock.put(&format!("{HOOKS}/1"), destination).await.assert(422, &error(422, UPDATE, &trouble));
    mock.put(&format!("{HOOKS}/2"), json!({"destination": "https://app.example/in"}))
        .await
        .assert(422, &error(422, UPDATE, &shared));
    assert_eq!(mock.put(&format!("{HOOKS}/2"), json!({"is_active": false})).await.status, 200);
}

#[tokio::test]
async fn a_list_is_filtered_and_paged() {
    let mock = Mock::new().await;
    for (scope, at) in [("created", "a"), ("updated", "a"), ("created", "b")] {
        let scope = format!("store/customer/{scope}");
        make(
            &mock,
            json!({"scope": scope, "destination": format!("http://{at}.example"), "is_active": at == "a"}),
        )
        .await;
    }
    let destination = encode("http://a.example");
    for (query, expected) in [
        (String::new(), &[1, 2, 3][..]),
        ("scope=store/customer/created".to_owned(), &[1, 3]),
        ("scope=store/customer/Created".to_owned(), &[]),
        ("scope=store/customer/*".to_owned(), &[]),
        (format!("destination={destination}"), &[1, 2]),
        (format!("scope=store/customer/created&destination={destination}"), &[1]),
        ("is_active=false".to_owned(), &[3]),
        ("is_active=true&limit=1&page=2".to_owned(), &[2]),
        ("page=2".to_owned(), &[]),
    ] {
        assert_eq!(ids(&mock.get(&format!("{HOOKS}?{query}")).await), expected, "{query}");
    }
    let page = mock.get(&format!("{HOOKS}?limit=2")).await.json()["meta"].clone();
    let expected = json!({"total": 3, "count": 2, "per_page": 2, "current_page": 1, "total_pages": 2});
    assert_eq!(page, json!({"pagination": expected}));
    for (query, title) in [
        ("client_id=x&id:in=1", "The filter(s): client_id, id:in are not valid filter parameter(s)."),
        (
            "is_active=maybe",
            r#"Query parameter "is_active" value must be boolean. For input string: "maybe"."#,
        ),
        ("limit=0", r#"Query parameter "limit" value must be at least 1."#),
    ] {
        mock.get(&format!("{HOOKS}?{query}")).await.assert(422, &error(422, title, "{}"));
    }
}

#[tokio::test]
async fn the_admin_shows_how_webhooks_fare_and_keeps_whom_to_mail() {
    let mock = Mock::new().await;
    let admin = format!("{HOOKS}/admin");
    let nothing = r#"{"data":{"emails":[],"hooks_list":[],"blocked_domains":[]},"meta":{}}"#;
    mock.get(&admin).await.assert(200, nothing);
    assert!(!mock.tenants.exists("s"));
    mock.put(&admin, json!({"emails": ["a@b.co", "c@d.co"]})).await.assert(204, "");
    for (i, is_active) in [true, false].iter().enumerate() {
        make(&mock, json!({"destination": format!("https://{i}.example"), "is_active": is_active})).await;
    }
    let shown = mock.get(&admin).await.json()["data"].clone();
    assert_eq!(shown["emails"], json!(["a@b.co", "c@d.co"]));
    let first = shown["hooks_list"][0].as_object().unwrap();
    let keys: Vec<&str> = first.keys().map(String::as_str).collect();
    let expected = "id client_id store_hash scope destination headers is_active created_at updated_at status";
    assert_eq!(keys.join(" "), expected);
    let statuses = |shown: &Value| {
        let list = shown["hooks_list"].as_array().unwrap().iter();
        list.map(|hook| hook["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&shown), ["active", "inactive"]);
    let inactive = mock.get(&format!("{admin}?is_active=false")).await.json()["data"].clone();
    assert_eq!((statuses(&inactive), &inactive["emails"]), (vec!["inactive".to_owned()], &shown["emails"]));
    let title = "The filter(s): page, scope are not valid filter parameter(s).";
    mock.get(&format!("{admin}?page=1&scope=x")).await.assert(422, &error(422, title, "{}"));
    let update = "Update webhook emails failed.";
    for (body, expected) in [
        ("[]", plain(400, "Input is invalid")),
        ("{}", error(422, SHAPE, r#"{"emails":"error.path.missing"}"#)),
        (r#"{"emails":"a@b.co"}"#, error(422, SHAPE, r#"{"emails":"error.expected.jsarray"}"#)),
        (r#"{"emails":[5]}"#, error(422, SHAPE, r#"{"emails":"error.expected.jsstring"}"#)),
        (r#"{"emails":["a@b.co","x"]}"#, error(422, update, r#"{"emails":"invalid emails"}"#)),
    ] {
        let status = expected[10..13].parse().unwrap();
        mock.call("PUT", &admin, &[], body).await.assert(status, &expected);
    }
    assert_eq!(mock.get(&admin).await.json()["data"]["emails"], shown["emails"]);
    mock.put(&admin, json!({"emails": []})).await.assert(204, "");
    assert_eq!(mock.get(&admin).await.json()["data"]["emails"], json!([]));
}

#[tokio::test]
async fn a_destination_need_not_be_secure_unless_the_store_is_strict() {
    let mock = Mock::new().await;
    let patch = async |to: &str| {
        let body = json!({"hook_destinations": to}).to_string();
        assert_eq!(mock.call("PATCH", "/_mock/stores/s/settings", &[], &body).await.status, 200);
    };
    for destination in ["http://localhost:3000/in", "http://127.0.0.1", "https://app.example:8443/in"] {
        make(&mock, json!({"destination": destination})).await;
    }
    patch("https").await;
    let refused = r#"{"destination":"destination must be an https URL"}"#;
    let plain = json!({"destination": "http://app.example/in"});
    mock.post(HOOKS, hook(plain.clone())).await.assert(422, &error(422, CREATE, refused));
    mock.put(&format!("{HOOKS}/1"), plain.clone()).await.assert(422, &error(422, UPDATE, refused));
    // What is there stays, and another port passes: the service takes it and never delivers.
    assert_eq!(mock.put(&format!("{HOOKS}/1"), json!({"is_active": false})).await.status, 200);
    make(&mock, json!({"destination": "HTTPS://app.example:8444/in"})).await;
    patch("any").await;
    let reply = mock.post(HOOKS, hook(plain)).await;
    assert_eq!(reply.status, 200);
    let hint = "BigCommerce takes https destinations alone; set hook_destinations to https to see it refuse";
    assert_eq!(reply.header("x-mock-hint"), hint);
    let reply = mock.put(&format!("{HOOKS}/1"), json!({"destination": "https://app.example/2"})).await;
    assert_eq!((reply.status, reply.header("x-mock-hint")), (200, ""));
}

#[tokio::test]
async fn a_seed_that_is_added_keeps_to_the_limits() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    let add = async |hook: Value| {
        let seed = json!({"hooks": [hook]}).to_string();
        mock.call("POST", "/_mock/stores/s/seed", &[], &seed).await
    };
    let refused = add(hook(json!({}))).await;
    assert_eq!((refused.status, &refused.json()["error"]["at"]), (422, &json!("/hooks/0/destination")));
    let refused = add(hook(json!({"id": 1, "client_id": "another"}))).await;
    assert_eq!((refused.status, &refused.json()["error"]["at"]), (422, &json!("/hooks/0/id")));
    assert_eq!(add(hook(json!({"client_id": "another"}))).await.status, 200);
    assert_eq!(ids(&mock.get(HOOKS).await), [1], "the other one is of another account");
}
