//! Faults on real connections: what a client's socket sees.

use std::io::{ErrorKind, Read, Write};

use serde_json::{Value, json};

use crate::support::Program;

const MOUNTS: [(&str, &str); 3] = [
    ("/stores/demo/v2/customers", "X-Auth-Token: any"),
    ("/stores/demo/v3/customers", "X-Auth-Token: any"),
    ("/api/v2/customers", "Authorization: Basic YWRtaW46c2VjcmV0"),
];

fn add(program: &Program, then: &Value) {
    let (status, body) =
        program.call("POST", "/_mock/stores/demo/faults", &json!({"then": then}).to_string());
    assert_eq!(status, 201, "{body}");
}

/// What comes on a new connection that is left open, and how it ends.
fn attempt(program: &Program, path: &str, header: &str) -> (String, Result<(), ErrorKind>) {
    let mut stream = program.connect();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut came = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (String::from_utf8_lossy(&came).into_owned(), Ok(())),
            Ok(length) => came.extend_from_slice(&buffer[..length]),
            Err(error) => return (String::from_utf8_lossy(&came).into_owned(), Err(error.kind())),
        }
    }
}

/// The length that an answer announces, and its body.
fn parts(answer: &str) -> (usize, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    (length.parse().unwrap(), body)
}

#[test]
fn connections_are_reset_closed_and_cut_and_the_next_one_is_well() {
    let program = Program::start(&[]);
    for (path, header) in MOUNTS {
        let well = || {
            program.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nAccept: application/json\r\nConnection: close\r\n\r\n").as_bytes())
        };
        let real = well();
        let (length, body) = parts(&real);
        assert_eq!(length, body.len());
        add(&program, &json!({"connection": "reset"}));
        assert_eq!(
            attempt(&program, path, header),
            (String::new(), Err(ErrorKind::ConnectionReset)),
            "{path}"
        );
        assert_eq!(parts(&well()).1, body);
        add(&program, &json!({"connection": "close"}));
        assert_eq!(attempt(&program, path, header), (String::new(), Ok(())), "{path}");
        assert_eq!(parts(&well()).1, body);
        add(&program, &json!({"connection": "truncate"}));
        let (answer, end) = attempt(&program, path, header);
        assert_eq!((parts(&answer), end), ((length, &body[..length / 2]), Ok(())), "{path}");
        add(&program, &json!({"connection": "truncate", "status": 500}));
        let (answer, end) = attempt(&program, path, header);
        let (told, came) = parts(&answer);
        assert!(answer.starts_with("HTTP/1.1 500 ") && came.len() == told / 2 && end == Ok(()), "{answer}");
        add(&program, &json!({"connection": "dribble", "delay": "64ms"}));
        assert_eq!(parts(&well()), (length, body), "{path}");
        assert_eq!(parts(&well()).1, body);
    }
}

#[test]
fn a_kept_connection_goes_on_after_a_fault_that_leaves_it() {
    let program = Program::start(&[]);
    add(&program, &json!({"status": 503}));
    add(&program, &json!({"body": "malformed"}));
    add(&program, &json!({"connection": "dribble", "delay": "16ms"}));
    let mut client = super::Client::new(&program);
    for status in [503, 200, 200, 200] {
        assert_eq!(client.call("GET", "/stores/demo/v3/customers", "").status, status);
    }
}
