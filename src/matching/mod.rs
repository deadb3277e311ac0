//! Which requests are meant: matchers on requests that were recorded or are just coming in, and what to tell a person
//! whose matcher holds for too few or too many.
//!
//! Nothing here knows where requests come from ([`Seen`]), and nothing waits or answers.

mod body;
mod conditions;
mod count;
mod globs;
mod message;
mod nearest;
mod patterns;
pub mod secrets;
mod texts;
mod told;
mod values;

use std::borrow::Cow;
use std::ops::ControlFlow::{self, Continue};

use serde_json::Value as Json;

pub use count::Count;
pub use message::message;
pub use nearest::{Nearest, nearest};
pub use patterns::{MethodPattern, OperationPattern, PathPattern, StatusPattern};
pub use told::Difference;

use crate::operations::Operation;
use crate::strict_json::{Fault, Object};
use patterns::from_text;
use told::Told;

/// A request, as matchers see it.
pub trait Seen {
    /// By which a person finds it again; 0 for one that was not recorded.
    fn id(&self) -> u64;
    /// What it asks for, if its path leads anywhere.
    fn operation(&self) -> Option<&'static Operation>;
    /// Its method.
    fn method(&self) -> &str;
    /// Its path as it was sent, without the query.
    fn path(&self) -> &str;
    /// The decoded pairs of its query, in order.
    fn query(&self) -> Cow<'_, [(String, String)]>;
    /// The values of a header, by its name in lower case.
    fn header(&self, name: &str) -> Vec<Cow<'_, str>>;
    /// What it was answered, if it was already.
    fn status(&self) -> Option<u16>;
    /// The JSON of its body, if it is any. Asked for last, as it may have to be parsed.
    fn body(&self) -> Option<Cow<'_, Json>>;
    /// Whether a text can be in its body, so that the body need not be parsed to see that it is not. A body as it came may
    /// say no when it has neither the text nor a backslash: without one, JSON has every text as it is.
    fn can_have(&self, _text: &str) -> bool {
        true
    }
}

/// What a request must be like. Everything that is given must hold; nothing given holds for every request.
#[derive(Clone, Debug)]
pub struct Match {
    given: Json,
    operation: Option<OperationPattern>,
    method: Option<MethodPattern>,
    path: Option<PathPattern>,
    status: Option<StatusPattern>,
    query: Vec<texts::Named>,
    headers: Vec<texts::Named>,
    body: Vec<body::Part>,
}

impl PartialEq for Match {
    /// Those that were written alike.
    fn eq(&self, other: &Match) -> bool {
        self.given == other.given
    }
}

impl Match {
    /// Reads one from an object with any of `operation`, `method`, `path`, `query`, `headers`, `status`, `body`. `at` is the
    /// pointer to it.
    ///
    /// # Errors
    /// When something in it is unknown, can never hold, or asks for what is never kept.
    pub fn read(json: Json, at: &str) -> Result<Match, Fault> {
        let given = json.clone();
        let mut object = Object::new(json, at)?;
        let read = Match {
            given,
            operation: object.read("operation", from_text(OperationPattern::parse))?,
            method: object.read("method", from_text(MethodPattern::parse))?,
            path: object.read("path", from_text(PathPattern::parse))?,
            query: object.read("query", texts::query)?.unwrap_or_default(),
            headers: object.read("headers", texts::headers)?.unwrap_or_default(),
            status: object.read("status", StatusPattern::read)?,
            body: object.read("body", body::read)?.unwrap_or_default(),
        };
        object.done()?;
        Ok(read)
    }

    /// It as it was given.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.given.clone()
    }

    /// Whether a request is like it.
    #[must_use]
    pub fn holds(&self, seen: &impl Seen) -> bool {
        let mut any = told::Any;
        self.check_head(seen, &mut any).is_continue()
            && self.body.iter().filter_map(body::Part::text).all(|text| seen.can_have(text))
            && self.check_body(seen, &mut any).is_continue()
    }

    /// In what a request is not like it; nothing exactly when it holds.
    #[must_use]
    pub fn differences(&self, seen: &impl Seen) -> Vec<Difference> {
        let mut all = told::All::default();
        let _ = self.check_head(seen, &mut all);
        let _ = self.check_body(seen, &mut all);
        all.0
    }

    /// All but the body: what costs little to look at.
    fn check_head(&self, seen: &impl Seen, told: &mut impl Told) -> ControlFlow<()> {
        if let Some(wanted) = &self.operation {
            let got = seen.operation();
            if !got.is_some_and(|got| wanted.matches(got)) {
                let name = || got.map(Operation::name);
                told.miss(
                    || far(wanted.text(), &name().unwrap_or_default()),
                    || differs("/operation", wanted, name().map(Json::from)),
                )?;
            }
        }
        if let Some(wanted) = &self.method
            && !wanted.matches(seen.method())
        {
            told.miss(|| METHOD, || differs("/method", wanted, Some(seen.method().into())))?;
        }
        if let Some(wanted) = &self.path
            && !wanted.matches(seen.path())
        {
            let weight = || far(&wanted.to_string(), seen.path());
            told.miss(weight, || differs("/path", wanted, Some(seen.path().into())))?;
        }
        if let Some(wanted) = &self.status {
            let got = seen.status();
            if !got.is_some_and(|status| wanted.matches(status)) {
                told.miss(|| STATUS, || differs("/status", wanted, got.map(Json::from)))?;
            }
        }
        if !self.query.is_empty() {
            let query = seen.query();
            for wanted in &self.query {
                let values: Vec<Cow<'_, str>> = query
                    .iter()
                    .filter(|(name, _)| *name == wanted.name)
                    .map(|(_, value)| value.as_str().into())
                    .collect();
                wanted.check(&values, "/query", query.iter().map(|(name, _)| name.as_str()), told)?;
            }
        }
        for wanted in &self.headers {
            wanted.check(&seen.header(&wanted.name), "/headers", [], told)?;
        }
        Continue(())
    }

    fn check_body(&self, seen: &impl Seen, told: &mut impl Told) -> ControlFlow<()> {
        if self.body.is_empty() {
            return Continue(());
        }
        let body = seen.body();
        self.body.iter().try_for_each(|part| part.check(body.as_deref(), told))
    }
}

/// How much it weighs that a request has another method or status than was wanted. A field weighs 1.
const METHOD: u32 = 6;
const STATUS: u32 = 3;

/// How much it weighs that a request went elsewhere: 10 when the name is nearly the same, 20 when it is not at all.
fn far(wanted: &str, got: &str) -> u32 {
    // Paths may be long, and likeness is a guess anyway.
    let start = |text: &str| text.chars().take(200).collect::<String>();
    let likeness = strsim::jaro(&start(wanted), &start(got));
    [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3]
        .into_iter()
        .fold(10, |weight, least| if likeness < least { weight + 1 } else { weight })
}

fn differs(at: &str, wanted: &impl ToString, got: Option<Json>) -> Difference {
    let wanted = wanted.to_string();
    Difference::new(at.to_owned(), Json::from(&*wanted), got).words(Some(wanted))
}

#[cfg(test)]
mod tests;
