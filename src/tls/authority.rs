//! The local certificate authority.

use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{Chain, TlsError};
use crate::clock;
use crate::model::engine::private;

/// The file of its certificate.
pub(super) const CERTIFICATE: &str = "ca.pem";

/// The file of its key, for its owner alone.
const KEY: &str = "ca-key.pem";

/// How long the authority is good, and what it signs, in days. Browsers take no certificate that is longer good than 398.
const DAYS: (i64, i64) = (3650, 397);

/// The names by which a server on this machine, or in a container of it, is called, and the vendor's that we answer to.
const NAMES: [&str; 7] = [
    "localhost",
    "127.0.0.1",
    "::1",
    "api.bigcommerce.com",
    "login.bigcommerce.com",
    "*.mybigcommerce.com",
    "host.docker.internal",
];

/// Signs certificates of this server.
pub(super) struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The authority that is kept in a directory, made if there is none; without a directory one for this run.
    pub(super) fn open(dir: Option<&Path>) -> Result<Authority, TlsError> {
        let Some(dir) = dir else {
            return Authority::new(KeyPair::generate().map_err(TlsError::certificate)?, None);
        };
        let (certificate, key) = (dir.join(CERTIFICATE), dir.join(KEY));
        if let Some(pem) = read(&key)? {
            let pair = KeyPair::from_pem(&pem).map_err(|error| {
                let why = format!("it holds no key in PEM ({error})");
                TlsError::file(&key, format!("{why}; without it and {CERTIFICATE} a new authority is made"))
            })?;
            if let Some(kept) = read(&certificate)? {
                return Authority::new(pair, Some(kept));
            }
        }
        let pair = KeyPair::generate().map_err(TlsError::certificate)?;
        fs::create_dir_all(dir).map_err(|error| TlsError::file(dir, error))?;
        // The key first: a certificate alone would be trusted for nothing.
        write(&key, &pair.serialize_pem()).map_err(|error| TlsError::file(&key, error))?;
        let made = Authority::new(pair, None)?;
        write(&certificate, &made.certificate).map_err(|error| TlsError::file(&certificate, error))?;
        Ok(made)
    }

    /// The authority of this key, with the certificate that is kept of it, or a new one.
    fn new(pair: KeyPair, kept: Option<String>) -> Result<Authority, TlsError> {
        let certificate = match kept {
            Some(kept) => kept,
            None => params().self_signed(&pair).map_err(TlsError::certificate)?.pem(),
        };
        Ok(Authority { certificate, issuer: Issuer::new(params(), pair) })
    }

    /// Its certificate in PEM.
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate of this server, with these names besides the usual ones, and its key.
    pub(super) fn sign(&self, names: &[String]) -> Result<Chain, TlsError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("bigcommerce-mock");
        let own = gethostname::gethostname().into_string().ok();
        let names = NAMES.into_iter().chain(own.as_deref()).chain(names.iter().map(String::as_str));
        for name in names {
            params.subject_alt_names.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(name.try_into().map_err(TlsError::certificate)?),
            });
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // No two certificates of an authority may have the same.
        params.serial_number = Some(SerialNumber::from(clock::system_ms().unsigned_abs()));
        valid(&mut params, DAYS.1);
        let pair = KeyPair::generate().map_err(TlsError::certificate)?;
        let signed = params.signed_by(&pair, &self.issuer).map_err(TlsError::certificate)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
        Ok((vec![signed.der().clone()], key))
    }
}

/// What the authority is, apart from its key: the same each time, so that what it signs is of one authority.
fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("bigcommerce-mock local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, DAYS.0);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// From yesterday, since clocks of clients and containers differ.
fn valid(params: &mut CertificateParams, days: i64) {
    let now = clock::system_ms() / 1000;
    let at = |days: i64| time::OffsetDateTime::from_unix_timestamp(now + days * 86_400);
    if let (Ok(begin), Ok(end)) = (at(-1), at(days)) {
        (params.not_before, params.not_after) = (begin, end);
    }
}

fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TlsError::file(path, error)),
    }
}

/// Writes a file that only its owner may read.
fn write(path: &Path, text: &str) -> io::Result<()> {
    private().write(true).create(true).truncate(true).open(path)?.write_all(text.as_bytes())
}
