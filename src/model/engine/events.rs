//! The table of events: written with the commit that they tell of, and swept from time to time.

use std::borrow::Cow;

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{Store, Turn};
use crate::error::Error;

/// At least so many of the latest events are kept, and hardly more.
pub const KEPT: usize = 1000;

/// Old events go each time so many new ones have come.
pub(crate) const SWEEP: usize = 256;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unix seconds.
    pub created_at: i64,
    /// `store/customer/created` and its like.
    pub scope: Cow<'static, str>,
    /// The `data` of the payload, as JSON.
    pub data: String,
}

/// Appends the statement that drops old events, if these new ones make it worth while.
pub(in crate::model) fn push_sweep(turn: &mut Turn, sql: &mut QueryBuilder<Sqlite>, new: usize) {
    turn.unswept_events += new;
    if turn.unswept_events >= SWEEP {
        turn.unswept_events = 0;
        let kept = i64::try_from(KEPT).unwrap_or(i64::MAX);
        sql.push("; delete from events where id <= (select max(id) from events) - ").push_bind(kept);
    }
}

/// Writes events and ends the transaction that they tell of, in one go.
pub(crate) async fn commit(turn: &mut Turn, events: &[Event]) -> Result<(), sqlx::Error> {
    let events = &events[events.len().saturating_sub(KEPT)..];
    if events.is_empty() {
        sqlx::raw_sql("commit").execute(&mut turn.db).await?;
        return Ok(());
    }
    let mut sql = QueryBuilder::new("insert into events (created_at, scope, data) ");
    sql.push_values(events, |mut row, event| {
        row.push_bind(event.created_at).push_bind(&*event.scope).push_bind(&event.data);
    });
    push_sweep(turn, &mut sql, events.len());
    sql.push("; commit").build().execute(&mut turn.db).await?;
    Ok(())
}

/// The latest events, oldest first.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store) -> Result<Vec<Event>, Error> {
    store
        .run(|turn| {
            Box::pin(async move {
                let rows = sqlx::query("select created_at, scope, data from events order by id");
                let rows = rows.fetch_all(&mut turn.db).await?;
                let event = |row: &sqlx::sqlite::SqliteRow| {
                    Ok(Event {
                        created_at: row.try_get("created_at")?,
                        scope: row.try_get::<String, _>("scope")?.into(),
                        data: row.try_get("data")?,
                    })
                };
                Ok(rows[rows.len().saturating_sub(KEPT)..]
                    .iter()
                    .map(event)
                    .collect::<Result<_, sqlx::Error>>()?)
            })
        })
        .await
}
