//! The JSON of a request's body, and no more of it than can matter: what is read of a hostile body is bounded, so that
//! reading it takes no longer than its bytes call for.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use crate::error::Error;

/// The most values in a body, each list, object, text, number or switch being one. The largest write that makes sense,
/// ten customers with ten addresses each, has some thousands.
pub const MOST_VALUES: usize = 50_000;

/// Entries of a list that are read on after the first ones. No list may be so long, so what follows only has to be JSON.
const MOST_ENTRIES: usize = 10_001;

/// Reads a body.
///
/// # Errors
/// [`Error::Malformed`]; [`Error::TooManyValues`].
pub fn read(bytes: &[u8]) -> Result<Json, Error> {
    let left = Cell::new(MOST_VALUES);
    let bytes = without_number_keys(bytes);
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let json = Bounded(&left).deserialize(&mut reader).and_then(|json| reader.end().map(|()| json));
    json.map_err(|error| {
        if error.is_data() {
            return Error::TooManyValues { max: MOST_VALUES };
        }
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default().to_owned();
        Error::Malformed { reason, line: error.line(), column: error.column() }
    })
}

/// Reads a value, as long as so many are left.
#[derive(Clone, Copy)]
struct Bounded<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element_seed(self)? {
            entries.push(entry);
            if entries.len() == MOST_ENTRIES {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
        }
        Ok(Json::Array(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            // Numbers that are not small and whole come so.
            if key == NUMBER_KEY {
                let text: String = object.next_value()?;
                return text.parse::<Number>().map(Json::Number).map_err(A::Error::custom);
            }
            map.insert(key, object.next_value_seed(self)?);
        }
        Ok(Json::Object(map))
    }
}

/// The key with which `serde_json` marks numbers that keep their text. As the first key of a client's object it would
/// make a number of the object.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// JSON in which no key is [`NUMBER_KEY`]: one that is, in whatever spelling, gets a blank more.
fn without_number_keys(json: &[u8]) -> Cow<'_, [u8]> {
    // Without these bytes and without escapes none can be there.
    let has = |needle: &[u8]| memmem::find(json, needle).is_some();
    if !has(b"private::Number") && !has(b"\\u") {
        return Cow::Borrowed(json);
    }
    let mut changed = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(start) = json[at..].iter().position(|b| *b == b'"').map(|found| at + found) {
        let mut end = start + 1;
        while end < json.len() && json[end] != b'"' {
            end += if json[end] == b'\\' { 2 } else { 1 };
        }
        let Some(text) = json.get(start..=end) else { break };
        // Each letter may be an escape of six.
        let short = text.len() <= 6 * NUMBER_KEY.len() + 2;
        if short && serde_json::from_slice::<String>(text).is_ok_and(|text| text == NUMBER_KEY) {
            changed.extend_from_slice(&json[kept..end]);
            changed.push(b' ');
            kept = end;
        }
        at = end + 1;
    }
    if changed.is_empty() {
        return Cow::Borrowed(json);
    }
    changed.extend_from_slice(&json[kept..]);
    Cow::Owned(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        for text in [
            "null",
            "[true, false, null, \"\\u00e9\\n\", {}, []]",
            r#"{"b":{"a":[1,-2,3.50,1e400,12345678901234567890]},"a":"x","b":2}"#,
            " \"x\" ",
            "0.1000",
        ] {
            let expected: Json = serde_json::from_str(text).unwrap();
            assert_eq!(read(text.as_bytes()).unwrap(), expected, "{text}");
            assert_eq!(read(text.as_bytes()).unwrap().to_string(), expected.to_string(), "{text}");
        }
        for text in ["", "[1,]", "{\"a\" 1}", "tru", "1 2", "[1", "\"\u{1}\"", "01", &"[".repeat(200)] {
            let expected = serde_json::from_str::<Json>(text).unwrap_err();
            match read(text.as_bytes()).unwrap_err() {
                Error::Malformed { line, column, .. } => {
                    assert_eq!((line, column), (expected.line(), expected.column()), "{text}");
                }
                other => panic!("{text}: {other}"),
            }
        }
    }

    #[test]
    fn of_a_long_list_the_rest_only_has_to_be_json() {
        let list = |entries: usize, end: &str| format!("[{}{end}", vec!["1"; entries].join(","));
        let read_list = |text: &str| read(text.as_bytes()).map(|json| json.as_array().unwrap().len());
        assert_eq!(read_list(&list(10_000, "]")).unwrap(), 10_000);
        assert_eq!(read_list(&list(500_000, "]")).unwrap(), MOST_ENTRIES);
        assert!(matches!(read_list(&list(500_000, "!]")), Err(Error::Malformed { .. })));
        let many = vec![list(9_000, "]"); 6].join(",");
        assert!(matches!(read_list(&format!("[{many}]")), Err(Error::TooManyValues { max: MOST_VALUES })));
    }

    #[test]
    fn no_client_can_make_a_number_of_an_object() {
        for key in ["$serde_json::private::Number", r"\u0024serde_json::private::Number"] {
            let text = format!(r#"{{"a":{{"{key}":"5"}}}}"#);
            assert!(read(text.as_bytes()).unwrap()["a"].is_object(), "{text}");
        }
    }
}
