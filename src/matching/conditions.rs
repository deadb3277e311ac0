//! Conditions on one value: `{"equals"|"contains"|"matches"|"absent"|"present"}`.

use regex_lite::{Regex, RegexBuilder};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::patterns::LONGEST;
use crate::strict_json::{self, Fault, Object};

/// The keys of a condition.
const KEYS: [&str; 5] = ["equals", "contains", "matches", "absent", "present"];

/// The most memory a regular expression may take, in bytes. Its time is that, times the length of the text.
const MOST_OF_REGEX: usize = 64 * 1024;

/// Conditions that all must hold.
#[derive(Clone, Debug)]
pub(super) struct Conditions<T> {
    /// Nothing may be there; the others are not set.
    pub(super) is_absent: bool,
    pub(super) equals: Option<T>,
    pub(super) contains: Option<T>,
    pub(super) matches: Option<Regex>,
}

/// Whether an object is meant as conditions: all of its keys are theirs.
///
/// # Errors
/// When only some are.
pub(super) fn are_meant(object: &Map<String, Json>, at: &str) -> Result<bool, Fault> {
    let is_condition = |key: &String| KEYS.contains(&key.as_str());
    let some = object.keys().any(is_condition);
    if let Some(other) = object.keys().find(|key| some && !is_condition(key)) {
        let why = format!("'{other}' is not known here; known are {}", KEYS.join(", "));
        let hint = strict_json::nearest(other, KEYS);
        return Err(Fault { hint, ..Fault::new(&format!("{at}/{}", escape(other)), why) });
    }
    Ok(some)
}

/// A key as a part of a pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl<T> Conditions<T> {
    /// Reads an object of conditions, the values of `equals` and `contains` by a function.
    ///
    /// # Errors
    /// When there is none, or one that can not hold.
    pub(super) fn read(
        json: Json,
        at: &str,
        operand: impl Fn(Json, &str) -> Result<T, Fault>,
    ) -> Result<Conditions<T>, Fault> {
        // Null is a value like any other here, so `take` will not do for the operands.
        let Json::Object(mut object) = json else { return Err(Fault::new(at, "expected an object")) };
        let mut take =
            |key: &str| object.remove(key).map(|value| operand(value, &format!("{at}/{key}"))).transpose();
        let (equals, contains) = (take("equals")?, take("contains")?);
        let mut rest = Object::new(Json::Object(object), at)?;
        let matches = rest.read("matches", regex)?;
        let is_absent = rest.read("absent", only_true)?.is_some();
        let is_present = rest.read("present", only_true)?.is_some();
        // So that they are among those that are known.
        rest.take("equals");
        rest.take("contains");
        rest.done()?;
        let has_operand = equals.is_some() || contains.is_some() || matches.is_some();
        if is_absent && (is_present || has_operand) {
            return Err(Fault::new(at, "what is absent can have no other condition"));
        }
        if !(is_absent || is_present || has_operand) {
            return Err(Fault::new(at, format!("expected one of: {}", KEYS.join(", "))));
        }
        Ok(Conditions { is_absent, equals, contains, matches })
    }

    /// Whether they only ask if something is there.
    pub(super) fn ask_only_for_presence(&self) -> bool {
        self.equals.is_none() && self.contains.is_none() && self.matches.is_none()
    }
}

impl<T: Serialize> Conditions<T> {
    /// What is wanted, in words.
    pub(super) fn words(&self) -> String {
        let json = |operand: &T| serde_json::to_string(operand).unwrap_or_default();
        let words = [
            self.is_absent.then(|| "nothing".to_owned()),
            self.equals.as_ref().map(json),
            self.contains.as_ref().map(|operand| format!("something that contains {}", json(operand))),
            self.matches.as_ref().map(|regex| format!("text that matches {}", regex.as_str())),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        if words.is_empty() { "anything".to_owned() } else { words.join(" and ") }
    }
}

/// `absent` and `present` say something only when they are true.
fn only_true(json: Json, at: &str) -> Result<(), Fault> {
    if strict_json::switch(json, at)? {
        return Ok(());
    }
    let other = if at.ends_with("/absent") { "present" } else { "absent" };
    Err(Fault { hint: Some(json!({other: true}).to_string()), ..Fault::new(at, "expected true") })
}

/// A regular expression, which may match anywhere in the text.
fn regex(json: Json, at: &str) -> Result<Regex, Fault> {
    let text = strict_json::text(json, at)?;
    if text.chars().count() > LONGEST {
        return Err(Fault::new(at, format!("a regular expression has at most {LONGEST} characters")));
    }
    let built = RegexBuilder::new(&text).size_limit(MOST_OF_REGEX).build();
    built.map_err(|error| Fault::new(at, format!("not a regular expression: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: Json) -> Result<Conditions<String>, Fault> {
        Conditions::read(json, "/c", strict_json::text)
    }

    #[test]
    fn conditions_are_read() {
        let all = read(json!({"equals": "a", "contains": "b", "matches": "^c", "present": true})).unwrap();
        assert_eq!((all.equals.as_deref(), all.contains.as_deref()), (Some("a"), Some("b")));
        assert!(all.matches.as_ref().unwrap().is_match("cx") && !all.ask_only_for_presence());
        assert!(read(json!({"absent": true})).unwrap().is_absent);
        assert!(!read(json!({"present": true})).unwrap().is_absent);
    }

    #[test]
    fn conditions_that_say_nothing_or_too_much_are_faults() {
        for (json, at, why) in [
            (json!({}), "/c", "expected one of"),
            (json!([]), "/c", "expected an object"),
            (json!({"absent": true, "equals": "a"}), "/c", "no other condition"),
            (json!({"absent": true, "present": true}), "/c", "no other condition"),
            (json!({"absent": false}), "/c/absent", "expected true"),
            (json!({"absent": "yes"}), "/c/absent", "expected true or false"),
            (json!({"matches": "("}), "/c/matches", "not a regular expression: "),
            (json!({"matches": 5}), "/c/matches", "expected text"),
            (json!({"matches": "(a{1000}){1000}"}), "/c/matches", "not a regular expression: "),
            (json!({"matches": "a".repeat(LONGEST + 1)}), "/c/matches", "at most 1000 characters"),
            (json!({"equals": 5}), "/c/equals", "expected text"),
            (json!({"equals": "a", "contain": "b"}), "/c/contain", "'contain' is not known here"),
        ] {
            let fault = read(json.clone()).unwrap_err();
            assert!(fault.at == at && fault.why.contains(why), "{json}: {fault:?}");
        }
        assert_eq!(read(json!({"absent": false})).unwrap_err().hint.as_deref(), Some(r#"{"present":true}"#));
    }

    #[test]
    fn conditions_have_words() {
        for (json, words) in [
            (json!({"absent": true}), "nothing"),
            (json!({"present": true}), "anything"),
            (json!({"equals": "a", "present": true}), r#""a""#),
            (
                json!({"contains": "a", "matches": "^b"}),
                r#"something that contains "a" and text that matches ^b"#,
            ),
        ] {
            assert_eq!(read(json).unwrap().words(), words);
        }
    }

    #[test]
    fn an_object_is_conditions_or_it_is_not() {
        let meant = |json: Json| are_meant(json.as_object().unwrap(), "/c");
        assert_eq!(meant(json!({"equals": 1, "matches": "a"})), Ok(true));
        assert_eq!(meant(json!({"email": 1})), Ok(false));
        assert_eq!(meant(json!({})), Ok(false));
        let fault = meant(json!({"equals": 1, "contain": 2})).unwrap_err();
        assert_eq!((&*fault.at, fault.hint.as_deref()), ("/c/contain", Some("contains")));
    }
}
