//! What can go wrong, by meaning. Wording and status belong to the dialects (`v2/wire.rs`, `v3/errors.rs`).

use std::borrow::Cow;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use crate::fields::Kind;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No route of this dialect has that path.
    #[error("no such route")]
    NoRoute,
    /// The route does not have that method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The client's `Accept` leaves out JSON.
    #[error("the client does not accept JSON")]
    NotAcceptable,
    /// The body's `Content-Type` is not JSON.
    #[error("the body is not declared as JSON")]
    NotJson,
    /// The thing that the path names does not exist.
    #[error("not found")]
    NotFound,
    /// The `limit` of a list is over the largest, and the store refuses that.
    #[error("the limit is over {max}")]
    LimitTooHigh {
        /// The largest.
        max: i64,
    },
    /// The body is longer than the server takes.
    #[error("the body is longer than {limit} bytes")]
    TooLarge {
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// The body has more values than any write could.
    #[error("the body has more than {max} values")]
    TooManyValues {
        /// The most that are read.
        max: usize,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    TooSlow,
    /// The body was cut off, or its framing is wrong.
    #[error("the body did not arrive whole")]
    Broken,
    /// There is no body.
    #[error("the body is empty")]
    Empty,
    /// The body is not JSON.
    #[error("the body is not JSON: {reason}, line {line}, column {column}")]
    Malformed {
        /// What the reader expected.
        reason: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The body is JSON, but not an object.
    #[error("the body is not an object")]
    NotAnObject,
    /// The body is JSON, but not an array, as every batch is.
    #[error("the body is not an array")]
    NotAnArray,
    /// The batch has more items than a call may have.
    #[error("more than {max} items")]
    TooMany {
        /// The most that are taken.
        max: usize,
    },
    /// Fields or query parameters break rules. At least one, the first to be reported first.
    #[error("invalid: {0:?}")]
    Invalid(Vec<Problem>),
    /// An item of a batch breaks rules. None of the batch was carried out.
    #[error("item {index:?} is invalid: {problems:?}")]
    Item {
        /// Its place in the batch, from 0; `None` if it is the whole body.
        index: Option<usize>,
        /// At least one; `at` is a path inside of the item.
        problems: Vec<Problem>,
    },
    /// The database failed. Logged, never shown.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A store could not be opened. Logged, never shown.
    #[error(transparent)]
    Store(#[from] crate::store::OpenError),
    /// The code that answers broke down. Logged, never shown.
    #[error("panicked: {0}")]
    Panicked(String),
}

/// One thing wrong with one field or query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of the field or parameter.
    pub at: Cow<'static, str>,
    /// What is wrong with it.
    pub what: What,
}

/// What is wrong with a field or query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Required and not there.
    Missing,
    /// There is no such field or parameter.
    Unknown,
    /// A client may not write it.
    ReadOnly,
    /// The JSON type is not what the field holds.
    WrongType(Kind),
    /// The text has the right type but is not a value of this kind.
    Malformed {
        /// What was wanted.
        kind: Kind,
        /// What was sent.
        value: String,
    },
    /// Fewer or more characters than allowed.
    Length {
        /// Least number of characters.
        min: usize,
        /// Greatest number of characters.
        max: usize,
    },
    /// Fewer or more entries in a list than allowed.
    Entries {
        /// Least number of entries.
        min: usize,
        /// Greatest number of entries.
        max: usize,
    },
    /// A number below the least one allowed.
    TooSmall {
        /// The least number allowed.
        min: i64,
    },
    /// Text with a NUL character, which no field takes.
    HasNul,
    /// Query text whose percent-encoding is not UTF-8.
    NotUtf8,
    /// A password that breaks the password rule.
    WeakPassword,
    /// A confirmation without, or unlike, the password.
    Unconfirmed,
    /// It does not go together with other fields.
    Unfit,
    /// Another row has this value already.
    Taken {
        /// The value.
        value: String,
    },
    /// It names something that does not exist.
    NoSuch,
    /// It is not the name of a state of its country.
    NoSuchState,
}

impl Problem {
    /// `what` is wrong with `at`.
    #[must_use]
    pub fn new(at: impl Into<Cow<'static, str>>, what: What) -> Problem {
        Problem { at: at.into(), what }
    }
}

impl Error {
    /// Says which item of a batch the problems are in.
    #[must_use]
    pub fn in_item(self, index: usize) -> Error {
        match self {
            Error::Invalid(problems) => Error::Item { index: Some(index), problems },
            other => other,
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        Error::Invalid(vec![problem])
    }
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Error {
        Error::Invalid(problems)
    }
}

/// Carries the error to the edge, which alone renders it, in the dialect of the request's mount.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
