//! Deletes of customers, and of what belongs to them.

use sqlx::QueryBuilder;

use super::super::engine::memory::{Change, Memory};
use super::super::events::{self, Event};
use super::super::page::Page;
use super::exists;
use crate::error::Error;
use crate::fields::filter::Filters;
use crate::model::engine::{Store, Turn};

/// What belongs to customers: the table, and the column that says whose a row is. Where foreign keys do not take it along
/// this list does; the answers of addresses go before.
const BELONGINGS: [(&str, &str); 5] = [
    ("form_field_values", "customer_id"),
    ("attribute_values", "customer_id"),
    ("addresses", "customer_id"),
    ("consents", "customer_id"),
    ("stored_instruments", "customer_id"),
];

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
        let belongings = BELONGINGS.map(|(table, _)| format!("delete from {table}; ")).concat();
        let all = format!(
            "delete from metafields where exists (select 1 from customers where id = resource_id); \
             {belongings} delete from customers"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(all)).execute(&mut turn.db).await?;
        return Ok(Change::Clear);
    }
    let mut sql = QueryBuilder::new("create temp table going as select id from customers");
    filters.push_where(&mut sql);
    Page::of(limit.unwrap_or(i64::MAX), 0).push(&mut sql, !filters.is_empty());
    sqlx::raw_sql("drop table if exists temp.going").execute(&mut turn.db).await?;
    sql.build().persistent(false).execute(&mut turn.db).await?;
    record_deleted(turn, "temp.going join customers using (id)", now).await?;
    let ids: Vec<u32> = sqlx::query_scalar("select id from temp.going").fetch_all(&mut turn.db).await?;
    let of_those = "in (select id from temp.going)";
    let belongings =
        BELONGINGS.map(|(table, column)| format!("delete from {table} where {column} {of_those}; ")).concat();
    let steps = format!(
        "delete from form_field_values where address_id in (select id from addresses where customer_id {of_those}); \
         {belongings} delete from metafields where resource_id {of_those}; \
         delete from customers where id {of_those}; drop table temp.going"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(steps)).execute(&mut turn.db).await?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clock::Clock;
    use crate::model::engine::{Means, Place, ROW_BUDGET, blank};
    use crate::model::generate::Generate;
    use crate::model::load::{Content, load};
    use crate::passwords::{Cost, Passwords};

    async fn store() -> Store {
        let means =
            Means { clock: Clock::default(), passwords: Passwords::new(Cost::Fast), row_budget: ROW_BUDGET };
        Store::open(&Place::Memory(blank(false).await.unwrap()), means, None).await.unwrap()
    }

    /// The columns that refer to a table.
    async fn references(store: &Store, to: &'static str) -> BTreeSet<(String, String)> {
        let sql = "select tables.name, key.\"from\" from sqlite_master tables, pragma_foreign_key_list(tables.name) key \
                   where tables.type = 'table' and key.\"table\" = ?";
        let query = sqlx::query_as(sql).bind(to);
        let found: Result<Vec<(String, String)>, sqlx::Error> =
            store.run(move |turn| Box::pin(query.fetch_all(&mut turn.db))).await;
        found.unwrap().into_iter().collect()
    }

    #[tokio::test]
    async fn what_belongs_to_customers_is_what_refers_to_them() {
        let store = store().await;
        let own = |(table, column): &(&str, &str)| ((*table).to_owned(), (*column).to_owned());
        assert_eq!(references(&store, "customers").await, BELONGINGS.iter().map(own).collect());
        let of_addresses = [("form_field_values", "address_id")];
        assert_eq!(references(&store, "addresses").await, of_addresses.iter().map(own).collect());
    }

    #[tokio::test]
    async fn a_delete_leaves_no_reference_to_nothing() {
        let store = store().await;
        let generate =
            Generate { customers: 30, groups: 2, addresses_per_customer: 2, ..Generate::default() };
        load(&store, Content { generate: Some(generate), ..Content::default() }).await.unwrap();
        delete(&store, 30).await.unwrap();
        delete_matching(&store, Filters::default(), Some(5)).await.unwrap();
        let left = async |what: &'static str| {
            let sql = format!("select count(*) from {what}");
            let query = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql));
            let found: Result<i64, sqlx::Error> =
                store.run(move |turn| Box::pin(query.fetch_one(&mut turn.db))).await;
            found.unwrap()
        };
        assert_eq!((left("customers").await, left("addresses").await), (24, 48));
        assert_eq!(left("pragma_foreign_key_check").await, 0);
        delete_matching(&store, Filters::default(), None).await.unwrap();
        assert_eq!((left("customers").await, left("addresses").await), (0, 0));
        assert_eq!(left("pragma_foreign_key_check").await, 0);
    }
}
