//! Which part of a list is wanted, and what a page tells of the rest.

use sqlx::{QueryBuilder, Sqlite};

use crate::fields::{Field, Value};

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
    pub(in crate::model) fn is_by_id(&self) -> bool {
        self.order == Order::default()
    }

    /// The same page, one row longer if that is wanted: the row tells that there are more.
    pub(in crate::model) fn with_one_more(&self, wanted: bool) -> Page {
        Page { limit: self.limit.saturating_add(i64::from(wanted)), ..self.clone() }
    }

    /// What was found of a page, in the order of the list, and whether there was more than it takes.
    pub(in crate::model) fn cut<T>(&self, mut rows: Vec<T>) -> (Vec<T>, bool) {
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
    pub(in crate::model) fn push(&self, sql: &mut QueryBuilder<Sqlite>, filtered: bool) {
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

/// What a list is part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageInfo {
    /// How many match in all, if that was asked for.
    pub total: i64,
    /// The places of the first and the last customer shown, unless there are none.
    pub ends: Option<(Cursor, Cursor)>,
    /// Whether there are rows before the first one; only if that was asked for.
    pub has_before: bool,
    /// Whether there are rows after the last one; only if that was asked for.
    pub has_after: bool,
}

impl PageInfo {
    /// Of a list without cursors only the number of rows matters.
    #[must_use]
    pub fn total(total: i64) -> PageInfo {
        PageInfo { total, ..PageInfo::default() }
    }

    /// Where the rows of a page stand, of which these are the ends.
    pub(in crate::model) fn between(page: &Page, ends: Option<(Cursor, Cursor)>, more: bool) -> PageInfo {
        let (has_before, has_after) = match page.start {
            Start::Offset(offset) => (offset > 0 && ends.is_some(), more),
            Start::After(_) => (false, more),
            Start::Before(_) => (more, false),
        };
        PageInfo { total: 0, ends, has_before, has_after }
    }

    /// The page of one row on the side that a cursor's page does not look at itself.
    pub(in crate::model) fn beside(&self, page: &Page) -> Option<Page> {
        let (first, last) = self.ends.as_ref()?;
        let start = match page.start {
            Start::Offset(_) => return None,
            Start::After(_) => Start::Before(first.clone()),
            Start::Before(_) => Start::After(last.clone()),
        };
        Some(Page { limit: 1, start, order: page.order })
    }

    pub(in crate::model) fn set_beside(&mut self, page: &Page, there: bool) {
        match page.start {
            Start::Before(_) => self.has_after = there,
            Start::After(_) | Start::Offset(_) => self.has_before = there,
        }
    }
}
