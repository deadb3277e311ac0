//! The first content of a store, all of it or nothing.

use sqlx::SqliteConnection;

use super::form_fields::{self, Answer, Owner};
use super::{addresses, customer_groups, customers};
use crate::error::Error;
use crate::fields::validate::Valid;
use crate::store::Store;

/// What a store begins with.
#[derive(Debug, Default)]
pub struct Content {
    /// The groups.
    pub groups: Vec<Valid>,
    /// The form fields.
    pub form_fields: Vec<(Owner, String)>,
    /// The customers.
    pub customers: Vec<Customer>,
}

/// A customer to begin with.
#[derive(Debug)]
pub struct Customer {
    /// The fields; ids and dates may be given.
    pub valid: Valid,
    /// An argon2 PHC string.
    pub password_hash: Option<String>,
    /// What it answered to the store's form fields.
    pub form_fields: Vec<Answer>,
    /// Its addresses, each with its answers.
    pub addresses: Vec<(Valid, Vec<Answer>)>,
}

/// Which part of the content was refused, by its place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A group.
    Group(usize),
    /// A form field.
    FormField(usize),
    /// A customer.
    Customer(usize),
    /// An address: the place of the customer, then its own.
    Address(usize, usize),
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
        .write(|tx| {
            Box::pin(async move {
                let mut entry = None;
                write(tx, &content, now, &mut entry).await.map_err(|error| Refused { entry, error })
            })
        })
        .await
}

async fn write(
    tx: &mut SqliteConnection,
    content: &Content,
    now: i64,
    at: &mut Option<Entry>,
) -> Result<(), Error> {
    for (i, group) in content.groups.iter().enumerate() {
        *at = Some(Entry::Group(i));
        customer_groups::insert(tx, group, now).await?;
    }
    for (i, (owner, name)) in content.form_fields.iter().enumerate() {
        *at = Some(Entry::FormField(i));
        form_fields::define(tx, *owner, name).await?;
    }
    for (i, customer) in content.customers.iter().enumerate() {
        *at = Some(Entry::Customer(i));
        let id = customers::load(tx, &customer.valid, customer.password_hash.as_deref(), now).await?;
        for answer in &customer.form_fields {
            form_fields::answer(tx, Owner::Customer, id, answer).await?;
        }
        for (j, (valid, answers)) in customer.addresses.iter().enumerate() {
            *at = Some(Entry::Address(i, j));
            let address = addresses::insert(tx, id, valid).await?;
            for answer in answers {
                form_fields::answer(tx, Owner::Address, address.id, answer).await?;
            }
        }
    }
    Ok(())
}
