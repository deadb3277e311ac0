//! What is taken out of a request before it is kept: nobody who reads a journal learns a password or a token.

use std::borrow::Cow;

use memchr::{memchr, memchr2_iter, memmem};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use crate::matching::secrets::{REDACTED, is_secret, is_secret_parameter};

/// The most that is kept of a body, in bytes. Of a longer one with secrets nothing is.
pub(super) const MOST_KEPT: usize = 64 * 1024;

/// A query with its question mark, as the client spelled it, without the values of secret keys.
pub(super) fn query(query: &str) -> String {
    let mut kept = String::with_capacity(query.len() + 1);
    for (i, pair) in query.split('&').enumerate() {
        kept.push(if i == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((key, _)) if is_secret_parameter(&percent_decode_str(key).decode_utf8_lossy()) => {
                kept.extend([key, "=", REDACTED]);
            }
            _ => kept.push_str(pair),
        }
    }
    kept
}

/// A body without its secrets.
///
/// What is not JSON and speaks of a secret is not kept at all: where the secret ends nobody knows.
#[must_use]
pub fn body(body: &[u8]) -> Cow<'_, [u8]> {
    if !may_have_secrets(body) {
        return Cow::Borrowed(body);
    }
    let json = if body.len() > MOST_KEPT { None } else { serde_json::from_slice::<Json>(body).ok() };
    let Some(mut json) = json else { return Cow::Borrowed(REDACTED.as_bytes()) };
    if redact(&mut json) { Cow::Owned(json.to_string().into_bytes()) } else { Cow::Borrowed(body) }
}

/// Whether a text may have one of the keys, in whatever spelling. One with zeros may be UTF-16, which hides them.
fn may_have_secrets(text: &[u8]) -> bool {
    contains(text, b"password")
        || contains(text, b"token")
        || memmem::find(text, b"\\u").is_some()
        || memchr(0, text).is_some()
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    let begins = memchr2_iter(word[0], word[0].to_ascii_uppercase(), text);
    begins.filter_map(|at| text.get(at..at + word.len())).any(|found| found.eq_ignore_ascii_case(word))
}

/// Takes the secrets out, and says whether there were any.
fn redact(json: &mut Json) -> bool {
    match json {
        Json::Object(object) => {
            let mut found = false;
            for (key, value) in object {
                if is_secret(key) {
                    *value = REDACTED.into();
                    found = true;
                } else {
                    found |= redact(value);
                }
            }
            found
        }
        Json::Array(items) => items.iter_mut().fold(false, |found, item| redact(item) | found),
        _ => false,
    }
}

/// A text as it is told: without the letter that was cut in two at its end.
pub(super) fn told(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(&text[..error.valid_up_to()]),
        _ => String::from_utf8_lossy(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> String {
        String::from_utf8(body(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn the_values_of_secret_keys_do_not_enter_whatever_they_are() {
        for (sent, expected) in [
            (r#"{"a":1,"password":"x"}"#, r#"{"a":1,"password":"[redacted]"}"#),
            (
                r#"[{"_authentication":{"Password":["x"]}}]"#,
                r#"[{"_authentication":{"Password":"[redacted]"}}]"#,
            ),
            (r#"{"\u0074oken":{"a":"x"}}"#, r#"{"token":"[redacted]"}"#),
            (
                r#"{"new_password":null,"password":7}"#,
                r#"{"new_password":"[redacted]","password":"[redacted]"}"#,
            ),
            (r#"{"notes":"token", "n": 1.50}"#, r#"{"notes":"token", "n": 1.50}"#),
            (r#"{"password":"x""#, REDACTED),
            ("password=x&a=b", REDACTED),
            ("<token>x</token>", REDACTED),
            ("{\0\"\0p\0a\0s\0s\0w\0o\0r\0d\0", REDACTED),
            (r#"{"a":"b""#, r#"{"a":"b""#),
        ] {
            assert_eq!(kept(sent), expected, "{sent}");
        }
    }

    #[test]
    fn of_a_long_body_nothing_is_kept_that_may_be_a_secret() {
        let long = format!("[\"{}\"]", "é".repeat(MOST_KEPT));
        assert_eq!(kept(&long), long);
        assert_eq!(kept(&format!("{{\"a\":\"{}\",\"password\":\"x\"}}", "b".repeat(MOST_KEPT))), REDACTED);
        assert!(told(&"é".as_bytes()[..1]).is_empty());
    }

    #[test]
    fn a_query_keeps_its_spelling_but_for_its_secrets() {
        for (sent, expected) in [
            ("", "?"),
            ("a=b&&c", "?a=b&&c"),
            (
                "password[]=x&token%5Ba%5D=y&tokens=z",
                "?password[]=[redacted]&token%5Ba%5D=[redacted]&tokens=z",
            ),
            ("token=x&tok%65n=y&TOKEN=z=z", "?token=[redacted]&tok%65n=[redacted]&TOKEN=[redacted]"),
        ] {
            assert_eq!(query(sent), expected);
        }
    }
}
