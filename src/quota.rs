//! How many requests a store has left in its current window, as the rate-limit headers tell it.

use std::sync::Mutex;

/// A quota of requests per window of time. Nominal: it is counted and told, and never refuses.
#[derive(Debug)]
pub struct Quota {
    limit: i64,
    window_ms: i64,
    /// When the window began, and how many requests it has seen.
    window: Mutex<(i64, i64)>,
}

/// What the headers of one answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests left in the window, never below zero.
    pub left: i64,
    /// Requests per window.
    pub limit: i64,
    /// Milliseconds until the window ends.
    pub reset_ms: i64,
    /// Length of the window in milliseconds.
    pub window_ms: i64,
}

impl Quota {
    /// `limit` requests in each window of `window_ms` milliseconds.
    #[must_use]
    pub const fn new(limit: i64, window_ms: i64) -> Quota {
        Quota { limit, window_ms, window: Mutex::new((i64::MIN, 0)) }
    }

    /// The same quota, of which nothing is used.
    #[must_use]
    pub const fn fresh(&self) -> Quota {
        Quota::new(self.limit, self.window_ms)
    }

    /// Counts one request at `now_ms`. The first request opens a window; so does the first after its end.
    pub fn take(&self, now_ms: i64) -> Allowance {
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (start, used) = &mut *window;
        if !(0..self.window_ms).contains(&now_ms.saturating_sub(*start)) {
            (*start, *used) = (now_ms, 0);
        }
        *used += 1;
        Allowance {
            left: (self.limit - *used).max(0),
            limit: self.limit,
            reset_ms: *start + self.window_ms - now_ms,
            window_ms: self.window_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_counts_down_and_starts_again_when_it_is_over() {
        let quota = Quota::new(2, 1000);
        let seen = |now| {
            let Allowance { left, reset_ms, .. } = quota.take(now);
            (left, reset_ms)
        };
        assert_eq!(seen(5000), (1, 1000));
        assert_eq!(seen(5400), (0, 600));
        assert_eq!(seen(5999), (0, 1));
        assert_eq!(seen(6000), (1, 1000));
        assert_eq!(seen(100), (1, 1000), "the clock was set back");
    }
}
