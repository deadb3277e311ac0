//! What customers said to cookies and scripts: byte for byte.

use serde_json::json;

use super::{CUSTOMERS, bill, error};
use crate::support::Mock;

const PATH: &str = "/stores/s/v3/customers/1/consent";

const NOT_FOUND: &str = "The resource at that URL is not found.";

/// What is answered; the lists as JSON.
fn said(allow: &str, deny: &str) -> String {
    format!(r#"{{"allow":{allow},"deny":{deny},"updated_at":"2024-05-06T07:34:10Z"}}"#)
}

/// A server with a customer.
async fn with_customer() -> Mock {
    let mock = Mock::new().await;
    assert_eq!(mock.post(CUSTOMERS, json!([bill(json!({}))])).await.status, 200);
    mock
}

#[tokio::test]
async fn who_never_said_anything_allows_and_denies_nothing() {
    let mock = with_customer().await;
    let reply = mock.get(PATH).await;
    reply.assert(200, &said("[]", "[]"));
    assert_eq!(reply.header("content-type"), "application/json");
    let head = mock.call("HEAD", PATH, &[], "").await;
    head.assert(200, "");
}

#[tokio::test]
async fn what_is_said_replaces_what_was_said_before_in_the_order_of_the_client() {
    let mock = with_customer().await;
    let before = mock.dump("s").await;
    for (body, expected) in [
        (
            r#"{"allow":["targeting","essential","functional"],"deny":["analytics"]}"#,
            said(r#"["targeting","essential","functional"]"#, r#"["analytics"]"#),
        ),
        (r#"{"allow":["essential"],"deny":[]}"#, said(r#"["essential"]"#, "[]")),
        (r#"{"allow":[],"deny":["essential","targeting"]}"#, said("[]", r#"["essential","targeting"]"#)),
        (
            r#"{"updated_at":"2020-01-01T00:00:00Z","allow":["analytics"],"deny":[],"unknown":1}"#,
            said(r#"["analytics"]"#, "[]"),
        ),
        (r#"{"deny":[],"allow":[]}"#, said("[]", "[]")),
    ] {
        mock.put(PATH, body).await.assert(200, &expected);
        mock.get(PATH).await.assert(200, &expected);
    }
    // Neither the customer's dates nor its events tell of it.
    assert_eq!(mock.dump("s").await, before);
}

#[tokio::test]
async fn a_customer_that_is_not_there_is_404_before_the_body_is_looked_at() {
    let mock = Mock::new().await;
    for id in ["1", "0", "x", "99999999999", "-1"] {
        let path = format!("{CUSTOMERS}/{id}/consent");
        mock.get(&path).await.assert(404, &error(404, NOT_FOUND, "{}"));
        mock.put(&path, "{").await.assert(404, &error(404, NOT_FOUND, "{}"));
    }
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_told_without_an_index() {
    let mock = with_customer().await;
    mock.put(PATH, r#"{"allow":["essential"],"deny":[]}"#).await;
    for body in ["", "{", "allow"] {
        mock.put(PATH, body).await.assert(400, &error(400, "Input is invalid", "{}"));
    }
    for (body, errors) in [
        ("[]", r#"{"":"error.expected.jsobject"}"#),
        ("{}", r#"{"allow":"error.path.missing","deny":"error.path.missing"}"#),
        (r#"{"allow":["essential"]}"#, r#"{"deny":"error.path.missing"}"#),
        (r#"{"deny":[]}"#, r#"{"allow":"error.path.missing"}"#),
        (r#"{"allow":null,"deny":[]}"#, r#"{"allow":"error.expected.jsarray"}"#),
        (
            r#"{"allow":"essential","deny":{}}"#,
            r#"{"allow":"error.expected.jsarray","deny":"error.expected.jsarray"}"#,
        ),
        (r#"{"allow":["essential",1],"deny":[]}"#, r#"{"allow":"error.expected.jsstring"}"#),
        // A word that is none is a matter of the next stage.
        (r#"{"allow":["all"],"deny":[null]}"#, r#"{"deny":"error.expected.jsstring"}"#),
    ] {
        let expected = error(422, "JSON data is missing or invalid", errors);
        mock.put(PATH, body).await.assert(422, &expected);
    }
    mock.get(PATH).await.assert(200, &said(r#"["essential"]"#, "[]"));
}

#[tokio::test]
async fn words_that_are_unknown_repeated_or_on_both_sides_are_refused_and_change_nothing() {
    let mock = with_customer().await;
    mock.put(PATH, r#"{"allow":["essential"],"deny":[]}"#).await;
    let known = "must be one of: essential, functional, analytics, targeting";
    for (body, errors) in [
        (r#"{"allow":["all"],"deny":[]}"#, format!(r#"{{"allow":"allow {known}"}}"#)),
        (
            r#"{"allow":["Essential"],"deny":[""]}"#,
            format!(r#"{{"allow":"allow {known}","deny":"deny {known}"}}"#),
        ),
        (r#"{"allow":["targeting","targeting"],"deny":[]}"#, r#"{"allow":"invalid allow"}"#.to_owned()),
        (
            r#"{"allow":[],"deny":["targeting","analytics","targeting"]}"#,
            r#"{"deny":"invalid deny"}"#.to_owned(),
        ),
        (r#"{"allow":["targeting"],"deny":["targeting"]}"#, r#"{"deny":"invalid deny"}"#.to_owned()),
    ] {
        let expected = error(422, "Update customer consent failed.", &errors);
        mock.put(PATH, body).await.assert(422, &expected);
    }
    mock.get(PATH).await.assert(200, &said(r#"["essential"]"#, "[]"));
}

#[tokio::test]
async fn what_was_said_goes_with_the_customer_however_that_is_deleted() {
    for delete in [
        "/stores/s/v3/customers?id:in=1",
        "/stores/s/v2/customers/1",
        "/stores/s/v2/customers",
        "/stores/s/v2/customers?first_name=Bill",
    ] {
        let mock = with_customer().await;
        mock.put(PATH, r#"{"allow":["essential"],"deny":[]}"#).await;
        mock.delete(delete).await.assert(204, "");
        mock.get(PATH).await.assert(404, &error(404, NOT_FOUND, "{}"));
        let store = mock.store("s").await;
        let rows = store.run::<i64, sqlx::Error>(|turn| {
            Box::pin(sqlx::query_scalar("select count(*) from consents").fetch_one(&mut turn.db))
        });
        assert_eq!(rows.await.unwrap(), 0, "{delete}");
    }
}

#[tokio::test]
async fn each_customer_speaks_for_itself_and_other_methods_do_not_exist() {
    let mock = with_customer().await;
    mock.customer("s", json!({})).await;
    mock.put(PATH, r#"{"allow":["essential"],"deny":[]}"#).await;
    mock.get("/stores/s/v3/customers/2/consent").await.assert(200, &said("[]", "[]"));
    for method in ["POST", "DELETE", "PATCH"] {
        mock.call(method, PATH, &[], "{}").await.assert(404, "The route is not found, check the URL");
    }
}
