//! What the parts of a seed mean. Names and rules of fields are those of the field tables; this is the frame.

use serde_json::Value as Json;

use super::definitions;
use super::instruments::stored_instruments;
use super::words::{MAX_PINNED_ID, unknown, why};
use super::yaml::{Fault, Faults, Node, Place, meant, object, read};
use crate::access::{Access, SCOPES, Token};
use crate::error::{Error, Problem, What};
use crate::fields::validate::{Operation, Valid, validate};
use crate::fields::{Dialect, Field, Kind, Value, values};
use crate::model::attribute_values::GivenValue;
use crate::model::consents::{self, Consent};
use crate::model::form_fields::{FormField, Given, Owner};
use crate::model::generate::Generate;
use crate::model::stored_instruments::StoredInstrument;
use crate::model::{
    addresses, channel_settings, channels, customer_groups, customers, hooks, metafields,
    settings as customer_settings,
};
use crate::tenants::{self, Information, Settings, Wrong};
use crate::{mount, passwords};

/// A store as a seed describes it.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// The line on which it begins.
    pub(super) line: usize,
    pub(super) hash: String,
    /// Whether only tokens and users of its own come in, if it says so.
    pub(super) is_strict: Option<bool>,
    pub(super) access: Access,
    /// What it has under `settings`, which was found good.
    settings: Json,
    pub(super) information: Information,
    /// What it decided about its customers.
    pub(super) customer_settings: Option<Row>,
    /// Each with what it decided.
    pub(super) channels: Vec<(Row, Option<Row>)>,
    pub(super) groups: Vec<Row>,
    pub(super) form_fields: Vec<(Place, Owner, FormField)>,
    pub(super) attributes: Vec<Row>,
    pub(super) customers: Vec<Customer>,
    /// Those that say themselves whose they are.
    pub(super) metafields: Vec<Row>,
    /// The webhooks.
    pub(super) hooks: Vec<Row>,
    /// Whom to mail about them, account by account.
    pub(super) hook_emails: Vec<Row>,
    /// Where it is, and what to make up.
    pub(super) generate: Option<(Place, Generate)>,
}

impl Store {
    /// How the store behaves; what the seed does not say is as usual.
    pub(super) fn settings(&self, usual: &Settings) -> Settings {
        let mut settings = usual.clone();
        settings.named.strict = self.is_strict;
        settings.access.tokens = self.access.tokens.clone();
        settings.access.basic.clone_from(&self.access.basic);
        settings.information = self.information.clone();
        // It was read before.
        let _ = tenants::settings::read_seeded(&mut settings, self.settings.clone(), "");
        settings.resolve(usual.profile);
        settings
    }
}

/// Fields of a row that passed their rules, and where each of them is in the file.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) lines: Vec<(String, usize)>,
    pub(super) valid: Valid,
    /// What it answered to form fields, and where.
    pub(super) form_fields: Vec<(Place, Given)>,
}

#[derive(Debug)]
pub(super) struct Customer {
    pub(super) row: Row,
    pub(super) beside: Beside,
}

/// What stands in a customer and is no field of it.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) secret: Option<Secret>,
    pub(super) addresses: Vec<Row>,
    /// Where each value is, and what it is.
    pub(super) attributes: Vec<(Place, GivenValue)>,
    pub(super) stored_instruments: Vec<StoredInstrument>,
    pub(super) consent: Option<Consent>,
    pub(super) metafields: Vec<Row>,
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

/// Reads the text of a seed file. What is good in it is there beside what is wrong with the rest.
///
/// # Errors
/// When the text is not YAML, or is something else than a mapping.
pub(super) fn parse(text: &str) -> Result<(Vec<Store>, Faults), Fault> {
    let (mut stores, mut faults) = (Vec::new(), Faults::default());
    for (key, node) in read(text)?.entries()? {
        if faults.note(known(&key, &node, &["stores"])).is_none() {
            continue;
        }
        for (hash, node) in faults.note(node.entries()).into_iter().flatten() {
            if mount::is_hash(&hash) {
                let (store, wrong) = parse_store(hash, node);
                stores.push(store);
                faults.0.extend(wrong.0);
            } else {
                faults.0.push(node.place.is("a store hash is 1 to 64 letters, digits, '-' or '_'"));
            }
        }
    }
    Ok((stores, faults))
}

const STORE_KEYS: [&str; 15] = [
    "auth",
    "tokens",
    "basic",
    "settings",
    "store",
    "customer_settings",
    "channels",
    "groups",
    "form_fields",
    "attributes",
    "customers",
    "metafields",
    "hooks",
    "hooks_admin",
    "generate",
];

/// Reads what stands under a store's hash: what is good in it, and what is wrong with the rest.
pub(super) fn parse_store(hash: String, node: Node) -> (Store, Faults) {
    let (mut store, mut faults) =
        (Store { line: node.place.line, hash, ..Store::default() }, Faults::default());
    for (key, node) in faults.note(node.entries()).into_iter().flatten() {
        if key == "customers" {
            // The others can still be held against what they refer to.
            store.customers = node.each_good(&mut faults, customer);
            continue;
        }
        let read = read_part(&mut store, &key, node);
        faults.note(read);
    }
    (store, faults)
}

fn read_part(store: &mut Store, key: &str, node: Node) -> Result<(), Faults> {
    match key {
        "auth" => store.is_strict = Some(node.word(&[("lenient", false), ("strict", true)])?),
        "tokens" => store.access.tokens = node.each(token)?.into(),
        "basic" => store.access.basic = node.each(basic)?,
        "settings" => store.settings = settings(node)?,
        "store" => store.information = information(node)?,
        "customer_settings" => {
            store.customer_settings = Some(row(customer_settings::FIELDS, &[], node)?.0);
        }
        "channels" => store.channels = node.each(channel)?,
        "metafields" => store.metafields = node.each(other_metafield)?,
        "form_fields" => store.form_fields = node.each(definitions::form_field)?,
        "groups" => {
            store.groups = node.each(|node| Ok::<_, Faults>(row(customer_groups::FIELDS, &[], node)?.0))?;
        }
        "hooks" => store.hooks = node.each(hook)?,
        "hooks_admin" => {
            store.hook_emails = node.each(|node| Ok::<_, Faults>(row(hooks::admin::FIELDS, &[], node)?.0))?;
        }
        "attributes" => store.attributes = definitions::attributes(node)?,
        "generate" => store.generate = Some((node.place.clone(), generate(node)?)),
        _ => known(key, &node, &STORE_KEYS)?,
    }
    Ok(())
}

pub(super) fn known(key: &str, node: &Node, keys: &[&str]) -> Result<(), Fault> {
    if keys.contains(&key) {
        Ok(())
    } else {
        let meant = meant(key, keys.iter().copied());
        Err(node.place.is(format!("no such key; known here: {}{meant}", keys.join(", "))))
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

fn token(mut node: Node) -> Result<Token, Faults> {
    if let super::yaml::Value::Map(entries) = &node.value {
        for (key, node) in entries {
            known(key, node, &["token", "scopes", "client_id"])?;
        }
    }
    let client_id = take(&mut node, "client_id").map(Node::text).transpose()?;
    let [token, scopes] = exactly(node, ["token", "scopes"])?;
    let scopes = scopes.each(|node| node.word(&SCOPES))?;
    Ok(Token { token: token.text()?, scopes, client_id })
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

/// Settings, as they stand. They are read again once it is known over which usual ones.
fn settings(node: Node) -> Result<Json, Faults> {
    let (places, mut faults) = (node.clone(), Faults::default());
    for (key, node) in node.entries()? {
        let one = Json::Object([(key, node.into_json())].into_iter().collect());
        let read = tenants::settings::read_seeded(&mut Settings::default(), one, "");
        faults.note(read.map_err(|fault| {
            let path: Vec<String> = fault.at.split('/').skip(1).map(str::to_owned).collect();
            let place = places.place_of(&path);
            // What is missing has no place of its own.
            let missing = path.last().filter(|key| !place.at.ends_with(key.as_str()));
            let subject = missing.map_or_else(String::new, |key| format!("{key} "));
            let hint = fault.hint.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            place.is(format!("{subject}{}{hint}", fault.why))
        }));
    }
    faults.or(places.into_json())
}

/// What the store says of itself.
fn information(node: Node) -> Result<Information, Fault> {
    let places = node.clone();
    Information::read(node.into_json()).map_err(|Wrong { path, why }| places.place_of(&path).is(why))
}

fn channel(node: Node) -> Result<(Row, Option<Row>), Faults> {
    let (row, extras) = row(channels::FIELDS, &["settings"], node)?;
    let settings = extras.into_iter().next();
    let settings = settings.map(|(_, node)| self::row(channel_settings::FIELDS, &[], node)).transpose()?;
    if row.valid.int("id").is_none() {
        return Err(row.place.is("id is missing: customers say by it which channels are theirs").into());
    }
    Ok((row, settings.map(|(settings, _)| settings)))
}

/// A metafield that says itself whose it is: of a customer who need not exist.
fn other_metafield(node: Node) -> Result<Row, Faults> {
    let (row, _) = row(metafields::FIELDS, &[], node)?;
    if row.valid.int("resource_id").is_none() {
        return Err(row.is("resource_id", "required here: the id of a customer, who need not exist").into());
    }
    Ok(row)
}

fn metafield(node: Node) -> Result<Row, Faults> {
    let (row, _) = row(metafields::FIELDS, &[], node)?;
    if row.valid.int("resource_id").is_some() {
        return Err(row.is("resource_id", "the customer it stands in; leave it out").into());
    }
    Ok(row)
}

/// A webhook. Whatever the store's `hook_destinations`, it may lead anywhere.
fn hook(node: Node) -> Result<Row, Faults> {
    let (row, _) = row(hooks::FIELDS, &[], node)?;
    match hooks::check(&row.valid, false) {
        Ok(()) => Ok(row),
        Err(Error::Item { problems, .. }) => {
            Err(Faults(problems.iter().map(|problem| row.fault(problem)).collect()))
        }
        Err(other) => Err(row.place.is(other.to_string()).into()),
    }
}

fn consent(node: Node) -> Result<Consent, Faults> {
    let (row, _) = row(consents::FIELDS, &[], node)?;
    Consent::of(&row.valid).map_err(|error| match error {
        Error::Item { problems, .. } => Faults(problems.iter().map(|problem| row.fault(problem)).collect()),
        other => row.place.is(other.to_string()).into(),
    })
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
const CUSTOMER_EXTRAS: &[&str] = &[
    "password",
    "password_hash",
    "addresses",
    "attributes",
    "stored_instruments",
    "consent",
    "metafields",
    "_authentication",
];

/// Whether a row is one of older times, which may lack what must be there today.
fn times(node: &mut Node, faults: &mut Faults) -> Operation {
    let legacy = take(node, "legacy").map(Node::switch).transpose();
    if faults.note(legacy).flatten().unwrap_or_default() { Operation::LegacySeed } else { Operation::Seed }
}

fn address(mut node: Node) -> Result<Row, Faults> {
    let mut faults = Faults::default();
    let operation = times(&mut node, &mut faults);
    let (row, _) = parts_of_row(operation, addresses::FIELDS, &[], node)?;
    faults.or(row?)
}

fn customer(mut node: Node) -> Result<Customer, Faults> {
    let mut faults = Faults::default();
    let operation = times(&mut node, &mut faults);
    let (row, extras) = parts_of_row(operation, customers::FIELDS, CUSTOMER_EXTRAS, node)?;
    let row = faults.note(row);
    let mut beside = Beside::default();
    for (key, node) in extras {
        let read = read_extra(&mut beside, &key, node);
        faults.note(read);
    }
    match row {
        Some(row) => faults.or(Customer { row, beside }),
        None => Err(faults),
    }
}

fn read_extra(customer: &mut Beside, key: &str, node: Node) -> Result<(), Faults> {
    let place = node.place.clone();
    let refuse = |what| Err(place.is(why(&what)).into());
    match (key, customer.secret.is_some()) {
        ("addresses", _) => {
            customer.addresses = node.each(address)?;
        }
        ("attributes", _) => customer.attributes = node.each(definitions::attribute_value)?,
        ("consent", _) => customer.consent = Some(consent(node)?),
        ("metafields", _) => customer.metafields = node.each(metafield)?,
        ("stored_instruments", _) => customer.stored_instruments = stored_instruments(node)?,
        ("password" | "password_hash", true) => {
            return Err(node.place.is("give password or password_hash, not both").into());
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
        _ => {
            let why = "no such field; give password or password_hash beside the other fields";
            return Err(node.place.is(why).into());
        }
    }
    Ok(())
}

pub(super) type Extras = Vec<(String, Node)>;

/// A row of a table, and those of its keys that are not the table's own.
pub(super) fn row(fields: &'static [Field], extra: &[&str], node: Node) -> Result<(Row, Extras), Faults> {
    let (row, extras) = parts_of_row(Operation::Seed, fields, extra, node)?;
    Ok((row?, extras))
}

/// The same, where what is wrong with the table's own keys does not hide the others.
fn parts_of_row(
    operation: Operation,
    fields: &'static [Field],
    extra: &[&str],
    node: Node,
) -> Result<(Result<Row, Faults>, Extras), Fault> {
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
    let mut faults = Faults::default();
    let answers =
        answers.into_iter().flat_map(|(_, node)| faults.note(node.each(answer)).unwrap_or_default());
    let form_fields = answers.collect();
    let valid = validate(fields, Dialect::V2, operation, &object(own)).map_err(|problems| {
        let faults = problems.iter().map(|problem| match problem.what {
            What::Unknown => place_of(&place, &lines, &problem.at).is(unknown(fields, extra, &problem.at)),
            _ => fault(&place, &lines, problem),
        });
        Faults(faults.collect())
    });
    let Some(valid) = faults.note(valid) else { return Ok((Err(faults), extras)) };
    if valid.int("id").is_some_and(|id| !(1..=MAX_PINNED_ID).contains(&id)) {
        faults.0.push(fault(&place, &lines, &Problem::new("id", What::TooSmall { min: 1 })));
    }
    Ok((faults.or(Row { place, lines, valid, form_fields }), extras))
}

/// What was answered to a form field.
fn answer(node: Node) -> Result<(Place, Given), Faults> {
    let place = node.place.clone();
    let [name, value] = exactly(node, ["name", "value"])?;
    let value = match value.value {
        super::yaml::Value::Scalar(Json::String(text)) => Value::Text(text),
        super::yaml::Value::List(_) => Value::Texts(value.each(Node::text)?),
        _ => Value::Text(value.text()?),
    };
    Ok((place, Given { name: name.text()?, value }))
}
