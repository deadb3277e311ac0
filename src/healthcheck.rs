//! `healthcheck`: asks a running server whether it is ready, without needing curl in the image. And `ca`, which asks it
//! whom to trust.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::StreamOwned;

use crate::config::{self, Config};
use crate::tls;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);

/// Asks until the server is ready or `wait` has passed; at least once.
///
/// # Errors
/// Why the last attempt failed, for a person.
pub fn run(config: &Config, wait: Duration) -> Result<(), String> {
    let address = SocketAddr::new(config::reachable(config.host), config.known_port()?);
    let began = Instant::now();
    loop {
        let result = ask(address, !config.no_tls);
        if result.is_ok() || began.elapsed() >= wait {
            return result.map_err(|why| format!("no healthy server at {address}: {why}"));
        }
        sleep(Duration::from_millis(50));
    }
}

fn ask(address: SocketAddr, speaks_https: bool) -> Result<(), String> {
    let ready = "/readyz";
    get(connect(address)?, address, ready).and_then(|mut stream| status(&mut stream))?;
    if !speaks_https {
        return Ok(());
    }
    let over_https = || {
        let client = tls::to_itself(address.ip())?;
        let stream = StreamOwned::new(client, connect(address)?);
        get(stream, address, ready).and_then(|mut stream| status(&mut stream))
    };
    over_https().map_err(|why: String| {
        format!("over https, {why}; if it was started with --no-tls, healthcheck must be told so too")
    })
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
    let address = SocketAddr::new(config::reachable(config.host), config.known_port()?);
    let read = |mut stream: TcpStream| {
        status(&mut stream)?;
        let mut rest = String::new();
        stream.read_to_string(&mut rest).map_err(|error| error.to_string())?;
        Ok(rest.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    };
    let answer = connect(address).and_then(|stream| get(stream, address, "/_mock/ca.pem")).and_then(read);
    answer.map_err(|why: String| format!("no certificate from the server at {address}: {why}"))
}

fn connect(address: SocketAddr) -> Result<TcpStream, String> {
    let connect = || {
        let stream = TcpStream::connect_timeout(&address, ATTEMPT)?;
        stream.set_read_timeout(Some(ATTEMPT))?;
        Ok(stream)
    };
    connect().map_err(|error: io::Error| error.to_string())
}

/// Sends a request. What comes back is the connection, to read the answer from.
fn get<S: Write>(mut stream: S, address: SocketAddr, path: &str) -> Result<S, String> {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
        .map_err(|error| error.to_string())?;
    Ok(stream)
}

/// Says that an answer begins with 200.
fn status(stream: &mut impl Read) -> Result<(), String> {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).map_err(|error| error.to_string())?;
    if answer == *b"HTTP/1.1 200" {
        Ok(())
    } else {
        Err(format!("it answered {}", String::from_utf8_lossy(&answer)))
    }
}
