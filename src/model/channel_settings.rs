//! What one channel of a store has instead of what the store decided about its customers.

use sqlx::{Row as _, SqliteConnection};

use super::channels;
use super::customer_groups;
use super::settings::{ASK, ASK_ON_CHECKOUT, GUESTS, NEW, POLICY_URL, Settings, groups_exist};
use crate::error::Error;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{self, Field, Kind, Value, object};
use crate::model::engine::Store;

/// What a channel can have of its own. Documented: null takes that away again.
pub const FIELDS: &[Field] = &[
    object("privacy_settings", PRIVACY).nullable(),
    object("customer_group_settings", CUSTOMER_GROUPS).nullable(),
    fields::bool("allow_global_logins").nullable(),
];

/// The fields of `privacy_settings`.
pub const PRIVACY: &[Field] = &[ASK.nullable(), POLICY_URL.nullable(), ASK_ON_CHECKOUT.nullable()];

/// The fields of `customer_group_settings`.
pub const CUSTOMER_GROUPS: &[Field] = &[GUESTS.nullable(), NEW.nullable()];

/// What a channel has of its own, and whether those who can log in everywhere can log in there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct ChannelSettings {
    pub own: Settings,
    pub allow_global_logins: bool,
}

/// What a channel has of its own.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, channel_id: i64) -> Result<ChannelSettings, Error> {
    channels::exists(store, channel_id)?;
    store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query("select * from channel_settings where channel_id = ?");
                let row = query.bind(channel_id).fetch_optional(&mut turn.db).await?;
                let own = row.as_ref().map(Settings::from_row).transpose()?.unwrap_or_default();
                let allowed = row.map(|row| row.try_get("allow_global_logins")).transpose()?.flatten();
                let allow_global_logins = allows_global_logins(channel_id, allowed);
                Ok(ChannelSettings { own, allow_global_logins })
            })
        })
        .await
}

/// Whether customers with access to every channel can log in on this one. Documented: only on the first, unless it
/// was decided otherwise.
pub(super) fn allows_global_logins(channel_id: i64, decided: Option<bool>) -> bool {
    decided.unwrap_or(channel_id == channels::FIRST)
}

/// Changes what was supplied, and nothing else. The channel must exist.
///
/// # Errors
/// [`Error::Item`]: a group does not exist.
pub async fn update(store: &Store, channel_id: i64, valid: Valid) -> Result<(), Error> {
    if columns(&valid).is_empty() {
        return Ok(());
    }
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| groups_exist(memory, &valid))?;
                set(&mut turn.db, channel_id, &valid).await?;
                customer_groups::remember(turn).await
            })
        })
        .await
}

/// Writes what was supplied, if anything was.
pub(super) async fn set(db: &mut SqliteConnection, channel_id: i64, valid: &Valid) -> Result<(), Error> {
    let own = columns(valid);
    if own.is_empty() {
        return Ok(());
    }
    let insert = sqlx::query("insert or ignore into channel_settings (channel_id) values (?)");
    insert.bind(channel_id).execute(&mut *db).await?;
    let mut sql = Columns::new(valid, &own).update("channel_settings");
    sql.push(" where channel_id = ").push_bind(channel_id).build().execute(db).await?;
    Ok(())
}

/// The columns of what was supplied. Assumed: null for an object is null for each of its fields.
fn columns(valid: &Valid) -> Vec<(&'static str, Value)> {
    let mut columns = Vec::new();
    for (field, value) in valid.iter() {
        match (field.kind, value) {
            (_, Value::Object(inner)) => {
                columns.extend(inner.iter().map(|(field, value)| (field.name, value.clone())));
            }
            (Kind::Object(inner), _) => columns.extend(inner.iter().map(|field| (field.name, Value::Null))),
            _ => columns.push((field.name, value.clone())),
        }
    }
    columns
}
