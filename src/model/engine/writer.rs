//! The writer of a store: the one task that speaks to its database and that changes what reads see.
//!
//! It takes what has queued, in order. Creates that stand next to each other go into one statement; everything else
//! is a turn of its own. It answers only after the commit, and after memory shows what was committed. Nobody can
//! cancel it: a client that hangs up leaves its unit of work whole.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::events::{self, Event};
use super::file::Watch;
use super::memory::{Change, Memory, Row};
use crate::error::Error;
use crate::fields::validate::Valid;

/// The most that is taken from the queue at once.
const BATCH: usize = 32;

/// What a unit of work has while it is its turn.
#[derive(Debug)]
pub struct Turn {
    /// The store's only connection.
    pub db: SqliteConnection,
    /// What reads see. To be read here; changes go through [`Turn::change`].
    pub memory: Arc<RwLock<Memory>>,
    /// The id of the next customer.
    pub next_customer: i64,
    /// About how many events there are beyond those to keep; see `model/events.rs`.
    pub unswept_events: usize,
    /// Its file, unless it is in memory.
    pub(super) file: Option<Watch>,
    /// Another store has taken the place of this one, so its file may be gone.
    pub(super) retired: Arc<AtomicBool>,
    changes: Vec<Change>,
    events: Vec<Event>,
}

impl Turn {
    pub(super) async fn new(db: SqliteConnection, row_budget: usize) -> Result<Turn, sqlx::Error> {
        let memory = Arc::new(Memory::new(row_budget).into());
        let mut turn = Turn {
            db,
            memory,
            next_customer: 1,
            unswept_events: 0,
            file: None,
            retired: Arc::default(),
            changes: Vec::new(),
            events: Vec::new(),
        };
        let loaded = match turn.load().await {
            Ok(loaded) => loaded,
            Err(error) => {
                let _ = turn.db.close().await;
                return Err(error);
            }
        };
        turn.change(Change::Loaded(loaded.into()));
        turn.publish();
        Ok(turn)
    }

    /// Checks before a write that it will not go into a file that nobody can find any more.
    fn check_file(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.file {
            Some(file) if !self.retired.load(Ordering::Relaxed) => Ok(file.look()?),
            _ => Ok(()),
        }
    }

    /// Shows a change to reads, once this unit of work has succeeded.
    pub fn change(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Records an event in the transaction of this unit of work.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Looks at what reads see.
    pub fn memory<T>(&self, look: impl FnOnce(&Memory) -> T) -> T {
        look(&self.memory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads from the database what must always be known: what memory begins with, and the next id.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(&mut self) -> Result<Memory, sqlx::Error> {
        let budget = self.memory(Memory::budget);
        let last = "select coalesce((select seq from sqlite_sequence where name = 'customers'), 0), \
                    (select count(*) from events)";
        let (last, events): (i64, i64) =
            sqlx::query_as(last).persistent(false).fetch_one(&mut self.db).await?;
        self.next_customer = last + 1;
        self.unswept_events = usize::try_from(events).unwrap_or_default().saturating_sub(events::KEPT);
        Memory::load(&mut self.db, budget).await
    }

    /// The bytes of the database.
    pub(super) async fn bytes(&mut self) -> Result<Bytes, sqlx::Error> {
        let Some(file) = &self.file else { return Ok(Box::new(self.db.serialize(None).await?)) };
        // All of it into the file itself; nobody else writes to it.
        sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(&mut self.db).await?;
        Ok(Box::new(tokio::fs::read(file.path()).await?))
    }

    /// Runs a part of this unit of work in a transaction, all of it or nothing.
    ///
    /// # Errors
    /// The work's own error, or the database's.
    pub async fn in_transaction<T, E: From<sqlx::Error>>(
        &mut self,
        work: impl for<'t> FnOnce(&'t mut Turn) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E> {
        self.check_file()?;
        // Sent as text: nobody can cancel the writer, so sqlx need not know of the transaction.
        sqlx::raw_sql("begin immediate").execute(&mut self.db).await?;
        let result = work(self).await;
        self.end_transaction(result).await
    }

    /// Ends a transaction that has begun: its events are recorded and it is committed, or it failed and is undone.
    ///
    /// # Errors
    /// The work's own error, or the database's.
    pub async fn end_transaction<T, E: From<sqlx::Error>>(&mut self, result: Result<T, E>) -> Result<T, E> {
        let result = match result {
            Ok(value) => {
                let events = std::mem::take(&mut self.events);
                events::commit(self, &events).await.map(|()| value).map_err(E::from)
            }
            Err(error) => Err(error),
        };
        if result.is_err() {
            self.undo().await;
        }
        result
    }

    /// Undoes the transaction that is open, if one is.
    pub async fn undo(&mut self) {
        // It may have dropped old events, which are there again.
        self.unswept_events = events::SWEEP;
        let _ = sqlx::raw_sql("rollback").execute(&mut self.db).await;
    }

    pub(super) fn publish(&mut self) {
        if self.changes.is_empty() {
            return;
        }
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        for change in self.changes.drain(..) {
            memory.apply(change);
        }
    }

    pub(super) fn forget(&mut self) {
        self.events.clear();
        self.changes.clear();
    }
}

/// The bytes of a database.
pub(super) type Bytes = Box<dyn AsRef<[u8]> + Send>;

/// One unit of work. It answers for itself.
pub(super) type Work = Box<dyn for<'t> FnOnce(&'t mut Turn) -> BoxFuture<'t, ()> + Send>;

/// A customer that is about to be made or changed.
pub struct New {
    pub(in crate::model) valid: Valid,
    pub(in crate::model) password_hash: Option<String>,
    pub(in crate::model) now: i64,
}

/// What came of each of several new customers, or why none was made.
pub type Outcomes = Result<Vec<Result<Arc<Row>, Error>>, sqlx::Error>;

/// Makes customers, all at once.
pub type InsertAll = for<'t> fn(&'t mut Turn, Vec<New>) -> BoxFuture<'t, Outcomes>;

/// Who waits for a new customer.
pub(super) type Created = oneshot::Sender<Result<Arc<Row>, Error>>;

/// What can be asked of the writer.
pub(super) enum Job {
    /// Anything.
    Work(Work),
    /// A new customer, and who makes it together with its neighbours.
    Create(Box<New>, InsertAll, Created),
    /// Close the database and end.
    Close(oneshot::Sender<()>),
}

/// Runs until it is told to close, or until nobody can ask any more. `permit` goes when the database is closed.
pub(super) async fn run(mut turn: Turn, mut jobs: mpsc::Receiver<Job>, permit: Option<OwnedSemaphorePermit>) {
    let done = work(&mut turn, &mut jobs).await;
    let _ = turn.db.close().await;
    drop(permit);
    if let Some(done) = done {
        let _ = done.send(());
    }
}

/// Does what is asked for; gives who waits for the end.
async fn work(turn: &mut Turn, jobs: &mut mpsc::Receiver<Job>) -> Option<oneshot::Sender<()>> {
    let mut queue = Vec::with_capacity(BATCH);
    loop {
        if queue.is_empty() {
            queue.push(jobs.recv().await?);
            // Lets those who are about to ask do so: batches of one become batches of many.
            tokio::task::yield_now().await;
            while queue.len() < BATCH
                && let Ok(job) = jobs.try_recv()
            {
                queue.push(job);
            }
        }
        let mut creates = Vec::new();
        for job in queue.drain(..) {
            match job {
                Job::Create(new, insert_all, answer) => creates.push((*new, insert_all, answer)),
                Job::Work(work) => {
                    create(turn, std::mem::take(&mut creates)).await;
                    guarded(turn, work).await;
                }
                Job::Close(done) => {
                    create(turn, std::mem::take(&mut creates)).await;
                    return Some(done);
                }
            }
        }
        create(turn, creates).await;
    }
}

async fn create(turn: &mut Turn, batch: Vec<(New, InsertAll, Created)>) {
    let Some((_, insert_all, _)) = batch.first() else { return };
    let insert_all = *insert_all;
    let (batch, answers): (Vec<New>, Vec<_>) =
        batch.into_iter().map(|(new, _, answer)| (new, answer)).unzip();
    let work: Work = Box::new(move |turn| {
        Box::pin(async move {
            let made = match turn.check_file() {
                Ok(()) => insert_all(turn, batch).await,
                Err(error) => Err(error),
            };
            match made {
                Ok(results) => {
                    turn.publish();
                    for (answer, result) in answers.into_iter().zip(results) {
                        let _ = answer.send(result);
                    }
                }
                Err(error) => {
                    turn.forget();
                    // Errors can not be copied.
                    for answer in answers {
                        let gone = turn.check_file().err();
                        let again = gone.unwrap_or_else(|| sqlx::Error::Protocol(error.to_string()));
                        let _ = answer.send(Err(again.into()));
                    }
                }
            }
        })
    });
    guarded(turn, work).await;
}

/// Runs a unit of work. If it breaks down, those who wait see that it never answered, and the next one can go on.
async fn guarded(turn: &mut Turn, work: Work) {
    if AssertUnwindSafe(work(turn)).catch_unwind().await.is_err() {
        turn.forget();
        turn.undo().await;
        let _ = sqlx::raw_sql("pragma foreign_keys = on").execute(&mut turn.db).await;
    }
}
