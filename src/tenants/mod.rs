//! All stores: which there are, and how they come, go, sleep and come back.
//!
//! A store is an [`Entry`] behind one swap. A request takes it once and keeps it to its end; a reset puts another one
//! in its place, so no request ever sees half of either. `files.rs` says how a swap on disk outlives a kill.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::access::Digest;
use crate::journal::{self, Registry};
use crate::model::engine::{self, OpenError, Place, Store};
use crate::passwords::Passwords;

mod entry;
mod files;
mod house;
mod information;
mod making;
pub mod settings;
mod snapshot;
mod snapshots;

pub use entry::{Entry, Replaced};
pub use information::{Information, Wrong, store_id};
pub use making::{MakeError, Prepared};
pub use settings::{Concurrency, Cors, Profile, Settings};
pub use snapshot::{About, Snapshot};

use files::Files;
use house::House;

/// How all stores are kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where databases are kept; `None` keeps them in memory.
    pub data_dir: Option<PathBuf>,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// The bytes that rows in memory may take in each store; see [`engine::ROW_BUDGET`].
    pub row_budget: usize,
    /// Whether a store is refused that nobody has made before it is used.
    pub strict_stores: bool,
    /// The settings of a store for which nobody gives others.
    pub usual: Settings,
    /// How long a store is unused before it goes to sleep.
    pub sleep_after: Duration,
    /// How many stores may be awake.
    pub max_awake: usize,
    /// How many requests are kept.
    pub journal: journal::Limits,
}

impl Options {
    /// Stores in memory.
    #[must_use]
    pub fn new(passwords: Passwords) -> Options {
        Options {
            data_dir: None,
            passwords,
            row_budget: engine::ROW_BUDGET,
            strict_stores: false,
            usual: Settings::default(),
            sleep_after: Duration::from_secs(10),
            max_awake: 256,
            journal: journal::Limits::default(),
        }
    }
}

/// Those who change which store is under a hash take turns. So many hashes at once.
const TURNS: usize = 64;

/// Every store, by hash.
#[derive(Debug)]
pub struct Tenants {
    house: Arc<House>,
    options: Options,
    entries: RwLock<HashMap<Box<str>, Arc<Entry>>>,
    /// How many stores each token opens.
    tokens: RwLock<HashMap<Digest, usize>>,
    /// Snapshots that are kept in memory, by hash and name.
    snapshots: RwLock<HashMap<Box<str>, HashMap<String, Kept>>>,
    /// The stores of the seed that the server started with.
    seeded: RwLock<HashSet<Box<str>>>,
    turns: [Mutex<()>; TURNS],
    generation: AtomicU64,
    /// Answers the reads of stores that do not exist: always empty, because nobody writes to it.
    nothing: (Arc<Entry>, Arc<Store>),
    /// Held for as long as the data directory is ours.
    _lock: Option<File>,
}

/// A snapshot under a name.
#[derive(Clone, Debug)]
enum Kept {
    Here(Arc<Snapshot>),
    /// In its file.
    File,
}

impl Tenants {
    /// Opens the table, and takes the data directory and the stores in it if there is one.
    ///
    /// # Errors
    /// When the directory can not be used, or another process is using it.
    pub async fn open(options: Options) -> Result<Tenants, OpenError> {
        let failed = |source| OpenError::Database { hash: String::new(), source };
        let data_dir = options.data_dir.clone();
        let (lock, found) = match &data_dir {
            Some(dir) => (Some(engine::lock(dir)?), files::tidy(dir)?),
            None => (None, files::Found::default()),
        };
        let blank = engine::blank(data_dir.is_some()).await.map_err(failed)?;
        let in_memory =
            if data_dir.is_some() { engine::blank(false).await.map_err(failed)? } else { blank.clone() };
        let house = Arc::new(House::new(&options, blank));
        let nothing = Arc::new(Entry::new(&house, "", options.usual.clone(), None, None));
        let nobody = Store::open(&Place::Memory(in_memory), nothing.means(), None).await.map_err(failed)?;
        let tenants = Tenants {
            house,
            options,
            entries: RwLock::default(),
            tokens: RwLock::default(),
            snapshots: RwLock::default(),
            seeded: RwLock::default(),
            turns: std::array::from_fn(|_| Mutex::new(())),
            generation: AtomicU64::new(found.newest + 1),
            nothing: (nothing, nobody.into()),
            _lock: lock,
        };
        tenants.take_over(found)?;
        Ok(tenants)
    }

    /// Lists the stores that are in the data directory. Each is opened when it is first asked for.
    fn take_over(&self, found: files::Found) -> Result<(), OpenError> {
        let Some(dir) = &self.house.data_dir else { return Ok(()) };
        for (hash, generation) in found.stores {
            let files = Files::new(dir, &hash, generation);
            let settings = settings::read_file(&files.settings(), self.options.usual.profile)?
                .unwrap_or_else(|| self.options.usual.clone());
            let made_at = files.made_at();
            let entry = Entry::new(&self.house, &hash, settings, None, Some(files));
            self.put(Arc::new(entry.made_at(made_at)));
        }
        let kept = |names: Vec<String>| names.into_iter().map(|name| (name, Kept::File)).collect();
        let snapshots = found.snapshots.into_iter().map(|(hash, names)| (hash, kept(names)));
        *write(&self.snapshots) = snapshots.collect();
        Ok(())
    }

    /// Puts those stores to sleep that nobody uses, again and again. Runs until it is dropped.
    pub async fn keep_house(&self) {
        let after = self.options.sleep_after;
        let pause = (after / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        loop {
            tokio::time::sleep(pause).await;
            self.house.put_to_sleep(after).await;
        }
    }

    /// The store of that hash, if there is one.
    #[must_use]
    pub fn entry(&self, hash: &str) -> Option<Arc<Entry>> {
        read(&self.entries).get(hash).cloned()
    }

    /// The store of that hash, open, for reading and for writes to what is there; if there is none, one that is empty
    /// and belongs to nobody.
    ///
    /// # Errors
    /// When its database can not be opened.
    pub async fn get(&self, hash: &str) -> Result<(Arc<Entry>, Arc<Store>), OpenError> {
        loop {
            let Some(entry) = self.entry(hash) else { return Ok(self.nothing.clone()) };
            if let Ok(store) = entry.store().await? {
                return Ok((entry, store));
            }
        }
    }

    /// The store of that hash, open, for a first write; it is made, blank, if there is none.
    ///
    /// # Errors
    /// When its database can not be opened or made; then there is none of it.
    pub async fn get_or_create(&self, hash: &str) -> Result<(Arc<Entry>, Arc<Store>), OpenError> {
        loop {
            let found = self.get(hash).await?;
            if !found.0.hash.is_empty() {
                return Ok(found);
            }
            let _turn = self.turn(hash).await;
            if self.exists(hash) {
                continue;
            }
            let entry = Arc::new(self.begin(hash, self.options.usual.clone(), None, None).await?);
            match entry.store().await {
                Ok(Ok(store)) => {
                    self.put(entry.clone());
                    return Ok((entry, store));
                }
                Ok(Err(Replaced)) => {}
                Err(error) => {
                    entry.retire();
                    return Err(error);
                }
            }
        }
    }

    /// Finds out whether another store could be opened now. If not, one that nobody uses goes to sleep first.
    ///
    /// # Errors
    /// Why not.
    pub async fn room(&self) -> Result<(), OpenError> {
        let Some(dir) = &self.house.data_dir else { return Ok(()) };
        loop {
            match engine::room_in(dir).map_err(|source| OpenError::file(dir, source)) {
                Err(error) if self.house.found_descriptors(&error).await => {}
                done => return done,
            }
        }
    }

    /// Puts a store back to what it was when it was made.
    ///
    /// # Errors
    /// When that can not be read, or the store can not be made. `None`: there is no such store.
    pub async fn reset(&self, hash: &str, keep: Keep) -> Result<Option<Arc<Entry>>, OpenError> {
        let _turn = self.turn(hash).await;
        let Some(old) = self.entry(hash) else { return Ok(None) };
        let origin = old.origin()?;
        let mut settings =
            origin.as_ref().map_or_else(|| self.options.usual.clone(), |origin| origin.settings.clone());
        let now = old.settings_now();
        if keep.settings {
            settings = Settings { clock: settings.clock, ..now.clone() };
        }
        if keep.clock {
            settings.clock = now.clock;
        }
        let entry = self.begin(hash, settings, origin.as_deref(), origin.as_ref()).await?;
        let entry = Arc::new(entry.made_at(old.created_at).keeping(&old, keep.requests, keep.faults));
        self.put(entry.clone());
        Ok(Some(entry))
    }

    /// Deletes a store with its snapshots. Requests that are under way may finish.
    pub async fn delete(&self, hash: &str) -> bool {
        let _turn = self.turn(hash).await;
        let removed = {
            let mut entries = write(&self.entries);
            let removed = entries.remove(hash);
            // Room for what was once there is given back.
            if entries.capacity() > 1000 && entries.len() < entries.capacity() / 4 {
                entries.shrink_to_fit();
            }
            removed
        };
        let Some(old) = removed else { return false };
        self.count_tokens(&old.settings(), false);
        old.retire();
        let names = write(&self.snapshots).remove(hash).unwrap_or_default();
        if let Some(dir) = &self.house.data_dir {
            for name in names.keys() {
                files::remove(&files::snapshot(dir, hash, name));
            }
        }
        true
    }

    /// Makes an entry the one of its hash. The one before it goes when its last request is done.
    fn put(&self, entry: Arc<Entry>) {
        self.count_tokens(&entry.settings(), true);
        let old = write(&self.entries).insert(entry.hash.clone(), entry);
        if let Some(old) = old {
            self.count_tokens(&old.settings(), false);
            old.retire();
        }
    }

    /// Changes the settings of a store, from what they are when nobody else changes them. `None`: there is no such store.
    ///
    /// # Errors
    /// Those of `change`, and when they can not be kept.
    pub async fn change_settings<E: From<OpenError>>(
        &self,
        hash: &str,
        change: impl FnOnce(Settings) -> Result<Settings, E>,
    ) -> Result<Option<Arc<Entry>>, E> {
        let _turn = self.turn(hash).await;
        let Some(entry) = self.entry(hash) else { return Ok(None) };
        self.set_settings(&entry, change(entry.settings_now())?)?;
        Ok(Some(entry))
    }

    /// Gives a store other settings, in its turn.
    fn set_settings(&self, entry: &Entry, new: Settings) -> Result<(), OpenError> {
        let old = entry.settings();
        entry.set_settings(new)?;
        self.count_tokens(&entry.settings(), true);
        self.count_tokens(&old, false);
        Ok(())
    }

    /// Gives a store on disk the settings that a seed has for it now, unless they were changed since it was made: then
    /// they are left as they are.
    ///
    /// # Errors
    /// When they can not be read or kept.
    pub async fn seed_settings(&self, hash: &str, seeded: Settings) -> Result<bool, OpenError> {
        let _turn = self.turn(hash).await;
        let Some(entry) = self.entry(hash) else { return Ok(false) };
        let origin = entry.origin()?;
        let began_as =
            origin.as_ref().map_or_else(|| self.options.usual.clone(), |origin| origin.settings.clone());
        let now = entry.settings_now();
        if now != began_as || now == seeded {
            return Ok(now == seeded);
        }
        if let Some(origin) = origin {
            entry.keep_origin(&Snapshot { settings: seeded.clone(), ..(*origin).clone() })?;
        }
        self.set_settings(&entry, seeded)?;
        Ok(true)
    }

    fn count_tokens(&self, settings: &Settings, more: bool) {
        let mut tokens = write(&self.tokens);
        for digest in settings.access.tokens.digests() {
            let count = tokens.entry(*digest).or_default();
            *count = if more { *count + 1 } else { count.saturating_sub(1) };
            if *count == 0 {
                tokens.remove(digest);
            }
        }
    }

    /// Whether a token opens any store.
    #[must_use]
    pub fn knows_token(&self, digest: &Digest) -> bool {
        read(&self.tokens).contains_key(digest)
    }

    /// What the journals of all stores share.
    #[must_use]
    pub fn requests(&self) -> &Registry {
        &self.house.requests
    }

    /// Whether requests may name that store: always, unless stores must be made before they are used.
    #[must_use]
    pub fn is_allowed(&self, hash: &str) -> bool {
        !self.options.strict_stores || self.exists(hash)
    }

    /// Whether there is a store of that hash.
    #[must_use]
    pub fn exists(&self, hash: &str) -> bool {
        read(&self.entries).contains_key(hash)
    }

    /// The settings of a store for which nobody gives others.
    #[must_use]
    pub fn usual(&self) -> &Settings {
        &self.options.usual
    }

    /// The store that stands for all that do not exist.
    #[must_use]
    pub fn nothing(&self) -> Arc<Entry> {
        self.nothing.0.clone()
    }

    /// Notes that the server's seed names a store.
    pub fn is_seeded(&self, hash: &str) {
        write(&self.seeded).insert(hash.into());
    }

    /// Whether the server's seed names a store.
    #[must_use]
    pub fn was_seeded(&self, hash: &str) -> bool {
        read(&self.seeded).contains(hash)
    }

    /// The stores there are, by hash; those of which the hash begins so.
    #[must_use]
    pub fn list(&self, prefix: &str) -> Vec<Arc<Entry>> {
        let entries = read(&self.entries);
        let mut list: Vec<Arc<Entry>> =
            entries.values().filter(|entry| entry.hash.starts_with(prefix)).cloned().collect();
        drop(entries);
        list.sort_by(|a, b| (a.created_at, &a.hash).cmp(&(b.created_at, &b.hash)));
        list
    }

    /// How many stores are awake, and how many there are.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        (self.house.count_awake(), read(&self.entries).len())
    }

    /// Closes every database, so that nothing is left in a write-ahead log.
    pub async fn close(&self) {
        let entries: Vec<Arc<Entry>> = read(&self.entries).values().cloned().collect();
        futures_util::future::join_all(entries.iter().map(|entry| entry.close())).await;
    }

    async fn turn(&self, hash: &str) -> MutexGuard<'_, ()> {
        let sum = hash.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        self.turns[sum % TURNS].lock().await
    }
}

/// What of a store a reset leaves as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each can be kept without the others")]
#[expect(missing_docs, reason = "the names say it")]
pub struct Keep {
    pub requests: bool,
    pub faults: bool,
    pub clock: bool,
    pub settings: bool,
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
