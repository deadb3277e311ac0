//! The built program on a port of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Much longer than anything here takes, also on a busy machine, and shorter than the server's own read time-out.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running server; killed when dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// The lines it printed at its start.
    pub(crate) announced: [String; 2],
    stdout: Output,
    stderr: Output,
}

/// What is left of a program that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What a program prints, read by a thread of its own, so that neither waits for the other.
struct Output {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// A directory that goes when this does.
pub(crate) struct TempDir(PathBuf);

/// The program with these arguments, without the environment of whoever runs the tests.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigcommerce-mock"));
    command.env_clear().args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Asks until there is an answer; `None` if there is none in time.
fn within<T>(deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        let answer = ask();
        if answer.is_some() || began.elapsed() > deadline {
            return answer;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

impl Program {
    /// Starts it on a free port, with more arguments.
    #[track_caller]
    pub(crate) fn start(args: &[&str]) -> Program {
        let mut command = Program::command(&["--port", "0"]);
        command.args(args);
        Program::spawn(command)
    }

    /// See [`command`].
    pub(crate) fn command(args: &[&str]) -> Command {
        command(args)
    }

    /// Starts a command that says everything itself.
    #[track_caller]
    pub(crate) fn spawn(mut command: Command) -> Program {
        let mut child = command.spawn().unwrap();
        let stdout = Output::of(child.stdout.take().unwrap());
        let stderr = Output::of(child.stderr.take().unwrap());
        let lines = within(DEADLINE, || {
            let text = stdout.so_far();
            let ended = child.try_wait().unwrap().is_some();
            (ended || text.matches('\n').count() >= 2).then_some(text)
        });
        let lines = lines.unwrap_or_default();
        let mut lines = lines.lines();
        let (Some(first), Some(second)) = (lines.next(), lines.next()) else {
            let _ = child.kill();
            panic!("it did not start: {:?}", Program::ended(child, stdout, stderr));
        };
        let announced = [first.to_owned(), second.to_owned()];
        let address = first.strip_prefix("listening on http://").unwrap().parse().unwrap();
        Program { child, address, announced, stdout, stderr }
    }

    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn run(mut command: Command) -> Ended {
        let mut child = command.spawn().unwrap();
        let stdout = Output::of(child.stdout.take().unwrap());
        let stderr = Output::of(child.stderr.take().unwrap());
        // A server that should have refused to start has nothing more to tell once it listens.
        let done = within(DEADLINE, || {
            (child.try_wait().unwrap().is_some() || !stdout.so_far().is_empty()).then_some(())
        });
        let _ = child.kill();
        let ended = Program::ended(child, stdout, stderr);
        assert!(done.is_some(), "it did not end: {ended:?}");
        ended
    }

    /// Starts it with arguments that it can not start with: the one line that it says, without its name.
    #[track_caller]
    pub(crate) fn refuse(code: i32, args: &[&str]) -> String {
        let mut command = command(&["--port", "0"]);
        command.args(args);
        Program::run(command).refusal(code)
    }

    /// What it says, line by line, when it refuses a seed.
    pub(crate) fn faults(args: &[&str]) -> Vec<String> {
        let mut command = command(&["--port", "0"]);
        command.args(args);
        let ended = Program::run(command);
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        let lines = ended.stderr.lines();
        lines.map(|line| line.strip_prefix("bigcommerce-mock: ").expect(line).to_owned()).collect()
    }

    /// The place of this machine's files that is a test's own.
    pub(crate) fn temp_dir() -> TempDir {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("bigcommerce-mock-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        TempDir(path)
    }

    /// What it has logged by now.
    pub(crate) fn log(&self) -> String {
        self.stderr.so_far()
    }

    /// A connection that does not wait for ever.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    /// Sends bytes on a connection of their own and reads all that comes back until the server closes it.
    #[track_caller]
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        rest(&mut stream)
    }

    /// One request with a token: status and body.
    #[track_caller]
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
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end, which must not take long.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        // Two seconds are the promise; the others are for a machine that is busy with all the other tests.
        let ended = within(Duration::from_secs(5), || self.child.try_wait().unwrap());
        assert!(ended.is_some(), "it has not ended: {}", self.stderr.so_far());
        let nothing = || Output { text: Arc::default(), reader: thread::spawn(|| ()) };
        let stdout = std::mem::replace(&mut self.stdout, nothing()).all();
        let stderr = std::mem::replace(&mut self.stderr, nothing()).all();
        Ended { status: ended.unwrap(), stdout, stderr }
    }

    /// Ends it with SIGTERM.
    #[track_caller]
    pub(crate) fn stop(self) -> Ended {
        self.signal("TERM");
        let ended = self.end();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        ended
    }

    fn ended(mut child: Child, stdout: Output, stderr: Output) -> Ended {
        Ended { status: child.wait().unwrap(), stdout: stdout.all(), stderr: stderr.all() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything until the server closes the connection; a reset is an end like any other.
#[track_caller]
fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        let open = matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
        assert!(!open, "the server keeps the connection open after {:?}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8_lossy(&answer).into_owned()
}

impl Ended {
    /// The one line of a program that would not start, without its name.
    #[track_caller]
    pub(crate) fn refusal(&self, code: i32) -> String {
        assert_eq!((self.status.code(), self.stdout.as_str()), (Some(code), ""), "{self:?}");
        let line = self.stderr.strip_suffix('\n').unwrap_or_else(|| panic!("not one line: {self:?}"));
        assert!(!line.contains('\n'), "more than one line: {:?}", self.stderr);
        line.strip_prefix("bigcommerce-mock: ").unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }
}

impl Output {
    fn of(mut stream: impl Read + Send + 'static) -> Output {
        let text = Arc::new(Mutex::new(Vec::new()));
        let sink = text.clone();
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut bytes) {
                sink.lock().unwrap().extend_from_slice(&bytes[..n]);
            }
        });
        Output { text, reader }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    fn all(self) -> String {
        self.reader.join().unwrap();
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }
}

impl TempDir {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The path as an argument.
    pub(crate) fn arg(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// Writes a file into it and gives its path.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The names in it, sorted; without the directory of the authority for https, which each data directory has.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "tls");
        names.sort();
        names
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
