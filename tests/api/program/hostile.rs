//! A network that means no good, or does not know any better.

use std::net::Shutdown;

use super::{Client, customer, customers};
use crate::support::Program;

/// The server answers, on a connection of its own.
#[track_caller]
fn lives(program: &Program) {
    assert_eq!(program.call("GET", "/stores/demo/v2/customers/1", "").0, 200);
}

#[test]
fn a_head_that_is_too_long_is_431() {
    let program = Program::start(&[]);
    let long = format!("GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(64 << 10));
    let many = "X-Small: 1\r\n".repeat(200);
    let path = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(64 << 10));
    for head in [long, format!("GET /livez HTTP/1.1\r\nHost: x\r\n{many}\r\n"), path] {
        let answer = program.raw(head.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 431 ") || answer.starts_with("HTTP/1.1 414 "), "{answer:?}");
        lives(&program);
    }
    // Large, but what a client with many cookies may send.
    let head = format!("Cookie: {}\r\nConnection: close\r\n", "a".repeat(16 << 10));
    let mut client = Client::new(&program);
    client.send_head("GET", "/stores/demo/v2/customers/1", &head);
    assert_eq!(client.answer().status, 200);
}

#[test]
fn clients_that_stop_in_the_middle_hold_up_nobody() {
    let program = Program::start(&["--read-timeout", "1"]);
    let mut nothing = Client::new(&program);
    let mut half_a_head = Client::new(&program);
    half_a_head.send("GET /livez HTTP/1.1\r\nHo");
    let mut half_a_body = Client::new(&program);
    half_a_body.send_head("POST", "/stores/demo/v2/customers", "Content-Length: 100\r\n");
    half_a_body.send("{\"first_name\":");
    let mut half_a_chunk = Client::new(&program);
    half_a_chunk.send_head("PUT", "/stores/demo/v2/customers/1", "Transfer-Encoding: chunked\r\n");
    half_a_chunk.send("64\r\n{\"first_name\":");
    let mut after_one = Client::new(&program);
    assert_eq!(after_one.call("GET", "/livez", "").status, 200);
    // The same store, in which two of them are in the middle of a write.
    lives(&program);
    assert_eq!(program.call("POST", "/stores/demo/v2/customers", &customer("meanwhile")).0, 201);

    for client in [&mut half_a_body, &mut half_a_chunk] {
        let answer = client.answer();
        assert_eq!(answer.status, 408, "{answer:?}");
        assert_eq!(answer.json()[0]["status"], 408);
    }
    for client in [&mut nothing, &mut half_a_head, &mut half_a_body, &mut half_a_chunk, &mut after_one] {
        let rest = client.rest();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408 "), "{rest:?}");
    }
    lives(&program);
    assert_eq!(customers(&program, "demo").len(), 26);
}

#[test]
fn five_hundred_connections_at_once_are_all_answered() {
    let program = Program::start(&[]);
    let mut clients: Vec<Client> = (0..500).map(|_| Client::new(&program)).collect();
    for (i, client) in clients.iter_mut().enumerate() {
        client.send_head("GET", &format!("/stores/demo/v2/customers/{}", i % 25 + 1), "");
    }
    for (i, client) in clients.iter_mut().enumerate() {
        let answer = client.answer();
        assert_eq!((answer.status, answer.json()["id"].as_u64()), (200, Some(i as u64 % 25 + 1)));
    }
}

#[test]
fn what_is_not_http_is_400_or_closed() {
    let program = Program::start(&["--read-timeout", "1"]);
    let client_hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x01\x02\x03";
    let noise: Vec<u8> = (0..4096_u32).map(|i| u8::try_from(i * 167 % 251).unwrap()).collect();
    for bytes in [
        &client_hello[..],
        &noise,
        &[0; 1000],
        b"\r\n\r\n\r\n",
        b"GET /livez\r\n\r\n",
        b"GET /livez HTTP/3.0\r\n\r\n",
        b"GET /livez FTP/1.1\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"G\0T /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nX: a\0b\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ] {
        let answer = program.raw(bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{shown:?}: {answer:?}");
        lives(&program);
    }
}

#[test]
fn chunks_that_are_none_write_nothing() {
    let program = Program::start(&["--read-timeout", "1"]);
    let body = customer("broken");
    for chunks in [
        "zz\r\n".to_owned(),
        format!("{:x}\r\n{body}\r\nzz\r\n", body.len()),
        format!("{:x}\r\n{body}xx", body.len()),
        format!("ffffffffffffffffff\r\n{body}"),
    ] {
        let mut client = Client::new(&program);
        client.send_head("POST", "/stores/demo/v2/customers", "Transfer-Encoding: chunked\r\n");
        client.send(&chunks);
        let answer = client.answer();
        assert!([400, 408].contains(&answer.status), "{chunks:?}: {answer:?}");
        assert_eq!(answer.header("connection"), "close", "{chunks:?}: {answer:?}");
        // What follows can not be told from the body any more.
        assert_eq!(client.rest(), "");
    }
    assert_eq!(customers(&program, "demo").len(), 25);
}

#[test]
fn a_body_that_nobody_reads_ends_the_connection_too_when_its_end_can_not_be_found() {
    let program = Program::start(&["--body-limit", "10"]);
    let mut client = Client::new(&program);
    client.send_head("GET", "/livez", "Transfer-Encoding: chunked\r\n");
    client.send("zz\r\n");
    let answer = client.answer();
    assert_eq!((answer.status, answer.header("connection")), (200, "close"), "{answer:?}");
    assert_eq!(client.rest(), "");
    // One that is only too long is read to its end.
    let mut client = Client::new(&program);
    let answer = client.call("POST", "/stores/demo/v2/customers", &customer("long"));
    assert_eq!((answer.status, answer.header("connection")), (413, ""), "{answer:?}");
    assert_eq!(client.call("GET", "/livez", "").status, 200);
}

#[test]
fn a_request_says_in_one_way_which_host_it_is_for() {
    let program = Program::start(&[]);
    let get = |rest: &str| program.raw(format!("GET /stores/demo/v2/customers/1 {rest}\r\n\r\n").as_bytes());
    let token = "X-Auth-Token: any\r\nConnection: close";
    for (hosts, status) in [
        ("HTTP/1.1\r\n", 400),
        ("HTTP/1.0\r\n", 200),
        ("HTTP/1.1\r\nHost: a\r\n", 200),
        ("HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        ("HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
        ("HTTP/1.1\r\nHost: u:p@h\r\n", 400),
    ] {
        let answer = get(&format!("{hosts}{token}"));
        assert!(answer[9..].starts_with(&status.to_string()), "{hosts:?}: {answer}");
    }
    // A proxy's form of a request names the host itself.
    let whole = format!("GET http://shop.test/stores/demo/v2/customers/1 HTTP/1.1\r\n{token}\r\n\r\n");
    let answer = program.raw(whole.as_bytes());
    assert!(answer.contains("http://shop.test/stores/demo/v2/customers/1/addresses"), "{answer}");
}

/// Two that disagree about where a request ends are how one is smuggled past a proxy.
#[test]
fn a_length_beside_chunks_smuggles_nothing() {
    let program = Program::start(&[]);
    let smuggled = "DELETE /stores/demo/v2/customers HTTP/1.1\r\nHost: x\r\nX-Auth-Token: any\r\n\r\n";
    let headers = "Host: x\r\nX-Auth-Token: any\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n";
    program.raw(
        format!(
            "POST /stores/demo/v2/customers HTTP/1.1\r\n{headers}Connection: close\r\n\r\n0\r\n\r\n{smuggled}"
        )
        .as_bytes(),
    );
    assert_eq!(customers(&program, "demo").len(), 25);
}

#[test]
fn clients_that_go_away_leave_no_trace() {
    let program = Program::start(&[]);
    for _ in 0..20 {
        drop(Client::new(&program));
        let mut client = Client::new(&program);
        client.send_head("GET", "/stores/demo/v2/customers?limit=250", "");
        drop(client);
        let mut client = Client::new(&program);
        client.send_head("POST", "/stores/demo/v2/customers", "Content-Length: 100\r\n");
        client.send("{");
        drop(client);
    }
    lives(&program);
    assert_eq!(customers(&program, "demo").len(), 25);
    // Within the time that an end is given: nothing waits for any of them.
    program.stop();
}

#[test]
fn a_client_that_has_said_all_still_hears_the_answer() {
    let program = Program::start(&[]);
    let body = customer("said");
    let mut client = Client::new(&program);
    client.send_head("POST", "/stores/demo/v2/customers", &format!("Content-Length: {}\r\n", body.len()));
    client.send(&body);
    client.stream.get_ref().shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.answer().status, 201);
    assert_eq!(client.rest(), "");
}
