//! What all stores share: where they are kept, and how many may be awake.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Options;
use super::entry::Entry;
use super::settings::Profile;
use crate::clock;
use crate::journal::Registry;
use crate::model::engine::{Image, OpenError};
use crate::passwords::Passwords;

/// How long who waits for room waits before looking again for a store that nobody uses any more.
const AGAIN: Duration = Duration::from_millis(1);

/// What all stores share.
#[derive(Debug)]
pub(super) struct House {
    /// Where databases are kept; `None` keeps them in memory.
    pub(super) data_dir: Option<PathBuf>,
    /// Hashes passwords.
    pub(super) passwords: Passwords,
    /// The bytes that rows in memory may take in each store.
    pub(super) row_budget: usize,
    /// What every new store starts from.
    pub(super) blank: Image,
    /// That of stores which name none.
    pub(super) profile: Profile,
    /// One for each store that may be awake.
    pub(super) permits: Arc<Semaphore>,
    /// What the journals of all stores share.
    pub(super) requests: Arc<Registry>,
    awake: Mutex<Vec<Weak<Entry>>>,
}

impl House {
    pub(super) fn new(options: &Options, blank: Image) -> House {
        House {
            data_dir: options.data_dir.clone(),
            passwords: options.passwords.clone(),
            row_budget: options.row_budget,
            blank,
            profile: options.usual.profile,
            permits: Arc::new(Semaphore::new(options.max_awake.max(1))),
            requests: Registry::new(options.journal),
            awake: Mutex::default(),
        }
    }

    /// Room for one more store to be awake. If there is none, the store that was unused the longest goes to sleep; if
    /// all are in use, one waits.
    pub(super) async fn room(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(permit) = self.permits.clone().try_acquire_owned() {
                return permit;
            }
            if let Some(entry) = self.longest_unused() {
                // A task of its own: who waits may go away, and nobody may be left half asleep.
                let _ = tokio::spawn(entry.sleep()).await;
            } else if let Ok(Ok(permit)) =
                tokio::time::timeout(AGAIN, self.permits.clone().acquire_owned()).await
            {
                return permit;
            }
        }
    }

    /// Whether what failed may be tried again: it failed because there are too few file descriptors, and the store that
    /// was unused the longest has gone to sleep.
    pub(super) async fn found_descriptors(&self, error: &OpenError) -> bool {
        match (error, self.longest_unused()) {
            (OpenError::NoDescriptors, Some(entry)) => {
                let _ = tokio::spawn(entry.sleep()).await;
                true
            }
            _ => false,
        }
    }

    /// Notes that a store is awake.
    pub(super) fn is_awake(&self, entry: &Arc<Entry>) {
        let mut awake = self.awake.lock().unwrap_or_else(PoisonError::into_inner);
        awake.retain(|entry| entry.upgrade().is_some_and(|entry| entry.is_awake()));
        awake.push(Arc::downgrade(entry));
    }

    /// Of the stores that are awake and that nobody is using, the one that was unused the longest.
    fn longest_unused(&self) -> Option<Arc<Entry>> {
        let awake = self.awake.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = awake.iter().filter_map(Weak::upgrade).filter(|entry| entry.is_idle());
        idle.min_by_key(|entry| entry.last_used_at())
    }

    /// Puts those to sleep that nobody used for so long.
    pub(super) async fn put_to_sleep(&self, after: Duration) {
        let long_ago = clock::system_ms() - i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let tired: Vec<Arc<Entry>> = {
            let awake = self.awake.lock().unwrap_or_else(PoisonError::into_inner);
            let entries = awake.iter().filter_map(Weak::upgrade);
            entries.filter(|entry| entry.last_used_at() <= long_ago && entry.is_idle()).collect()
        };
        for entry in tired {
            entry.sleep().await;
        }
    }

    /// How many stores are awake.
    pub(super) fn count_awake(&self) -> usize {
        let awake = self.awake.lock().unwrap_or_else(PoisonError::into_inner);
        awake.iter().filter_map(Weak::upgrade).filter(|entry| entry.is_awake()).count()
    }
}
