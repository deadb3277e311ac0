//! How many requests must match.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::strict_json::{self, Fault, Object};

/// How many requests must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many or more.
    AtLeast(u64),
    /// So many.
    Exactly(u64),
    /// So many or fewer.
    AtMost(u64),
}

impl Default for Count {
    fn default() -> Count {
        Count::AtLeast(1)
    }
}

impl Count {
    /// Reads `{"exactly"|"at_least"|"at_most": n}`.
    ///
    /// # Errors
    /// When there is not one of them.
    pub fn read(json: Json, at: &str) -> Result<Count, Fault> {
        let whole = |json, at: &str| strict_json::whole(0..=i64::MAX)(json, at).map(i64::unsigned_abs);
        let mut object = Object::new(json, at)?;
        let given = [
            object.read("exactly", whole)?.map(Count::Exactly),
            object.read("at_least", whole)?.map(Count::AtLeast),
            object.read("at_most", whole)?.map(Count::AtMost),
        ];
        object.done()?;
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(count), None) => Ok(count),
            _ => Err(Fault::new(at, "expected one of: exactly, at_least, at_most")),
        }
    }

    /// As it is read.
    #[must_use]
    pub fn to_json(self) -> Json {
        match self {
            Count::AtLeast(n) => json!({"at_least": n}),
            Count::Exactly(n) => json!({"exactly": n}),
            Count::AtMost(n) => json!({"at_most": n}),
        }
    }

    /// Whether so many are right.
    #[must_use]
    pub fn is_met(self, matched: usize) -> bool {
        let matched = matched as u64;
        match self {
            Count::AtLeast(n) => matched >= n,
            Count::Exactly(n) => matched == n,
            Count::AtMost(n) => matched <= n,
        }
    }

    /// Whether so many are too few, so that one that nearly matches may be the one that was meant.
    #[must_use]
    pub fn wants_more(self, matched: usize) -> bool {
        match self {
            Count::AtLeast(n) | Count::Exactly(n) => (matched as u64) < n,
            Count::AtMost(_) => false,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, n) = match *self {
            Count::AtLeast(n) => ("at least ", n),
            Count::Exactly(0) | Count::AtMost(0) => return f.write_str("no request"),
            Count::Exactly(n) => ("exactly ", n),
            Count::AtMost(n) => ("at most ", n),
        };
        write!(f, "{words}{n} request{}", if n == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_one_of_three() {
        for (json, count) in [
            (json!({"exactly": 0}), Count::Exactly(0)),
            (json!({"at_least": 2}), Count::AtLeast(2)),
            (json!({"at_most": 3}), Count::AtMost(3)),
        ] {
            assert_eq!(Count::read(json.clone(), ""), Ok(count));
            assert_eq!(count.to_json(), json);
        }
        for (json, at) in [
            (json!({}), "/count"),
            (json!({"exactly": 1, "at_most": 1}), "/count"),
            (json!({"exactly": -1}), "/count/exactly"),
            (json!({"exactly": "1"}), "/count/exactly"),
            (json!({"atleast": 1}), "/count/atleast"),
            (json!(1), "/count"),
        ] {
            assert_eq!(Count::read(json.clone(), "/count").unwrap_err().at, at, "{json}");
        }
        let met = |count: Count| (0..4).map(|n| count.is_met(n)).collect::<Vec<_>>();
        assert_eq!(met(Count::AtLeast(2)), [false, false, true, true]);
        assert_eq!(met(Count::Exactly(2)), [false, false, true, false]);
        assert_eq!(met(Count::AtMost(2)), [true, true, true, false]);
        assert_eq!(Count::default(), Count::AtLeast(1));
    }
}
