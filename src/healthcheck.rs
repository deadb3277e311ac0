//! `healthcheck`: asks a running server whether it is ready, without needing curl in the image.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::config::{self, Config};

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
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&address, ATTEMPT)?;
        stream.set_read_timeout(Some(ATTEMPT))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    match exchange() {
        Ok(answer) if answer == *b"HTTP/1.1 200" => Ok(()),
        Ok(answer) => Err(format!("it answered {}", String::from_utf8_lossy(&answer))),
        Err(error) => std::io::Result::Err(error).map_err(|error| error.to_string()),
    }
}
