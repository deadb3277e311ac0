//! What can go wrong, by meaning. Wording and status belong to the dialects (`v2/wire.rs`, `v3/errors.rs`).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::response::{IntoResponse, Response};

pub use crate::fields::problem::{Problem, What};

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
    /// There is nothing with the id that the path names, or that is no id.
    #[error("nothing has the id {id:?}")]
    NoSuchId {
        /// As the client wrote it, or as much of it as is told back.
        id: String,
    },
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
    Store(#[from] OpenError),
    /// The code that answers broke down. Logged, never shown.
    #[error("panicked: {0}")]
    Panicked(String),
}

/// Why a store, or the directory of all stores, could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file or directory could not be read or made.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the directory.
    #[error("{}: another server is using this data directory; stop it or name another directory", .0.display())]
    InUse(PathBuf),
    /// The system has no file descriptor left for another store.
    #[error("{}", crate::descriptors::advice())]
    NoDescriptors,
    /// The database could not be opened, or brought to this version's tables.
    #[error("opening the database of store {hash}: {source}")]
    Database {
        /// The store.
        hash: String,
        /// What the database said.
        source: sqlx::Error,
    },
}

impl OpenError {
    /// A file or directory could not be read or made.
    pub(crate) fn file(path: &Path, source: io::Error) -> OpenError {
        if crate::descriptors::ran_out(&source) {
            return OpenError::NoDescriptors;
        }
        OpenError::File { path: path.to_owned(), source }
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
