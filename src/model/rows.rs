//! Rows as reads share them, and how they are read from a database. Nothing here asks for one.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::form_fields::Answer;
use crate::fields::problem::What;
use crate::fields::{Kind, values};

/// A stored customer. The hash of the password stays in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Customer {
    pub id: i64,
    pub company: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub form_fields: Option<Vec<Answer>>,
    pub date_created: i64,
    pub date_modified: i64,
    pub store_credit: i64,
    pub registration_ip_address: String,
    pub customer_group_id: i64,
    pub notes: String,
    pub tax_exempt_category: String,
    pub reset_pass_on_login: bool,
    pub accepts_marketing: bool,
    pub origin_channel_id: i64,
    /// `None`: all that allow global logins.
    pub channel_ids: Option<Vec<i64>>,
}

impl Customer {
    pub(super) fn from_row(row: &SqliteRow) -> Result<Customer, sqlx::Error> {
        Ok(Customer {
            id: row.try_get("id")?,
            company: row.try_get("company")?,
            first_name: row.try_get("first_name")?,
            last_name: row.try_get("last_name")?,
            email: row.try_get("email")?,
            phone: row.try_get("phone")?,
            form_fields: None,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
            store_credit: row.try_get("store_credit")?,
            registration_ip_address: row.try_get("registration_ip_address")?,
            customer_group_id: row.try_get("customer_group_id")?,
            notes: row.try_get("notes")?,
            tax_exempt_category: row.try_get("tax_exempt_category")?,
            reset_pass_on_login: row.try_get("reset_pass_on_login")?,
            accepts_marketing: row.try_get("accepts_marketing")?,
            origin_channel_id: row.try_get("origin_channel_id")?,
            channel_ids: row.try_get::<Option<&str>, _>("channel_ids")?.map(read_channels).transpose()?,
        })
    }
}

/// Reads the column of channels.
pub(super) fn read_channels(json: &str) -> Result<Vec<i64>, sqlx::Error> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// A stored address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Address {
    pub id: i64,
    pub customer_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub street_1: String,
    pub street_2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    pub country_iso2: String,
    pub phone: String,
    pub address_type: String,
    pub form_fields: Option<Vec<Answer>>,
}

impl Address {
    pub(super) fn from_row(row: &SqliteRow) -> Result<Address, sqlx::Error> {
        Ok(Address {
            id: row.try_get("id")?,
            customer_id: row.try_get("customer_id")?,
            first_name: row.try_get("first_name")?,
            last_name: row.try_get("last_name")?,
            company: row.try_get("company")?,
            street_1: row.try_get("street_1")?,
            street_2: row.try_get("street_2")?,
            city: row.try_get("city")?,
            state: row.try_get("state")?,
            zip: row.try_get("zip")?,
            country: row.try_get("country")?,
            country_iso2: row.try_get("country_iso2")?,
            phone: row.try_get("phone")?,
            address_type: row.try_get("address_type")?,
            form_fields: None,
        })
    }
}

/// What the values of an attribute are. All of them are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    String,
    /// A decimal number.
    Number,
    /// A day: `2024-05-06`.
    Date,
}

impl Type {
    /// The type of this name; text, if there is none.
    #[must_use]
    pub fn of(name: &str) -> Type {
        match name {
            "number" => Type::Number,
            "date" => Type::Date,
            _ => Type::String,
        }
    }

    /// Whether that can be a value. Assumed: the service looks at it at all.
    ///
    /// # Errors
    /// [`What::Malformed`].
    pub fn takes(self, value: &str) -> Result<(), What> {
        let malformed = |kind| Err(What::Malformed { kind, value: value.to_owned() });
        match self {
            Type::Number if !values::is_number(value) => malformed(Kind::Money),
            Type::Date if !values::is_day(value) => malformed(Kind::Date),
            Type::String | Type::Number | Type::Date => Ok(()),
        }
    }
}

/// The attributes there are, and what their values are.
pub(super) async fn types(db: &mut SqliteConnection) -> Result<HashMap<i64, Type>, sqlx::Error> {
    let rows = sqlx::query("select id, type from attributes").persistent(false).fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, Type::of(row.try_get("type")?)))).collect()
}
