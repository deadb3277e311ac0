//! https on the port of http, and for whom this server is a proxy.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::Program;

type Encrypted = StreamOwned<ClientConnection, TcpStream>;

/// A client that trusts this authority and nobody else, over a connection that stands.
fn encrypted(stream: TcpStream, ca: &str, name: &str, alpn: &[u8]) -> Encrypted {
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca.as_bytes()) {
        trusted.add(certificate.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(trusted).with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let client = ClientConnection::new(config.into(), name.to_owned().try_into().unwrap()).unwrap();
    StreamOwned::new(client, stream)
}

fn ca(program: &Program) -> String {
    let (status, pem) = program.call("GET", "/_mock/ca.pem", "");
    assert_eq!(status, 200, "{pem}");
    pem
}

const ASK: &str = "GET /stores/demo/v2/customers/1 HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: any\r\n\
                   Accept: application/json\r\nConnection: close\r\n\r\n";

/// The answer to a request; a connection may end without a goodbye.
fn ask(mut stream: Encrypted) -> String {
    let mut answer = Vec::new();
    if stream.write_all(ASK.as_bytes()).is_ok() {
        let _ = stream.read_to_end(&mut answer);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn both_are_spoken_on_one_port_and_links_say_which() {
    let program = Program::start(&["--tls-san", "mock.example.com"]);
    let ca = ca(&program);
    for name in [
        "localhost",
        "127.0.0.1",
        "::1",
        "api.bigcommerce.com",
        "login.bigcommerce.com",
        "store-demo.mybigcommerce.com",
        "host.docker.internal",
        "mock.example.com",
    ] {
        let answer = ask(encrypted(program.connect(), &ca, name, b"http/1.1"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{name}: {answer}");
        assert!(answer.contains("\"url\":\"https://localhost/"), "{answer}");
    }
    assert!(program.raw(ASK.as_bytes()).contains("\"url\":\"http://localhost/"));
    let stranger = ask(encrypted(program.connect(), &ca, "evil.example", b"http/1.1"));
    assert_eq!(stranger, "", "no name of ours");
}

#[test]
fn http_2_is_spoken_by_agreement_and_without() {
    let program = Program::start(&[]);
    let ca = ca(&program);
    let mut stream = encrypted(program.connect(), &ca, "localhost", b"h2");
    let mut plain = program.connect();
    // The preface and an empty SETTINGS; a server answers with its own SETTINGS.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut frame = [0; 9];
    stream.write_all(preface).unwrap();
    stream.read_exact(&mut frame).unwrap();
    assert_eq!((stream.conn.alpn_protocol(), frame[3]), (Some(&b"h2"[..]), 4));
    plain.write_all(preface).unwrap();
    plain.read_exact(&mut frame).unwrap();
    assert_eq!(frame[3], 4);
}

#[test]
fn only_the_vendors_hosts_are_reached_through_it() {
    let program = Program::start(&["--tls-san", "evil.example"]);
    let ca = ca(&program);
    let connect = |host: &str| {
        let mut stream = program.connect();
        write!(stream, "CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            head.push(byte[0]);
        }
        (stream, String::from_utf8(head).unwrap())
    };
    for host in ["api.bigcommerce.com", "store-demo.mybigcommerce.com"] {
        let (stream, head) = connect(&format!("{host}:443"));
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let answer = ask(encrypted(stream, &ca, host, b"http/1.1"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{host}: {answer}");
    }
    for host in ["evil.example:443", "notbigcommerce.com:443", "127.0.0.1:80", "localhost:22"] {
        assert!(connect(host).1.starts_with("HTTP/1.1 403 "), "{host}");
    }
}

#[test]
fn faults_cut_encrypted_connections_too() {
    let program = Program::start(&[]);
    let ca = ca(&program);
    let client = || encrypted(program.connect(), &ca, "localhost", b"http/1.1");
    let real = ask(client());
    for (then, is_cut) in [
        (r#"{"connection":"reset"}"#, true),
        (r#"{"connection":"close"}"#, true),
        (r#"{"connection":"truncate"}"#, true),
        (r#"{"connection":"dribble","delay":"16ms"}"#, false),
    ] {
        let fault = format!(r#"{{"then":{then}}}"#);
        assert_eq!(program.call("POST", "/_mock/stores/demo/faults", &fault).0, 201);
        let came = ask(client());
        assert_eq!(came.len() < real.len(), is_cut, "{then}: {came}");
        assert_eq!(ask(client()).len(), real.len(), "{then}");
    }
}

#[test]
fn the_authority_outlives_a_restart_and_its_key_is_its_owners_alone() {
    let dir = Program::temp_dir();
    let data = dir.path().to_str().unwrap();
    let first = Program::start(&["--data-dir", data]);
    let trusted = ca(&first);
    first.stop();
    let second = Program::start(&["--data-dir", data]);
    assert_eq!(ca(&second), trusted);
    assert!(ask(encrypted(second.connect(), &trusted, "localhost", b"http/1.1")).contains(" 200 OK"));
    for name in ["ca.pem", "ca-key.pem"] {
        let mode = std::fs::metadata(dir.path().join("tls").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let printed = |args: &[&str]| {
        Program::run({
            let mut command = Program::command(args);
            command.arg("ca").stdin(Stdio::null());
            command
        })
    };
    assert_eq!(printed(&["--data-dir", data]).stdout, trusted);
    assert_eq!(printed(&["--port", &second.address.port().to_string()]).stdout, trusted);
    let elsewhere = dir.path().join("other");
    let third = Program::start(&["--tls-dir", elsewhere.to_str().unwrap()]);
    assert_ne!(ca(&third), trusted);
    assert!(elsewhere.join("ca-key.pem").exists());
}

#[test]
fn a_kept_key_that_is_none_is_refused_with_what_to_do() {
    let dir = Program::temp_dir();
    let key = dir.write("ca-key.pem", "garbage");
    let refusal = Program::refuse(1, &["--tls-dir", dir.arg()]);
    assert!(refusal.contains(&key) && refusal.contains("without it and ca.pem"), "{refusal}");
    assert_eq!(dir.names(), ["ca-key.pem"], "what is there is left as it is");
}

#[test]
fn a_certificate_of_ones_own_and_none_at_all() {
    let dir = Program::temp_dir();
    let pair = rcgen::generate_simple_self_signed(["mine.example".to_owned()]).unwrap();
    let (certificate, key) =
        (dir.write("c.pem", pair.cert.pem()), dir.write("k.pem", pair.signing_key.serialize_pem()));
    let own = Program::start(&["--tls-cert", &certificate, "--tls-key", &key]);
    let answer = ask(encrypted(own.connect(), &pair.cert.pem(), "mine.example", b"http/1.1"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(own.call("GET", "/_mock/ca.pem", "").0, 404);
    let plain = Program::start(&["--no-tls"]);
    assert_eq!(plain.call("GET", "/_mock/ca.pem", "").0, 404);
    assert_eq!(ask(encrypted(plain.connect(), &pair.cert.pem(), "localhost", b"http/1.1")), "");
    assert_eq!(plain.call("GET", "/livez", "").0, 200);
    for (args, says) in [
        (&["--tls-cert", "/nowhere.pem", "--tls-key", &key][..], "/nowhere.pem"),
        (&["--tls-cert", &key, "--tls-key", &key], "no certificate in it"),
        (&["--tls-cert", &certificate, "--tls-key", &certificate], "c.pem"),
    ] {
        let refusal = Program::refuse(1, args);
        assert!(refusal.contains(says), "{refusal}");
    }
    assert!(Program::refuse(2, &["--tls-cert", &certificate]).contains("--tls-key"));
    let second = Program::start(&["--https-port", "0"]);
    assert_eq!(second.call("GET", "/livez", "").0, 200);
}

#[test]
fn broken_and_slow_handshakes_are_given_up() {
    let program = Program::start(&["--read-timeout", "1"]);
    let mut slow = program.connect();
    slow.write_all(&[22, 3, 1]).unwrap();
    let mut broken = program.connect();
    broken.write_all(&[22; 300]).unwrap();
    for stream in [&mut slow, &mut broken] {
        let mut came = Vec::new();
        let _ = stream.read_to_end(&mut came);
        assert!(came.len() < 10, "{came:?}");
    }
    assert_eq!(program.call("GET", "/livez", "").0, 200);
}
