//! The first content of a store, all of it or nothing.

use super::form_fields::{self, FormField, Given, Owner};
use super::generate::{Generate, generate};
use super::memory::Change;
use super::stored_instruments::{self, StoredInstrument};
use super::{addresses, attribute_values, attributes, channels, customer_groups, customers};
use crate::error::Error;
use crate::fields::validate::Valid;
use crate::store::{Store, Turn};

/// How many customers go into one statement.
const TOGETHER: usize = 50;

/// What a store begins with.
#[derive(Debug, Default)]
pub struct Content {
    /// The channels. The first one is there already.
    pub channels: Vec<Valid>,
    /// The groups.
    pub groups: Vec<Valid>,
    /// The form fields.
    pub form_fields: Vec<(Owner, FormField)>,
    /// The attributes that customers can have.
    pub attributes: Vec<Valid>,
    /// The customers.
    pub customers: Vec<Customer>,
    /// How many more to make up.
    pub generate: Option<Generate>,
}

/// A customer to begin with.
#[derive(Debug)]
pub struct Customer {
    /// The fields; ids and dates may be given.
    pub valid: Valid,
    /// An argon2 PHC string.
    pub password_hash: Option<String>,
    /// What it answered to the store's form fields.
    pub form_fields: Vec<Given>,
    /// Its attributes: the name and the value of each.
    pub attributes: Vec<(String, String)>,
    /// Its addresses, each with its answers.
    pub addresses: Vec<(Valid, Vec<Given>)>,
    /// What it keeps to pay with.
    pub stored_instruments: Vec<StoredInstrument>,
}

/// Which part of the content was refused, by its place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A group.
    Group(usize),
    /// A form field.
    FormField(usize),
    /// An attribute.
    Attribute(usize),
    /// A customer.
    Customer(usize),
    /// An attribute's value: the place of the customer, then its own.
    Value(usize, usize),
    /// An address: the place of the customer, then its own.
    Address(usize, usize),
    /// What was made up.
    Generated,
}

/// Why a store does not begin with this content.
#[derive(Debug)]
pub struct Refused {
    /// The part that was refused; `None` for troubles that belong to no part.
    pub entry: Option<Entry>,
    /// The reason.
    pub error: Error,
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        Refused { entry: None, error: error.into() }
    }
}

/// Writes it.
///
/// # Errors
/// What was refused and why. Nothing was written then.
pub async fn load(store: &Store, content: Content) -> Result<(), Refused> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let mut entry = None;
                let next = turn.next_customer;
                if let Err(error) = write(turn, &content, now, &mut entry).await {
                    turn.next_customer = next;
                    return Err(Refused { entry, error });
                }
                let memory = turn.load().await?;
                turn.change(Change::Loaded(memory.into()));
                Ok(())
            })
        })
        .await
}

/// Writes what belongs to a customer, the `i`th.
async fn write_beside(
    turn: &mut Turn,
    content: &Content,
    (i, customer): (usize, &Customer),
    id: i64,
    now: i64,
    at: &mut Option<Entry>,
) -> Result<(), Error> {
    *at = Some(Entry::Customer(i));
    let owner = (Owner::Customer, id);
    form_fields::load(&mut turn.db, &content.form_fields, owner, &customer.form_fields).await?;
    stored_instruments::load(&mut turn.db, id, &customer.stored_instruments).await?;
    for (j, (valid, answers)) in customer.addresses.iter().enumerate() {
        *at = Some(Entry::Address(i, j));
        let address = addresses::insert(turn, id, valid).await?;
        let owner = (Owner::Address, address.id);
        form_fields::load(&mut turn.db, &content.form_fields, owner, answers).await?;
    }
    for (j, (name, value)) in customer.attributes.iter().enumerate() {
        *at = Some(Entry::Value(i, j));
        attribute_values::load(&mut turn.db, id, (name, value), now).await?;
    }
    Ok(())
}

async fn write(turn: &mut Turn, content: &Content, now: i64, at: &mut Option<Entry>) -> Result<(), Error> {
    for channel in &content.channels {
        channels::define(&mut turn.db, channel).await?;
    }
    for (i, group) in content.groups.iter().enumerate() {
        *at = Some(Entry::Group(i));
        customer_groups::insert(&mut turn.db, group, now).await?;
    }
    for (i, (owner, field)) in content.form_fields.iter().enumerate() {
        *at = Some(Entry::FormField(i));
        form_fields::define(&mut turn.db, *owner, field).await?;
    }
    for (i, attribute) in content.attributes.iter().enumerate() {
        *at = Some(Entry::Attribute(i));
        attributes::insert(&mut turn.db, attribute, now).await?;
    }
    let known = customers::Referable::read(turn).await?;
    for (chunk, customers) in content.customers.chunks(TOGETHER).enumerate() {
        let first = chunk * TOGETHER;
        let new: Vec<(&Valid, Option<&str>)> =
            customers.iter().map(|customer| (&customer.valid, customer.password_hash.as_deref())).collect();
        let ids = customers::load(turn, &known, &new, now).await.map_err(|(i, error)| {
            *at = Some(Entry::Customer(first + i));
            error
        })?;
        for ((i, customer), id) in (first..).zip(customers).zip(ids) {
            write_beside(turn, content, (i, customer), id, now, at).await?;
        }
    }
    *at = Some(Entry::Generated);
    if let Some(wanted) = content.generate {
        generate(turn, wanted).await?;
    }
    Ok(())
}
