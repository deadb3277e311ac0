//! The built program on a port of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A running server; killed when dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// The lines it printed at its start.
    pub(crate) announced: [String; 2],
}

/// The program with these arguments, without the environment of whoever runs the tests.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigcommerce-mock"));
    command.env_clear().args(args).stdin(Stdio::null());
    command
}

impl Program {
    /// Starts it on a free port, with more arguments.
    pub(crate) fn start(args: &[&str]) -> Program {
        let mut child = command(&["--port", "0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let announced = [(); 2].map(|()| lines.next().expect("the program has ended").unwrap());
        let address = announced[0].strip_prefix("listening on http://").unwrap().parse().unwrap();
        Program { child, address, announced }
    }

    /// Starts it with arguments that it can not start with: its exit status and what it said.
    pub(crate) fn refuse(args: &[&str]) -> (ExitStatus, String) {
        let output = command(&["--port", "0"]).args(args).output().unwrap();
        assert!(output.stdout.is_empty(), "{output:?}");
        (output.status, String::from_utf8(output.stderr).unwrap())
    }

    /// A connection that does not wait for ever.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes on a connection of their own and reads all that comes back until the server closes it.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// One request with a token: status and body.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let answer = self.raw(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Auth-Token: any\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}",
                self.address
            )
            .as_bytes(),
        );
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    /// Sends a signal by name (`TERM`, `INT`, `KILL`).
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
