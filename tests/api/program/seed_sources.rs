//! Where seeds come from, how they are checked, and what the second line of a start says of them.

use std::io::Write;
use std::process::Stdio;

use super::{Client, command};
use crate::support::Program;

const SHOP: &str = "stores:\n  shop:\n    customers: [{first_name: A, last_name: B, email: a@example.com}]\n";

/// A command that gets this on its standard input.
fn fed(args: &[&str], input: &str) -> Program {
    let mut command = command(&["--port", "0"], &[]);
    let (reader, mut writer) = std::io::pipe().unwrap();
    command.args(args).stdin(Stdio::from(reader));
    writer.write_all(input.as_bytes()).unwrap();
    drop(writer);
    Program::spawn(command)
}

#[test]
fn a_seed_may_come_from_standard_input() {
    let program = fed(&["--seed", "-"], SHOP);
    assert_eq!(program.call("GET", "/stores/shop/v2/customers/1", "").0, 200);
}

#[test]
fn several_seeds_are_loaded_together() {
    let dir = Program::temp_dir();
    let one = dir.write("one.yaml", SHOP);
    let two = dir.write("two.yaml", SHOP.replace("shop", "other"));
    let program = Program::start(&["--seed", &one, "--seed", &two, "--seed", "demo"]);
    for store in ["shop", "other", "demo"] {
        assert_eq!(program.call("GET", &format!("/stores/{store}/v2/customers/1"), "").0, 200, "{store}");
    }
}

#[test]
fn a_seed_without_faults_is_said_to_have_none() {
    let dir = Program::temp_dir();
    let one = dir.write("one.yaml", SHOP);
    let two = dir.write("two.yaml", "stores:\n  a: {generate: {customers: 50}}\n  b: {}\n");
    let ended = Program::run(command(&["seed", "check", &one, &two], &[]));
    assert_eq!(
        (ended.status.code(), ended.stdout.as_str(), ended.stderr.as_str()),
        (
            Some(0),
            format!("{one}: no faults; stores 1, customers 1\n{two}: no faults; stores 2, customers 0\n")
                .as_str(),
            ""
        )
    );
}

/// What shows only in a database is found as well.
#[test]
fn a_check_loads_what_it_checks() {
    let dir = Program::temp_dir();
    let generate = "    generate: {customers: 600, groups: 1}\n";
    let text = format!("stores:\n  shop:\n    groups: [{{name: Food & Beverages 1}}]\n{generate}");
    let said = Program::faults(&["seed", "check", &dir.write("seed.yaml", text)]);
    assert!(said.len() == 1 && said[0].contains("came up"), "{said:?}");
}

#[test]
fn the_settings_of_a_seed_are_those_of_the_control_api() {
    let dir = Program::temp_dir();
    let seed = dir.write(
        "seed.yaml",
        "stores:
  shop:
    settings:
      limit_overflow: reject
      v2_without_accept: xml
      clock: {mode: frozen, now: '2026-01-01T00:00:00.000Z'}
      cors: off
      latency: 1ms
",
    );
    let program = Program::start(&["--seed", &seed]);
    let (_, body) = program.call("GET", "/_mock/stores/shop/settings", "");
    let settings = super::json(&body);
    for (key, value) in
        [("limit_overflow", "reject"), ("v2_without_accept", "xml"), ("cors", "off"), ("latency", "1ms")]
    {
        assert_eq!(settings[key], value, "{key}");
    }
    assert_eq!(settings["clock"]["now"], "2026-01-01T00:00:00.000Z");
    assert_eq!(program.call("GET", "/stores/shop/v3/customers?limit=251", "").0, 413);
}

/// Asks until a customer of a store has this name.
#[track_caller]
fn wait_for(program: &Program, store: &str, name: &str) {
    let began = std::time::Instant::now();
    while !program
        .call("GET", &format!("/stores/{store}/v2/customers/1"), "")
        .1
        .contains(&format!("\"first_name\":\"{name}\""))
    {
        assert!(began.elapsed() < super::DEADLINE, "{name} does not come: {}", program.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn hang_up(program: &Program) {
    let id = program.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
}

#[track_caller]
fn wait_for_log(program: &Program, text: &str) {
    let began = std::time::Instant::now();
    while !program.log().contains(text) {
        assert!(began.elapsed() < super::DEADLINE, "not '{text}': {}", program.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Puts another file in the place of one, as editors do.
fn replace(dir: &crate::support::TempDir, text: &str) {
    let new = dir.write("new.yaml", text);
    std::fs::rename(new, dir.path().join("seed.yaml")).unwrap();
}

#[test]
fn a_hang_up_puts_the_stores_of_the_seed_back_to_it() {
    for on_disk in [false, true] {
        let dir = Program::temp_dir();
        let file = dir.write("seed.yaml", SHOP);
        let data = dir.path().join("data").to_str().unwrap().to_owned();
        let mut args = vec!["--seed", file.as_str()];
        if on_disk {
            args.extend(["--data-dir", &data]);
        }
        let program = Program::start(&args);
        super::create(&program, "shop", "x");
        super::create(&program, "other", "x");
        replace(&dir, &SHOP.replace("first_name: A", "first_name: Bo"));
        hang_up(&program);
        wait_for(&program, "shop", "Bo");
        assert_eq!(program.call("GET", "/stores/shop/v2/customers/count", "").1, r#"{"count":1}"#);
        assert_eq!(program.call("GET", "/stores/other/v2/customers/count", "").1, r#"{"count":1}"#);
        // What a reset goes back to is the new seed.
        super::create(&program, "shop", "y");
        assert_eq!(program.call("POST", "/_mock/stores/shop/reset", "").0, 200);
        wait_for(&program, "shop", "Bo");
        // A faulty one changes nothing.
        replace(&dir, &SHOP.replace("a@example.com", "nobody"));
        hang_up(&program);
        wait_for_log(
            &program,
            "seed.yaml:3: stores.shop.customers[0].email: 'nobody' is not an email address",
        );
        assert_eq!(program.call("GET", "/stores/shop/v2/customers/count", "").1, r#"{"count":1}"#);
    }
}

#[test]
fn a_watched_seed_is_read_when_it_changes() {
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", SHOP);
    let program = Program::start(&["--seed", &file, "--watch"]);
    replace(&dir, &SHOP.replace("first_name: A", "first_name: Bo"));
    wait_for(&program, "shop", "Bo");
    replace(&dir, "stores: [\n");
    wait_for_log(&program, "every store is as it was");
    wait_for(&program, "shop", "Bo");
    // In place, too.
    dir.write("seed.yaml", SHOP.replace("first_name: A", "first_name: Cleo"));
    wait_for(&program, "shop", "Cleo");
}

/// Output ends up in logs, where no token may be that its owner did not write into a seed.
#[test]
fn a_token_that_was_set_over_http_is_not_shown_at_the_next_start() {
    let dir = Program::temp_dir();
    let all = r#"["store_v2_customers","store_stored_payment_instruments"]"#;
    let seed = format!("{SHOP}    auth: strict\n    tokens: [{{token: seeded, scopes: {all}}}]\n");
    let file = dir.write("seed.yaml", seed);
    let data = Program::temp_dir();
    let args = ["--seed", file.as_str(), "--data-dir", data.arg()];
    let program = Program::start(&args);
    assert!(program.announced[1].contains("'X-Auth-Token: seeded'"), "{}", program.announced[1]);
    let body = format!(r#"{{"tokens":[{{"token":"s3cret","scopes":{all}}}]}}"#);
    assert_eq!(program.call("PATCH", "/_mock/stores/shop/settings", &body).0, 200);
    program.stop();
    let program = Program::start(&args);
    let line = &program.announced[1];
    assert!(line.contains("/stores/shop/v2/customers -H \"X-Auth-Token: $TOKEN\" -H"), "{line}");
    assert!(!line.contains("s3cret"), "{line}");
}

/// What the second line proposes for this seed, and that it works.
#[track_caller]
fn proposed(text: &str, args: &[&str]) -> String {
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", text);
    let program = Program::start(&[&["--seed", file.as_str()][..], args].concat());
    let line = program.announced[1].strip_prefix("try: curl -s http://").unwrap().to_owned();
    let (_, path) = line.split_once('/').unwrap();
    let (path, headers) = path.split_once(' ').unwrap_or((path, ""));
    let token = headers
        .strip_prefix("-H 'X-Auth-Token: ")
        .and_then(|rest| rest.split_once('\''))
        .map_or("", |(t, _)| t);
    let mut client = Client::new(&program);
    client.send(format!("GET /{path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n"));
    let status = client.answer().status;
    assert!(matches!(status, 200 | 204), "{line}: {status}");
    format!("{path} {token}")
}

#[test]
fn the_line_for_people_names_a_store_and_a_token_that_work() {
    let strict = |tokens: &str| format!("    auth: strict\n    tokens: [{tokens}]\n");
    let (all, look) = (
        "{token: all, scopes: [store_v2_customers, store_stored_payment_instruments]}",
        "{token: look, scopes: []}",
    );
    assert_eq!(proposed(SHOP, &[]), "stores/shop/v2/customers any");
    assert_eq!(proposed(SHOP, &["--strict-stores"]), "stores/shop/v2/customers any");
    assert_eq!(proposed(SHOP, &["--default-store", "mine"]), "stores/mine/v2/time any");
    assert_eq!(
        proposed(&format!("{SHOP}{}", strict(&format!("{look}, {all}"))), &[]),
        "stores/shop/v2/customers all"
    );
    let two = format!("{SHOP}{}  two: {{}}\n", strict(look));
    assert_eq!(proposed(&two, &[]), "stores/two/v2/customers any");
    assert_eq!(proposed(&format!("{SHOP}{}", strict(look)), &["--strict-stores"]), "readyz ");
}
