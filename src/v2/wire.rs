//! How V2 writes: errors, dates, money, empty lists, paging.

use std::borrow::Cow;

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Datelike, Timelike};
use serde::{Serialize, Serializer};

use crate::access::{LimitOverflow, Switches};
use crate::error::{Error, Problem, What};
use crate::extract::Pairs;
use crate::fields::filter::{Blanks, Filters};
use crate::fields::validate::read_text;
use crate::fields::{Dialect, Field, Kind, Op, Value};
use crate::model::form_fields::{Answer, Said};
use crate::model::page::Page;
pub use crate::reply::{bytes, json, no_content, number, ok};

/// Rows of a page when the client does not say.
const DEFAULT_LIMIT: i64 = 50;
/// The longest page.
const MAX_LIMIT: i64 = 250;
/// The most that one delete with a `limit` takes.
pub const MAX_DELETE: i64 = 100;

/// 201 with the new object and its path.
pub fn created(path: &str, view: &impl Serialize) -> Response {
    with_location(path, bytes(StatusCode::CREATED, json(view)))
}

/// Adds the path of what was made.
#[must_use]
pub fn with_location(path: &str, mut response: Response) -> Response {
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}

/// 200 with a bare array or, observed, 204 without a body when there is nothing in it.
pub fn list<V: Serialize>(views: &[V]) -> Response {
    if views.is_empty() { no_content() } else { ok(&views) }
}

/// 200 with a count.
#[must_use]
pub fn count(count: i64) -> Response {
    #[derive(Serialize)]
    struct View {
        count: i64,
    }
    ok(&View { count })
}

/// Unix seconds, written as RFC 2822, always `+0000`.
pub struct Date(pub i64);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // By hand: chrono would read its format again for each of the hundred dates in a list.
        let date = DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        let (weekday, month) = (date.weekday().num_days_from_monday(), date.month0());
        serializer.collect_str(&format_args!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday as usize],
            date.day(),
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                [month as usize],
            date.year(),
            date.hour(),
            date.minute(),
            date.second(),
        ))
    }
}

/// Answers to form fields, all of them text. Assumed: what was chosen of several is joined by commas.
pub struct Answers<'a>(pub &'a [Answer]);

impl Serialize for Answers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            name: &'a str,
            value: Cow<'a, str>,
        }
        serializer.collect_seq(self.0.iter().map(|answer| {
            let value = match answer.said() {
                Said::Chosen(options) => options.join(", ").into(),
                Said::Text(_) | Said::Number(_) => answer.value.as_str().into(),
            };
            View { name: &answer.name, value }
        }))
    }
}

/// Ten-thousandths, written as text with four decimals.
pub struct Money(pub i64);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{:04}", self.0 / 10_000, self.0 % 10_000))
    }
}

/// Unix seconds, written as groups show them: `2023-07-17 06:30:41`, UTC.
pub struct GroupDate(pub i64);

impl Serialize for GroupDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let date = DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        serializer.collect_str(&date.format("%Y-%m-%d %H:%M:%S"))
    }
}

/// How a resource spells its filters.
#[derive(Clone, Copy, Debug)]
pub enum Spelling {
    /// `field`, `min_field`, `max_field`.
    Prefix,
    /// `field`, `field:min`, `field:max`, `field:like`. Documented, for groups alone.
    Suffix,
}

impl Spelling {
    fn read(self, key: &str) -> (&str, Op) {
        match self {
            Spelling::Prefix => match key.split_once('_') {
                Some(("min", name)) => (name, Op::Min),
                Some(("max", name)) => (name, Op::Max),
                _ => (key, Op::Is),
            },
            Spelling::Suffix => match key.split_once(':') {
                Some((name, "min")) => (name, Op::Min),
                Some((name, "max")) => (name, Op::Max),
                Some((name, "like")) => (name, Op::Like),
                _ => (key, Op::Is),
            },
        }
    }

    /// The query parameter that compares a field so.
    #[must_use]
    pub fn spell(self, name: &str, op: Op) -> String {
        match (self, op) {
            (_, Op::Is | Op::In) => name.to_owned(),
            (Spelling::Prefix, Op::Min) => format!("min_{name}"),
            (Spelling::Prefix, Op::Max) => format!("max_{name}"),
            (Spelling::Suffix, Op::Min) => format!("{name}:min"),
            (Spelling::Suffix, Op::Max) => format!("{name}:max"),
            (_, Op::Like) => format!("{name}:like"),
        }
    }
}

/// Takes filters and page from a list's query.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::LimitTooHigh`] where the store says so.
pub fn list_query(
    fields: &'static [Field],
    spelling: Spelling,
    switches: Switches,
    query: Pairs,
) -> Result<(Filters, Page), Error> {
    let (mut paging, rest) = take(query, &["page", "limit"]);
    paging.retain(|(_, value)| !value.is_empty());
    let filters = Filters::parse(fields, Dialect::V2, &rest, Blanks::PassedOver, |key| spelling.read(key))?;
    let limit = positive(&paging, "limit")?.unwrap_or(DEFAULT_LIMIT);
    let page = positive(&paging, "page")?.unwrap_or(1);
    if limit > MAX_LIMIT && switches.limit_overflow == LimitOverflow::Reject {
        return Err(Error::LimitTooHigh { max: MAX_LIMIT });
    }
    let limit = limit.min(MAX_LIMIT);
    Ok((filters, Page::of(limit, (page - 1).saturating_mul(limit))))
}

/// Takes filters from a count's query. Assumed: `page` and `limit` are accepted and ignored.
///
/// # Errors
/// [`Error::Invalid`].
pub fn count_query(fields: &'static [Field], spelling: Spelling, query: Pairs) -> Result<Filters, Error> {
    let (_, rest) = take(query, &["page", "limit"]);
    Ok(Filters::parse(fields, Dialect::V2, &rest, Blanks::PassedOver, |key| spelling.read(key))?)
}

/// Takes filters and an explicit limit from the query of a delete. Assumed: there is no `page`.
///
/// # Errors
/// [`Error::Invalid`].
pub fn delete_query(
    fields: &'static [Field],
    spelling: Spelling,
    query: Pairs,
) -> Result<(Filters, Option<i64>), Error> {
    let (paging, rest) = take(query, &["limit"]);
    let filters = Filters::parse(fields, Dialect::V2, &rest, Blanks::Refused, |key| spelling.read(key))?;
    Ok((filters, positive(&paging, "limit")?.map(|limit| limit.min(MAX_DELETE))))
}

/// Parts the named parameters from the others. Documented: they may be capitalised.
fn take(query: Pairs, names: &[&str]) -> (Pairs, Pairs) {
    let same_but_for_first = |key: &str, name: &str| {
        key.get(..1).is_some_and(|first| first.eq_ignore_ascii_case(&name[..1])) && key[1..] == name[1..]
    };
    query.into_iter().partition(|(key, _)| names.iter().any(|name| same_but_for_first(key, name)))
}

/// The whole number from 1 in the last parameter of that name.
fn positive(pairs: &[(String, String)], name: &'static str) -> Result<Option<i64>, Error> {
    let Some((_, text)) = pairs.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(name)) else {
        return Ok(None);
    };
    match read_text(Kind::Int, 0..=usize::MAX, text) {
        Ok(Value::Int(number)) if number >= 1 => Ok(Some(number)),
        Ok(_) => Err(Problem::new(name, What::TooSmall { min: 1 }).into()),
        Err(what) => Err(Problem::new(name, what).into()),
    }
}

#[derive(Serialize)]
struct ErrorView<'a> {
    status: u16,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

#[derive(Serialize)]
struct Details {
    invalid_reason: Cow<'static, str>,
}

/// An error in V2's words: an array, even though only the first problem is reported.
#[must_use]
pub fn error(error: &Error) -> Response {
    let (status, message, reason): (StatusCode, Cow<'_, str>, Option<Cow<'static, str>>) = match error {
        Error::NoRoute | Error::NotFound | Error::NoSuchId { .. } => {
            (StatusCode::NOT_FOUND, "The requested resource was not found.".into(), None)
        }
        Error::MethodNotAllowed => {
            let message = "The requested method is not allowed on this resource.";
            (StatusCode::METHOD_NOT_ALLOWED, message.into(), None)
        }
        Error::NotAcceptable => {
            let message = "This resource is only available as application/json or application/xml.";
            (StatusCode::NOT_ACCEPTABLE, message.into(), None)
        }
        Error::NotJson => {
            let message = "The body of this request must be sent as application/json.";
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, message.into(), None)
        }
        Error::LimitTooHigh { max } => {
            let message = format!("The limit of this request is larger than {max}.");
            (StatusCode::PAYLOAD_TOO_LARGE, message.into(), None)
        }
        Error::TooLarge { limit } => {
            let message = format!("The body of this request is larger than {limit} bytes.");
            (StatusCode::PAYLOAD_TOO_LARGE, message.into(), None)
        }
        Error::TooManyValues { max } => {
            let message = format!("The body of this request has more than {max} values.");
            (StatusCode::PAYLOAD_TOO_LARGE, message.into(), None)
        }
        Error::TooSlow => {
            (StatusCode::REQUEST_TIMEOUT, "The body of this request did not arrive in time.".into(), None)
        }
        Error::Broken => {
            (StatusCode::BAD_REQUEST, "The body of this request did not arrive whole.".into(), None)
        }
        Error::Empty => (StatusCode::BAD_REQUEST, "The request has no body.".into(), None),
        Error::Malformed { reason, line, column } => {
            let message =
                format!("The body of this request is not valid JSON (line {line}, column {column}).");
            (StatusCode::BAD_REQUEST, message.into(), Some(reason.clone().into()))
        }
        Error::NotAnObject => {
            (StatusCode::BAD_REQUEST, "The body of this request is not a JSON object.".into(), None)
        }
        Error::NotAnArray => {
            (StatusCode::BAD_REQUEST, "The body of this request is not a JSON array.".into(), None)
        }
        Error::TooMany { max } => {
            let message = format!("This request has more than {max} items.");
            (StatusCode::PAYLOAD_TOO_LARGE, message.into(), None)
        }
        Error::Invalid(problems) | Error::Item { problems, .. } => match problems.first() {
            Some(problem) => (StatusCode::BAD_REQUEST, message(problem), reason(problem)),
            None => (StatusCode::BAD_REQUEST, "The request is invalid.".into(), None),
        },
        Error::Database(_) | Error::Store(_) | Error::Panicked(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "An error has occurred.".into(), None)
        }
    };
    let details = reason.map(|invalid_reason| Details { invalid_reason });
    bytes(status, json(&[ErrorView { status: status.as_u16(), message, details }]))
}

fn message(problem: &Problem) -> Cow<'static, str> {
    let at = &problem.at;
    match problem.what {
        What::Missing => format!("The required field '{at}' was not supplied."),
        What::Unknown => format!("The field '{at}' is not supported by this resource."),
        What::ReadOnly => format!(
            "The field '{at}' cannot be written to. Please remove it from your request before trying again."
        ),
        What::WrongType(_)
        | What::Malformed { .. }
        | What::Length { .. }
        | What::TooSmall { .. }
        | What::HasNul
        | What::NotUtf8
        | What::WeakPassword
        | What::Unconfirmed
        | What::Unfit
        | What::Entries { .. }
        | What::Taken { .. }
        | What::Crowded { .. }
        | What::NotSecure
        | What::NoSuch
        | What::NoSuchState => format!("The field '{at}' is invalid."),
    }
    .into()
}

/// Why a value is invalid. Only the reason of a taken email is confirmed; the others are in its voice.
fn reason(problem: &Problem) -> Option<Cow<'static, str>> {
    let reason = match &problem.what {
        What::Missing | What::Unknown | What::ReadOnly => return None,
        What::WrongType(kind) => format!("The provided value is not a valid {}.", kind_name(*kind)).into(),
        What::Malformed { kind, value } => {
            // A long value helps nobody.
            let value: String = value.chars().take(100).collect();
            let kind = if *kind == Kind::Headers { "header" } else { kind_name(*kind) };
            format!("The provided value '{value}' is not a valid {kind}.").into()
        }
        What::Length { min: 0, max } => format!("The provided value is longer than {max} characters.").into(),
        What::Length { min, max } => {
            format!("The provided value must be between {min} and {max} characters long.").into()
        }
        What::Entries { min, max } => {
            format!("The provided list must have between {min} and {max} entries.").into()
        }
        What::TooSmall { min } => format!("The provided value must be at least {min}.").into(),
        What::HasNul => "The provided value contains a NUL character.".into(),
        What::NotUtf8 => "The provided value is not valid UTF-8.".into(),
        What::WeakPassword => {
            "The password must be between 7 and 250 characters long and contain a letter and a digit.".into()
        }
        What::Unconfirmed => "The password confirmation does not match the password.".into(),
        What::Unfit => "The provided value can not be combined with the others.".into(),
        What::Taken { .. } if problem.at == "email" => {
            "This email address is already in use by a customer.".into()
        }
        What::Taken { .. } => "The provided value is already in use.".into(),
        What::Crowded { max } => {
            format!("The provided value is already in use by {max}, the most allowed.").into()
        }
        What::NotSecure => "The provided value is not an https URL.".into(),
        What::NoSuch => "The provided value does not refer to an existing resource.".into(),
        What::NoSuchState => "The provided value is not a state of the country.".into(),
    };
    Some(reason)
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "integer",
        Kind::Bool => "boolean",
        Kind::Text | Kind::Answer | Kind::Password => "string",
        Kind::Email => "email address",
        Kind::Money => "amount",
        Kind::Date => "RFC-2822 date",
        Kind::OneOf(_) => "choice",
        Kind::Url => "URL",
        Kind::Ints | Kind::Words(_) | Kind::Emails | Kind::List(_) => "array",
        Kind::Object(_) | Kind::Headers | Kind::Computed => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_that_chrono_would_write() {
        for seconds in (-62_167_219_200..253_402_300_800).step_by(97_654_321) {
            let date = DateTime::from_timestamp(seconds, 0).unwrap();
            let expected = format!("\"{}\"", date.format("%a, %d %b %Y %H:%M:%S +0000"));
            assert_eq!(String::from_utf8(json(&Date(seconds))).unwrap(), expected);
        }
    }
}
