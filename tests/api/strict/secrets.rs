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
