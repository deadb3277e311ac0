//! Deletes of customers, and of what belongs to them.

use sqlx::QueryBuilder;

use super::super::engine::memory::{Change, Memory};
use super::super::events::{self, Event};
use super::super::page::Page;
use super::exists;
use crate::error::Error;
use crate::fields::filter::Filters;
use crate::model::engine::{Store, Turn};

/// Deletes a customer, and what belongs to it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(store: &Store, id: i64) -> Result<(), Error> {
    exists(store, id)?;
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let delete = sqlx::query("delete from customers where id = ?").bind(id);
                if delete.execute(&mut turn.db).await?.rows_affected() == 0 {
                    return Err(Error::NotFound);
                }
                // Not by a foreign key: they may be of nobody.
                let metafields = sqlx::query("delete from metafields where resource_id = ?");
                metafields.bind(id).execute(&mut turn.db).await?;
                turn.record(Event::deleted(id, now));
                turn.change(Change::Remove(u32::try_from(id).into_iter().collect()));
                Ok(())
            })
        })
        .await
}

/// Deletes the matching customers and what belongs to them, at most `limit`, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn delete_matching(store: &Store, filters: Filters, limit: Option<i64>) -> Result<(), Error> {
    if store.memory(Memory::count) == 0 {
        return Ok(());
    }
    let now = store.clock.now();
    store
        .run(move |turn| {
            Box::pin(async move {
                // Cascades would run for each row; a few statements over all of them are a hundred times faster.
                sqlx::raw_sql("pragma foreign_keys = off").execute(&mut turn.db).await?;
                let deleted =
                    turn.in_transaction(|turn| Box::pin(delete_rows(turn, filters, limit, now))).await;
                sqlx::raw_sql("pragma foreign_keys = on").execute(&mut turn.db).await?;
                turn.change(deleted?);
                Ok(())
            })
        })
        .await
}

async fn delete_rows(
    turn: &mut Turn,
    filters: Filters,
    limit: Option<i64>,
    now: i64,
) -> Result<Change, Error> {
    if filters.is_empty() && limit.is_none() {
        record_deleted(turn, "customers", now).await?;
        // Without a `where` SQLite drops whole trees instead of rows.
        let all = "delete from metafields where exists (select 1 from customers where id = resource_id); \
                   delete from form_field_values; delete from attribute_values; delete from addresses; \
                   delete from consents; delete from stored_instruments; delete from customers";
        sqlx::raw_sql(all).execute(&mut turn.db).await?;
        return Ok(Change::Clear);
    }
    let mut sql = QueryBuilder::new("create temp table doomed as select id from customers");
    filters.push_where(&mut sql);
    Page::of(limit.unwrap_or(i64::MAX), 0).push(&mut sql, !filters.is_empty());
    sqlx::raw_sql("drop table if exists temp.doomed").execute(&mut turn.db).await?;
    sql.build().persistent(false).execute(&mut turn.db).await?;
    record_deleted(turn, "temp.doomed join customers using (id)", now).await?;
    let ids: Vec<u32> = sqlx::query_scalar("select id from temp.doomed").fetch_all(&mut turn.db).await?;
    let steps = "delete from form_field_values where customer_id in (select id from temp.doomed); \
                 delete from form_field_values where address_id in \
                 (select id from addresses where customer_id in (select id from temp.doomed)); \
                 delete from attribute_values where customer_id in (select id from temp.doomed); \
                 delete from addresses where customer_id in (select id from temp.doomed); \
                 delete from metafields where resource_id in (select id from temp.doomed); \
                 delete from consents where customer_id in (select id from temp.doomed); \
                 delete from stored_instruments where customer_id in (select id from temp.doomed); \
                 delete from customers where id in (select id from temp.doomed); drop table temp.doomed";
    sqlx::raw_sql(steps).execute(&mut turn.db).await?;
    Ok(Change::Remove(ids.into_iter().collect()))
}

/// Records the events of customers that are about to go: of the last ones, as no more are kept.
async fn record_deleted(turn: &mut Turn, from: &'static str, now: i64) -> Result<(), sqlx::Error> {
    let mut sql = QueryBuilder::new("select id from ");
    sql.push(from)
        .push(" order by id desc limit ")
        .push_bind(i64::try_from(events::KEPT).unwrap_or(i64::MAX));
    let ids: Vec<i64> = sql.build_query_scalar().persistent(false).fetch_all(&mut turn.db).await?;
    for id in ids.into_iter().rev() {
        turn.record(Event::deleted(id, now));
    }
    Ok(())
}
