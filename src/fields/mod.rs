//! The field vocabulary: what a resource's fields are, declared once as data, for both dialects.
//!
//! A resource lists its fields in a `const FIELDS: &[Field]`. Validation ([`validate`]), list filters ([`filter`])
//! and column lists of writes ([`mod@write`]) read that table and nothing else. No wording and no status is decided here.

pub mod filter;
pub mod problem;
pub mod validate;
pub mod values;
pub mod write;

use validate::Operation;

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
    /// Text that is an absolute URL of `http` or `https`.
    Url,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Text, a number, or a list of text: what a form field may be answered with.
    Answer,
    /// A list of integers; not a column.
    Ints,
    /// A list of words out of these; not a column.
    Words(&'static [&'static str]),
    /// A list of email addresses; not a column.
    Emails,
    /// Headers of HTTP: an object of any names, with text under each; not a column.
    Headers,
    /// An object with fields of its own; not a column.
    Object(&'static [Field]),
    /// A list of objects with fields of their own; not a column.
    List(&'static [Field]),
    /// Made up when the answer is written; not a column, never accepted.
    Computed,
}

/// A version of the API: two names and two rules for the same fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "that is what they are called")]
pub enum Dialect {
    V2,
    V3,
}

/// What a client may do with a field in a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The dialect does not have it.
    Absent,
    /// It is in answers; in a write it is passed over.
    Ignored,
    /// A write that has it is refused.
    ReadOnly,
    /// It may be written.
    Writable,
    /// A create takes it, an update passes it over.
    CreateOnly,
    /// The id: a create that has it is refused, an update must have it.
    Key,
}

/// Where a create must supply a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nowhere.
    Optional,
    /// Everywhere.
    Required,
    /// In an item of a batch, but not in an object inside of another one.
    OnItsOwn,
}

/// What a field is in one dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The name on the wire.
    pub name: &'static str,
    /// What a client may do with it.
    pub access: Access,
    /// Whether a create must supply it.
    pub need: Need,
    /// Least number of characters, or of entries in a list.
    pub min: usize,
    /// Greatest number of characters, or of entries in a list.
    pub max: usize,
    /// The list filters it takes part in.
    pub filters: &'static [Op],
}

impl Side {
    /// Whether a client's write reads the field.
    #[must_use]
    pub fn is_read(&self, operation: Operation) -> bool {
        match self.access {
            Access::Absent | Access::Ignored | Access::ReadOnly => false,
            Access::Writable => true,
            Access::CreateOnly => operation != Operation::Update,
            Access::Key => operation != Operation::Create,
        }
    }

    /// Whether a write must have the field. `inside`: it is one of an object inside of another one, which is replaced
    /// as a whole, so what is required there always is.
    #[must_use]
    pub fn is_needed(&self, operation: Operation, inside: bool) -> bool {
        match (self.access, self.need) {
            (Access::Key, _) => !inside && operation == Operation::Update,
            (Access::Absent, _) | (_, Need::Optional) => false,
            (_, Need::OnItsOwn) => !inside && operation != Operation::Update,
            (_, Need::Required) => inside || operation != Operation::Update,
        }
    }
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
    /// Contains one of several; text without regard to ASCII case.
    Like,
    /// Is one of several; text without regard to ASCII case.
    In,
}

/// One field of a resource. Built by [`int`], [`text`] and their like, refined by the methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Our name, which is V2's where V2 has the field; also that of the column.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What filters look at: the column, or an expression over several.
    pub column: &'static str,
    /// Whether the table has it as a column.
    pub stored: bool,
    /// Whether a client's write may set it to null.
    pub nullable: bool,
    v2: Side,
    v3: Side,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    let side =
        Side { name, access: Access::Writable, need: Need::Optional, min: 0, max: usize::MAX, filters: &[] };
    let stored = !matches!(
        kind,
        Kind::Ints
            | Kind::Words(_)
            | Kind::Emails
            | Kind::Headers
            | Kind::Object(_)
            | Kind::List(_)
            | Kind::Computed
            | Kind::Password
    );
    Field { name, kind, column: name, stored, nullable: false, v2: side, v3: side }
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

/// An answer to a form field.
#[must_use]
pub const fn answer(name: &'static str) -> Field {
    field(name, Kind::Answer)
}

/// A list of integers.
#[must_use]
pub const fn ints(name: &'static str) -> Field {
    field(name, Kind::Ints)
}

/// A list of words out of these.
#[must_use]
pub const fn words(name: &'static str, words: &'static [&'static str]) -> Field {
    field(name, Kind::Words(words))
}

/// An absolute URL.
#[must_use]
pub const fn url(name: &'static str) -> Field {
    field(name, Kind::Url)
}

/// A list of email addresses.
#[must_use]
pub const fn emails(name: &'static str) -> Field {
    field(name, Kind::Emails)
}

/// Headers of HTTP.
#[must_use]
pub const fn headers(name: &'static str) -> Field {
    field(name, Kind::Headers)
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
    /// What it is in a dialect.
    #[must_use]
    pub const fn side(&self, dialect: Dialect) -> &Side {
        match dialect {
            Dialect::V2 => &self.v2,
            Dialect::V3 => &self.v3,
        }
    }

    const fn with(mut self, dialect: Dialect, side: Side) -> Field {
        match dialect {
            Dialect::V2 => self.v2 = side,
            Dialect::V3 => self.v3 = side,
        }
        self
    }

    const fn access_in(self, dialect: Dialect, access: Access) -> Field {
        let mut side = *self.side(dialect);
        side.access = access;
        self.with(dialect, side)
    }

    /// Its name in V3, where that is another.
    #[must_use]
    pub const fn named_v3(mut self, name: &'static str) -> Field {
        self.v3.name = name;
        self
    }

    /// Only this dialect has it.
    #[must_use]
    pub const fn only(self, dialect: Dialect) -> Field {
        match dialect {
            Dialect::V2 => self.access_in(Dialect::V3, Access::Absent),
            Dialect::V3 => self.access_in(Dialect::V2, Access::Absent),
        }
    }

    /// A client may not write it.
    #[must_use]
    pub const fn read_only(self) -> Field {
        self.read_only_in(Dialect::V2).read_only_in(Dialect::V3)
    }

    /// A client may not write it through this dialect.
    #[must_use]
    pub const fn read_only_in(self, dialect: Dialect) -> Field {
        self.access_in(dialect, Access::ReadOnly)
    }

    /// V3 shows it, and passes it over in writes.
    #[must_use]
    pub const fn ignored_in_v3(self) -> Field {
        self.access_in(Dialect::V3, Access::Ignored)
    }

    /// It is shown, and passed over in writes; a seed may pin it.
    #[must_use]
    pub const fn ignored(self) -> Field {
        self.ignored_in_v3().access_in(Dialect::V2, Access::Ignored)
    }

    /// V3 passes it over in updates.
    #[must_use]
    pub const fn create_only_in_v3(self) -> Field {
        self.access_in(Dialect::V3, Access::CreateOnly)
    }

    /// It is the id, which V2 takes from the path and V3 from each item of an update.
    #[must_use]
    pub const fn key(self) -> Field {
        self.read_only_in(Dialect::V2).access_in(Dialect::V3, Access::Key)
    }

    /// A create must supply it.
    #[must_use]
    pub const fn required(self) -> Field {
        self.required_in(Dialect::V2, Need::Required).required_in(Dialect::V3, Need::Required)
    }

    /// Whether a create through this dialect must supply it.
    #[must_use]
    pub const fn required_in(self, dialect: Dialect, need: Need) -> Field {
        let mut side = *self.side(dialect);
        side.need = need;
        self.with(dialect, side)
    }

    /// From `min` to `max` characters, or entries of a list.
    #[must_use]
    pub const fn len(self, min: usize, max: usize) -> Field {
        self.len_in(Dialect::V2, min, max).len_in(Dialect::V3, min, max)
    }

    /// From `min` to `max` characters, or entries of a list, in this dialect.
    #[must_use]
    pub const fn len_in(self, dialect: Dialect, min: usize, max: usize) -> Field {
        let mut side = *self.side(dialect);
        side.min = min;
        side.max = max;
        self.with(dialect, side)
    }

    /// At most `max` characters, or entries of a list.
    #[must_use]
    pub const fn max(self, max: usize) -> Field {
        self.len(0, max)
    }

    /// A write may set it to null.
    #[must_use]
    pub const fn nullable(mut self) -> Field {
        self.nullable = true;
        self
    }

    /// The operators that filter a dialect's lists by it.
    #[must_use]
    pub const fn filter(self, dialect: Dialect, ops: &'static [Op]) -> Field {
        let mut side = *self.side(dialect);
        side.filters = ops;
        self.with(dialect, side)
    }

    /// The table has no such column.
    #[must_use]
    pub const fn unstored(mut self) -> Field {
        self.stored = false;
        self
    }

    /// Filters look at this expression of its column.
    #[must_use]
    pub const fn compared_by(mut self, sql: &'static str) -> Field {
        self.column = sql;
        self
    }

    /// Filters look at this expression; there is no column of the name.
    #[must_use]
    pub const fn computed_by(self, sql: &'static str) -> Field {
        self.compared_by(sql).unstored()
    }
}

/// A value as the database holds it: Unix seconds, ten-thousandths and 0/1 are all [`Value::Int`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, date, amount or switch.
    Int(i64),
    /// Text.
    Text(String),
    /// Nothing, where that is a value.
    Null,
    /// Integers.
    Ints(Vec<i64>),
    /// Words.
    Words(Vec<&'static str>),
    /// Texts.
    Texts(Vec<String>),
    /// Text under names.
    Headers(Vec<(String, String)>),
    /// The fields of an object.
    Object(validate::Valid),
    /// The fields of each object in a list.
    List(Vec<validate::Valid>),
}
