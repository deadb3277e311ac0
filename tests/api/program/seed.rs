//! Seed files that load.

use serde_json::{Value, json};

use super::{create, customers};
use crate::support::Program;

/// A hash of `old-pass-1`: argon2id at a cost of its own.
const HASH: &str = "$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQxMjM0NTY$";

/// Starts a server with a seed, of which nothing stays behind.
#[track_caller]
fn seeded(text: &str) -> Program {
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", text);
    Program::start(&["--seed", &file, "--public-url", "http://x.test", "--password-hashing", "fast"])
}

#[track_caller]
fn has_password(program: &Program, id: i64, password: &str) -> Value {
    let body = json!({ "password": password }).to_string();
    let (status, body) = program.call("POST", &format!("/stores/shop/v2/customers/{id}/validate"), &body);
    assert_eq!(status, 200, "{body}");
    super::json(&body)["success"].clone()
}

/// The customers of `shop`, made of lines below a name.
#[track_caller]
fn shop(rows: &[&str]) -> (Program, Vec<Value>) {
    let mut text = "stores:\n  shop:\n    customers:\n".to_owned();
    for (i, row) in rows.iter().enumerate() {
        text += &format!("      - first_name: A\n        last_name: B\n        email: c{i}@example.com\n        {row}\n");
    }
    let program = seeded(&text);
    let customers = customers(&program, "shop");
    assert_eq!(customers.len(), rows.len());
    (program, customers)
}
