//! Helpers. They go through the API; what does not is called `db_*`.

mod mock;
mod program;

pub(crate) use mock::{Mock, Reply, encode, home, jane, over};
pub(crate) use program::{Program, TempDir};
