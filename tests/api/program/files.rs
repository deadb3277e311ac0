//! The files of stores: who may read them, what happens when they go, and when there is room for no more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::{Client, create, customer, until};
use crate::support::Program;

const LEFT: &str = "no file descriptor is left";

/// The server on a data directory, under limits of open files as `ulimit` sets them.
fn limited(limits: &str, data: &str) -> Program {
    let mut command = Command::new("/bin/sh");
    command.env_clear().args(["-c", &format!(r#"{limits}; exec "$0" "$@""#)]);
    command.args([
        env!("CARGO_BIN_EXE_bigcommerce-mock"),
        "--port",
        "0",
        "--seed",
        "none",
        "--data-dir",
        data,
    ]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Program::spawn(command)
}

fn path(store: &str) -> String {
    format!("/stores/{store}/v2/customers")
}

#[test]
fn the_files_of_a_store_are_its_owners_alone() {
    let dir = Program::temp_dir();
    let args = ["--data-dir", dir.arg(), "--seed", "none"];
    let program = Program::start(&args);
    create(&program, "s", "x");
    let modes = || {
        let mode = |name: &String| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
        dir.names().iter().map(|name| (name.clone(), mode(name))).collect::<Vec<_>>()
    };
    let private = [".lock", "s.1.db", "s.1.db-shm", "s.1.db-wal"].map(|name| (name.to_owned(), 0o600));
    assert_eq!(modes(), private);
    program.stop();
    // A file that others could read, as earlier versions made them.
    fs::set_permissions(dir.path().join("s.1.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let program = Program::start(&args);
    create(&program, "s", "y");
    assert_eq!(modes(), private);
}

#[cfg(target_os = "linux")]
#[test]
fn as_many_files_as_the_system_gives_may_be_open() {
    let dir = Program::temp_dir();
    let program = limited("ulimit -S -n 40; ulimit -H -n 1000", dir.arg());
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.child.id())).unwrap();
    let files: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max open files")).unwrap().split_whitespace().collect();
    assert_eq!(files[3..5], ["1000", "1000"], "{limits}");
}

#[test]
fn stores_that_nobody_uses_make_room_for_others() {
    let dir = Program::temp_dir();
    let program = limited("ulimit -n 48", dir.arg());
    let mut client = Client::new(&program);
    for i in 0..48 {
        assert_eq!(client.call("POST", &path(&format!("s{i}")), &customer("x")).status, 201, "{i}");
    }
    for i in 0..48 {
        assert_eq!(
            client.call("GET", &format!("{}/count", path(&format!("s{i}"))), "").body,
            r#"{"count":1}"#
        );
    }
    assert_eq!(client.call("GET", "/readyz", "").status, 200);
    assert_eq!(program.stop().stderr, "");
}

#[test]
fn a_store_that_there_is_no_descriptor_for_leaves_nothing_and_can_be_made_later() {
    let dir = Program::temp_dir();
    let program = limited("ulimit -n 48", dir.arg());
    let mut client = Client::new(&program);
    let mut others = Vec::new();
    while client.call("GET", "/readyz", "").status == 200 {
        let mut other = Client::new(&program);
        assert_eq!(other.call("GET", "/livez", "").body, "ok");
        others.push(other);
        assert!(others.len() < 48, "there is room for all");
    }
    // To be ready is to have one more than a store takes.
    others.push(Client::new(&program));
    assert_eq!(others.last_mut().unwrap().call("GET", "/livez", "").body, "ok");
    for i in 0..5 {
        let store = format!("s{i}");
        assert_eq!(client.call("POST", &path(&store), &customer("x")).status, 500);
        assert_eq!(client.call("GET", &path(&store), "").status, 204, "there is no such store");
        assert_eq!(client.call("DELETE", &path(&store), "").status, 204);
    }
    assert_eq!(dir.names(), [".lock"]);
    let ready = client.call("GET", "/readyz", "");
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains(LEFT) && ready.body.contains("ulimit -n"), "{ready:?}");
    let log = program.log();
    assert_eq!(log.matches(LEFT).count(), 1, "{log}");
    let failures = log.lines().filter(|line| !line.contains("took a wrong turn"));
    assert_eq!(failures.count(), 1, "{log}");

    drop(others);
    until("there is room again", || client.call("GET", "/readyz", "").status == 200);
    assert_eq!(client.call("POST", &path("s0"), &customer("x")).status, 201);
}

#[test]
fn connections_that_wait_for_a_descriptor_are_one_line() {
    let dir = Program::temp_dir();
    let program = limited("ulimit -n 32", dir.arg());
    let clients: Vec<Client> = (0..40).map(|_| Client::new(&program)).collect();
    until("it has run out", || program.log().contains(LEFT));
    drop(clients);
    until("it answers again", || Client::new(&program).call("GET", "/livez", "").status == 200);
    let log = program.stop().stderr;
    assert_eq!(log.lines().count(), 1, "{log}");
}

#[test]
fn a_store_whose_file_was_deleted_takes_no_more_writes() {
    let dir = Program::temp_dir();
    let program = Program::start(&["--data-dir", dir.arg(), "--seed", "none"]);
    let mut client = Client::new(&program);
    assert_eq!([create(&program, "s", "a"), create(&program, "t", "a")], [1, 1]);
    fs::remove_file(dir.path().join("s.1.db")).unwrap();
    let mut count = 0;
    until("it is noticed", || {
        count += 1;
        client.call("POST", &path("s"), &customer(&format!("c{count}"))).status == 500
    });
    for (method, path, body) in [
        ("POST", path("s"), customer("d")),
        ("PUT", path("s") + "/1", r#"{"company":"d"}"#.to_owned()),
        ("DELETE", path("s") + "/1", String::new()),
        ("DELETE", path("s"), String::new()),
        ("POST", "/stores/s/v3/customers".to_owned(), format!("[{}]", customer("d"))),
    ] {
        assert_eq!(client.call(method, &path, &body).status, 500, "{method} {path}");
    }
    assert_eq!(client.call("GET", &(path("s") + "/1"), "").status, 200);
    assert_eq!(create(&program, "t", "b"), 2, "others are none the worse for it");
    let log = program.stop().stderr;
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("s.1.db was deleted"), "{log}");
    // And a file that went before its store was opened is not made anew by a read.
    let program = Program::start(&["--data-dir", dir.arg(), "--seed", "none"]);
    fs::remove_file(dir.path().join("t.2.db")).unwrap();
    assert_eq!(program.call("GET", &path("t"), "").0, 500);
    assert!(!dir.names().contains(&"t.2.db".to_owned()), "{:?}", dir.names());
}
