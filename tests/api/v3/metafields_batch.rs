//! `/customers/metafields`

use serde_json::{Value, json};

use super::metafields::{refusal, size};
use crate::support::{Mock, over};

const PATH: &str = "/stores/s/v3/customers/metafields";

fn item(more: Value) -> Value {
    size(over(json!({"resource_id": 7}), more))
}

/// An answer's `errors` and `meta`; `errors` as JSON.
fn failures(errors: &str, total: usize, failed: usize) -> String {
    let kind = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";
    format!(
        r#""errors":[{{"status":422,"title":"Bulk operation has failed","type":"{kind}","errors":{errors}}}],"meta":{{"total":{total},"success":{},"failed":{failed}}}}}"#,
        total - failed
    )
}

fn shown(id: i64, key: &str, value: &str, customer: i64) -> String {
    format!(
        concat!(
            r#"{{"id":{},"key":"{}","value":"{}","namespace":"shoes","permission_set":"read","#,
            r#""resource_type":"customer","resource_id":{},"description":"","#,
            r#""date_created":"2024-05-06T07:34:10+00:00","date_modified":"2024-05-06T07:34:10+00:00","#,
            r#""owner_client_id":"app"}}"#
        ),
        id, key, value, customer
    )
}

/// A write by the app `app`.
async fn write(mock: &Mock, method: &str, body: Value) -> crate::support::Reply {
    mock.call(method, PATH, &[("x-auth-client", "app")], &body.to_string()).await
}

#[tokio::test]
async fn a_batch_is_made_changed_and_deleted() {
    let mock = Mock::new().await;
    let (a, b) = (shown(1, "a", "42", 7), shown(2, "b", "42", 8));
    let meta = r#""errors":[],"meta":{"total":2,"success":2,"failed":0}}"#;
    let body = json!([item(json!({"key": "a"})), item(json!({"key": "b", "resource_id": 8}))]);
    write(&mock, "POST", body).await.assert(200, &format!(r#"{{"data":[{a},{b}],{meta}"#));
    assert_eq!(mock.get("/stores/s/v3/customers/8/metafields/2").await.status, 200);
    let b = shown(2, "b", "43", 8);
    let body = json!([{"id": 2, "value": "43", "resource_id": 9, "owner_client_id": "x"}, {"id": 1}]);
    write(&mock, "PUT", body).await.assert(200, &format!(r#"{{"data":[{b},{a}],{meta}"#));
    write(&mock, "DELETE", json!([2, 1])).await.assert(200, &format!(r#"{{"data":[2,1],{meta}"#));
    assert_eq!(mock.get(PATH).await.json()["data"], json!([]));
    for method in ["POST", "PUT", "DELETE"] {
        let empty = r#"{"data":[],"errors":[],"meta":{"total":0,"success":0,"failed":0}}"#;
        write(&mock, method, json!([])).await.assert(200, empty);
    }
}

#[tokio::test]
async fn what_is_good_in_a_batch_is_made_whatever_is_wrong_with_the_rest() {
    let mock = Mock::new().await;
    let body = json!([
        item(json!({"key": "a"})),
        item(json!({"key": "a", "value": "again"})),
        item(json!({"key": "k".repeat(65), "resource_id": "7"})),
        {"value": "x"},
        42,
        item(json!({"id": 5})),
        item(json!({"resource_id": -1})),
        item(json!({"resource_id": 4_294_967_296_i64})),
        item(json!({"key": "b"})),
    ]);
    let errors = concat!(
        r#"{"1":"The key is already in use in the namespace","#,
        r#""2":"The following fields are invalid: key, resource_id","#,
        r#""3":"The following fields are missing: key, namespace, permission_set, resource_id","#,
        r#""4":"The following fields are missing: key, value, namespace, permission_set, resource_id","#,
        r#""5":"The following fields are invalid: id","#,
        r#""6":"The following fields are invalid: resource_id","#,
        r#""7":"The following fields are invalid: resource_id"}"#,
    );
    let data = format!("{},{}", shown(1, "a", "42", 7), shown(2, "b", "42", 7));
    let expected = format!(r#"{{"data":[{data}],{}"#, failures(errors, 9, 7));
    write(&mock, "POST", body).await.assert(422, &expected);
    let all = mock.get(PATH).await.body;
    assert!(all.starts_with(&format!(r#"{{"data":[{data}],"#)), "{all}");
}

#[tokio::test]
async fn what_is_good_in_a_batch_is_changed_and_deleted_whatever_is_wrong_with_the_rest() {
    let mock = Mock::new().await;
    write(&mock, "POST", json!([item(json!({"key": "a"})), item(json!({"key": "b"}))])).await;
    let body = json!([
        {"id": 1, "key": "b"},
        {"id": 9, "value": "x"},
        {"value": "x"},
        {"id": "1", "value": ""},
        {"id": 2, "value": "43"},
        // Now that nobody has the key.
        {"id": 2, "key": "c"},
        {"id": 1, "key": "b"},
    ]);
    let errors = concat!(
        r#"{"0":"The key is already in use in the namespace","1":"Metafield does not exist","#,
        r#""2":"The following fields are missing: id","3":"The following fields are invalid: id, value"}"#
    );
    let data = [shown(2, "b", "43", 7), shown(2, "c", "43", 7), shown(1, "b", "42", 7)].join(",");
    let expected = format!(r#"{{"data":[{data}],{}"#, failures(errors, 7, 4));
    write(&mock, "PUT", body).await.assert(422, &expected);
    let errors = concat!(
        r#"{"0":"Metafield does not exist","2":"Metafield does not exist","#,
        r#""3":"The following fields are invalid: id","4":"The following fields are invalid: id"}"#
    );
    let expected = format!(r#"{{"data":[1],{}"#, failures(errors, 5, 4));
    write(&mock, "DELETE", json!([9, 1, 1, "2", {"id": 2}])).await.assert(422, &expected);
    let left = mock.get(PATH).await.json()["data"].clone();
    assert_eq!((left[0]["id"].clone(), left[1].clone()), (json!(2), Value::Null));
}

#[tokio::test]
async fn a_body_that_is_no_batch_is_refused_as_a_whole() {
    let mock = Mock::new().await;
    for method in ["POST", "PUT", "DELETE"] {
        let no_array = refusal(422, "Input is invalid", "The body must be a JSON array");
        write(&mock, method, item(json!({}))).await.assert(422, &no_array);
        for body in ["", "["] {
            let reply = mock.call(method, PATH, &[], body).await;
            reply.assert(400, &refusal(400, "Input is invalid", "Syntax error"));
        }
        let eleven: Vec<Value> = (0..11).map(|i| item(json!({"key": format!("k{i}")}))).collect();
        let reply = write(&mock, method, eleven.into()).await;
        reply.assert(413, &refusal(413, "Max batch size allowed is 10", ""));
    }
    let nothing = format!(r#"{{"data":[],{}"#, failures(r#"{"0":"Metafield does not exist"}"#, 1, 1));
    write(&mock, "PUT", json!([{"id": 1}])).await.assert(422, &nothing);
    write(&mock, "DELETE", json!([1])).await.assert(422, &nothing);
    let nothing =
        r#"{"0":"The following fields are missing: key, value, namespace, permission_set, resource_id"}"#;
    write(&mock, "POST", json!([{}]))
        .await
        .assert(422, &format!(r#"{{"data":[],{}"#, failures(nothing, 1, 1)));
    let of_nobody = write(&mock, "POST", json!([item(json!({"resource_id": 2_147_483_648_i64}))])).await;
    let invalid = failures(r#"{"0":"The following fields are invalid: resource_id"}"#, 1, 1);
    of_nobody.assert(422, &format!(r#"{{"data":[],{invalid}"#));
    assert!(!mock.tenants.exists("s"));
}
