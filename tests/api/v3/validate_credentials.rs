//! Who can log in where.

use serde_json::{Value, json};

use crate::support::{Mock, jane, over};

const PATH: &str = "/stores/s/v3/customers/validate-credentials";
const PASSWORD: &str = "s3cret-pass";
const NOBODY: &str = r#"{"is_valid":false}"#;

const SEED: &str = "stores:
  s:
    channels: [{id: 2, name: Wholesale portal}, {id: 3, name: Kiosk}]
    customers:
      - {first_name: A, last_name: B, email: everywhere@example.com, password: s3cret-pass}
      - {first_name: A, last_name: B, email: two@example.com, password: s3cret-pass, channel_ids: [2]}
      - {first_name: A, last_name: B, email: both@example.com, password: s3cret-pass, channel_ids: [1, 3]}
      - {first_name: A, last_name: B, email: none@example.com}
";

fn somebody(id: i64) -> String {
    format!("{{\"is_valid\":true,\"customer_id\":{id}}}")
}

fn refusal(status: u16, title: &str, errors: &str) -> String {
    format!(
        "{{\"status\":{status},\"title\":\"{title}\",\"type\":\"https://developer.bigcommerce.com/api-docs/\
         getting-started/api-status-codes\",\"errors\":{errors}}}"
    )
}

/// Whether this customer's email and password open each of the channels 1 to 4, and none said.
async fn opens(mock: &Mock, name: &str) -> [bool; 5] {
    let mut opens = [false; 5];
    for (channel, open) in (0..).zip(&mut opens) {
        let mut body = json!({"email": format!("{name}@example.com"), "password": PASSWORD});
        if channel > 0 {
            body["channel_id"] = channel.into();
        }
        let reply = mock.post(PATH, body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        *open = reply.json()["is_valid"].as_bool().unwrap();
    }
    opens
}

#[tokio::test]
async fn passwords_set_through_either_version_and_changed_ones_are_known() {
    let mock = Mock::new().await;
    let v2 = json!({"email": "v2@example.com", "_authentication": {"password": "pass-of-v2"}});
    assert_eq!(mock.customer("s", v2).await, 1);
    let v3 = json!({"email": "v3@example.com", "authentication": {"new_password": "pass-of-v3"}});
    assert_eq!(mock.post("/stores/s/v3/customers", json!([over(jane(), v3)])).await.status, 200);
    let check = async |email: &str, password: &str| {
        let reply = mock.post(PATH, json!({"email": email, "password": password})).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
        reply.body
    };
    assert_eq!(check("v2@example.com", "pass-of-v2").await, somebody(1));
    assert_eq!(check("v3@example.com", "pass-of-v3").await, somebody(2));
    assert_eq!(check("V3@Example.COM", "pass-of-v3").await, somebody(2));
    for (email, password) in [
        ("v2@example.com", "pass-of-v3"),
        ("v2@example.com", "Pass-of-v2"),
        ("v2@example.com", ""),
        ("v2@example.com ", "pass-of-v2"),
        ("other@example.com", "pass-of-v2"),
        ("not an email", "pass-of-v2"),
        ("", ""),
        ("%", "pass-of-v2"),
    ] {
        assert_eq!(check(email, password).await, NOBODY, "{email} {password}");
    }
    let changed =
        json!([{"id": 1, "email": "new@example.com", "authentication": {"new_password": "other-pass-2"}}]);
    assert_eq!(mock.put("/stores/s/v3/customers", changed).await.status, 200);
    assert_eq!(check("v2@example.com", "other-pass-2").await, NOBODY);
    assert_eq!(check("new@example.com", "pass-of-v2").await, NOBODY);
    assert_eq!(check("new@example.com", "other-pass-2").await, somebody(1));
    mock.delete("/stores/s/v2/customers/1").await;
    assert_eq!(check("new@example.com", "other-pass-2").await, NOBODY);
}

#[tokio::test]
async fn who_may_log_in_where_follows_from_the_customer_and_from_the_channel() {
    let mock = Mock::seeded(SEED).await;
    // Without a channel it is the first one; the fourth does not exist.
    assert_eq!(opens(&mock, "everywhere").await, [true, true, false, false, false]);
    assert_eq!(opens(&mock, "two").await, [false, false, true, false, false]);
    assert_eq!(opens(&mock, "both").await, [true, true, false, true, false]);
    assert_eq!(opens(&mock, "none").await, [false; 5], "it has no password that anybody knows");

    let allow = async |channel: i64, allow: Value| {
        let path = format!("/stores/s/v3/customers/settings/channels/{channel}");
        assert_eq!(mock.put(&path, json!({ "allow_global_logins": allow })).await.status, 200);
    };
    allow(1, json!(false)).await;
    allow(2, json!(true)).await;
    assert_eq!(opens(&mock, "everywhere").await, [false, false, true, false, false]);
    assert_eq!(opens(&mock, "both").await, [true, true, false, true, false]);
    allow(1, Value::Null).await;
    allow(2, Value::Null).await;
    assert_eq!(opens(&mock, "everywhere").await, [true, true, false, false, false]);
    mock.put("/stores/s/v3/customers", json!([{"id": 2, "channel_ids": null}])).await;
    assert_eq!(opens(&mock, "two").await, [true, true, false, false, false]);
}

#[tokio::test]
async fn channels_that_can_not_exist_are_open_to_nobody() {
    let mock = Mock::seeded(SEED).await;
    for channel in ["0", "-1", "4", "9223372036854775807"] {
        let body =
            format!(r#"{{"email":"both@example.com","password":"{PASSWORD}","channel_id":{channel}}}"#);
        mock.post(PATH, body).await.assert(200, NOBODY);
    }
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_told_without_an_index() {
    let mock = Mock::seeded(SEED).await;
    let shape = "JSON data is missing or invalid";
    for (body, errors) in [
        ("{}", r#"{"email":"error.path.missing","password":"error.path.missing"}"#),
        (r#"{"email":"a@b.co"}"#, r#"{"password":"error.path.missing"}"#),
        (r#"{"password":"s3cret-pass"}"#, r#"{"email":"error.path.missing"}"#),
        (
            r#"{"email":null,"password":1}"#,
            r#"{"email":"error.expected.jsstring","password":"error.expected.jsstring"}"#,
        ),
        (
            r#"{"email":"a@b.co","password":"s3cret-pass","channel_id":"1"}"#,
            r#"{"channel_id":"error.expected.jsnumber"}"#,
        ),
        (
            r#"{"email":"a@b.co","password":"s3cret-pass","channel_id":null}"#,
            r#"{"channel_id":"error.expected.jsnumber"}"#,
        ),
        (r#"[{"email":"a@b.co","password":"s3cret-pass"}]"#, r#"{"":"error.expected.jsobject"}"#),
    ] {
        mock.post(PATH, body).await.assert(422, &refusal(422, shape, errors));
    }
    mock.post(PATH, r#"{"email":"#).await.assert(400, &refusal(400, "Input is invalid", "{}"));
    mock.post(PATH, r#"{"email":"a@b.co","password":"a\u0000b"}"#).await.assert(
        422,
        &refusal(
            422,
            "Validate customer credentials failed.",
            r#"{"password":"password contains a NUL character"}"#,
        ),
    );
}

#[tokio::test]
async fn asking_makes_no_store_and_other_methods_do_not_exist() {
    let mock = Mock::new().await;
    mock.post(PATH, r#"{"email":"a@b.co","password":"s3cret-pass","more":1}"#).await.assert(200, NOBODY);
    assert!(!mock.tenants.exists("s"));
    for method in ["GET", "PUT", "DELETE"] {
        mock.call(method, PATH, &[], "{}").await.assert(404, "The route is not found, check the URL");
    }
}
