//! Helpers. They go through the API; what does not is called `db_*`.

mod mock;
mod program;

pub(crate) use mock::{Mock, NOW_MS, Reply, encode, home, jane, over};
pub(crate) use program::{Program, TempDir};

/// Asks again and again, until it is true.
pub(crate) async fn until(what: &str, mut ask: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if ask() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("not after 30 seconds: {what}");
}
