//! `cargo bench`: this server beside a bare axum route that answers the same bytes from memory, in the same run and
//! turn by turn, driven by wrk. Only the ratios mean anything; see `docs/PERFORMANCE.md`.
//!
//! `BCMOCK_BENCH_BINARY` names another binary to measure, `BCMOCK_BENCH_ROUNDS` how many rounds (5),
//! `BCMOCK_BENCH_SECONDS` how long each turn (2), `BCMOCK_BENCH_ONLY` the kinds of work, separated by commas
//! (`bodies`: what the worst bodies cost).
#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can not go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderName, StatusCode, header::CONTENT_TYPE};
use axum::routing::get;

/// Customers in the measured store.
const CUSTOMERS: usize = 1000;
/// Stores of the work over many stores.
const STORES: usize = 32;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, mode, answers @ ..] = &args[..]
        && mode == "baseline"
    {
        return baseline(answers);
    }
    if Command::new("wrk").arg("-v").output().is_err() {
        println!("wrk is not installed; on Debian: apt-get install wrk");
        std::process::exit(1);
    }
    let rounds: usize = setting("ROUNDS", "5").parse().unwrap();
    let only = setting("ONLY", "");
    for data_dir in [None, Some(std::env::temp_dir().join(format!("bcmock-bench-{}", std::process::id())))] {
        let mut server = start_server(data_dir.as_deref());
        let mut baseline = start_baseline(&server);
        println!("\n{}\n", if data_dir.is_some() { "With a data directory" } else { "In memory" });
        println!(
            "| Work | connections | baseline /s | this /s | ratio | p50 µs | p99 µs (baseline) | CPU µs (baseline) | MB |"
        );
        println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (name, kind, stores, beside) in WORK {
            if !only.is_empty() && !only.split(',').any(|wanted| wanted == *name) {
                continue;
            }
            for connections in [1, 16, 64] {
                if *beside > 0 && connections != 16 {
                    continue;
                }
                let mut turns = Vec::new();
                for round in 0..rounds {
                    let run = format!("{name}{connections}r{round}");
                    let base = baseline.measure(kind, *stores, connections, &run, 0);
                    turns.push((base, server.measure(kind, *stores, connections, &run, *beside)));
                }
                report(name, connections, &turns, server.memory());
            }
        }
        if data_dir.is_none() && (only.is_empty() || only.contains("bodies")) {
            worst_bodies(&server);
        }
        server.stop();
        baseline.stop();
        if let Some(dir) = data_dir {
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

/// Name, kind for `work.lua`, number of stores, writers beside.
const WORK: &[(&str, &str, usize, usize)] = &[
    ("one", "one", 1, 0),
    ("gzip", "gzip", 1, 0),
    ("list", "list", 1, 0),
    ("email", "email", 1, 0),
    ("post", "post", 1, 0),
    ("put", "put", 1, 0),
    ("mix", "one", 1, 8),
    ("one-stores", "one", STORES, 0),
    ("post-stores", "post", STORES, 0),
    ("put-stores", "put", STORES, 0),
    ("mix-stores", "one", STORES, 8),
    ("v3-list", "v3-list", 1, 0),
    ("v3-batch", "v3-batch", 1, 0),
];

fn setting(name: &str, default: &str) -> String {
    std::env::var(format!("BCMOCK_BENCH_{name}")).unwrap_or_else(|_| default.to_owned())
}

/// A server, and what it has used so far.
struct Server {
    child: Child,
    port: u16,
}

/// One turn of the generator.
struct Turn {
    per_second: f64,
    p50: f64,
    p99: f64,
    cpu: f64,
}

fn start_server(data_dir: Option<&std::path::Path>) -> Server {
    let binary = setting("BINARY", env!("CARGO_BIN_EXE_bigcommerce-mock"));
    let mut command = Command::new(binary);
    command.args(["--port", "0", "--seed", "none"]);
    if let Some(dir) = data_dir {
        command.arg("--data-dir").arg(dir);
    }
    let server = Server::start(&mut command);
    for store in 0..STORES {
        for id in 1..=CUSTOMERS {
            let body = format!(
                r#"{{"first_name":"Jane","last_name":"Doe","email":"c{id}@example.com","company":"Acme","phone":"+1 512 555 0100"}}"#
            );
            server.call("POST", &format!("/stores/bench{store}/v2/customers"), &body);
        }
    }
    for id in 1..=CUSTOMERS {
        let address = |line: &str| {
            format!(
                r#"{{"customer_id":{id},"first_name":"Jane","last_name":"Doe","address1":"{line}","city":"Austin","state_or_province":"Texas","postal_code":"78701","country_code":"US"}}"#
            )
        };
        let body = format!("[{},{}]", address("123 Main Street"), address("500 Congress Avenue"));
        server.call("POST", "/stores/bench0/v3/customers/addresses", &body);
    }
    server
}

/// The same routes, answering what the server answers.
fn start_baseline(server: &Server) -> Server {
    let one = server.call("GET", "/stores/bench0/v2/customers/500", "");
    let list = server.call("GET", "/stores/bench0/v2/customers?page=5", "");
    let v3_list = server.call("GET", "/stores/bench0/v3/customers?include=addresses&page=5", "");
    let ten: Vec<String> = (0..10)
        .map(|i| format!(r#"{{"first_name":"Jane","last_name":"Doe","email":"ten{i}@example.com"}}"#))
        .collect();
    let v3_batch = server.call("POST", "/stores/ten/v3/customers", &format!("[{}]", ten.join(",")));
    let answers = ["baseline", &one, &list, &v3_list, &v3_batch];
    Server::start(Command::new(std::env::current_exe().unwrap()).args(answers))
}

const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

fn baseline(answers: &[String]) {
    let [one, list, v3_list, v3_batch] = answers else { panic!("four answers") };
    let [one, list, v3_list, v3_batch] =
        [one, list, v3_list, v3_batch].map(|answer| Bytes::from(answer.clone()));
    let (created, changed) = (one.clone(), one.clone());
    let list =
        get(async move || (JSON, list)).post(async move |_: Bytes| (StatusCode::CREATED, JSON, created));
    let one = get(async move || (JSON, one)).put(async move |_: Bytes| (JSON, changed));
    let v3 = get(async move || (JSON, v3_list)).post(async move |_: Bytes| (JSON, v3_batch));
    let routes = Router::new()
        .route("/stores/{store_hash}/v3/customers", v3)
        .route("/stores/{store_hash}/v2/customers", list)
        .route("/stores/{store_hash}/v2/customers/{id}", one);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on http://{}", listener.local_addr().unwrap());
        axum::serve(listener, routes).await.unwrap();
    });
}

impl Server {
    fn start(command: &mut Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        // Its other lines must have somewhere to go.
        std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
        let port = line.trim().rsplit(':').next().unwrap().parse().expect(&line);
        Server { child, port }
    }

    /// The body of one answer.
    fn call(&self, method: &str, path: &str, body: &str) -> String {
        let answer = self.send(method, path, body);
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// One answer, head and all.
    fn send(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        let host = format!("Host: 127.0.0.1:{}\r\nX-Auth-Token: bench", self.port);
        let head = format!("{method} {path} HTTP/1.1\r\n{host}\r\nContent-Type: application/json");
        write!(stream, "{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Milliseconds for each megabyte of a body until it is answered, whatever the answer: the median of some.
    fn milliseconds_a_megabyte(&self, method: &str, path: &str, body: &str) -> (f64, u16) {
        let mut status = 0;
        let mut times: Vec<f64> = (0..9)
            .map(|_| {
                let start = std::time::Instant::now();
                let answer = self.send(method, path, body);
                status = answer[9..12].parse().unwrap();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let bytes = f64::from(u32::try_from(body.len()).unwrap());
        (times[times.len() / 2] * 1e6 / bytes, status)
    }

    fn measure(&mut self, kind: &str, stores: usize, connections: usize, run: &str, writers: usize) -> Turn {
        let before = self.cpu();
        let writing =
            (writers > 0).then(|| self.wrk("post", stores, writers, &format!("w{run}")).spawn().unwrap());
        let output = self.wrk(kind, stores, connections, run).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        if let Some(mut writing) = writing {
            writing.wait().unwrap();
        }
        let figures = text.lines().find_map(|line| line.strip_prefix("result ")).expect(&text);
        let figures: Vec<f64> = figures.split(' ').map(|figure| figure.parse().unwrap()).collect();
        let [requests, micros, failed, p50, p99] = figures[..] else { panic!("{text}") };
        assert!(failed == 0.0, "{text}");
        Turn { per_second: requests * 1e6 / micros, p50, p99, cpu: (self.cpu() - before) * 1e6 / requests }
    }

    fn wrk(&self, kind: &str, stores: usize, connections: usize, run: &str) -> Command {
        let mut wrk = Command::new("wrk");
        let threads = if connections == 1 { "1" } else { "2" };
        let seconds = setting("SECONDS", "2");
        wrk.args(["-t", threads, "-c", &connections.to_string(), "-d", &format!("{seconds}s")]);
        wrk.args(["-s", concat!(env!("CARGO_MANIFEST_DIR"), "/benches/work.lua")]);
        wrk.arg(format!("http://127.0.0.1:{}", self.port));
        wrk.args(["--", kind, &CUSTOMERS.to_string(), &stores.to_string(), run]).stdout(Stdio::piped());
        wrk
    }

    /// Seconds of CPU it has used.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        ticks / 100.0
    }

    /// Megabytes in memory.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the worst bodies cost that are known, each of about a megabyte.
fn worst_bodies(server: &Server) {
    let fill = |head: &str, part: &str, tail: &str| {
        let parts = vec![part; 1_000_000 / (part.len() + 1)].join(",");
        format!("{head}{parts}{tail}")
    };
    let keys = |quote: &dyn Fn(usize) -> String| {
        let keys: Vec<String> = (0..60_000).map(quote).collect();
        format!("{{{}}}", keys.join(","))
    };
    let jane = r#"[{"first_name":"A","last_name":"B","email":"w@example.com""#;
    let (v2, v3) = ("/stores/bench0/v2/customers", "/stores/bench0/v3/customers");
    let bodies = [
        (
            "addresses of the wrong type",
            "POST",
            v3,
            fill(&format!("{jane},\"addresses\":["), r#"{"city":1}"#, "]}]"),
        ),
        (
            "form fields without a value",
            "POST",
            v3,
            fill(&format!("{jane},\"form_fields\":["), r#"{"name":1}"#, "]}]"),
        ),
        ("channels", "POST", v3, fill(&format!("{jane},\"channel_ids\":["), "1", "]}]")),
        ("more than ten items", "POST", v3, fill("[", "{}", "]")),
        ("unknown keys", "POST", v2, keys(&|i| format!(r#""key{i}":{i}"#))),
        ("one key again and again", "POST", v2, keys(&|_| r#""first_name":"A""#.to_owned())),
        (
            "one long text of escapes",
            "POST",
            v2,
            format!(r#"{{"first_name":"{}"}}"#, r"\u00e9".repeat(160_000)),
        ),
        ("one long number", "POST", v2, format!(r#"{{"store_credit":{}}}"#, "9".repeat(1_000_000))),
        ("open brackets", "POST", v2, "[".repeat(1_000_000)),
        (
            "discount rules",
            "POST",
            "/stores/bench0/v2/customer_groups",
            fill(r#"{"name":"A","discount_rules":["#, r#"{"type":1}"#, "]}"),
        ),
        (
            "categories",
            "POST",
            "/stores/bench0/v2/customer_groups",
            fill(r#"{"name":"A","category_access":{"type":"specific","categories":["#, "1", "]}}"),
        ),
        (
            "words of consent",
            "PUT",
            "/stores/bench0/v3/customers/1/consent",
            fill(r#"{"allow":["#, r#""essential""#, r#"],"deny":[]}"#),
        ),
        ("metafields", "POST", "/stores/bench0/v3/customers/metafields", fill("[", r#"{"key":1}"#, "]")),
    ];
    println!("\n| Body of a megabyte | ms a megabyte | status |\n| --- | ---: | ---: |");
    for (name, method, path, body) in bodies {
        let (milliseconds, status) = server.milliseconds_a_megabyte(method, path, &body);
        println!("| {name} | {milliseconds:.1} | {status} |");
    }
}

fn report(name: &str, connections: usize, turns: &[(Turn, Turn)], memory: f64) {
    let median = |figure: &dyn Fn(&(Turn, Turn)) -> f64| {
        let mut figures: Vec<f64> = turns.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    println!(
        "| {name} | {connections} | {:.0} | {:.0} | {:.0} % | {:.0} | {:.0} ({:.0}) | {:.1} ({:.1}) | {memory:.0} |",
        median(&|(base, _)| base.per_second),
        median(&|(_, this)| this.per_second),
        100.0 * median(&|(base, this)| this.per_second / base.per_second),
        median(&|(_, this)| this.p50),
        median(&|(_, this)| this.p99),
        median(&|(base, _)| base.p99),
        median(&|(_, this)| this.cpu),
        median(&|(base, _)| base.cpu),
    );
}
