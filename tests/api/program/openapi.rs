//! The `openapi` command.

use bigcommerce_mock::fields::Dialect;
use bigcommerce_mock::openapi::document;

use super::command;
use crate::support::Program;

#[test]
fn the_document_of_a_version_is_printed_for_the_url_of_the_settings() {
    for (version, dialect) in [("v2", Dialect::V2), ("v3", Dialect::V3)] {
        for (args, url, store) in [
            (&[][..], "http://127.0.0.1:2442", "demo"),
            (&["--host", "::", "--port", "80"], "http://127.0.0.1:80", "demo"),
            (&["--public-url", "https://bc.test", "--default-store", "shop"], "https://bc.test", "shop"),
        ] {
            let ended = command(&[&["openapi", version], args].concat(), &[]).output().unwrap();
            assert!(ended.status.success());
            assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
            let printed = String::from_utf8(ended.stdout).unwrap();
            assert_eq!(printed, format!("{:#}\n", document(dialect, url, store)));
        }
    }
}

#[test]
fn a_version_that_does_not_exist_is_refused_in_one_line() {
    let refusal = Program::run(command(&["openapi", "v4"], &[])).refusal(2);
    assert!(refusal.contains("v4") && refusal.contains("v2, v3"), "{refusal}");
}
