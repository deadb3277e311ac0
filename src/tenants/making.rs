//! How a store is made: from an image, or filled by a seed while nobody sees it. On disk all of its files are there, or
//! none.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Tenants;
use super::entry::Entry;
use super::files::{self, Files};
use super::settings::{self, Settings};
use super::snapshot::Snapshot;
use crate::error::Error;
use crate::model::engine::memory::Memory;
use crate::model::engine::{Image, OpenError, Place, Store};

/// A store that is being filled. Nobody else sees it; if it is never adopted, it leaves nothing behind.
#[derive(Debug)]
pub struct Prepared {
    entry: Arc<Entry>,
    store: Option<Arc<Store>>,
    files: Option<Files>,
}

impl Prepared {
    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.entry.hash
    }

    /// The open store.
    ///
    /// # Panics
    /// When it was sealed already.
    #[must_use]
    pub fn store(&self) -> &Store {
        self.store.as_deref().expect("it is open until it is sealed")
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if let Some(files) = &self.files {
            files.remove();
        }
    }
}

/// Why a store could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// There is one of that hash.
    #[error("there is a store of that hash already")]
    Exists,
    /// Its database can not be made or read.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<OpenError> for MakeError {
    fn from(error: OpenError) -> MakeError {
        MakeError::Failed(error.into())
    }
}

impl Tenants {
    /// A new life of a store, asleep, that nobody sees yet; its files are there. Without content it is blank.
    pub(super) async fn begin(
        &self,
        hash: &str,
        settings: Settings,
        content: Option<&Snapshot>,
        origin: Option<&Arc<Snapshot>>,
    ) -> Result<Entry, OpenError> {
        let image = content.map_or(&self.house.blank, |content| &content.image);
        let files = self.files(hash);
        if let Some(files) = &files {
            self.write_files(files, &settings, image, origin).await?;
            files.finish()?;
        }
        let asleep = files.is_none().then(|| image.clone());
        let customers = content.map_or(0, |content| content.customers);
        let entry = Entry::new(&self.house, hash, settings, asleep, files);
        entry.begins_with(customers, origin.cloned());
        Ok(entry)
    }

    /// Writes all files of a store, or none; the database under the name of one that is not finished.
    async fn write_files(
        &self,
        files: &Files,
        settings: &Settings,
        image: &Image,
        origin: Option<&Arc<Snapshot>>,
    ) -> Result<(), OpenError> {
        loop {
            match self.try_write_files(files, settings, image, origin) {
                Err(error) if self.house.found_descriptors(&error).await => {}
                Err(error) => {
                    files.remove();
                    return Err(error);
                }
                Ok(()) => return Ok(()),
            }
        }
    }

    fn try_write_files(
        &self,
        files: &Files,
        settings: &Settings,
        image: &Image,
        origin: Option<&Arc<Snapshot>>,
    ) -> Result<(), OpenError> {
        if *settings != self.options.usual {
            files::write(&files.settings(), &[settings::kept_json(settings).to_string().as_bytes()])?;
        }
        if let Some(origin) = origin {
            origin.write(&files.origin())?;
        }
        let path = files.unfinished();
        let failed = |source| OpenError::file(&path, source);
        let bytes = image.unpack_now().map_err(|error| failed(std::io::Error::other(error)))?;
        files::write_new(&path, &[&bytes]).map_err(failed)
    }

    /// Names for the files of a new life of a store, if stores are kept in files.
    fn files(&self, hash: &str) -> Option<Files> {
        let dir = self.house.data_dir.as_ref()?;
        Some(Files::new(dir, hash, self.generation.fetch_add(1, Ordering::Relaxed)))
    }

    /// A new store to fill, that nobody sees until it is adopted.
    ///
    /// # Errors
    /// When its database can not be made.
    pub async fn prepare(&self, hash: &str, settings: Settings) -> Result<Prepared, OpenError> {
        let files = self.files(hash);
        let place = match &files {
            None => Place::Memory(self.house.blank.clone()),
            Some(files) => {
                self.write_files(files, &settings, &self.house.blank, None).await?;
                Place::File(files.unfinished())
            }
        };
        let entry = Arc::new(Entry::new(&self.house, hash, settings, None, files.clone()));
        let mut prepared = Prepared { entry, store: None, files };
        let permit = self.house.room().await;
        let store = prepared.entry.open_at(&place, permit).await?;
        prepared.store = Some(store.into());
        Ok(prepared)
    }

    /// Closes a store that has been filled: what it holds now is what a reset will go back to.
    ///
    /// # Errors
    /// When its content can not be read or kept.
    pub async fn seal(&self, prepared: &mut Prepared) -> Result<(), Error> {
        let Some(store) = prepared.store.take() else { return Ok(()) };
        let image = store.image().await?;
        let customers = store.memory(Memory::count);
        let entry = &prepared.entry;
        let (settings, created_at) = (entry.settings_now(), entry.clock.now_ms());
        let origin = Arc::new(Snapshot { image, settings, customers, created_at });
        entry.begins_with(customers, Some(origin.clone()));
        match &prepared.files {
            // It will be opened again under its name.
            Some(files) => {
                store.close().await;
                origin.write(&files.origin())?;
            }
            None => entry.stays_awake(store),
        }
        Ok(())
    }

    /// Makes a sealed store one of these, in place of the one that is there.
    ///
    /// # Errors
    /// When its file can not be given its name.
    pub async fn adopt(&self, prepared: Prepared) -> Result<Arc<Entry>, OpenError> {
        let _turn = self.turn(&prepared.entry.hash).await;
        self.adopt_now(prepared)
    }

    /// As [`Tenants::adopt`], unless there is a store of that hash.
    ///
    /// # Errors
    /// There is one, or its file can not be given its name.
    pub async fn adopt_new(&self, prepared: Prepared) -> Result<Arc<Entry>, MakeError> {
        let _turn = self.turn(&prepared.entry.hash).await;
        if self.exists(&prepared.entry.hash) {
            return Err(MakeError::Exists);
        }
        Ok(self.adopt_now(prepared)?)
    }

    fn adopt_now(&self, mut prepared: Prepared) -> Result<Arc<Entry>, OpenError> {
        if let Some(files) = &prepared.files {
            files.finish()?;
        }
        prepared.files = None;
        self.put(prepared.entry.clone());
        Ok(prepared.entry.clone())
    }

    /// Makes a store that begins as a snapshot, or blank.
    ///
    /// # Errors
    /// There is one of that hash and `replace` is not set, or it can not be made.
    pub async fn make(
        &self,
        hash: &str,
        origin: Option<Arc<Snapshot>>,
        replace: bool,
    ) -> Result<Arc<Entry>, MakeError> {
        let _turn = self.turn(hash).await;
        if !replace && self.exists(hash) {
            return Err(MakeError::Exists);
        }
        let settings =
            origin.as_ref().map_or_else(|| self.options.usual.clone(), |origin| origin.settings.clone());
        let entry = Arc::new(self.begin(hash, settings, origin.as_deref(), origin.as_ref()).await?);
        self.put(entry.clone());
        Ok(entry)
    }
}
