//! The ways to pay that customers keep. Only a seed makes them; nobody changes them.

use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::engine::exists;
use crate::error::Error;
use crate::fields::validate::Valid;
use crate::fields::{self, Field, email, int, text};
use crate::model::engine::Store;

/// What an instrument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Type {
    Card,
    PaypalAccount,
    BankAccount,
}

/// Every type, by the service's name for it.
pub const TYPES: [(&str, Type); 3] = [
    ("stored_card", Type::Card),
    ("stored_paypal_account", Type::PaypalAccount),
    ("stored_bank_account", Type::BankAccount),
];

const TOKEN: Field = text("token").required().len(1, 255);
const IS_DEFAULT: Field = fields::bool("is_default");

/// The fields of a card, besides its type and the address that it is billed to. Assumed, like all that follows: the
/// documents tell neither what is always there nor how long it may be.
pub const CARD: &[Field] = &[
    TOKEN,
    IS_DEFAULT,
    text("brand").required().max(255),
    int("expiry_month").required(),
    int("expiry_year").required(),
    text("issuer_identification_number").required(),
    text("last_4").required(),
];

/// The fields of a `PayPal` account, besides its type.
pub const PAYPAL_ACCOUNT: &[Field] = &[TOKEN, IS_DEFAULT, email("email").required().len(3, 250)];

/// The fields of a bank account, besides its type.
pub const BANK_ACCOUNT: &[Field] = &[
    TOKEN,
    IS_DEFAULT,
    text("masked_account_number").required().max(255),
    text("issuer").required().max(255),
];

/// The fields of the address that a card is billed to.
pub const BILLING_ADDRESS: &[Field] = &[
    text("first_name").required().max(255),
    text("last_name").required().max(255),
    email("email").len(3, 250),
    text("company").max(255),
    text("address1").required().max(255),
    text("address2").max(255),
    text("city").required().max(100),
    text("postal_code").max(30),
    text("state_or_province").max(100),
    text("state_or_province_code").max(30),
    text("country_code").required(),
    text("phone").max(50),
];

impl Type {
    /// The fields of an instrument of this type.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Type::Card => CARD,
            Type::PaypalAccount => PAYPAL_ACCOUNT,
            Type::BankAccount => BANK_ACCOUNT,
        }
    }
}

/// A way to pay. Also its form in the database and on the wire.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[expect(missing_docs, reason = "the fields are those of CARD, PAYPAL_ACCOUNT and BANK_ACCOUNT")]
pub enum StoredInstrument {
    #[serde(rename = "stored_card")]
    Card {
        token: String,
        is_default: bool,
        brand: String,
        expiry_month: i64,
        expiry_year: i64,
        issuer_identification_number: String,
        last_4: String,
        billing_address: Box<BillingAddress>,
    },
    #[serde(rename = "stored_paypal_account")]
    PaypalAccount { token: String, is_default: bool, email: String },
    #[serde(rename = "stored_bank_account")]
    BankAccount { token: String, is_default: bool, masked_account_number: String, issuer: String },
}

/// Where a card is billed to. What is not known is blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of BILLING_ADDRESS")]
pub struct BillingAddress {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub company: String,
    pub address1: String,
    pub address2: String,
    pub city: String,
    pub postal_code: String,
    pub state_or_province: String,
    pub state_or_province_code: String,
    pub country_code: String,
    pub phone: String,
}

/// Who has the token can pay with the instrument, so it must not get into a log.
impl fmt::Debug for StoredInstrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredInstrument")
    }
}

impl StoredInstrument {
    /// The instrument of this type with these fields, and of a card its address.
    #[must_use]
    pub fn of(kind: Type, valid: &Valid, billing_address: Option<&Valid>) -> StoredInstrument {
        let text = |name| valid.text(name).unwrap_or_default().to_owned();
        let int = |name| valid.int(name).unwrap_or_default();
        let (token, is_default) = (text("token"), int("is_default") == 1);
        match kind {
            Type::Card => StoredInstrument::Card {
                token,
                is_default,
                brand: text("brand"),
                expiry_month: int("expiry_month"),
                expiry_year: int("expiry_year"),
                issuer_identification_number: text("issuer_identification_number"),
                last_4: text("last_4"),
                billing_address: Box::new(BillingAddress::of(billing_address)),
            },
            Type::PaypalAccount => {
                StoredInstrument::PaypalAccount { token, is_default, email: text("email") }
            }
            Type::BankAccount => StoredInstrument::BankAccount {
                token,
                is_default,
                masked_account_number: text("masked_account_number"),
                issuer: text("issuer"),
            },
        }
    }

    /// What identifies it.
    #[must_use]
    pub fn token(&self) -> &str {
        match self {
            StoredInstrument::Card { token, .. }
            | StoredInstrument::PaypalAccount { token, .. }
            | StoredInstrument::BankAccount { token, .. } => token,
        }
    }
}

impl BillingAddress {
    fn of(valid: Option<&Valid>) -> BillingAddress {
        let text = |name| valid.and_then(|valid| valid.text(name)).unwrap_or_default().to_owned();
        BillingAddress {
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
            company: text("company"),
            address1: text("address1"),
            address2: text("address2"),
            city: text("city"),
            postal_code: text("postal_code"),
            state_or_province: text("state_or_province"),
            state_or_province_code: text("state_or_province_code"),
            country_code: text("country_code"),
            phone: text("phone"),
        }
    }
}

/// What a customer keeps, in the order of the seed.
///
/// # Errors
/// [`Error::NotFound`]: there is no such customer.
pub async fn list(store: &Store, customer_id: i64) -> Result<Vec<StoredInstrument>, Error> {
    exists(store, customer_id)?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let query = "select instruments from stored_instruments where customer_id = ?";
                let query = sqlx::query_scalar::<_, String>(query).bind(customer_id);
                let Some(json) = query.fetch_optional(&mut turn.db).await? else { return Ok(Vec::new()) };
                let instruments = serde_json::from_str(&json);
                instruments.map_err(|error| sqlx::Error::Decode(Box::new(error)).into())
            })
        })
        .await
}

/// Gives a customer of a seed what it keeps.
pub(super) async fn load(
    db: &mut SqliteConnection,
    customer_id: i64,
    instruments: &[StoredInstrument],
) -> Result<(), Error> {
    if instruments.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_string(instruments).expect("they have text keys and no parts that fail");
    let insert = sqlx::query("insert into stored_instruments (customer_id, instruments) values (?, ?)");
    insert.bind(customer_id).bind(json).execute(db).await?;
    Ok(())
}
