//! The `env` command: the lines that point public clients here.

use bigcommerce_mock::client_env::GUIDES;

use super::command;
use crate::support::Program;

#[track_caller]
fn lines(args: &[&str]) -> String {
    let ended = command(&[&["env"], args].concat(), &[]).output().unwrap();
    assert!(ended.status.success(), "{args:?}: {ended:?}");
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
    String::from_utf8(ended.stdout).unwrap()
}

/// Without what is said about a client.
#[track_caller]
fn commands(args: &[&str]) -> Vec<String> {
    lines(args).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

const FETCH: &str = "curl -fsS http://127.0.0.1:2500/_mock/ca.pem -o bigcommerce-mock-ca.pem";

#[test]
fn each_client_gets_the_variables_that_it_reads_in_its_own_meaning() {
    for (client, expected) in [
        (
            "python",
            &[
                "export BC_API_ENDPOINT=127.0.0.1:2500",
                FETCH,
                r#"export REQUESTS_CA_BUNDLE="$PWD/bigcommerce-mock-ca.pem""#,
            ][..],
        ),
        ("ruby", &["export BC_API_ENDPOINT=http://127.0.0.1:2500"]),
        ("node-bigcommerce", &[FETCH, r#"export NODE_EXTRA_CA_CERTS="$PWD/bigcommerce-mock-ca.pem""#]),
        (
            "ruby-v3",
            &[
                "export HTTPS_PROXY=http://127.0.0.1:2500",
                FETCH,
                r#"export SSL_CERT_FILE="$PWD/bigcommerce-mock-ca.pem""#,
            ],
        ),
        (
            "php",
            &[
                "export HTTPS_PROXY=http://127.0.0.1:2500",
                FETCH,
                r#"mkdir -p bigcommerce-mock-php && echo curl.cainfo="$PWD/bigcommerce-mock-ca.pem" > bigcommerce-mock-php/ca.ini"#,
                r#"export PHP_INI_SCAN_DIR=":$PWD/bigcommerce-mock-php""#,
            ],
        ),
        ("hosts", &["127.0.0.1 api.bigcommerce.com login.bigcommerce.com"]),
    ] {
        assert_eq!(commands(&[client, "--port", "2500"]), expected, "{client}");
    }
}

#[test]
fn a_certificate_that_is_kept_is_named_where_it_is() {
    let dir = Program::temp_dir();
    let kept = dir.path().join("it's").join("tls");
    let data = dir.path().join("it's");
    let shown = commands(&["curl", "--data-dir", data.to_str().unwrap()]);
    let quoted = kept.join("ca.pem").to_str().unwrap().replace('\'', r"'\''");
    assert_eq!(shown[1..], [format!("export CURL_CA_BUNDLE='{quoted}'")]);
    let shown = commands(&["curl", "--tls-dir", "here"]);
    let here = std::env::current_dir().unwrap().join("here/ca.pem");
    assert_eq!(shown[1..], [format!("export CURL_CA_BUNDLE={}", here.display())]);
    // One's own is signed by somebody else, and so is that of a proxy in front.
    for (args, host) in [
        (&["--tls-cert", "cert.pem", "--tls-key", "key.pem", "--tls-dir", "here"][..], "127.0.0.1:2442"),
        (&["--public-url", "https://bc.test", "--no-tls"], "bc.test"),
    ] {
        let own = lines(&[&["curl"], args].concat());
        let says = format!("# It must trust who signed the certificate of {host}.\n");
        assert!(own.ends_with(&says) && !own.contains("CURL_CA_BUNDLE"), "{own}");
    }
}

#[test]
fn a_control_token_is_asked_for_and_not_shown() {
    let shown = lines(&["curl", "--control-token", "s3cret"]);
    assert!(shown.contains(r#"-H "Authorization: Bearer $BCMOCK_CONTROL_TOKEN""#), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn who_can_not_be_told_a_port_is_told_what_the_server_needs() {
    for (args, says) in [(&[][..], true), (&["--https-port", "443"], false), (&["--port", "443"], false)] {
        let shown = lines(&[&["node-bigcommerce"], args].concat());
        assert_eq!(shown.contains("start it with --https-port 443"), says, "{shown}");
        assert!(shown.contains("# /etc/hosts must hold: 127.0.0.1 api.bigcommerce.com"), "{shown}");
    }
}

#[test]
fn without_a_client_all_are_listed() {
    let list = lines(&[]);
    assert_eq!(list.lines().count(), GUIDES.len());
    for guide in &GUIDES {
        assert!(
            list.lines().any(|line| line.starts_with(guide.name) && line.ends_with(guide.package)),
            "{list}"
        );
        assert!(!lines(&[guide.name]).is_empty());
    }
}

#[test]
fn what_can_not_be_is_refused_in_one_line() {
    for (code, args, says) in [
        (2, &["env", "pythn"][..], "'pythn' for CLIENT: expected one of python, node-bigcommerce"),
        (1, &["env", "python", "--no-tls"], "python speaks https only, and --no-tls is set"),
        (1, &["env", "ruby", "--port", "0"], "give its port"),
    ] {
        let refusal = Program::run(command(args, &[])).refusal(code);
        assert!(refusal.contains(says), "{args:?}: {refusal}");
    }
    // It speaks http.
    assert_eq!(commands(&["ruby", "--no-tls"]), ["export BC_API_ENDPOINT=http://127.0.0.1:2442"]);
}
