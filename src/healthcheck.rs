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
    send(address, "/readyz").and_then(|mut stream| status(&mut stream))
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
    let read = |mut stream: TcpStream| {
        status(&mut stream)?;
        let mut rest = String::new();
        stream.read_to_string(&mut rest).map_err(|error| error.to_string())?;
        Ok(rest.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    };
    let answer = send(address, "/_mock/ca.pem").and_then(read);
    answer.map_err(|why: String| format!("no certificate from the server at {address}: {why}"))
}

/// A connection on which a request was sent.
fn send(address: SocketAddr, path: &str) -> Result<TcpStream, String> {
    let send = || {
        let mut stream = TcpStream::connect_timeout(&address, ATTEMPT)?;
        stream.set_read_timeout(Some(ATTEMPT))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        Ok(stream)
    };
    send().map_err(|error: std::io::Error| error.to_string())
}

/// Says that an answer begins with 200.
fn status(stream: &mut TcpStream) -> Result<(), String> {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).map_err(|error| error.to_string())?;
    if answer == *b"HTTP/1.1 200" {
        Ok(())
    } else {
        Err(format!("it answered {}", String::from_utf8_lossy(&answer)))
    }
}
