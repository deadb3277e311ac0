//! Helpers. They go through the API; what does not is called `db_*`.

mod mock;
mod program;

pub(crate) use mock::{Mock, NOW_MS, Reply, encode, home, jane, over};
pub(crate) use program::{Program, TempDir};
