//! What works, byte for byte.

use serde_json::json;

use crate::support::{Mock, Program, jane};

const JANE: &str = concat!(
    r#"{"id":1,"company":"","first_name":"Jane","last_name":"Doe","email":"jane@example.com","phone":"","#,
    r#""form_fields":null,"date_created":"Mon, 06 May 2024 07:34:10 +0000","#,
    r#""date_modified":"Mon, 06 May 2024 07:34:10 +0000","store_credit":"0.0000","registration_ip_address":"","#,
    r#""customer_group_id":0,"notes":"","tax_exempt_category":"","reset_pass_on_login":false,"#,
    r#""accepts_marketing":false,"addresses":{"url":"http://localhost:2442/stores/s/v2/customers/1/addresses","#,
    r#""resource":"/customers/1/addresses"}}"#,
);

#[tokio::test]
async fn a_new_customer_is_answered_whole_with_its_path() {
    let mock = Mock::new().await;
    let reply = mock.post("/stores/s/v2/customers", jane()).await;
    reply.assert(201, JANE);
    assert_eq!(reply.header("location"), "/stores/s/v2/customers/1");
    assert_eq!(reply.header("content-type"), "application/json");
    mock.get("/stores/s/v2/customers/1").await.assert(200, JANE);
    mock.get("/stores/s/v2/customers").await.assert(200, &format!("[{JANE}]"));
}

#[tokio::test]
async fn the_basic_mount_shows_the_same_rows_with_its_own_links() {
    let mock = Mock::new().await;
    let reply = mock.post("/api/v2/customers", jane()).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("location"), "/api/v2/customers/1");
    let addresses = &reply.json()["addresses"];
    assert_eq!(addresses["url"], "http://localhost:2442/api/v2/customers/1/addresses.json");
    assert_eq!(addresses["resource"], "/customers/1/addresses");
    assert_eq!(mock.get("/stores/demo/v2/customers").await.ids(), [1]);
}

#[tokio::test]
async fn every_writable_field_is_stored_as_sent() {
    let mock = Mock::new().await;
    let body = json!({
        "company": "Acme Ltd. ", "first_name": "Zoë ", "last_name": "O'Neil; drop table customers", "email": "Zoe+x@Example.com",
        "phone": "+49 30 123", "store_credit": "12.5", "registration_ip_address": "12.345.6.789",
        "customer_group_id": "0", "notes": "line\nline \u{1F600}", "tax_exempt_category": "A",
        "reset_pass_on_login": true,
    });
    let reply = mock.post("/stores/s/v2/customers", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let shown = reply.json();
    for (name, value) in body.as_object().unwrap() {
        let expected = match name.as_str() {
            "store_credit" => &json!("12.5000"),
            "customer_group_id" => &json!(0),
            _ => value,
        };
        assert_eq!(&shown[name], expected, "{name}");
    }
    assert_eq!(mock.get("/stores/s/v2/customers/1").await.body, reply.body);
}

#[tokio::test]
async fn lengths_are_counted_in_characters_up_to_each_limit() {
    let mock = Mock::new().await;
    for (name, max) in [
        ("first_name", 100),
        ("last_name", 100),
        ("company", 255),
        ("phone", 50),
        ("tax_exempt_category", 255),
        ("notes", 65_536),
        ("registration_ip_address", 45),
    ] {
        let id =
            mock.customer("s", json!({name: "ü".repeat(max), "email": format!("{name}@example.com")})).await;
        let over = json!({name: "ü".repeat(max + 1)});
        let refused = mock.put(&format!("/stores/s/v2/customers/{id}"), over).await;
        refused.assert_error(400, &format!("The field '{name}' is invalid."));
    }
    let longest = format!("{}@{}example.com", "a".repeat(39), "bbbbbbbbb.".repeat(20));
    assert_eq!(longest.len() - 1, 250);
    let refused = mock.put("/stores/s/v2/customers/1", json!({"email": longest})).await;
    refused.assert_error(400, "The field 'email' is invalid.");
    mock.customer("s", json!({"email": longest[1..]})).await;
}

#[tokio::test]
async fn store_credit_is_exact_as_number_and_as_text() {
    let mock = Mock::new().await;
    let id = mock.customer("s", json!({})).await;
    for (sent, shown) in [
        ("1", "1.0000"),
        ("1.5", "1.5000"),
        (r#""10""#, "10.0000"),
        (r#""10.2500""#, "10.2500"),
        ("0.00005", "0.0001"),
        ("12345678901234.5678", "12345678901234.5678"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("1e2", "100.0000"),
    ] {
        let path = format!("/stores/s/v2/customers/{id}");
        let reply = mock.put(&path, format!(r#"{{"store_credit":{sent}}}"#)).await;
        assert_eq!(reply.json()["store_credit"], shown, "{sent}: {}", reply.body);
    }
}

#[tokio::test]
async fn an_update_changes_what_was_sent_and_nothing_else() {
    let mock = Mock::new().await;
    mock.customer("s", json!({"phone": "1", "notes": "n"})).await;
    let reply = mock.put("/stores/s/v2/customers/1", json!({"phone": "2", "company": "Acme"})).await;
    reply.assert(
        200,
        &JANE
            .replace(r#""phone":"""#, r#""phone":"2""#)
            .replace(r#""company":"""#, r#""company":"Acme""#)
            .replace(r#""notes":"""#, r#""notes":"n""#),
    );
    let blanked = mock.put("/stores/s/v2/customers/1", json!({"notes": ""})).await;
    assert_eq!(blanked.json()["notes"], "");
    let same_email = mock.put("/stores/s/v2/customers/1", json!({"email": "JANE@example.com"})).await;
    assert_eq!(same_email.json()["email"], "JANE@example.com", "its own email is not taken");
}

#[tokio::test]
async fn a_read_only_row_is_not_touched_by_an_empty_update_and_is_by_any_other() {
    // The frozen clock of `Mock` would hide it: a customer that was last modified long ago shows it.
    let server = Program::start(&[]);
    let path = "/stores/demo/v2/customers/1";
    let modified = || {
        let (status, body) = server.call("GET", path, "");
        assert_eq!(status, 200);
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["date_modified"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let before = modified();
    assert_eq!(server.call("PUT", path, "{}").0, 200);
    assert_eq!(modified(), before);
    assert_eq!(server.call("PUT", path, r#"{"_authentication":{}}"#).0, 200);
    assert_ne!(modified(), before);
}

#[tokio::test]
async fn a_deleted_customer_is_gone_and_its_id_is_never_used_again() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let reply = mock.delete("/stores/s/v2/customers/1").await;
    reply.assert(204, "");
    assert_eq!(reply.header("content-length"), "");
    mock.get("/stores/s/v2/customers/1").await.assert_error(404, "The requested resource was not found.");
    mock.delete("/stores/s/v2/customers/1").await.assert_error(404, "The requested resource was not found.");
    assert_eq!(mock.customer("s", json!({})).await, 2);
    mock.delete("/stores/s/v2/customers").await.assert(204, "");
    assert_eq!(mock.customer("s", json!({})).await, 3);
}

#[tokio::test]
async fn an_empty_list_is_204_and_an_empty_count_is_not() {
    let mock = Mock::new().await;
    mock.get("/stores/s/v2/customers").await.assert(204, "");
    mock.get("/stores/s/v2/customers/count").await.assert(200, r#"{"count":0}"#);
    mock.customer("s", json!({})).await;
    mock.get("/stores/s/v2/customers?page=2").await.assert(204, "");
    mock.get("/stores/s/v2/customers?page=9223372036854775807&limit=250").await.assert(204, "");
    mock.get("/stores/s/v2/customers?first_name=Nobody").await.assert(204, "");
    mock.get("/stores/s/v2/customers/count?first_name=Nobody").await.assert(200, r#"{"count":0}"#);
}

#[tokio::test]
async fn pages_follow_the_id_and_are_cut_at_250() {
    let mock = Mock::new().await;
    for i in 0..260 {
        mock.customer("s", json!({"email": format!("c{i}@example.com")})).await;
    }
    let ids = async |query: &str| mock.get(&format!("/stores/s/v2/customers{query}")).await.ids();
    assert_eq!(ids("").await, (1..=50).collect::<Vec<_>>());
    assert_eq!(ids("?page=2").await, (51..=100).collect::<Vec<_>>());
    assert_eq!(ids("?limit=3&page=4").await, [10, 11, 12]);
    assert_eq!(ids("?Limit=3&Page=4").await, [10, 11, 12], "capitalised names are known");
    assert_eq!(ids("?limit=1&limit=2&page=9&page=1").await, [1, 2], "the last wins");
    assert_eq!(ids("?limit=100000").await.len(), 250);
    assert_eq!(ids("?limit=250&page=2").await, (251..=260).collect::<Vec<_>>());
    let count = mock.get("/stores/s/v2/customers/count?limit=1&page=9&min_id=11").await;
    count.assert(200, r#"{"count":250}"#);
}

#[tokio::test]
async fn a_delete_of_many_takes_what_matches_and_an_explicit_limit_takes_at_most_100() {
    let mock = Mock::new().await;
    for i in 0..210 {
        mock.customer(
            "s",
            json!({"email": format!("c{i}@example.com"), "company": if i % 2 == 0 { "even" } else { "odd" }}),
        )
        .await;
    }
    let count = async || mock.get("/stores/s/v2/customers/count").await.json()["count"].as_i64().unwrap();
    mock.delete("/stores/s/v2/customers?limit=2&company=odd").await.assert(204, "");
    assert_eq!(mock.get("/stores/s/v2/customers?limit=4").await.ids(), [1, 3, 5, 6], "lowest ids first");
    mock.delete("/stores/s/v2/customers?limit=5000").await.assert(204, "");
    assert_eq!(count().await, 108);
    mock.delete("/stores/s/v2/customers?company=ODD").await.assert(204, "");
    let left = mock.get("/stores/s/v2/customers?limit=250").await.json();
    assert!(!left.as_array().unwrap().is_empty());
    assert!(left.as_array().unwrap().iter().all(|customer| customer["company"] == "even"), "{left}");
    mock.delete("/stores/s/v2/customers").await.assert(204, "");
    assert_eq!(count().await, 0);
    mock.delete("/stores/s/v2/customers").await.assert(204, "");
    mock.delete("/stores/nobody/v2/customers").await.assert(204, "");
}

#[tokio::test]
async fn a_password_is_checked_and_never_shown() {
    let mock = Mock::new().await;
    let secret = json!({"password": "s3cret-pass", "password_confirmation": "s3cret-pass"});
    let reply = mock.post(
        "/stores/s/v2/customers",
        json!({
            "first_name": "Jane", "last_name": "Doe", "email": "jane@example.com", "_authentication": secret,
        }),
    );
    reply.await.assert(201, JANE);
    let check = async |password: &str| {
        mock.post("/stores/s/v2/customers/1/validate", json!({"password": password})).await.body
    };
    assert_eq!(check("s3cret-pass").await, r#"{"success":true}"#);
    assert_eq!(check("s3cret-Pass").await, r#"{"success":false}"#);
    assert_eq!(check("x").await, r#"{"success":false}"#, "the password rule is not for checks");

    mock.put("/stores/s/v2/customers/1", json!({"phone": "1"})).await;
    assert_eq!(check("s3cret-pass").await, r#"{"success":true}"#, "an update without it leaves it alone");
    mock.put("/stores/s/v2/customers/1", json!({"_authentication": {"password": "an0ther-pass"}})).await;
    assert_eq!(check("s3cret-pass").await, r#"{"success":false}"#);
    assert_eq!(check("an0ther-pass").await, r#"{"success":true}"#);
}

#[tokio::test]
async fn a_generated_password_matches_nothing() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let reply = mock.post("/stores/s/v2/customers/1/validate", json!({"password": "generated1"})).await;
    reply.assert(200, r#"{"success":false}"#);
}

#[tokio::test]
async fn force_reset_sets_and_clears_the_reset_at_login() {
    let mock = Mock::new().await;
    let id = mock.customer("s", json!({"_authentication": {"force_reset": true}})).await;
    let path = format!("/stores/s/v2/customers/{id}");
    assert_eq!(mock.get(&path).await.json()["reset_pass_on_login"], true);
    let cleared = mock.put(&path, json!({"_authentication": {"force_reset": false}})).await;
    assert_eq!(cleared.json()["reset_pass_on_login"], false);
}

#[tokio::test]
async fn of_a_key_that_is_there_twice_the_last_wins() {
    let mock = Mock::new().await;
    let body = r#"{"first_name":5,"first_name":"Jane","last_name":"Doe","email":"jane@example.com"}"#;
    mock.post("/stores/s/v2/customers", body).await.assert(201, JANE);
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    for path in ["/stores/s/v2/customers", "/stores/s/v2/customers/1", "/stores/s/v2/customers/count"] {
        let (head, get) = (mock.call("HEAD", path, &[], "").await, mock.get(path).await);
        head.assert(200, "");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
    }
    assert_eq!(mock.call("HEAD", "/stores/s/v2/customers?min_id=9", &[], "").await.status, 204);
    assert_eq!(mock.call("HEAD", "/stores/s/v2/customers/9", &[], "").await.status, 404);
}

#[tokio::test]
async fn links_follow_the_host_or_the_public_url() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let url = async |mock: &Mock, host: &str| {
        let reply = mock.call("GET", "/stores/s/v2/customers/1", &[("host", host)], "").await;
        reply.json()["addresses"]["url"].as_str().unwrap().to_owned()
    };
    assert_eq!(url(&mock, "mock.test:80").await, "http://mock.test:80/stores/s/v2/customers/1/addresses");
    let mock = Mock::with(|options| options.public_url = Some("https://bc.test/below".into())).await;
    let created = mock.post("/stores/s/v2/customers", jane()).await;
    assert_eq!(created.header("location"), "/below/stores/s/v2/customers/1");
    assert_eq!(url(&mock, "mock.test:80").await, "https://bc.test/below/stores/s/v2/customers/1/addresses");
}
