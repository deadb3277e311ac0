//! What is wrong with customers, in the stages in which it is found. Nothing is written then.

use serde_json::{Value, json};

use super::{CUSTOMERS, bill, error};
use crate::support::Mock;

const SHAPE: &str = "JSON data is missing or invalid";
const CREATE: &str = "Create customers failed.";
const UPDATE: &str = "Update customers failed.";

#[tokio::test]
async fn the_body_as_a_whole_is_looked_at_first() {
    let mock = Mock::new().await;
    let eleven = json!(vec![json!({}); 11]).to_string();
    for method in ["POST", "PUT"] {
        for (body, expected) in [
            ("", error(400, "Input is invalid", "{}")),
            ("{", error(400, "Input is invalid", "{}")),
            ("[1,]", error(400, "Input is invalid", "{}")),
            (&*eleven, error(413, "Max batch size allowed is 10", "{}")),
            ("{}", error(422, SHAPE, r#"{"":"error.expected.jsarray"}"#)),
            ("null", error(422, SHAPE, r#"{"":"error.expected.jsarray"}"#)),
            (r#""x""#, error(422, SHAPE, r#"{"":"error.expected.jsarray"}"#)),
        ] {
            let status = expected[10..13].parse().unwrap();
            mock.call(method, CUSTOMERS, &[], body).await.assert(status, &expected);
        }
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(mock.call("POST", CUSTOMERS, &form, "[]").await.status, 415);
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn then_the_shape_with_keys_that_have_no_index() {
    let mock = Mock::new().await;
    let missing = r#"{"last_name":"error.path.missing","email":"error.path.missing","first_name":"error.path.missing"}"#;
    let address = |more: Value| {
        let address =
            json!({"first_name": "a", "last_name": "b", "address1": "c", "city": "d", "country_code": "US"});
        bill(json!({"addresses": [crate::support::over(address, more)]}))
    };
    for (items, errors) in [
        (json!([{}]), missing),
        (json!([42]), missing),
        (json!([null]), missing),
        // A shape further back goes before a value further in front.
        (json!([bill(json!({"email": "x"})), {}]), missing),
        (json!([{"email": "a@b.co", "first_name": "a"}]), r#"{"last_name":"error.path.missing"}"#),
        (json!([bill(json!({"email": 5}))]), r#"{"email":"error.expected.jsstring"}"#),
        (json!([bill(json!({"email": null}))]), r#"{"email":"error.expected.jsstring"}"#),
        (json!([bill(json!({"notes": null}))]), r#"{"notes":"error.expected.jsstring"}"#),
        (
            json!([bill(json!({"customer_group_id": "1"}))]),
            r#"{"customer_group_id":"error.expected.jsnumber"}"#,
        ),
        (
            json!([bill(json!({"customer_group_id": 1.5}))]),
            r#"{"customer_group_id":"error.expected.jsnumber"}"#,
        ),
        (
            json!([bill(json!({"accepts_product_review_abandoned_cart_emails": 1}))]),
            r#"{"accepts_product_review_abandoned_cart_emails":"error.expected.jsboolean"}"#,
        ),
        (json!([bill(json!({"authentication": []}))]), r#"{"authentication":"error.expected.jsobject"}"#),
        (
            json!([bill(json!({"authentication": {"new_password": 5}}))]),
            r#"{"authentication.new_password":"error.expected.jsstring"}"#,
        ),
        (json!([bill(json!({"addresses": {}}))]), r#"{"addresses":"error.expected.jsarray"}"#),
        (json!([bill(json!({"addresses": [1]}))]), r#"{"addresses.0":"error.expected.jsobject"}"#),
        (
            json!([bill(json!({"addresses": [{}]}))]),
            r#"{"addresses.0.first_name":"error.path.missing","addresses.0.last_name":"error.path.missing","addresses.0.address1":"error.path.missing","addresses.0.city":"error.path.missing","addresses.0.country_code":"error.path.missing"}"#,
        ),
        (json!([address(json!({"phone": 5}))]), r#"{"addresses.0.phone":"error.expected.jsstring"}"#),
        (
            json!([bill(json!({"attributes": [{"attribute_id": "x", "attribute_value": 1}]}))]),
            r#"{"attributes.0.attribute_id":"error.expected.jsnumber","attributes.0.attribute_value":"error.expected.jsstring"}"#,
        ),
        (json!([bill(json!({"channel_ids": 1}))]), r#"{"channel_ids":"error.expected.jsarray"}"#),
        (
            json!([bill(json!({"store_credit_amounts": [{"amount": "1"}]}))]),
            r#"{"store_credit_amounts.0.amount":"error.expected.jsnumber"}"#,
        ),
        (
            json!([bill(json!({"form_fields": [{"name": "x"}]}))]),
            r#"{"form_fields.0.value":"error.path.missing"}"#,
        ),
    ] {
        mock.post(CUSTOMERS, &items).await.assert(422, &error(422, SHAPE, errors));
    }
    mock.put(CUSTOMERS, json!([{"notes": "x"}]))
        .await
        .assert(422, &error(422, SHAPE, r#"{"id":"error.path.missing"}"#));
    mock.put(CUSTOMERS, json!([{"id": "1"}]))
        .await
        .assert(422, &error(422, SHAPE, r#"{"id":"error.expected.jsnumber"}"#));
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn then_the_values_of_the_first_bad_item_with_its_index() {
    let mock = Mock::new().await;
    let address = |more: Value| {
        let address =
            json!({"first_name": "a", "last_name": "b", "address1": "c", "city": "d", "country_code": "US"});
        json!({"addresses": [crate::support::over(address, more)]})
    };
    let many = |item: Value| json!(vec![item; 11]);
    for (more, errors) in [
        (json!({"email": "x"}), r#"{"0.email":"invalid email"}"#),
        (json!({"email": ""}), r#"{"0.email":"invalid email"}"#),
        (
            json!({"email": format!("{}@{}.co", "a".repeat(62), vec!["b".repeat(61); 3].join("."))}),
            r#"{"0.email":"email must be between 3 and 250 characters"}"#,
        ),
        (json!({"first_name": ""}), r#"{"0.first_name":"first_name must be between 1 and 100 characters"}"#),
        (
            json!({"first_name": "x".repeat(101), "phone": "x".repeat(51)}),
            r#"{"0.first_name":"first_name must be between 1 and 100 characters","0.phone":"phone must be at most 50 characters"}"#,
        ),
        (json!({"company": "x".repeat(256)}), r#"{"0.company":"company must be at most 255 characters"}"#),
        (json!({"notes": "a\u{0}b"}), r#"{"0.notes":"notes contains a NUL character"}"#),
        (json!({"id": 5}), r#"{"0.id":"read only"}"#),
        (json!({"date_created": "2024-05-06"}), r#"{"0.date_created":"read only"}"#),
        (json!({"date_modified": null}), r#"{"0.date_modified":"read only"}"#),
        (json!({"customer_group_id": 9}), r#"{"0.customer_group_id":"invalid customer group ID"}"#),
        (json!({"customer_group_id": -1}), r#"{"0.customer_group_id":"invalid customer group ID"}"#),
        (json!({"origin_channel_id": 9}), r#"{"0.origin_channel_id":"invalid origin channel ID"}"#),
        (json!({"channel_ids": []}), r#"{"0.channel_ids":"channel_ids must have between 1 and 1000 items"}"#),
        (json!({"channel_ids": [1, 9]}), r#"{"0.channel_ids":"invalid channel IDs"}"#),
        (
            json!({"authentication": {"new_password": "short"}}),
            r#"{"0.authentication.new_password":"password must be between 7 and 250 characters and contain a letter and a digit"}"#,
        ),
        (
            json!({"store_credit_amounts": [{"amount": -1}]}),
            r#"{"0.store_credit_amounts.0.amount":"invalid amount"}"#,
        ),
        (
            json!({"store_credit_amounts": [{"amount": 1}, {"amount": 2}]}),
            r#"{"0.store_credit_amounts":"store_credit_amounts must have between 0 and 1 items"}"#,
        ),
        (address(json!({"country_code": "ZZ"})), r#"{"0.addresses.0.country_code":"invalid country code"}"#),
        (address(json!({"country_code": "us"})), r#"{"0.addresses.0.country_code":"invalid country code"}"#),
        (
            address(json!({"address_type": "castle"})),
            r#"{"0.addresses.0.address_type":"address_type must be one of: residential, commercial"}"#,
        ),
        (address(json!({"id": 1})), r#"{"0.addresses.0.id":"read only"}"#),
        (
            address(json!({"form_fields": [{"name": "x", "value": "y"}]})),
            r#"{"0.addresses.0.form_fields.0.name":"invalid name"}"#,
        ),
        (
            json!({"addresses": many(address(json!({}))["addresses"][0].clone())}),
            r#"{"0.addresses":"addresses must have between 0 and 10 items"}"#,
        ),
        (
            json!({"attributes": many(json!({"attribute_id": 1, "attribute_value": "x"}))}),
            r#"{"0.attributes":"attributes must have between 0 and 10 items"}"#,
        ),
        (
            json!({"attributes": [{"attribute_id": 1, "attribute_value": "x"}]}),
            r#"{"0.attributes.0.attribute_id":"invalid attribute ID"}"#,
        ),
        (json!({"form_fields": [{"name": "x", "value": "y"}]}), r#"{"0.form_fields.0.name":"invalid name"}"#),
    ] {
        let reply = mock.post(CUSTOMERS, json!([bill(more)])).await;
        reply.assert(422, &error(422, CREATE, errors));
    }
    // Only the first bad item is told of.
    let items = json!([bill(json!({})), bill(json!({"email": "x"})), bill(json!({"email": "y"}))]);
    mock.post(CUSTOMERS, items).await.assert(422, &error(422, CREATE, r#"{"1.email":"invalid email"}"#));
    assert!(!mock.tenants.exists("s"));
}

#[tokio::test]
async fn an_update_of_what_does_not_exist_is_no_404() {
    let mock = Mock::new().await;
    let refused = error(422, UPDATE, r#"{"0.id":"invalid customer ID"}"#);
    mock.put(CUSTOMERS, json!([{"id": 1}])).await.assert(422, &refused);
    assert!(!mock.tenants.exists("s"));
    mock.post(CUSTOMERS, json!([bill(json!({}))])).await;
    let refused = error(422, UPDATE, r#"{"1.id":"invalid customer ID"}"#);
    mock.put(CUSTOMERS, json!([{"id": 1, "notes": "x"}, {"id": 2}])).await.assert(422, &refused);
    for (more, errors) in [
        (json!({"date_modified": "x"}), r#"{"0.date_modified":"read only"}"#),
        (json!({"email": "x"}), r#"{"0.email":"invalid email"}"#),
        (json!({"customer_group_id": 9}), r#"{"0.customer_group_id":"invalid customer group ID"}"#),
        (json!({"channel_ids": [2]}), r#"{"0.channel_ids":"invalid channel IDs"}"#),
    ] {
        let item = crate::support::over(json!({"id": 1}), more);
        mock.put(CUSTOMERS, json!([item])).await.assert(422, &error(422, UPDATE, errors));
    }
    assert_eq!(mock.get(CUSTOMERS).await.json()["data"][0]["notes"], "", "nothing was written");
}

#[tokio::test]
async fn last_comes_the_email_that_somebody_else_has() {
    let mock = Mock::new().await;
    mock.post(CUSTOMERS, json!([bill(json!({})), bill(json!({"email": "b@b.co"}))])).await;
    let before = mock.dump("s").await;
    let taken = |verb: &str, of: &str, email: &str| {
        format!(r#"{{".customer_{verb}":"Error {of} customers: email {email} already in use"}}"#)
    };
    let created = taken("create", "creating", "A@b.co");
    mock.post(CUSTOMERS, json!([bill(json!({"email": "c@b.co"})), bill(json!({"email": "A@b.co"}))]))
        .await
        .assert(422, &error(422, CREATE, &created));
    let twice = taken("create", "creating", "d@b.co");
    mock.post(CUSTOMERS, json!([bill(json!({"email": "d@b.co"})), bill(json!({"email": "d@b.co"}))]))
        .await
        .assert(422, &error(422, CREATE, &twice));
    let updated = taken("update", "updating", "b@b.co");
    mock.put(CUSTOMERS, json!([{"id": 1, "email": "b@b.co"}]))
        .await
        .assert(422, &error(422, UPDATE, &updated));
    assert_eq!(mock.dump("s").await, before);
}

#[tokio::test]
async fn a_query_is_refused_in_one_sentence() {
    let mock = Mock::new().await;
    for (query, title) in [
        ("foo=1&bar=2&foo=3", "The filter(s): foo, bar are not valid filter parameter(s)."),
        ("id=1", "The filter(s): id are not valid filter parameter(s)."),
        ("email=a@b.co", "The filter(s): email are not valid filter parameter(s)."),
        ("company:like=a", "The filter(s): company:like are not valid filter parameter(s)."),
        ("limit=a", r#"Query parameter "limit" value must be integer. For input string: "a"."#),
        ("limit=0", r#"Query parameter "limit" value must be at least 1."#),
        ("page=0", r#"Query parameter "page" value must be at least 1."#),
        ("id:in=1,x", r#"Query parameter "id:in" value must be integer. For input string: "x"."#),
        (
            "date_created:min=soon",
            r#"Query parameter "date_created:min" value must be date. For input string: "soon"."#,
        ),
        (
            "sort=email:asc",
            r#"Query parameter "sort" value must be one of date_created, date_modified, last_name. For input string: "email:asc"."#,
        ),
        (
            "sort=last_name",
            r#"Query parameter "sort" value must be one of date_created, date_modified, last_name. For input string: "last_name"."#,
        ),
        (
            "include=orders",
            r#"Query parameter "include" value must be one of addresses, storecredit, attributes, formfields, shopper_profile_id, segment_ids. For input string: "orders"."#,
        ),
        (
            "before=eyJpZCI6MX0&after=eyJpZCI6MX0",
            r#"Query parameters "before" and "after" can not be combined."#,
        ),
        ("after=x", r#"Query parameter "after" value must be cursor of this list. For input string: "x"."#),
        (
            "sort=last_name:asc&after=eyJpZCI6MX0",
            r#"Query parameter "after" value must be cursor of this list. For input string: "eyJpZCI6MX0"."#,
        ),
        ("name:like=%FF", r#"Query parameter "name:like" value must be UTF-8."#),
    ] {
        mock.get(&format!("{CUSTOMERS}?{query}")).await.assert(422, &error(422, title, "{}"));
    }
    for (query, title) in [
        ("email:in=a@b.co", "The filter(s): email:in are not valid filter parameter(s)."),
        ("id:in=x", r#"Query parameter "id:in" value must be integer. For input string: "x"."#),
    ] {
        mock.delete(&format!("{CUSTOMERS}?{query}")).await.assert(422, &error(422, title, "{}"));
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_route_that_the_gateway_does_not_know() {
    let mock = Mock::new().await;
    for method in ["PATCH", "TRACE"] {
        let reply = mock.call(method, CUSTOMERS, &[("x-auth-token", "")], "").await;
        reply.assert(404, "The route is not found, check the URL");
        assert_eq!((reply.header("content-type"), reply.header("allow")), ("text/plain", ""));
    }
    let options = mock.call("OPTIONS", CUSTOMERS, &[("x-auth-token", "")], "").await;
    options.assert(204, "");
    assert_eq!(options.header("allow"), "GET,HEAD,POST,PUT,DELETE");
    let head = mock.call("HEAD", CUSTOMERS, &[], "").await;
    assert_eq!(head.status, 200);
}
