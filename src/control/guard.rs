//! Who may call the control API: programs, and web pages of its own origin. It changes and shows everything, so no
//! page that somebody visits may reach it, whatever name it has made the browser believe this server to have.

use std::net::IpAddr;

use axum::http::header::{AUTHORIZATION, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::voice::Refusal;

/// Whom the control API answers.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// What callers must show as `Authorization: Bearer`; `None` asks for nothing.
    pub token: Option<Box<str>>,
    /// Names of this server besides the usual ones.
    pub allowed_hosts: Vec<String>,
}

/// Ends of names that no one can own on the internet.
const PRIVATE: [&str; 4] = ["localhost", "local", "internal", "test"];

/// The vendor's names that we answer to.
const VENDOR: [&str; 2] = ["bigcommerce.com", "mybigcommerce.com"];

/// Whether a host is one of the vendor's.
#[must_use]
pub fn is_vendors_host(name: &str) -> bool {
    VENDOR.iter().any(|end| ends_with(name, end))
}

/// Whether a name is that domain, or one in it.
fn ends_with(name: &str, domain: &str) -> bool {
    let head = name.len().checked_sub(domain.len()).and_then(|at| name.split_at_checked(at));
    head.is_some_and(|(head, tail)| {
        tail.eq_ignore_ascii_case(domain) && (head.is_empty() || head.ends_with('.'))
    })
}

impl Guard {
    /// Looks at who calls. `host` is what the client takes this server for.
    ///
    /// # Errors
    /// The finished refusal.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
    pub(super) fn check(&self, headers: &HeaderMap, host: Option<&Authority>) -> Result<(), Response> {
        let forbidden = |message: String, hint: &str| {
            Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_origin", message).hint(hint).into_response())
        };
        if let Some(host) = host.filter(|host| !self.is_ours(host.host())) {
            let message = format!("'{}' is not a name of this server", host.host());
            return forbidden(message, "name it with --allowed-host");
        }
        let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        let foreign = headers.get(ORIGIN).is_some_and(|origin| !is_origin_of(origin, host));
        if cross_site || foreign {
            let message = "web pages of other origins may not call the control API";
            return forbidden(message.to_owned(), "call it from a program");
        }
        self.check_token(headers)
    }

    #[expect(clippy::result_large_err, reason = "the refusal is the answer, and it is rare")]
    fn check_token(&self, headers: &HeaderMap) -> Result<(), Response> {
        let Some(token) = &self.token else { return Ok(()) };
        let shown = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let shown = match shown.split_at_checked("bearer ".len()) {
            Some((scheme, shown)) if scheme.eq_ignore_ascii_case(b"bearer ") => shown.trim_ascii(),
            _ => b"",
        };
        if bool::from(token.as_bytes().ct_eq(shown)) {
            return Ok(());
        }
        let message = "the control token is missing or wrong";
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "control_token", message);
        let mut response =
            refusal.hint("send Authorization: Bearer with the --control-token").into_response();
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Err(response)
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = host.trim_start_matches('[').trim_end_matches(']');
        name.parse::<IpAddr>().is_ok()
            || !name.contains('.')
            || PRIVATE.iter().any(|end| ends_with(name, end))
            || is_vendors_host(name)
            || self.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }
}

/// Whether an `Origin` is this server's own, as the client reaches it.
fn is_origin_of(origin: &HeaderValue, host: Option<&Authority>) -> bool {
    let Some(host) = host else { return false };
    let origin = origin.to_str().unwrap_or_default();
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_no_stranger_can_own_are_ours() {
        let guard = Guard { allowed_hosts: vec!["mock.example.com".to_owned()], ..Guard::default() };
        for ours in [
            "127.0.0.1",
            "[::1]",
            "192.168.1.5",
            "localhost",
            "bigcommerce",
            "app.localhost",
            "printer.local",
            "host.docker.internal",
            "a.b.TEST",
            "store-x.mybigcommerce.com",
            "api.bigcommerce.com",
            "Mock.Example.com",
        ] {
            assert!(guard.is_ours(ours), "{ours}");
        }
        for foreign in
            ["evil.example", "localhost.evil.example", "notlocal.latest", "evilbigcommerce.com", "a.testx"]
        {
            assert!(!guard.is_ours(foreign), "{foreign}");
        }
    }
}
