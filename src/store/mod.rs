//! A store – one tenant – and how its rows are read and written.
//!
//! Each store is a SQLite database of its own: isolation needs no `where`, and dropping one drops everything in it.
//! SQL is the truth and finds things; [`crate::model::memory`] holds rows for reads; `writer.rs` is the one task
//! that speaks to the database.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::access::Accesses;
use crate::clock::Clock;
use crate::descriptors;
use crate::error::Error;
use crate::model::customers::New;
use crate::model::memory::{Memory, Row};
use crate::passwords::Passwords;
use crate::quota::{Allowance, Quota};

mod file;
mod open;
mod stores;
mod writer;

use file::Watch;
pub use open::OpenError;
pub use stores::{Prepared, Stores};
use writer::Job;
pub use writer::Turn;

/// The nominal quota of token requests: so many per so many milliseconds.
const TOKEN_QUOTA: (i64, i64) = (10_000, 30_000);
/// The nominal quota of Basic requests. Observed: 20000 an hour.
const BASIC_QUOTA: (i64, i64) = (20_000, 3_600_000);

/// How many units of work may wait for a store; more wait to be let into the queue.
const QUEUE: usize = 1024;

/// The bytes that rows in memory may take in each store.
pub const ROW_BUDGET: usize = 64 << 20;

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
    /// The URL under which its first client reached it.
    base: OnceLock<Box<str>>,
    memory: Arc<RwLock<Memory>>,
    jobs: mpsc::Sender<Job>,
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
    /// The bytes that rows in memory may take in each store; see [`ROW_BUDGET`].
    pub row_budget: usize,
}

impl Store {
    async fn open(hash: &str, file: Option<&Path>, settings: &Settings) -> Result<Store, OpenError> {
        let database = |source| match &settings.data_dir {
            // SQLite does not say so.
            Some(dir) if file::room_in(dir).is_err_and(|error| descriptors::ran_out(&error)) => {
                OpenError::NoDescriptors
            }
            _ => OpenError::Database { hash: hash.to_owned(), source },
        };
        if let Some(file) = file {
            file::close_to_others(file);
        }
        let db = open::connect(file).await.map_err(database)?;
        let mut turn = Turn::new(db, settings.row_budget).await.map_err(database)?;
        turn.file = file.map(Watch::of).transpose().map_err(|error| database(error.into()))?;
        let memory = turn.memory.clone();
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(turn, queue));
        Ok(Store {
            hash: hash.into(),
            clock: settings.clock,
            passwords: settings.passwords.clone(),
            token_quota: Quota::new(TOKEN_QUOTA.0, TOKEN_QUOTA.1),
            basic_quota: Quota::new(BASIC_QUOTA.0, BASIC_QUOTA.1),
            base: OnceLock::new(),
            memory,
            jobs,
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

    /// The URL under which its first client reached it: that of the answers that are kept with rows. Nearly always
    /// all clients use the same.
    pub fn base(&self, this: &str) -> &str {
        self.base.get_or_init(|| this.into())
    }

    /// Looks at what is in memory. For a moment: writes wait meanwhile.
    pub fn memory<T>(&self, look: impl FnOnce(&Memory) -> T) -> T {
        look(&self.memory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a unit of work that needs no transaction – reads, or a single statement – when its turn comes.
    ///
    /// # Errors
    /// The work's own error, or that the writer broke down. No change was published then.
    pub async fn run<T: Send + 'static, E: From<sqlx::Error> + Send + 'static>(
        &self,
        work: impl for<'t> FnOnce(&'t mut Turn) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Work(Box::new(move |turn| {
            Box::pin(async move {
                let result = work(turn).await;
                if result.is_ok() {
                    turn.publish();
                } else {
                    turn.forget();
                }
                let _ = answer.send(result);
            })
        }));
        self.ask(job, answered).await.unwrap_or_else(|| Err(sqlx::Error::WorkerCrashed.into()))
    }

    /// Runs a unit of work in a transaction, all of it or nothing, when its turn comes.
    ///
    /// # Errors
    /// The work's own error, or the database's; either way nothing was written.
    pub async fn write<T: Send + 'static, E: From<sqlx::Error> + Send + 'static>(
        &self,
        work: impl for<'t> FnOnce(&'t mut Turn) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E> {
        self.run(move |turn| Box::pin(turn.in_transaction(work))).await
    }

    /// Makes a customer, in one statement with others that are made at the same time.
    ///
    /// # Errors
    /// Why it was refused; the others are none the worse for it.
    pub async fn create_customer(&self, new: New) -> Result<Arc<Row>, Error> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Create(Box::new(new), answer);
        self.ask(job, answered).await.unwrap_or_else(|| Err(sqlx::Error::WorkerCrashed.into()))
    }

    /// Closes the database, after all that has queued, so that nothing is left in a write-ahead log.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.ask(Job::Close(done), closed).await;
    }

    /// `None`: the writer has broken down, or is closed.
    async fn ask<T>(&self, job: Job, answer: oneshot::Receiver<T>) -> Option<T> {
        self.jobs.send(job).await.ok()?;
        answer.await.ok()
    }
}

/// Whether the text can be a store hash: `[A-Za-z0-9_-]{1,64}`. It becomes a file name.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passwords::Cost;

    async fn store() -> Store {
        let settings = Settings {
            data_dir: None,
            clock: Clock::Frozen(0),
            passwords: Passwords::new(Cost::Fast),
            accesses: Accesses::default(),
            row_budget: ROW_BUDGET,
        };
        Store::open("s", None, &settings).await.unwrap()
    }

    const INSERT: &str = "insert into customers (first_name, last_name, email, date_created, date_modified) \
                          values ('a', 'b', 'c', 0, 0)";

    async fn count(store: &Store) -> i64 {
        let count = sqlx::query_scalar("select count(*) from customers");
        store.run::<i64, sqlx::Error>(move |turn| Box::pin(count.fetch_one(&mut turn.db))).await.unwrap()
    }

    #[tokio::test]
    async fn a_unit_of_work_that_fails_writes_nothing() {
        let store = store().await;
        let failed: Result<(), Error> = store
            .write(|turn| {
                Box::pin(async move {
                    sqlx::query(INSERT).execute(&mut turn.db).await?;
                    sqlx::query(INSERT).execute(&mut turn.db).await?;
                    Ok(())
                })
            })
            .await;
        assert!(matches!(failed, Err(Error::Database(_))));
        assert_eq!(count(&store).await, 0);
    }

    #[tokio::test]
    async fn a_unit_of_work_that_panics_writes_nothing_and_the_next_one_works() {
        let store = store().await;
        let broken: Result<(), Error> = store
            .write(|turn| {
                Box::pin(async move {
                    sqlx::query(INSERT).execute(&mut turn.db).await?;
                    panic!("broken")
                })
            })
            .await;
        assert!(matches!(broken, Err(Error::Database(sqlx::Error::WorkerCrashed))));
        assert_eq!(count(&store).await, 0);
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_leaves_its_unit_of_work_whole() {
        let store = store().await;
        let (started, has_started) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let write = store.write::<(), Error>(|turn| {
            Box::pin(async move {
                let _ = started.send(());
                let _ = may_go_on.await;
                sqlx::query(INSERT).execute(&mut turn.db).await?;
                Ok(())
            })
        });
        tokio::select! {
            _ = write => unreachable!("it waits"),
            _ = has_started => {}
        }
        go_on.send(()).unwrap();
        assert_eq!(count(&store).await, 1);
    }

    #[tokio::test]
    async fn foreign_keys_are_on_again_after_a_bulk_delete_that_fails() {
        let store = store().await;
        store
            .run::<_, Error>(|turn| {
                Box::pin(async move {
                    sqlx::query(INSERT).execute(&mut turn.db).await?;
                    // Nothing can be deleted now, and memory is told of the row as if it had been created.
                    let refuse = "create trigger refuse before delete on customers begin select raise(abort, 'no'); end";
                    sqlx::query(refuse).execute(&mut turn.db).await?;
                    let memory = turn.load().await?;
                    turn.change(crate::model::memory::Change::Loaded(memory.into()));
                    Ok(())
                })
            })
            .await
            .unwrap();
        let deleted =
            crate::model::customers::delete_matching(&store, crate::fields::filter::Filters::default(), None)
                .await;
        assert!(matches!(deleted, Err(Error::Database(_))));
        let on = sqlx::query_scalar("pragma foreign_keys");
        let on =
            store.run::<i64, sqlx::Error>(move |turn| Box::pin(on.fetch_one(&mut turn.db))).await.unwrap();
        assert_eq!((on, count(&store).await), (1, 1));
    }
}
