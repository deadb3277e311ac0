//! What a start says and what it serves.

use std::net::SocketAddr;

use super::{Client, column, command, create, customers, has_ipv6, json};
use crate::support::Program;

/// Follows the line that shows a person how to call the server: status and body.
#[track_caller]
fn follow(program: &Program) -> (u16, String) {
    let line = program.announced[1].strip_prefix("try: curl -s http://").unwrap();
    let (url, header) = line.split_once(' ').unwrap();
    assert_eq!(header, "-H 'X-Auth-Token: any' -H 'Accept: application/json'");
    let (address, path) = url.split_once('/').unwrap();
    let answer = Client::to(address.parse().unwrap()).call("GET", &format!("/{path}"), "");
    (answer.status, answer.body)
}

#[test]
fn two_lines_say_where_it_listens_and_how_to_see_the_demo_people() {
    let program = Program::start(&[]);
    let port = program.address.port();
    assert_ne!(port, 0);
    assert_eq!(program.announced[0], format!("listening on http://127.0.0.1:{port}"));
    let (status, body) = follow(&program);
    assert_eq!(status, 200);
    let people = json(&body);
    assert_eq!((people[0]["id"].as_i64(), people[0]["email"].as_str()), (Some(1), Some("jane@example.com")));
    assert_eq!(people.as_array().unwrap().len(), 25);
    let both = program.announced.join("\n") + "\n";
    assert_eq!(program.stop().stdout, both, "more than the two lines");
}

#[test]
fn logs_go_to_standard_error_alone() {
    let program = Program::start(&["--log-level", "debug"]);
    assert_eq!(program.call("GET", "/stores/demo/v2/customers/1", "").0, 200);
    let ended = program.stop();
    assert_eq!(ended.stdout.lines().count(), 2, "{}", ended.stdout);
    let line = ended.stderr.lines().find(|line| line.contains("/stores/demo/v2/customers/1"));
    assert!(line.is_some_and(|line| line.contains("200")), "{}", ended.stderr);
    // A file or a pipe is not a terminal, so there are no colours.
    assert!(!ended.stderr.contains('\x1b'), "{:?}", ended.stderr);
}

#[test]
fn a_quiet_level_logs_nothing() {
    let program = Program::start(&["--log-level", "off"]);
    assert_eq!(program.call("GET", "/livez", "").0, 200);
    assert_eq!(program.stop().stderr, "");
}

#[test]
fn json_log_lines_are_objects() {
    let program =
        Program::start(&["--log-format", "json", "--log-level", "debug", "--password-hashing", "fast"]);
    assert_eq!(program.call("GET", "/stores/demo/v2/customers/1", "").0, 200);
    let ended = program.stop();
    let lines: Vec<_> = ended.stderr.lines().map(json).collect();
    for line in &lines {
        assert!(line.is_object() && line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    let answered = |line: &&serde_json::Value| line["fields"]["path"] == "/stores/demo/v2/customers/1";
    assert_eq!(lines.iter().find(answered).unwrap()["fields"]["status"], 200);
    assert!(lines.iter().any(|line| line["level"] == "WARN"), "fast hashing is warned of: {}", ended.stderr);
}

#[test]
fn without_a_seed_the_demo_store_is_empty_and_the_shown_call_works_all_the_same() {
    let program = Program::start(&["--seed", "none"]);
    assert_eq!(program.call("GET", "/stores/demo/v2/customers", ""), (204, String::new()));
    let (status, body) = follow(&program);
    assert_eq!(status, 200, "{}", program.announced[1]);
    assert!(json(&body).is_object(), "{body}");
}

#[test]
fn every_address_is_ipv4_and_ipv6() {
    if !has_ipv6() {
        return;
    }
    let program = Program::start(&["--host", "::"]);
    let port = program.address.port();
    assert_eq!(program.announced[0], format!("listening on http://[::]:{port}"));
    assert_eq!(follow(&program).0, 200, "{}", program.announced[1]);
    for host in ["127.0.0.1", "[::1]"] {
        let address: SocketAddr = format!("{host}:{port}").parse().unwrap();
        let mut client = Client::to(address);
        assert_eq!(client.call("GET", "/livez", "").status, 200, "{host}");
        // Without a Host the links lead to where this connection came in: no IPv4 address in IPv6 clothes.
        client.send("GET /stores/demo/v2/customers/1 HTTP/1.0\r\nX-Auth-Token: any\r\n\r\n");
        let url = client.answer().json()["addresses"]["url"].clone();
        assert_eq!(url, format!("http://{address}/stores/demo/v2/customers/1/addresses"));
    }
}

#[test]
fn one_ipv6_address_is_written_in_brackets() {
    if !has_ipv6() {
        return;
    }
    let program = Program::start(&["--host", "::1"]);
    assert_eq!(program.announced[0], format!("listening on http://[::1]:{}", program.address.port()));
    assert_eq!(follow(&program).0, 200, "{}", program.announced[1]);
}

#[test]
fn health_needs_no_token() {
    let program = Program::start(&[]);
    for path in ["/livez", "/readyz"] {
        let answer =
            program.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok"), "{answer}");
    }
    // The token is looked for where it belongs.
    let answer = program.raw(b"GET /stores/demo/v2/time HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[test]
fn links_are_made_with_the_public_url() {
    for (url, origin) in [
        ("https://bc.example.test:8443", "https://bc.example.test:8443"),
        ("http://proxy.test/sandbox/", "http://proxy.test/sandbox"),
    ] {
        let program = Program::start(&["--public-url", url]);
        let (_, body) = program.call("GET", "/stores/demo/v2/customers/3", "");
        let link = json(&body)["addresses"]["url"].clone();
        assert_eq!(link, format!("{origin}/stores/demo/v2/customers/3/addresses"));
    }
}

#[test]
fn the_default_store_is_the_one_of_the_basic_mount() {
    let program = Program::start(&["--default-store", "mine"]);
    assert!(program.announced[1].contains("/stores/mine/v2/"), "{}", program.announced[1]);
    assert_eq!(follow(&program).0, 200);
    create(&program, "mine", "own");
    let head =
        "GET /api/v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YTpi\r\nConnection: close\r\n\r\n";
    let answer = program.raw(head.as_bytes());
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(column(json(body).as_array().unwrap(), "company"), ["own"], "{answer}");
    // The seed does not follow the default store.
    assert_eq!(customers(&program, "demo").len(), 25);
}

#[test]
fn help_and_version_are_answers_and_not_refusals() {
    for (flag, says) in [("--help", "--data-dir"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let output = command(&[flag], &[]).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains(says), "{flag}");
    }
}

#[test]
fn where_no_token_is_known_the_line_for_a_person_is_one_that_works_without() {
    let dir = Program::temp_dir();
    let strict = dir.write("seed.yaml", "stores: {demo: {auth: strict}}\n");
    for args in [&["--seed", &*strict][..], &["--seed", "none", "--strict-stores"]] {
        let program = Program::start(args);
        let line = format!("try: curl -s http://{}/readyz", program.address);
        assert_eq!(program.announced[1], line, "{args:?}");
        assert_eq!(program.call("GET", "/readyz", ""), (200, "ok".to_owned()));
    }
}

/// As a script does with `head -1`: the second line must not find a closed pipe and end the server.
#[test]
fn whoever_reads_the_first_line_may_close_the_pipe() {
    use std::io::{BufRead, BufReader};
    for _ in 0..10 {
        let mut child = Program::command(&["--port", "0", "--seed", "none"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::with_capacity(1, child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        drop(out);
        let address: SocketAddr = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        let answer = Client::to(address).call("GET", "/readyz", "");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn each_request_is_one_line_where_that_is_asked_for() {
    let call = |program: &Program| {
        program.call("GET", "/stores/demo/v2/customers/1?x=1", "");
        program.call("GET", "/livez", "");
        program.call("GET", "/_mock/stores", "");
        program.call("GET", "/nowhere", "");
    };
    let quiet = Program::start(&[]);
    call(&quiet);
    let log = quiet.stop().stderr;
    assert!(log.lines().count() == 1 && log.contains("took a wrong turn"), "{log}");
    let program = Program::start(&["--log-requests", "--log-format", "json"]);
    let fault = r#"{"when":{"operation":"v3.listCustomers"},"then":{"status":503}}"#;
    assert_eq!(program.call("POST", "/_mock/stores/demo/faults", fault).0, 201);
    call(&program);
    program.call("GET", "/stores/demo/v3/customers", "");
    let log = program.stop().stderr;
    let lines: Vec<_> = log.lines().map(json).filter(|line| line["level"] == "INFO").collect();
    assert_eq!(lines.len(), 3, "{log}");
    let fields = |line: usize, names: [&str; 6]| names.map(|name| lines[line]["fields"][name].to_string());
    let names = ["method", "path", "store", "operation", "status", "fault"];
    assert_eq!(
        fields(0, names),
        ["\"GET\"", "\"/stores/demo/v2/customers/1?x=1\"", "\"demo\"", "\"v2.getCustomer\"", "200", "null"]
    );
    assert_eq!(fields(1, names), ["\"GET\"", "\"/nowhere\"", "null", "null", "404", "null"]);
    assert_eq!(
        fields(2, names)[3..],
        ["\"v3.listCustomers\"".to_owned(), "503".to_owned(), "\"f1\"".to_owned()]
    );
    assert!(
        lines.iter().all(|line| line["level"] == "INFO" && line["fields"]["duration_us"].is_u64()),
        "{log}"
    );
}
