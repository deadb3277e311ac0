//! What the parts of a seed mean. Names and rules of fields are those of the field tables; this is the frame.

use super::definitions;
use super::instruments::stored_instruments;
use super::yaml::{Fault, Node, Place, object, read};
use crate::access::{Access, AddressStates, DeleteAll, LimitOverflow, SCOPES, Switches, Token};
use crate::error::{Problem, What};
use crate::fields::validate::{Operation, Valid, validate};
use crate::fields::{Dialect, Field, Kind, Value, values};
use crate::model::form_fields::{FormField, Given, Owner};
use crate::model::generate::Generate;
use crate::model::stored_instruments::StoredInstrument;
use crate::model::{addresses, channels, customer_groups, customers};
use crate::tenants::{Information, Settings, Wrong};
use crate::{mount, passwords};

/// The largest id that can be pinned. Ids end at 2147483647, and rows that are made later need some too.
const MAX_PINNED_ID: i64 = 2_000_000_000;

/// A store as a seed describes it.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) hash: String,
    pub(super) access: Access,
    pub(super) information: Information,
    pub(super) channels: Vec<Row>,
    pub(super) groups: Vec<Row>,
    pub(super) form_fields: Vec<(Place, Owner, FormField)>,
    pub(super) attributes: Vec<Row>,
    pub(super) customers: Vec<Customer>,
    /// Where it is, and what to make up.
    pub(super) generate: Option<(Place, Generate)>,
}

impl Store {
    /// How the store behaves; what the seed does not say is as usual.
    pub(super) fn settings(&self, usual: &Settings) -> Settings {
        Settings { access: self.access.clone(), information: self.information.clone(), ..usual.clone() }
    }
}

/// Fields of a row that passed their rules, and where each of them is in the file.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) lines: Vec<(String, usize)>,
    pub(super) valid: Valid,
    pub(super) form_fields: Vec<Given>,
}

#[derive(Debug)]
pub(super) struct Customer {
    pub(super) row: Row,
    pub(super) secret: Option<Secret>,
    pub(super) addresses: Vec<Row>,
    /// Where it is, the name of an attribute, and the value.
    pub(super) attributes: Vec<(Place, String, String)>,
    pub(super) stored_instruments: Vec<StoredInstrument>,
}

/// How a seed gives a password. Its text must not get into a log, so it has no `Debug` of its own.
pub(super) enum Secret {
    Password(String),
    Hash(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Row {
    /// What is wrong with a field of this row.
    pub(super) fn fault(&self, problem: &Problem) -> Fault {
        fault(&self.place, &self.lines, problem)
    }

    /// Says what is wrong with a field of this row.
    pub(super) fn is(&self, field: &str, why: impl Into<String>) -> Fault {
        place_of(&self.place, &self.lines, field).is(why)
    }
}

fn fault(row: &Place, lines: &[(String, usize)], problem: &Problem) -> Fault {
    place_of(row, lines, &problem.at).is(why(&problem.what))
}

fn place_of(row: &Place, lines: &[(String, usize)], field: &str) -> Place {
    let line = lines.iter().find(|(name, _)| name == field).map_or(row.line, |(_, line)| *line);
    Place { line, at: format!("{}.{field}", row.at) }
}

/// Reads the text of a seed file.
pub(super) fn parse(text: &str) -> Result<Vec<Store>, Fault> {
    let mut stores = Vec::new();
    for (key, node) in read(text)?.entries()? {
        known(&key, &node, &["stores"])?;
        for (hash, node) in node.entries()? {
            if !mount::is_hash(&hash) {
                return Err(node.place.is("a store hash is 1 to 64 letters, digits, '-' or '_'"));
            }
            stores.push(parse_store(hash, node)?);
        }
    }
    Ok(stores)
}

pub(super) fn parse_store(hash: String, node: Node) -> Result<Store, Fault> {
    let mut store = Store { hash, ..Store::default() };
    for (key, node) in node.entries()? {
        match key.as_str() {
            "auth" => store.access.strict = node.word(&[("lenient", false), ("strict", true)])?,
            "tokens" => {
                let tokens = node.items()?.into_iter().map(token).collect::<Result<Vec<_>, _>>()?;
                store.access.tokens = tokens.into();
            }
            "basic" => store.access.basic = node.items()?.into_iter().map(basic).collect::<Result<_, _>>()?,
            "settings" => store.access.switches = switches(node)?,
            "store" => store.information = information(node)?,
            "channels" => store.channels = of_channels(node)?,
            "form_fields" => {
                store.form_fields =
                    node.items()?.into_iter().map(definitions::form_field).collect::<Result<_, _>>()?;
            }
            "groups" => {
                let groups = node.items()?.into_iter().map(|node| row(customer_groups::FIELDS, &[], node));
                store.groups = groups.map(|row| Ok(row?.0)).collect::<Result<_, Fault>>()?;
            }
            "attributes" => store.attributes = definitions::attributes(node)?,
            "customers" => {
                store.customers = node.items()?.into_iter().map(customer).collect::<Result<_, _>>()?;
            }
            "generate" => store.generate = Some((node.place.clone(), generate(node)?)),
            _ => {
                let keys = [
                    "auth",
                    "tokens",
                    "basic",
                    "settings",
                    "store",
                    "channels",
                    "groups",
                    "form_fields",
                    "attributes",
                    "customers",
                    "generate",
                ];
                known(&key, &node, &keys)?;
            }
        }
    }
    Ok(store)
}

pub(super) fn known(key: &str, node: &Node, keys: &[&str]) -> Result<(), Fault> {
    if keys.contains(&key) {
        Ok(())
    } else {
        Err(node.place.is(format!("no such key; known here: {}", keys.join(", "))))
    }
}

/// The entries of a mapping that has exactly these keys.
pub(super) fn exactly<const N: usize>(node: Node, keys: [&str; N]) -> Result<[Node; N], Fault> {
    let place = node.place.clone();
    let mut entries = node.entries()?;
    if let Some((key, node)) = entries.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
        known(key, node, &keys)?;
    }
    let mut found = Vec::with_capacity(N);
    for key in keys {
        let at = entries.iter().position(|(name, _)| name == key);
        found.push(entries.swap_remove(at.ok_or_else(|| place.is(format!("{key} is missing")))?).1);
    }
    Ok(found.try_into().expect("one for each key"))
}

/// Takes an entry out of a mapping, if it is there.
pub(super) fn take(node: &mut Node, name: &str) -> Option<Node> {
    let super::yaml::Value::Map(entries) = &mut node.value else { return None };
    let at = entries.iter().position(|(key, _)| key == name)?;
    Some(entries.remove(at).1)
}

fn token(node: Node) -> Result<Token, Fault> {
    let [token, scopes] = exactly(node, ["token", "scopes"])?;
    let scopes = scopes.items()?.into_iter().map(|node| node.word(&SCOPES)).collect::<Result<_, _>>()?;
    Ok(Token { token: token.text()?, scopes })
}

fn basic(node: Node) -> Result<(String, String), Fault> {
    let [username, password] = exactly(node, ["username", "password"])?;
    let place = username.place.clone();
    let username = username.text()?;
    if username.contains(':') {
        return Err(place.is("a user name can not contain ':', which ends it on the wire"));
    }
    Ok((username, password.text()?))
}

fn switches(node: Node) -> Result<Switches, Fault> {
    let mut switches = Switches::default();
    for (key, node) in node.entries()? {
        match key.as_str() {
            "limit_overflow" => {
                switches.limit_overflow =
                    node.word(&[("clamp", LimitOverflow::Clamp), ("reject", LimitOverflow::Reject)])?;
            }
            "delete_all" => {
                switches.delete_all =
                    node.word(&[("all", DeleteAll::All), ("batch_of_100", DeleteAll::BatchOf100)])?;
            }
            "address_states" => {
                switches.address_states =
                    node.word(&[("check", AddressStates::Check), ("free", AddressStates::Free)])?;
            }
            _ => known(&key, &node, &["limit_overflow", "delete_all", "address_states"])?,
        }
    }
    Ok(switches)
}

/// What the store says of itself.
fn information(node: Node) -> Result<Information, Fault> {
    let places = node.clone();
    Information::read(node.into_json()).map_err(|Wrong { path, why }| places.place_of(&path).is(why))
}

fn of_channels(node: Node) -> Result<Vec<Row>, Fault> {
    let mut channels: Vec<Row> = Vec::new();
    for node in node.items()? {
        let (row, _) = row(channels::FIELDS, &[], node)?;
        let Some(id) = row.valid.int("id") else {
            return Err(row.place.is("id is missing: customers say by it which channels are theirs"));
        };
        if channels.iter().any(|other| other.valid.int("id") == Some(id)) {
            return Err(fault(
                &row.place,
                &row.lines,
                &Problem::new("id", What::Taken { value: id.to_string() }),
            ));
        }
        channels.push(row);
    }
    Ok(channels)
}

fn generate(node: Node) -> Result<Generate, Fault> {
    let mut wanted = Generate { seed: 42, ..Generate::default() };
    for (key, node) in node.entries()? {
        let number = |max: u32| {
            let place = node.place.clone();
            let number = node.clone().into_json().as_u64().and_then(|number| u32::try_from(number).ok());
            number
                .filter(|n| *n <= max)
                .ok_or_else(|| place.is(format!("expected a whole number up to {max}")))
        };
        match key.as_str() {
            "customers" => wanted.customers = number(10_000_000)?,
            "groups" => wanted.groups = number(1000)?,
            "addresses_per_customer" => wanted.addresses_per_customer = number(100)?,
            "seed" => wanted.seed = number(u32::MAX)?.into(),
            _ => known(&key, &node, &["customers", "groups", "addresses_per_customer", "seed"])?,
        }
    }
    Ok(wanted)
}

/// The keys of a customer that are not read as fields of the table.
const CUSTOMER_EXTRAS: &[&str] =
    &["password", "password_hash", "addresses", "attributes", "stored_instruments", "_authentication"];

fn customer(node: Node) -> Result<Customer, Fault> {
    let mut node = node;
    let legacy = match take(&mut node, "legacy") {
        Some(legacy) => legacy.switch()?,
        None => false,
    };
    let operation = if legacy { Operation::LegacySeed } else { Operation::Seed };
    let (row, extras) = row_as(operation, customers::FIELDS, CUSTOMER_EXTRAS, node)?;
    let mut customer = Customer {
        row,
        secret: None,
        addresses: Vec::new(),
        attributes: Vec::new(),
        stored_instruments: Vec::new(),
    };
    for (key, node) in extras {
        let refuse = |what| Err(customer.row.fault(&Problem::new(key.clone(), what)));
        match (key.as_str(), customer.secret.is_some()) {
            ("addresses", _) => {
                let rows = node.items()?.into_iter().map(|node| self::row(addresses::FIELDS, &[], node));
                customer.addresses = rows.map(|row| Ok(row?.0)).collect::<Result<_, Fault>>()?;
            }
            ("attributes", _) => {
                let values = node.items()?.into_iter().map(definitions::attribute_value);
                customer.attributes = values.collect::<Result<_, _>>()?;
            }
            ("stored_instruments", _) => customer.stored_instruments = stored_instruments(node)?,
            ("password" | "password_hash", true) => {
                return Err(node.place.is("give password or password_hash, not both"));
            }
            ("password", _) => {
                let password = node.text()?;
                if !values::is_password(&password) {
                    return refuse(What::WeakPassword);
                }
                customer.secret = Some(Secret::Password(password));
            }
            ("password_hash", _) => {
                let hash = node.text()?;
                if !passwords::is_hash(&hash) {
                    return refuse(What::WrongType(Kind::Password));
                }
                customer.secret = Some(Secret::Hash(hash));
            }
            _ => return refuse(What::Unknown),
        }
    }
    Ok(customer)
}

pub(super) type Extras = Vec<(String, Node)>;

/// A row of a table, and those of its keys that are not the table's own.
pub(super) fn row(fields: &'static [Field], extra: &[&str], node: Node) -> Result<(Row, Extras), Fault> {
    row_as(Operation::Seed, fields, extra, node)
}

fn row_as(
    operation: Operation,
    fields: &'static [Field],
    extra: &[&str],
    node: Node,
) -> Result<(Row, Extras), Fault> {
    let place = node.place.clone();
    let (extras, own): (Extras, Extras) =
        node.entries()?.into_iter().partition(|(key, _)| extra.contains(&key.as_str()));
    let (answers, own): (Extras, Extras) = own.into_iter().partition(|(key, node)| {
        // `null` is what an answer shows; it goes the way of any other field.
        key == "form_fields"
            && fields.iter().any(|field| field.name == "form_fields")
            && matches!(node.value, super::yaml::Value::List(_))
    });
    let keys = own.iter().chain(&extras).chain(&answers);
    let lines = keys.map(|(key, node)| (key.clone(), node.place.line)).collect::<Vec<_>>();
    let mut form_fields = Vec::new();
    for (_, node) in answers {
        for node in node.items()? {
            let [name, value] = exactly(node, ["name", "value"])?;
            let value = match value.value {
                super::yaml::Value::Scalar(serde_json::Value::String(text)) => Value::Text(text),
                super::yaml::Value::List(nodes) => {
                    Value::Texts(nodes.into_iter().map(Node::text).collect::<Result<_, _>>()?)
                }
                _ => Value::Text(value.text()?),
            };
            form_fields.push(Given { name: name.text()?, value });
        }
    }
    let valid = validate(fields, Dialect::V2, operation, &object(own))
        .map_err(|problems| fault(&place, &lines, &problems[0]))?;
    if valid.int("id").is_some_and(|id| !(1..=MAX_PINNED_ID).contains(&id)) {
        return Err(fault(&place, &lines, &Problem::new("id", What::TooSmall { min: 1 })));
    }
    Ok((Row { place, lines, valid, form_fields }, extras))
}

/// What is wrong, to a person who is writing a seed.
pub(super) fn why(what: &What) -> String {
    match what {
        What::Missing => "required, and not there".to_owned(),
        What::Unknown => "no such field; docs/SEED.md lists them".to_owned(),
        What::ReadOnly => "made by the server; leave it out".to_owned(),
        What::WrongType(kind) => match kind {
            Kind::Int => "must be a whole number".to_owned(),
            Kind::Bool => "must be true or false".to_owned(),
            Kind::Password => "must be an argon2 hash in PHC form ($argon2id$v=19$…)".to_owned(),
            Kind::Ints => "must be a list of whole numbers".to_owned(),
            Kind::Words(_) => "must be a list of words".to_owned(),
            Kind::Object(_) => "must be a mapping".to_owned(),
            Kind::List(_) => "must be a list of mappings".to_owned(),
            _ => "must be text; put it in quotes if it looks like a number".to_owned(),
        },
        What::Malformed { kind, value } => match kind {
            Kind::Date => {
                format!("'{value}' is not a date; write 2024-05-06T07:34:10Z, 2024-05-06 or RFC 2822")
            }
            Kind::Email => format!("'{value}' is not an email address"),
            Kind::Money => format!("'{value}' is not an amount from 0 to 99999999999999.9999"),
            Kind::OneOf(words) => format!("'{value}' is not one of: {}", words.join(", ")),
            Kind::Answer => format!(
                "'{value}' is not what the form field takes: by its type one of its options, a day such as \
                 2024-05-06, or a number"
            ),
            _ => format!("'{value}' is not a whole number"),
        },
        What::Length { min, max } => format!("must be {min} to {max} characters long"),
        What::Entries { min, max: usize::MAX } => format!("must have at least {min} entries"),
        What::Entries { min, max } => format!("must have {min} to {max} entries"),
        What::TooSmall { min } => format!("must be from {min} to {MAX_PINNED_ID}"),
        What::HasNul | What::NotUtf8 => "contains a character that no field takes".to_owned(),
        What::WeakPassword => "must be 7 to 250 characters with a letter and a digit".to_owned(),
        What::Unconfirmed => "does not match the password".to_owned(),
        What::Unfit => "does not go together with what else is given".to_owned(),
        What::Taken { .. } => "another one in this store has it".to_owned(),
        What::NoSuch => "there is no such thing in this store".to_owned(),
        What::NoSuchState => "is not a state of the country".to_owned(),
    }
}
