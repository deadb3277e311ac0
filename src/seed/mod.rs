//! Seed files: YAML that says which stores there are and who is in them. The format is in `docs/SEED.md`.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::error::{Error, Problem, What};
use crate::model::engine::{self, OpenError};
use crate::model::load::{self, Content, Entry, Refused};
use crate::passwords::Passwords;
use crate::tenants::{Prepared, Tenants};

mod definitions;
pub mod export;
mod instruments;
mod parse;
mod references;
pub mod schema;
mod words;
mod yaml;

use parse::{Customer, Secret};
use words::why;
use yaml::{Fault, Faults, Place};

/// The seed of the demo store.
const DEMO: &str = include_str!("../../fixtures/demo.yaml");

/// How many faults are told. Who has made more is better served by the first ones.
const MOST_FAULTS: usize = 50;

/// A seed that has been read and found free of faults, as far as one can tell before it meets a database.
#[derive(Debug)]
pub struct Seed {
    /// Each store with the file it came from.
    stores: Vec<(Arc<str>, parse::Store)>,
}

/// Something that is wrong in a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedFault {
    /// The file; blank if it came over HTTP.
    pub name: Arc<str>,
    /// The line, from 1; 0 where there are none.
    pub line: usize,
    /// The path of the field: `stores.demo.customers[3].email`.
    pub at: String,
    /// What is wrong and what would be right.
    pub why: String,
}

impl fmt::Display for SeedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SeedFault { name, line, at, why } = self;
        write!(f, "{name}:{line}: {at}: {why}")
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
    /// Something in it is wrong: every fault, in the order of the files and of their lines.
    #[error("{}", told(.0).join("\n"))]
    Faults(Vec<SeedFault>),
    /// A store could not be made.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A store could not be written.
    #[error("{name}: store {hash}: {source}")]
    Write {
        /// The file.
        name: Arc<str>,
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

    /// Reads a seed file; `-` is standard input.
    ///
    /// # Errors
    /// When it can not be read or anything in it is wrong.
    pub fn read(file: &Path) -> Result<Seed, SeedError> {
        let (name, bytes) = if file == Path::new("-") {
            let mut bytes = Vec::new();
            ("standard input".to_owned(), std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes))
        } else {
            (file.display().to_string(), std::fs::read(file))
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(source) => return Err(SeedError::Unreadable { name, source }),
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Seed::parse(&name, text),
            Err(error) => {
                let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
                let place = Place { line, at: "file".to_owned() };
                Err(in_file(&name.into(), place.is("is not UTF-8; save the file as UTF-8").into()))
            }
        }
    }

    /// Reads the text of a seed file called `name`.
    ///
    /// # Errors
    /// Every fault in it.
    pub fn parse(name: &str, text: &str) -> Result<Seed, SeedError> {
        let name: Arc<str> = name.into();
        let (stores, faults) = parse::parse(text).map_err(|fault| in_file(&name, fault.into()))?;
        Seed::checked(&name, stores, faults)
    }

    /// Reads what stands under a store's hash in a seed, from JSON.
    ///
    /// # Errors
    /// Every fault in it.
    pub fn of_store(hash: &str, json: serde_json::Value) -> Result<Seed, SeedError> {
        Seed::of_node(hash, yaml::Node::from_json(String::new(), json))
    }

    /// Reads what stands under a store's hash in a seed, from YAML.
    ///
    /// # Errors
    /// Every fault in it.
    pub fn of_store_yaml(hash: &str, text: &str) -> Result<Seed, SeedError> {
        Seed::of_node(hash, yaml::read(text).map_err(|fault| in_file(&"".into(), fault.into()))?)
    }

    fn of_node(hash: &str, node: yaml::Node) -> Result<Seed, SeedError> {
        let (store, faults) = parse::parse_store(hash.to_owned(), node);
        let name: Arc<str> = "".into();
        faults.or(()).map_err(|faults| in_file(&name, faults))?;
        Ok(Seed { stores: vec![(name, store)] })
    }

    /// A seed whose parts fit together. What was not read is not missed by what refers to it.
    fn checked(name: &Arc<str>, stores: Vec<parse::Store>, mut faults: Faults) -> Result<Seed, SeedError> {
        let are_defined = |store: &parse::Store| {
            let definitions = ["channels", "groups", "form_fields", "attributes"];
            let paths = definitions.map(|key| format!("stores.{}.{key}", store.hash));
            !faults.0.iter().any(|fault| paths.iter().any(|path| fault.place.at.starts_with(path.as_str())))
        };
        let more: Vec<Fault> =
            stores.iter().filter(|store| are_defined(store)).flat_map(references::faults).collect();
        faults.0.extend(more);
        faults.or(()).map_err(|faults| in_file(name, faults))?;
        Ok(Seed { stores: stores.into_iter().map(|store| (name.clone(), store)).collect() })
    }

    /// The stores of several seeds.
    ///
    /// # Errors
    /// A store that is in two of them.
    pub fn join(seeds: Vec<Seed>) -> Result<Seed, SeedError> {
        let mut stores: Vec<(Arc<str>, parse::Store)> = Vec::new();
        let mut faults = Vec::new();
        for (name, store) in seeds.into_iter().flat_map(|seed| seed.stores) {
            if let Some((other, _)) = stores.iter().find(|(_, other)| other.hash == store.hash) {
                let at = format!("stores.{}", store.hash);
                let why = format!(
                    "{other} has this store already; put both into one file, or name one differently"
                );
                faults.push(SeedFault { name, line: store.line, at, why });
            } else {
                stores.push((name, store));
            }
        }
        if faults.is_empty() { Ok(Seed { stores }) } else { Err(SeedError::Faults(faults)) }
    }

    /// The tokens that it names, each with the hash of its store.
    #[must_use]
    pub fn tokens(&self) -> HashSet<(String, String)> {
        let of = |store: &parse::Store| {
            let tokens = store.access.tokens.as_slice().to_vec();
            let hash = store.hash.clone();
            tokens.into_iter().map(move |token| (hash.clone(), token.token))
        };
        self.stores.iter().flat_map(|(_, store)| of(store)).collect()
    }

    /// How much each of its files has, made-up people left aside.
    #[must_use]
    pub fn sizes(&self) -> Vec<String> {
        let mut sizes: Vec<(&str, usize, usize)> = Vec::new();
        for (name, store) in &self.stores {
            match sizes.last_mut().filter(|(last, ..)| *last == &**name) {
                Some((_, stores, customers)) => {
                    *stores += 1;
                    *customers += store.customers.len();
                }
                None => sizes.push((name, 1, store.customers.len())),
            }
        }
        let text =
            |(name, stores, customers)| format!("{name}: no faults; stores {stores}, customers {customers}");
        sizes.into_iter().map(text).collect()
    }

    /// Makes the stores of this seed, all of them or none. One that exists already is left as it is.
    ///
    /// # Errors
    /// An email, name or id that is there twice, a reference to nothing, or a database that fails.
    pub async fn load(mut self, tenants: &Tenants) -> Result<(), SeedError> {
        let stores = std::mem::take(&mut self.stores);
        for (name, seeded) in stores {
            tenants.is_seeded(&seeded.hash);
            if !tenants.exists(&seeded.hash) {
                self.stores.push((name, seeded));
                continue;
            }
            let store = &seeded.hash;
            tracing::info!(store, "the store is on disk already and is left as it is, without the seed");
            if !tenants.seed_settings(store, seeded.settings(tenants.usual())).await? {
                tracing::info!(store, "its settings were changed since; they are left, too");
            }
        }
        for new in self.prepare(tenants).await? {
            tenants.adopt(new).await?;
        }
        Ok(())
    }

    /// Makes the stores of this seed, for nobody to see yet.
    ///
    /// # Errors
    /// Those of [`Seed::load`].
    pub async fn prepare(self, tenants: &Tenants) -> Result<Vec<Prepared>, SeedError> {
        let mut made = Vec::new();
        for (name, seeded) in self.stores {
            let hash = seeded.hash.clone();
            let mut new = tenants.prepare(&hash, seeded.settings(tenants.usual())).await?;
            fill(new.store(), seeded, &name).await?;
            let failed = |source: Error| SeedError::Write { name, hash, source: source.into() };
            tenants.seal(&mut new).await.map_err(failed)?;
            made.push(new);
        }
        Ok(made)
    }

    /// Adds to the stores that this seed names, which are there.
    ///
    /// # Errors
    /// Those of [`Seed::load`]. Nothing was added to the store then.
    pub async fn add(self, tenants: &Tenants) -> Result<(), SeedError> {
        for (name, seeded) in self.stores {
            let (_, store) = tenants.get(&seeded.hash).await?;
            fill(&store, seeded, &name).await?;
        }
        Ok(())
    }
}

async fn fill(store: &engine::Store, mut seeded: parse::Store, name: &Arc<str>) -> Result<(), SeedError> {
    let hashes =
        seeded.customers.iter_mut().map(|customer| hashed(&store.passwords, customer.beside.secret.take()));
    let hashes = join_all(hashes).await;
    let content = Content {
        settings: seeded.customer_settings.as_ref().map(|row| row.valid.clone()),
        channels: seeded
            .channels
            .iter()
            .map(|(row, settings)| (row.valid.clone(), settings.as_ref().map(|row| row.valid.clone())))
            .collect(),
        groups: seeded.groups.iter().map(|row| row.valid.clone()).collect(),
        form_fields: seeded.form_fields.iter().map(|(_, owner, field)| (*owner, field.clone())).collect(),
        attributes: seeded.attributes.iter().map(|row| row.valid.clone()).collect(),
        customers: seeded
            .customers
            .iter()
            .zip(hashes)
            .map(|(customer, hash)| content(customer, hash))
            .collect(),
        metafields: seeded.metafields.iter().map(|row| row.valid.clone()).collect(),
        hooks: seeded.hooks.iter().map(|row| row.valid.clone()).collect(),
        hooks_admin: seeded.hook_emails.iter().map(|row| row.valid.clone()).collect(),
        generate: seeded.generate.as_ref().map(|(_, wanted)| *wanted),
    };
    let Err(Refused { entry, error }) = load::load(store, content).await else { return Ok(()) };
    let problem = match &error {
        Error::Invalid(problems) | Error::Item { problems, .. } => problems.first(),
        _ => None,
    };
    match (entry, problem) {
        (Some(entry), Some(problem)) => Err(in_file(name, fault_in(&seeded, entry, problem).into())),
        _ => Err(SeedError::Write { name: name.clone(), hash: seeded.hash, source: error.into() }),
    }
}

async fn hashed(passwords: &Passwords, secret: Option<Secret>) -> Option<String> {
    match secret? {
        Secret::Password(password) => Some(passwords.hash(password).await),
        Secret::Hash(hash) => Some(hash),
    }
}

fn content(customer: &Customer, password_hash: Option<String>) -> load::Customer {
    let Customer { row, beside } = customer;
    let answers = |row: &parse::Row| row.form_fields.iter().map(|(_, given)| given.clone()).collect();
    load::Customer {
        valid: row.valid.clone(),
        password_hash,
        form_fields: answers(row),
        attributes: beside.attributes.iter().map(|(_, given)| given.clone()).collect(),
        consent: beside.consent.clone(),
        metafields: beside.metafields.iter().map(|row| row.valid.clone()).collect(),
        addresses: beside.addresses.iter().map(|row| (row.valid.clone(), answers(row))).collect(),
        stored_instruments: beside.stored_instruments.clone(),
    }
}

/// What a database refused that the seed alone did not show.
fn fault_in(seeded: &parse::Store, entry: Entry, problem: &Problem) -> Fault {
    match entry {
        Entry::Group(i) => seeded.groups[i].fault(problem),
        Entry::FormField(i) => seeded.form_fields[i].0.is(why(&problem.what)),
        Entry::Attribute(i) => seeded.attributes[i].fault(problem),
        Entry::Value(i, j) => {
            let Place { line, at } = &seeded.customers[i].beside.attributes[j].0;
            let why = match &problem.what {
                What::NoSuch => "the store has no attribute of this name".to_owned(),
                what => references::wrong_value(what),
            };
            Place { line: *line, at: format!("{at}.{}", problem.at) }.is(why)
        }
        Entry::Customer(i) => seeded.customers[i].row.fault(problem),
        Entry::Address(i, j) => seeded.customers[i].beside.addresses[j].fault(problem),
        Entry::Metafield(i, j) => seeded.customers[i].beside.metafields[j].fault(problem),
        Entry::OtherMetafield(i) => seeded.metafields[i].fault(problem),
        Entry::Hook(i) => seeded.hooks[i].fault(problem),
        Entry::Generated => {
            let (place, _) = seeded.generate.as_ref().expect("what was made up was asked for");
            let taken = if let What::Taken { value } = &problem.what { value } else { "" };
            let at = format!("{}.{}", place.at, problem.at);
            let why =
                format!("'{taken}' came up, which another one in this store has; name that one differently");
            Place { line: place.line, at }.is(why)
        }
    }
}

fn in_file(name: &Arc<str>, faults: Faults) -> SeedError {
    let mut faults = faults.0;
    faults.sort_by_key(|fault| fault.place.line);
    let fault = |Fault { place: Place { line, at }, why }| {
        let at = if at.is_empty() { "file".to_owned() } else { at };
        SeedFault { name: name.clone(), line, at, why }
    };
    SeedError::Faults(faults.into_iter().map(fault).collect())
}

/// YAML as JSON, as seeds are read: numbers keep their text.
///
/// # Errors
/// When it is not YAML.
pub fn yaml_as_json(text: &str) -> Result<serde_json::Value, SeedError> {
    yaml::read(text).map(yaml::Node::into_json).map_err(|fault| in_file(&"".into(), fault.into()))
}

/// A text for each fault, but for not too many.
#[must_use]
pub fn told(faults: &[SeedFault]) -> Vec<String> {
    let mut texts: Vec<String> = faults.iter().take(MOST_FAULTS).map(SeedFault::to_string).collect();
    if faults.len() > MOST_FAULTS {
        texts.push(format!("and {} more", faults.len() - MOST_FAULTS));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_seed_has_no_faults() {
        assert_eq!(Seed::demo().unwrap().stores[0].1.hash, "demo");
    }
}
