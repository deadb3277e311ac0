//! Patterns over the parts of a request that always are there: which operation, method, path and status.

use std::fmt;

use serde_json::Value as Json;

use super::globs::{glob, same_segments};
use crate::mount;
use crate::operations::{OPERATIONS, Operation};
use crate::strict_json::{self, Fault};

/// The longest pattern that is taken, in characters.
pub(super) const LONGEST: usize = 1000;

/// Which operations: a name, or `*` for any part of it: `v2.*`, `*.createCustomers`.
#[derive(Clone, Debug)]
pub struct OperationPattern {
    text: String,
    operations: Vec<&'static Operation>,
}

impl OperationPattern {
    /// Reads one.
    ///
    /// # Errors
    /// When there is no such operation. The hint has the nearest names.
    pub fn parse(text: &str, at: &str) -> Result<OperationPattern, Fault> {
        let operations: Vec<&Operation> =
            OPERATIONS.iter().filter(|operation| glob(text, &operation.name())).collect();
        if operations.is_empty() {
            let why = format!("'{text}' is no operation; they are named like v3.createCustomers or v2.*");
            return Err(Fault { hint: nearest_operations(text), ..Fault::new(at, why) });
        }
        Ok(OperationPattern { text: text.to_owned(), operations })
    }

    /// Whether it is this one.
    #[must_use]
    pub fn matches(&self, operation: &Operation) -> bool {
        self.operations.iter().any(|known| known.dialect == operation.dialect && known.id == operation.id)
    }

    /// All that it can be.
    #[must_use]
    pub fn operations(&self) -> &[&'static Operation] {
        &self.operations
    }

    /// The pattern as it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Up to three names of operations that are like a text, with or without the version.
fn nearest_operations(text: &str) -> Option<String> {
    let meant = text.replace('*', "");
    // Others call reading many that, too.
    let listed = meant.replace(".get", ".list");
    let mut near: Vec<(f64, String)> = OPERATIONS
        .iter()
        .map(|operation| {
            let name = operation.name();
            let likeness = strsim::jaro_winkler(&meant, &name)
                .max(strsim::jaro_winkler(&meant, operation.id))
                .max(strsim::jaro_winkler(&listed, &name));
            (likeness, name)
        })
        .filter(|(likeness, _)| *likeness > 0.85)
        .collect();
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let names: Vec<String> = near.into_iter().take(3).map(|(_, name)| name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Which method, in whatever case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodPattern(String);

impl MethodPattern {
    /// Reads one. Any name that HTTP allows will do: a test may ask for a method that the service does not have.
    ///
    /// # Errors
    /// When it is no name of a method.
    pub fn parse(text: &str, at: &str) -> Result<MethodPattern, Fault> {
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if text.is_empty() || text.len() > 32 || !text.bytes().all(is_token) {
            return Err(Fault::new(at, format!("'{}' is not a method; write GET or POST", cut(text))));
        }
        Ok(MethodPattern(text.to_ascii_uppercase()))
    }

    /// Whether it is this one.
    #[must_use]
    pub fn matches(&self, method: &str) -> bool {
        self.0.eq_ignore_ascii_case(method)
    }
}

/// Which paths: `*` stands for any text within a segment, `**` for any number of segments, none too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    segments: Vec<String>,
}

impl PathPattern {
    /// Reads one.
    ///
    /// # Errors
    /// When no path can be like it.
    pub fn parse(text: &str, at: &str) -> Result<PathPattern, Fault> {
        let fault = |why: &str| Err(Fault::new(at, format!("'{}' {why}", cut(text))));
        if !text.starts_with(['/', '*']) {
            let hint = Some(format!("**/{}", cut(text)));
            return fault("does not begin with / or *").map_err(|fault| Fault { hint, ..fault });
        }
        if text.contains('?') {
            return fault("has a query; what is wanted of that goes under 'query'");
        }
        if text.chars().count() > LONGEST {
            return fault(&format!("is longer than {LONGEST} characters"));
        }
        let segments = text.strip_prefix('/').unwrap_or(text).split('/').map(str::to_owned).collect();
        Ok(PathPattern { text: text.to_owned(), segments })
    }

    /// Whether it is this path, as it was sent or as the service understands it ([`mount::tidy`]).
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let tidy = mount::tidy(path);
        self.is_like(path) || (tidy != path && self.is_like(&tidy))
    }

    fn is_like(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else { return false };
        let path: Vec<&str> = path.split('/').collect();
        same_segments(&self.segments, &path, segment)
    }

    /// Whether some path of an operation in a store can be like it. Ids are numbers.
    #[must_use]
    pub fn can_be(&self, operation: &Operation, hash: &str) -> bool {
        operation.mounts().iter().any(|mount| {
            let path = format!("{mount}{}", operation.path);
            let path: Vec<&str> = path.split('/').skip(1).collect();
            same_segments(&self.segments, &path, |pattern, part| match part {
                "{store_hash}" => segment(pattern, hash),
                part if part.starts_with('{') => {
                    !pattern.is_empty() && pattern.bytes().all(|b| b == b'*' || b.is_ascii_digit())
                }
                part => segment(pattern, part),
            })
        })
    }
}

/// One segment. `*` alone is some text.
fn segment(pattern: &str, text: &str) -> bool {
    glob(pattern, text) && (pattern.is_empty() || !text.is_empty())
}

/// Which statuses: `404`, or `4xx` for all of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusPattern {
    /// This one.
    Is(u16),
    /// All that begin with this digit.
    Class(u16),
}

impl StatusPattern {
    /// Reads one.
    ///
    /// # Errors
    /// When it is no status, 100 to 599.
    pub fn parse(text: &str, at: &str) -> Result<StatusPattern, Fault> {
        let class = |text: &str| {
            let digit = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"))?.parse().ok()?;
            (1..=5).contains(&digit).then_some(StatusPattern::Class(digit))
        };
        let one = |text: &str| {
            let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
            let status = digits.then(|| text.parse().ok()).flatten()?;
            (100..=599).contains(&status).then_some(StatusPattern::Is(status))
        };
        let why = || format!("'{}' is not a status; write 404 or 4xx", cut(text));
        class(text).or_else(|| one(text)).ok_or_else(|| Fault::new(at, why()))
    }

    /// As [`StatusPattern::parse`], of text or a number.
    ///
    /// # Errors
    /// When it is no status.
    #[expect(clippy::needless_pass_by_value, reason = "as all readers take it")]
    pub fn read(json: Json, at: &str) -> Result<StatusPattern, Fault> {
        match &json {
            Json::String(text) => StatusPattern::parse(text, at),
            other => StatusPattern::parse(&other.to_string(), at),
        }
    }

    /// Whether it is this one.
    #[must_use]
    pub fn matches(self, status: u16) -> bool {
        match self {
            StatusPattern::Is(wanted) => status == wanted,
            StatusPattern::Class(digit) => status / 100 == digit,
        }
    }
}

impl fmt::Display for OperationPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for MethodPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusPattern::Is(status) => write!(f, "{status}"),
            StatusPattern::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}

/// Reads a pattern from JSON text.
pub(super) fn from_text<T>(
    parse: impl Fn(&str, &str) -> Result<T, Fault>,
) -> impl Fn(Json, &str) -> Result<T, Fault> {
    move |json, at| parse(&strict_json::text(json, at)?, at)
}

/// As much of a text as a message has room for.
fn cut(text: &str) -> String {
    super::told::cut(text, 80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operation_is_named_whole_or_in_part() {
        let create = crate::operations::find(crate::fields::Dialect::V3, "POST", "/customers").unwrap();
        for (pattern, holds) in [
            ("v3.createCustomers", true),
            ("v3.*", true),
            ("*", true),
            ("*.create*s", true),
            ("v2.*", false),
            ("v2.createCustomer", false),
        ] {
            let read = OperationPattern::parse(pattern, "").unwrap();
            assert_eq!(read.matches(create), holds, "{pattern}");
            assert_eq!(read.to_string(), pattern);
        }
        assert_eq!(OperationPattern::parse("v2.createCustomer", "").unwrap().operations().len(), 1);
    }

    #[test]
    fn an_operation_that_is_not_there_is_a_fault_with_the_nearest() {
        for (pattern, hint) in [
            ("v3.createCustomer", Some("v3.createCustomers, v2.createCustomer")),
            ("createCustomers", Some("v3.createCustomers, v2.createCustomer")),
            ("v3.CreateCustomers", Some("v3.createCustomers")),
            ("v3.getCustomers", Some("v3.listCustomers")),
            ("orders*", None),
            ("", None),
        ] {
            let fault = OperationPattern::parse(pattern, "/when/operation").unwrap_err();
            assert_eq!(fault.at, "/when/operation");
            let starts = |hint: &str| fault.hint.as_deref().is_some_and(|found| found.starts_with(hint));
            assert!(hint.map_or(fault.hint.is_none(), starts), "{pattern}: {:?}", fault.hint);
        }
    }

    #[test]
    fn a_method_is_any_token_in_any_case() {
        assert!(MethodPattern::parse("post", "").unwrap().matches("POST"));
        assert!(MethodPattern::parse("PATCH", "").unwrap().matches("patch"));
        assert!(!MethodPattern::parse("POST", "").unwrap().matches("PUT"));
        assert_eq!(MethodPattern::parse("get", "").unwrap().to_string(), "GET");
        for bad in ["", "GET /", "GÉT", &"A".repeat(33)] {
            assert_eq!(MethodPattern::parse(bad, "/method").unwrap_err().at, "/method", "{bad}");
        }
    }

    #[test]
    fn a_path_is_matched_by_segments() {
        for (pattern, path, holds) in [
            ("/stores/abc/v3/customers", "/stores/abc/v3/customers", true),
            ("/stores/*/v3/customers", "/stores/abc/v3/customers", true),
            ("/stores/*/customers", "/stores/abc/v3/customers", false),
            ("**/customers", "/stores/abc/v3/customers", true),
            ("**/customers", "/customers", true),
            ("**/customers", "/stores/abc/v3/customers/5", false),
            ("/stores/**", "/stores", true),
            ("/stores/**/customers/**/count", "/stores/a/v2/customers/5/addresses/count", true),
            ("**", "/", true),
            ("*", "/customers", true),
            ("*", "/a/b", false),
            ("*/customers", "/v2/customers", true),
            ("**/customers/*", "/api/v2/customers/", false),
            ("**/cust*s", "/api/v2/customers", true),
            ("**/*5", "/api/v2/customers/155", true),
            // The service takes these for the same path.
            ("/api/v2/customers", "//api/v2//customers.json", true),
            ("/api/v2/customers.json", "/api/v2/customers.json", true),
            ("/api/v2/customers", "/api/v2/Customers", false),
        ] {
            let read = PathPattern::parse(pattern, "").unwrap();
            assert_eq!(read.matches(path), holds, "{pattern} {path}");
            assert_eq!(read.to_string(), pattern);
        }
        let hard = PathPattern::parse(&format!("/{}b", "*a".repeat(400)), "").unwrap();
        assert!(!hard.matches(&format!("/{}", "a".repeat(30_000))), "and it ends");
    }

    #[test]
    fn a_path_that_can_not_be_is_a_fault() {
        let fault = PathPattern::parse("customers", "/path").unwrap_err();
        assert_eq!((&*fault.at, fault.hint.as_deref()), ("/path", Some("**/customers")));
        assert!(PathPattern::parse("", "/path").is_err());
        assert!(PathPattern::parse("/customers?limit=5", "/path").unwrap_err().why.contains("'query'"));
        assert!(PathPattern::parse(&format!("/{}", "a".repeat(LONGEST)), "/path").is_err());
    }

    #[test]
    fn a_path_tells_whether_an_operation_can_have_it() {
        let count = crate::operations::find(crate::fields::Dialect::V2, "GET", "/customers/count").unwrap();
        let read = crate::operations::find(crate::fields::Dialect::V2, "GET", "/customers/5").unwrap();
        let can_be =
            |pattern: &str, operation| PathPattern::parse(pattern, "").unwrap().can_be(operation, "abc");
        assert!(can_be("**/customers/count", count) && can_be("/api/**", count));
        assert!(can_be("/stores/abc/v2/customers/5*", read) && can_be("**/customers/*", read));
        assert!(!can_be("**/orders", read) && !can_be("**/v3/**", count) && !can_be("/stores/x/**", count));
    }

    #[test]
    fn a_status_is_one_or_a_class() {
        for (json, status, holds) in [
            (json!(404), 404, true),
            (json!("404"), 404, true),
            (json!("4xx"), 429, true),
            (json!("5XX"), 503, true),
            (json!("4xx"), 500, false),
            (json!(200), 201, false),
        ] {
            assert_eq!(StatusPattern::read(json.clone(), "").unwrap().matches(status), holds, "{json}");
        }
        assert_eq!(StatusPattern::Class(4).to_string(), "4xx");
        assert_eq!(StatusPattern::Is(404).to_string(), "404");
        for bad in
            [json!(99), json!(600), json!("6xx"), json!("xx"), json!("+40"), json!(200.5), json!([200])]
        {
            assert_eq!(StatusPattern::read(bad.clone(), "/status").unwrap_err().at, "/status", "{bad}");
        }
    }
}
