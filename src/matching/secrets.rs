//! What is never kept of a request, so that nothing can be asked of it but whether it was there.

use crate::strict_json::Fault;

/// What stands where something was that is not kept.
pub const REDACTED: &str = "[redacted]";

/// Headers whose values are not kept, in lower case.
pub const HEADERS: &[&str] =
    &["x-auth-token", "authorization", "proxy-authorization", "cookie", "set-cookie"];

/// Keys of bodies, at any depth, whose values are not kept.
pub const KEYS: &[&str] = &["password", "password_confirmation", "new_password", "token"];

/// Whether the value of a key of a body is not kept, in whatever case it is written.
#[must_use]
pub fn is_secret(key: &str) -> bool {
    KEYS.iter().any(|secret| key.eq_ignore_ascii_case(secret))
}

/// Whether the value of a parameter of a query is not kept: those keys, also spelled as items of a list, `token[]`.
#[must_use]
pub fn is_secret_parameter(name: &str) -> bool {
    is_secret(name.split('[').next().unwrap_or_default())
}

/// Whether the value of a header, in lower case, is not kept.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    HEADERS.contains(&name)
}

/// What is wrong with asking for a value that is not kept.
pub(super) fn fault(name: &str, at: &str, hint: String) -> Fault {
    let why =
        format!("the value of '{name}' is never kept, so it can not be matched; whether it is there can");
    Fault { hint: Some(hint), ..Fault::new(at, why) }
}
