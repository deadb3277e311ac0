//! The field vocabulary: what a resource's fields are, declared once as data.
//!
//! A resource lists its fields in a `const FIELDS: &[Field]`. Validation ([`validate`]), list filters ([`filter`])
//! and column lists of writes ([`mod@write`]) read that table and nothing else. No wording and no status is decided here.

pub mod filter;
pub mod validate;
pub mod values;
pub mod write;

/// What a field holds, and so how it is read and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A 64-bit integer; a numeric string is read too.
    Int,
    /// `true` or `false`, stored as 1 or 0.
    Bool,
    /// Text, counted in characters.
    Text,
    /// Text that is an email address.
    Email,
    /// Text that obeys the password rule. It is hashed before it is stored.
    Password,
    /// A decimal amount, stored as ten-thousandths.
    Money,
    /// An instant, stored as Unix seconds.
    Date,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of integers; not a column.
    Ints,
    /// An object with fields of its own; not a column.
    Object(&'static [Field]),
    /// A list of objects with fields of their own; not a column.
    List(&'static [Field]),
    /// Made up when the answer is written; not a column, never accepted.
    Computed,
}

/// How a list may be narrowed by a field. The dialect decides how an operator is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Equal; text without regard to ASCII case.
    Is,
    /// At least.
    Min,
    /// At most.
    Max,
    /// Contains; text without regard to ASCII case.
    Like,
}

/// One field of a resource. Built by [`int`], [`text`] and their like, refined by the methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, in the database and on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a client may not write it.
    pub read_only: bool,
    /// Whether a create must supply it, and nothing may blank it.
    pub required: bool,
    /// Least number of characters.
    pub min: usize,
    /// Greatest number of characters.
    pub max: usize,
    /// The list filters it takes part in.
    pub filters: &'static [Op],
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, read_only: false, required: false, min: 0, max: usize::MAX, filters: &[] }
}

/// An integer field.
#[must_use]
pub const fn int(name: &'static str) -> Field {
    field(name, Kind::Int)
}

/// A yes-or-no field.
#[must_use]
pub const fn bool(name: &'static str) -> Field {
    field(name, Kind::Bool)
}

/// A text field.
#[must_use]
pub const fn text(name: &'static str) -> Field {
    field(name, Kind::Text)
}

/// An email address.
#[must_use]
pub const fn email(name: &'static str) -> Field {
    field(name, Kind::Email)
}

/// A password.
#[must_use]
pub const fn password(name: &'static str) -> Field {
    field(name, Kind::Password)
}

/// An amount of money.
#[must_use]
pub const fn money(name: &'static str) -> Field {
    field(name, Kind::Money)
}

/// An instant.
#[must_use]
pub const fn date(name: &'static str) -> Field {
    field(name, Kind::Date)
}

/// One of several words.
#[must_use]
pub const fn one_of(name: &'static str, words: &'static [&'static str]) -> Field {
    field(name, Kind::OneOf(words))
}

/// A list of integers.
#[must_use]
pub const fn ints(name: &'static str) -> Field {
    field(name, Kind::Ints)
}

/// A list of objects with fields of their own.
#[must_use]
pub const fn list(name: &'static str, fields: &'static [Field]) -> Field {
    field(name, Kind::List(fields))
}

/// An object with fields of its own.
#[must_use]
pub const fn object(name: &'static str, fields: &'static [Field]) -> Field {
    field(name, Kind::Object(fields))
}

/// A field that exists only in answers and is made up from other things.
#[must_use]
pub const fn computed(name: &'static str) -> Field {
    field(name, Kind::Computed).read_only()
}

impl Field {
    /// A client may not write it.
    #[must_use]
    pub const fn read_only(mut self) -> Field {
        self.read_only = true;
        self
    }

    /// A create must supply it.
    #[must_use]
    pub const fn required(mut self) -> Field {
        self.required = true;
        self
    }

    /// From `min` to `max` characters.
    #[must_use]
    pub const fn len(mut self, min: usize, max: usize) -> Field {
        self.min = min;
        self.max = max;
        self
    }

    /// At most `max` characters.
    #[must_use]
    pub const fn max(self, max: usize) -> Field {
        let min = self.min;
        self.len(min, max)
    }

    /// The operators that filter a list by it.
    #[must_use]
    pub const fn filter(mut self, ops: &'static [Op]) -> Field {
        self.filters = ops;
        self
    }

    /// Whether the table has a column of this name.
    #[must_use]
    pub const fn is_column(&self) -> bool {
        !matches!(self.kind, Kind::Ints | Kind::Object(_) | Kind::List(_) | Kind::Computed | Kind::Password)
    }
}

/// A value as the database holds it: Unix seconds, ten-thousandths and 0/1 are all [`Value::Int`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, date, amount or switch.
    Int(i64),
    /// Text.
    Text(String),
    /// Integers.
    Ints(Vec<i64>),
    /// The fields of an object.
    Object(validate::Valid),
    /// The fields of each object in a list.
    List(Vec<validate::Valid>),
}
