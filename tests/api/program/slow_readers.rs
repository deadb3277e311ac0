//! Clients that ask and do not take their answers.

use serde_json::json;

use super::{Client, until};
use crate::support::Program;

/// A megabyte of customers: more than systems keep for a connection whose client does not read, if asked for often.
const LIST: &str = "/stores/s/v2/customers?limit=250";
const ASKED: usize = 24;

fn start(args: &[&str]) -> Program {
    let program = Program::start(args);
    let mut client = Client::new(&program);
    for i in 0..16 {
        let body = json!({
            "first_name": "J", "last_name": "D", "email": format!("{i}@example.com"), "notes": "n".repeat(65_536),
        });
        assert_eq!(client.call("POST", "/stores/s/v2/customers", &body.to_string()).status, 201);
    }
    program
}

#[test]
fn a_client_that_takes_nothing_of_its_answers_is_cut_off() {
    let program = start(&["--write-timeout", "1", "--log-level", "debug"]);
    let mut idle: Vec<Client> = (0..10).map(|_| Client::new(&program)).collect();
    for client in &mut idle {
        for _ in 0..ASKED {
            client.send_head("GET", LIST, "");
        }
    }
    until("all of them are cut off", || program.log().matches("a connection ended early").count() >= 10);
    for client in &mut idle {
        let came = client.rest();
        assert!(came.len() < ASKED << 20, "it got everything: {}", came.len());
    }
    assert_eq!(program.call("GET", "/livez", "").0, 200);
}

#[test]
fn a_client_that_reads_gets_everything() {
    let program = start(&["--write-timeout", "15"]);
    let mut client = Client::new(&program);
    for _ in 0..ASKED {
        client.send_head("GET", LIST, "");
    }
    for _ in 0..ASKED {
        let answer = client.answer();
        assert_eq!((answer.status, answer.json().as_array().unwrap().len()), (200, 16));
    }
}
