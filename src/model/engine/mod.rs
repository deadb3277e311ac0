//! A store – one tenant – and how its rows are read and written.
//!
//! Each store is a SQLite database of its own: isolation needs no `where`, and dropping one drops everything in it.
//! SQL is the truth and finds things; [`crate::model::engine::memory`] holds rows for reads; `writer.rs` is the one task
//! that speaks to the database.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::clock::Clock;
use crate::error::Error;
use crate::passwords::Passwords;
use memory::{Known, Memory, Row};

pub mod events;
mod file;
mod image;
pub mod memory;
mod open;
mod writer;

pub use crate::error::OpenError;
use file::Watch;
pub(crate) use file::{private, room_in};
pub use image::Image;
pub use open::{Place, blank, lock};
use writer::Job;
pub use writer::Turn;
pub use writer::{InsertAll, New, Outcomes};

/// How many units of work may wait for a store; more wait to be let into the queue.
const QUEUE: usize = 1024;

/// The bytes that rows in memory may take in each store.
pub const ROW_BUDGET: usize = 64 << 20;

/// An open database, with what reads see of it and the task that writes to it.
#[derive(Debug)]
pub struct Store {
    /// The store's time.
    pub clock: Clock,
    /// Hashes the passwords of its customers.
    pub passwords: Passwords,
    /// The URL under which its first client reached it.
    base: OnceLock<Box<str>>,
    memory: Arc<RwLock<Memory>>,
    jobs: mpsc::Sender<Job>,
    /// Another one has taken its place.
    retired: Arc<AtomicBool>,
}

/// What an open store needs besides its database.
#[derive(Clone, Debug)]
pub struct Means {
    /// The store's time.
    pub clock: Clock,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// The bytes that rows in memory may take; see [`ROW_BUDGET`].
    pub row_budget: usize,
}

impl Store {
    /// Opens a database. `permit` is given back when it is closed again.
    ///
    /// # Errors
    /// When it can not be opened or read.
    pub async fn open(
        place: &Place,
        means: Means,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<Store, sqlx::Error> {
        let Means { clock, passwords, row_budget } = means;
        if let Place::File(file) = place {
            file::close_to_others(file);
        }
        let db = open::connect(place).await?;
        let mut turn = Turn::new(db, row_budget).await?;
        let retired = turn.retired.clone();
        if let Place::File(file) = place {
            turn.file = Some(Watch::of(file)?);
        }
        let memory = turn.memory.clone();
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(turn, queue, permit));
        Ok(Store { clock, passwords, base: OnceLock::new(), memory, jobs, retired })
    }

    /// The database as it is when the turn comes.
    ///
    /// # Errors
    /// The database's, or the file system's.
    pub async fn image(&self) -> Result<Image, Error> {
        let bytes = self.run::<_, sqlx::Error>(|turn| Box::pin(turn.bytes())).await?;
        Ok(Image::pack(bytes).await)
    }

    /// Says that another one has taken its place. Who is using it may finish, though its file will be gone.
    pub fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
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
    pub async fn create_customer(&self, new: New, insert_all: InsertAll) -> Result<Arc<Row>, Error> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Create(Box::new(new), insert_all, answer);
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

/// Whether a store has this customer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn exists(store: &Store, customer_id: i64) -> Result<(), Error> {
    store.memory(|memory| is_there(memory, customer_id))
}

/// The same, of one whose memory is looked at already.
pub(in crate::model) fn is_there(memory: &Memory, customer_id: i64) -> Result<(), Error> {
    if matches!(memory.customer(customer_id), Known::Absent) { Err(Error::NotFound) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::clock::Mode;
    use crate::fields::filter::Filters;
    use crate::fields::{Op, Value};
    use crate::model::customers;
    use crate::passwords::Cost;

    async fn store() -> Store {
        let means = Means {
            clock: Clock::new(Mode::Frozen(0)),
            passwords: Passwords::new(Cost::Fast),
            row_budget: ROW_BUDGET,
        };
        Store::open(&Place::Memory(blank(false).await.unwrap()), means, None).await.unwrap()
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

    /// And meanwhile others have their turns.
    #[tokio::test]
    async fn a_walk_stops_when_whoever_asked_has_gone() {
        let store = store().await;
        let rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) \
                    insert into customers (first_name, last_name, email, date_created, date_modified) \
                    select 'a', 'b', i, 0, 0 from n";
        let insert = sqlx::query(rows);
        store.run::<_, sqlx::Error>(move |turn| Box::pin(insert.execute(&mut turn.db))).await.unwrap();
        let first_name = customers::FIELDS.iter().find(|field| field.name == "first_name").unwrap();
        let mut filters = Filters::default();
        filters.require(first_name, Op::Is, vec![Value::Text("c".into())]);
        let mut walk = Box::pin(customers::count(&store, filters.clone()));
        let mut turns = 0;
        while turns < 3 {
            assert!((&mut walk).now_or_never().is_none(), "it took {turns} turns only");
            assert_eq!(store.jobs.capacity(), QUEUE - 1, "it waits for one turn at a time");
            // Behind that turn, before the next.
            assert_eq!(count(&store).await, 5000);
            turns += 1;
        }
        drop(walk);
        assert_eq!(count(&store).await, 5000);
        assert_eq!(store.jobs.capacity(), QUEUE);
        assert_eq!(customers::count(&store, filters).await.unwrap(), 0);
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
                    turn.change(crate::model::engine::memory::Change::Loaded(memory.into()));
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
