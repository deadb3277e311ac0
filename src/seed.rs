//! Seed files: YAML that says which stores there are and who is in them. The format is in `docs/SEED.md`.
//!
//! Names and rules of fields are those of the field tables; this file only knows the frame around them.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use futures_util::future::join_all;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value as Json};

use crate::error::{Error, Problem, What};
use crate::fields::Kind;
use crate::fields::validate::{Operation, Valid, validate};
use crate::fields::values;
use crate::model::customers;
use crate::passwords::{self, Passwords};
use crate::store::{self, OpenError, Stores};

/// The seed of the demo store.
const DEMO: &str = include_str!("../fixtures/demo.yaml");

/// A seed that has been read and found free of faults, as far as one can tell before it meets a database.
#[derive(Debug)]
pub struct Seed {
    /// The file it came from.
    name: String,
    stores: Vec<(String, Vec<Customer>)>,
}

#[derive(Debug)]
struct Customer {
    place: Place,
    valid: Valid,
    secret: Option<Secret>,
}

/// How a seed gives a password. Its text must not get into a log, so it has no `Debug`.
enum Secret {
    Password(String),
    Hash(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Why a server does not start with this seed.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file can not be read.
    #[error("{name}: {source}")]
    Unreadable {
        /// The file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{name}:{line}: {at}: {why}")]
    Fault {
        /// The file.
        name: String,
        /// The line, from 1.
        line: usize,
        /// The path of the field: `stores.demo.customers[3].email`.
        at: String,
        /// What is wrong and what would be right.
        why: String,
    },
    /// A store could not be made.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A store could not be written.
    #[error("{name}: store {hash}: {source}")]
    Write {
        /// The file.
        name: String,
        /// The store.
        hash: String,
        /// What happened.
        source: Box<Error>,
    },
}

impl Seed {
    /// The seed that is compiled in.
    ///
    /// # Errors
    /// None, as a test makes sure.
    pub fn demo() -> Result<Seed, SeedError> {
        Seed::parse("demo.yaml", DEMO)
    }

    /// Reads a seed file.
    ///
    /// # Errors
    /// When it can not be read or anything in it is wrong.
    pub fn read(file: &Path) -> Result<Seed, SeedError> {
        let name = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => Seed::parse(&name, &text),
            Err(source) => Err(SeedError::Unreadable { name, source }),
        }
    }

    /// Reads the text of a seed file called `name`.
    ///
    /// # Errors
    /// The first fault in it.
    pub fn parse(name: &str, text: &str) -> Result<Seed, SeedError> {
        match parse(text) {
            Ok(stores) => Ok(Seed { name: name.to_owned(), stores }),
            Err(Fault { place, why }) => Err(place.fault(name, why)),
        }
    }

    /// Makes the stores of this seed. One that exists already is left as it is.
    ///
    /// # Errors
    /// An email or id that is there twice, or a database that fails.
    pub async fn load(self, stores: &Stores) -> Result<(), SeedError> {
        for (hash, customers) in self.stores {
            if stores.exists(&hash) {
                tracing::info!(
                    store = hash,
                    "the store is on disk already and is left as it is, without the seed"
                );
                continue;
            }
            let name = &self.name;
            stores.create_filled(&hash, async |store| fill(store, customers, name, &hash).await).await?;
        }
        Ok(())
    }
}

async fn fill(store: &store::Store, seeds: Vec<Customer>, name: &str, hash: &str) -> Result<(), SeedError> {
    let mut places = Vec::with_capacity(seeds.len());
    let mut rows = Vec::with_capacity(seeds.len());
    for Customer { place, valid, secret } in seeds {
        places.push(place);
        rows.push(hashed(&store.passwords, valid, secret));
    }
    match customers::load(store, join_all(rows).await).await {
        Ok(()) => Ok(()),
        Err((i, Error::Invalid(problems))) => {
            Err(places[i].of(&problems[0]).fault(name, why(&problems[0].what)))
        }
        Err((_, source)) => {
            Err(SeedError::Write { name: name.to_owned(), hash: hash.to_owned(), source: source.into() })
        }
    }
}

async fn hashed(passwords: &Passwords, valid: Valid, secret: Option<Secret>) -> (Valid, Option<String>) {
    let hash = match secret {
        Some(Secret::Password(password)) => Some(passwords.hash(password).await),
        Some(Secret::Hash(hash)) => Some(hash),
        None => None,
    };
    (valid, hash)
}

/// Where in the file something is, and on which lines its keys are.
#[derive(Clone, Debug)]
struct Place {
    line: usize,
    at: String,
    lines: HashMap<String, usize>,
}

struct Fault {
    place: Place,
    why: String,
}

impl Place {
    fn new(at: impl Into<String>, node: &MarkedYaml<'_>) -> Place {
        Place { line: node.span.start.line(), at: at.into(), lines: HashMap::new() }
    }

    /// The place of the field that a problem is with.
    fn of(&self, problem: &Problem) -> Place {
        let line = self.lines.get(&*problem.at).copied().unwrap_or(self.line);
        Place { line, at: format!("{}.{}", self.at, problem.at), lines: HashMap::new() }
    }

    fn fault(self, name: &str, why: String) -> SeedError {
        SeedError::Fault { name: name.to_owned(), line: self.line, at: self.at, why }
    }

    fn is(self, why: impl Into<String>) -> Fault {
        Fault { place: self, why: why.into() }
    }
}

fn parse(text: &str) -> Result<Vec<(String, Vec<Customer>)>, Fault> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let place = Place { line: error.marker().line(), at: "YAML".to_owned(), lines: HashMap::new() };
        place.is(error.info())
    })?;
    let [root] = &documents[..] else {
        let place = Place { line: 1, at: "file".to_owned(), lines: HashMap::new() };
        return Err(place.is("expected one document that begins with `stores:`"));
    };
    let mut seed = Vec::new();
    for (key, value) in entries("file", root)? {
        known(&key, &["stores"], "file")?;
        for (hash, store) in entries("stores", value)? {
            let at = format!("stores.{}", hash.text);
            if !store::is_hash(hash.text) {
                return Err(hash.place(at).is("a store hash is 1 to 64 letters, digits, '-' or '_'"));
            }
            seed.push((hash.text.to_owned(), parse_store(&at, store)?));
        }
    }
    Ok(seed)
}

fn parse_store(at: &str, node: &MarkedYaml<'_>) -> Result<Vec<Customer>, Fault> {
    let mut parsed = Vec::new();
    for (key, value) in entries(at, node)? {
        known(&key, &["customers"], at)?;
        let at = format!("{at}.customers");
        let YamlData::Sequence(items) = &value.data else {
            return Err(Place::new(at, value).is("expected a list of customers"));
        };
        for (i, item) in items.iter().enumerate() {
            parsed.push(parse_customer(&format!("{at}[{i}]"), item)?);
        }
    }
    Ok(parsed)
}

fn parse_customer(at: &str, node: &MarkedYaml<'_>) -> Result<Customer, Fault> {
    let mut place = Place::new(at, node);
    let mut object = Map::new();
    for (key, value) in entries(at, node)? {
        place.lines.insert(key.text.to_owned(), key.line);
        object.insert(key.text.to_owned(), json(&format!("{at}.{}", key.text), value)?);
    }
    let fault = |problem: &Problem| place.of(problem).is(why(&problem.what));
    let secret = take_secret(&mut object).map_err(|problem| fault(&problem))?;
    let valid =
        validate(customers::FIELDS, Operation::Seed, &object).map_err(|problems| fault(&problems[0]))?;
    if valid.int("id").is_some_and(|id| !(1..=i64::from(i32::MAX)).contains(&id)) {
        return Err(place.of(&Problem::new("id", What::NoSuch)).is("an id is a number from 1 to 2147483647"));
    }
    Ok(Customer { place, valid, secret })
}

/// Takes the password out of a customer; a seed gives it in its own way, not in the wire's.
fn take_secret(object: &mut Map<String, Json>) -> Result<Option<Secret>, Problem> {
    if object.contains_key("_authentication") {
        return Err(Problem::new("_authentication", What::Unknown));
    }
    let mut text = |name: &'static str| match object.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::new(name, What::WrongType(Kind::Text))),
    };
    match (text("password")?, text("password_hash")?) {
        (None, None) => Ok(None),
        (Some(password), None) if values::is_password(&password) => Ok(Some(Secret::Password(password))),
        (Some(_), None) => Err(Problem::new("password", What::WeakPassword)),
        (None, Some(hash)) if passwords::is_hash(&hash) => Ok(Some(Secret::Hash(hash))),
        (None, Some(_)) => Err(Problem::new("password_hash", What::WrongType(Kind::Password))),
        (Some(_), Some(_)) => Err(Problem::new("password_hash", What::Unconfirmed)),
    }
}

struct Key<'a> {
    text: &'a str,
    line: usize,
}

impl Key<'_> {
    fn place(&self, at: String) -> Place {
        Place { line: self.line, at, lines: HashMap::new() }
    }
}

/// The entries of a mapping, in the order of the file.
fn entries<'a>(at: &str, node: &'a MarkedYaml<'_>) -> Result<Vec<(Key<'a>, &'a MarkedYaml<'a>)>, Fault> {
    let YamlData::Mapping(mapping) = &node.data else {
        return Err(Place::new(at, node).is("expected a mapping of names to values"));
    };
    let entry = |(key, value): (&'a MarkedYaml<'_>, &'a MarkedYaml<'_>)| match &key.data {
        YamlData::Value(Scalar::String(text)) => Ok((Key { text, line: key.span.start.line() }, value)),
        _ => {
            Err(Place::new(at, key).is("expected a name as key; put it in quotes if it looks like a number"))
        }
    };
    mapping.iter().map(entry).collect()
}

fn known(key: &Key<'_>, names: &[&str], at: &str) -> Result<(), Fault> {
    if names.contains(&key.text) {
        return Ok(());
    }
    let at = if at == "file" { key.text.to_owned() } else { format!("{at}.{}", key.text) };
    Err(key.place(at).is(format!("no such key; known here: {}", names.join(", "))))
}

/// A YAML value as the JSON that a client would send.
fn json(at: &str, node: &MarkedYaml<'_>) -> Result<Json, Fault> {
    Ok(match &node.data {
        YamlData::Value(Scalar::Null) => Json::Null,
        YamlData::Value(Scalar::Boolean(value)) => Json::Bool(*value),
        YamlData::Value(Scalar::Integer(value)) => Json::from(*value),
        YamlData::Value(Scalar::FloatingPoint(value)) => match value.to_string().parse() {
            Ok(number) => Json::Number(number),
            Err(_) => Json::String(value.to_string()),
        },
        YamlData::Value(Scalar::String(text)) => Json::String(text.clone().into_owned()),
        _ => return Err(Place::new(at, node).is("expected a plain value")),
    })
}

/// What is wrong, to a person who is writing a seed.
fn why(what: &What) -> String {
    match what {
        What::Missing => "required, and not there".to_owned(),
        What::Unknown => {
            "no such field; a customer has V2's fields, and password or password_hash".to_owned()
        }
        What::ReadOnly => "made by the server; leave it out".to_owned(),
        What::WrongType(kind) => match kind {
            Kind::Int => "must be a whole number".to_owned(),
            Kind::Bool => "must be true or false".to_owned(),
            Kind::Password => "must be an argon2 hash in PHC form ($argon2id$v=19$…)".to_owned(),
            _ => "must be text; put it in quotes if it looks like a number".to_owned(),
        },
        What::Malformed { kind: Kind::Date, value } => {
            format!("'{value}' is not a date; write 2024-05-06T07:34:10Z, 2024-05-06 or RFC 2822")
        }
        What::Malformed { kind: Kind::Email, value } => format!("'{value}' is not an email address"),
        What::Malformed { kind: Kind::Money, value } => {
            format!("'{value}' is not an amount from 0 to 99999999999999.9999")
        }
        What::Malformed { value, .. } => format!("'{value}' is not a whole number"),
        What::Length { min, max } => format!("must be {min} to {max} characters long"),
        What::TooSmall { min } => format!("must be at least {min}"),
        What::HasNul | What::NotUtf8 => "contains a character that no field takes".to_owned(),
        What::WeakPassword => "must be 7 to 250 characters with a letter and a digit".to_owned(),
        What::Unconfirmed => "give password or password_hash, not both".to_owned(),
        What::Taken => "another customer of this store has it".to_owned(),
        What::NoSuch => "there is no such thing in this store".to_owned(),
    }
}
