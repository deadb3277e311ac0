//! What is refused, in which words and in which order, and that it changes nothing.

use serde_json::{Value, json};

use crate::support::{Mock, jane};

const PATH: &str = "/stores/s/v2/customers";
const NOT_FOUND: &str = "The requested resource was not found.";

/// Jane with these fields over hers; `null` here takes a field away.
fn jane_but(change: Value) -> Value {
    let mut body = jane();
    for (key, value) in change.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn invalid(field: &str) -> String {
    format!("The field '{field}' is invalid.")
}

/// Sends it as a create and as an update, and sees that both refuse and neither changes anything.
#[track_caller]
fn refused(mock: &Mock, change: Value, message: &str) -> impl Future<Output = ()> {
    let message = message.to_owned();
    async move {
        let before = mock.dump("s").await;
        let mut create = jane_but(change.clone());
        if change.get("email").is_none() {
            create["email"] = json!("new@example.com");
        }
        for reply in [mock.post(PATH, &create).await, mock.put(&format!("{PATH}/1"), &change).await] {
            assert_eq!(
                (reply.status, reply.json()[0]["message"].as_str()),
                (400, Some(&*message)),
                "{change}"
            );
        }
        assert_eq!(mock.dump("s").await, before, "{change}");
    }
}

#[tokio::test]
async fn a_taken_email_is_refused_with_its_reason_whatever_its_case() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    mock.customer("s", json!({"email": "joe@example.com"})).await;
    let taken = concat!(
        r#"[{"status":400,"message":"The field 'email' is invalid.","#,
        r#""details":{"invalid_reason":"This email address is already in use by a customer."}}]"#
    );
    for email in ["jane@example.com", "JANE@Example.COM"] {
        mock.post(PATH, jane_but(json!({"email": email}))).await.assert(400, taken);
        mock.put(&format!("{PATH}/2"), json!({"email": email, "phone": "1"})).await.assert(400, taken);
    }
    assert_eq!(
        mock.get(&format!("{PATH}/2")).await.json()["phone"],
        "",
        "nothing of a refused update is kept"
    );
    assert_eq!(mock.customer("other", json!({})).await, 1, "another store is another world");
    assert_eq!(mock.customer("s", json!({"email": "new@example.com"})).await, 3, "a refusal uses up no id");
}

#[tokio::test]
async fn required_fields_must_be_there_and_can_not_be_blanked() {
    let mock = Mock::new().await;
    for (i, name) in ["first_name", "last_name", "email"].into_iter().enumerate() {
        let message = format!("The required field '{name}' was not supplied.");
        let mut without = jane();
        without.as_object_mut().unwrap().shift_remove(name);
        mock.post(PATH, &without).await.assert_error(400, &message);
        let id = mock.customer("s", json!({"email": format!("{name}@example.com")})).await;
        assert_eq!(id, i64::try_from(i).unwrap() + 1);
        for blank in [json!(null), json!("")] {
            mock.post(PATH, jane_but(json!({name: blank}))).await.assert_error(400, &message);
            mock.put(&format!("{PATH}/{id}"), json!({name: blank})).await.assert_error(400, &message);
        }
    }
    let empty = mock.post(PATH, "{}").await;
    empty.assert(400, r#"[{"status":400,"message":"The required field 'first_name' was not supplied."}]"#);
}

#[tokio::test]
async fn values_that_break_a_fields_rule_are_invalid() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let amounts = [
        json!(-1),
        json!("-1"),
        json!("abc"),
        json!(""),
        json!("NaN"),
        json!(true),
        json!("1e99"),
        json!([1]),
    ];
    for amount in amounts {
        refused(&mock, json!({"store_credit": amount}), &invalid("store_credit")).await;
    }
    for email in ["jane", "jane@", "@example.com", "jane@example", "ja ne@example.com", "j@example..com"] {
        refused(&mock, json!({"email": email}), &invalid("email")).await;
    }
    for name in ["first_name", "company", "phone", "notes", "tax_exempt_category", "registration_ip_address"]
    {
        for value in [json!(5), json!(true), json!(["x"]), json!({"x": 1}), json!("a\u{0}b")] {
            refused(&mock, json!({name: value}), &invalid(name)).await;
        }
    }
    for name in [
        "company",
        "phone",
        "notes",
        "store_credit",
        "customer_group_id",
        "reset_pass_on_login",
        "_authentication",
    ] {
        refused(&mock, json!({name: null}), &invalid(name)).await;
    }
    for group in
        [json!(1), json!("7"), json!(-1), json!(1.5), json!(true), json!("x"), json!(99_999_999_999_i64)]
    {
        refused(&mock, json!({"customer_group_id": group}), &invalid("customer_group_id")).await;
    }
    for switch in [json!("true"), json!(1), json!(0)] {
        refused(&mock, json!({"reset_pass_on_login": switch}), &invalid("reset_pass_on_login")).await;
    }
}

#[tokio::test]
async fn numbers_of_400_digits_are_invalid_and_nothing_else() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let digits = "9".repeat(400);
    for (field, value) in
        [("store_credit", &*digits), ("customer_group_id", &digits), ("store_credit", "1e400")]
    {
        let reply = mock.put(&format!("{PATH}/1"), format!(r#"{{"{field}":{value}}}"#)).await;
        reply.assert_error(400, &invalid(field));
    }
    let tiny = mock.put(&format!("{PATH}/1"), format!(r#"{{"store_credit":0.{digits}}}"#)).await;
    assert_eq!(tiny.json()["store_credit"], "1.0000");
}

#[tokio::test]
async fn read_only_fields_are_refused_whatever_their_value() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for name in ["id", "date_created", "date_modified", "accepts_marketing", "addresses", "form_fields"] {
        let words = "cannot be written to. Please remove it from your request before trying again.";
        for value in [json!(null), json!(1), json!("x")] {
            refused(&mock, json!({name: value}), &format!("The field '{name}' {words}")).await;
        }
    }
    let whole = mock.get(&format!("{PATH}/1")).await.json();
    let words =
        "The field 'id' cannot be written to. Please remove it from your request before trying again.";
    mock.put(&format!("{PATH}/1"), &whole).await.assert_error(400, words);
}

#[tokio::test]
async fn unknown_fields_are_refused_inside_authentication_too() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for (change, name) in [
        (json!({"force_reset": true}), "force_reset"),
        (json!({"password": "s3cret-pass"}), "password"),
        (json!({"Email": "x"}), "Email"),
        (json!({"zz": 1, "aa": 1}), "zz"),
        (json!({"_authentication": {"Password": "s3cret-pass"}}), "Password"),
    ] {
        refused(&mock, change, &format!("The field '{name}' is not supported by this resource.")).await;
    }
}

#[tokio::test]
async fn passwords_obey_their_rule_and_their_confirmation() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for password in
        [json!("s3cret"), json!("secret-pass"), json!("12345678"), json!(""), json!(null), json!(12_345_678)]
    {
        refused(&mock, json!({"_authentication": {"password": password}}), &invalid("password")).await;
    }
    for authentication in [
        json!({"password_confirmation": "s3cret-pass"}),
        json!({"password": "s3cret-pass", "password_confirmation": "s3cret-Pass"}),
        json!({"password": "s3cret-pass", "password_confirmation": null}),
    ] {
        refused(&mock, json!({"_authentication": authentication}), &invalid("password_confirmation")).await;
    }
    refused(&mock, json!({"_authentication": {"force_reset": "yes"}}), &invalid("force_reset")).await;
    refused(&mock, json!({"_authentication": "s3cret-pass"}), &invalid("_authentication")).await;
    let reply = mock.put(&format!("{PATH}/1"), json!({"_authentication": {"password": "s3cret"}})).await;
    assert!(!reply.body.contains("s3cret"), "{}", reply.body);
}

#[tokio::test]
async fn a_password_check_needs_a_customer_and_a_password() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let check = async |id: i64, body: Value| mock.post(&format!("{PATH}/{id}/validate"), body).await;
    check(2, json!({})).await.assert_error(404, NOT_FOUND);
    for body in [json!({}), json!({"password": ""}), json!({"password": null})] {
        check(1, body).await.assert_error(400, "The required field 'password' was not supplied.");
    }
    check(1, json!({"password": 5})).await.assert_error(400, &invalid("password"));
    let unknown = check(1, json!({"password": "x", "email": "y"})).await;
    unknown.assert_error(400, "The field 'email' is not supported by this resource.");
}

#[tokio::test]
async fn of_several_problems_the_first_kind_is_reported() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let message = async |method: &str, path: &str, body: &str| {
        mock.call(method, path, &[], body).await.json()[0]["message"].as_str().unwrap().to_owned()
    };
    let one = format!("{PATH}/1");
    let all = r#"{"company":5,"zz":1,"id":1,"email":"bad"}"#;
    assert_eq!(message("PUT", &format!("{PATH}/2"), "{").await, NOT_FOUND);
    let broken = "The body of this request is not valid JSON (line 1, column 1).";
    assert_eq!(message("PUT", &one, "{").await, broken);
    assert_eq!(message("POST", PATH, all).await, "The field 'zz' is not supported by this resource.");
    let all = all.replace(r#""zz":1,"#, "");
    assert!(message("POST", PATH, &all).await.starts_with("The field 'id' cannot be written to."));
    let all = all.replace(r#""id":1,"#, "");
    assert_eq!(message("POST", PATH, &all).await, "The required field 'first_name' was not supplied.");
    assert_eq!(message("PUT", &one, &all).await, invalid("company"), "in the order of the answer's keys");
    let taken = r#"{"email":"jane@example.com","first_name":"J","last_name":"D","notes":5}"#;
    assert_eq!(message("POST", PATH, taken).await, invalid("notes"), "rules across rows come last");
}

#[tokio::test]
async fn ids_that_can_not_exist_are_not_found() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for id in
        ["2", "0", "-1", "+1", "1.0", "abc", "2147483648", "99999999999999999999", "1%00", "%FF", "1%20", "١"]
    {
        for (method, body) in [("GET", ""), ("PUT", r#"{"phone":"1"}"#), ("DELETE", "")] {
            let id = if id == "١" { "%D9%A1" } else { id };
            mock.call(method, &format!("{PATH}/{id}"), &[], body).await.assert_error(404, NOT_FOUND);
        }
    }
    mock.get("/stores/nobody/v2/customers/1").await.assert_error(404, NOT_FOUND);
    mock.put("/stores/nobody/v2/customers/1", "{}").await.assert_error(404, NOT_FOUND);
    assert_eq!(mock.get(&format!("{PATH}/1")).await.json()["phone"], "");
}

#[tokio::test]
async fn a_body_that_can_not_be_read_says_how() {
    let mock = Mock::new().await;
    let send =
        async |body: &str| mock.call("POST", PATH, &[("content-type", "application/json")], body).await;
    send("").await.assert_error(400, "The request has no body.");
    send(" \n").await.assert_error(400, "The request has no body.");
    for body in ["[]", "5", "null", r#""x""#, "[{}]"] {
        send(body).await.assert_error(400, "The body of this request is not a JSON object.");
    }
    send("{\n  \"a\": }").await.assert(
        400,
        concat!(
            r#"[{"status":400,"message":"The body of this request is not valid JSON (line 2, column 8).","#,
            r#""details":{"invalid_reason":"expected value"}}]"#
        ),
    );
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in
        ["{", "{}x", r#"{"a":"\ud800"}"#, &nested, &format!(r#"{{"notes":{nested}}}"#), "{\"a\":\"\u{1}\"}"]
    {
        let reply = send(body).await;
        assert!(
            reply.status == 400 && reply.body.contains("is not valid JSON (line 1, column "),
            "{}",
            reply.body
        );
    }
    assert!(!mock.tenants.exists("s"), "a refused write makes no store");
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_not_json() {
    let mock = Mock::new().await;
    let request = axum::extract::Request::post(PATH).header("host", "h").header("x-auth-token", "any");
    let body = axum::body::Body::from(&b"{\"first_name\":\"\xff\"}"[..]);
    let reply = mock.send(request.body(body).unwrap()).await;
    reply.assert_error(400, "The body of this request is not valid JSON (line 1, column 16).");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_and_one_at_the_limit_is_read() {
    let mock = Mock::with(|options| options.body_limit = 100).await;
    let body = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    mock.post(PATH, body(101)).await.assert_error(413, "The body of this request is larger than 100 bytes.");
    let read = mock.post(PATH, body(100)).await;
    read.assert_error(400, "The required field 'first_name' was not supplied.");
    let without_token = mock.call("POST", PATH, &[("x-auth-token", "")], &body(101)).await;
    assert_eq!(without_token.status, 401);
}

#[tokio::test]
async fn content_types_other_than_json_are_415() {
    let mock = Mock::new().await;
    for content_type in ["application/xml", "text/plain", "application/x-www-form-urlencoded", ""] {
        let reply = mock.call("POST", PATH, &[("content-type", content_type)], "{}").await;
        reply.assert_error(415, "The body of this request must be sent as application/json.");
    }
    for content_type in
        ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=ISO-8859-1"]
    {
        let reply = mock.call("POST", PATH, &[("content-type", content_type)], "{}").await;
        assert_eq!(reply.status, 400, "{content_type}: {}", reply.body);
    }
    // Clients send a type with reads and deletes, and even an empty object as their body.
    let get = mock.call("GET", PATH, &[("content-type", "application/json")], "{}").await;
    assert_eq!(get.status, 204);
}

#[tokio::test]
async fn queries_are_checked_on_lists_counts_and_bulk_deletes_and_nowhere_else() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for (method, path) in [("GET", PATH), ("GET", "/stores/s/v2/customers/count"), ("DELETE", PATH)] {
        for unknown in [
            "id:in=1",
            "id=1",
            "sort=id",
            "min_email=a",
            "zz",
            "notes=x",
            "PAGE=1",
            "is_=",
            "=1",
            "ü=1",
            "Min_id=1",
        ] {
            let reply = mock
                .call(method, &format!("{path}?min_id=x&{}", unknown.replace('ü', "%C3%BC")), &[], "")
                .await;
            let name = unknown.split('=').next().unwrap();
            reply.assert_error(400, &format!("The field '{name}' is not supported by this resource."));
        }
        for bad in [
            "min_id=abc",
            "min_id=1.5",
            "store_credit=x",
            "customer_group_id=x",
            "min_date_created=1234",
            "max_date_modified=yesterday",
            "email=%00",
            "email=%FF",
            "first_name=%C3%28",
        ] {
            let reply = mock.call(method, &format!("{path}?{bad}"), &[], "").await;
            reply.assert_error(400, &invalid(bad.split('=').next().unwrap()));
        }
    }
    // Blank, a number or date is as if absent; but a delete would then take more than was meant.
    for blank in
        ["max_id=", "min_date_created=", "store_credit=", "customer_group_id=", "limit=", "min_id=1&min_id="]
    {
        assert_eq!(mock.get(&format!("{PATH}?{blank}")).await.ids(), [1], "{blank}");
        let count = mock.get(&format!("{PATH}/count?{blank}")).await;
        count.assert(200, r#"{"count":1}"#);
        let name = blank.split('=').next().unwrap();
        mock.delete(&format!("{PATH}?{blank}")).await.assert_error(400, &invalid(name));
    }
    assert_eq!(mock.get(&format!("{PATH}?page=&Limit=")).await.ids(), [1]);
    assert_eq!(mock.get(&format!("{PATH}?email=")).await.status, 204, "text may be blank");
    for bad in ["page=0", "limit=0", "limit=-1", "page=x", "limit=1.5", "limit=99999999999999999999"] {
        let name = bad.split('=').next().unwrap();
        mock.get(&format!("{PATH}?{bad}")).await.assert_error(400, &invalid(name));
        if name == "limit" {
            mock.delete(&format!("{PATH}?{bad}")).await.assert_error(400, &invalid(name));
        }
    }
    let page = mock.delete(&format!("{PATH}?page=1")).await;
    page.assert_error(400, "The field 'page' is not supported by this resource.");
    assert_eq!(mock.get(&format!("{PATH}/1?zz=1&limit=x")).await.status, 200);
    assert_eq!(mock.put(&format!("{PATH}/1?zz=%FF"), "{}").await.status, 200);
    assert_eq!(mock.delete(&format!("{PATH}/1?zz=1")).await.status, 204);
}

#[tokio::test]
async fn a_bad_date_says_what_a_date_is() {
    let mock = Mock::new().await;
    let reply = mock.get(&format!("{PATH}?min_date_created=1234")).await;
    reply.assert(
        400,
        concat!(
            r#"[{"status":400,"message":"The field 'min_date_created' is invalid.","#,
            r#""details":{"invalid_reason":"The provided value '1234' is not a valid RFC-2822 date."}}]"#
        ),
    );
}
