//! Seed files: YAML that says which stores there are and who is in them. The format is in `docs/SEED.md`.

use std::path::Path;

use futures_util::future::join_all;

use crate::error::{Error, Problem, What};
use crate::model::load::{self, Content, Entry, Refused};
use crate::passwords::Passwords;
use crate::store::{self, OpenError};
use crate::tenants::{Prepared, Tenants};

mod definitions;
mod instruments;
mod parse;
mod yaml;

use parse::{Customer, Secret};
use yaml::{Fault, Place};

/// The seed of the demo store.
const DEMO: &str = include_str!("../../fixtures/demo.yaml");

/// A seed that has been read and found free of faults, as far as one can tell before it meets a database.
#[derive(Debug)]
pub struct Seed {
    /// The file it came from.
    name: String,
    stores: Vec<parse::Store>,
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
        match parse::parse(text) {
            Ok(stores) => Ok(Seed { name: name.to_owned(), stores }),
            Err(fault) => Err(in_file(name, fault)),
        }
    }

    /// Reads what stands under a store's hash in a seed, from JSON.
    ///
    /// # Errors
    /// The first fault in it.
    pub fn of_store(hash: &str, json: serde_json::Value) -> Result<Seed, SeedError> {
        Seed::of_node(hash, yaml::Node::from_json(String::new(), json))
    }

    /// Reads what stands under a store's hash in a seed, from YAML.
    ///
    /// # Errors
    /// The first fault in it.
    pub fn of_store_yaml(hash: &str, text: &str) -> Result<Seed, SeedError> {
        Seed::of_node(hash, yaml::read(text).map_err(|fault| in_file("", fault))?)
    }

    fn of_node(hash: &str, node: yaml::Node) -> Result<Seed, SeedError> {
        let store = parse::parse_store(hash.to_owned(), node).map_err(|fault| in_file("", fault))?;
        Ok(Seed { name: String::new(), stores: vec![store] })
    }

    /// Makes the stores of this seed, all of them or none. One that exists already is left as it is.
    ///
    /// # Errors
    /// An email, name or id that is there twice, a reference to nothing, or a database that fails.
    pub async fn load(mut self, tenants: &Tenants) -> Result<(), SeedError> {
        let stores = std::mem::take(&mut self.stores);
        for seeded in stores {
            tenants.is_seeded(&seeded.hash);
            if !tenants.exists(&seeded.hash) {
                self.stores.push(seeded);
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
        for seeded in self.stores {
            let hash = seeded.hash.clone();
            let mut new = tenants.prepare(&hash, seeded.settings(tenants.usual())).await?;
            fill(new.store(), seeded, &self.name).await?;
            let failed =
                |source: Error| SeedError::Write { name: self.name.clone(), hash, source: source.into() };
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
        for seeded in self.stores {
            let (_, store) = tenants.get(&seeded.hash).await?;
            fill(&store, seeded, &self.name).await?;
        }
        Ok(())
    }
}

async fn fill(store: &store::Store, mut seeded: parse::Store, name: &str) -> Result<(), SeedError> {
    let hashes = seeded.customers.iter_mut().map(|customer| hashed(&store.passwords, customer.secret.take()));
    let hashes = join_all(hashes).await;
    let content = Content {
        channels: seeded.channels.iter().map(|row| row.valid.clone()).collect(),
        groups: seeded.groups.iter().map(|row| row.valid.clone()).collect(),
        form_fields: seeded.form_fields.iter().map(|(_, owner, field)| (*owner, field.clone())).collect(),
        attributes: seeded.attributes.iter().map(|row| row.valid.clone()).collect(),
        customers: seeded
            .customers
            .iter()
            .zip(hashes)
            .map(|(customer, hash)| content(customer, hash))
            .collect(),
        generate: seeded.generate.as_ref().map(|(_, wanted)| *wanted),
    };
    let Err(Refused { entry, error }) = load::load(store, content).await else { return Ok(()) };
    let problem = if let Error::Invalid(problems) = &error { problems.first() } else { None };
    match (entry, problem) {
        (Some(entry), Some(problem)) => Err(in_file(name, fault_in(&seeded, entry, problem))),
        _ => Err(SeedError::Write { name: name.to_owned(), hash: seeded.hash, source: error.into() }),
    }
}

async fn hashed(passwords: &Passwords, secret: Option<Secret>) -> Option<String> {
    match secret? {
        Secret::Password(password) => Some(passwords.hash(password).await),
        Secret::Hash(hash) => Some(hash),
    }
}

fn content(customer: &Customer, password_hash: Option<String>) -> load::Customer {
    let addresses = customer.addresses.iter().map(|row| (row.valid.clone(), row.form_fields.clone()));
    load::Customer {
        valid: customer.row.valid.clone(),
        password_hash,
        form_fields: customer.row.form_fields.clone(),
        attributes: customer
            .attributes
            .iter()
            .map(|(_, name, value)| (name.clone(), value.clone()))
            .collect(),
        addresses: addresses.collect(),
        stored_instruments: customer.stored_instruments.clone(),
    }
}

fn fault_in(seeded: &parse::Store, entry: Entry, problem: &Problem) -> Fault {
    match entry {
        Entry::Group(i) => seeded.groups[i].fault(problem),
        Entry::FormField(i) => seeded.form_fields[i].0.is(parse::why(&problem.what)),
        Entry::Attribute(i) => seeded.attributes[i].fault(problem),
        Entry::Value(i, j) => definitions::value_fault(&seeded.customers[i].attributes[j].0, problem),
        Entry::Customer(i) => seeded.customers[i].row.fault(problem),
        Entry::Address(i, j) => seeded.customers[i].addresses[j].fault(problem),
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

fn in_file(name: &str, Fault { place, why }: Fault) -> SeedError {
    let at = if place.at.is_empty() { "file".to_owned() } else { place.at };
    SeedError::Fault { name: name.to_owned(), line: place.line, at, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_seed_has_no_faults() {
        assert_eq!(Seed::demo().unwrap().stores[0].hash, "demo");
    }
}
