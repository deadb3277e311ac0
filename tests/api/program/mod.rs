//! The built program, from the outside: its start, settings, end, files, and what a hostile network does to it.

mod client_env;
mod config;
mod data;
mod end;
mod faults;
mod files;
mod healthcheck;
mod hostile;
mod isolation;
mod kills;
mod openapi;
mod seed;
mod seed_definitions_refused;
mod seed_refused;
mod seed_sources;
mod seed_stores;
mod seed_stores_refused;
mod slow_readers;
mod start;
mod statements;
mod tls;
mod wire;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Program;

/// Much longer than anything here takes, also on a busy machine, and shorter than the server's own read time-out.
const DEADLINE: Duration = Duration::from_secs(20);

/// A client that keeps its connection.
struct Client {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

/// One answer on a connection that goes on.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Client {
    #[track_caller]
    fn new(program: &Program) -> Client {
        Client::to(program.address)
    }

    #[track_caller]
    fn to(host: SocketAddr) -> Client {
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Client { stream: BufReader::new(stream), host }
    }

    #[track_caller]
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends the head of a request with a token.
    #[track_caller]
    fn send_head(&mut self, method: &str, path: &str, headers: &str) {
        let host = self.host;
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: any\r\n{headers}\r\n"));
    }

    /// The next answer.
    #[track_caller]
    fn answer(&mut self) -> Answer {
        self.try_answer().unwrap()
    }

    fn try_answer(&mut self) -> std::io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let mut answer = Answer { status: head[9..12].parse().unwrap(), head, body: String::new() };
        let mut body = vec![0; answer.header("content-length").parse().unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        answer.body = String::from_utf8(body).unwrap();
        Ok(answer)
    }

    #[track_caller]
    fn call(&mut self, method: &str, path: &str, body: &str) -> Answer {
        self.try_call(method, path, body).unwrap()
    }

    /// As [`Client::call`], of a server that may be killed meanwhile.
    fn try_call(&mut self, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
        let (host, length) = (self.host, body.len());
        // In one write: a head and a body of their own would be two packets.
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: any\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.try_answer()
    }

    /// Whatever still comes until the server closes the connection.
    #[track_caller]
    fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("it is not closed: {error}"),
            _ => String::from_utf8_lossy(&rest).into_owned(),
        }
    }
}

impl Answer {
    /// A header's text; empty if there is none.
    fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    #[track_caller]
    fn json(&self) -> Value {
        json(&self.body)
    }
}

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
}

/// The least that makes a customer, with an email of its own.
fn customer(name: &str) -> String {
    format!(r#"{{"first_name":"Jane","last_name":"Doe","company":"{name}","email":"{name}@example.com"}}"#)
}

/// Creates a customer and gives its id.
#[track_caller]
fn create(program: &Program, store: &str, name: &str) -> i64 {
    let (status, body) = program.call("POST", &format!("/stores/{store}/v2/customers"), &customer(name));
    assert_eq!(status, 201, "{body}");
    json(&body)["id"].as_i64().unwrap()
}

/// The customers of a store, 250 at most.
#[track_caller]
fn customers(program: &Program, store: &str) -> Vec<Value> {
    match program.call("GET", &format!("/stores/{store}/v2/customers?limit=250"), "") {
        (204, _) => Vec::new(),
        (200, body) => json(&body).as_array().unwrap().clone(),
        other => panic!("{other:?}"),
    }
}

/// The values of one text field.
fn column(customers: &[Value], field: &str) -> Vec<String> {
    customers.iter().map(|customer| customer[field].as_str().unwrap().to_owned()).collect()
}

/// Asks again and again, until it is true.
#[track_caller]
fn until(what: &str, mut ask: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ask() {
        assert!(began.elapsed() < DEADLINE, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The program with these arguments and environment variables.
fn command(args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Program::command(args);
    command.envs(variables.iter().copied());
    command
}

/// Whether this machine has IPv6 at all; some containers do not.
fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}
