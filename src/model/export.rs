//! Everything in a store, as a seed would say it.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::addresses;
use super::attributes;
use super::channel_settings;
use super::channels;
use super::consents::{self, Consent};
use super::customer_groups::{self, Group};
use super::customers;
use super::form_fields::{self, FormField, Owner};
use super::hooks::{self, Hook};
use super::metafields::{self, Metafield};
use super::rows::read_channels;
use super::settings;
use super::stored_instruments::StoredInstrument;
use crate::error::Error;
use crate::fields::{Field, Kind, Value};
use crate::model::engine::Store;

/// The columns of a row that a table of fields has, without those that are null.
pub type Cells = Vec<(&'static Field, Value)>;

/// The content of a store.
#[derive(Debug, Default)]
pub struct Exported {
    /// What the store decided about its customers, but for which groups are whose.
    pub privacy: Cells,
    /// Each channel, and what it decided itself.
    pub channels: Vec<(Cells, ChannelCells)>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The form fields, in their order.
    pub form_fields: Vec<(Owner, FormField)>,
    /// The attributes.
    pub attributes: Vec<Cells>,
    /// The customers.
    pub customers: Vec<Customer>,
    /// The metafields of customers who do not exist.
    pub metafields: Vec<Metafield>,
    /// The webhooks.
    pub hooks: Vec<Hook>,
    /// Whom to mail about them, by API account.
    pub hooks_admin: Vec<(String, Vec<String>)>,
}

/// What a channel decided itself.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the table of fields")]
pub struct ChannelCells {
    pub privacy: Cells,
    pub customer_groups: Cells,
    pub allow_global_logins: Option<bool>,
}

/// A customer with all that belongs to it.
#[derive(Debug, Default)]
pub struct Customer {
    /// Its own columns.
    pub cells: Cells,
    /// The channels on which it can log in, if it can not log in everywhere.
    pub channel_ids: Option<Vec<i64>>,
    /// An argon2 PHC string.
    pub password_hash: Option<String>,
    /// The form fields that it answered, by their place in the store's, and the values as they are kept.
    pub answers: Vec<(usize, String)>,
    /// Its values of attributes: the name of the attribute, and the columns of the value.
    pub attributes: Vec<AttributeValue>,
    /// What it said to cookies and scripts.
    pub consent: Option<Consent>,
    /// Its addresses, each with its answers.
    pub addresses: Vec<(Cells, Vec<(usize, String)>)>,
    /// What it keeps to pay with.
    pub stored_instruments: Vec<StoredInstrument>,
    /// What apps keep with it.
    pub metafields: Vec<Metafield>,
}

/// A value that a customer has of an attribute.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AttributeValue {
    pub id: i64,
    pub name: String,
    pub value: String,
    pub date_created: i64,
    pub date_modified: i64,
}

/// Reads it, in one turn of the store's writer: what is exported was so at one moment.
///
/// # Errors
/// Only the database's.
pub async fn export(store: &Store) -> Result<Exported, Error> {
    store.run(|turn| Box::pin(async move { Ok(read(&mut turn.db).await?) })).await
}

async fn read(db: &mut SqliteConnection) -> Result<Exported, sqlx::Error> {
    let mut exported = Exported {
        privacy: cells(settings::PRIVACY, &all(db, "settings", "id").await?[0])?,
        channels: channels_of(db).await?,
        groups: customer_groups::all(db).await?,
        form_fields: form_fields::all(db).await?,
        attributes: Vec::new(),
        customers: Vec::new(),
        metafields: Vec::new(),
        hooks: hooks::all(db).await?,
        hooks_admin: hooks::admin::all(db).await?,
    };
    for row in all(db, "attributes", "id").await? {
        exported.attributes.push(cells(attributes::FIELDS, &row)?);
    }
    let mut answers = answers(db).await?;
    let mut addresses = addresses_of(db, &mut answers).await?;
    let mut values = values(db).await?;
    let mut consents = consents::all(db).await?;
    let mut instruments = instruments(db).await?;
    let mut metafields: HashMap<i64, Vec<Metafield>> = HashMap::new();
    for metafield in metafields::all(db).await? {
        metafields.entry(metafield.resource_id).or_default().push(metafield);
    }
    for row in all(db, "customers", "id").await? {
        let id: i64 = row.try_get("id")?;
        exported.customers.push(Customer {
            cells: cells(customers::FIELDS, &row)?,
            channel_ids: row.try_get::<Option<&str>, _>("channel_ids")?.map(read_channels).transpose()?,
            password_hash: row.try_get("password_hash")?,
            answers: answers.remove(&(Owner::Customer, id)).unwrap_or_default(),
            attributes: values.remove(&id).unwrap_or_default(),
            consent: consents.remove(&id),
            addresses: addresses.remove(&id).unwrap_or_default(),
            stored_instruments: instruments.remove(&id).unwrap_or_default(),
            metafields: metafields.remove(&id).unwrap_or_default(),
        });
    }
    exported.metafields = metafields.into_values().flatten().collect();
    exported.metafields.sort_unstable_by_key(|metafield| metafield.id);
    Ok(exported)
}

async fn all(
    db: &mut SqliteConnection,
    table: &'static str,
    order: &'static str,
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    let sql = format!("select * from {table} order by {order}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false).fetch_all(db).await
}

/// The columns of a row that are in a table of fields.
fn cells(fields: &'static [Field], row: &SqliteRow) -> Result<Cells, sqlx::Error> {
    let mut cells = Vec::new();
    for field in fields.iter().filter(|field| field.stored) {
        let value = match field.kind {
            Kind::Int | Kind::Bool | Kind::Money | Kind::Date => {
                row.try_get::<Option<i64>, _>(field.name)?.map(Value::Int)
            }
            _ => row.try_get::<Option<String>, _>(field.name)?.map(Value::Text),
        };
        cells.extend(value.map(|value| (field, value)));
    }
    Ok(cells)
}

async fn channels_of(db: &mut SqliteConnection) -> Result<Vec<(Cells, ChannelCells)>, sqlx::Error> {
    let mut decided = HashMap::new();
    for row in all(db, "channel_settings", "channel_id").await? {
        let own = ChannelCells {
            privacy: cells(channel_settings::PRIVACY, &row)?,
            customer_groups: cells(channel_settings::CUSTOMER_GROUPS, &row)?,
            allow_global_logins: row.try_get("allow_global_logins")?,
        };
        decided.insert(row.try_get::<i64, _>("channel_id")?, own);
    }
    let mut all_channels = Vec::new();
    for row in all(db, "channels", "id").await? {
        let own = decided.remove(&row.try_get("id")?).unwrap_or_default();
        all_channels.push((cells(channels::FIELDS, &row)?, own));
    }
    Ok(all_channels)
}

/// What was answered, by who answered it, in the order of the store's form fields.
type Answers = HashMap<(Owner, i64), Vec<(usize, String)>>;

async fn answers(db: &mut SqliteConnection) -> Result<Answers, sqlx::Error> {
    let places = "select customer_id, address_id, value, \
                  (select count(*) from form_fields before where before.id < form_field_id) as place \
                  from form_field_values where value <> '' order by form_field_id";
    let mut answers = Answers::new();
    for row in sqlx::query(places).persistent(false).fetch_all(db).await? {
        let owner = match (row.try_get("customer_id")?, row.try_get("address_id")?) {
            (Some(id), _) => (Owner::Customer, id),
            (None, address) => (Owner::Address, address),
        };
        let place = usize::try_from(row.try_get::<i64, _>("place")?).unwrap_or_default();
        answers.entry(owner).or_default().push((place, row.try_get("value")?));
    }
    Ok(answers)
}

/// The addresses of each customer, with their answers.
type Addresses = HashMap<i64, Vec<(Cells, Vec<(usize, String)>)>>;

async fn addresses_of(db: &mut SqliteConnection, answers: &mut Answers) -> Result<Addresses, sqlx::Error> {
    let mut addresses = Addresses::new();
    for row in all(db, "addresses", "id").await? {
        let said = answers.remove(&(Owner::Address, row.try_get("id")?)).unwrap_or_default();
        let of = addresses.entry(row.try_get("customer_id")?).or_default();
        of.push((cells(addresses::FIELDS, &row)?, said));
    }
    Ok(addresses)
}

async fn values(db: &mut SqliteConnection) -> Result<HashMap<i64, Vec<AttributeValue>>, sqlx::Error> {
    let sql = "select value.*, name from attribute_values value join attributes on attributes.id = attribute_id \
               order by value.id";
    let mut values: HashMap<i64, Vec<AttributeValue>> = HashMap::new();
    for row in sqlx::query(sql).persistent(false).fetch_all(db).await? {
        values.entry(row.try_get("customer_id")?).or_default().push(AttributeValue {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            value: row.try_get("attribute_value")?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
        });
    }
    Ok(values)
}

async fn instruments(db: &mut SqliteConnection) -> Result<HashMap<i64, Vec<StoredInstrument>>, sqlx::Error> {
    let decode = |error| sqlx::Error::Decode(Box::new(error));
    let rows = all(db, "stored_instruments", "customer_id").await?;
    let each = rows.iter().map(|row| {
        let kept = serde_json::from_str(row.try_get("instruments")?).map_err(decode)?;
        Ok((row.try_get("customer_id")?, kept))
    });
    each.collect()
}
