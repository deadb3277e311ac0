//! JSON that people write to us – to the control API, and in seeds – read strictly: unknown keys are refused, and every
//! fault says where it is.

use serde_json::{Map, Value as Json};

/// What is wrong somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A JSON pointer to it.
    pub at: String,
    /// What is wrong, and what would be right.
    pub why: String,
    /// The nearest thing that would be right, where there is one.
    pub hint: Option<String>,
}

impl Fault {
    /// Something is wrong with what is at this pointer.
    #[must_use]
    pub fn new(at: &str, why: impl Into<String>) -> Fault {
        Fault { at: at.to_owned(), why: why.into(), hint: None }
    }
}

/// An object whose keys are taken one by one; those that nobody takes are faults.
#[derive(Debug)]
pub struct Object {
    at: String,
    left: Map<String, Json>,
    known: Vec<&'static str>,
}

impl Object {
    /// The object at this pointer.
    ///
    /// # Errors
    /// When it is something else.
    pub fn new(json: Json, at: &str) -> Result<Object, Fault> {
        match json {
            Json::Object(left) => Ok(Object { at: at.to_owned(), left, known: Vec::new() }),
            _ => Err(Fault::new(at, "expected an object")),
        }
    }

    /// The pointer to a key of it.
    #[must_use]
    pub fn at(&self, key: &str) -> String {
        format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1"))
    }

    /// The value of a key, if it is there; null is as good as absent.
    pub fn take(&mut self, key: &'static str) -> Option<Json> {
        self.known.push(key);
        self.left.remove(key).filter(|value| !value.is_null())
    }

    /// As [`Object::take`], read by a function that is told where the value is.
    ///
    /// # Errors
    /// Those of the function.
    pub fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Json, &str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let at = self.at(key);
        self.take(key).map(|value| read(value, &at)).transpose()
    }

    /// As [`Object::read`], of a key that must be there.
    ///
    /// # Errors
    /// When it is not, and those of the function.
    pub fn need<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Json, &str) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let missing = Fault::new(&self.at(key), "is missing");
        self.read(key, read)?.ok_or(missing)
    }

    /// Says that all known keys were asked for.
    ///
    /// # Errors
    /// When a key is left.
    pub fn done(self) -> Result<(), Fault> {
        let Some(key) = self.left.keys().next() else { return Ok(()) };
        let known = self.known.join(", ");
        let why = if known.is_empty() {
            format!("'{key}' is not known here; nothing is")
        } else {
            format!("'{key}' is not known here; known are {known}")
        };
        Err(Fault { hint: nearest(key, self.known.iter().copied()), ..Fault::new(&self.at(key), why) })
    }
}

/// The nearest of several words to one that was meant to be among them, if it is near at all.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = known.into_iter().map(|known| (strsim::jaro_winkler(word, known), known));
    let (likeness, known) = near.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > 0.7).then(|| known.to_owned())
}

/// Text.
///
/// # Errors
/// When it is something else.
pub fn text(json: Json, at: &str) -> Result<String, Fault> {
    match json {
        Json::String(text) => Ok(text),
        _ => Err(Fault::new(at, "expected text")),
    }
}

/// Text that is not empty.
///
/// # Errors
/// When it is something else.
pub fn some_text(json: Json, at: &str) -> Result<String, Fault> {
    text(json, at)
        .and_then(|text| if text.is_empty() { Err(Fault::new(at, "must not be empty")) } else { Ok(text) })
}

/// `true` or `false`.
///
/// # Errors
/// When it is something else.
#[expect(clippy::needless_pass_by_value, reason = "as all readers take it")]
pub fn switch(json: Json, at: &str) -> Result<bool, Fault> {
    json.as_bool().ok_or_else(|| Fault::new(at, "expected true or false"))
}

/// A whole number in a range.
///
/// # Errors
/// When it is something else.
pub fn whole(range: std::ops::RangeInclusive<i64>) -> impl Fn(Json, &str) -> Result<i64, Fault> {
    move |json, at| {
        let (min, max) = (range.start(), range.end());
        let why = if *max == i64::MAX {
            format!("expected a whole number from {min}")
        } else {
            format!("expected a whole number from {min} to {max}")
        };
        json.as_i64().filter(|number| range.contains(number)).ok_or_else(|| Fault::new(at, why))
    }
}

/// One of several words, and what it stands for.
pub fn word<T: Copy>(words: &[(&'static str, T)]) -> impl Fn(Json, &str) -> Result<T, Fault> {
    move |json, at| {
        let given = text(json, at)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == given) {
            return Ok(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let why = format!("'{given}' is not one of: {}", known.join(", "));
        Err(Fault { hint: nearest(&given, known), ..Fault::new(at, why) })
    }
}

/// A list, whose items are read one by one.
///
/// # Errors
/// When it is something else, and those of the function.
pub fn list<T>(
    read: impl Fn(Json, &str) -> Result<T, Fault>,
) -> impl Fn(Json, &str) -> Result<Vec<T>, Fault> {
    move |json, at| match json {
        Json::Array(items) => {
            items.into_iter().enumerate().map(|(i, item)| read(item, &format!("{at}/{i}"))).collect()
        }
        _ => Err(Fault::new(at, "expected a list")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_that_nobody_takes_is_a_fault_with_the_nearest_known_one() {
        let mut object = Object::new(json!({"auth": "strict", "latncy": "5s"}), "/settings").unwrap();
        assert_eq!(object.read("auth", word(&[("lenient", 0), ("strict", 1)])), Ok(Some(1)));
        assert_eq!(object.take("latency"), None);
        let fault = object.done().unwrap_err();
        assert_eq!((&*fault.at, fault.hint.as_deref()), ("/settings/latncy", Some("latency")));
        assert_eq!(fault.why, "'latncy' is not known here; known are auth, latency");
    }

    #[test]
    fn a_fault_says_where_it_is() {
        let read = list(word(&[("a", ())]));
        let fault = read(json!(["a", "b"]), "/words").unwrap_err();
        assert_eq!((&*fault.at, &*fault.why), ("/words/1", "'b' is not one of: a"));
        let fault = whole(1..=5)(json!(6), "/n").unwrap_err();
        assert_eq!(fault.why, "expected a whole number from 1 to 5");
    }
}
