//! How many requests of a kind a store carries out at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The requests that a store carries out, of each kind that has a limit.
#[derive(Debug, Default)]
pub struct AtOnce(Mutex<HashMap<&'static str, Arc<Semaphore>>>);

impl AtOnce {
    /// A slot among those of a kind, of which there may be `most` at once. It is not taken yet.
    pub fn slot(&self, kind: &'static str, most: usize) -> Slot {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free = kinds.entry(kind).or_insert_with(|| Arc::new(Semaphore::new(most))).clone();
        Slot { free, taken: OnceLock::new() }
    }
}

/// The slot of one request. Dropping it gives it back, whatever became of the request.
#[derive(Debug)]
pub struct Slot {
    free: Arc<Semaphore>,
    taken: OnceLock<OwnedSemaphorePermit>,
}

impl Slot {
    /// Takes it, unless all are taken. Whether it has it now.
    #[must_use]
    pub fn take(&self) -> bool {
        let Ok(permit) = self.free.clone().try_acquire_owned() else { return self.taken.get().is_some() };
        // A second one goes back at once.
        let _ = self.taken.set(permit);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_slots_and_a_dropped_one_is_free() {
        let at_once = AtOnce::default();
        let slots = [(); 3].map(|()| at_once.slot("a", 2));
        assert_eq!(slots.each_ref().map(Slot::take), [true, true, false]);
        assert!(slots[0].take(), "it has it");
        assert!(at_once.slot("b", 1).take(), "another kind");
        drop(slots);
        assert!(at_once.slot("a", 2).take());
    }
}
