//! Opening databases: where they are, how they are set up, which tables they have.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::LevelFilter;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteOwnedBuf, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::file;
use super::image::Image;
use crate::error::OpenError;

/// The migrations, in the order in which they are applied to each store. `user_version` counts those it has had.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/0001_customers.sql"),
    include_str!("../../../migrations/0002_customer_groups.sql"),
    include_str!("../../../migrations/0003_addresses.sql"),
    include_str!("../../../migrations/0004_form_fields.sql"),
    include_str!("../../../migrations/0005_indexes.sql"),
    include_str!("../../../migrations/0006_channels.sql"),
    include_str!("../../../migrations/0007_attributes.sql"),
    include_str!("../../../migrations/0008_events.sql"),
    include_str!("../../../migrations/0009_metafields.sql"),
    include_str!("../../../migrations/0010_consents.sql"),
    include_str!("../../../migrations/0011_stored_instruments.sql"),
    include_str!("../../../migrations/0012_settings.sql"),
    include_str!("../../../migrations/0013_channel_kinds.sql"),
    include_str!("../../../migrations/0014_hooks.sql"),
];

/// Where a database is.
#[derive(Clone, Debug)]
pub enum Place {
    /// In memory; it begins as this image.
    Memory(Image),
    /// In this file, which is there.
    File(PathBuf),
}

/// The image of a database with all tables and no rows, from which every new store starts: reading twelve scripts
/// takes longer than all else that a new store costs.
///
/// # Errors
/// The database's.
pub async fn blank(in_files: bool) -> Result<Image, sqlx::Error> {
    // Small pages in memory: an empty table takes one, an empty index too, and there may be thousands of stores.
    let page_size = if in_files { 4096 } else { 2048 };
    let mut db = configured(in_memory().page_size(page_size)).connect().await?;
    migrate(&mut db).await?;
    Ok(Image::pack(Box::new(db.serialize(None).await?)).await)
}

/// A database in memory, of one connection alone.
fn in_memory() -> SqliteConnectOptions {
    // Not ":memory:", where each commit looks through the table of pages once a database has grown; this is a file
    // in memory.
    SqliteConnectOptions::new().filename("store").vfs("memdb")
}

fn configured(options: SqliteConnectOptions) -> SqliteConnectOptions {
    // At the trace level statements are logged, without the values in them.
    let options = options.foreign_keys(true).log_statements(LevelFilter::Trace);
    // Temporary tables, and what large statements set aside: in the image there is no place for files of theirs.
    let options = options.pragma("temp_store", "memory");
    options.log_slow_statements(LevelFilter::Off, Duration::MAX)
}

/// Opens a database and brings it up to date.
pub(super) async fn connect(place: &Place) -> Result<SqliteConnection, sqlx::Error> {
    match place {
        Place::Memory(image) => {
            let bytes = image.unpack().await.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            let mut db = configured(in_memory()).connect().await?;
            db.deserialize(None, SqliteOwnedBuf::try_from(&bytes[..])?, false).await?;
            // A small cache does, since fetching a page is copying it.
            sqlx::raw_sql("pragma cache_size = -512").execute(&mut db).await?;
            Ok(db)
        }
        Place::File(file) => {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives the death of the process; only a power cut may take the last moments.
                .synchronous(SqliteSynchronous::Normal);
            let mut db = configured(options).connect().await?;
            match migrate(&mut db).await {
                Ok(()) => Ok(db),
                Err(error) => {
                    // Whoever removes its file now must not be in its way.
                    let _ = db.close().await;
                    Err(error)
                }
            }
        }
    }
}

/// Applies the migrations that a database has not had. sqlx's own migrator takes a dozen statements for each of
/// them, which is most of what a store costs; this takes two in all.
async fn migrate(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let had: i64 = sqlx::query_scalar("pragma user_version").persistent(false).fetch_one(&mut *db).await?;
    let Some(missing) = usize::try_from(had).ok().and_then(|had| MIGRATIONS.get(had..)) else {
        let message = format!("it was made by a newer version of this program (schema {had})");
        return Err(sqlx::Error::Configuration(message.into()));
    };
    if missing.is_empty() {
        return Ok(());
    }
    // In the end the pages that were written go from the cache.
    let script = format!(
        "begin immediate; {} pragma user_version = {}; commit; pragma shrink_memory;",
        missing.concat(),
        MIGRATIONS.len()
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(db).await?;
    Ok(())
}

/// Makes the directory and takes it for this process.
///
/// # Errors
/// When it can not be made, or another process has it.
pub fn lock(dir: &Path) -> Result<File, OpenError> {
    fs::create_dir_all(dir).map_err(|source| OpenError::file(dir, source))?;
    let path = dir.join(".lock");
    let failed = |source| OpenError::file(&path, source);
    let file = file::private().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_temporary_is_in_memory() {
        let file = std::env::temp_dir().join(format!("bigcommerce-mock-temporary-{}", std::process::id()));
        File::create(&file).unwrap();
        let in_memory = Place::Memory(blank(false).await.unwrap());
        for place in [in_memory, Place::File(file.clone())] {
            let mut db = connect(&place).await.unwrap();
            // As `.cargo/config.toml` says, and as it is without that.
            let compiled =
                "select count(*) from pragma_compile_options where compile_options = 'TEMP_STORE=3'";
            let set = "select temp_store from pragma_temp_store";
            for (sql, expected) in [(compiled, 1), (set, 2)] {
                let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap();
                assert_eq!(found, expected, "{sql}");
            }
            db.close().await.unwrap();
        }
        file::with_beside(&file).for_each(|file| drop(fs::remove_file(file)));
    }

    #[tokio::test]
    async fn migrations_are_applied_once_and_a_newer_database_is_refused() {
        let blank = blank(false).await.unwrap();
        let mut db = connect(&Place::Memory(blank)).await.unwrap();
        migrate(&mut db).await.unwrap();
        sqlx::raw_sql("pragma user_version = 1000").execute(&mut db).await.unwrap();
        assert!(migrate(&mut db).await.unwrap_err().to_string().contains("newer version"));
    }
}
