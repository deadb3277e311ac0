//! The rows of a store, one file a resource: its fields, its SQL, its rules. Nothing here knows a wire format.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use self::customers::Around;
use self::scan::{Scanned, Wanted};
use crate::error::Error;
use crate::fields::filter::Filters;
use crate::fields::{Field, Value};
use crate::store::{Store, Turn};

pub mod addresses;
pub mod attribute_values;
pub mod attributes;
pub mod channel_settings;
pub mod channels;
pub mod consents;
pub mod countries;
pub mod credentials;
pub mod customer_groups;
pub mod customers;
pub mod events;
pub mod export;
pub mod form_field_values;
pub mod form_fields;
pub mod generate;
pub mod load;
pub mod memory;
pub mod metafields;
mod scan;
pub mod settings;
pub mod stored_instruments;

/// Which part of a list is wanted, and in which order the list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most this many rows.
    pub limit: i64,
    /// Where the part begins, or ends.
    pub start: Start,
    /// The order of the list.
    pub order: Order,
}

/// Where a page begins, or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After this many rows.
    Offset(i64),
    /// After this row, which need not be there any more.
    After(Cursor),
    /// Before this row, which need not be there any more.
    Before(Cursor),
}

/// A place in an ordered list that does not move when other rows come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The id of the row.
    pub id: i64,
    /// What the row has in the field that the list is ordered by, if it is not the id.
    pub key: Option<Value>,
}

/// The order of a list. Ties are ordered by id, in the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The field; `None` is the id.
    pub by: Option<&'static Field>,
    /// The greatest first.
    pub descending: bool,
}

impl Page {
    /// A part of a list in the order of the ids.
    #[must_use]
    pub fn of(limit: i64, offset: i64) -> Page {
        Page { limit, start: Start::Offset(offset), order: Order::default() }
    }

    /// Whether the list is in the order of the ids.
    fn is_by_id(&self) -> bool {
        self.order == Order::default()
    }

    /// The same page, one row longer if that is wanted: the row tells that there are more.
    fn with_one_more(&self, wanted: bool) -> Page {
        Page { limit: self.limit.saturating_add(i64::from(wanted)), ..self.clone() }
    }

    /// What was found of a page, in the order of the list, and whether there was more than it takes.
    fn cut<T>(&self, mut rows: Vec<T>) -> (Vec<T>, bool) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if matches!(self.start, Start::Before(_)) {
            rows.reverse();
        }
        (rows, more)
    }

    /// Appends the cursor's condition, order and limit. The rows before a cursor come out backwards. `filtered`
    /// says whether there is a `where` already.
    fn push(&self, sql: &mut QueryBuilder<Sqlite>, filtered: bool) {
        let backwards = matches!(self.start, Start::Before(_));
        let descending = self.order.descending != backwards;
        if let Start::After(Cursor { id, key }) | Start::Before(Cursor { id, key }) = &self.start {
            let than = if descending { " < " } else { " > " };
            sql.push(if filtered { " and " } else { " where " });
            match (self.order.by, key) {
                (Some(field), Some(key)) => {
                    sql.push("(").push(field.column).push(", id)").push(than).push("(");
                    crate::fields::write::push_value(sql, key);
                    sql.push(", ").push_bind(*id).push(")");
                }
                _ => {
                    sql.push("id").push(than).push_bind(*id);
                }
            }
        }
        let direction = if descending { " desc" } else { "" };
        sql.push(" order by ");
        if let Some(field) = self.order.by {
            sql.push(field.column).push(direction).push(", ");
        }
        sql.push("id").push(direction).push(" limit ").push_bind(self.limit);
        if let Start::Offset(offset) = self.start {
            sql.push(" offset ").push_bind(offset);
        }
    }
}

/// Where the rows of one page of a table are, in the order of the ids, if one statement would not find them soon.
/// `indexed` says whether it would. `neighbours`: whether there are rows before and after is to be told.
async fn scanned(
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
async fn page_of(
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
async fn walk(
    turn: &mut Turn,
    table: &'static str,
    filters: &Filters,
    page: &Page,
    neighbours: bool,
    scanned: Option<&Scanned>,
) -> Result<(Vec<SqliteRow>, Around), sqlx::Error> {
    let (rows, total) = page_of(turn, table, filters, &page.with_one_more(neighbours), scanned).await?;
    let (rows, more) = page.cut(rows);
    let cursor = |row: &SqliteRow| row.try_get("id").map(|id| Cursor { id, key: None });
    let ends = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => Some((cursor(first)?, cursor(last)?)),
        _ => None,
    };
    let mut around = Around::between(page, ends, more);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clock::Clock;
    use crate::fields::Field;
    use crate::passwords::{Cost, Passwords};
    use crate::store::{Means, Place, ROW_BUDGET, Store, blank};

    #[tokio::test]
    async fn the_columns_of_each_table_are_those_of_its_fields() {
        let means =
            Means { clock: Clock::default(), passwords: Passwords::new(Cost::Fast), row_budget: ROW_BUDGET };
        let place = Place::Memory(blank(false).await.unwrap());
        let store = Store::open(&place, means, None).await.unwrap();
        let of_channels =
            [channel_settings::FIELDS, channel_settings::PRIVACY, channel_settings::CUSTOMER_GROUPS].concat();
        let tables: [(&str, &[Field], &[&str]); 12] = [
            ("channels", channels::FIELDS, &[]),
            // No wire shows the one, and the other is kept as JSON.
            ("customers", customers::FIELDS, &["password_hash", "channel_ids"]),
            ("attributes", attributes::FIELDS, &[]),
            ("attribute_values", attribute_values::FIELDS, &[]),
            ("addresses", addresses::FIELDS, &[]),
            ("metafields", metafields::FIELDS, &[]),
            ("form_field_values", form_field_values::FIELDS, &["form_field_id"]),
            // Objects that are kept as JSON.
            ("customer_groups", customer_groups::FIELDS, &["category_access", "discount_rules"]),
            ("consents", consents::FIELDS, &["customer_id", "allow", "deny"]),
            ("stored_instruments", &[], &["customer_id", "instruments"]),
            ("settings", settings::PRIVACY, &["id"]),
            // What the objects hold stands beside what is in none.
            ("channel_settings", &of_channels, &["channel_id"]),
        ];
        for (table, fields, more) in tables {
            let query = sqlx::query_scalar("select name from pragma_table_info(?)").bind(table);
            let columns =
                store.run::<Vec<String>, sqlx::Error>(move |turn| Box::pin(query.fetch_all(&mut turn.db)));
            let columns = columns.await.unwrap();
            let columns: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
            let declared = fields.iter().filter(|field| field.stored).map(|field| field.name);
            assert_eq!(columns, declared.chain(more.iter().copied()).collect(), "{table}");
        }
    }
}
