//! The time, as a store sees it. The only place that asks the system.

use std::time::{SystemTime, UNIX_EPOCH};

/// Where a store's time comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The system's time.
    Real,
    /// Always this Unix time, in milliseconds.
    Frozen(i64),
}

impl Clock {
    /// Unix time in milliseconds.
    #[must_use]
    pub fn now_ms(self) -> i64 {
        match self {
            Clock::Real => {
                #[expect(clippy::disallowed_methods, reason = "this is the clock")]
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
            Clock::Frozen(now) => now,
        }
    }

    /// Unix time in seconds.
    #[must_use]
    pub fn now(self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}
