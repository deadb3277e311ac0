//! Lists by filters that no index answers: the table is walked in the order of the ids, in slices, each a turn of its
//! own. Writes get in between; a client that hangs up takes no more turns; and the work grows with the rows, not faster.
//!
//! What changes during a walk may be seen as it was or as it is. No row is seen twice.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{QueryBuilder, Row as _};

use super::page::PageInfo;
use super::page::{Cursor, Order, Page, Start};
use crate::error::Error;
use crate::fields::filter::Filters;
use crate::fields::{Field, Kind, Value};
use crate::model::engine::{Store, Turn};

/// How long a slice should take: others wait for about as long.
const SLICE: Duration = Duration::from_micros(800);

/// The rows of the first slice: more than the longest page. It is found out how many take that long.
const FIRST: i64 = 300;

/// The least and the most rows of a slice.
const ROWS: (i64, i64) = (16, 8192);

/// What a walk is to find out besides the ids of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::model) struct Wanted {
    /// How many rows match in all.
    pub(in crate::model) total: bool,
    /// Whether there are rows before and after.
    pub(in crate::model) neighbours: bool,
}

/// What a walk has found.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Scanned {
    /// The ids of the page, as SQL would give them: one more than its limit if neighbours are wanted, and those before
    /// a cursor backwards.
    pub(in crate::model) ids: Vec<i64>,
    /// How many rows match in all, if that was wanted.
    pub(in crate::model) total: i64,
    /// Whether there is a row on the side that a cursor's page does not look at itself.
    pub(in crate::model) beside: bool,
}

/// Walks a table for a page of the rows that match.
///
/// # Errors
/// Only the database's.
pub(in crate::model) async fn scan(
    store: &Store,
    table: &'static str,
    filters: Filters,
    page: &Page,
    wanted: Wanted,
) -> Result<Scanned, Error> {
    let filters = Arc::new(filters);
    let (found, total) =
        walk(store, table, &filters, &page.with_one_more(wanted.neighbours), wanted.total).await?;
    let ids = found.iter().map(|place| place.id).collect();
    let (shown, more) = page.cut(found);
    let cursor = |place: &Place| Cursor { id: place.id, key: place.key.clone().map(Key::into_value) };
    let ends = shown.first().zip(shown.last()).map(|(first, last)| (cursor(first), cursor(last)));
    let beside = PageInfo::between(page, ends, more).beside(page).filter(|_| wanted.neighbours);
    let beside = match beside {
        Some(beside) => !walk(store, table, &filters, &beside, false).await?.0.is_empty(),
        None => false,
    };
    Ok(Scanned { ids, total, beside })
}

/// How many rows of a table match.
///
/// # Errors
/// Only the database's.
pub(in crate::model) async fn count(
    store: &Store,
    table: &'static str,
    filters: Filters,
) -> Result<i64, Error> {
    Ok(walk(store, table, &Arc::new(filters), &Page::of(0, 0), true).await?.1)
}

/// The places of the rows of a page, and, if `whole`, how many match in all.
async fn walk(
    store: &Store,
    table: &'static str,
    filters: &Arc<Filters>,
    page: &Page,
    whole: bool,
) -> Result<(Vec<Place>, i64), Error> {
    let mut found = Found::new(page);
    let (min, max) = filters.range("id");
    let mut slice = Slice {
        table,
        filters: filters.clone(),
        key: page.order.by,
        // Rows of another order are all looked at; those of this one from the cursor on.
        backwards: page.is_by_id() && matches!(page.start, Start::Before(_)),
        above: min.saturating_sub(1),
        below: max.saturating_add(1),
        rows: FIRST,
        only_count: false,
    };
    match &page.start {
        Start::After(cursor) if page.is_by_id() => slice.above = slice.above.max(cursor.id),
        Start::Before(cursor) if page.is_by_id() => slice.below = slice.below.min(cursor.id),
        _ => {}
    }
    let mut total = 0;
    while whole || !found.is_full() {
        slice.only_count = found.is_full();
        let asked = slice.clone();
        let read = store.run(move |turn| Box::pin(async move { asked.read(turn).await })).await?;
        total += read.count;
        found.add(read.places);
        let Some(last) = read.last else { break };
        slice.go_on_after(last, read.took);
    }
    Ok((found.page(), total))
}

/// The next rows of a walk.
#[derive(Clone, Debug)]
struct Slice {
    table: &'static str,
    filters: Arc<Filters>,
    key: Option<&'static Field>,
    backwards: bool,
    above: i64,
    below: i64,
    rows: i64,
    /// Whether it is enough to know how many match.
    only_count: bool,
}

/// What a slice has in it.
struct Read {
    count: i64,
    places: Vec<Place>,
    /// The id of the last row looked at, unless there are no more.
    last: Option<i64>,
    took: Duration,
}

impl Slice {
    async fn read(self, turn: &mut Turn) -> Result<Read, Error> {
        let began = Instant::now();
        let mut sql = QueryBuilder::new("select count(*), ");
        sql.push(if self.backwards { "min(id), " } else { "max(id), " });
        match self.key {
            _ if self.only_count => sql.push("count(*)"),
            None => sql.push("json_group_array(id)"),
            Some(field) => sql.push("json_group_array(json_array(id, ").push(field.column).push("))"),
        };
        if !self.filters.is_empty() {
            sql.push(" filter (");
            self.filters.push_where(&mut sql);
            sql.push(")");
        }
        sql.push(" from (select * from ").push(self.table).push(" where id > ").push_bind(self.above);
        sql.push(" and id < ").push_bind(self.below).push(" order by id");
        sql.push(if self.backwards { " desc limit " } else { " limit " }).push_bind(self.rows).push(")");
        let row = sql.build().fetch_one(&mut turn.db).await?;
        let places = if self.only_count { Vec::new() } else { self.places(row.try_get(2)?)? };
        let count = i64::try_from(places.len()).unwrap_or(i64::MAX);
        Ok(Read {
            count: if self.only_count { row.try_get(2)? } else { count },
            places,
            last: if row.try_get::<i64, _>(0)? == self.rows { row.try_get(1)? } else { None },
            took: began.elapsed(),
        })
    }

    /// Reads what SQLite has put together.
    fn places(&self, json: &str) -> Result<Vec<Place>, sqlx::Error> {
        let unread = |error| sqlx::Error::Decode(Box::new(error));
        Ok(match self.key.map(|field| field.kind) {
            None => {
                let ids: Vec<i64> = serde_json::from_str(json).map_err(unread)?;
                ids.into_iter().map(|id| Place { key: None, id }).collect()
            }
            Some(Kind::Text) => {
                let places: Vec<(i64, String)> = serde_json::from_str(json).map_err(unread)?;
                places.into_iter().map(|(id, text)| Place { key: Some(Key::text(&text)), id }).collect()
            }
            Some(_) => {
                let places: Vec<(i64, i64)> = serde_json::from_str(json).map_err(unread)?;
                places.into_iter().map(|(id, number)| Place { key: Some(Key::Int(number)), id }).collect()
            }
        })
    }

    fn go_on_after(&mut self, last: i64, took: Duration) {
        *(if self.backwards { &mut self.below } else { &mut self.above }) = last;
        // As many as take the time that a slice should, by small steps: one may just have had to wait.
        let wanted =
            u128::try_from(self.rows).unwrap_or_default() * SLICE.as_micros() / took.as_micros().max(1);
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        self.rows = wanted.clamp(self.rows / 4, self.rows * 2).clamp(ROWS.0, ROWS.1);
    }
}

/// What a list can be ordered by, as SQLite compares it: text without regard to ASCII case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Int(i64),
    Text(String),
}

impl Key {
    fn text(text: &str) -> Key {
        Key::Text(text.to_ascii_lowercase())
    }

    fn into_value(self) -> Value {
        match self {
            Key::Int(number) => Value::Int(number),
            Key::Text(text) => Value::Text(text),
        }
    }
}

/// Where a row stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: Option<Key>,
    id: i64,
}

impl Place {
    fn of_cursor(cursor: &Cursor, order: Order) -> Place {
        let key = cursor.key.as_ref().filter(|_| order.by.is_some()).and_then(|key| match key {
            Value::Text(text) => Some(Key::text(text)),
            Value::Int(number) => Some(Key::Int(*number)),
            _ => None,
        });
        Place { id: cursor.id, key }
    }
}

/// The best places for a page among those that were found.
struct Found {
    places: Vec<Place>,
    /// How many of the best go before the page.
    skip: usize,
    /// The last that can be of use, counted from the first.
    keep: usize,
    /// What has to come before the rows of the page.
    after: Option<Place>,
    descending: bool,
    /// Whether the rows come in the order of the list.
    in_order: bool,
}

impl Found {
    fn new(page: &Page) -> Found {
        let size = |rows: i64| usize::try_from(rows.max(0)).unwrap_or(usize::MAX);
        let (skip, after) = match &page.start {
            Start::Offset(offset) => (size(*offset), None),
            Start::After(cursor) | Start::Before(cursor) => (0, Some(Place::of_cursor(cursor, page.order))),
        };
        Found {
            places: Vec::new(),
            skip,
            keep: skip.saturating_add(size(page.limit)),
            after,
            descending: page.order.descending != matches!(page.start, Start::Before(_)),
            in_order: page.is_by_id(),
        }
    }

    /// Whether no more rows can be of use.
    fn is_full(&self) -> bool {
        self.in_order && self.places.len() >= self.keep
    }

    fn add(&mut self, places: Vec<Place>) {
        let descending = self.descending;
        let after = self.after.as_ref();
        self.places.extend(
            places
                .into_iter()
                .filter(|place| after.is_none_or(|after| compare(descending, place, after).is_gt())),
        );
        // Now and then, so that each row costs the same.
        if self.places.len() / 2 > self.keep.max(1000) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let descending = self.descending;
        if self.places.len() > self.keep {
            self.places.select_nth_unstable_by(self.keep, |a, b| compare(descending, a, b));
            self.places.truncate(self.keep);
        }
    }

    /// The places of the page.
    fn page(mut self) -> Vec<Place> {
        self.cut();
        if self.skip >= self.places.len() {
            return Vec::new();
        }
        let descending = self.descending;
        self.places.select_nth_unstable_by(self.skip, |a, b| compare(descending, a, b));
        let mut page = self.places.split_off(self.skip);
        page.sort_unstable_by(|a, b| compare(descending, a, b));
        page
    }
}

fn compare(descending: bool, a: &Place, b: &Place) -> Ordering {
    if descending { b.cmp(a) } else { a.cmp(b) }
}
