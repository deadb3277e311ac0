//! A fault as it is given to the control API.

use std::ops::RangeInclusive;

use axum::http::StatusCode;
use serde_json::Value as Json;

use super::{Break, Fault, Preset, Shape, Then};
use crate::durations;
use crate::matching::{Match, MethodPattern, OperationPattern, PathPattern, Seen};
use crate::mount;
use crate::operations::{OPERATIONS, Operation};
use crate::strict_json::{self, Fault as Wrong, Object, switch, whole, word};

const SHAPES: [(&str, Shape); 4] = [
    ("vendor", Shape::Vendor),
    ("empty", Shape::Empty),
    ("html", Shape::Html),
    ("malformed", Shape::Malformed),
];
const BREAKS: [(&str, Break); 4] = [
    ("reset", Break::Reset),
    ("close", Break::Close),
    ("truncate", Break::Truncate),
    ("dribble", Break::Dribble),
];
const PRESETS: [(&str, Preset); 2] =
    [("partial_group_write", Preset::PartialGroupWrite), ("maintenance_page", Preset::MaintenancePage)];

/// The statuses that a fault may answer.
pub(super) const STATUSES: RangeInclusive<i64> = 400..=599;

/// How long a fault may hold an answer back, in seconds.
const MOST_DELAY: u64 = 600;

/// Which requests meet a fault. Everything that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct When {
    operation: Option<OperationPattern>,
    method: Option<MethodPattern>,
    path: Option<PathPattern>,
    matching: Option<Match>,
}

impl When {
    fn read(json: Json, at: &str, hash: &str) -> Result<When, Wrong> {
        fn pattern<T>(
            parse: impl Fn(&str, &str) -> Result<T, Wrong>,
        ) -> impl FnOnce(Json, &str) -> Result<T, Wrong> {
            move |json, at| parse(&strict_json::text(json, at)?, at)
        }
        let mut object = Object::new(json, at)?;
        let when = When {
            operation: object.read("operation", pattern(OperationPattern::parse))?,
            method: object.read("method", pattern(MethodPattern::parse))?,
            path: object.read("path", pattern(PathPattern::parse))?,
            matching: object.read("match", |json, at| {
                if json.get("status").is_some_and(|status| !status.is_null()) {
                    let why = "a fault comes before the answer, whose status is not known yet";
                    return Err(Wrong::new(&format!("{at}/status"), why));
                }
                Match::read(json, at)
            })?,
        };
        object.done()?;
        when.check(at, hash)?;
        Ok(when)
    }

    /// Says that some operation can be meant.
    fn check(&self, at: &str, hash: &str) -> Result<(), Wrong> {
        let named =
            |operation: &&Operation| self.operation.as_ref().is_none_or(|wanted| wanted.matches(operation));
        let at_path =
            |operation: &&Operation| self.path.as_ref().is_none_or(|wanted| wanted.can_be(operation, hash));
        let is_any =
            |holds: &dyn Fn(&&Operation) -> bool| OPERATIONS.iter().any(|operation| holds(&operation));
        if !is_any(&at_path) {
            let path = self.path.as_ref().map(ToString::to_string).unwrap_or_default();
            let wrong = Wrong::new(&format!("{at}/path"), format!("no operation has a path like '{path}'"));
            // The mount is not in the path of an operation.
            let below = mount::family(&path).map_or(&*path, |(family, _)| mount::below(family, &path));
            let likeness = |operation: &&Operation| strsim::jaro_winkler(below, operation.path);
            let near = OPERATIONS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            return Err(Wrong { hint: near.map(|operation| format!("**{}", operation.path)), ..wrong });
        }
        if !is_any(&|operation| self.can_be(operation, hash)) {
            let known: Vec<String> = OPERATIONS
                .iter()
                .filter(
                    |operation| if self.operation.is_some() { named(operation) } else { at_path(operation) },
                )
                .take(3)
                .map(|operation| format!("{} is {} {}", operation.name(), operation.method, operation.path))
                .collect();
            let wrong = Wrong::new(at, "no operation has this name, method and path at once");
            return Err(Wrong { hint: Some(known.join("; ")), ..wrong });
        }
        Ok(())
    }

    /// Whether it can be this operation.
    fn can_be(&self, operation: &Operation, hash: &str) -> bool {
        self.operation.as_ref().is_none_or(|wanted| wanted.matches(operation))
            && self.path.as_ref().is_none_or(|wanted| wanted.can_be(operation, hash))
            && self.method.as_ref().is_none_or(|wanted| {
                wanted.matches(operation.method) || operation.method == "GET" && wanted.matches("HEAD")
            })
    }

    /// Whether a request meets the fault.
    pub(super) fn holds(&self, seen: &impl Seen) -> bool {
        self.operation.as_ref().is_none_or(|wanted| seen.operation().is_some_and(|it| wanted.matches(it)))
            && self.method.as_ref().is_none_or(|wanted| wanted.matches(seen.method()))
            && self.path.as_ref().is_none_or(|wanted| wanted.matches(seen.path()))
            && self.matching.as_ref().is_none_or(|wanted| wanted.holds(seen))
    }
}

impl Fault {
    /// Reads a fault of the store of that hash. It gets its id where it is added.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(json: Json, hash: &str) -> Result<Fault, Wrong> {
        let given = json.clone();
        let mut object = Object::new(json, "")?;
        // Null is for ever, which is not as good as absent.
        let is_endless = given.get("times").is_some_and(Json::is_null);
        let fault = Fault {
            number: 0,
            when: object.read("when", |json, at| When::read(json, at, hash))?.unwrap_or_default(),
            skip: object.read("skip", count(0))?.unwrap_or(0),
            times: match object.read("times", count(1))? {
                None if is_endless => None,
                given => Some(given.unwrap_or(1)),
            },
            then: object.need("then", then)?,
            given,
            fired: 0,
        };
        object.done()?;
        let suits = |preset: Preset, operation| preset.suits(Some(operation));
        if let Some(preset) = fault.then.preset
            && !OPERATIONS.iter().any(|it| suits(preset, it) && fault.when.can_be(it, hash))
        {
            let known: Vec<String> =
                OPERATIONS.iter().filter(|it| suits(preset, it)).take(3).map(Operation::name).collect();
            let wrong = Wrong::new("/then/preset", "none of the operations of 'when' is ever answered so");
            return Err(Wrong { hint: Some(known.join(", ")), ..wrong });
        }
        Ok(fault)
    }
}

fn count(least: i64) -> impl Fn(Json, &str) -> Result<u64, Wrong> {
    move |json, at| whole(least..=1_000_000_000)(json, at).map(|count| u64::try_from(count).unwrap_or(0))
}

fn then(json: Json, at: &str) -> Result<Then, Wrong> {
    let mut object = Object::new(json, at)?;
    let then = Then {
        status: object.read("status", status)?,
        retry_after: object.read("retry_after", durations::duration)?,
        delay: object.read("delay", delay)?.unwrap_or_default(),
        body: object.read("body", word(&SHAPES))?.unwrap_or_default(),
        connection: object.read("connection", word(&BREAKS))?,
        after_write: object.read("after_write", switch)?.unwrap_or_default(),
        preset: object.read("preset", word(&PRESETS))?,
    };
    object.done()?;
    let wrong = |key, why| Err(Wrong::new(&format!("{at}/{key}"), why));
    match &then {
        Then { preset: Some(_), status, body, .. } if status.is_some() || *body != Shape::Vendor => {
            return wrong("preset", "a preset has a status and a body of its own");
        }
        Then { retry_after: Some(_), status: None, .. } => {
            return wrong("retry_after", "there is no status that it could stand beside");
        }
        Then { body: Shape::Html, status: None, .. } => {
            return wrong("body", "a proxy's page needs a status");
        }
        Then { status: None, connection: None, preset: None, body: Shape::Vendor, delay, .. }
            if delay.is_zero() =>
        {
            return Err(Wrong::new(at, "nothing goes wrong: give status, delay, body, connection or preset"));
        }
        _ => {}
    }
    Ok(then)
}

fn status(json: Json, at: &str) -> Result<StatusCode, Wrong> {
    let code = whole(STATUSES)(json, at)?;
    let code = u16::try_from(code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    code.ok_or_else(|| Wrong::new(at, "is no status"))
}

pub(super) fn delay(json: Json, at: &str) -> Result<std::time::Duration, Wrong> {
    let delay = durations::duration(json, at)?;
    if delay.as_secs() > MOST_DELAY {
        return Err(Wrong::new(at, "must be at most 10m"));
    }
    Ok(delay)
}
