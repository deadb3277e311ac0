//! `/customers/{id}/metafields`

use serde_json::{Value, json};

use crate::support::{Mock, over};

/// Those of customer 7, whom nobody ever made.
const PATH: &str = "/stores/s/v3/customers/7/metafields";
const OWNER: &str = "bigcommercemock0client0id000000";

/// The least that makes a metafield, with these fields over it.
pub(super) fn size(more: Value) -> Value {
    over(json!({"permission_set": "read", "namespace": "shoes", "key": "size", "value": "42"}), more)
}

/// An error of metafields; without a `detail` if it is empty.
pub(super) fn refusal(status: u16, title: &str, detail: &str) -> String {
    let detail =
        if detail.is_empty() { String::new() } else { format!(r#","detail":{}"#, Value::from(detail)) };
    let kind = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";
    format!(r#"{{"status":{status},"title":"{title}","type":"{kind}"{detail}}}"#)
}

/// What a list shows of each metafield in one field.
async fn shown(mock: &Mock, query: &str, field: &str) -> Vec<String> {
    let reply = mock.get(&format!("{PATH}{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    let data = reply.json()["data"].clone();
    data.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

async fn make(mock: &Mock, more: Value) {
    let reply = mock.post(PATH, size(more)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

fn size_as_shown(value: &str, description: &str) -> String {
    format!(
        concat!(
            r#"{{"id":1,"key":"size","value":"{}","namespace":"shoes","permission_set":"read","#,
            r#""resource_type":"customer","resource_id":7,"description":"{}","#,
            r#""date_created":"2024-05-06T07:34:10+00:00","date_modified":"2024-05-06T07:34:10+00:00","#,
            r#""owner_client_id":"{}"}}"#
        ),
        value, description, OWNER
    )
}

#[tokio::test]
async fn a_metafield_is_made_shown_changed_and_deleted_without_a_customer() {
    let mock = Mock::new().await;
    let made = size_as_shown("42", "");
    mock.post(PATH, size(json!({"nonsense": 1})))
        .await
        .assert(200, &format!(r#"{{"data":{made},"meta":{{}}}}"#));
    let one = format!("{PATH}/1");
    mock.get(&one).await.assert(200, &format!(r#"{{"data":{made},"meta":{{}}}}"#));
    let page = concat!(
        r#"{"pagination":{"total":1,"count":1,"per_page":50,"current_page":1,"total_pages":1},"#,
        r#""cursor_pagination":{"count":1,"per_page":50,"start_cursor":"eyJpZCI6MX0","end_cursor":"eyJpZCI6MX0","links":{}}}"#
    );
    for list in [PATH, "/stores/s/v3/customers/metafields"] {
        mock.get(list).await.assert(200, &format!(r#"{{"data":[{made}],"meta":{page}}}"#));
    }
    // As it came: what a client can not write is passed over.
    let mut body: Value = serde_json::from_str(&made).unwrap();
    body["id"] = 9.into();
    body["resource_id"] = 9.into();
    body["owner_client_id"] = "x".into();
    body["date_created"] = "2001-01-01".into();
    body["value"] = "43".into();
    body["description"] = "EU".into();
    let changed = size_as_shown("43", "EU");
    for body in [body, json!({}), json!({"id": 1})] {
        mock.put(&one, body).await.assert(200, &format!(r#"{{"data":{changed},"meta":{{}}}}"#));
    }
    mock.delete(&one).await.assert(204, "");
    assert_eq!(mock.get(&one).await.status, 404);
    let empty = concat!(
        r#"{"data":[],"meta":{"pagination":{"total":0,"count":0,"per_page":50,"current_page":1,"total_pages":0},"#,
        r#""cursor_pagination":{"count":0,"per_page":50,"links":{}}}}"#
    );
    mock.get(PATH).await.assert(200, empty);
    mock.get("/stores/other/v3/customers/7/metafields").await.assert(200, empty);
    assert!(!mock.tenants.exists("other"));
}

#[tokio::test]
async fn what_is_not_there_is_404_without_errors() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    let refused = refusal(404, "The resource at that URL is not found.", "");
    for path in [
        "/customers/7/metafields/2",
        "/customers/8/metafields/1",
        "/customers/x/metafields/1",
        "/customers/7/metafields/x",
        "/customers/7/metafields/99999999999",
    ] {
        let path = format!("/stores/s/v3{path}");
        mock.get(&path).await.assert(404, &refused);
        mock.put(&path, "nonsense").await.assert(404, &refused);
        mock.delete(&path).await.assert(404, &refused);
    }
    for path in ["/stores/s/v3/customers/x/metafields", "/stores/s/v3/customers/99999999999/metafields"] {
        mock.get(path).await.assert(404, &refused);
        mock.post(path, size(json!({}))).await.assert(404, &refused);
    }
    assert_eq!(shown(&mock, "", "value").await, ["42"]);
}

#[tokio::test]
async fn an_app_has_a_key_once_in_a_namespace_of_a_customer() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    let taken = refusal(409, "Metafield already exists", "The key is already in use in the namespace");
    mock.post(PATH, size(json!({"value": "43"}))).await.assert(409, &taken);
    make(&mock, json!({"namespace": "hats"})).await;
    make(&mock, json!({"key": "Size"})).await;
    let other = mock.post("/stores/s/v3/customers/8/metafields", size(json!({}))).await;
    assert_eq!(other.status, 200);
    let headers = [("x-auth-client", "another")];
    let of_another = mock.call("POST", PATH, &headers, &size(json!({})).to_string()).await;
    assert_eq!(of_another.json()["data"]["owner_client_id"], "another");
    let ids: Vec<Value> =
        mock.get(PATH).await.json()["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    let hat = format!("{PATH}/{}", ids[1]);
    mock.put(&hat, json!({"namespace": "shoes", "value": "x"})).await.assert(409, &taken);
    assert_eq!(shown(&mock, "", "namespace").await, ["shoes", "hats", "shoes", "shoes"]);
    assert_eq!(shown(&mock, "?key=size&namespace:in=hats,x", "value").await, ["42"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_and_nothing_is_written() {
    let mock = Mock::new().await;
    make(&mock, json!({})).await;
    let before = mock.dump("s").await;
    let input = "Input is invalid";
    let one = format!("{PATH}/1");
    for (body, detail) in [
        (json!({"key": ""}), "key"),
        (json!({"key": "k".repeat(65)}), "key"),
        (json!({"namespace": "n".repeat(65), "value": 1}), "value, namespace"),
        (json!({"namespace": ""}), "namespace"),
        (json!({"value": ""}), "value"),
        (json!({"value": "v".repeat(65_536)}), "value"),
        (json!({"value": null}), "value"),
        (json!({"value": "a\u{0}"}), "value"),
        (json!({"permission_set": "all"}), "permission_set"),
        (json!({"permission_set": true}), "permission_set"),
        (json!({"description": "d".repeat(256)}), "description"),
    ] {
        let refused = refusal(422, input, &format!("The following fields are invalid: {detail}"));
        mock.post(PATH, size(over(json!({"key": "new"}), body.clone()))).await.assert(422, &refused);
        mock.put(&one, body).await.assert(422, &refused);
    }
    for body in [json!({"value": "x"}), json!({"value": "x", "namespace": 1})] {
        let missing =
            if body["namespace"] == 1 { "key, permission_set" } else { "key, namespace, permission_set" };
        let refused = refusal(422, input, &format!("The following fields are missing: {missing}"));
        mock.post(PATH, body).await.assert(422, &refused);
    }
    let not_an_object = refusal(422, input, "The body must be a JSON object");
    mock.post(PATH, json!([size(json!({}))])).await.assert(422, &not_an_object);
    for body in ["", "{", "nonsense"] {
        mock.post(PATH, body).await.assert(400, &refusal(400, input, "Syntax error"));
        mock.put(&one, body).await.assert(400, &refusal(400, input, "Syntax error"));
    }
    assert_eq!(mock.dump("s").await, before);
    mock.post("/stores/other/v3/customers/1/metafields", json!({})).await;
    assert!(!mock.tenants.exists("other"));
}

#[tokio::test]
async fn the_longest_texts_and_every_permission_set_are_taken() {
    let mock = Mock::new().await;
    make(&mock, json!({"key": "k".repeat(64), "namespace": "ñ".repeat(64), "value": "v".repeat(65_535), "description": "d".repeat(255)})).await;
    for set in ["app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"] {
        make(&mock, json!({"key": set, "permission_set": set, "description": ""})).await;
    }
}

#[tokio::test]
async fn what_the_client_says_of_itself_is_refused_in_the_same_shape() {
    let mock = Mock::new().await;
    let accept = mock.call("GET", PATH, &[("accept", "text/html")], "").await;
    accept.assert(406, &refusal(406, "This resource is only available as application/json.", ""));
    let text = mock.call("POST", PATH, &[("content-type", "text/plain")], "{}").await;
    text.assert(415, &refusal(415, "The body of this request must be sent as application/json.", ""));
    let small = Mock::with(|options| options.body_limit = 10).await;
    let reply = small.post(PATH, size(json!({}))).await;
    reply.assert(413, &refusal(413, "Max body size allowed is 10 bytes", ""));
    // The gateway knows nothing of metafields.
    let unknown = "The route is not found, check the URL";
    mock.call("PATCH", PATH, &[], "").await.assert(404, unknown);
    mock.put(PATH, "{}").await.assert(404, unknown);
    mock.post(&format!("{PATH}/1"), "{}").await.assert(404, unknown);
    assert_eq!(mock.call("OPTIONS", PATH, &[], "").await.status, 204);
    assert_eq!(mock.call("HEAD", PATH, &[], "").await.status, 200);
    assert_eq!(mock.call("GET", PATH, &[("x-auth-token", "")], "").await.status, 401);
}

#[tokio::test]
async fn metafields_are_filtered_turned_around_and_cut() {
    let mock = Mock::new().await;
    for (namespace, key) in [("shoes", "size"), ("shoes", "colour"), ("hats", "size"), ("Hats", "brim, wide")]
    {
        make(&mock, json!({"namespace": namespace, "key": key, "value": format!("{namespace} {key}")})).await;
    }
    let all = ["shoes size", "shoes colour", "hats size", "Hats brim, wide"];
    for (query, expected) in [
        ("?key=size", vec![all[0], all[2]]),
        ("?key=SIZE&namespace=shoes", vec![all[0]]),
        ("?key=siz", vec![]),
        ("?key:in=size,Colour", vec![all[0], all[1], all[2]]),
        ("?key=brim,%20wide", vec![all[3]]),
        ("?namespace=hats", vec![all[2], all[3]]),
        ("?namespace:in=HATS", vec![all[2], all[3]]),
        ("?date_created:min=2024-05-06&date_modified:max=2024-05-07T00:00:00", all.to_vec()),
        ("?date_created:max=2024-05-06", vec![]),
        ("?date_modified:min=2024-05-07", vec![]),
        ("?direction=asc&limit=1", vec![all[0]]),
        ("?direction=desc&limit=2&page=2", vec![all[1], all[0]]),
    ] {
        assert_eq!(shown(&mock, query, "value").await, expected, "{query}");
    }
    let raw = mock.get(&format!("{PATH}?include_fields=value,resource_type,key&key=colour")).await.body;
    assert!(
        raw.starts_with(
            r#"{"data":[{"id":2,"key":"colour","value":"shoes colour","resource_type":"customer"}],"#
        ),
        "{raw}"
    );
    assert_eq!(shown(&mock, "?include_fields=&limit=1", "owner_client_id").await, [OWNER]);
}

#[tokio::test]
async fn a_bad_query_is_refused_in_the_shape_of_metafields() {
    let mock = Mock::new().await;
    let must = |name: &str, wanted: &str, value: &str| {
        format!(r#"Query parameter "{name}" value must be {wanted}. For input string: "{value}"."#)
    };
    let fields = "one of resource_id, key, value, namespace, permission_set, resource_type, description, \
                  owner_client_id, date_created, date_modified, id";
    for (query, detail) in [
        (
            "?id:in=1&sort=id:asc&include=x&value=1",
            "The filter(s): id:in, sort, include, value are not valid filter parameter(s).".to_owned(),
        ),
        (
            "?date_created=2024-05-06",
            "The filter(s): date_created are not valid filter parameter(s).".to_owned(),
        ),
        ("?direction=up", must("direction", "one of asc, desc", "up")),
        ("?include_fields=key,x", must("include_fields", fields, "x")),
        ("?limit=a", must("limit", "integer", "a")),
        ("?date_created:min=soon", must("date_created:min", "date", "soon")),
        ("?after=x", must("after", "cursor of this list", "x")),
        (
            "?after=eyJpZCI6MX0&before=eyJpZCI6Mn0",
            r#"Query parameters "before" and "after" can not be combined."#.to_owned(),
        ),
        ("?key=%ff", r#"Query parameter "key" value must be UTF-8."#.to_owned()),
    ] {
        for path in [PATH, "/stores/s/v3/customers/metafields"] {
            let reply = mock.get(&format!("{path}{query}")).await;
            reply.assert(422, &refusal(422, "Input is invalid", &detail));
        }
    }
}

#[tokio::test]
async fn cursors_lead_through_the_metafields_in_both_directions() {
    let mock = Mock::new().await;
    for key in ["a", "b", "c", "d", "e"] {
        make(&mock, json!({"key": key})).await;
    }
    let first = mock.get(&format!("{PATH}?direction=desc&limit=2&include_fields=key")).await;
    first.assert(
        200,
        concat!(
            r#"{"data":[{"id":5,"key":"e"},{"id":4,"key":"d"}],"#,
            r#""meta":{"pagination":{"total":5,"count":2,"per_page":2,"current_page":1,"total_pages":3},"#,
            r#""cursor_pagination":{"count":2,"per_page":2,"start_cursor":"eyJpZCI6NX0","end_cursor":"eyJpZCI6NH0","#,
            r#""links":{"next":"?after=eyJpZCI6NH0&limit=2&direction=desc&include%5Ffields=key"}}}}"#
        ),
    );
    mock.delete(&format!("{PATH}/4")).await.assert(204, "");
    let second =
        mock.get(&format!("{PATH}?after=eyJpZCI6NH0&limit=2&direction=desc&include%5Ffields=key")).await;
    second.assert(
        200,
        concat!(
            r#"{"data":[{"id":3,"key":"c"},{"id":2,"key":"b"}],"#,
            r#""meta":{"cursor_pagination":{"count":2,"per_page":2,"start_cursor":"eyJpZCI6M30","end_cursor":"eyJpZCI6Mn0","#,
            r#""links":{"previous":"?before=eyJpZCI6M30&limit=2&direction=desc&include%5Ffields=key","#,
            r#""next":"?after=eyJpZCI6Mn0&limit=2&direction=desc&include%5Ffields=key"}}}}"#
        ),
    );
    assert_eq!(shown(&mock, "?before=eyJpZCI6M30&limit=2", "key").await, ["a", "b"]);
    assert_eq!(shown(&mock, "?before=eyJpZCI6M30&limit=2&direction=desc", "key").await, ["e"]);
}

#[tokio::test]
async fn metafields_go_with_their_customer_and_those_of_nobody_stay() {
    let mock = Mock::new().await;
    for email in ["a@b.co", "b@b.co", "c@b.co", "d@b.co"] {
        mock.customer("s", json!({"email": email})).await;
    }
    for id in [1, 2, 3, 4, 99] {
        let reply = mock.post(&format!("/stores/s/v3/customers/{id}/metafields"), size(json!({}))).await;
        assert_eq!(reply.status, 200);
    }
    let left = async || {
        let data = mock.get("/stores/s/v3/customers/metafields").await.json()["data"].clone();
        let ids: Vec<i64> =
            data.as_array().unwrap().iter().map(|row| row["resource_id"].as_i64().unwrap()).collect();
        ids
    };
    mock.delete("/stores/s/v2/customers/1").await.assert(204, "");
    assert_eq!(left().await, [2, 3, 4, 99]);
    mock.delete("/stores/s/v3/customers?id:in=2").await.assert(204, "");
    assert_eq!(left().await, [3, 4, 99]);
    mock.delete("/stores/s/v2/customers?email=c@b.co").await.assert(204, "");
    assert_eq!(left().await, [4, 99]);
    mock.delete("/stores/s/v2/customers").await.assert(204, "");
    assert_eq!(left().await, [99]);
}
