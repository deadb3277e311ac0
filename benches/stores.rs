//! `cargo bench --bench stores`: what stores cost that come, go, sleep and come back. Linux only: it reads `/proc`.
//!
//! `BCMOCK_BENCH_BINARY` names another binary to measure, `BCMOCK_BENCH_STORES` how many sleep (10000).
#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can not go on has failed")]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Workers of the rounds, and the rounds of each.
const WORKERS: usize = 64;
const ROUNDS: usize = 50;

fn main() {
    let dir = std::env::temp_dir().join(format!("bcmock-stores-{}", std::process::id()));
    for data_dir in [None, Some(&*dir)] {
        println!(
            "\n{}\n",
            if data_dir.is_some() { "With a data directory, ulimit -n 1024" } else { "In memory" }
        );
        single_calls(&Server::start(data_dir));
        clear(data_dir);
        rounds(&Server::start(data_dir));
        clear(data_dir);
        sleepers(&Server::start(data_dir));
        clear(data_dir);
    }
}

fn clear(dir: Option<&Path>) {
    if let Some(dir) = dir {
        let _ = std::fs::remove_dir_all(dir);
    }
}

/// One of many calls; it is told which.
type Call = Box<dyn FnMut(&mut Client, usize)>;

/// How long the calls of the control API take, one after the other, and what others feel of it.
fn single_calls(server: &Server) {
    let mut client = Client::new(server.port);
    let small = format!(r#"{{"seed":{}}}"#, people(20));
    let mut time = |what: &str, count: usize, mut call: Call| {
        let mut times: Vec<Duration> = (0..count)
            .map(|i| {
                let began = Instant::now();
                call(&mut client, i);
                began.elapsed()
            })
            .collect();
        println!("{what}: {}", summary(&mut times));
    };
    let body = move |hash: String, body: &str| body.replacen('{', &format!(r#"{{"hash":"{hash}","#), 1);
    time(
        "make a store of 20 customers",
        200,
        Box::new(move |client, i| {
            client.expect(201, "POST", "/_mock/stores", &body(format!("s{i}"), &small));
        }),
    );
    time(
        "its first list",
        200,
        Box::new(|client, i| {
            client.expect(200, "GET", &format!("/stores/s{i}/v2/customers"), "");
        }),
    );
    time(
        "reset of 20",
        200,
        Box::new(|client, i| {
            client.expect(200, "POST", &format!("/_mock/stores/s{i}/reset"), "");
        }),
    );
    time(
        "the first list after it",
        200,
        Box::new(|client, i| {
            client.expect(200, "GET", &format!("/stores/s{i}/v2/customers"), "");
        }),
    );
    time(
        "delete",
        200,
        Box::new(|client, i| client.expect(204, "DELETE", &format!("/_mock/stores/s{i}"), "")),
    );
    let mut other = Client::new(server.port);
    other.expect(201, "POST", "/_mock/stores", r#"{"hash":"big","seed":{"generate":{"customers":1000}}}"#);
    other.expect(201, "POST", "/_mock/stores", &format!(r#"{{"hash":"other","seed":{}}}"#, people(20)));
    println!(
        "p99 of another store's reads alone: {}",
        percentile_beside(server.port, || thread::sleep(Duration::from_secs(1)))
    );
    let beside = percentile_beside(server.port, || {
        time(
            "snapshot of 1000",
            100,
            Box::new(|client, i| {
                let status = if i == 0 { 201 } else { 200 };
                client.expect(status, "PUT", "/_mock/stores/big/snapshots/x", "");
            }),
        );
        time(
            "restore of 1000",
            100,
            Box::new(|client, _| {
                client.expect(200, "POST", "/_mock/stores/big/snapshots/x/restore", "");
            }),
        );
        time(
            "reset of 1000",
            100,
            Box::new(|client, _| {
                client.expect(200, "POST", "/_mock/stores/big/reset", "");
            }),
        );
        time(
            "copy of 1000",
            100,
            Box::new(|client, i| {
                client.expect(
                    201,
                    "POST",
                    "/_mock/stores",
                    &format!(r#"{{"hash":"copy{i}","copy_of":"big"}}"#),
                );
            }),
        );
        time(
            "the first list of a copy",
            100,
            Box::new(|client, i| {
                client.expect(200, "GET", &format!("/stores/copy{i}/v2/customers"), "");
            }),
        );
    });
    println!("p99 of another store's reads meanwhile: {beside}");
}

/// The 99th percentile of one client's reads of another store while something is done.
fn percentile_beside(port: u16, work: impl FnOnce()) -> String {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut client = Client::new(port);
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                client.expect(200, "GET", "/stores/other/v2/customers/1", "");
                times.push(began.elapsed());
            }
            times.sort();
            times[times.len() * 99 / 100]
        });
        work();
        over.store(true, Ordering::Relaxed);
        format!("{:.2} ms", millis(reader.join().unwrap()))
    })
}

/// Many workers, each with a store of its own: make, write, list, reset, delete.
fn rounds(server: &Server) {
    let began = Instant::now();
    let cpu = server.cpu();
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            scope.spawn(move || {
                let mut client = Client::new(server.port);
                for round in 0..ROUNDS {
                    let hash = format!("w{worker}-r{round}");
                    let seed = format!(r#"{{"hash":"{hash}","seed":{}}}"#, people(2));
                    client.expect(201, "POST", "/_mock/stores", &seed);
                    let path = format!("/stores/{hash}/v2/customers");
                    for i in 0..8 {
                        let body = format!(
                            r#"{{"first_name":"A","last_name":"B","email":"w{worker}r{round}i{i}@example.com"}}"#
                        );
                        let made = client.call("POST", &path, &body);
                        assert!(made.contains(&format!(r#"{{"id":{},"#, i + 3)), "{made}");
                    }
                    let list = client.call("GET", &path, "");
                    assert_eq!(list.matches(&format!("w{worker}r{round}i")).count(), 8, "{list}");
                    assert_eq!(list.matches(r#""email""#).count(), 10, "{list}");
                    let reset = client.call("POST", &format!("/_mock/stores/{hash}/reset"), "");
                    assert!(reset.contains(r#""customers":2"#), "{reset}");
                    client.expect(204, "DELETE", &format!("/_mock/stores/{hash}"), "");
                }
            });
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    let count = WORKERS * ROUNDS;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let (per_second, each) = (count as f64 / seconds, (server.cpu() - cpu) / count as f64 * 1000.0);
    println!(
        "{WORKERS} workers, {ROUNDS} rounds each: {per_second:.0} rounds a second, {each:.2} ms of CPU each"
    );
}

/// Many stores, used and left alone.
fn sleepers(server: &Server) {
    let count: usize = std::env::var("BCMOCK_BENCH_STORES").map_or(10_000, |text| text.parse().unwrap());
    let mut client = Client::new(server.port);
    let people = people(20);
    // Buffers that stay once there were some requests are no store's.
    for _ in 0..3 {
        client.expect(
            201,
            "POST",
            "/_mock/stores",
            &format!(r#"{{"hash":"first","replace":true,"seed":{people}}}"#),
        );
        client.expect(204, "DELETE", "/_mock/stores/first", "");
    }
    let (before, ..) = server.weight();
    let mut most = (0, 0);
    for i in 0..count {
        client.expect(201, "POST", "/_mock/stores", &format!(r#"{{"hash":"m{i}","seed":{people}}}"#));
        client.expect(200, "GET", &format!("/stores/m{i}/v2/customers"), "");
        if i % 97 == 0 {
            let (_, threads, files) = server.weight();
            most = (most.0.max(threads), most.1.max(files));
        }
    }
    // Until all of them sleep.
    thread::sleep(Duration::from_secs(14));
    let (asleep, threads, files) = server.weight();
    let each = asleep.saturating_sub(before) / count;
    println!(
        "{count} stores of 20: {each} KB each; {threads} threads and {files} files, at most {} and {}",
        most.0, most.1
    );
    let mut times: Vec<Duration> = (0..300)
        .map(|i| {
            let began = Instant::now();
            client.expect(200, "GET", &format!("/stores/m{}/v2/customers", i * 31 % count), "");
            began.elapsed()
        })
        .collect();
    println!("the first request to a sleeper: {}", summary(&mut times));
    for i in 0..count {
        client.expect(204, "DELETE", &format!("/_mock/stores/m{i}"), "");
    }
    thread::sleep(Duration::from_secs(4));
    let (after, ..) = server.weight();
    println!("memory before {before} KB, with all of them {asleep} KB, when they are deleted {after} KB");
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn summary(times: &mut [Duration]) -> String {
    times.sort();
    let at = |percent: usize| millis(times[(times.len() - 1) * percent / 100]);
    format!("median {:.2} ms, p99 {:.2} ms, most {:.2} ms", at(50), at(99), at(100))
}

/// A seed of so many people.
fn people(count: usize) -> String {
    let mut seed = String::from(r#"{"customers":["#);
    for i in 0..count {
        let comma = if i == 0 { "" } else { "," };
        let _ =
            write!(seed, r#"{comma}{{"first_name":"Jane","last_name":"Doe","email":"jane{i}@example.com"}}"#);
    }
    seed + "]}"
}

struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(data_dir: Option<&Path>) -> Server {
        let binary = std::env::var("BCMOCK_BENCH_BINARY");
        let binary = binary.unwrap_or_else(|_| env!("CARGO_BIN_EXE_bigcommerce-mock").to_owned());
        let mut command = Command::new("sh");
        let limit = if data_dir.is_some() { "ulimit -n 1024; " } else { "" };
        command.args(["-c", &format!(r#"{limit}exec "$0" "$@""#), &binary, "--port", "0", "--seed", "none"]);
        if let Some(dir) = data_dir {
            command.arg("--data-dir").arg(dir);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Server { child, port }
    }

    /// Resident memory in KB, threads, open files.
    fn weight(&self) -> (usize, usize, usize) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let number = |key: &str| {
            let line = status.lines().find(|line| line.starts_with(key)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count();
        (number("VmRSS"), number("Threads"), files)
    }

    /// Seconds of CPU that it has used.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        ticks / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client with one connection.
struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn new(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream: BufReader::new(stream) }
    }

    fn expect(&mut self, status: u16, method: &str, path: &str, body: &str) {
        let answer = self.exchange(method, path, body);
        assert_eq!(answer.0, status, "{method} {path}: {}", answer.1);
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> String {
        self.exchange(method, path, body).1
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nX-Auth-Token: any\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}
