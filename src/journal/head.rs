//! The head of a request, or of an answer, as bytes that stand side by side: one allocation, however many headers.

use std::borrow::Cow;

use axum::http::{HeaderMap, Uri};

use super::redact;
use crate::matching::secrets::{REDACTED, is_secret_header};

/// Where a request went and its headers, without their secrets.
#[derive(Clone, Debug)]
pub struct Head {
    /// The path and the query; then, each on a line, the headers.
    pub(super) text: Vec<u8>,
    /// Where the query begins, and where it ends.
    pub(super) query: (usize, usize),
}

impl Head {
    /// That of a request to `uri`, as the client spelled it.
    #[must_use]
    pub fn new(uri: &Uri, headers: &HeaderMap) -> Head {
        let query = uri.query().map(redact::query).unwrap_or_default();
        let target = uri.path().len() + query.len();
        let mut text = Vec::with_capacity(target + length(headers));
        text.extend_from_slice(uri.path().as_bytes());
        text.extend_from_slice(query.as_bytes());
        put(headers, &mut text);
        Head { text, query: (uri.path().len(), target) }
    }

    /// The path as the client spelled it.
    #[must_use]
    pub fn path(&self) -> &str {
        std::str::from_utf8(&self.text[..self.query.0]).unwrap_or_default()
    }

    /// The query as the client spelled it, with its question mark and without its secrets.
    #[must_use]
    pub fn query(&self) -> &str {
        std::str::from_utf8(&self.text[self.query.0..self.query.1]).unwrap_or_default()
    }
}

/// How many bytes [`put`] adds, or a few more.
pub(super) fn length(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len().max(REDACTED.len()) + 2).sum()
}

/// Adds the headers, each on a line.
pub(super) fn put(headers: &HeaderMap, text: &mut Vec<u8>) {
    for (name, value) in headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.push(b':');
        let value = if is_secret_header(name.as_str()) { REDACTED.as_bytes() } else { value.as_bytes() };
        text.extend_from_slice(value);
        text.push(b'\n');
    }
}

/// The names and values of headers that [`put`] wrote.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    // No value has line breaks, and no name has colons.
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((String::from_utf8_lossy(&line[..colon]), String::from_utf8_lossy(&line[colon + 1..])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_head_is_read_as_it_was_but_for_its_secrets() {
        let uri = "/stores/a//v2/customers/?email=a%40b.c&token=s3cret&email=".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-auth-token", HeaderValue::from_static("s3cret"));
        headers.append("x-twice", HeaderValue::from_static("a:b"));
        headers.append("x-twice", HeaderValue::from_static(""));
        let head = Head::new(&uri, &headers);
        assert_eq!(head.path(), "/stores/a//v2/customers/");
        assert_eq!(head.query(), "?email=a%40b.c&token=[redacted]&email=");
        let read: Vec<(String, String)> = lines(&head.text[head.query.1..])
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let expected = [("x-auth-token", REDACTED), ("x-twice", "a:b"), ("x-twice", "")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let empty = Head::new(&"/".parse().unwrap(), &HeaderMap::new());
        assert_eq!((empty.path(), empty.query(), empty.text.len()), ("/", "", 1));
    }
}
