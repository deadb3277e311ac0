//! Where a request goes: the URL families, and the spellings of a path that the service takes for one and the same.

use std::borrow::Cow;

use crate::fields::Dialect;

/// A URL family. It decides how a client proves who it is and in which words it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `/stores/{store_hash}/v2`, behind the gateway: `X-Auth-Token`.
    TokenV2,
    /// `/stores/{store_hash}/v3`, behind the gateway too.
    TokenV3,
    /// `/api/v2`, the store itself: Basic credentials.
    BasicV2,
}

impl Family {
    /// The version that it speaks.
    #[must_use]
    pub fn dialect(self) -> Dialect {
        match self {
            Family::TokenV2 | Family::BasicV2 => Dialect::V2,
            Family::TokenV3 => Dialect::V3,
        }
    }
}

/// What comes after the mount in a path of a family.
#[must_use]
pub fn below(family: Family, path: &str) -> &str {
    let slashes = if family == Family::BasicV2 { 2 } else { 3 };
    path.match_indices('/').nth(slashes).map_or("", |(at, _)| &path[at..])
}

/// The family of a tidy path, and the store hash if the path names one. `None` for a path of no family.
#[must_use]
pub fn family(path: &str) -> Option<(Family, Option<&str>)> {
    if let Some(rest) = path.strip_prefix("/stores/") {
        let (hash, rest) = rest.split_once('/')?;
        let family = match rest.split('/').next()? {
            "v2" => Family::TokenV2,
            "v3" => Family::TokenV3,
            _ => return None,
        };
        return is_hash(hash).then_some((family, Some(hash)));
    }
    let rest = path.strip_prefix("/api/v2")?;
    (rest.is_empty() || rest.starts_with('/')).then_some((Family::BasicV2, None))
}

/// What the end of a V2 path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suffix {
    /// `.json`
    Json,
    /// `.xml`
    Xml,
}

impl Suffix {
    const ALL: [(&str, Suffix); 2] = [(".json", Suffix::Json), (".xml", Suffix::Xml)];

    /// The suffix of a path, tidy or not; V3 has none.
    #[must_use]
    pub fn of(path: &str) -> Option<Suffix> {
        let path = path.trim_end_matches('/');
        Suffix::ALL.into_iter().find(|(text, _)| path.ends_with(text)).map(|(_, suffix)| suffix)
    }
}

/// The path without doubled and trailing slashes and, in V2, without a suffix.
#[must_use]
pub fn tidy(path: &str) -> Cow<'_, str> {
    let mut tidy = Cow::Borrowed(path);
    if path.contains("//") {
        let mut single = String::with_capacity(path.len());
        for c in path.chars() {
            if c != '/' || !single.ends_with('/') {
                single.push(c);
            }
        }
        tidy = Cow::Owned(single);
    }
    if tidy.len() > 1 && tidy.ends_with('/') {
        cut(&mut tidy, 1);
    }
    let suffix = Suffix::ALL.into_iter().find(|(text, _)| tidy.ends_with(text));
    if let Some((text, _)) = suffix
        && family(&tidy).is_some_and(|(family, _)| family != Family::TokenV3)
    {
        cut(&mut tidy, text.len());
    }
    tidy
}

/// Takes `by` bytes from the end.
fn cut(text: &mut Cow<'_, str>, by: usize) {
    let keep = text.len() - by;
    match text {
        Cow::Borrowed(text) => *text = &text[..keep],
        Cow::Owned(text) => text.truncate(keep),
    }
}

/// Whether the text can be a store hash, or the name of a snapshot: `[A-Za-z0-9_-]{1,64}`. It becomes part of a file
/// name.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_one_family_or_to_none() {
        assert_eq!(family("/stores/abc/v2/customers"), Some((Family::TokenV2, Some("abc"))));
        assert_eq!(family("/stores/abc/v2"), Some((Family::TokenV2, Some("abc"))));
        assert_eq!(family("/stores/abc/v3/customers"), Some((Family::TokenV3, Some("abc"))));
        assert_eq!(family("/api/v2/customers"), Some((Family::BasicV2, None)));
        for path in [
            "/",
            "/stores",
            "/stores/abc",
            "/stores/abc/v4/x",
            "/stores/a.b/v2/x",
            "/stores//v2/x",
            "/api/v2x",
        ] {
            assert_eq!(family(path), None, "{path}");
        }
        let long = "a".repeat(65);
        assert_eq!(family(&format!("/stores/{long}/v2/customers")), None);
        assert!(family(&format!("/stores/{}/v2/customers", &long[1..])).is_some());
    }

    #[test]
    fn a_path_has_a_part_below_its_mount() {
        for path in ["/stores/abc/v2/customers/5", "/stores/abc/v3/customers/5", "/api/v2/customers/5"] {
            let (family, _) = family(path).unwrap();
            assert_eq!(below(family, path), "/customers/5", "{path}");
        }
        assert_eq!(below(Family::TokenV3, "/stores/abc/v3"), "");
    }

    #[test]
    fn spellings_of_one_path_become_one() {
        for (path, expected) in [
            ("/api/v2/customers", "/api/v2/customers"),
            ("/api/v2/customers/", "/api/v2/customers"),
            ("//api///v2//customers//", "/api/v2/customers"),
            ("/api/v2/customers.json", "/api/v2/customers"),
            ("/api/v2/customers/5.json", "/api/v2/customers/5"),
            ("/stores/abc/v2/customers/count.json/", "/stores/abc/v2/customers/count"),
            ("/stores/abc/v2/customers/5.xml//", "/stores/abc/v2/customers/5"),
            ("/stores/abc/v3/customers.json", "/stores/abc/v3/customers.json"),
            ("/stores/abc/v3/customers.xml", "/stores/abc/v3/customers.xml"),
            ("/", "/"),
            ("//", "/"),
        ] {
            assert_eq!(tidy(path), expected, "{path}");
        }
    }
}
