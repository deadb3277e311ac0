//! Listening: connections, their limits, and a clean end.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::edge::{Edge, LocalAddr};
use crate::line::OnLine;
use crate::write_timeout::WriteTimeout;
use crate::{descriptors, failures};

/// About the longest head of a request – request line and headers – in bytes: a read may bring a little more.
/// Longer ones, and those with more than hyper's 100 headers, are 431.
const HEAD_LIMIT: usize = 32 * 1024;

/// How long a client may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the head of a request is there.
    pub read: Duration,
    /// Until any more of an answer is taken.
    pub write: Duration,
}

/// How long open requests may take to finish once the server was told to stop.
const DRAIN: Duration = Duration::from_millis(1500);

/// Takes the address. Where the system has no IPv6, `::` means every IPv4 address.
///
/// # Errors
/// The system's.
pub async fn listen(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    match TcpListener::bind((host, port)).await {
        Err(error) if host.is_unspecified() && host.is_ipv6() && error.kind() != io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await
        }
        result => result,
    }
}

/// Serves until `stop` is done, then lets open requests finish for a short while.
pub async fn serve(listener: TcpListener, edge: Edge, timeouts: Timeouts, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    // The client may close its sending side and still wait for the answer.
    http.timer(TokioTimer::new())
        .header_read_timeout(timeouts.read)
        .max_buf_size(HEAD_LIMIT)
        .half_close(true);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop.fuse());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => connection(stream, timeouts.write, &http, &edge, &graceful),
            Err(error) => {
                let why =
                    if descriptors::ran_out(&error) { descriptors::advice() } else { error.to_string() };
                failures::report("connections wait to be accepted", &why);
                // Until some others have gone.
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still open at the end");
    }
}

fn connection(
    stream: TcpStream,
    write_timeout: Duration,
    http: &http1::Builder,
    edge: &Edge,
    graceful: &GracefulShutdown,
) {
    let _ = stream.set_nodelay(true);
    let local = stream.local_addr().ok().map(unmapped);
    let edge = edge.clone();
    let (stream, line) = OnLine::new(stream);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        if let Some(local) = local {
            request.extensions_mut().insert(LocalAddr(local));
        }
        request.extensions_mut().insert(line.clone());
        edge.answer(request)
    });
    let stream = TokioIo::new(WriteTimeout::new(stream, write_timeout));
    let serving = graceful.watch(http.serve_connection(stream, service));
    tokio::spawn(async move {
        if let Err(error) = serving.await {
            // A client that went away, or never finished its request or took its answer.
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// An IPv4 address that came in through an IPv6 socket, as what it is.
fn unmapped(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
