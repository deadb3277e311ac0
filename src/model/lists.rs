//! Reading one page of a table.

use sqlx::QueryBuilder;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::engine::{Store, Turn};
use super::page::{Cursor, Page, PageInfo, Start};
use super::scan::{self, Scanned, Wanted};
use crate::error::Error;
use crate::fields::filter::Filters;

/// Where the rows of one page of a table are, in the order of the ids, if one statement would not find them soon.
/// `indexed` says whether it would. `neighbours`: whether there are rows before and after is to be told.
pub(super) async fn scanned(
    store: &Store,
    table: &'static str,
    filters: &Filters,
    page: &Page,
    neighbours: bool,
    indexed: bool,
) -> Result<Option<Scanned>, Error> {
    if filters.is_empty() || indexed {
        return Ok(None);
    }
    let wanted = Wanted { total: matches!(page.start, Start::Offset(_)), neighbours };
    scan::scan(store, table, filters.clone(), page, wanted).await.map(Some)
}

/// The matching rows of one page of a table, and how many match in all.
pub(super) async fn page_of(
    turn: &mut Turn,
    table: &'static str,
    filters: &Filters,
    page: &Page,
    scanned: Option<&Scanned>,
) -> Result<(Vec<SqliteRow>, i64), sqlx::Error> {
    let mut sql = QueryBuilder::new("select * from ");
    sql.push(table);
    if let Some(Scanned { ids, total, .. }) = scanned {
        sql.push(" where id in (select value from json_each(");
        sql.push_bind(serde_json::Value::from(ids.as_slice()).to_string()).push(")) order by id");
        sql.push(if matches!(page.start, Start::Before(_)) { " desc" } else { "" });
        return Ok((sql.build().fetch_all(&mut turn.db).await?, *total));
    }
    let mut count = QueryBuilder::new("select count(*) from ");
    filters.push_where(count.push(table));
    let total = count.build_query_scalar().fetch_one(&mut turn.db).await?;
    filters.push_where(&mut sql);
    page.push(&mut sql, !filters.is_empty());
    Ok((sql.build().fetch_all(&mut turn.db).await?, total))
}

/// The matching rows of one page of a table, in the order of the ids, and where the page stands. `neighbours`: whether
/// there are rows before and after is to be told.
pub(super) async fn walk(
    turn: &mut Turn,
    table: &'static str,
    filters: &Filters,
    page: &Page,
    neighbours: bool,
    scanned: Option<&Scanned>,
) -> Result<(Vec<SqliteRow>, PageInfo), sqlx::Error> {
    let (rows, total) = page_of(turn, table, filters, &page.with_one_more(neighbours), scanned).await?;
    let (rows, more) = page.cut(rows);
    let cursor = |row: &SqliteRow| row.try_get("id").map(|id| Cursor { id, key: None });
    let ends = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => Some((cursor(first)?, cursor(last)?)),
        _ => None,
    };
    let mut around = PageInfo::between(page, ends, more);
    around.total = total;
    if let Some(beside) = around.beside(page).filter(|_| neighbours) {
        let there = if let Some(scanned) = scanned {
            scanned.beside
        } else {
            let mut sql = QueryBuilder::new("select id from ");
            filters.push_where(sql.push(table));
            beside.push(&mut sql, !filters.is_empty());
            sql.build().fetch_optional(&mut turn.db).await?.is_some()
        };
        around.set_beside(page, there);
    }
    Ok((rows, around))
}
