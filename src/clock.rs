//! The time, as a store sees it. The only place that asks the system.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a store's time comes from. All times are Unix time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The system's time.
    #[default]
    Real,
    /// Always this time.
    Frozen(i64),
    /// The system's time and so many milliseconds more, or less.
    Shifted(i64),
}

/// The clock of one store. Clones show the same time; setting one sets all.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<RwLock<Mode>>);

impl Clock {
    /// A clock in this mode.
    #[must_use]
    pub fn new(mode: Mode) -> Clock {
        Clock(Arc::new(RwLock::new(mode)))
    }

    /// Its mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it, for all its clones.
    pub fn set(&self, mode: Mode) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Moves it by so many milliseconds. A real clock becomes a shifted one.
    pub fn advance(&self, by: i64) {
        let mut mode = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *mode = match *mode {
            Mode::Real => Mode::Shifted(by),
            Mode::Frozen(now) => Mode::Frozen(now.saturating_add(by)),
            Mode::Shifted(before) => Mode::Shifted(before.saturating_add(by)),
        };
    }

    /// Unix time in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match self.mode() {
            Mode::Real => system_ms(),
            Mode::Frozen(now) => now,
            Mode::Shifted(by) => system_ms().saturating_add(by),
        }
    }

    /// Unix time in seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

/// The system's Unix time in milliseconds.
#[must_use]
pub fn system_ms() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_when_told_and_a_real_one_becomes_shifted() {
        let clock = Clock::new(Mode::Frozen(1000));
        clock.clone().advance(500);
        assert_eq!((clock.now_ms(), clock.now_ms()), (1500, 1500));
        let real = Clock::default();
        real.advance(-3_600_000);
        assert_eq!(real.mode(), Mode::Shifted(-3_600_000));
        real.advance(600_000);
        assert_eq!(real.mode(), Mode::Shifted(-3_000_000));
        assert!(real.now_ms() < system_ms());
    }
}
