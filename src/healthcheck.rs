//! `healthcheck`: asks a running server whether it is ready, without needing curl in the image.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::config::{self, Config};
use crate::tls;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);

/// Asks until the server is ready or `wait` has passed; at least once.
///
/// # Errors
/// Why the last attempt failed, for a person.
pub fn run(config: &Config, wait: Duration) -> Result<(), String> {
    if config.port() == 0 {
        return Err("with port 0 nobody knows where the server listens; give its port".to_owned());
    }
    let address = SocketAddr::new(config::reachable(config.host), config.port());
    let began = Instant::now();
    loop {
        let result = ask(address);
        if result.is_ok() || began.elapsed() >= wait {
            return result.map_err(|why| format!("no healthy server at {address}: {why}"));
        }
        sleep(Duration::from_millis(50));
    }
}

fn ask(address: SocketAddr) -> Result<(), String> {
    get(address, "/readyz").map(|_| ())
}

/// The certificate that clients of https must trust, as it is kept, or as the running server tells it.
///
/// # Errors
/// Why there is none, for a person.
pub fn ca(config: &Config) -> Result<String, String> {
    let kept = config.kept_authority().map(|dir| tls::kept(&dir)).transpose();
    if let Some(kept) = kept.map_err(|error| error.to_string())?.flatten() {
        return Ok(kept);
    }
    let address = SocketAddr::new(config::reachable(config.host), config.port());
    get(address, "/_mock/ca.pem").map_err(|why| format!("no certificate from the server at {address}: {why}"))
}

/// The body of an answer that is 200.
fn get(address: SocketAddr, path: &str) -> Result<String, String> {
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&address, ATTEMPT)?;
        stream.set_read_timeout(Some(ATTEMPT))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer: String = exchange().map_err(|error: std::io::Error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.starts_with("HTTP/1.1 200") {
        Ok(body.to_owned())
    } else {
        Err(format!("it answered {}", head.chars().take(12).collect::<String>()))
    }
}
