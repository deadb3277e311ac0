//! What HTTP itself promises: bodies, connections that go on, old clients.

use super::{Client, customer};
use crate::support::Program;

const CUSTOMERS: &str = "/stores/demo/v2/customers";

#[test]
fn a_body_over_the_limit_is_refused_after_it_was_sent_whole() {
    let program = Program::start(&[]);
    let body = " ".repeat(4 << 20);
    let length = format!("Content-Length: {}\r\n", body.len());
    for (token, status) in [("X-Auth-Token: any\r\n", 413), ("", 401)] {
        let mut client = Client::new(&program);
        client.send(format!("POST {CUSTOMERS} HTTP/1.1\r\nHost: x\r\n{token}{length}\r\n"));
        client.send(&body);
        let answer = client.answer();
        assert_eq!(answer.status, status, "{answer:?}");
        // The connection is clean: what comes next is not taken for more of the body.
        assert_eq!(client.call("GET", "/stores/demo/v2/customers/2", "").json()["id"], 2);
    }
}

#[test]
fn the_limit_is_to_the_byte_however_the_length_is_told() {
    let program = Program::start(&["--body-limit", "300", "--log-level", "debug"]);
    for (i, (length, status)) in [(299, 201), (300, 201), (301, 413), (5000, 413)].into_iter().enumerate() {
        let mut client = Client::new(&program);
        for (way, headers) in [
            ("told", format!("Content-Length: {length}\r\n")),
            ("chunked", "Transfer-Encoding: chunked\r\n".into()),
        ] {
            let body = format!("{:length$}", customer(&format!("{way}{i}")));
            client.send_head("POST", CUSTOMERS, &headers);
            if way == "told" {
                client.send(body);
            } else {
                client.send(format!("{length:x}\r\n{body}\r\n0\r\n\r\n"));
            }
            let answer = client.answer();
            assert_eq!(answer.status, status, "{length} {way}: {answer:?}");
        }
    }
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    let program = Program::start(&[]);
    let body = customer("asked");
    let mut client = Client::new(&program);
    let headers = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", body.len());
    client.send_head("POST", CUSTOMERS, &headers);
    let go_on = client.answer();
    assert!(go_on.head.starts_with("HTTP/1.1 100 "), "{go_on:?}");
    client.send(&body);
    let answer = client.answer();
    assert_eq!((answer.status, answer.json()["company"].as_str()), (201, Some("asked")));
}

#[test]
fn a_connection_goes_on_after_every_kind_of_answer() {
    let program = Program::start(&[]);
    let mut client = Client::new(&program);
    for (method, path, body, status) in [
        ("DELETE", "/stores/demo/v2/customers/1", "", 204),
        ("GET", "/stores/demo/v2/customers/1", "", 404),
        ("GET", "/stores/demo/v2/customers/2", "", 200),
        ("GET", "/stores/nobody/v2/customers", "", 204),
        ("POST", CUSTOMERS, "{", 400),
        ("POST", CUSTOMERS, &customer("kept"), 201),
        ("PATCH", CUSTOMERS, "{}", 405),
        ("GET", "/nowhere", "", 404),
        ("DELETE", CUSTOMERS, "a body that nobody reads", 204),
        ("GET", CUSTOMERS, "", 204),
    ] {
        let answer = client.call(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_eq!(answer.header("connection"), "", "{answer:?}");
        if status == 204 {
            // A length would make some clients wait for a body.
            assert_eq!((answer.header("content-length"), answer.header("transfer-encoding")), ("", ""));
        }
    }
    // An answer to HEAD has the length of a body that does not come.
    client.send_head("HEAD", "/stores/demo/v2/time", "");
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(std::io::BufRead::read_line(&mut client.stream, &mut head).unwrap(), 0, "{head}");
    }
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(client.call("GET", "/livez", "").body, "ok");
}

#[test]
fn requests_sent_ahead_are_answered_in_order() {
    let program = Program::start(&[]);
    let mut client = Client::new(&program);
    let get = |id: u64| format!("GET {CUSTOMERS}/{id} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: any\r\n\r\n");
    // The slow one first: answers must not overtake each other.
    let body = r#"{"password":"whatever-1"}"#;
    let slow = format!(
        "POST {CUSTOMERS}/1/validate HTTP/1.1\r\nHost: x\r\nX-Auth-Token: any\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    client.send(slow + &(1..=20).map(get).collect::<String>());
    assert_eq!(client.answer().body, r#"{"success":false}"#);
    for id in 1..=20 {
        assert_eq!(client.answer().json()["id"], id);
    }
}

#[test]
fn a_client_of_http_1_0_gets_links_that_lead_back() {
    let program = Program::start(&[]);
    let answer = program.raw(format!("GET {CUSTOMERS}/1 HTTP/1.0\r\nX-Auth-Token: any\r\n\r\n").as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200 ") || head.starts_with("HTTP/1.1 200 "), "{head}");
    let url = super::json(body)["addresses"]["url"].as_str().unwrap().to_owned();
    let (authority, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    assert_eq!(authority, program.address.to_string());
    assert_eq!(path, "stores/demo/v2/customers/1/addresses");
    // Up to the customer, whose addresses they are, the link can be followed.
    let customer = path.strip_suffix("/addresses").unwrap();
    let followed = Client::to(authority.parse().unwrap()).call("GET", &format!("/{customer}"), "");
    assert_eq!(followed.json()["id"], 1);
}

#[test]
fn a_body_in_chunks_is_read() {
    let program = Program::start(&[]);
    let body = customer("chunked");
    let (first, second) = body.split_at(20);
    let mut client = Client::new(&program);
    client.send_head("POST", CUSTOMERS, "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n");
    client.send(format!("{:x};why=not\r\n{first}\r\n", first.len()));
    client.send(format!("{:X}\r\n{second}\r\n0\r\nX-Sum: 1\r\n\r\n", second.len()));
    let answer = client.answer();
    assert_eq!((answer.status, answer.json()["company"].as_str()), (201, Some("chunked")));
    assert_eq!(client.call("GET", "/livez", "").status, 200);
}

#[test]
fn a_head_may_come_in_pieces() {
    let program = Program::start(&[]);
    let mut client = Client::new(&program);
    for byte in format!("GET {CUSTOMERS}/1 HTTP/1.1\r\nHost: x\r\nX-Auth-Token: any\r\n\r\n").bytes() {
        client.send([byte]);
    }
    assert_eq!(client.answer().json()["id"], 1);
}
