//! https: the certificate of this server, and the authority that signs it.
//!
//! The authority is made at the first start and kept where stores are, so that who trusts it need do so only once. The
//! certificate is made at each start, because its names may change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

mod authority;
mod itself;

use authority::Authority;
pub use itself::to_itself;

/// Where certificates come from.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the authority is kept; `None` keeps it in memory, for this run.
    pub dir: Option<PathBuf>,
    /// A certificate of one's own, with those that sign it, and its key: files in PEM.
    pub own: Option<(PathBuf, PathBuf)>,
    /// Names of this server besides the usual ones.
    pub names: Vec<String>,
}

/// Why there is no https.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can not be read or written, or holds something else.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A certificate can not be made or used.
    #[error("no certificate: {0}")]
    Certificate(String),
}

impl TlsError {
    fn file(path: &Path, why: impl std::fmt::Display) -> TlsError {
        TlsError::File { path: path.to_owned(), why: why.to_string() }
    }

    fn certificate(why: impl std::fmt::Display) -> TlsError {
        TlsError::Certificate(why.to_string())
    }
}

/// The https side of the server.
#[derive(Clone)]
pub struct Tls {
    /// Answers handshakes.
    pub acceptor: TlsAcceptor,
    /// The authority's certificate in PEM; `None` if the certificate is one's own.
    pub ca: Option<Arc<str>>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads or makes certificates.
    ///
    /// # Errors
    /// What can not be read, written or used.
    pub fn open(options: &Options) -> Result<Tls, TlsError> {
        let (chain, key, ca) = if let Some((certificates, key)) = &options.own {
            let (chain, key) = read(certificates, key)?;
            (chain, key, None)
        } else {
            let authority = Authority::open(options.dir.as_deref())?;
            let (chain, key) = authority.sign(&options.names)?;
            (chain, key, Some(authority.certificate().into()))
        };
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::certificate)?
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let mut config = config.map_err(|error| match &options.own {
            Some((path, _)) => TlsError::file(path, format!("it does not fit its key: {error}")),
            None => TlsError::certificate(error),
        })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Tls { acceptor: Arc::new(config).into(), ca })
    }
}

type Chain = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads a certificate of one's own.
fn read(certificates: &Path, key: &Path) -> Result<Chain, TlsError> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |error: tokio_rustls::rustls::pki_types::pem::Error| TlsError::file(&path, error)
    };
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(certificates).map_err(wrong(certificates))?.collect();
    let chain = chain.map_err(wrong(certificates))?;
    if chain.is_empty() {
        return Err(TlsError::file(certificates, "there is no certificate in it; PEM is expected"));
    }
    Ok((chain, PrivateKeyDer::from_pem_file(key).map_err(wrong(key))?))
}

/// The authority's certificate in a directory, if one is kept there.
///
/// # Errors
/// When it is there and can not be read.
pub fn kept(dir: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(kept_at(dir)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The file in a directory that holds the authority's certificate, once a server was started with it.
#[must_use]
pub fn kept_at(dir: &Path) -> PathBuf {
    dir.join(authority::CERTIFICATE)
}
