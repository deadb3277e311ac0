//! Flags, their environment variables, and what is refused.

use std::ffi::OsString;
use std::net::TcpListener;
use std::os::unix::ffi::OsStringExt;

use super::{Client, command, create, customers, json};
use crate::support::Program;

/// Every setting, and values that are refused.
const BAD: &[(&str, &str, &[&str])] = &[
    ("--host", "BCMOCK_HOST", &["nowhere", "256.0.0.1", "example.com", "127.0.0.1:80", ""]),
    ("--port", "BCMOCK_PORT", &["http", "65536", "-1", "1.5", " 80"]),
    ("--data-dir", "BCMOCK_DATA_DIR", &[""]),
    ("--seed", "BCMOCK_SEED", &[""]),
    ("--default-store", "BCMOCK_DEFAULT_STORE", &["", "a b", "../x", "ä"]),
    (
        "--public-url",
        "BCMOCK_PUBLIC_URL",
        &["localhost", "localhost:2442", "ftp://x", "http://", "http://x/?a=b"],
    ),
    ("--profile", "BCMOCK_PROFILE", &["staging", "Production", ""]),
    ("--log-format", "BCMOCK_LOG_FORMAT", &["xml", "JSON", ""]),
    ("--log-level", "BCMOCK_LOG_LEVEL", &["loud", "warning"]),
    ("--password-hashing", "BCMOCK_PASSWORD_HASHING", &["slow", ""]),
    ("--body-limit", "BCMOCK_BODY_LIMIT", &["0", "-1", "1MB", "4294967296"]),
    ("--read-timeout", "BCMOCK_READ_TIMEOUT", &["0", "-1", "1s", "4294967296"]),
    ("--write-timeout", "BCMOCK_WRITE_TIMEOUT", &["0", "-1", "1s"]),
    ("--strict-stores", "BCMOCK_STRICT_STORES", &["perhaps", "2"]),
    ("--trust-proxy", "BCMOCK_TRUST_PROXY", &["perhaps"]),
    ("--sleep-after", "BCMOCK_SLEEP_AFTER", &["", "soon", "5"]),
    ("--max-awake", "BCMOCK_MAX_AWAKE", &["0", "many"]),
    ("--control-token", "BCMOCK_CONTROL_TOKEN", &[""]),
    ("--allowed-host", "BCMOCK_ALLOWED_HOST", &[""]),
];

/// A port that is taken for as long as the listener lives.
fn taken() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    (listener, port)
}

/// The line that refuses these arguments and variables.
#[track_caller]
fn refused(code: i32, args: &[&str], variables: &[(&str, &str)]) -> String {
    Program::run(command(args, variables)).refusal(code)
}

#[test]
fn every_flag_has_a_variable_that_does_the_same() {
    let dir = Program::temp_dir();
    let seed = dir.write("seed.yaml", "stores:\n  seeded:\n    customers: []\n");
    let data = dir.path().join("data");
    let program = Program::spawn(command(
        &[],
        &[
            ("BCMOCK_HOST", "0.0.0.0"),
            ("BCMOCK_PORT", "0"),
            ("BCMOCK_DATA_DIR", data.to_str().unwrap()),
            ("BCMOCK_SEED", &seed),
            ("BCMOCK_DEFAULT_STORE", "seeded"),
            ("BCMOCK_PUBLIC_URL", "https://public.test"),
            ("BCMOCK_LOG_FORMAT", "json"),
            ("BCMOCK_LOG_LEVEL", "warn"),
            ("BCMOCK_PASSWORD_HASHING", "fast"),
            ("BCMOCK_BODY_LIMIT", "200"),
            ("BCMOCK_READ_TIMEOUT", "1"),
        ],
    ));
    assert_eq!(program.announced[0], format!("listening on http://0.0.0.0:{}", program.address.port()));
    assert!(program.announced[1].contains("/stores/seeded/v2/customers"), "{}", program.announced[1]);
    assert!(data.join("seeded.1.db").exists());
    create(&program, "seeded", "x");
    let link = customers(&program, "seeded")[0]["addresses"]["url"].clone();
    assert_eq!(link, "https://public.test/stores/seeded/v2/customers/1/addresses");
    assert_eq!(program.call("POST", "/stores/seeded/v2/customers", &" ".repeat(200)).0, 400);
    assert_eq!(program.call("POST", "/stores/seeded/v2/customers", &" ".repeat(201)).0, 413);
    // The default would be longer than the client here waits.
    assert_eq!(Client::new(&program).rest(), "");
    let log = program.stop().stderr;
    let logged = log.lines().next().map(json).unwrap_or_default();
    let message = logged["fields"]["message"].as_str();
    assert!(message.is_some_and(|message| message.contains("hashing") && message.contains("fast")), "{log}");
}

#[test]
fn a_flag_wins_over_its_variable() {
    let dir = Program::temp_dir();
    let (own, other) = (dir.path().join("own"), dir.path().join("other"));
    let (_listener, port) = taken();
    let program = Program::spawn(command(
        &[
            "--host=127.0.0.1",
            "--port=0",
            "--data-dir",
            own.to_str().unwrap(),
            "--seed=none",
            "--default-store=flag",
            "--public-url=https://flag.test",
            "--log-format=text",
            "--log-level=warn",
            "--password-hashing=fast",
            "--body-limit=200",
            "--read-timeout=1",
        ],
        &[
            ("BCMOCK_HOST", "0.0.0.0"),
            ("BCMOCK_PORT", &port),
            ("BCMOCK_DATA_DIR", other.to_str().unwrap()),
            ("BCMOCK_SEED", "demo"),
            ("BCMOCK_DEFAULT_STORE", "variable"),
            ("BCMOCK_PUBLIC_URL", "https://variable.test"),
            ("BCMOCK_LOG_FORMAT", "json"),
            ("BCMOCK_LOG_LEVEL", "off"),
            ("BCMOCK_PASSWORD_HASHING", "owasp"),
            ("BCMOCK_BODY_LIMIT", "100000"),
            ("BCMOCK_READ_TIMEOUT", "60"),
        ],
    ));
    assert_eq!(program.announced[0], format!("listening on http://127.0.0.1:{}", program.address.port()));
    assert!(program.announced[1].contains("/stores/flag/v2/time"), "{}", program.announced[1]);
    assert!(own.exists() && !other.exists());
    assert_eq!(customers(&program, "demo").len(), 0);
    create(&program, "flag", "x");
    let link = customers(&program, "flag")[0]["addresses"]["url"].clone();
    assert_eq!(link, "https://flag.test/stores/flag/v2/customers/1/addresses");
    assert_eq!(program.call("POST", "/stores/flag/v2/customers", &" ".repeat(201)).0, 413);
    assert_eq!(Client::new(&program).rest(), "");
    let log = program.stop().stderr;
    assert!(log.contains("WARN") && log.contains("hashing"), "{log}");
}

#[test]
fn a_switch_is_turned_on_by_any_word_for_yes() {
    for yes in ["1", "true", "yes", "on"] {
        let program = Program::spawn(command(&["--port", "0"], &[("BCMOCK_STRICT_STORES", yes)]));
        assert_eq!(program.call("GET", "/stores/nobody/v2/customers", "").0, 403, "{yes}");
    }
    for no in ["0", "false", "no", "off"] {
        let program = Program::spawn(command(&["--port", "0"], &[("BCMOCK_STRICT_STORES", no)]));
        assert_eq!(program.call("GET", "/stores/nobody/v2/customers", "").0, 204, "{no}");
    }
}

#[test]
fn a_control_token_and_other_names_are_what_the_flags_say() {
    let program = Program::start(&["--control-token", "s3cret", "--allowed-host", "mock.example.com"]);
    let status = |host: &str, more: &str| {
        let mut client = Client::new(&program);
        client.send(format!("GET /_mock/stores HTTP/1.1\r\nHost: {host}\r\n{more}\r\n"));
        client.answer().status
    };
    let token = "Authorization: Bearer s3cret\r\n";
    assert_eq!(status("localhost", ""), 401);
    assert_eq!(status("localhost", token), 200);
    assert_eq!(status("mock.example.com", token), 200);
    assert_eq!(status("evil.example", token), 403);
    let help = Program::run(command(&["--help"], &[("BCMOCK_CONTROL_TOKEN", "s3cret")]));
    assert!(!help.stdout.contains("s3cret"), "the token is shown");
}

#[test]
fn a_server_that_others_reach_says_that_nothing_guards_its_control_api() {
    let said =
        |args: &[&str]| Program::start(args).stop().stderr.contains("--control-token asks for a token");
    assert!(said(&["--host", "0.0.0.0"]));
    assert!(!said(&["--host", "0.0.0.0", "--control-token", "t"]));
    assert!(!said(&[]));
}

#[test]
fn stores_sleep_as_the_flags_say() {
    let program = Program::start(&["--sleep-after", "20ms", "--max-awake", "1"]);
    for store in ["a", "b", "demo"] {
        create(&program, store, "x");
        std::thread::sleep(std::time::Duration::from_millis(60));
        assert_eq!(program.call("GET", &format!("/stores/{store}/v2/customers/1"), "").0, 200, "{store}");
    }
}

#[test]
fn flags_are_taken_on_both_sides_of_the_subcommand() {
    let program = Program::spawn(command(&["--seed", "none", "serve", "--port", "0"], &[]));
    assert_eq!(customers(&program, "demo").len(), 0);
}

/// With a port that is taken, what is refused shows which port was chosen.
#[test]
fn the_platforms_port_is_honoured_when_nothing_else_is_said() {
    let (_listener, port) = taken();
    let line = refused(1, &[], &[("PORT", &port)]);
    assert!(line.contains(&format!("127.0.0.1:{port}")), "{line}");
    let line = refused(1, &[], &[("PORT", "0"), ("BCMOCK_PORT", &port)]);
    assert!(line.contains(&format!("127.0.0.1:{port}")), "{line}");
    Program::spawn(command(&[], &[("PORT", &port), ("BCMOCK_PORT", "0")]));
    Program::spawn(command(&["--port", "0"], &[("PORT", &port), ("BCMOCK_PORT", &port)]));
    Program::spawn(command(&[], &[("PORT", "0")]));
}

#[test]
fn a_bad_port_of_the_platform_is_refused() {
    for value in ["http", "65536", "-1"] {
        let line = refused(2, &[], &[("PORT", value)]);
        assert!(line.contains("PORT") && line.contains(value), "{line}");
    }
    // It is not looked at when it is not needed.
    Program::spawn(command(&["--port", "0"], &[("PORT", "http")]));
}

#[test]
fn every_bad_value_is_refused_in_one_line_that_names_the_setting() {
    for (flag, variable, values) in BAD {
        for value in *values {
            let line = refused(2, &[&format!("{flag}={value}")], &[]);
            assert!(line.contains(flag) && line.contains(value), "{flag}={value}: {line}");
            // If it should start all the same, then not on the default port.
            let line = refused(2, &[], &[("BCMOCK_PORT", "0"), (variable, value)]);
            assert!(line.contains(variable) && !line.contains(flag), "{variable}={value}: {line}");
            assert!(line.contains(value), "{variable}={value}: {line}");
        }
    }
}

/// A variable that was meant to get a value from elsewhere and did not: the log must not fall silent for that.
#[test]
fn an_empty_log_level_is_refused() {
    let line = refused(2, &[], &[("BCMOCK_PORT", "0"), ("BCMOCK_LOG_LEVEL", "")]);
    assert!(line.contains("BCMOCK_LOG_LEVEL"), "{line}");
}

/// What is behind the `#` would end up in the middle of every link.
#[test]
fn a_public_url_with_a_fragment_is_refused() {
    let line = refused(2, &["--port", "0", "--public-url", "http://x.test/#top"], &[]);
    assert!(line.contains("--public-url"), "{line}");
}

/// As of a secret that was read from a file with the line's end.
#[test]
fn a_bad_value_of_two_lines_is_refused_in_one_that_names_the_setting() {
    for (flag, variable, value) in [
        ("--port", "BCMOCK_PORT", "0\n"),
        ("--default-store", "BCMOCK_DEFAULT_STORE", "demo\nx"),
        ("--log-level", "BCMOCK_LOG_LEVEL", "info\n"),
    ] {
        let line = refused(2, &[], &[("BCMOCK_PORT", "0"), (variable, value)]);
        assert!(line.contains(flag) || line.contains(variable), "{variable}={value:?}: {line}");
    }
}

/// What is set but can not be read must not be taken for unset.
#[test]
fn a_platform_port_that_is_not_text_is_refused() {
    let mut command = command(&[], &[]);
    command.env("PORT", OsString::from_vec(b"24\xff".to_vec()));
    let line = Program::run(command).refusal(2);
    assert!(line.contains("PORT"), "{line}");
}

#[test]
fn unknown_words_are_refused() {
    for (args, says) in [
        (&["--prot", "1"][..], "--prot"),
        (&["--port"], "--port"),
        (&["serve", "--frobnicate"], "--frobnicate"),
        (&["frobnicate"], "frobnicate"),
        (&["serve", "extra"], "extra"),
        (&["--port", "0", "--port", "0"], "--port"),
        (&["serve", "--wait", "1"], "--wait"),
    ] {
        let line = refused(2, args, &[]);
        assert!(line.contains(says), "{args:?}: {line}");
    }
}

#[test]
fn a_port_in_use_is_refused_before_anything_is_written() {
    let (_listener, port) = taken();
    let dir = Program::temp_dir();
    let line = refused(1, &["--port", &port, "--data-dir", dir.arg()], &[]);
    assert!(line.contains(&format!("127.0.0.1:{port}")) && line.contains("in use"), "{line}");
    assert_eq!(dir.names(), [""; 0]);
}
