//! How many SQL statements a request costs: as many for a page of many rows as for one row.

use std::fmt::Write;

use super::until;
use crate::support::Program;

/// A store with so many customers, addresses of the first, and groups; with form fields and answers.
fn store(name: &str, rows: usize) -> String {
    let mut text =
        format!("  {name}:\n    form_fields: [{{name: A, of: customer}}, {{name: B, of: address}}]\n");
    text += "    attributes: [{name: T, type: string}]\n";
    let address = "{first_name: J, last_name: D, phone: '1', street_1: S, city: C, state: T, zip: Z, \
                   country: Germany, form_fields: [{name: B, value: b}]}";
    text += "    groups:\n";
    for i in 0..rows {
        writeln!(text, "      - {{name: g{i}}}").unwrap();
    }
    text += "    customers:\n";
    for i in 0..rows {
        writeln!(
            text,
            "      - first_name: A\n        last_name: B\n        email: c{i}@example.com\n        \
             form_fields: [{{name: A, value: a}}]\n        attributes: [{{name: T, value: t}}]"
        )
        .unwrap();
        if i == 0 {
            writeln!(text, "        addresses:").unwrap();
            for _ in 0..rows {
                writeln!(text, "          - {address}").unwrap();
            }
        }
    }
    text
}

/// The statements of each of these calls, which must succeed.
fn statements(program: &Program, calls: &[(&str, String)]) -> Vec<usize> {
    let before = program.log().len();
    for (method, path) in calls {
        let (status, body) = program.call(method, path, "");
        assert!(matches!(status, 200 | 204), "{method} {path}: {status} {body}");
    }
    until("a line for each call", || program.log()[before..].matches(" answered ").count() == calls.len());
    let log = program.log();
    let parts = log[before..].split(" answered ").take(calls.len());
    parts.map(|part| part.matches(" sqlx::query: ").count()).collect()
}

/// Reads and bulk deletes of a store.
fn calls(store: &str) -> [(&'static str, String); 7] {
    let path = |path: &str| format!("/stores/{store}/v2{path}");
    [
        ("GET", path("/customers?limit=250")),
        ("GET", path("/customers/1/addresses?limit=250")),
        ("GET", path("/customer_groups?limit=250")),
        ("GET", path("/customers/count")),
        ("DELETE", path("/customers/1/addresses")),
        ("DELETE", path("/customer_groups")),
        ("DELETE", path("/customers")),
    ]
}

/// Starts a server with a store of one row of each kind and one of 250, whose lists are that long.
fn with_stores(args: &[&str]) -> Program {
    let dir = Program::temp_dir();
    let seed = dir.write("seed.yaml", format!("stores:\n{}{}", store("one", 1), store("many", 250)));
    Program::start(&[&["--seed", &seed, "--log-level", "trace"][..], args].concat())
}

#[track_caller]
fn compare(program: &Program) {
    let one = statements(program, &calls("one"));
    let many = statements(program, &calls("many"));
    assert_eq!(many, one);
    // A read may find everything in memory; a delete can not.
    assert!(one[4..].iter().all(|statements| *statements > 0), "{one:?}");
}

#[test]
fn a_page_of_many_rows_takes_as_many_statements_as_one_of_one_row() {
    let program = with_stores(&[]);
    for path in ["/customers", "/customers/1/addresses", "/customer_groups"] {
        for (store, rows) in [("one", 1), ("many", 250)] {
            let (_, body) = program.call("GET", &format!("/stores/{store}/v2{path}?limit=250"), "");
            assert_eq!(super::json(&body).as_array().map(Vec::len), Some(rows), "{store} {path}");
        }
    }
    until("six lines", || program.log().matches(" answered ").count() == 6);
    compare(&program);
}

/// The lists of V3, with all that they can include.
#[test]
fn a_list_of_v3_with_every_include_takes_as_many_for_250_rows() {
    let data = Program::temp_dir();
    with_stores(&["--data-dir", data.arg()]).stop();
    let all = "include=addresses,storecredit,attributes,formfields,shopper_profile_id,segment_ids";
    // Rows that are in memory, then rows that are only on disk.
    for args in [&[][..], &["--data-dir", data.arg()]] {
        let program = with_stores(args);
        let calls = |store: &str| {
            let path = |path: &str| ("GET", format!("/stores/{store}/v3/customers{path}limit=250"));
            [
                path(&format!("?{all}&")),
                path(&format!("?{all}&sort=last_name:desc&name:like=a&")),
                path("?include=addresses&after=eyJpZCI6MH0&"),
                path("/addresses?include=formfields&"),
                path("/attribute-values?"),
                path("/form-field-values?"),
            ]
        };
        assert_eq!(statements(&program, &calls("many")), statements(&program, &calls("one")), "{args:?}");
    }
}

#[test]
fn so_does_one_of_rows_that_are_only_on_disk() {
    let data = Program::temp_dir();
    with_stores(&["--data-dir", data.arg()]).stop();
    compare(&with_stores(&["--data-dir", data.arg()]));
}
