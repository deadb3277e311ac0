//! The first content of a store, all of it or nothing.

use super::attribute_values::{self, GivenValue};
use super::consents::{self, Consent};
use super::engine::memory::Change;
use super::form_fields::{self, FormField, Given, Owner};
use super::generate::{Generate, generate};
use super::stored_instruments::{self, StoredInstrument};
use super::{
    addresses, attributes, channel_settings, channels, customer_groups, customers, hooks, metafields,
    settings,
};
use crate::error::Error;
use crate::fields::validate::Valid;
use crate::model::engine::{Store, Turn};

/// How many customers go into one statement.
const TOGETHER: usize = 50;

/// What a store begins with.
#[derive(Debug, Default)]
pub struct Content {
    /// What the store decided about its customers.
    pub settings: Option<Valid>,
    /// The channels, each with what it decided. The first one is there already.
    pub channels: Vec<(Valid, Option<Valid>)>,
    /// The groups.
    pub groups: Vec<Valid>,
    /// The form fields.
    pub form_fields: Vec<(Owner, FormField)>,
    /// The attributes that customers can have.
    pub attributes: Vec<Valid>,
    /// The customers.
    pub customers: Vec<Customer>,
    /// Metafields that say themselves whose they are.
    pub metafields: Vec<Valid>,
    /// The webhooks.
    pub hooks: Vec<Valid>,
    /// Whom to mail about them.
    pub hooks_admin: Vec<Valid>,
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
    /// Its values of attributes.
    pub attributes: Vec<GivenValue>,
    /// What it said to cookies and scripts.
    pub consent: Option<Consent>,
    /// What apps keep with it.
    pub metafields: Vec<Valid>,
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
    /// A metafield of a customer: the place of the customer, then its own.
    Metafield(usize, usize),
    /// A metafield that says itself whose it is.
    OtherMetafield(usize),
    /// A webhook.
    Hook(usize),
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
    for (j, given) in customer.attributes.iter().enumerate() {
        *at = Some(Entry::Value(i, j));
        attribute_values::load(&mut turn.db, id, given, now).await?;
    }
    if let Some(consent) = &customer.consent {
        consents::set(&mut turn.db, id, consent).await?;
    }
    for (j, valid) in customer.metafields.iter().enumerate() {
        *at = Some(Entry::Metafield(i, j));
        metafields::load(&mut turn.db, id, valid, now).await?;
    }
    Ok(())
}

async fn write(turn: &mut Turn, content: &Content, now: i64, at: &mut Option<Entry>) -> Result<(), Error> {
    for (channel, _) in &content.channels {
        channels::define(&mut turn.db, channel).await?;
    }
    for (i, group) in content.groups.iter().enumerate() {
        *at = Some(Entry::Group(i));
        customer_groups::insert(&mut turn.db, group, now).await?;
    }
    if let Some(settings) = &content.settings {
        settings::set(&mut turn.db, settings).await?;
    }
    for (channel, settings) in &content.channels {
        if let Some(settings) = settings {
            let id = channel.int("id").unwrap_or(channels::FIRST);
            channel_settings::set(&mut turn.db, id, settings).await?;
        }
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
    for (i, valid) in content.metafields.iter().enumerate() {
        *at = Some(Entry::OtherMetafield(i));
        metafields::load(&mut turn.db, valid.int("resource_id").unwrap_or_default(), valid, now).await?;
    }
    for (i, valid) in content.hooks.iter().enumerate() {
        *at = Some(Entry::Hook(i));
        hooks::load(&mut turn.db, valid, now).await?;
    }
    for valid in &content.hooks_admin {
        hooks::admin::load(&mut turn.db, valid).await?;
    }
    *at = Some(Entry::Generated);
    if let Some(wanted) = content.generate {
        generate(turn, wanted).await?;
    }
    Ok(())
}
