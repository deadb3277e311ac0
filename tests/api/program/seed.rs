//! Seed files that load.

use std::fmt::Write;

use bigcommerce_mock::passwords::{Cost, Passwords};
use serde_json::{Value, json};

use super::{column, create, customers};
use crate::support::Program;

/// Starts a server with a seed.
#[track_caller]
fn seeded(text: &str) -> Program {
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", text);
    Program::start(&["--seed", &file, "--public-url", "http://x.test", "--password-hashing", "fast"])
}

/// The customers of `shop`, one for each line of fields.
#[track_caller]
fn shop(lines: &[&str]) -> Vec<Value> {
    let mut text = "stores:\n  shop:\n    customers:\n".to_owned();
    for (i, line) in lines.iter().enumerate() {
        let email = format!("c{i}@example.com");
        writeln!(text, "      - first_name: A\n        last_name: B\n        email: {email}\n        {line}")
            .unwrap();
    }
    let customers = customers(&seeded(&text), "shop");
    assert_eq!(customers.len(), lines.len());
    customers
}

#[test]
fn every_field_can_be_given() {
    let program = seeded(
        r#"
stores:
  shop:
    customers:
      - id: 41
        company: "Doe & Sons"
        first_name: Zoë
        last_name: 佐藤
        email: Zoe@Example.com
        phone: "+1 512 555 0100"
        date_created: 2024-05-06T07:34:10Z
        date_modified: 2024-06-01
        store_credit: 12.5
        registration_ip_address: "2001:db8::1"
        customer_group_id: 0
        notes: |
          two
          lines
        tax_exempt_category: EU
        reset_pass_on_login: true
        accepts_marketing: true
      - {first_name: A, last_name: B, email: a@example.com}
"#,
    );
    let customers = customers(&program, "shop");
    assert_eq!(
        customers[0],
        json!({
            "id": 41,
            "company": "Doe & Sons",
            "first_name": "Zoë",
            "last_name": "佐藤",
            "email": "Zoe@Example.com",
            "phone": "+1 512 555 0100",
            "form_fields": null,
            "date_created": "Mon, 06 May 2024 07:34:10 +0000",
            "date_modified": "Sat, 01 Jun 2024 00:00:00 +0000",
            "store_credit": "12.5000",
            "registration_ip_address": "2001:db8::1",
            "customer_group_id": 0,
            "notes": "two\nlines\n",
            "tax_exempt_category": "EU",
            "reset_pass_on_login": true,
            "accepts_marketing": true,
            "addresses": {
                "url": "http://x.test/stores/shop/v2/customers/41/addresses",
                "resource": "/customers/41/addresses",
            },
        })
    );
    // Ids go on after the one that was pinned, and what is not given is blank.
    assert_eq!((customers[1]["id"].as_i64(), customers[1]["company"].as_str()), (Some(42), Some("")));
    assert_eq!(customers[1]["reset_pass_on_login"], false);
    assert_eq!(create(&program, "shop", "next"), 43);
}

#[test]
fn money_is_a_number_or_text() {
    let lines = ["12.5", "\"12.5\"", "12", "'12'", "0.1", "0.00005", "99.9999", "\"99999999999999.9999\""];
    let customers = shop(&lines.map(|value| format!("store_credit: {value}")).each_ref().map(String::as_str));
    assert_eq!(
        column(&customers, "store_credit"),
        ["12.5000", "12.5000", "12.0000", "12.0000", "0.1000", "0.0001", "99.9999", "99999999999999.9999"]
    );
}

/// A number in the file is the amount that is written there, to the last digit.
#[test]
fn money_does_not_go_through_a_float() {
    let customers = shop(&["store_credit: 9999999999999.9999", "store_credit: 1234567890123.4567"]);
    assert_eq!(column(&customers, "store_credit"), ["9999999999999.9999", "1234567890123.4567"]);
}

#[test]
fn dates_are_taken_in_the_formats_of_v2_filters() {
    let dates = [
        "Mon, 06 May 2024 07:34:10 +0000",
        "\"Mon, 06 May 2024 09:34:10 +0200\"",
        "2024-05-06T07:34:10Z",
        "2024-05-06T07:34:10",
        "2024-05-06 07:34:10",
        "2024-05-06T09:34:10+02:00",
        "'2024-05-06T03:04:10-04:30'",
    ];
    let lines = dates.map(|date| format!("date_created: {date}"));
    for customer in shop(&lines.each_ref().map(String::as_str)) {
        assert_eq!(customer["date_created"], "Mon, 06 May 2024 07:34:10 +0000");
        // One that was never modified was modified when it was made.
        assert_eq!(customer["date_modified"], customer["date_created"]);
    }
    let customers = shop(&["date_created: 2024-05-06"]);
    assert_eq!(customers[0]["date_created"], "Mon, 06 May 2024 00:00:00 +0000");
}

#[test]
fn passwords_are_given_as_text_or_as_a_hash() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let hash = runtime.block_on(Passwords::new(Cost::Fast).hash("from-hash-2".to_owned()));
    let program = seeded(&format!(
        "stores:\n  shop:\n    customers:\n\
         \x20     - {{first_name: A, last_name: B, email: a@example.com, password: from-text-1}}\n\
         \x20     - {{first_name: A, last_name: B, email: b@example.com, password_hash: \"{hash}\"}}\n\
         \x20     - {{first_name: A, last_name: B, email: c@example.com}}\n"
    ));
    for id in 1..=3 {
        let matching = ["from-text-1", "from-hash-2", "From-text-1"].map(|password| {
            let body = json!({ "password": password }).to_string();
            let (status, body) =
                program.call("POST", &format!("/stores/shop/v2/customers/{id}/validate"), &body);
            assert_eq!(status, 200, "{body}");
            super::json(&body)["success"].as_bool().unwrap()
        });
        assert_eq!(matching, [id == 1, id == 2, false], "customer {id}");
    }
    // Neither is ever shown.
    let all = Value::from(customers(&program, "shop")).to_string();
    assert!(!all.contains("from-") && !all.contains("argon2"), "{all}");
}

#[test]
fn a_seed_makes_several_stores_that_have_nothing_in_common() {
    let program = seeded(
        "stores:
  empty: {}
  bare:
    customers: []
  one:
    customers:
      - {first_name: One, last_name: B, email: same@example.com}
  two:
    customers:
      - {first_name: Two, last_name: B, email: same@example.com, id: 1}
",
    );
    assert_eq!(column(&customers(&program, "one"), "first_name"), ["One"]);
    assert_eq!(column(&customers(&program, "two"), "first_name"), ["Two"]);
    assert_eq!((customers(&program, "empty").len(), customers(&program, "bare").len()), (0, 0));
    // A seed file stands in the demo's place.
    assert_eq!(customers(&program, "demo").len(), 0);
}
