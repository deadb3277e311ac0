//! What goes wrong on demand: the faults of a store, counted and never random.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use crate::fields::Dialect;
use crate::matching::Seen;
use crate::operations::Operation;

mod prefer;
mod read;

pub use prefer::{PREFER, preferred};
pub use read::When;

/// What happens to a request that meets a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Then {
    /// What it is answered; `None` is the real answer, late or broken.
    pub status: Option<StatusCode>,
    /// When it should come again, as the answer says.
    pub retry_after: Option<Duration>,
    /// How long the answer is held back; of one that dribbles, how long that takes.
    pub delay: Duration,
    /// What its body is like.
    pub body: Shape,
    /// What becomes of the connection.
    pub connection: Option<Break>,
    /// Whether the request is carried out first.
    pub after_write: bool,
    /// An answer that the service has for one case alone.
    pub preset: Option<Preset>,
}

/// What the body of an answer is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// As the service has it.
    #[default]
    Vendor,
    /// There is none.
    Empty,
    /// The page of a proxy.
    Html,
    /// The first half of the JSON.
    Malformed,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// It is reset before any answer.
    Reset,
    /// It is closed before any answer.
    Close,
    /// It is closed after half of the answer, of which the length was told.
    Truncate,
    /// The answer comes in pieces, slowly.
    Dribble,
}

/// An answer that the service has for one case alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// 207: a group was written, its discount for all of the store was not.
    PartialGroupWrite,
    /// 200 with a page that says that the store is being maintained.
    MaintenancePage,
}

impl Preset {
    /// Whether an operation may be answered so.
    fn suits(self, operation: Option<&Operation>) -> bool {
        let is_v2 = operation.is_some_and(|operation| operation.dialect == Dialect::V2);
        let is_group_write = || operation.is_some_and(|it| matches!(it.id, "createGroup" | "updateGroup"));
        match self {
            Preset::PartialGroupWrite => is_v2 && is_group_write(),
            Preset::MaintenancePage => is_v2,
        }
    }
}

impl Then {
    /// What happens without a fault.
    pub const NOTHING: Then = Then {
        status: None,
        retry_after: None,
        delay: Duration::ZERO,
        body: Shape::Vendor,
        connection: None,
        after_write: false,
        preset: None,
    };

    /// Whether the request is carried out.
    #[must_use]
    pub fn carries_out(&self) -> bool {
        let is_unanswered = matches!(self.connection, Some(Break::Reset | Break::Close));
        let is_real = self.status.is_none() && !is_unanswered && self.preset != Some(Preset::MaintenancePage);
        self.after_write || is_real
    }
}

/// A fault of a store.
#[derive(Clone, Debug)]
pub struct Fault {
    number: u64,
    when: When,
    then: Then,
    /// The fault as it was given.
    given: Json,
    /// How many requests that match are let through first.
    skip: u64,
    /// How often it happens; `None` is for ever.
    times: Option<u64>,
    fired: u64,
}

impl Fault {
    /// Its id: `f1`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("f{}", self.number)
    }

    /// It as the control API shows it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut shown = json!({"id": self.id()});
        for (key, value) in self.given.as_object().into_iter().flatten() {
            shown[key] = value.clone();
        }
        shown["fired"] = self.fired.into();
        shown["left"] = self.times.map_or(Json::Null, |times| (times - self.fired).into());
        shown
    }
}

/// The most faults of a store: each request is held against all of them.
pub const MOST: usize = 1000;

/// The faults of one life of a store, oldest first.
#[derive(Debug, Default)]
pub struct Faults {
    /// How many of them may still happen: most stores have none, and requests need not look.
    armed: AtomicUsize,
    all: Mutex<All>,
}

#[derive(Debug, Default)]
struct All {
    last: u64,
    list: Vec<Fault>,
}

/// A fault that a request met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The id of the fault.
    pub id: String,
    /// What happens.
    pub then: Then,
    /// The client's own words, if it asked for it itself.
    pub applied: Option<String>,
}

impl Faults {
    /// Adds a fault, and gives it its id; `None` if there are [`MOST`] already.
    pub fn add(&self, mut fault: Fault) -> Option<Fault> {
        let mut all = self.lock();
        if all.list.len() >= MOST {
            return None;
        }
        all.last += 1;
        fault.number = all.last;
        all.list.push(fault.clone());
        self.count(&all);
        Some(fault)
    }

    /// All of them.
    #[must_use]
    pub fn list(&self) -> Vec<Fault> {
        self.lock().list.clone()
    }

    /// Forgets the fault of that id, or all of them. Whether there was any.
    pub fn remove(&self, id: Option<&str>) -> bool {
        let mut all = self.lock();
        let before = all.list.len();
        all.list.retain(|fault| id.is_some_and(|id| fault.id() != id));
        self.count(&all);
        all.list.len() < before
    }

    /// The fault that a request meets: the oldest that matches and has not happened often enough.
    pub fn meet(&self, seen: &impl Seen) -> Option<Met> {
        if self.armed.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut all = self.lock();
        let mut met = None;
        for fault in &mut all.list {
            let suits = fault.then.preset.is_none_or(|preset| preset.suits(seen.operation()));
            if !suits || fault.times.is_some_and(|times| fault.fired >= times) || !fault.when.holds(seen) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.fired += 1;
            met = Some(Met { id: fault.id(), then: fault.then.clone(), applied: None });
            break;
        }
        self.count(&all);
        met
    }

    fn count(&self, all: &All) {
        let armed = all.list.iter().filter(|fault| fault.times.is_none_or(|times| fault.fired < times));
        self.armed.store(armed.count(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
