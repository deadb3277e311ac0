//! The table of all stores.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::OnceCell;

use super::open::{OpenError, database_file, found_in, lock};
use super::{Settings, Store, file};
use crate::access::Accesses;

/// A store's place in the table.
#[derive(Debug, Default)]
struct Slot {
    /// Empty until it is opened.
    store: OnceCell<Arc<Store>>,
    /// Whether its file was there first. If not, the store does not exist before it is opened.
    found: bool,
}

type Slots = HashMap<Box<str>, Arc<Slot>>;

/// A store that is being filled.
#[derive(Debug)]
pub struct Prepared {
    store: Arc<Store>,
    /// Its file, until it is adopted.
    unfinished: Option<PathBuf>,
}

impl Prepared {
    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if let Some(unfinished) = &self.unfinished {
            let _ = file::remove(unfinished);
        }
    }
}

/// Every store, by hash.
#[derive(Debug)]
pub struct Stores {
    settings: Arc<Settings>,
    slots: Arc<RwLock<Slots>>,
    /// Answers the reads of stores that do not exist: always empty, because nobody writes to it.
    nothing: Arc<Store>,
    /// Held for as long as the data directory is ours.
    _lock: Option<File>,
}

impl Stores {
    /// Opens the table, and takes the data directory and the stores in it if there is one.
    ///
    /// # Errors
    /// When the directory can not be used, or another process is using it.
    pub async fn open(settings: Settings) -> Result<Stores, OpenError> {
        let nothing = Arc::new(Store::open("", None, &settings).await?);
        let (lock, slots) = match &settings.data_dir {
            Some(dir) => {
                let lock = lock(dir)?;
                let found = found_in(dir)?.into_iter();
                (
                    Some(lock),
                    found.map(|hash| (hash, Slot { found: true, ..Slot::default() }.into())).collect(),
                )
            }
            None => (None, HashMap::new()),
        };
        Ok(Stores { settings: settings.into(), slots: Arc::new(slots.into()), nothing, _lock: lock })
    }

    /// The store of that hash, for reading; if there is none, one that is empty and belongs to nobody.
    ///
    /// # Errors
    /// When a store that is on disk can not be opened.
    pub async fn get(&self, hash: &str) -> Result<Arc<Store>, OpenError> {
        let slot = match self.read().get(hash) {
            Some(slot) => match slot.store.get() {
                Some(store) => return Ok(store.clone()),
                None if slot.found => slot.clone(),
                None => return Ok(self.nothing.clone()),
            },
            None => return Ok(self.nothing.clone()),
        };
        // Boxed, because opening is large and rare, and this is in the way of every request.
        Box::pin(self.opened(hash, slot)).await
    }

    /// The store of that hash, for a first write; it is made if there is none.
    ///
    /// # Errors
    /// When its database can not be opened or made.
    pub async fn get_or_create(&self, hash: &str) -> Result<Arc<Store>, OpenError> {
        let slot = self.read().get(hash).cloned();
        let slot = slot.unwrap_or_else(|| write(&self.slots).entry(hash.into()).or_default().clone());
        match slot.store.get() {
            Some(store) => Ok(store.clone()),
            None => Box::pin(self.opened(hash, slot)).await,
        }
    }

    /// A new store that nobody sees until it is adopted. If it never is, it leaves nothing behind.
    ///
    /// # Errors
    /// When its database can not be made.
    pub async fn prepare(&self, hash: &str) -> Result<Prepared, OpenError> {
        let unfinished = self.settings.data_dir.as_ref().map(|dir| dir.join(format!("{hash}.unfinished")));
        if let Some(path) = &unfinished {
            file::remove(path).map_err(|source| OpenError::file(path, source))?;
        }
        let store = make(hash, unfinished.as_deref(), &self.settings).await?;
        Ok(Prepared { store: Arc::new(store), unfinished })
    }

    /// Makes a prepared store one of these.
    ///
    /// # Errors
    /// When its file can not be given its name.
    pub async fn adopt(&self, mut new: Prepared) -> Result<(), OpenError> {
        let hash = new.store.hash.clone();
        let mut slot = Slot::default();
        if let (Some(dir), Some(unfinished)) = (&self.settings.data_dir, &new.unfinished) {
            // Closed, it is one file; it is opened again under its name when it is first asked for.
            new.store.close().await;
            let file = database_file(dir, &hash);
            fs::rename(unfinished, &file).map_err(|source| OpenError::file(&file, source))?;
            new.unfinished = None;
            slot.found = true;
        } else {
            slot.store = new.store.clone().into();
        }
        write(&self.slots).insert(hash, slot.into());
        Ok(())
    }

    /// Who may come into which store.
    #[must_use]
    pub fn accesses(&self) -> &Accesses {
        &self.settings.accesses
    }

    /// Whether requests may name that store: always, unless stores must be named before they are used.
    #[must_use]
    pub fn is_allowed(&self, hash: &str) -> bool {
        let accesses = &self.settings.accesses;
        !accesses.strict_stores || accesses.named.contains_key(hash) || self.exists(hash)
    }

    /// Whether there is a store of that hash.
    #[must_use]
    pub fn exists(&self, hash: &str) -> bool {
        self.read().get(hash).is_some_and(|slot| slot.found || slot.store.initialized())
    }

    /// The store that stands for all that do not exist.
    #[must_use]
    pub fn nothing(&self) -> Arc<Store> {
        self.nothing.clone()
    }

    /// Closes every database, so that nothing is left in a write-ahead log.
    pub async fn close(&self) {
        let slots: Vec<Arc<Slot>> = self.read().values().cloned().collect();
        let open = slots.iter().filter_map(|slot| slot.store.get());
        futures_util::future::join_all(open.map(|store| store.close())).await;
    }

    /// Finds out whether another store could be made now.
    ///
    /// # Errors
    /// Why not.
    pub fn room(&self) -> Result<(), OpenError> {
        let Some(dir) = &self.settings.data_dir else { return Ok(()) };
        file::room_in(dir).map_err(|source| OpenError::file(dir, source))
    }

    fn read(&self) -> RwLockReadGuard<'_, Slots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store in a slot. Of several that ask at once, one opens it – in a task of its own, as whoever asked may go,
    /// and half a store must not be left.
    async fn opened(&self, hash: &str, slot: Arc<Slot>) -> Result<Arc<Store>, OpenError> {
        let broken = |_| OpenError::Database { hash: hash.to_owned(), source: sqlx::Error::WorkerCrashed };
        let (hash, settings, slots) = (hash.to_owned(), self.settings.clone(), self.slots.clone());
        let opening = tokio::spawn(async move {
            let path = settings.data_dir.as_ref().map(|dir| database_file(dir, &hash));
            let open = async || match &path {
                Some(path) if slot.found => Store::open(&hash, Some(path), &settings).await,
                path => make(&hash, path.as_deref(), &settings).await,
            };
            let opened = slot.store.get_or_try_init(async || open().await.map(Arc::new)).await.cloned();
            if opened.is_err() {
                forget(&slots, &hash, slot);
            }
            opened
        });
        opening.await.map_err(broken)?
    }
}

/// Makes a store. If that fails, its file is not left behind.
async fn make(hash: &str, path: Option<&Path>, settings: &Settings) -> Result<Store, OpenError> {
    let Some(path) = path else { return Store::open(hash, None, settings).await };
    let is_new = file::make(path).map_err(|source| OpenError::file(path, source))?;
    let opened = Store::open(hash, Some(path), settings).await;
    if opened.is_err() && is_new {
        let _ = file::remove(path);
    }
    opened
}

/// Takes a slot out of the table that could not be filled, unless others still try, or its file was there first.
fn forget(slots: &RwLock<Slots>, hash: &str, slot: Arc<Slot>) {
    let mut slots = write(slots);
    // The table has it, and so has whoever tries; nobody gets at it meanwhile.
    if !slot.found && Arc::strong_count(&slot) == 2 {
        slots.remove(hash);
    }
    drop(slot);
}

fn write(slots: &RwLock<Slots>) -> RwLockWriteGuard<'_, Slots> {
    slots.write().unwrap_or_else(PoisonError::into_inner)
}
