//! How requests lie in memory: side by side in segments, so that keeping one is a copy and no allocation.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Limits;
use super::record::{Exchange, Facts, Record};

/// The size of the first segment and of later ones, in bytes. A store that is used little takes little.
const SEGMENTS: (usize, usize) = (2 * 1024, 64 * 1024);

/// A record, and where its text is.
#[derive(Clone, Debug)]
struct Slot {
    segment: u64,
    start: usize,
    facts: Facts,
}

/// The kept requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Ring {
    slots: VecDeque<Slot>,
    /// The segments that are full, oldest first.
    full: VecDeque<Arc<Vec<u8>>>,
    /// The segment that is being filled.
    open: Vec<u8>,
    /// The number of the oldest segment.
    first: u64,
    /// One to be filled again.
    spare: Vec<u8>,
    /// The bytes of the records.
    live: usize,
    /// The bytes of the segments.
    pub(super) held: usize,
    /// Whether the registry knows of this journal.
    pub(super) is_known: bool,
}

impl Ring {
    /// Keeps one more. The oldest go where there are too many.
    pub(super) fn push(&mut self, id: u64, exchange: &Exchange<'_>, limits: &Limits) {
        let most = exchange.most_bytes();
        if self.open.len() + most > self.open.capacity() {
            self.begin_segment(most);
        }
        let start = self.open.len();
        let facts = exchange.write(id, &mut self.open);
        self.live += facts.bytes();
        let segment = self.first + self.full.len() as u64;
        self.slots.push_back(Slot { segment, start, facts });
        while self.slots.len() > limits.entries || self.live > limits.bytes {
            self.pop();
        }
    }

    fn begin_segment(&mut self, most: usize) {
        let size = (self.open.capacity() * 2).clamp(SEGMENTS.0, SEGMENTS.1).max(most);
        let next = if self.spare.capacity() >= size {
            std::mem::take(&mut self.spare)
        } else {
            self.held += size;
            Vec::with_capacity(size)
        };
        let full = std::mem::replace(&mut self.open, next);
        if full.capacity() > 0 {
            self.full.push_back(Arc::new(full));
        }
    }

    /// Forgets the oldest.
    pub(super) fn pop(&mut self) -> bool {
        let Some(oldest) = self.slots.pop_front() else { return false };
        self.live -= oldest.facts.bytes();
        self.drop_unused();
        self.release_if_empty();
        true
    }

    /// Forgets those for which this holds.
    pub(super) fn forget(&mut self, mut is_forgotten: impl FnMut(&Record) -> bool) {
        let mut records = self.records().into_iter();
        self.slots.retain(|_| records.next().is_none_or(|record| !is_forgotten(&record)));
        self.live = self.slots.iter().map(|slot| slot.facts.bytes()).sum();
        self.drop_unused();
        self.release_if_empty();
    }

    /// Gives everything back where nothing is kept.
    fn release_if_empty(&mut self) {
        if self.slots.is_empty() {
            *self = Ring { is_known: self.is_known, ..Ring::default() };
        }
    }

    /// Gives back the segments before the oldest record.
    fn drop_unused(&mut self) {
        let open = self.first + self.full.len() as u64;
        let oldest = self.slots.front().map_or(open, |slot| slot.segment);
        while self.first < oldest {
            self.first += 1;
            // Unless somebody is reading it.
            let Some(segment) = self.full.pop_front() else { break };
            self.held -= segment.capacity();
            if let Ok(mut segment) = Arc::try_unwrap(segment)
                && segment.capacity() == SEGMENTS.1
                && self.spare.capacity() == 0
            {
                segment.clear();
                self.held += segment.capacity();
                self.spare = segment;
            }
        }
    }

    /// All of them, oldest first.
    pub(super) fn records(&self) -> Vec<Record> {
        let open = Arc::new(self.open.clone());
        let text = |slot: &Slot| {
            let at = usize::try_from(slot.segment - self.first).unwrap_or(usize::MAX);
            self.full.get(at).unwrap_or(&open).clone()
        };
        self.slots.iter().map(|slot| Record::new(slot.facts.clone(), slot.start, text(slot))).collect()
    }

    /// The id of the newest.
    pub(super) fn newest(&self) -> u64 {
        self.slots.back().map_or(0, |slot| slot.facts.id)
    }
}
