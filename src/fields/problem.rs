//! What can be wrong with a field or a query parameter, by meaning. Wording and status belong to the dialects.

use std::borrow::Cow;

use super::Kind;

/// One thing wrong with one field or query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of the field or parameter.
    pub at: Cow<'static, str>,
    /// What is wrong with it.
    pub what: What,
}

/// What is wrong with a field or query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Required and not there.
    Missing,
    /// There is no such field or parameter.
    Unknown,
    /// A client may not write it.
    ReadOnly,
    /// The JSON type is not what the field holds.
    WrongType(Kind),
    /// The text has the right type but is not a value of this kind.
    Malformed {
        /// What was wanted.
        kind: Kind,
        /// What was sent.
        value: String,
    },
    /// Fewer or more characters than allowed.
    Length {
        /// Least number of characters.
        min: usize,
        /// Greatest number of characters.
        max: usize,
    },
    /// Fewer or more entries in a list than allowed.
    Entries {
        /// Least number of entries.
        min: usize,
        /// Greatest number of entries.
        max: usize,
    },
    /// A number below the least one allowed.
    TooSmall {
        /// The least number allowed.
        min: i64,
    },
    /// Text with a NUL character, which no field takes.
    HasNul,
    /// Query text whose percent-encoding is not UTF-8.
    NotUtf8,
    /// A password that breaks the password rule.
    WeakPassword,
    /// A confirmation without, or unlike, the password.
    Unconfirmed,
    /// It does not go together with other fields.
    Unfit,
    /// Another row has this value already.
    Taken {
        /// The value.
        value: String,
    },
    /// As many as may be have this value already.
    Crowded {
        /// The most.
        max: usize,
    },
    /// A URL that is not of `https`, where it must be.
    NotSecure,
    /// It names something that does not exist.
    NoSuch,
    /// It is not the name of a state of its country.
    NoSuchState,
}

impl Problem {
    /// `what` is wrong with `at`.
    #[must_use]
    pub fn new(at: impl Into<Cow<'static, str>>, what: What) -> Problem {
        Problem { at: at.into(), what }
    }
}
