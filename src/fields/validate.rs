//! From a JSON object to values that may be stored, or to every problem with it.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::{Map, Value as Json};

use super::problem::{Problem, What};
use super::{Access, Dialect, Field, Kind, Need, Side, Value, values};

/// What the object is for; it decides which fields must and may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A client makes a row: required fields must be there.
    Create,
    /// A client changes a row: what is absent stays as it is.
    Update,
    /// A seed file makes a row: as a create, and columns that clients may not write can be pinned.
    Seed,
    /// A seed file makes a row of older times: as a seed, and text that must be there today may be blank.
    LegacySeed,
}

/// Fields that were supplied and passed every rule of their own.
///
/// It can only come from [`validate`]. A field that was absent is absent here too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid(Vec<(&'static Field, Value)>);

impl Valid {
    /// Every supplied field, in the order of the field table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// Whether nothing was supplied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field, if it was supplied.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(field, _)| field.name == name).map(|(_, value)| value)
    }

    /// The number in a field, if it was supplied.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        if let Some(Value::Int(value)) = self.get(name) { Some(*value) } else { None }
    }

    /// The text in a field, if it was supplied.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The integers in a field, if it was supplied.
    #[must_use]
    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        if let Some(Value::Ints(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The objects in a field, if it was supplied.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&[Valid]> {
        if let Some(Value::List(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The words in a field, if it was supplied.
    #[must_use]
    pub fn words(&self, name: &str) -> Option<&[&'static str]> {
        if let Some(Value::Words(value)) = self.get(name) { Some(value) } else { None }
    }

    /// The object in a field, if it was supplied.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&Valid> {
        if let Some(Value::Object(value)) = self.get(name) { Some(value) } else { None }
    }
}

/// Checks an object against a field table, as a dialect does.
///
/// # Errors
/// Every problem, in the order in which V2 looks for them: unknown fields, read-only fields, required fields that are
/// not there, then each field's own rule in the order of the table. V3 passes unknown fields over, and says where in
/// the object a problem is: `addresses.0.city`.
pub fn validate(
    fields: &'static [Field],
    dialect: Dialect,
    operation: Operation,
    object: &Map<String, Json>,
) -> Result<Valid, Vec<Problem>> {
    let mut check = Check { dialect, operation, problems: Vec::new(), looked_at: 0 };
    let valid = check.all(fields, object);
    if check.problems.is_empty() { Ok(valid) } else { Err(check.problems) }
}

/// How many values [`validate`] looks at to judge an object: its work, which must grow no faster than the object.
#[must_use]
pub fn work(
    fields: &'static [Field],
    dialect: Dialect,
    operation: Operation,
    object: &Map<String, Json>,
) -> usize {
    let mut check = Check { dialect, operation, problems: Vec::new(), looked_at: 0 };
    check.all(fields, object);
    check.looked_at
}

/// The most that a form field may be answered with at once.
const MOST_ANSWERS: usize = 250;

/// The most problems that are collected: nobody needs more, and looking for one that was told already takes as long as
/// there are.
const MOST_PROBLEMS: usize = 400;

/// How many characters of what was sent are told back.
pub(crate) const MOST_ECHOED: usize = 100;

struct Check {
    dialect: Dialect,
    operation: Operation,
    problems: Vec<Problem>,
    looked_at: usize,
}

impl Check {
    fn all(&mut self, fields: &'static [Field], object: &Map<String, Json>) -> Valid {
        if self.dialect == Dialect::V2 {
            self.names(fields, object, &What::Unknown, "");
        }
        self.names(fields, object, &What::ReadOnly, "");
        self.required(fields, object, "", false);
        self.read(fields, object, "")
    }

    fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    fn is_seed(&self) -> bool {
        matches!(self.operation, Operation::Seed | Operation::LegacySeed)
    }

    /// Whether a field may be blank that must not be today.
    fn may_be_blank(&self, field: &Field) -> bool {
        self.operation == Operation::LegacySeed && field.kind == Kind::Text
    }

    /// What a field is here. A seed speaks V2, and V3 of what only that has.
    fn side(&self, field: &'static Field) -> &'static Side {
        match field.side(self.dialect) {
            side if side.access == Access::Absent && self.is_seed() => field.side(Dialect::V3),
            side => side,
        }
    }

    fn find(&self, fields: &'static [Field], key: &str) -> Option<&'static Field> {
        fields.iter().find(|field| {
            let side = self.side(field);
            side.name == key && side.access != Access::Absent
        })
    }

    fn is_read_only(&self, field: &'static Field) -> bool {
        match self.side(field).access {
            Access::ReadOnly => !(self.is_seed() && field.stored),
            Access::Key => self.operation == Operation::Create,
            Access::Absent | Access::Ignored | Access::Writable | Access::CreateOnly => false,
        }
    }

    /// Whether a write reads the field.
    fn is_read(&self, field: &'static Field) -> bool {
        match self.side(field).access {
            // A seed may pin it.
            Access::ReadOnly => !self.is_read_only(field),
            Access::Ignored => self.is_seed() && field.stored,
            _ => self.side(field).is_read(self.operation),
        }
    }

    /// Adds a problem for every key that is not a field, or is one that may not be written; objects inside included.
    fn names(
        &mut self,
        fields: &'static [Field],
        object: &Map<String, Json>,
        looking_for: &What,
        prefix: &str,
    ) {
        for (key, value) in object {
            self.looked_at += 1;
            let field = self.find(fields, key);
            let found = match field {
                None => Some(What::Unknown),
                Some(field) if self.is_read_only(field) => Some(What::ReadOnly),
                Some(_) => None,
            };
            if found.as_ref() == Some(looking_for) && !self.is_full() {
                let key: String = key.chars().take(MOST_ECHOED).collect();
                self.problems.push(Problem::new(format!("{prefix}{key}"), looking_for.clone()));
            }
            if let Some(field) = field.filter(|field| self.is_read(field)) {
                for (inner, object, prefix) in self.inside(field, value, prefix) {
                    self.names(inner, object, looking_for, &prefix);
                }
            }
        }
    }

    /// The objects in a value, with the fields that they may have and where they are.
    fn inside<'a>(
        &self,
        field: &'static Field,
        value: &'a Json,
        prefix: &str,
    ) -> Vec<(&'static [Field], &'a Map<String, Json>, String)> {
        match (field.kind, value) {
            (Kind::Object(inner), Json::Object(object)) => {
                vec![(inner, object, self.prefix(field, prefix, None))]
            }
            // Of a list that is too long only that is told.
            (Kind::List(inner), Json::Array(items)) if items.len() <= self.side(field).max => {
                let items = items.iter().enumerate();
                let objects = items.filter_map(|(i, item)| Some((i, item.as_object()?)));
                objects.map(|(i, object)| (inner, object, self.prefix(field, prefix, Some(i)))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Where the fields inside of a field are. V2 names them without saying where.
    fn prefix(&self, field: &'static Field, prefix: &str, index: Option<usize>) -> String {
        match (self.dialect, index) {
            (Dialect::V2, _) => String::new(),
            (Dialect::V3, None) => format!("{prefix}{}.", self.side(field).name),
            (Dialect::V3, Some(index)) => format!("{prefix}{}.{index}.", self.side(field).name),
        }
    }

    fn required(&mut self, fields: &'static [Field], object: &Map<String, Json>, prefix: &str, inside: bool) {
        for field in fields {
            let side = self.side(field);
            // Looking a key up costs more than anything else here.
            if side.need == Need::Optional && side.access != Access::Key || self.may_be_blank(field) {
                continue;
            }
            let required = side.access != Access::Absent && side.need == Need::Required;
            let missing = match object.get(side.name) {
                None => side.is_needed(self.operation, inside),
                // To V3 this is a wrong type, or too short.
                Some(_) if self.dialect == Dialect::V3 => false,
                // Assumed: a required field can not be blanked by an update either.
                Some(Json::Null) => required,
                Some(Json::String(text)) => required && text.is_empty(),
                Some(_) => false,
            };
            if missing && !self.is_full() {
                self.problems.push(Problem::new(format!("{prefix}{}", side.name), What::Missing));
            }
        }
        let has_fields = |field: &Field| matches!(field.kind, Kind::Object(_) | Kind::List(_));
        for field in fields.iter().filter(|field| has_fields(field)) {
            let Some(value) = object.get(self.side(field).name).filter(|_| self.is_read(field)) else {
                continue;
            };
            for (inner, object, place) in self.inside(field, value, prefix) {
                self.required(inner, object, &place, true);
            }
        }
    }

    fn read(&mut self, fields: &'static [Field], object: &Map<String, Json>, prefix: &str) -> Valid {
        let mut valid = Vec::new();
        for field in fields {
            if !self.is_read(field) {
                continue;
            }
            let side = self.side(field);
            let Some(json) = object.get(side.name) else { continue };
            self.looked_at += json.as_array().map_or(1, Vec::len);
            let value = match (field.kind, json) {
                (_, Json::Null) if field.nullable && !self.is_seed() => Ok(Value::Null),
                (Kind::Object(inner), Json::Object(object)) => {
                    Ok(Value::Object(self.read(inner, object, &self.prefix(field, prefix, None))))
                }
                (Kind::List(inner), Json::Array(items)) => {
                    self.read_list(field, inner, items, prefix).map_err(|what| (String::new(), what))
                }
                (_, Json::String(text)) if text.is_empty() && self.may_be_blank(field) => {
                    Ok(Value::Text(String::new()))
                }
                (Kind::Headers, Json::Object(object)) => self.read_headers(object),
                _ => read_json(field.kind, side, self.dialect, json).map_err(|what| (String::new(), what)),
            };
            match value {
                Ok(value) => valid.push((field, value)),
                Err(_) if self.is_full() => {}
                Err((inside, what)) => {
                    let at = format!("{prefix}{}{inside}", side.name);
                    let is_said = self.problems.iter().any(|problem| problem.at == at);
                    if !is_said {
                        self.problems.push(Problem::new(at, what));
                    }
                }
            }
        }
        Valid(valid)
    }

    /// Headers, or what is wrong with the first that is no good, and where it is: V2 does not say.
    fn read_headers(&mut self, object: &Map<String, Json>) -> Result<Value, (String, What)> {
        self.looked_at += object.len();
        let mut headers = Vec::with_capacity(object.len());
        for (name, value) in object {
            let what = match value.as_str() {
                None => What::WrongType(Kind::Text),
                Some(text) if values::is_header(name, text) => {
                    headers.push((name.clone(), text.to_owned()));
                    continue;
                }
                Some(text) => What::Malformed { kind: Kind::Headers, value: echoed(text) },
            };
            let inside =
                if self.dialect == Dialect::V3 { format!(".{}", echoed(name)) } else { String::new() };
            return Err((inside, what));
        }
        Ok(Value::Headers(headers))
    }

    fn read_list(
        &mut self,
        field: &'static Field,
        inner: &'static [Field],
        items: &[Json],
        prefix: &str,
    ) -> Result<Value, What> {
        let side = self.side(field);
        has_entries(side, items.len())?;
        let objects = items.iter().enumerate().map(|(i, item)| match item {
            Json::Object(object) => Ok(self.read(inner, object, &self.prefix(field, prefix, Some(i)))),
            _ if self.dialect == Dialect::V3 => {
                if !self.is_full() {
                    let at = format!("{prefix}{}.{i}", side.name);
                    self.problems.push(Problem::new(at, What::WrongType(Kind::Object(inner))));
                }
                Ok(Valid(Vec::new()))
            }
            _ => Err(What::WrongType(field.kind)),
        });
        Ok(Value::List(objects.collect::<Result<Vec<_>, _>>()?))
    }
}

/// As much of a text as is told back.
fn echoed(text: &str) -> String {
    text.chars().take(MOST_ECHOED).collect()
}

fn has_entries(side: &Side, entries: usize) -> Result<(), What> {
    let (min, max) = (side.min, side.max);
    if (min..=max).contains(&entries) { Ok(()) } else { Err(What::Entries { min, max }) }
}

/// Reads one JSON value as a field's kind demands. V3 does not take text for a number.
fn read_json(kind: Kind, side: &Side, dialect: Dialect, json: &Json) -> Result<Value, What> {
    match (kind, json) {
        (
            Kind::Text
            | Kind::Email
            | Kind::Password
            | Kind::Date
            | Kind::Url
            | Kind::OneOf(_)
            | Kind::Answer,
            Json::String(text),
        ) => read_text(kind, side.min..=side.max, text),
        (Kind::Money | Kind::Int, Json::String(text)) if dialect == Dialect::V2 => {
            read_text(kind, side.min..=side.max, text)
        }
        // The number's own text: nothing passes through a float.
        (Kind::Money | Kind::Int, Json::Number(number)) => {
            match read_text(kind, side.min..=side.max, number.as_str()) {
                Err(What::Malformed { kind: Kind::Int, .. }) if dialect == Dialect::V3 => {
                    Err(What::WrongType(Kind::Int))
                }
                read => read,
            }
        }
        // A number is taken as it is written.
        (Kind::Answer, Json::Number(number)) => read_text(kind, side.min..=side.max, number.as_str()),
        (Kind::Answer, Json::Array(items)) => {
            if items.len() > MOST_ANSWERS {
                return Err(What::Entries { min: 0, max: MOST_ANSWERS });
            }
            let items = items.iter().map(|item| match read_json(Kind::Text, side, dialect, item)? {
                Value::Text(text) => Ok(text),
                _ => Err(What::WrongType(Kind::Text)),
            });
            Ok(Value::Texts(items.collect::<Result<_, What>>()?))
        }
        (Kind::Bool, Json::Bool(value)) => Ok(Value::Int(i64::from(*value))),
        (Kind::Ints, Json::Array(items)) => {
            has_entries(side, items.len())?;
            let items = items.iter().map(|item| match read_json(Kind::Int, side, dialect, item)? {
                Value::Int(value) => Ok(value),
                _ => Err(What::WrongType(Kind::Int)),
            });
            let items = items.collect::<Result<Vec<i64>, _>>()?;
            // What is there twice counts once.
            let mut seen = HashSet::with_capacity(items.len());
            Ok(Value::Ints(items.into_iter().filter(|item| seen.insert(*item)).collect()))
        }
        (Kind::Emails, Json::Array(items)) => {
            has_entries(side, items.len())?;
            let items = items.iter().map(|item| match item {
                Json::String(text) if values::is_email(text) => Ok(text.clone()),
                Json::String(text) => Err(What::Malformed { kind: Kind::Email, value: echoed(text) }),
                _ => Err(What::WrongType(Kind::Email)),
            });
            Ok(Value::Texts(items.collect::<Result<_, _>>()?))
        }
        (Kind::Words(known), Json::Array(items)) => {
            has_entries(side, items.len())?;
            let items = items.iter().map(|item| {
                let text = item.as_str().ok_or(What::WrongType(Kind::Text))?;
                let word = known.iter().find(|word| **word == text).copied();
                word.ok_or_else(|| What::Malformed { kind: Kind::OneOf(known), value: echoed(text) })
            });
            Ok(Value::Words(items.collect::<Result<_, _>>()?))
        }
        (kind, _) => Err(What::WrongType(kind)),
    }
}

/// Reads text – of a JSON string or number, or of a filter – as a kind demands, of a length in characters.
///
/// # Errors
/// Which rule it breaks.
pub fn read_text(kind: Kind, length: RangeInclusive<usize>, text: &str) -> Result<Value, What> {
    if text.contains('\0') {
        return Err(What::HasNul);
    }
    let malformed = || What::Malformed { kind, value: echoed(text) };
    match kind {
        Kind::Text | Kind::Email | Kind::Url | Kind::Answer => {
            let is_one = match kind {
                Kind::Email => values::is_email(text),
                Kind::Url => values::is_url(text),
                _ => true,
            };
            if !is_one {
                return Err(malformed());
            }
            if !length.contains(&text.chars().count()) {
                return Err(What::Length { min: *length.start(), max: *length.end() });
            }
            Ok(Value::Text(text.to_owned()))
        }
        Kind::Password if values::is_password(text) => Ok(Value::Text(text.to_owned())),
        Kind::Password => Err(What::WeakPassword),
        // Rust would take a plus sign as well.
        Kind::Int if text.starts_with('+') => Err(malformed()),
        Kind::Int => text.parse().map(Value::Int).map_err(|_| malformed()),
        Kind::Money => values::money(text).map(Value::Int).ok_or_else(malformed),
        Kind::Date => values::date(text).map(Value::Int).ok_or_else(malformed),
        Kind::Bool => match text {
            // Python writes them with a capital.
            "true" | "True" | "1" => Ok(Value::Int(1)),
            "false" | "False" | "0" => Ok(Value::Int(0)),
            _ => Err(malformed()),
        },
        Kind::OneOf(words) if words.contains(&text) => Ok(Value::Text(text.to_owned())),
        Kind::OneOf(_) => Err(malformed()),
        Kind::Ints
        | Kind::Words(_)
        | Kind::Emails
        | Kind::Headers
        | Kind::Object(_)
        | Kind::List(_)
        | Kind::Computed => Err(What::WrongType(kind)),
    }
}
