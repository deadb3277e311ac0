//! What is wanted of a query parameter or a header: both may be there several times, and are text.

use std::borrow::Cow;
use std::ops::ControlFlow::{self, Continue};

use serde_json::{Map, Value as Json};

use super::conditions::{Conditions, are_meant, escape};
use super::secrets::{self, REDACTED};
use super::told::{Difference, Told, near};
use crate::strict_json::Fault;

/// What is wanted of one name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    given: Json,
    wanted: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    /// One of the values is this.
    One(String),
    /// The values are these, in this order.
    Exactly(Vec<String>),
    /// One of the values is like this.
    Like(Conditions<String>),
}

/// Reads what is wanted of the parameters of a query.
pub(super) fn query(json: Json, at: &str) -> Result<Vec<Named>, Fault> {
    let read = |(name, given): (String, Json)| {
        let at = format!("{at}/{}", escape(&name));
        let wanted = Wanted::read(given.clone(), &at)?;
        if secrets::is_secret_parameter(&name) && !wanted.is_presence() {
            return Err(secrets::fault(&name, &at, r#"{"present":true}"#.to_owned()));
        }
        Ok(Named { name, given, wanted })
    };
    object(json, at)?.into_iter().map(read).collect()
}

/// Reads what is wanted of headers. Their names become lower case.
pub(super) fn headers(json: Json, at: &str) -> Result<Vec<Named>, Fault> {
    let read = |(name, given): (String, Json)| {
        let at = format!("{at}/{}", escape(&name));
        let wanted = Wanted::read(given.clone(), &at)?;
        let lower = name.to_ascii_lowercase();
        if secrets::is_secret_header(&lower) && !wanted.is_presence() {
            return Err(secrets::fault(&name, &at, r#"{"present":true}"#.to_owned()));
        }
        Ok(Named { name: lower, given, wanted })
    };
    object(json, at)?.into_iter().map(read).collect()
}

fn object(json: Json, at: &str) -> Result<Map<String, Json>, Fault> {
    match json {
        Json::Object(object) => Ok(object),
        _ => Err(Fault::new(at, "expected an object: names, and what is wanted of each")),
    }
}

/// Text, or what is as good.
fn scalar(json: Json, at: &str) -> Result<String, Fault> {
    match json {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(switch) => Ok(switch.to_string()),
        _ => Err(Fault::new(at, "expected text")),
    }
}

impl Wanted {
    fn read(json: Json, at: &str) -> Result<Wanted, Fault> {
        match json {
            Json::Array(items) if items.is_empty() => {
                let hint = Some(r#"{"absent":true}"#.to_owned());
                Err(Fault { hint, ..Fault::new(at, "expected at least one text") })
            }
            Json::Array(items) => {
                let items = items.into_iter().enumerate();
                let texts: Result<_, _> =
                    items.map(|(index, item)| scalar(item, &format!("{at}/{index}"))).collect();
                texts.map(Wanted::Exactly)
            }
            Json::Object(object) => {
                are_meant(&object, at)?;
                Conditions::read(Json::Object(object), at, scalar).map(Wanted::Like)
            }
            Json::Null => Err(Fault {
                hint: Some(r#"{"absent":true}"#.to_owned()),
                ..Fault::new(at, "expected text, a list of text, or a condition")
            }),
            other => scalar(other, at).map(Wanted::One),
        }
    }

    /// Whether no value is asked for.
    fn is_presence(&self) -> bool {
        matches!(self, Wanted::Like(conditions) if conditions.ask_only_for_presence())
    }

    fn holds(&self, values: &[Cow<'_, str>]) -> bool {
        match self {
            Wanted::One(wanted) => values.iter().any(|value| value == wanted),
            Wanted::Exactly(wanted) => values == wanted.as_slice(),
            Wanted::Like(conditions) if conditions.is_absent => values.is_empty(),
            Wanted::Like(conditions) => values.iter().any(|value| {
                conditions.equals.as_ref().is_none_or(|wanted| value == wanted)
                    && conditions.contains.as_ref().is_none_or(|wanted| value.contains(wanted.as_str()))
                    && conditions.matches.as_ref().is_none_or(|wanted| wanted.is_match(value))
            }),
        }
    }
}

impl Named {
    /// Tells whether the values of this name are others. `names` are all that are there, as far as known.
    pub(super) fn check<'a>(
        &self,
        values: &[Cow<'_, str>],
        top: &str,
        names: impl IntoIterator<Item = &'a str>,
        told: &mut impl Told,
    ) -> ControlFlow<()> {
        if self.wanted.holds(values) {
            return Continue(());
        }
        told.miss(
            || 1,
            || {
                let got = match values {
                    [] => None,
                    _ if top == "/headers" && secrets::is_secret_header(&self.name) => Some(REDACTED.into()),
                    [value] => Some(Json::from(&**value)),
                    values => Some(values.iter().map(|value| Json::from(&**value)).collect()),
                };
                let slip = got.is_none().then(|| near(&self.name, names)).flatten();
                let at = format!("{top}/{}", escape(&self.name));
                Difference::new(at, self.given.clone(), got)
                    .words(self.words())
                    .note(slip.map(|near| format!("there is '{near}'")))
            },
        )
    }

    /// What was given.
    pub(super) fn given(&self) -> &Json {
        &self.given
    }

    /// A condition in words.
    pub(super) fn words(&self) -> Option<String> {
        match &self.wanted {
            Wanted::Like(conditions) => Some(conditions.words()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::told::{All, Any};
    use super::*;
    use serde_json::json;

    fn holds(wanted: &Json, values: &[&str]) -> bool {
        let values: Vec<Cow<'_, str>> = values.iter().map(|value| (*value).into()).collect();
        let named = query(json!({"a": wanted}), "").unwrap().remove(0);
        let (holds, mut all) = (named.check(&values, "/query", [], &mut Any).is_continue(), All::default());
        let _ = named.check(&values, "/query", [], &mut all);
        assert_eq!(holds, all.0.is_empty());
        holds
    }

    #[test]
    fn values_are_text_a_list_or_like_something() {
        for (wanted, values, expected) in [
            (json!("x"), &["y", "x"][..], true),
            (json!("x"), &["y"], false),
            (json!("x"), &[], false),
            (json!(5), &["5"], true),
            (json!(true), &["true"], true),
            (json!(["x", 5]), &["x", "5"], true),
            (json!(["x", 5]), &["5", "x"], false),
            (json!(["x"]), &["x", "x"], false),
            (json!({"equals": 5}), &["5"], true),
            (json!({"contains": "b"}), &["a", "abc"], true),
            (json!({"contains": "b"}), &["a"], false),
            (json!({"matches": "^[0-9]+$"}), &["12"], true),
            (json!({"matches": "[0-9]"}), &["a1b"], true),
            (json!({"matches": "^[0-9]+$"}), &["1x"], false),
            // One value has to be all of it.
            (json!({"contains": "b", "matches": "^a"}), &["a", "b"], false),
            (json!({"contains": "b", "matches": "^a"}), &["ab"], true),
            (json!({"absent": true}), &[], true),
            (json!({"absent": true}), &[""], false),
            (json!({"present": true}), &[""], true),
            (json!({"present": true}), &[], false),
        ] {
            assert_eq!(holds(&wanted, values), expected, "{wanted} {values:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_a_fault() {
        for (json, at) in [
            (json!([]), "/query"),
            (json!({"a/b": null}), "/query/a~1b"),
            (json!({"a": []}), "/query/a"),
            (json!({"a": ["x", {}]}), "/query/a/1"),
            (json!({"a": {}}), "/query/a"),
            (json!({"a": {"contain": "x"}}), "/query/a/contain"),
            (json!({"a": {"equals": ["x"]}}), "/query/a/equals"),
        ] {
            assert_eq!(query(json.clone(), "/query").unwrap_err().at, at, "{json}");
        }
    }

    #[test]
    fn of_a_secret_header_only_its_presence_can_be_asked_for() {
        for name in ["X-Auth-Token", "authorization", "COOKIE"] {
            for wanted in [json!("x"), json!(["x"]), json!({"contains": "x"}), json!({"matches": "x"})] {
                let fault = headers(json!({name: wanted}), "/headers").unwrap_err();
                assert!(
                    fault.at == format!("/headers/{name}") && fault.why.contains("never kept"),
                    "{fault:?}"
                );
            }
            assert!(headers(json!({name: {"present": true}}), "").is_ok());
            let absent = headers(json!({name: {"absent": true}}), "").unwrap().remove(0);
            let mut all = All::default();
            let _ = absent.check(&["secret".into()], "/headers", [], &mut all);
            assert_eq!(all.0[0].got, Some(json!(REDACTED)), "whatever the caller keeps");
        }
        assert!(query(json!({"cookie": "x"}), "").is_ok(), "as a parameter it is none");
    }

    #[test]
    fn names_of_headers_have_no_case() {
        assert_eq!(headers(json!({"X-Foo": "a"}), "").unwrap()[0].name, "x-foo");
    }
}
