//! Listening: connections that speak http or https, their limits, and a clean end.

use std::future::{Future, ready};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Method, Request, StatusCode, Version};
use axum::response::Response;
use futures_util::future::{Either, join_all, select};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::control::is_vendors_host;
use crate::edge::{Cut, Edge, Encrypted, LocalAddr};
use crate::line::{Line, OnLine};
use crate::tls::Tls;
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

/// Serves until `stop` is done, then lets open requests finish for a short while. A connection may speak http or, where
/// there is `tls`, https: its first byte tells.
pub async fn serve(
    listeners: Vec<TcpListener>,
    edge: Edge,
    tls: Option<Tls>,
    timeouts: Timeouts,
    stop: impl Future<Output = ()>,
) {
    let (end, ended) = watch::channel(());
    let server = Arc::new(Server::new(edge, tls, timeouts));
    let accepting = listeners.iter().map(|listener| server.accept(listener, &ended));
    tokio::select! {
        _ = join_all(accepting) => {}
        () = stop => {}
    }
    drop(listeners);
    drop(ended);
    // Each connection holds on to it until it has ended.
    let _ = end.send(());
    if timeout(DRAIN, end.closed()).await.is_err() {
        tracing::warn!("some requests were still open at the end");
    }
}

/// Says that the server ends.
type Ended = watch::Receiver<()>;

/// What all connections share.
struct Server {
    edge: Edge,
    tls: Option<Tls>,
    timeouts: Timeouts,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
}

/// One connection, and what is known of it.
#[derive(Clone)]
struct Connection {
    line: Line,
    local: Option<LocalAddr>,
    is_encrypted: bool,
    ended: Ended,
}

/// What a client begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    Http1,
    /// HTTP/2 without a word before.
    Http2,
    Tls,
}

impl Server {
    fn new(edge: Edge, tls: Option<Tls>, timeouts: Timeouts) -> Server {
        let mut http1 = http1::Builder::new();
        // The client may close its sending side and still wait for the answer.
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.read)
            .max_buf_size(HEAD_LIMIT)
            .half_close(true);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(HEAD_LIMIT).unwrap_or(u32::MAX))
            // Who does not answer a ping is gone.
            .keep_alive_interval(timeouts.read)
            .keep_alive_timeout(timeouts.read);
        Server { edge, tls, timeouts, http1, http2 }
    }

    async fn accept(self: &Arc<Server>, listener: &TcpListener, ended: &Ended) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(self.clone().serve(stream, ended.clone()));
                }
                Err(error) => {
                    let why =
                        if descriptors::ran_out(&error) { descriptors::advice() } else { error.to_string() };
                    failures::report("connections wait to be accepted", &why);
                    // Until some others have gone.
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    async fn serve(self: Arc<Server>, stream: TcpStream, ended: Ended) {
        let _ = stream.set_nodelay(true);
        let local = stream.local_addr().ok().map(|address| LocalAddr(unmapped(address)));
        // Who says nothing is not waited for.
        let Ok(Ok(opening)) = timeout(self.timeouts.read, opening(&stream)).await else { return };
        let (stream, line) = OnLine::new(stream);
        let connection = Connection { line, local, is_encrypted: false, ended };
        let stream = WriteTimeout::new(stream, self.timeouts.write);
        match opening {
            Opening::Tls if self.tls.is_some() => self.serve_tls(stream, connection).await,
            Opening::Http2 => self.serve_http2(Box::new(stream), connection).await,
            Opening::Http1 | Opening::Tls => self.serve_http1(stream, connection).await,
        }
    }

    async fn serve_tls<S: Stream>(self: Arc<Server>, stream: S, connection: Connection) {
        let Some(tls) = &self.tls else { return };
        match timeout(self.timeouts.read, tls.acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let connection = Connection { is_encrypted: true, ..connection };
                // Boxed, for the size of the program: each kind of stream would be served by code of its own.
                let stream: Box<dyn Stream> = Box::new(stream);
                if is_http2 {
                    self.serve_http2(stream, connection).await;
                } else {
                    self.serve_http1(stream, connection).await;
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    /// Serves a connection to its end. When the server ends, the request under way is let finish.
    async fn serve_http1<S: Stream>(self: Arc<Server>, stream: S, connection: Connection) {
        let (server, mut ended) = (self.clone(), connection.ended.clone());
        let service = service_fn(move |request| server.answer(request, &connection));
        let mut serving = pin!(self.http1.serve_connection(TokioIo::new(stream), service).with_upgrades());
        tell(match select(serving.as_mut(), pin!(ended.changed())).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        });
    }

    /// The same for HTTP/2.
    async fn serve_http2(self: Arc<Server>, stream: Box<dyn Stream>, connection: Connection) {
        let (server, mut ended) = (self.clone(), connection.ended.clone());
        let service = service_fn(move |request| server.answer(request, &connection));
        let mut serving = pin!(self.http2.serve_connection(TokioIo::new(stream), service));
        tell(match select(serving.as_mut(), pin!(ended.changed())).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        });
    }

    fn answer(
        self: &Arc<Server>,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> impl Future<Output = Result<Response, Cut>> + Send + use<> {
        if request.method() == Method::CONNECT {
            return Either::Left(ready(Ok(self.connect(request, connection))));
        }
        let mut request = request.map(Body::new);
        let extensions = request.extensions_mut();
        extensions.insert(connection.line.clone());
        if let Some(local) = connection.local {
            extensions.insert(local);
        }
        if connection.is_encrypted {
            extensions.insert(Encrypted);
        }
        Either::Right(self.edge.answer(request))
    }

    /// Answers who takes this server for a proxy to the vendor: what it asks for is here. Nobody gets anywhere else.
    fn connect(self: &Arc<Server>, request: Request<Incoming>, connection: &Connection) -> Response {
        let is_vendors = request.uri().host().is_some_and(is_vendors_host);
        if !is_vendors || self.tls.is_none() || request.version() == Version::HTTP_2 {
            let mut refusal =
                Response::new(Body::from("CONNECT leads to hosts of BigCommerce only, which are here\n"));
            *refusal.status_mut() = StatusCode::FORBIDDEN;
            refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return refusal;
        }
        let (server, connection) = (self.clone(), connection.clone());
        tokio::spawn(async move {
            if let Ok(upgraded) = hyper::upgrade::on(request).await {
                Box::pin(server.serve_tls(TokioIo::new(upgraded), connection)).await;
            }
        });
        Response::new(Body::empty())
    }
}

/// Tells of a connection that ended early: its client went away, or never finished its request or took its answer.
fn tell(outcome: hyper::Result<()>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// What a connection is served on.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// Looks at the first bytes of a connection, and leaves them there.
async fn opening(stream: &TcpStream) -> io::Result<Opening> {
    /// The first byte of a handshake.
    const HANDSHAKE: u8 = 22;
    let mut first = [0; 2];
    loop {
        match (stream.peek(&mut first).await?, first) {
            (0, _) => return Err(io::ErrorKind::UnexpectedEof.into()),
            (_, [HANDSHAKE, _]) => return Ok(Opening::Tls),
            // `PRI * HTTP/2.0`: no method of ours begins so.
            (2.., [b'P', b'R']) => return Ok(Opening::Http2),
            // `POST` and `PUT` begin as it does.
            (1, [b'P', _]) => sleep(Duration::from_millis(1)).await,
            _ => return Ok(Opening::Http1),
        }
    }
}

/// An IPv4 address that came in through an IPv6 socket, as what it is.
fn unmapped(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
