//! The journal: what came in and what went out, kept so that tests can look at it.
//!
//! Each life of a store has a [`Journal`], a ring that is bounded in entries and bytes. All of them share a
//! [`Registry`]: ids, and a bound over all stores. Secrets never enter; `redact.rs` takes them out before.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

mod head;
mod record;
mod redact;
mod ring;

pub use head::Head;
pub use record::{About, Exchange, Kept, Record};
pub use redact::body as redacted;
use ring::Ring;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one store; 0 keeps none.
    pub entries: usize,
    /// Bytes of one store; 0 keeps none.
    pub bytes: usize,
    /// Bytes of all stores.
    pub total: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { entries: 1000, bytes: 16 << 20, total: 256 << 20 }
    }
}

impl Limits {
    /// Whether anything is kept.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.entries > 0 && self.bytes > 0 && self.total > 0
    }
}

/// What all journals share.
#[derive(Debug)]
pub struct Registry {
    limits: Limits,
    last_id: AtomicU64,
    bytes: AtomicUsize,
    journals: Mutex<Journals>,
    arrivals: Arrivals,
}

/// Those that ever kept anything.
#[derive(Debug, Default)]
struct Journals {
    all: Vec<Weak<Journal>>,
    /// How many of stores that are gone may be among them.
    gone: usize,
}

impl Journals {
    /// Lets go of those of stores that are gone: each holds on to its memory.
    fn tidy(&mut self) {
        self.all.retain(|journal| journal.strong_count() > 0);
        self.all.shrink_to(2 * self.all.len());
        self.gone = 0;
    }
}

impl Registry {
    /// One without journals.
    #[must_use]
    pub fn new(limits: Limits) -> Arc<Registry> {
        Arc::new(Registry {
            limits,
            last_id: AtomicU64::new(0),
            bytes: AtomicUsize::new(0),
            journals: Mutex::default(),
            arrivals: Arrivals::default(),
        })
    }

    /// Whether anything is kept.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.limits.is_on()
    }

    /// The newest id that was given. Every request up to it is in its journal once that can be read.
    #[must_use]
    pub fn last_id(&self) -> u64 {
        self.last_id.load(Ordering::Acquire)
    }

    /// The bytes that all journals hold.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Who wants to know when more comes into any of them.
    #[must_use]
    pub fn arrivals(&self) -> &Arrivals {
        &self.arrivals
    }

    /// A journal holds more or less than before. The bytes that all of them hold now.
    fn holds(&self, before: usize, now: usize) -> usize {
        let added = now.wrapping_sub(before);
        self.bytes.fetch_add(added, Ordering::Relaxed).wrapping_add(added)
    }

    fn knows(&self, journal: &Arc<Journal>) {
        lock(&self.journals).all.push(Arc::downgrade(journal));
    }

    /// A journal is gone.
    fn loses_one(&self) {
        let mut journals = lock(&self.journals);
        journals.gone += 1;
        if 2 * journals.gone > journals.all.len() {
            journals.tidy();
        }
    }

    /// Frees a tenth of what all journals may hold: first what came into those that were unused the longest.
    fn make_room(&self) {
        let mut journals: Vec<(u64, Arc<Journal>)> = {
            let journals = lock(&self.journals);
            journals.all.iter().filter_map(Weak::upgrade).map(|journal| (journal.newest(), journal)).collect()
        };
        journals.sort_by_key(|(newest, _)| *newest);
        let enough = self.limits.total - self.limits.total / 10;
        for (_, journal) in journals {
            while self.bytes() > enough && journal.forget_oldest() {}
        }
    }
}

/// The requests of one life of a store, or those that belong to no store.
#[derive(Debug)]
pub struct Journal {
    registry: Arc<Registry>,
    ring: Mutex<Ring>,
    arrivals: Arrivals,
}

impl Journal {
    /// An empty one.
    #[must_use]
    pub fn new(registry: &Arc<Registry>) -> Arc<Journal> {
        let arrivals = Arrivals::default();
        Arc::new(Journal { registry: registry.clone(), ring: Mutex::default(), arrivals })
    }

    /// Keeps a request that was answered. The oldest go where there are too many.
    pub fn keep(self: &Arc<Journal>, exchange: &Exchange<'_>) {
        let Registry { limits, last_id, .. } = &*self.registry;
        // What alone is too much would push out all others.
        if !limits.is_on() || exchange.most_bytes() > limits.bytes {
            return;
        }
        let (was_known, was_held, held) = {
            let mut ring = lock(&self.ring);
            let was_held = ring.held;
            // Under the lock, so that ids are in the order of the ring.
            let id = last_id.fetch_add(1, Ordering::AcqRel) + 1;
            ring.push(id, exchange, limits);
            (std::mem::replace(&mut ring.is_known, true), was_held, ring.held)
        };
        if !was_known {
            self.registry.knows(self);
        }
        if was_held != held && self.registry.holds(was_held, held) > limits.total {
            self.registry.make_room();
        }
        self.arrivals.tell();
        self.registry.arrivals.tell();
    }

    /// The requests that are kept, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        lock(&self.ring).records()
    }

    /// Forgets those for which this holds.
    pub fn forget(&self, is_forgotten: impl FnMut(&Record) -> bool) {
        self.change(|ring| ring.forget(is_forgotten));
    }

    /// Who wants to know when more comes in.
    #[must_use]
    pub fn arrivals(&self) -> &Arrivals {
        &self.arrivals
    }

    fn forget_oldest(&self) -> bool {
        self.change(Ring::pop)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ring) -> T) -> T {
        let mut ring = lock(&self.ring);
        let was_held = ring.held;
        let changed = change(&mut ring);
        self.registry.holds(was_held, ring.held);
        changed
    }

    fn newest(&self) -> u64 {
        lock(&self.ring).newest()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.registry.holds(lock(&self.ring).held, 0);
        self.registry.loses_one();
    }
}

/// Those who wait until a request comes in. Where nobody waits, telling costs a look.
#[derive(Debug, Default)]
pub struct Arrivals {
    waiting: AtomicUsize,
    notify: Notify,
}

impl Arrivals {
    /// Looks again and again, each time that a request came in, until there is something.
    pub async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _leaving = Leaving(self);
        loop {
            let more = self.notify.notified();
            if let Some(found) = look() {
                return found;
            }
            more.await;
        }
    }

    /// Tells those who wait to look.
    pub fn tell(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.notify.notify_waiters();
        }
    }
}

struct Leaving<'a>(&'a Arrivals);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journals_of_stores_that_are_gone_are_let_go() {
        let registry = Registry::new(Limits::default());
        let mut journals: Vec<Arc<Journal>> = (0..100).map(|_| Journal::new(&registry)).collect();
        for journal in &journals {
            registry.knows(journal);
        }
        journals.truncate(3);
        let known = |registry: &Registry| lock(&registry.journals).all.len();
        assert!((3..=6).contains(&known(&registry)), "{}", known(&registry));
        journals.clear();
        assert_eq!(known(&registry), 0);
    }
}
