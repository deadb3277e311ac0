//! Tokens and passwords are seen by nobody.

use bigcommerce_mock::seed::Seed;

use super::STORES;
use crate::support::{Mock, Program};

#[tokio::test]
async fn secrets_are_not_in_what_is_printed_for_a_developer() {
    let seed = Seed::parse("seed.yaml", STORES).unwrap();
    let of_seed = format!("{seed:?}");
    let mock = Mock::seeded(STORES).await;
    let settings = mock.tenants.entry("strict").unwrap().settings();
    for text in [format!("{settings:?}"), format!("{settings:#?}"), format!("{:?}", mock.tenants), of_seed] {
        assert!(text.contains("strict"), "{text}");
        for secret in ["t0ken", "s3cret", "an0ther", "admin"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn secrets_are_not_in_the_log() {
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", STORES);
    for format in ["text", "json"] {
        let program = Program::start(&["--seed", &file, "--log-level", "trace", "--log-format", format]);
        let lines = [
            "GET /stores/strict/v2/customers HTTP/1.1\r\nX-Auth-Token: t0ken-all",
            "GET /stores/strict/v2/customers HTTP/1.1\r\nX-Auth-Token: t0ken-second",
            "GET /stores/strict/v2/customers HTTP/1.1\r\nX-Auth-Token: t0ken-nobody",
            "GET /stores/strict/v3/customers/1/stored-instruments HTTP/1.1\r\nX-Auth-Token: t0ken-cards",
            // admin:s3cret:pass, admin:s3cret
            "GET /api/v2/customers HTTP/1.1\r\nAuthorization: Basic YWRtaW46czNjcmV0OnBhc3M=",
            "GET /api/v2/customers HTTP/1.1\r\nAuthorization: Basic YWRtaW46czNjcmV0",
        ];
        let answers = lines.map(|line| {
            let host = "store-strict.mybigcommerce.com";
            let answer =
                program.raw(format!("{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes());
            answer[9..12].to_owned()
        });
        assert_eq!(answers, ["200", "403", "401", "200", "200", "401"]);
        let log = program.stop().stderr;
        assert_eq!(log.matches("answered").count(), lines.len(), "{log}");
        for secret in ["t0ken", "s3cret", "an0ther", "YWRtaW46"] {
            assert!(!log.contains(secret), "{secret}: {log}");
        }
    }
}

#[test]
fn passwords_that_are_checked_are_not_in_the_log() {
    let program = Program::start(&["--log-level", "trace"]);
    let path = "/stores/demo/v3/customers/validate-credentials";
    let check = |body: &str| program.call("POST", path, body).1;
    assert_eq!(
        check(r#"{"email":"jane@example.com","password":"s3cret-pass"}"#),
        r#"{"is_valid":true,"customer_id":1}"#
    );
    for body in [
        r#"{"email":"jane@example.com","password":"s3cret-wrong"}"#,
        r#"{"email":"nobody@example.com","password":"s3cret-pass"}"#,
        r#"{"email":1,"password":"s3cret-pass"}"#,
        r#"{"email":"jane@example.com","password":"s3cret-\u0000"}"#,
        r#"{"email":"jane@example.com","password":["s3cret-pass"]}"#,
        r#"{"email":"jane@example.com","password":"s3cret-pass"#,
    ] {
        assert!(!check(body).contains("s3cret"), "{body}");
    }
    let log = program.stop().stderr;
    assert_eq!(log.matches("answered").count(), 7, "{log}");
    assert!(!log.contains("s3cret"), "{log}");
}

/// Whatever a client sends where secrets are sent, it is not told again.
#[test]
fn secrets_of_random_requests_are_in_no_log_at_its_most_talkative() {
    let program = Program::start(&["--log-level", "trace", "--log-requests", "--password-hashing", "fast"]);
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for round in 0..150 {
        let secret = format!("s3cret{round}x");
        let method = ["GET", "POST", "PUT", "DELETE"][random(4)];
        let path = [
            "/stores/demo/v2/customers",
            "/stores/demo/v3/customers",
            "/stores/demo/v3/customers/validate-credentials",
            "/api/v2/customers/1",
            "/v2/nothing",
        ][random(5)];
        let query = ["", "?token=S", "?a=1&p%61ssword=S", "?new_password=S"][random(4)].replace('S', &secret);
        let body = [
            r#"{"email":"a@b.c","password":"S"}"#,
            r#"[{"email":"a@b.c","first_name":"A","last_name":"B","authentication":{"new_password":"S1"}}]"#,
            r#"{"first_name":"A","last_name":"B","email":"a@b.c","_authentication":{"password":"S","password_confirmation":"S"}}"#,
            r#"{"token":["S"]"#,
            "password=S",
        ][random(5)]
        .replace('S', &secret);
        let header = [
            format!("X-Auth-Token: {secret}"),
            format!("Authorization: Basic {secret}"),
            format!("X-Auth-Token: any\r\nCookie: a={secret}"),
            format!("X-Auth-Token: any\r\nAuthorization: Bearer {secret}"),
        ][random(4)]
        .clone();
        let request = format!(
            "{method} {path}{query} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        assert!(program.raw(request.as_bytes()).starts_with("HTTP/1.1 "), "{request}");
    }
    let (_, kept) = program.call("GET", "/_mock/requests?limit=1000", "");
    let log = program.stop().stderr;
    assert_eq!(log.matches(" answered ").count(), 150, "{log}");
    for text in [log, kept] {
        let at = text.find("s3cret");
        assert!(at.is_none(), "{}", &text[at.unwrap().saturating_sub(300)..]);
    }
}
