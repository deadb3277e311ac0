//! A store – one tenant – and the table of all stores.
//!
//! Each store is a SQLite database of its own: isolation needs no `where`, and dropping one drops everything in it.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use log::LevelFilter;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use tokio::sync::OnceCell;

use crate::access::Accesses;
use crate::clock::Clock;
use crate::error::Error;
use crate::passwords::Passwords;
use crate::quota::{Allowance, Quota};

/// The migrations, in the order in which they are applied to each store. `user_version` counts those it has had.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_customers.sql"),
    include_str!("../migrations/0002_customer_groups.sql"),
    include_str!("../migrations/0003_addresses.sql"),
    include_str!("../migrations/0004_form_fields.sql"),
];

/// The nominal quota of token requests: so many per so many milliseconds.
const TOKEN_QUOTA: (i64, i64) = (10_000, 30_000);
/// The nominal quota of Basic requests. Observed: 20000 an hour.
const BASIC_QUOTA: (i64, i64) = (20_000, 3_600_000);

/// Everything that belongs to one tenant.
#[derive(Debug)]
pub struct Store {
    /// Its hash; empty for the one that stands for all stores that do not exist.
    pub hash: Box<str>,
    /// The store's time.
    pub clock: Clock,
    /// Hashes the passwords of its customers.
    pub passwords: Passwords,
    token_quota: Quota,
    basic_quota: Quota,
    pool: SqlitePool,
}

/// What all stores have in common.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where databases are kept; `None` keeps them in memory.
    pub data_dir: Option<PathBuf>,
    /// The time of every store.
    pub clock: Clock,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Who may come into which store.
    pub accesses: Accesses,
}

/// Why a store, or the directory of all stores, could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file or directory could not be read or made.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the directory.
    #[error("{}: another server is using this data directory; stop it or name another directory", .0.display())]
    InUse(PathBuf),
    /// The database could not be opened, or brought to this version's tables.
    #[error("opening the database of store {hash}: {source}")]
    Database {
        /// The store.
        hash: String,
        /// What the database said.
        source: sqlx::Error,
    },
}

impl Store {
    async fn open(hash: &str, file: Option<&Path>, settings: &Settings) -> Result<Store, OpenError> {
        let options = match file {
            // Not "sqlite::memory:", which is a database shared between connections.
            None => SqliteConnectOptions::new().filename(":memory:"),
            Some(file) => SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives the death of the process; only a power cut may take the last moments.
                .synchronous(SqliteSynchronous::Normal),
        };
        // At the trace level statements are logged, without the values in them.
        let options = options.foreign_keys(true).log_statements(LevelFilter::Trace);
        let options = options.log_slow_statements(LevelFilter::Off, Duration::MAX);
        let database = |source| OpenError::Database { hash: hash.to_owned(), source };
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            // A database in memory lives as long as its one connection, so that must never be let go.
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_mins(1))
            .connect_with(options)
            .await
            .map_err(database)?;
        migrate(&pool).await.map_err(database)?;
        Ok(Store {
            hash: hash.into(),
            clock: settings.clock,
            passwords: settings.passwords.clone(),
            token_quota: Quota::new(TOKEN_QUOTA.0, TOKEN_QUOTA.1),
            basic_quota: Quota::new(BASIC_QUOTA.0, BASIC_QUOTA.1),
            pool,
        })
    }

    /// Counts one request on a token mount.
    pub fn take_token_quota(&self) -> Allowance {
        self.take(&self.token_quota)
    }

    /// Counts one request on the Basic mount.
    pub fn take_basic_quota(&self) -> Allowance {
        self.take(&self.basic_quota)
    }

    /// A store that does not exist has a fresh quota each time: no stranger sees what another has used.
    fn take(&self, quota: &Quota) -> Allowance {
        let now = self.clock.now_ms();
        if self.hash.is_empty() { quota.fresh().take(now) } else { quota.take(now) }
    }

    /// Runs one unit of work, all of it or nothing.
    ///
    /// Everything inside uses the connection it is handed; waiting for anything but the database in there stalls the store.
    ///
    /// # Errors
    /// The work's own error, or the database's; either way nothing was written.
    pub async fn write<T, E: From<sqlx::Error>>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, E>>,
    ) -> Result<T, E> {
        // Immediate: a deferred transaction that reads first fails when another writer comes between.
        #[expect(clippy::disallowed_methods, reason = "the one place where a transaction begins")]
        let mut tx = self.pool.begin_with("begin immediate").await?;
        let result = work(&mut tx).await?;
        tx.commit().await?;
        Ok(result)
    }

    /// A connection to read from.
    ///
    /// # Errors
    /// When the database can not be reached.
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>, Error> {
        Ok(self.pool.acquire().await?)
    }
}

/// Applies the migrations that a database has not had. sqlx's own migrator takes a dozen statements for each of
/// them, which is most of what a store costs; this takes two in all.
async fn migrate(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let had: i64 = sqlx::query_scalar("pragma user_version").fetch_one(pool).await?;
    let Some(missing) = usize::try_from(had).ok().and_then(|had| MIGRATIONS.get(had..)) else {
        let message = format!("it was made by a newer version of this program (schema {had})");
        return Err(sqlx::Error::Configuration(message.into()));
    };
    if missing.is_empty() {
        return Ok(());
    }
    let script =
        format!("begin immediate; {} pragma user_version = {}; commit;", missing.concat(), MIGRATIONS.len());
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(pool).await?;
    Ok(())
}

fn database_file(dir: &Path, hash: &str) -> PathBuf {
    dir.join(format!("{hash}.db"))
}

/// Removes a database and what SQLite keeps beside it. It is no error when there is none.
fn remove_database(file: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the text can be a store hash: `[A-Za-z0-9_-]{1,64}`. It becomes a file name.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

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
            Some(dir) => (Some(lock(dir)?), found_in(dir)?),
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
            Some(slot) => self.opened(hash, &slot).await,
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
            new.store.pool.close().await;
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
        futures_util::future::join_all(
            slots.iter().filter_map(|slot| slot.get()).map(|store| store.pool.close()),
        )
        .await;
    }

    fn slot(&self, hash: &str) -> Option<Slot> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// The store in a slot. Of several that ask at once, one opens it.
    async fn opened(&self, hash: &str, slot: &Slot) -> Result<Arc<Store>, OpenError> {
        if let Some(store) = slot.get() {
            return Ok(store.clone());
        }
        let file = self.settings.data_dir.as_ref().map(|dir| database_file(dir, hash));
        let open = || async { Store::open(hash, file.as_deref(), &self.settings).await.map(Arc::new) };
        Ok(slot.get_or_try_init(open).await?.clone())
    }
}

/// Makes the directory and takes it for this process.
fn lock(dir: &Path) -> Result<File, OpenError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::File { path, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    let path = dir.join(".lock");
    let file = File::options().create(true).append(true).open(&path).map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(&path)(source)),
    }
}

/// A slot for each store in the directory. They are opened when they are first asked for.
fn found_in(dir: &Path) -> Result<HashMap<Box<str>, Slot>, OpenError> {
    let failed = |source| OpenError::File { path: dir.to_owned(), source };
    let mut slots = HashMap::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if let Some(hash) = name.to_str().and_then(|name| name.strip_suffix(".db"))
            && is_hash(hash)
        {
            slots.insert(hash.into(), Slot::default());
        }
    }
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passwords::Cost;

    #[tokio::test]
    async fn the_one_connection_that_holds_a_database_in_memory_is_never_let_go() {
        let passwords = Passwords::new(Cost::Fast);
        let settings =
            Settings { data_dir: None, clock: Clock::Frozen(0), passwords, accesses: Accesses::default() };
        let store = Store::open("s", None, &settings).await.unwrap();
        let options = store.pool.options();
        assert_eq!((options.get_min_connections(), options.get_max_connections()), (1, 1));
        assert_eq!((options.get_idle_timeout(), options.get_max_lifetime()), (None, None));
    }

    #[tokio::test]
    async fn migrations_are_applied_once_and_a_newer_database_is_refused() {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(SqliteConnectOptions::new())
            .await
            .unwrap();
        migrate(&pool).await.unwrap();
        migrate(&pool).await.unwrap();
        sqlx::raw_sql("pragma user_version = 1000").execute(&pool).await.unwrap();
        assert!(migrate(&pool).await.unwrap_err().to_string().contains("newer version"));
    }

    #[tokio::test]
    async fn a_unit_of_work_that_fails_writes_nothing() {
        let passwords = Passwords::new(Cost::Fast);
        let settings =
            Settings { data_dir: None, clock: Clock::Frozen(0), passwords, accesses: Accesses::default() };
        let store = Store::open("s", None, &settings).await.unwrap();
        let insert = "insert into customers (first_name, last_name, email, date_created, date_modified) \
                      values ('a', 'b', 'c', 0, 0)";
        let failed: Result<(), Error> = store
            .write(|tx| {
                Box::pin(async move {
                    sqlx::query(insert).execute(&mut *tx).await?;
                    sqlx::query(insert).execute(tx).await?;
                    Ok(())
                })
            })
            .await;
        assert!(matches!(failed, Err(Error::Database(_))));
        let count = sqlx::query_scalar("select count(*) from customers");
        let count: i64 = count.fetch_one(&mut *store.read().await.unwrap()).await.unwrap();
        assert_eq!(count, 0);
    }
}
