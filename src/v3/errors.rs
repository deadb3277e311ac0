//! Errors in V3's words, and the words in which metafields agree with the rest of V3.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Serialize, Serializer};

use super::batch::expected;
use super::wire::{bytes, json};
use crate::error::{Error, Problem, What};
use crate::fields::Kind;
use crate::gateway::{self, STATUS_CODES};
use crate::operations::{Operation, Title};

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
pub(super) const NOT_JSON: &str = "Input is invalid";
/// Documented: what is said of something that does not exist.
pub const NOT_FOUND: &str = "The resource at that URL is not found.";

/// An error in V3's words, which say what operation was refused.
#[must_use]
pub fn error(operation: Option<&Operation>, error: &Error) -> Response {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    // What has a title takes a body, and its query is not looked at.
    let title = operation.and_then(|operation| operation.title);
    match (error, title) {
        (Error::NoRoute | Error::MethodNotAllowed, _) => gateway::unknown_route(),
        (Error::NotAnObject, _) => {
            view(unprocessable, SHAPE.into(), vec![(String::new(), expected(Kind::Object(&[])).into())])
        }
        (Error::NotAnArray, _) => {
            view(unprocessable, SHAPE.into(), vec![(String::new(), expected(Kind::List(&[])).into())])
        }
        (Error::Invalid(problems), None) => view(unprocessable, query(problems).into(), Vec::new()),
        (Error::Invalid(problems), Some(title)) => {
            let shape = problems.iter().map(|problem| (problem.at.to_string(), shape_of(&problem.what)));
            let mut errors: Vec<(String, String)> = shape.collect();
            // Observed: in this order.
            if title.noun == "customers" {
                let known = ["last_name", "email", "first_name"];
                errors.sort_by_key(|(key, _)| known.iter().position(|known| key == known));
            }
            view(unprocessable, SHAPE.into(), errors)
        }
        (Error::Item { index, problems }, title) => item(title, *index, problems),
        (error, _) => {
            let (status, title) = plain(error);
            view(status, title, Vec::new())
        }
    }
}

/// The status and title of an error that takes no more words than that.
pub(super) fn plain(error: &Error) -> (StatusCode, Cow<'static, str>) {
    match error {
        Error::NotAcceptable => {
            (StatusCode::NOT_ACCEPTABLE, "This resource is only available as application/json.".into())
        }
        Error::NotJson => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body of this request must be sent as application/json.".into(),
        ),
        Error::NotFound | Error::NoSuchId { .. } | Error::NoRoute | Error::MethodNotAllowed => {
            (StatusCode::NOT_FOUND, NOT_FOUND.into())
        }
        Error::LimitTooHigh { max } => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("Max limit allowed is {max}").into())
        }
        Error::TooLarge { limit } => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("Max body size allowed is {limit} bytes").into())
        }
        Error::TooManyValues { max } => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("Max number of values allowed is {max}").into())
        }
        Error::TooMany { max } => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("Max batch size allowed is {max}").into())
        }
        Error::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time".into()),
        Error::Broken | Error::Empty | Error::Malformed { .. } => (StatusCode::BAD_REQUEST, NOT_JSON.into()),
        Error::NotAnObject | Error::NotAnArray | Error::Invalid(_) | Error::Item { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, NOT_JSON.into())
        }
        Error::Database(_) | Error::Store(_) | Error::Panicked(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error".into())
        }
    }
}

fn view(status: StatusCode, title: Cow<'_, str>, errors: Vec<(String, String)>) -> Response {
    let view = ErrorView { status: status.as_u16(), title, r#type: STATUS_CODES, errors: Errors(errors) };
    bytes(status, json(&view))
}

/// What is wrong with an item: a taken email is found last, and said in a way of its own.
fn item(title: Option<Title>, index: Option<usize>, problems: &[Problem]) -> Response {
    let errors = problems.iter().map(|problem| match &problem.what {
        // Observed.
        What::Taken { value } if problem.at == "email" => {
            let is_create = title.is_some_and(|title| title.verb == "Create");
            let (verb, of) = if is_create { ("create", "creating") } else { ("update", "updating") };
            (format!(".customer_{verb}"), format!("Error {of} customers: email {value} already in use"))
        }
        what => {
            // Observed of a missing value; of one that does not suit it is assumed.
            let is_data = title.is_some_and(|title| title.noun == "customer attribute values")
                && matches!(&*problem.at, "attribute_value" | "value");
            let at = if is_data { "data" } else { &*problem.at };
            let key = match index {
                Some(index) => format!("{index}.{at}"),
                None => at.to_owned(),
            };
            let noun = title.map_or("", |title| title.noun);
            (key, reason(noun, &problem.at, what))
        }
    });
    let title = title.map(|Title { verb, noun }| format!("{verb} {noun} failed."));
    view(StatusCode::UNPROCESSABLE_ENTITY, title.map_or(NOT_JSON.into(), Cow::from), errors.collect())
}

/// Why a value is refused. That of an email is observed; the others are in its voice.
fn reason(noun: &str, at: &str, what: &What) -> String {
    let name = at.rsplit('.').next().unwrap_or(at);
    let label = label(noun, name);
    match what {
        What::Missing => format!("missing {label}"),
        What::Unknown => "unknown".to_owned(),
        What::ReadOnly => "read only".to_owned(),
        What::Malformed { kind: Kind::OneOf(words), .. } => {
            format!("{name} must be one of: {}", words.join(", "))
        }
        // Observed.
        What::NoSuchState => "A valid state_or_province is required for address country".to_owned(),
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
        What::Crowded { max } => format!("{name} already in use by {max}, the most allowed"),
        What::NotSecure => format!("{name} must be an https URL"),
    }
}

/// A field, of what is called by this noun, as a person would say it: `customer group ID`.
fn label(noun: &str, name: &str) -> String {
    let words = name.replace('_', " ");
    match words.strip_suffix("id") {
        // `customer addresses` have a `customer address ID`.
        Some("") => {
            let noun = match noun.strip_suffix("es") {
                Some(stem) if stem.ends_with("ss") => stem,
                _ => noun.trim_end_matches('s'),
            };
            format!("{noun} ID")
        }
        Some(words) if words.ends_with(' ') => format!("{words}ID"),
        _ => match words.strip_suffix(" ids") {
            Some(words) => format!("{words} IDs"),
            None => words,
        },
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
pub(super) fn query(problems: &[Problem]) -> String {
    let mut unknown: Vec<&str> = Vec::new();
    for problem in problems.iter().filter(|problem| problem.what == What::Unknown) {
        if !unknown.contains(&&*problem.at) {
            unknown.push(&problem.at);
        }
    }
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
        What::Entries { max, .. } => {
            format!(r#"Query parameter "{at}" value must have at most {max} items."#)
        }
        What::Unfit => r#"Query parameters "before" and "after" can not be combined."#.to_owned(),
        What::NotUtf8 => format!(r#"Query parameter "{at}" value must be UTF-8."#),
        _ => format!(r#"Query parameter "{at}" value is invalid."#),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_said_as_a_person_would() {
        for (noun, name, said) in [
            ("customers", "customer_group_id", "customer group ID"),
            ("customers", "id", "customer ID"),
            ("customer addresses", "id", "customer address ID"),
            ("customers", "country_code", "country code"),
            ("customers", "email", "email"),
            ("customers", "channel_ids", "channel IDs"),
            ("customers", "paid", "paid"),
        ] {
            assert_eq!(label(noun, name), said);
        }
    }
}
