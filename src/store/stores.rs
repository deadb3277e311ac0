//! The table of all stores.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::OnceCell;

use super::open::{OpenError, database_file, found_in, lock, remove_database};
use super::{Settings, Store};
use crate::access::Accesses;

/// A store's place in the table; empty until it is opened.
type Slot = Arc<OnceCell<Arc<Store>>>;

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
        if let Some(file) = &self.unfinished {
            let _ = remove_database(file);
        }
    }
}

/// Every store, by hash.
#[derive(Debug)]
pub struct Stores {
    settings: Settings,
    slots: RwLock<HashMap<Box<str>, Slot>>,
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
                (Some(lock(dir)?), found_in(dir)?.into_iter().map(|hash| (hash, Slot::default())).collect())
            }
            None => (None, HashMap::new()),
        };
        Ok(Stores { settings, slots: RwLock::new(slots), nothing, _lock: lock })
    }

    /// The store of that hash, for reading; if there is none, one that is empty and belongs to nobody.
    ///
    /// # Errors
    /// When a store that is on disk can not be opened.
    pub async fn get(&self, hash: &str) -> Result<Arc<Store>, OpenError> {
        match self.slot(hash) {
            // Boxed, because opening is large and rare, and this is in the way of every request.
            Some(slot) => match slot.get() {
                Some(store) => Ok(store.clone()),
                None => Box::pin(self.opened(hash, &slot)).await,
            },
            None => Ok(self.nothing.clone()),
        }
    }

    /// The store of that hash, for a first write; it is made if there is none.
    ///
    /// # Errors
    /// When its database can not be opened or made.
    pub async fn get_or_create(&self, hash: &str) -> Result<Arc<Store>, OpenError> {
        let slot = self.slot(hash).unwrap_or_else(|| {
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            slots.entry(hash.into()).or_default().clone()
        });
        self.opened(hash, &slot).await
    }

    /// A new store that nobody sees until it is adopted. If it never is, it leaves nothing behind.
    ///
    /// # Errors
    /// When its database can not be made.
    pub async fn prepare(&self, hash: &str) -> Result<Prepared, OpenError> {
        let unfinished = self.settings.data_dir.as_ref().map(|dir| dir.join(format!("{hash}.unfinished")));
        if let Some(file) = &unfinished {
            remove_database(file).map_err(|source| OpenError::File { path: file.clone(), source })?;
        }
        let store = Store::open(hash, unfinished.as_deref(), &self.settings).await?;
        Ok(Prepared { store: Arc::new(store), unfinished })
    }

    /// Makes a prepared store one of these.
    ///
    /// # Errors
    /// When its file can not be given its name.
    pub async fn adopt(&self, mut new: Prepared) -> Result<(), OpenError> {
        let hash = new.store.hash.clone();
        let slot = Slot::default();
        if let (Some(dir), Some(unfinished)) = (&self.settings.data_dir, &new.unfinished) {
            // Closed, it is one file; it is opened again under its name when it is first asked for.
            new.store.close().await;
            let file = database_file(dir, &hash);
            fs::rename(unfinished, &file).map_err(|source| OpenError::File { path: file, source })?;
            new.unfinished = None;
        } else {
            let _ = slot.set(new.store.clone());
        }
        self.slots.write().unwrap_or_else(PoisonError::into_inner).insert(hash, slot);
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
        self.slot(hash).is_some()
    }

    /// The store that stands for all that do not exist.
    #[must_use]
    pub fn nothing(&self) -> Arc<Store> {
        self.nothing.clone()
    }

    /// Closes every database, so that nothing is left in a write-ahead log.
    pub async fn close(&self) {
        let slots: Vec<Slot> =
            self.slots.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        futures_util::future::join_all(slots.iter().filter_map(|slot| slot.get()).map(|store| store.close()))
            .await;
    }

    fn slot(&self, hash: &str) -> Option<Slot> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// The store in a slot. Of several that ask at once, one opens it.
    async fn opened(&self, hash: &str, slot: &Slot) -> Result<Arc<Store>, OpenError> {
        let file = self.settings.data_dir.as_ref().map(|dir| database_file(dir, hash));
        let open = || async { Store::open(hash, file.as_deref(), &self.settings).await.map(Arc::new) };
        Ok(slot.get_or_try_init(open).await?.clone())
    }
}
