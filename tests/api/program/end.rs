//! The end: promptly, and not in the middle of an answer.

use super::{Client, customer, customers};
use crate::support::Program;

/// A create that the server has begun to work on: it has asked for the body.
fn begun(program: &Program, body: &str) -> Client {
    let mut client = Client::new(program);
    let headers = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len());
    client.send_head("POST", "/stores/demo/v2/customers", &headers);
    assert_eq!(client.answer().status, 100);
    client
}

/// A customer whose password has to be hashed at full cost.
fn with_password(name: &str) -> String {
    customer(name).replace('}', r#","_authentication":{"password":"s3cret-pass"}}"#)
}

#[test]
fn both_signals_end_it_with_success() {
    for signal in ["TERM", "INT"] {
        let program = Program::start(&[]);
        program.signal(signal);
        let ended = program.end();
        assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""), "{signal}: {ended:?}");
    }
}

#[test]
fn idle_connections_do_not_hold_up_the_end() {
    for signal in ["TERM", "INT"] {
        let program = Program::start(&[]);
        let mut silent = Client::new(&program);
        let mut used = Client::new(&program);
        assert_eq!(used.call("GET", "/livez", "").status, 200);
        program.signal(signal);
        assert_eq!(program.end().status.code(), Some(0), "{signal}");
        assert_eq!((silent.rest(), used.rest()), (String::new(), String::new()));
    }
}

#[test]
fn an_unfinished_request_does_not_hold_up_the_end() {
    let program = Program::start(&[]);
    let mut half_a_head = Client::new(&program);
    half_a_head.send("GET /livez HTTP/1.1\r\nHo");
    let mut half_a_body = begun(&program, &customer("never"));
    half_a_body.send("{");
    program.signal("TERM");
    assert_eq!(program.end().status.code(), Some(0));
    assert_eq!(half_a_head.rest(), "");
}

#[test]
fn requests_in_flight_are_answered() {
    let dir = Program::temp_dir();
    let args = ["--data-dir", dir.arg(), "--password-hashing", "owasp"];
    let program = Program::start(&args);
    let names = ["a", "b", "c", "d"];
    let mut clients: Vec<Client> = names.iter().map(|name| begun(&program, &with_password(name))).collect();
    for (client, name) in clients.iter_mut().zip(names) {
        client.send(with_password(name));
    }
    // Its body comes only when the server is ending already.
    let mut late = begun(&program, &with_password("late"));
    program.signal("TERM");
    late.send(with_password("late"));
    for client in clients.iter_mut().chain([&mut late]) {
        let answer = client.answer();
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(client.rest(), "");
    }
    let ended = program.end();
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    // What was acknowledged on the way out was written, too.
    let program = Program::start(&args);
    assert_eq!(customers(&program, "demo").len(), 25 + 5);
}
