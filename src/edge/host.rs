//! Which host a request is for, and which store that host is.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Version};

use crate::mount::is_hash;

/// What says which host a request is for is missing, there twice, or nothing that could be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadHost;

/// The host that the client asked for: the request line's, or the `Host` header's.
///
/// # Errors
/// [`BadHost`]. Only a client of HTTP/1.0 may leave it out.
pub(super) fn of(request: &Request) -> Result<Option<Authority>, BadHost> {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next().map(|value| Authority::try_from(value.as_bytes()).map_err(|_| BadHost));
    let header = header.transpose()?;
    let target = request.uri().authority();
    let is_fine = headers.next().is_none()
        && [target, header.as_ref()].into_iter().flatten().all(is_host_and_port)
        && (target.is_some() || header.is_some() || request.version() < Version::HTTP_11);
    if is_fine { Ok(target.cloned().or(header)) } else { Err(BadHost) }
}

/// Whether there is nothing but a host and perhaps a port: a name and a password would be seen in links.
fn is_host_and_port(authority: &Authority) -> bool {
    let (text, host) = (authority.as_str(), authority.host());
    let port_is_fine = text.len() == host.len() || text.ends_with(':') || authority.port_u16().is_some();
    !host.is_empty() && !text.contains('@') && port_is_fine
}

/// What a proxy says of the request that it passes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Forwarded {
    /// `http` or `https`.
    pub(super) scheme: Option<&'static str>,
    /// The host that the client asked for.
    pub(super) host: Option<Authority>,
}

/// Reads `X-Forwarded-Proto` and `X-Forwarded-Host`. Of several values the first is the client's; what can not be one is
/// as if absent.
pub(super) fn forwarded(headers: &HeaderMap) -> Forwarded {
    let first = |name| {
        let value = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())?;
        value.split(',').next().map(str::trim)
    };
    let scheme = first("x-forwarded-proto").and_then(|proto| match proto {
        "http" => Some("http"),
        "https" => Some("https"),
        _ => None,
    });
    let host = first("x-forwarded-host").and_then(|host| host.parse().ok()).filter(is_host_and_port);
    Forwarded { scheme, host }
}

/// The domain under which each store has a name of its own.
const STORES: &str = "mybigcommerce.com";

/// A host in the stores' domain that can not be a store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoStore;

/// The store hash in a `Host` of the form `store-{hash}.mybigcommerce.com`, with or without a port; `None` of another
/// domain.
///
/// # Errors
/// [`NoStore`] of any other name in that domain, also one that ends in a dot: a slip in a host must not lead to the
/// default store.
pub(super) fn store(host: Option<&Authority>) -> Result<Option<&str>, NoStore> {
    host.map_or(Ok(None), |host| named(host.as_str()))
}

fn named(host: &str) -> Result<Option<&str>, NoStore> {
    let name = host.split(':').next().unwrap_or_default();
    let absolute = name.trim_end_matches('.');
    let split = absolute.len().checked_sub(STORES.len()).and_then(|at| absolute.split_at_checked(at));
    let Some((label, _)) = split.filter(|(label, domain)| {
        domain.eq_ignore_ascii_case(STORES) && (label.is_empty() || label.ends_with('.'))
    }) else {
        return Ok(None);
    };
    let of_store = label.strip_suffix('.').and_then(|label| label.split_at_checked("store-".len()));
    match of_store {
        Some((prefix, hash))
            if name == absolute && prefix.eq_ignore_ascii_case("store-") && is_hash(hash) =>
        {
            Ok(Some(hash))
        }
        _ => Err(NoStore),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_read_from_the_host_of_the_service() {
        assert_eq!(named("store-abc12.mybigcommerce.com"), Ok(Some("abc12")));
        assert_eq!(named("Store-abc12.MyBigCommerce.com:2442"), Ok(Some("abc12")));
        for host in ["localhost", "[::1]:2442", "store-abc.example.com", "notmybigcommerce.com", "è.com", ""]
        {
            assert_eq!(named(host), Ok(None), "{host}");
        }
        let long = format!("store-{}.mybigcommerce.com", "a".repeat(65));
        for host in [
            "mybigcommerce.com",
            "abc.mybigcommerce.com",
            "store-.mybigcommerce.com",
            "store-abc.mybigcommerce.com.",
            "store-abc.mybigcommerce.com.:2442",
            "store-abc..mybigcommerce.com",
            "x.store-abc.mybigcommerce.com",
            "STORE-a%20b.MYBIGCOMMERCE.COM",
            &long,
        ] {
            assert_eq!(named(host), Err(NoStore), "{host}");
        }
    }
}
