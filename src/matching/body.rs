//! What is wanted of a body.

use std::ops::ControlFlow::{self, Continue};

use serde_json::{Value as Json, json};

use super::conditions::{Conditions, are_meant, escape};
use super::secrets::{self, REDACTED, is_secret};
use super::told::{Difference, Place, Told, near};
use super::values::{does_contain, includes, is_same, items, kind, leaves};
use crate::strict_json::Fault;

/// What is wanted at one place of a body.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// A pointer into the body; empty for all of it.
    pointer: String,
    given: Json,
    wanted: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    /// This is there, and may be more.
    Includes,
    /// What is there is like this.
    Like(Box<Conditions<Json>>),
}

/// Reads what is wanted: one value for all of the body, or what is wanted at several pointers.
pub(super) fn read(json: Json, at: &str) -> Result<Vec<Part>, Fault> {
    match json {
        Json::Object(places) if !places.is_empty() && places.keys().all(|key| key.starts_with('/')) => {
            let read = |(pointer, given): (String, Json)| {
                Part::read(given, &format!("{at}/{}", escape(&pointer)), pointer)
            };
            places.into_iter().map(read).collect()
        }
        whole => Ok(vec![Part::read(whole, at, String::new())?]),
    }
}

impl Part {
    fn read(given: Json, at: &str, pointer: String) -> Result<Part, Fault> {
        let wanted = match &given {
            Json::Object(object) if are_meant(object, at)? => {
                let operand = |operand, at: &str| {
                    look_through(&operand, at, &pointer)?;
                    Ok(operand)
                };
                Wanted::Like(Box::new(Conditions::read(given.clone(), at, operand)?))
            }
            _ => {
                look_through(&given, at, &pointer)?;
                Wanted::Includes
            }
        };
        let asks_for_presence =
            matches!(&wanted, Wanted::Like(conditions) if conditions.ask_only_for_presence());
        if let Some(secret) = pointer.split('/').find(|key| is_secret(key))
            && !asks_for_presence
        {
            return Err(secrets::fault(secret, at, json!({&pointer: {"present": true}}).to_string()));
        }
        Ok(Part { pointer, given, wanted })
    }

    /// Tells what a body misses.
    pub(super) fn check(&self, body: Option<&Json>, told: &mut impl Told) -> ControlFlow<()> {
        let top = Place::Top("/body");
        let got = body.and_then(|body| body.pointer(&self.pointer));
        let Some(got) = got else {
            if matches!(&self.wanted, Wanted::Like(conditions) if conditions.is_absent) {
                return Continue(());
            }
            let weight = || leaves(&self.given);
            return told.miss(weight, || self.differs(None).note(self.why_absent(body)));
        };
        match &self.wanted {
            Wanted::Includes if self.pointer.is_empty() => includes(&self.given, got, &top, told),
            Wanted::Includes => includes(&self.given, got, &Place::Top(&self.at()), told),
            Wanted::Like(conditions) if conditions.hold(got) => Continue(()),
            Wanted::Like(_) => told.miss(|| leaves(&self.given), || self.differs(Some(got))),
        }
    }

    /// The longest text without which a body can not be as it is wanted.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.wanted {
            Wanted::Includes => longest_text(&self.given),
            Wanted::Like(conditions) => {
                conditions.equals.as_ref().or(conditions.contains.as_ref()).and_then(longest_text)
            }
        }
    }

    /// A pointer into the request.
    pub(super) fn at(&self) -> String {
        format!("/body{}", self.pointer)
    }

    /// What was given.
    pub(super) fn given(&self) -> &Json {
        &self.given
    }

    /// A condition in words.
    pub(super) fn words(&self) -> Option<String> {
        match &self.wanted {
            Wanted::Includes => None,
            Wanted::Like(conditions) => Some(conditions.words()),
        }
    }

    fn differs(&self, got: Option<&Json>) -> Difference {
        let is_secret = self.pointer.split('/').any(is_secret);
        let got = got.map(|got| if is_secret { REDACTED.into() } else { got.clone() });
        Difference::new(self.at(), self.given.clone(), got).words(self.words())
    }

    /// Why there is nothing at the pointer: what is wrong at the first key that leads nowhere.
    fn why_absent(&self, body: Option<&Json>) -> Option<String> {
        let Some(mut here) = body else { return Some("the request has no body of JSON".to_owned()) };
        let mut parent = "the body";
        for part in self.pointer.split('/').skip(1) {
            let key = part.replace("~1", "/").replace("~0", "~");
            let Some(next) = here.pointer(&format!("/{part}")) else {
                return match here {
                    Json::Object(object) if key.bytes().all(|b| b.is_ascii_digit()) && !object.is_empty() => {
                        Some(format!("{parent} is an object, not a list"))
                    }
                    Json::Object(object) => {
                        near(&key, object.keys().map(String::as_str)).map(|near| format!("there is '{near}'"))
                    }
                    Json::Array(list) => Some(format!("{parent} is a list of {}", items(list.len()))),
                    other => Some(format!("{parent} is {}", kind(other))),
                };
            };
            (here, parent) = (next, "what is above it");
        }
        None
    }
}

impl Conditions<Json> {
    fn hold(&self, got: &Json) -> bool {
        let is_like = |regex: &regex_lite::Regex| match got {
            Json::String(text) => regex.is_match(text),
            Json::Number(number) => regex.is_match(number.as_str()),
            _ => false,
        };
        !self.is_absent
            && self.equals.as_ref().is_none_or(|wanted| is_same(wanted, got))
            && self.contains.as_ref().is_none_or(|wanted| does_contain(wanted, got))
            && self.matches.as_ref().is_none_or(is_like)
    }
}

fn longest_text(json: &Json) -> Option<&str> {
    match json {
        Json::String(text) => Some(text),
        Json::Array(list) => list.iter().filter_map(longest_text).max_by_key(|text| text.len()),
        Json::Object(object) => object.values().filter_map(longest_text).max_by_key(|text| text.len()),
        _ => None,
    }
}

/// Looks in a wanted value for what can not be asked for there: secrets, and conditions, which would be taken for values.
/// `pointer` is where in the body the value is.
fn look_through(json: &Json, at: &str, pointer: &str) -> Result<(), Fault> {
    let mut inner: Vec<(String, &Json)> = Vec::new();
    match json {
        Json::Object(object) => {
            for (key, value) in object {
                let (at, pointer) = (format!("{at}/{}", escape(key)), format!("{pointer}/{}", escape(key)));
                if is_secret(key) {
                    return Err(secrets::fault(key, &at, json!({pointer: {"present": true}}).to_string()));
                }
                inner.push((escape(key), value));
            }
        }
        Json::Array(list) => {
            inner.extend(list.iter().enumerate().map(|(index, item)| (index.to_string(), item)));
        }
        _ => {}
    }
    for (key, value) in inner {
        let (at, pointer) = (format!("{at}/{key}"), format!("{pointer}/{key}"));
        if let Json::Object(object) = value
            && are_meant(object, &at)?
        {
            let hint = Some(json!({pointer: value}).to_string());
            return Err(Fault {
                hint,
                ..Fault::new(&at, "a condition stands at a pointer, not within a value")
            });
        }
        look_through(value, &at, &pointer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::told::{All, Any, Weight};
    use super::*;

    fn missed(wanted: Json, body: Option<&Json>) -> Vec<Difference> {
        let (mut all, mut weight, mut holds) = (All::default(), Weight::default(), true);
        for part in read(wanted, "").unwrap() {
            let _ = part.check(body, &mut all);
            let _ = part.check(body, &mut weight);
            holds &= part.check(body, &mut Any).is_continue();
        }
        assert_eq!((holds, weight.0 == 0), (all.0.is_empty(), all.0.is_empty()));
        all.0
    }

    #[test]
    fn a_body_contains_a_value_or_has_it_at_a_pointer() {
        let body =
            json!([{"email": "a@b.c", "id": 5, "tags": ["x", "y"], "notes": null, "a/b": {"c": 1, "d": 2}}]);
        for (wanted, holds) in [
            (json!([{"email": "a@b.c"}]), true),
            (json!([{"email": "x"}]), false),
            (json!({"email": "a@b.c"}), false),
            (json!({}), false),
            (json!({"/0/email": "a@b.c", "/0/id": 5.0}), true),
            (json!({"/0/email": "a@b.c", "/0/id": "5"}), false),
            (json!({"/0": {"id": 5}}), true),
            (json!({"/0/a~1b": {"c": 1}}), true),
            (json!({"/0/a~1b": {"equals": {"c": 1}}}), false),
            (json!({"/0/a~1b": {"equals": {"d": 2, "c": 1}}}), true),
            (json!({"/0/notes": null}), true),
            (json!({"/0/notes": {"equals": null}}), true),
            (json!({"/0/notes": {"present": true}}), true),
            (json!({"/0/notes": {"absent": true}}), false),
            (json!({"/0/phone": {"absent": true}}), true),
            (json!({"/0/phone": {"present": true}}), false),
            (json!({"/0/phone": null}), false),
            (json!({"/1": {"absent": true}}), true),
            (json!({"/0/tags": {"contains": "y"}}), true),
            (json!({"/0/tags": {"contains": "z"}}), false),
            (json!({"/0/tags": ["x"]}), false),
            (json!({"/0/email": {"contains": "@", "matches": "\\.c$"}}), true),
            (json!({"/0/email": {"matches": "^b"}}), false),
            (json!({"/0/id": {"matches": "^5$"}}), true),
            (json!({"/0/tags": {"matches": "x"}}), false),
            // Conditions on all of the body.
            (json!({"contains": {"id": 5}}), true),
            (json!({"equals": []}), false),
            (json!({"absent": true}), false),
        ] {
            assert_eq!(missed(wanted.clone(), Some(&body)).is_empty(), holds, "{wanted}");
        }
    }

    #[test]
    fn without_a_body_only_what_is_absent_holds() {
        assert!(missed(json!({"/0/email": {"absent": true}}), None).is_empty());
        assert!(missed(json!({"absent": true}), None).is_empty());
        for wanted in [json!({"/0/email": 1}), json!([]), json!({"present": true})] {
            let missed = missed(wanted.clone(), None);
            assert_eq!((missed.len(), &missed[0].got), (1, &None), "{wanted}");
            assert_eq!(missed[0].note.as_deref(), Some("the request has no body of JSON"));
        }
    }

    #[test]
    fn what_is_not_there_is_explained() {
        let body = json!([{"email": "a", "address": "b"}]);
        for (pointer, note) in [
            ("/0/emial", Some("there is 'email'")),
            ("/0/phone", None),
            ("/1/email", Some("the body is a list of 1 item")),
            ("/email", Some("the body is a list of 1 item")),
            ("/0/0", Some("what is above it is an object, not a list")),
            ("/0/address/city", Some("what is above it is text")),
        ] {
            let missed = missed(json!({pointer: 1}), Some(&body));
            assert_eq!((&*missed[0].at, missed[0].note.as_deref()), (&*format!("/body{pointer}"), note));
        }
    }

    #[test]
    fn a_condition_that_does_not_hold_is_shown_as_given() {
        let missed = missed(json!({"/a": {"contains": "x"}}), Some(&json!({"a": "b"})));
        assert_eq!(missed[0].to_json(), json!({"at": "/body/a", "wanted": {"contains": "x"}, "got": "b"}));
        assert_eq!(missed[0].wanted_in_words.as_deref(), Some(r#"something that contains "x""#));
    }

    #[test]
    fn of_a_secret_only_its_presence_can_be_asked_for() {
        for (wanted, at, hint) in [
            (json!({"password": "x"}), "/body/password", r#"{"/password":{"present":true}}"#),
            (
                json!([{"authentication": {"new_password": "x"}}]),
                "/body/0/authentication/new_password",
                r#"{"/0/authentication/new_password":{"present":true}}"#,
            ),
            (json!({"/token": "x"}), "/body/~1token", r#"{"/token":{"present":true}}"#),
            (json!({"/token": {"matches": "x"}}), "/body/~1token", r#"{"/token":{"present":true}}"#),
            (json!({"/0": {"password": "x"}}), "/body/~10/password", r#"{"/0/password":{"present":true}}"#),
            (
                json!({"/0": {"equals": {"password_confirmation": 1}}}),
                "/body/~10/equals/password_confirmation",
                r#"{"/0/password_confirmation":{"present":true}}"#,
            ),
        ] {
            let fault = read(wanted.clone(), "/body").unwrap_err();
            assert_eq!((&*fault.at, fault.hint.as_deref()), (at, Some(hint)), "{wanted}");
            assert!(fault.why.contains("never kept"));
        }
        assert!(read(json!({"/token": {"present": true}, "/password": {"absent": true}}), "").is_ok());
        let missed = missed(json!({"/token": {"absent": true}}), Some(&json!({"token": "secret"})));
        assert_eq!(missed[0].got, Some(json!(REDACTED)), "whatever the caller keeps");
    }

    #[test]
    fn a_condition_within_a_value_is_a_fault_that_shows_the_pointer() {
        for wanted in [json!([{"notes": {"absent": true}}]), json!({"equals": [{"notes": {"absent": true}}]})]
        {
            let fault = read(wanted, "/body").unwrap_err();
            assert_eq!(fault.hint.as_deref(), Some(r#"{"/0/notes":{"absent":true}}"#));
            assert!(fault.at.ends_with("/0/notes"), "{fault:?}");
        }
        let fault = read(json!({"/a": {"equals": 1, "contain": 2}}), "/body").unwrap_err();
        assert_eq!((&*fault.at, fault.hint.as_deref()), ("/body/~1a/contain", Some("contains")));
        assert!(read(json!({"/a": {"matches": "("}}), "").is_err());
    }
}
