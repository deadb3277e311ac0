//! What the system asks of the process: to end, and on Unix to read its seeds again.

use std::future::{Future, pending};
use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Comes when the process is to end: SIGTERM or SIGINT; on Windows Ctrl-C, Ctrl-Break or the window's end. Noticed from
/// this call on.
///
/// # Errors
/// The system's.
#[cfg(unix)]
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(windows)]
#[expect(missing_docs, reason = "the other one has them")]
#[expect(clippy::missing_errors_doc, reason = "the other one has them")]
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
    let (mut interrupt, mut terminate, mut close) = (ctrl_c()?, ctrl_break()?, ctrl_close()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = close.recv() => {}
        }
    })
}

/// SIGHUP. Windows has nothing like it.
#[derive(Debug)]
pub struct HangUp {
    #[cfg(unix)]
    signal: Signal,
}

impl HangUp {
    /// Noticed from this call on.
    ///
    /// # Errors
    /// The system's.
    pub fn new() -> io::Result<HangUp> {
        Ok(HangUp {
            #[cfg(unix)]
            signal: signal(SignalKind::hangup())?,
        })
    }

    /// Comes with the next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if self.signal.recv().await.is_some() {
            return;
        }
        pending::<()>().await;
    }
}
