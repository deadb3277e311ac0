//! `healthcheck`, the program asking a server of its own kind.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use super::{command, has_ipv6};
use crate::support::Program;

/// A port on which nobody listens, for as long as its connection to another port lives.
fn unserved() -> (TcpStream, TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let port = client.local_addr().unwrap().port().to_string();
    (client, listener, port)
}

/// A listener on a port that the system gives to nobody by itself.
fn reserved() -> TcpListener {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    (first..32_000).find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok()).unwrap()
}

#[track_caller]
fn healthy(args: &[&str], variables: &[(&str, &str)]) {
    let ended = Program::run(command(args, variables));
    assert!(ended.status.success() && ended.stderr.is_empty(), "{args:?} {variables:?}: {ended:?}");
}

#[test]
fn a_running_server_is_healthy_however_it_is_named() {
    let program = Program::start(&["--seed", "none"]);
    let port = program.address.port().to_string();
    healthy(&["healthcheck", "--port", &port], &[]);
    healthy(&["--port", &port, "healthcheck"], &[]);
    healthy(&["healthcheck"], &[("BCMOCK_PORT", &port)]);
    healthy(&["healthcheck"], &[("PORT", &port)]);
    healthy(&["healthcheck", "--port", &port, "--host", "0.0.0.0"], &[]);
    healthy(&["healthcheck", "--wait", "10"], &[("BCMOCK_PORT", &port), ("BCMOCK_HOST", "::")]);
    // A server's other settings are those of its container, so they must not disturb the question.
    healthy(
        &["healthcheck"],
        &[("BCMOCK_PORT", &port), ("BCMOCK_SEED", "/nowhere"), ("BCMOCK_DATA_DIR", "/proc/x")],
    );
}

#[test]
fn a_server_on_ipv6_alone_is_asked_there() {
    if !has_ipv6() {
        return;
    }
    let program = Program::start(&["--seed", "none", "--host", "::1"]);
    let port = program.address.port().to_string();
    healthy(&["healthcheck", "--host", "::1", "--port", &port], &[]);
}

#[test]
fn no_server_is_one_line_and_a_failure() {
    let (_client, _listener, port) = unserved();
    for wait in [&[][..], &["--wait", "0"], &["--wait", "1"]] {
        let line = Program::run(command(&[&["healthcheck", "--port", &port], wait].concat(), &[])).refusal(1);
        assert!(line.contains(&format!("127.0.0.1:{port}")), "{line}");
    }
}

#[test]
fn https_is_asked_too_unless_there_is_none() {
    let with = Program::start(&["--seed", "none"]);
    let port = with.address.port().to_string();
    healthy(&["healthcheck", "--port", &port], &[]);
    healthy(&["healthcheck", "--port", &port, "--no-tls"], &[]);
    let without = Program::start(&["--seed", "none", "--no-tls"]);
    let port = without.address.port().to_string();
    healthy(&["healthcheck", "--port", &port], &[("BCMOCK_NO_TLS", "true")]);
    let line = Program::run(command(&["healthcheck", "--port", &port], &[])).refusal(1);
    assert!(line.contains("over https") && line.contains("--no-tls"), "{line}");
}

#[test]
fn another_answer_than_200_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let unready = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").unwrap();
        stream
    });
    let line = Program::run(command(&["healthcheck", "--port", &port], &[])).refusal(1);
    assert!(line.contains("503"), "{line}");
    unready.join().unwrap();
}

#[test]
fn a_server_that_never_answers_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let line = Program::run(command(&["healthcheck", "--port", &port], &[])).refusal(1);
    assert!(line.contains(&port), "{line}");
}

#[test]
fn waiting_ends_well_when_the_server_starts_later() {
    let listener = reserved();
    let port = listener.local_addr().unwrap().port().to_string();
    let waiting = std::thread::spawn({
        let port = port.clone();
        move || Program::run(command(&["healthcheck", "--wait", "10", "--port", &port], &[]))
    });
    // It has asked once, in vain, before there is a server.
    drop(listener.accept().unwrap());
    drop(listener);
    let _program = Program::spawn(command(&["--port", &port], &[]));
    let ended = waiting.join().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn port_zero_is_no_address_to_ask() {
    for args in [&["healthcheck", "--port", "0"][..], &["healthcheck", "--port", "0", "--wait", "10"]] {
        let line = Program::run(command(args, &[])).refusal(1);
        assert!(line.contains("port 0"), "{line}");
    }
}

#[test]
fn a_bad_wait_is_refused() {
    for wait in ["soon", "-1", "1.5"] {
        let line = Program::run(command(&["healthcheck", &format!("--wait={wait}")], &[])).refusal(2);
        assert!(line.contains("--wait") && line.contains(wait), "{line}");
    }
}
