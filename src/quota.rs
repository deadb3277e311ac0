//! How many requests a store has left in its current window: told by the rate-limit headers, and refused when a store
//! says so.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The plan of a store, which says how many requests it may get in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Plan {
    #[default]
    Unlimited,
    Standard,
    Plus,
    Pro,
}

/// What a store's requests are held against. What is `None` is the plan's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    /// The plan.
    pub plan: Plan,
    /// Requests of tokens in a window.
    pub requests: Option<i64>,
    /// The length of that window.
    pub window: Option<Duration>,
    /// Whether requests beyond it are refused.
    pub enforce: Option<bool>,
    /// Requests of Basic users in an hour.
    pub hourly: Option<i64>,
}

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;

impl Quotas {
    /// Whether what is beyond a quota is refused. A plan does so unless it is told not to.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.enforce.unwrap_or(self.plan != Plan::Unlimited)
    }

    /// Requests of tokens, and in how many milliseconds. Documented, but for those of no plan, which are ours.
    #[must_use]
    pub fn of_tokens(&self) -> (i64, i64) {
        let plan = match self.plan {
            Plan::Unlimited => 10_000,
            Plan::Standard | Plan::Plus => 150,
            Plan::Pro => 450,
        };
        let window = self.window.map_or(30_000, |window| i64::try_from(window.as_millis()).unwrap_or(HOUR));
        (self.requests.unwrap_or(plan), window)
    }

    /// The same of Basic users. Observed: 20000 an hour.
    #[must_use]
    pub fn of_basic(&self) -> (i64, i64) {
        (self.hourly.unwrap_or(20_000), HOUR)
    }
}

/// The requests of the current window.
#[derive(Debug)]
pub struct Quota {
    /// When the window began, and how many requests it has seen.
    window: Mutex<(i64, i64)>,
}

impl Default for Quota {
    fn default() -> Quota {
        Quota { window: Mutex::new((i64::MIN, 0)) }
    }
}

/// What is left for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// When the request was counted, in Unix milliseconds of its store's time.
    pub at: i64,
    /// Requests left in the window, never below zero.
    pub left: i64,
    /// Requests per window.
    pub limit: i64,
    /// Milliseconds until the window ends.
    pub reset_ms: i64,
    /// Length of the window in milliseconds.
    pub window_ms: i64,
    /// Whether this request is beyond the quota.
    pub is_over: bool,
}

impl Quota {
    /// Counts one request at `now_ms`, of so many in so many milliseconds. The first request opens a window; so does the
    /// first after its end.
    pub fn take(&self, quota: (i64, i64), now_ms: i64) -> Allowance {
        self.add(1, quota, now_ms)
    }

    /// What is left, without counting anything.
    pub fn look(&self, quota: (i64, i64), now_ms: i64) -> Allowance {
        self.add(0, quota, now_ms)
    }

    /// Spends what is left of the window; the next one makes it good.
    pub fn exhaust(&self, quota: (i64, i64), now_ms: i64) {
        let left = self.look(quota, now_ms).left;
        self.add(left, quota, now_ms);
    }

    fn add(&self, requests: i64, (limit, window_ms): (i64, i64), now_ms: i64) -> Allowance {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, used) = &mut *window;
        if !(0..window_ms).contains(&now_ms.saturating_sub(*start)) {
            (*start, *used) = (now_ms, 0);
        }
        *used += requests;
        Allowance {
            at: now_ms,
            left: (limit - *used).max(0),
            limit,
            reset_ms: *start + window_ms - now_ms,
            window_ms,
            is_over: *used > limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_counts_down_and_starts_again_when_it_is_over() {
        let quota = Quota::default();
        let seen = |now| {
            let Allowance { left, reset_ms, is_over, .. } = quota.take((2, 1000), now);
            (left, reset_ms, is_over)
        };
        assert_eq!(seen(5000), (1, 1000, false));
        assert_eq!(seen(5400), (0, 600, false));
        assert_eq!(seen(5999), (0, 1, true));
        assert_eq!(seen(6000), (1, 1000, false));
        assert_eq!(seen(100), (1, 1000, false), "the clock was set back");
        quota.exhaust((2, 1000), 200);
        assert_eq!(seen(300), (0, 800, true));
        assert_eq!(seen(1100), (1, 1000, false));
    }
}
