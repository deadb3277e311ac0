//! The lists of V3: filters, order, pages, cursors, and what `meta` says of them.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value as Json;

use crate::access::{LimitOverflow, Switches};
use crate::error::{Error, Problem, What};
use crate::extract::Pairs;
use crate::fields::filter::{Blanks, Filters, MAX_IN};
use crate::fields::validate::read_text;
use crate::fields::{Dialect, Field, Kind, Op, Value};
use crate::model::page::PageInfo;
use crate::model::page::{Cursor, Order, Page, Start};

/// Rows of a page when the client does not say.
const DEFAULT_LIMIT: i64 = 50;
/// The longest page.
const MAX_LIMIT: i64 = 250;

/// What a resource's lists can do besides being filtered and paged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abilities {
    /// The fields to order by.
    pub sort: &'static [&'static str],
    /// What can be included.
    pub include: &'static [&'static str],
    /// Whether there are cursors.
    pub cursors: bool,
}

/// What a client wants of a list.
#[derive(Clone, Debug)]
pub struct List {
    /// Which rows.
    pub filters: Filters,
    /// Which part of them.
    pub page: Page,
    /// What to include.
    pub include: Vec<&'static str>,
    /// The page's number; `None` when a cursor says where it is.
    number: Option<i64>,
    /// The parameters that a link to another page repeats.
    others: Vec<(String, String)>,
    cursors: bool,
}

impl List {
    /// Reads the query of a list. Of a repeated parameter the last wins.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::LimitTooHigh`] where the store says so.
    pub fn read(
        fields: &'static [Field],
        abilities: Abilities,
        switches: Switches,
        query: Pairs,
    ) -> Result<List, Error> {
        let Abilities { sort, include, cursors } = abilities;
        let is_ours = |key: &str| match key {
            "page" | "limit" => true,
            "before" | "after" => cursors,
            "sort" => !sort.is_empty(),
            "include" => !include.is_empty(),
            _ => false,
        };
        let (mut ours, rest): (Pairs, Pairs) = query.iter().cloned().partition(|(key, _)| is_ours(key));
        ours.retain(|(key, value)| !(value.is_empty() && matches!(key.as_str(), "page" | "limit")));
        let filters = Filters::parse(fields, Dialect::V3, &rest, Blanks::PassedOver, spelling)?;
        let find = |name: &str| ours.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let limit = positive("limit", find("limit"))?.unwrap_or(DEFAULT_LIMIT);
        if limit > MAX_LIMIT && switches.limit_overflow == LimitOverflow::Reject {
            return Err(Error::LimitTooHigh { max: MAX_LIMIT });
        }
        let limit = limit.min(MAX_LIMIT);
        let order = order(fields, sort, find("sort"))?;
        let (start, number) = match (find("before"), find("after")) {
            (Some(_), Some(_)) => return Err(Problem::new("before", What::Unfit).into()),
            (Some(text), None) => (Start::Before(cursor("before", text, order)?), None),
            (None, Some(text)) => (Start::After(cursor("after", text, order)?), None),
            (None, None) => {
                let number = positive("page", find("page"))?.unwrap_or(1);
                (Start::Offset((number - 1).saturating_mul(limit)), Some(number))
            }
        };
        let include = words("include", include, find("include"))?;
        let others = query.into_iter().filter(|(key, _)| !["page", "before", "after"].contains(&&**key));
        let page = Page { limit, start, order };
        Ok(List { filters, page, include, number, others: others.collect(), cursors })
    }

    /// Has the links to other pages repeat these parameters as well.
    #[must_use]
    pub fn repeating(mut self, more: Pairs) -> List {
        self.others.extend(more);
        self
    }

    /// Whether that is to be included.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        self.include.contains(&name)
    }

    /// Whether a count of all matching rows is shown.
    #[must_use]
    pub fn shows_total(&self) -> bool {
        self.number.is_some()
    }

    /// Whether it is shown where other pages begin. Documented: on the first page, and on those of cursors.
    #[must_use]
    pub fn shows_cursors(&self) -> bool {
        self.cursors && self.number.is_none_or(|number| number == 1)
    }

    /// The `meta` of a list with this many rows in `data`.
    #[must_use]
    pub fn meta(&self, count: i64, around: &PageInfo) -> Meta {
        let per_page = self.page.limit;
        let pagination = self.number.map(|current_page| Pagination {
            total: around.total,
            count,
            per_page,
            current_page,
            total_pages: around.total.div_euclid(per_page) + i64::from(around.total % per_page > 0),
        });
        let cursor_pagination = self.shows_cursors().then(|| {
            let ends = around.ends.as_ref();
            let start_cursor = ends.map(|(first, _)| self.encode(first));
            let end_cursor = ends.map(|(_, last)| self.encode(last));
            let link = |key: &str, cursor: &Option<String>| Some(self.link(key, cursor.as_deref()?));
            let links = Links {
                previous: link("before", &start_cursor).filter(|_| around.has_before),
                next: link("after", &end_cursor).filter(|_| around.has_after),
            };
            CursorPagination { count, per_page, start_cursor, end_cursor, links }
        });
        Meta { pagination, cursor_pagination }
    }

    /// A cursor on the wire: unpadded base64url of JSON with the id and, assumed, what the list is ordered by.
    fn encode(&self, cursor: &Cursor) -> String {
        let mut json = format!(r#"{{"id":{}"#, cursor.id);
        if let (Some(field), Some(key)) = (self.page.order.by, &cursor.key) {
            let key: Json = match key {
                Value::Text(text) => text.as_str().into(),
                Value::Int(number) => (*number).into(),
                _ => Json::Null,
            };
            let _ = write!(json, r#","{}":{key}"#, field.name);
        }
        json.push('}');
        BASE64_URL_SAFE_NO_PAD.encode(json)
    }

    /// The query of another page of the same list.
    fn link(&self, key: &str, cursor: &str) -> String {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let mut link = format!("?{key}={cursor}");
        for (key, value) in &self.others {
            let _ = write!(link, "&{}={}", encode(key), encode(value));
        }
        link
    }
}

/// The `meta` of a list.
#[derive(Debug, Serialize)]
pub struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor_pagination: Option<CursorPagination>,
}

/// Observed: without `links`, whatever the documents say.
#[derive(Debug, Serialize)]
struct Pagination {
    total: i64,
    count: i64,
    per_page: i64,
    current_page: i64,
    total_pages: i64,
}

#[derive(Debug, Serialize)]
struct CursorPagination {
    count: i64,
    per_page: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_cursor: Option<String>,
    links: Links,
}

#[derive(Debug, Serialize)]
struct Links {
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The ids in the `id:in` of a delete; none without it.
///
/// # Errors
/// [`Error::Invalid`]: another parameter, or what is not an id.
pub fn ids_to_delete(query: &[(String, String)]) -> Result<Vec<i64>, Error> {
    let unknown = query.iter().filter(|(key, _)| key != "id:in");
    let unknown: Vec<Problem> = unknown.map(|(key, _)| Problem::new(key.clone(), What::Unknown)).collect();
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    let Some((_, ids)) = query.last() else { return Ok(Vec::new()) };
    if ids.split(',').count() > MAX_IN {
        return Err(Problem::new("id:in", What::Entries { min: 1, max: MAX_IN }).into());
    }
    let ids = ids.split(',').map(|id| match read_text(Kind::Int, 0..=usize::MAX, id)? {
        Value::Int(id) => Ok(id),
        _ => Err(What::WrongType(Kind::Int)),
    });
    ids.collect::<Result<_, _>>().map_err(|what| Problem::new("id:in", what).into())
}

/// Takes filters from a query that has nothing else.
///
/// # Errors
/// [`Error::Invalid`].
pub fn filters(fields: &'static [Field], query: &[(String, String)]) -> Result<Filters, Error> {
    Ok(Filters::parse(fields, Dialect::V3, query, Blanks::PassedOver, spelling)?)
}

fn spelling(key: &str) -> (&str, Op) {
    match key.split_once(':') {
        Some((name, "in")) => (name, Op::In),
        Some((name, "like")) => (name, Op::Like),
        Some((name, "min")) => (name, Op::Min),
        Some((name, "max")) => (name, Op::Max),
        _ => (key, Op::Is),
    }
}

/// The query parameter that compares a field so.
#[must_use]
pub fn spell(name: &str, op: Op) -> String {
    match op {
        Op::Is => name.to_owned(),
        Op::In => format!("{name}:in"),
        Op::Like => format!("{name}:like"),
        Op::Min => format!("{name}:min"),
        Op::Max => format!("{name}:max"),
    }
}

/// The whole number from 1 in a parameter.
fn positive(name: &'static str, text: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    match read_text(Kind::Int, 0..=usize::MAX, text) {
        Ok(Value::Int(number)) if number >= 1 => Ok(Some(number)),
        Ok(_) => Err(Problem::new(name, What::TooSmall { min: 1 }).into()),
        Err(what) => Err(Problem::new(name, what).into()),
    }
}

/// What `sort` says: `last_name:desc`.
fn order(fields: &'static [Field], sort: &[&str], text: Option<&str>) -> Result<Order, Error> {
    let Some(text) = text else { return Ok(Order::default()) };
    let parts = text.split_once(':').filter(|(name, _)| sort.contains(name));
    let found = parts.and_then(|(name, direction)| {
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return None,
        };
        Some(Order { by: Some(fields.iter().find(|field| field.name == name)?), descending })
    });
    let kind = Kind::OneOf(&["date_created", "date_modified", "last_name"]);
    found.ok_or_else(|| Problem::new("sort", What::Malformed { kind, value: text.to_owned() }).into())
}

/// The words, of those that are known, in a parameter that parts them by commas.
///
/// # Errors
/// [`Error::Invalid`]: another word.
pub fn words(
    name: &'static str,
    known: &'static [&'static str],
    text: Option<&str>,
) -> Result<Vec<&'static str>, Error> {
    let words = text.into_iter().flat_map(|text| text.split(',')).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let malformed = || What::Malformed { kind: Kind::OneOf(known), value: word.to_owned() };
            let found = known.iter().find(|known| **known == word).copied();
            found.ok_or_else(|| Problem::new(name, malformed()).into())
        })
        .collect()
}

/// Reads a cursor of a list in this order.
fn cursor(name: &'static str, text: &str, order: Order) -> Result<Cursor, Error> {
    let read = || {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        let json: Json = serde_json::from_slice(&json).ok()?;
        let id = json.get("id")?.as_i64()?;
        let key = match order.by {
            None => None,
            Some(field) => Some(match json.get(field.name)? {
                Json::String(text) if field.kind == Kind::Text => Value::Text(text.clone()),
                number if field.kind == Kind::Date => Value::Int(number.as_i64()?),
                _ => return None,
            }),
        };
        Some(Cursor { id, key })
    };
    let malformed = || What::Malformed { kind: Kind::Computed, value: text.to_owned() };
    read().ok_or_else(|| Problem::new(name, malformed()).into())
}
