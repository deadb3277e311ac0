//! The rows of a store, one file a resource: its fields, its SQL, its rules. Nothing here knows a wire format.

pub mod customers;

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most this many rows.
    pub limit: i64,
    /// After this many.
    pub offset: i64,
}
