//! The body of a V3 write: from an array to checked items, in the stages in which V3 looks for what is wrong.

use serde_json::{Map, Value as Json};

use crate::error::{Error, Problem, What};
use crate::extract::Body;
use crate::fields::validate::{Operation, Valid, validate};
use crate::fields::{Dialect, Field, Kind};

/// The most items in one call.
pub const MAX: usize = 10;

/// The items of a batch, each checked against the field table.
///
/// # Errors
/// What is wrong with the body; then with the shape of the first item that has a wrong one – a key is missing, a
/// JSON type is wrong; then with the values of the first item that has a wrong one.
pub fn items(body: Body, fields: &'static [Field], operation: Operation) -> Result<Vec<Valid>, Error> {
    body.aside(|body| read_items(body, fields, operation))
}

fn read_items(body: Body, fields: &'static [Field], operation: Operation) -> Result<Vec<Valid>, Error> {
    let items = body.array()?;
    if items.len() > MAX {
        return Err(Error::TooMany { max: MAX });
    }
    let nothing = Map::new();
    let mut valids = Vec::with_capacity(items.len());
    let mut refused = None;
    for (index, item) in items.iter().enumerate() {
        // Observed: of an item that is no object every required key is missing.
        match validate(fields, Dialect::V3, operation, item.as_object().unwrap_or(&nothing)) {
            Ok(valid) => valids.push(valid),
            Err(problems) => {
                let shape: Vec<Problem> =
                    problems.iter().filter(|problem| is_shape(&problem.what)).cloned().collect();
                if !shape.is_empty() {
                    return Err(shape.into());
                }
                refused.get_or_insert(Error::Item { index: Some(index), problems });
            }
        }
    }
    refused.map_or(Ok(valids), Err)
}

/// The one object in the body of a call that is no batch.
///
/// # Errors
/// What is wrong with the body, then with the shape of the object, then with its values.
pub fn object(body: Body, fields: &'static [Field], operation: Operation) -> Result<Valid, Error> {
    body.aside(|body| read_object(body, fields, operation))
}

fn read_object(body: Body, fields: &'static [Field], operation: Operation) -> Result<Valid, Error> {
    let Json::Object(object) = body.json()? else { return Err(Error::NotAnObject) };
    validate(fields, Dialect::V3, operation, &object).map_err(|problems| {
        let shape: Vec<Problem> =
            problems.iter().filter(|problem| is_shape(&problem.what)).cloned().collect();
        if shape.is_empty() { Error::Item { index: None, problems } } else { shape.into() }
    })
}

/// Whether it is wrong already in the first stage.
#[must_use]
pub fn is_shape(what: &What) -> bool {
    matches!(what, What::Missing | What::WrongType(_))
}

/// V3's name for a JSON type that was expected.
#[must_use]
pub fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Int | Kind::Money => "error.expected.jsnumber",
        Kind::Bool => "error.expected.jsboolean",
        Kind::Text
        | Kind::Answer
        | Kind::Email
        | Kind::Password
        | Kind::Date
        | Kind::Url
        | Kind::OneOf(_) => "error.expected.jsstring",
        Kind::Ints | Kind::Words(_) | Kind::Emails | Kind::List(_) => "error.expected.jsarray",
        Kind::Object(_) | Kind::Headers | Kind::Computed => "error.expected.jsobject",
    }
}
