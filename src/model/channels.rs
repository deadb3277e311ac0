//! Channels: the storefronts of a store. The seed adds to the first one, which always exists.

use sqlx::SqliteConnection;

use crate::error::Error;
use crate::store::Store;

/// The channel that every store has, and where everything happens that names no other.
pub const FIRST: i64 = 1;

/// Whether there is such a channel.
///
/// # Errors
/// [`Error::NotFound`].
pub fn exists(store: &Store, id: i64) -> Result<(), Error> {
    store.memory(|memory| if memory.channels().contains(&id) { Ok(()) } else { Err(Error::NotFound) })
}

/// Adds a channel to the store, or gives another name to one that is there.
pub(super) async fn define(db: &mut SqliteConnection, id: i64, name: &str) -> Result<(), Error> {
    let upsert =
        "insert into channels (id, name) values (?, ?) on conflict (id) do update set name = excluded.name";
    sqlx::query(upsert).bind(id).bind(name).execute(db).await?;
    Ok(())
}
