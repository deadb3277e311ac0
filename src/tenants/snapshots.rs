//! The snapshots of stores: kept by name, over resets, until the store is deleted.

use std::io::ErrorKind;
use std::sync::Arc;

use super::{About, Entry, Kept, Snapshot, Tenants, files, read, write};
use crate::error::Error;
use crate::model::engine::OpenError;

impl Tenants {
    /// Keeps a store as it is now under a name. `None`: there is no such store. The flag says whether the name is new.
    ///
    /// # Errors
    /// When the store can not be read or the snapshot not kept.
    pub async fn take_snapshot(&self, hash: &str, name: &str) -> Result<Option<(About, bool)>, Error> {
        let Some(snapshot) = self.snapshot_now(hash).await? else { return Ok(None) };
        let _turn = self.turn(hash).await;
        if !self.exists(hash) {
            return Ok(None);
        }
        let about = snapshot.about();
        let kept = match &self.house.data_dir {
            Some(dir) => {
                snapshot.write(&files::snapshot(dir, hash, name))?;
                Kept::File
            }
            None => Kept::Here(snapshot),
        };
        let mut snapshots = write(&self.snapshots);
        let old = snapshots.entry(hash.into()).or_default().insert(name.to_owned(), kept);
        Ok(Some((about, old.is_none())))
    }

    /// A store as it is now. `None`: there is no such store.
    ///
    /// # Errors
    /// When it can not be read.
    pub async fn snapshot_now(&self, hash: &str) -> Result<Option<Arc<Snapshot>>, Error> {
        loop {
            let Some(entry) = self.entry(hash) else { return Ok(None) };
            if let Ok(snapshot) = entry.snapshot().await? {
                return Ok(Some(snapshot.into()));
            }
        }
    }

    /// The snapshot of a store under a name, if there is one.
    ///
    /// # Errors
    /// When it can not be read.
    pub fn snapshot(&self, hash: &str, name: &str) -> Result<Option<Arc<Snapshot>>, OpenError> {
        let kept = read(&self.snapshots).get(hash).and_then(|snapshots| snapshots.get(name).cloned());
        match (kept, &self.house.data_dir) {
            (Some(Kept::Here(snapshot)), _) => Ok(Some(snapshot)),
            (Some(Kept::File), Some(dir)) => {
                match Snapshot::read(&files::snapshot(dir, hash, name), self.house.profile) {
                    Ok(snapshot) => Ok(Some(snapshot.into())),
                    // It was deleted just now.
                    Err(OpenError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error),
                }
            }
            _ => Ok(None),
        }
    }

    /// The names of the snapshots of a store, in order.
    #[must_use]
    pub fn snapshot_names(&self, hash: &str) -> Vec<String> {
        let mut names: Vec<String> =
            read(&self.snapshots).get(hash).map(|names| names.keys().cloned().collect()).unwrap_or_default();
        names.sort();
        names
    }

    /// Puts a store back to a snapshot. What a reset goes back to stays. `None`: there is no such store.
    ///
    /// # Errors
    /// When the store can not be made.
    pub async fn restore(
        &self,
        hash: &str,
        snapshot: &Arc<Snapshot>,
    ) -> Result<Option<Arc<Entry>>, OpenError> {
        let _turn = self.turn(hash).await;
        let Some(old) = self.entry(hash) else { return Ok(None) };
        let origin = old.origin()?;
        let entry = self.begin(hash, snapshot.settings.clone(), Some(snapshot), origin.as_ref()).await?;
        let entry = Arc::new(entry.made_at(old.created_at).keeping(&old, true, true));
        self.put(entry.clone());
        Ok(Some(entry))
    }

    /// Forgets a snapshot; says whether it was there.
    pub async fn delete_snapshot(&self, hash: &str, name: &str) -> bool {
        let _turn = self.turn(hash).await;
        let removed = write(&self.snapshots).get_mut(hash).and_then(|snapshots| snapshots.remove(name));
        if let (Some(Kept::File), Some(dir)) = (&removed, &self.house.data_dir) {
            files::remove(&files::snapshot(dir, hash, name));
        }
        removed.is_some()
    }
}
