//! Customer groups: what is refused, in which words and in which order, and that it changes nothing.

use serde_json::{Value, json};

use crate::support::{Mock, over};

const PATH: &str = "/stores/s/v2/customer_groups";
const NOT_FOUND: &str = "The requested resource was not found.";

/// A server with group 1, which is both default and for guests, and group 2 with rules.
async fn with_two() -> Mock {
    let mock = Mock::new().await;
    mock.group("s", json!({"name": "Retail", "is_default": true, "is_group_for_guests": true})).await;
    let rule = json!({"type": "product", "product_id": 33, "method": "percent", "amount": 5});
    mock.group("s", json!({"name": "Wholesale", "discount_rules": [rule]})).await;
    mock
}

fn invalid(field: &str) -> String {
    format!("The field '{field}' is invalid.")
}

fn missing(field: &str) -> String {
    format!("The required field '{field}' was not supplied.")
}

fn unknown(field: &str) -> String {
    format!("The field '{field}' is not supported by this resource.")
}

/// Sends it as a create and as an update, and sees that both refuse and neither changes anything.
async fn refused(mock: &Mock, change: Value, message: &str) {
    let before = mock.dump("s").await;
    for reply in [
        mock.post(PATH, over(json!({"name": "New"}), change.clone())).await,
        mock.put(&format!("{PATH}/2"), &change).await,
    ] {
        let said = (reply.status, reply.json()[0]["message"].as_str().map(str::to_owned));
        assert_eq!(said, (400, Some(message.to_owned())), "{change}");
    }
    assert_eq!(mock.dump("s").await, before, "{change}");
}

/// As [`refused`], of one discount rule behind one that is fine.
async fn rule_refused(mock: &Mock, rule: Value, message: &str) {
    let fine = json!({"type": "category", "category_id": 1, "method": "fixed", "amount": 1});
    refused(mock, json!({"discount_rules": [fine, rule]}), message).await;
}

#[tokio::test]
async fn a_group_needs_a_name_that_no_other_has_in_any_case() {
    let mock = with_two().await;
    mock.post(PATH, "{}")
        .await
        .assert(400, r#"[{"status":400,"message":"The required field 'name' was not supplied."}]"#);
    for blank in [json!(null), json!("")] {
        refused(&mock, json!({"name": blank}), &missing("name")).await;
    }
    for bad in [json!(5), json!(true), json!(["x"]), json!("a\u{0}b"), json!("ü".repeat(256))] {
        refused(&mock, json!({"name": bad}), &invalid("name")).await;
    }
    let taken = concat!(
        r#"[{"status":400,"message":"The field 'name' is invalid.","#,
        r#""details":{"invalid_reason":"The provided value is already in use."}}]"#
    );
    let before = mock.dump("s").await;
    for name in ["Retail", "RETAIL", "retail"] {
        // A refused group does not take the marks of another.
        let body = json!({"name": name, "is_default": true, "is_group_for_guests": true});
        mock.post(PATH, &body).await.assert(400, taken);
        mock.put(&format!("{PATH}/2"), &body).await.assert(400, taken);
    }
    assert_eq!(mock.dump("s").await, before);
    assert_eq!(mock.group("s", json!({"name": "Retail "})).await, 3, "a refusal uses up no id");
    assert_eq!(mock.group("other", json!({"name": "Retail"})).await, 1, "another store is another world");
}

#[tokio::test]
async fn read_only_and_unknown_fields_are_refused_inside_too() {
    let mock = with_two().await;
    for name in ["id", "date_created", "date_modified"] {
        let words = "cannot be written to. Please remove it from your request before trying again.";
        for value in [json!(null), json!(1), json!("2024-05-06 07:34:10")] {
            refused(&mock, json!({name: value}), &format!("The field '{name}' {words}")).await;
        }
    }
    for (change, name) in [
        (json!({"Name": "x"}), "Name"),
        (json!({"zz": 1, "aa": 1}), "zz"),
        (json!({"category_access": {"type": "all", "category": 1}}), "category"),
        (json!({"discount_rules": [{"type": "all", "method": "fixed", "amount": 1, "id": 1}]}), "id"),
        (json!({"discount_rules": [{"zz": 1}]}), "zz"),
    ] {
        refused(&mock, change, &unknown(name)).await;
    }
}

#[tokio::test]
async fn values_of_the_wrong_type_are_invalid() {
    let mock = with_two().await;
    for name in ["is_default", "is_group_for_guests"] {
        for value in [json!("true"), json!(1), json!(0), json!(null)] {
            refused(&mock, json!({name: value}), &invalid(name)).await;
        }
    }
    for value in [json!(null), json!("all"), json!([]), json!(1)] {
        refused(&mock, json!({"category_access": value}), &invalid("category_access")).await;
    }
    for value in [json!(null), json!("x"), json!({}), json!([1]), json!(["all"]), json!([[]]), json!([null])]
    {
        refused(&mock, json!({"discount_rules": value}), &invalid("discount_rules")).await;
    }
    mock.put(&format!("{PATH}/2"), json!({"discount_rules": {}})).await.assert(
        400,
        concat!(
            r#"[{"status":400,"message":"The field 'discount_rules' is invalid.","#,
            r#""details":{"invalid_reason":"The provided value is not a valid array."}}]"#
        ),
    );
}

#[tokio::test]
async fn category_access_has_a_type_and_categories_only_where_they_belong() {
    let mock = with_two().await;
    for (access, message) in [
        (json!({}), missing("type")),
        (json!({"type": null}), missing("type")),
        (json!({"type": ""}), missing("type")),
        (json!({"categories": [1]}), missing("type")),
        (json!({"type": "some"}), invalid("type")),
        (json!({"type": "ALL"}), invalid("type")),
        (json!({"type": 1}), invalid("type")),
        (json!({"type": "specific"}), missing("categories")),
        (json!({"type": "all", "categories": [1]}), invalid("categories")),
        (json!({"type": "none", "categories": []}), invalid("categories")),
        (json!({"type": "specific", "categories": null}), invalid("categories")),
        (json!({"type": "specific", "categories": 1}), invalid("categories")),
        (json!({"type": "specific", "categories": "1,2"}), invalid("categories")),
        (json!({"type": "specific", "categories": ["x"]}), invalid("categories")),
        (json!({"type": "specific", "categories": [1, null]}), invalid("categories")),
        (json!({"type": "specific", "categories": [1.5]}), invalid("categories")),
        (json!({"type": "specific", "categories": [[1]]}), invalid("categories")),
    ] {
        refused(&mock, json!({"category_access": access}), &message).await;
    }
}

#[tokio::test]
async fn a_rule_has_the_fields_of_its_type_and_no_others() {
    let mock = with_two().await;
    let whole = |kind: &str| match kind {
        "price_list" => json!({"type": kind, "price_list_id": 1}),
        "category" => json!({"type": kind, "category_id": 1, "method": "fixed", "amount": 1}),
        "product" => json!({"type": kind, "product_id": 1, "method": "fixed", "amount": 1}),
        _ => json!({"type": kind, "method": "fixed", "amount": 1}),
    };
    for kind in ["price_list", "category", "product", "all"] {
        let rule = whole(kind);
        for name in rule.as_object().unwrap().keys() {
            let mut without = rule.clone();
            without.as_object_mut().unwrap().shift_remove(name);
            rule_refused(&mock, without, &missing(name)).await;
        }
        for (name, value) in [
            ("price_list_id", json!(1)),
            ("category_id", json!(1)),
            ("product_id", json!(1)),
            ("method", json!("fixed")),
            ("amount", json!(1)),
        ] {
            if rule.get(name).is_none() {
                rule_refused(&mock, over(rule.clone(), json!({name: value})), &invalid(name)).await;
            }
        }
    }
    rule_refused(&mock, json!({}), &missing("type")).await;
    for bad in [json!("brand"), json!("All"), json!(1)] {
        rule_refused(&mock, json!({"type": bad}), &invalid("type")).await;
    }
}

#[tokio::test]
async fn values_in_a_rule_obey_their_own_rules() {
    let mock = with_two().await;
    let product =
        |change| over(json!({"type": "product", "product_id": 1, "method": "fixed", "amount": 1}), change);
    for bad in
        [json!(0), json!(-1), json!("x"), json!(1.5), json!(2_147_483_648_i64), json!(true), json!(null)]
    {
        rule_refused(&mock, product(json!({"product_id": bad})), &invalid("product_id")).await;
        let category = json!({"type": "category", "category_id": bad, "method": "fixed", "amount": 1});
        rule_refused(&mock, category, &invalid("category_id")).await;
        let list = json!({"discount_rules": [{"type": "price_list", "price_list_id": bad}]});
        refused(&mock, list, &invalid("price_list_id")).await;
    }
    for bad in [json!("half"), json!(""), json!("Percent"), json!(1), json!(null)] {
        rule_refused(&mock, product(json!({"method": bad})), &invalid("method")).await;
    }
    for bad in [json!(-1), json!("x"), json!(""), json!(true), json!(null), json!("100000000000000")] {
        rule_refused(&mock, product(json!({"amount": bad})), &invalid("amount")).await;
    }
}

#[tokio::test]
async fn rules_are_combined_only_as_documented() {
    let mock = with_two().await;
    let price_list = json!({"type": "price_list", "price_list_id": 1});
    let all = json!({"type": "all", "method": "fixed", "amount": 1});
    let product = json!({"type": "product", "product_id": 1, "method": "fixed", "amount": 1});
    for rules in [
        json!([price_list, price_list]),
        json!([price_list, product]),
        json!([all, price_list]),
        json!([all, all]),
        json!([all, product, all]),
    ] {
        refused(&mock, json!({"discount_rules": rules}), &invalid("discount_rules")).await;
    }
    mock.put(&format!("{PATH}/2"), json!({"discount_rules": [all, all]})).await.assert(
        400,
        concat!(
            r#"[{"status":400,"message":"The field 'discount_rules' is invalid.","#,
            r#""details":{"invalid_reason":"The provided value can not be combined with the others."}}]"#
        ),
    );
}

#[tokio::test]
async fn of_several_problems_the_first_kind_is_reported() {
    let mock = with_two().await;
    let message =
        async |body: Value| mock.post(PATH, body).await.json()[0]["message"].as_str().unwrap().to_owned();
    let inner = json!([{"zz": 1, "type": "brand"}]);
    let all = json!({"is_default": 5, "id": 1, "discount_rules": inner});
    assert_eq!(message(all.clone()).await, unknown("zz"), "an unknown field inside comes before all else");
    let all = over(all, json!({"discount_rules": [{"type": "brand"}]}));
    assert!(message(all).await.starts_with("The field 'id' cannot be written to."));
    let all = json!({"is_default": 5, "discount_rules": [{"type": "brand"}]});
    assert_eq!(message(all.clone()).await, missing("name"));
    let all = over(all, json!({"name": "Retail"}));
    assert_eq!(message(all).await, invalid("is_default"), "in the order of the answer's keys");
    let all = json!({"name": "Retail", "discount_rules": [{"type": "brand"}]});
    assert_eq!(message(all).await, invalid("type"), "rules across rows come last");
}

#[tokio::test]
async fn ids_that_can_not_exist_are_not_found_before_the_body_is_looked_at() {
    let mock = with_two().await;
    let before = mock.dump("s").await;
    for id in ["3", "0", "-1", "+1", "1.0", "abc", "2147483648", "99999999999999999999", "1%00", "%FF"] {
        for method in ["GET", "PUT", "DELETE"] {
            let reply = mock.call(method, &format!("{PATH}/{id}?zz=1"), &[], "{").await;
            reply.assert(404, &format!(r#"[{{"status":404,"message":"{NOT_FOUND}"}}]"#));
        }
    }
    assert_eq!(mock.dump("s").await, before);
    mock.put(&format!("{PATH}/1"), "").await.assert_error(400, "The request has no body.");
    mock.post(PATH, "[]").await.assert_error(400, "The body of this request is not a JSON object.");
}

#[tokio::test]
async fn a_refused_or_a_reading_request_makes_no_store() {
    let mock = Mock::new().await;
    for (method, path, body) in [
        ("GET", "", ""),
        ("GET", "/1", ""),
        ("GET", "/count", ""),
        ("PUT", "/1", "{}"),
        ("DELETE", "/1", ""),
        ("DELETE", "", ""),
        ("POST", "", "{}"),
        ("POST", "", r#"{"name":"A","category_access":{"type":"specific"}}"#),
    ] {
        mock.call(method, &format!("{PATH}{path}"), &[], body).await;
        assert!(!mock.tenants.exists("s"), "{method} {path} {body}");
    }
}

#[tokio::test]
async fn methods_that_groups_do_not_have_are_405() {
    let mock = with_two().await;
    for (method, path, allow) in [
        ("PUT", "", "GET,HEAD,POST,DELETE"),
        ("POST", "/count", "GET,HEAD"),
        ("DELETE", "/count", "GET,HEAD"),
        ("POST", "/1", "GET,HEAD,PUT,DELETE"),
        ("PATCH", "/1", "GET,HEAD,PUT,DELETE"),
    ] {
        let reply = mock.call(method, &format!("{PATH}{path}"), &[], "{}").await;
        reply.assert_error(405, "The requested method is not allowed on this resource.");
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
}
