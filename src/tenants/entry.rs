//! A store from when it is made, reset or restored until the next time: everything that a reset replaces.
//!
//! It is awake, with an open database, or asleep: then it has no thread, no file descriptor and no rows, only – without
//! a data directory – its content, packed. Any request wakes it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use tokio::sync::OwnedSemaphorePermit;

use super::files::Files;
use super::house::House;
use super::settings::{self, Concurrency, Settings};
use super::snapshot::Snapshot;
use crate::clock::{self, Clock};
use crate::concurrency::{AtOnce, Slot};
use crate::descriptors;
use crate::error::Error;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::model::engine::memory::Memory;
use crate::model::engine::{self, Image, Means, OpenError, Place, Store};
use crate::operations::Operation;
use crate::quota::{Allowance, Quota, Quotas};

/// One life of a store.
#[derive(Debug)]
pub struct Entry {
    /// Its hash; empty for the one that stands for all stores that do not exist.
    pub hash: Box<str>,
    /// When it was made, in Unix milliseconds of the system's time.
    pub created_at: i64,
    /// Its time.
    pub clock: Clock,
    last_used: AtomicI64,
    settings: RwLock<Arc<Settings>>,
    token_quota: Quota,
    basic_quota: Quota,
    /// The requests that came to it.
    pub journal: Arc<Journal>,
    /// What goes wrong in it.
    pub faults: Arc<Faults>,
    /// Its files, if it is kept on disk.
    files: Option<Files>,
    at_once: AtOnce,
    /// What a reset goes back to, if it is kept in memory and is not a blank store.
    origin: OnceLock<Arc<Snapshot>>,
    /// How many customers there were when it went to sleep.
    customers: AtomicI64,
    life: Mutex<Life>,
    /// Held while it wakes or goes to sleep.
    changing: tokio::sync::Mutex<()>,
    house: Arc<House>,
}

#[derive(Debug)]
enum Life {
    /// The content; none if it is in its file.
    Asleep(Option<Image>),
    Awake(Arc<Store>),
    /// Somebody who holds `changing` puts it to sleep.
    Dozing,
    /// It was replaced or deleted, and nobody can use it any more.
    Gone,
}

/// A store was replaced or deleted in the moment in which somebody wanted to wake it: look it up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced;

impl Entry {
    /// A store that is asleep with this content; on disk it is in the files already.
    pub(super) fn new(
        house: &Arc<House>,
        hash: &str,
        settings: Settings,
        content: Option<Image>,
        files: Option<Files>,
    ) -> Entry {
        let now = clock::system_ms();
        Entry {
            hash: hash.into(),
            created_at: now,
            clock: Clock::new(settings.clock),
            last_used: AtomicI64::new(now),
            settings: RwLock::new(settings.into()),
            token_quota: Quota::default(),
            basic_quota: Quota::default(),
            at_once: AtOnce::default(),
            journal: Journal::new(&house.requests),
            faults: Arc::default(),
            files,
            origin: OnceLock::new(),
            customers: AtomicI64::new(-1),
            life: Mutex::new(Life::Asleep(content)),
            changing: tokio::sync::Mutex::new(()),
            house: house.clone(),
        }
    }

    /// Counts one request of a token, or of a Basic user. A store that does not exist has a fresh quota each time: no
    /// stranger sees what another has used.
    pub fn take_quota(&self, quotas: &Quotas, is_basic: bool) -> Allowance {
        let now = self.clock.now_ms();
        let (quota, of) = self.quota(quotas, is_basic);
        if self.hash.is_empty() { Quota::default().take(of, now) } else { quota.take(of, now) }
    }

    /// What is left of the quota of tokens, or of Basic users.
    pub fn look_at_quota(&self, is_basic: bool) -> Allowance {
        let (quota, of) = self.quota(&self.settings().quotas, is_basic);
        quota.look(of, self.clock.now_ms())
    }

    /// Spends what is left of both.
    pub fn exhaust_quotas(&self) {
        for is_basic in [false, true] {
            let (quota, of) = self.quota(&self.settings().quotas, is_basic);
            quota.exhaust(of, self.clock.now_ms());
        }
    }

    fn quota(&self, quotas: &Quotas, is_basic: bool) -> (&Quota, (i64, i64)) {
        if is_basic {
            (&self.basic_quota, quotas.of_basic())
        } else {
            (&self.token_quota, quotas.of_tokens())
        }
    }

    /// A slot among the requests that the store carries out at once, if it has a limit for this operation. Of a store
    /// that does not exist there is none: no stranger stands in the way of another.
    pub fn slot(&self, settings: &Settings, operation: &Operation) -> Option<Slot> {
        let is_limited = settings.concurrency == Concurrency::Documented && !self.hash.is_empty();
        let most = operation.concurrency.filter(|_| is_limited)?;
        Some(self.at_once.slot(operation.counted_as(), most))
    }

    /// The settings, as they are now.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The settings with the clock as it stands, which may have been moved.
    #[must_use]
    pub fn settings_now(&self) -> Settings {
        Settings { clock: self.clock.mode(), ..(*self.settings()).clone() }
    }

    /// When it was used last, in Unix milliseconds of the system's time.
    #[must_use]
    pub fn last_used_at(&self) -> i64 {
        self.last_used.load(Ordering::Relaxed)
    }

    /// Changes the settings, on disk first.
    ///
    /// # Errors
    /// When they can not be written; then nothing has changed.
    pub(super) fn set_settings(&self, new: Settings) -> Result<(), OpenError> {
        if let Some(files) = &self.files {
            super::files::write(&files.settings(), &[settings::kept_json(&new).to_string().as_bytes()])?;
        }
        self.clock.set(new.clock);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = new.into();
        Ok(())
    }

    /// The open store; it is woken if it sleeps.
    ///
    /// # Errors
    /// When its database can not be opened. `Ok(Err(Replaced))`: it has just been replaced.
    pub async fn store(self: &Arc<Entry>) -> Result<Result<Arc<Store>, Replaced>, OpenError> {
        match self.awake() {
            Some(found) => Ok(found),
            // Boxed, because waking is large and rare, and this is in the way of every request.
            None => Box::pin(self.wake()).await,
        }
    }

    fn awake(&self) -> Option<Result<Arc<Store>, Replaced>> {
        self.last_used.store(clock::system_ms(), Ordering::Relaxed);
        match &*self.life() {
            Life::Awake(store) => Some(Ok(store.clone())),
            Life::Gone => Some(Err(Replaced)),
            Life::Asleep(_) | Life::Dozing => None,
        }
    }

    fn life(&self) -> std::sync::MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wake(self: &Arc<Entry>) -> Result<Result<Arc<Store>, Replaced>, OpenError> {
        let _changing = self.changing.lock().await;
        if let Some(found) = self.awake() {
            return Ok(found);
        }
        let permit = self.house.room().await;
        let opened = self.open(permit).await;
        let store = match opened {
            Ok(store) => Arc::new(store),
            Err(error) if !matches!(*self.life(), Life::Gone) => return Err(error),
            // Its file has gone meanwhile.
            Err(_) => {
                self.remove_files();
                return Ok(Err(Replaced));
            }
        };
        let is_gone = {
            let mut life = self.life();
            let is_gone = matches!(*life, Life::Gone);
            if !is_gone {
                *life = Life::Awake(store.clone());
            }
            is_gone
        };
        if is_gone {
            store.close().await;
            self.remove_files();
            return Ok(Err(Replaced));
        }
        self.house.is_awake(self);
        Ok(Ok(store))
    }

    /// Opens its database where it is.
    async fn open(&self, permit: OwnedSemaphorePermit) -> Result<Store, OpenError> {
        let place = match (&*self.life(), &self.files) {
            (Life::Asleep(Some(image)), None) => Place::Memory(image.clone()),
            (_, Some(files)) => Place::File(files.database()),
            (_, None) => Place::Memory(self.house.blank.clone()),
        };
        self.open_at(&place, permit).await
    }

    /// Opens a database for it.
    pub(super) async fn open_at(
        &self,
        place: &Place,
        permit: OwnedSemaphorePermit,
    ) -> Result<Store, OpenError> {
        let mut permit = Some(permit);
        loop {
            let error = match Store::open(place, self.means(), permit.take()).await {
                Ok(store) => return Ok(store),
                Err(source) => match &self.house.data_dir {
                    // SQLite does not say so.
                    Some(dir) if engine::room_in(dir).is_err_and(|error| descriptors::ran_out(&error)) => {
                        OpenError::NoDescriptors
                    }
                    _ => OpenError::Database { hash: self.hash.to_string(), source },
                },
            };
            if !self.house.found_descriptors(&error).await {
                return Err(error);
            }
            permit = Some(self.house.room().await);
        }
    }

    /// What its open store needs.
    pub(super) fn means(&self) -> Means {
        Means {
            clock: self.clock.clone(),
            passwords: self.house.passwords.clone(),
            row_budget: self.house.row_budget,
        }
    }

    /// Puts it to sleep, if it is awake and nobody is using it. To be run to its end.
    pub(super) async fn sleep(self: Arc<Entry>) -> bool {
        let Ok(_changing) = self.changing.try_lock() else { return false };
        let store = {
            let mut life = self.life();
            match &*life {
                // Counted under the lock under which the others are made.
                Life::Awake(store) if Arc::strong_count(store) == 1 => {
                    let store = store.clone();
                    *life = Life::Dozing;
                    store
                }
                _ => return false,
            }
        };
        let image = match &self.files {
            Some(_) => None,
            None => match store.image().await {
                Ok(image) => Some(self.shared(image)),
                Err(error) => {
                    tracing::error!(store = %self.hash, cause = %error, "a store can not go to sleep");
                    *self.life() = Life::Awake(store);
                    return false;
                }
            },
        };
        self.customers.store(store.memory(Memory::count), Ordering::Relaxed);
        store.close().await;
        let mut life = self.life();
        if matches!(*life, Life::Dozing) {
            *life = Life::Asleep(image);
        } else {
            self.remove_files();
        }
        true
    }

    /// The image; or the one that a reset goes back to, if they are the same.
    fn shared(&self, image: Image) -> Image {
        match self.origin.get() {
            Some(origin) if origin.image.as_bytes() == image.as_bytes() => origin.image.clone(),
            _ => image,
        }
    }

    /// Nobody can wake it any more; who is using it may finish. Its files go.
    pub(super) fn retire(&self) {
        let life = std::mem::replace(&mut *self.life(), Life::Gone);
        if let Life::Awake(store) = life {
            store.retire();
        }
        // Who waits for more here looks for the next life.
        self.journal.arrivals().tell();
        self.remove_files();
    }

    /// Removes its files; again by who had its database open meanwhile, because SQLite makes some beside it.
    fn remove_files(&self) {
        if let Some(files) = &self.files {
            files.remove();
        }
    }

    /// Its content and settings as they are now. A store that sleeps need not be woken.
    ///
    /// # Errors
    /// When its database can not be read. `Ok(Err(Replaced))`: it has just been replaced.
    pub async fn snapshot(self: &Arc<Entry>) -> Result<Result<Snapshot, Replaced>, Error> {
        let asleep = match &*self.life() {
            Life::Asleep(Some(image)) => Some(image.clone()),
            _ => None,
        };
        let customers = self.customers.load(Ordering::Relaxed);
        let (image, customers) = match asleep {
            Some(image) if customers >= 0 => (image, customers),
            _ => match self.store().await? {
                Ok(store) => match store.image().await {
                    Ok(image) => (image, store.memory(Memory::count)),
                    // Its file went while it was read.
                    Err(_) if matches!(*self.life(), Life::Gone) => return Ok(Err(Replaced)),
                    Err(error) => return Err(error),
                },
                Err(Replaced) => return Ok(Err(Replaced)),
            },
        };
        let created_at = self.clock.now_ms();
        Ok(Ok(Snapshot { image, settings: self.settings_now(), customers, created_at }))
    }

    /// How many customers there are. A store that sleeps is woken only if nobody knows.
    ///
    /// # Errors
    /// When its database can not be opened. `Ok(Err(Replaced))`: it has just been replaced.
    pub async fn customers(self: &Arc<Entry>) -> Result<Result<i64, Replaced>, OpenError> {
        if let Life::Awake(store) = &*self.life() {
            return Ok(Ok(store.memory(Memory::count)));
        }
        let known = self.customers.load(Ordering::Relaxed);
        if known >= 0 {
            return Ok(Ok(known));
        }
        Ok(self.store().await?.map(|store| store.memory(Memory::count)))
    }

    /// What a reset goes back to; `None` is a blank store.
    ///
    /// # Errors
    /// When it can not be read.
    pub(super) fn origin(&self) -> Result<Option<Arc<Snapshot>>, OpenError> {
        match &self.files {
            Some(files) if files.origin().exists() => {
                Ok(Some(Snapshot::read(&files.origin(), self.house.profile)?.into()))
            }
            Some(_) => Ok(None),
            None => Ok(self.origin.get().cloned()),
        }
    }

    /// Says with how many customers it begins, and what a reset goes back to. On disk that is in the files already.
    pub(super) fn begins_with(&self, customers: i64, origin: Option<Arc<Snapshot>>) {
        self.customers.store(customers, Ordering::Relaxed);
        if let (None, Some(origin)) = (&self.files, origin) {
            let _ = self.origin.set(origin);
        }
    }

    /// Puts another origin in the place of the one in its files.
    pub(super) fn keep_origin(&self, origin: &Snapshot) -> Result<(), OpenError> {
        self.files.as_ref().map_or(Ok(()), |files| origin.write(&files.origin()))
    }

    /// The same store, made at this time, in Unix milliseconds.
    pub(super) fn made_at(self, created_at: i64) -> Entry {
        Entry { created_at, ..self }
    }

    /// The same store, with what it keeps of an earlier life: the requests that came to it, and its faults.
    pub(super) fn keeping(mut self, old: &Entry, requests: bool, faults: bool) -> Entry {
        if requests {
            self.journal = old.journal.clone();
        }
        if faults {
            self.faults = old.faults.clone();
        }
        self
    }

    /// It is open already.
    pub(super) fn stays_awake(self: &Arc<Entry>, store: Arc<Store>) {
        *self.life() = Life::Awake(store);
        self.house.is_awake(self);
    }

    /// Whether it is awake.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        matches!(*self.life(), Life::Awake(_))
    }

    /// Whether it is awake and nobody is using it.
    pub(super) fn is_idle(&self) -> bool {
        matches!(&*self.life(), Life::Awake(store) if Arc::strong_count(store) == 1)
    }

    /// Closes its database, whoever is using it.
    pub(super) async fn close(&self) {
        let awake = match &*self.life() {
            Life::Awake(store) => Some(store.clone()),
            _ => None,
        };
        if let Some(store) = awake {
            store.close().await;
        }
    }
}
