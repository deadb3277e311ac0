//! How V3 writes: envelopes, errors, dates, money, paging, cursors.

use std::borrow::Cow;
use std::fmt::Write;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Timelike};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::batch::expected;
use crate::access::{LimitOverflow, Switches};
use crate::error::{Error, Problem, What};
use crate::fields::filter::Filters;
use crate::fields::validate::read_text;
use crate::fields::{Dialect, Field, Kind, Op, Value};
use crate::gateway::{self, STATUS_CODES};
use crate::model::customers::Around;
use crate::model::{Cursor, Order, Page, Start};

/// Rows of a page when the client does not say.
const DEFAULT_LIMIT: i64 = 50;
/// The longest page.
const MAX_LIMIT: i64 = 250;

/// The answer to every write: what was written, and nothing about it.
pub fn written<V: Serialize>(views: &[V]) -> Response {
    ok(&Envelope { data: views, meta: Nothing {} })
}

/// 200 with `data` and `meta`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Envelope<D, M> {
    pub data: D,
    pub meta: M,
}

/// `{}`
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// 200 with a bare object.
pub fn ok(view: &impl Serialize) -> Response {
    bytes(StatusCode::OK, json(view))
}

/// A view's JSON.
///
/// # Panics
/// Never: views have text keys and no parts that fail.
pub fn json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).expect("views have text keys and no failing parts")
}

/// 204.
#[must_use]
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// An answer of finished JSON.
#[must_use]
pub fn bytes(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Unix seconds, written as `2024-05-06T07:34:10Z`.
#[derive(Clone, Copy, Debug)]
pub struct Date(pub i64);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let date = DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        serializer.collect_str(&format_args!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            date.year(),
            date.month(),
            date.day(),
            date.hour(),
            date.minute(),
            date.second(),
        ))
    }
}

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

/// A query string, decoded.
pub type Pairs = Vec<(String, String)>;

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
        let (ours, rest): (Pairs, Pairs) = query.iter().cloned().partition(|(key, _)| is_ours(key));
        let filters = Filters::parse(fields, Dialect::V3, &rest, spelling)?;
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
        let include = includes(include, find("include"))?;
        let others = query.into_iter().filter(|(key, _)| !["page", "before", "after"].contains(&&**key));
        let page = Page { limit, start, order };
        Ok(List { filters, page, include, number, others: others.collect(), cursors })
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
    pub fn meta(&self, count: i64, around: &Around) -> Meta {
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
pub fn doomed(query: &[(String, String)]) -> Result<Vec<i64>, Error> {
    let unknown = query.iter().filter(|(key, _)| key != "id:in");
    let unknown: Vec<Problem> = unknown.map(|(key, _)| Problem::new(key.clone(), What::Unknown)).collect();
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    let Some((_, ids)) = query.last() else { return Ok(Vec::new()) };
    let ids = ids.split(',').map(|id| match read_text(Kind::Int, 0..=usize::MAX, id)? {
        Value::Int(id) => Ok(id),
        _ => Err(What::WrongType(Kind::Int)),
    });
    ids.collect::<Result<_, _>>().map_err(|what| Problem::new("id:in", what).into())
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

fn includes(known: &'static [&'static str], text: Option<&str>) -> Result<Vec<&'static str>, Error> {
    let names = text.into_iter().flat_map(|text| text.split(',')).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let malformed = || What::Malformed { kind: Kind::OneOf(known), value: name.to_owned() };
            let found = known.iter().find(|known| **known == name).copied();
            found.ok_or_else(|| Problem::new("include", malformed()).into())
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

#[derive(Serialize)]
struct ErrorView<'a> {
    status: u16,
    title: Cow<'a, str>,
    r#type: &'static str,
    errors: Errors,
}

/// Keys in the order in which they were found.
struct Errors(Vec<(String, String)>);

impl Serialize for Errors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Observed: what is said of a body whose shape is wrong.
const SHAPE: &str = "JSON data is missing or invalid";
/// Observed: what is said of a body that is no JSON.
const NOT_JSON: &str = "Input is invalid";
/// Documented: what is said of something that does not exist.
pub const NOT_FOUND: &str = "The resource at that URL is not found.";

/// Observed: what setting values of attributes is called.
pub const SET_ATTRIBUTE_VALUES: &str = "Set customer attribute values";

/// An error in V3's words.
#[must_use]
pub fn error(error: &Error) -> Response {
    refusal("", error)
}

fn refusal(operation: &str, error: &Error) -> Response {
    let plain = |status: StatusCode, title: Cow<'_, str>| view(status, title, Vec::new());
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match error {
        Error::NoRoute | Error::MethodNotAllowed => gateway::unknown_route(),
        Error::NotAcceptable => {
            plain(StatusCode::NOT_ACCEPTABLE, "This resource is only available as application/json.".into())
        }
        Error::NotJson => plain(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body of this request must be sent as application/json.".into(),
        ),
        Error::NotFound => plain(StatusCode::NOT_FOUND, NOT_FOUND.into()),
        Error::LimitTooHigh { max } => {
            plain(StatusCode::PAYLOAD_TOO_LARGE, format!("Max limit allowed is {max}").into())
        }
        Error::TooLarge { limit } => {
            plain(StatusCode::PAYLOAD_TOO_LARGE, format!("Max body size allowed is {limit} bytes").into())
        }
        Error::TooMany { max } => {
            plain(StatusCode::PAYLOAD_TOO_LARGE, format!("Max batch size allowed is {max}").into())
        }
        Error::TooSlow => plain(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time".into()),
        Error::Broken | Error::Empty | Error::Malformed { .. } => {
            plain(StatusCode::BAD_REQUEST, NOT_JSON.into())
        }
        Error::NotAnObject => {
            view(unprocessable, SHAPE.into(), vec![(String::new(), expected(Kind::Object(&[])).into())])
        }
        Error::NotAnArray => {
            view(unprocessable, SHAPE.into(), vec![(String::new(), expected(Kind::List(&[])).into())])
        }
        Error::During { operation, error } => refusal(operation, error),
        Error::Metafield(error) => metafield(error),
        // Of a body when it befell an operation; else of a query.
        Error::Invalid(problems) if operation.is_empty() => plain(unprocessable, query(problems).into()),
        Error::Invalid(problems) => {
            let shape = problems.iter().map(|problem| (problem.at.to_string(), shape_of(&problem.what)));
            let mut errors: Vec<(String, String)> = shape.collect();
            // Observed: in this order.
            if operation.ends_with(" customers") {
                let known = ["last_name", "email", "first_name"];
                errors.sort_by_key(|(key, _)| known.iter().position(|known| key == known));
            }
            view(unprocessable, SHAPE.into(), errors)
        }
        Error::Item { index, problems } => item(operation, *index, problems),
        Error::Database(_) | Error::Store(_) | Error::Panicked(_) => {
            plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error".into())
        }
    }
}

fn view(status: StatusCode, title: Cow<'_, str>, errors: Vec<(String, String)>) -> Response {
    let view = ErrorView { status: status.as_u16(), title, r#type: STATUS_CODES, errors: Errors(errors) };
    bytes(status, json(&view))
}

/// What is wrong with an item: a taken email is found last, and said in a way of its own.
fn item(operation: &str, index: Option<usize>, problems: &[Problem]) -> Response {
    let title = if operation.is_empty() { NOT_JSON.to_owned() } else { format!("{operation} failed.") };
    let errors = problems.iter().map(|problem| match &problem.what {
        // Observed.
        What::Taken { value } if problem.at == "email" => {
            let (verb, of) =
                if operation.starts_with("Create") { ("create", "creating") } else { ("update", "updating") };
            (format!(".customer_{verb}"), format!("Error {of} customers: email {value} already in use"))
        }
        what => {
            // Observed of a missing value; of one that does not suit it is assumed.
            let is_data = operation == SET_ATTRIBUTE_VALUES && problem.at == "attribute_value";
            let at = if is_data { "data" } else { &*problem.at };
            let key = match index {
                Some(index) => format!("{index}.{at}"),
                None => at.to_owned(),
            };
            (key, reason(operation, &problem.at, what))
        }
    });
    view(StatusCode::UNPROCESSABLE_ENTITY, title.into(), errors.collect())
}

/// Why a value is refused. That of an email is observed; the others are in its voice.
pub(super) fn reason(operation: &str, at: &str, what: &What) -> String {
    let name = at.rsplit('.').next().unwrap_or(at);
    let label = label(operation, name);
    match what {
        What::Missing => format!("missing {label}"),
        What::Unknown => "unknown".to_owned(),
        What::ReadOnly => "read only".to_owned(),
        What::Malformed { kind: Kind::OneOf(words), .. } => {
            format!("{name} must be one of: {}", words.join(", "))
        }
        What::WrongType(_) | What::Malformed { .. } | What::Unfit | What::NoSuch => {
            format!("invalid {label}")
        }
        What::Length { min: 0, max } => format!("{name} must be at most {max} characters"),
        What::Length { min, max } => format!("{name} must be between {min} and {max} characters"),
        What::Entries { min, max: usize::MAX } => format!("{name} must have at least {min} items"),
        What::Entries { min, max } => format!("{name} must have between {min} and {max} items"),
        What::TooSmall { min } => format!("{name} must be at least {min}"),
        What::HasNul => format!("{name} contains a NUL character"),
        What::NotUtf8 => format!("{name} is not UTF-8"),
        What::WeakPassword => {
            "password must be between 7 and 250 characters and contain a letter and a digit".to_owned()
        }
        What::Unconfirmed => "password confirmation does not match".to_owned(),
        What::Taken { value } => format!("{name} {value} already in use"),
    }
}

/// A field as a person would say it: `customer group ID`.
fn label(operation: &str, name: &str) -> String {
    let words = name.replace('_', " ");
    match words.strip_suffix("id") {
        // The id of what the operation is about: `Update customer addresses` is about a `customer address`.
        Some("") => {
            let noun = operation.split_once(' ').map_or("", |(_, noun)| noun);
            let noun = match noun.strip_suffix("es") {
                Some(stem) if stem.ends_with("ss") => stem,
                _ => noun.trim_end_matches('s'),
            };
            format!("{noun} ID")
        }
        Some(words) if words.ends_with(' ') => format!("{words}ID"),
        _ => words,
    }
}

/// What a shape lacks.
fn shape_of(what: &What) -> String {
    match what {
        What::WrongType(kind) => expected(*kind).to_owned(),
        _ => "error.path.missing".to_owned(),
    }
}

/// What is wrong with a query, in one sentence.
fn query(problems: &[Problem]) -> String {
    let unknown: Vec<&str> =
        problems.iter().filter(|problem| problem.what == What::Unknown).map(|problem| &*problem.at).collect();
    if !unknown.is_empty() {
        return format!("The filter(s): {} are not valid filter parameter(s).", unknown.join(", "));
    }
    let Some(Problem { at, what }) = problems.first() else { return NOT_JSON.to_owned() };
    match what {
        What::Malformed { kind, value } => {
            // A long value helps nobody.
            let value: String = value.chars().take(100).collect();
            let wanted = match kind {
                Kind::Int => "integer".to_owned(),
                Kind::Date => "date".to_owned(),
                Kind::Bool => "boolean".to_owned(),
                Kind::Computed => "cursor of this list".to_owned(),
                Kind::OneOf(words) => format!("one of {}", words.join(", ")),
                _ => "valid".to_owned(),
            };
            format!(r#"Query parameter "{at}" value must be {wanted}. For input string: "{value}"."#)
        }
        What::TooSmall { min } => format!(r#"Query parameter "{at}" value must be at least {min}."#),
        What::Unfit => r#"Query parameters "before" and "after" can not be combined."#.to_owned(),
        What::NotUtf8 => format!(r#"Query parameter "{at}" value must be UTF-8."#),
        _ => format!(r#"Query parameter "{at}" value is invalid."#),
    }
}

#[derive(Serialize)]
struct MetafieldError<'a> {
    status: u16,
    title: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Documented: an error of the metafields, which have a shape of their own.
fn metafield(error: &Error) -> Response {
    let (status, title, detail) = match error {
        Error::NotFound => (StatusCode::NOT_FOUND, NOT_FOUND, None),
        Error::Broken | Error::Empty | Error::Malformed { .. } => {
            (StatusCode::BAD_REQUEST, NOT_JSON, Some("Syntax error".to_owned()))
        }
        error => return refusal("", error),
    };
    let view = MetafieldError { status: status.as_u16(), title, r#type: STATUS_CODES, detail };
    bytes(status, json(&view))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_said_as_a_person_would() {
        for (operation, name, said) in [
            ("Create customers", "customer_group_id", "customer group ID"),
            ("Update customers", "id", "customer ID"),
            ("Update customer addresses", "id", "customer address ID"),
            ("Create customers", "country_code", "country code"),
            ("Create customers", "email", "email"),
            ("Create customers", "paid", "paid"),
        ] {
            assert_eq!(label(operation, name), said);
        }
    }
}
