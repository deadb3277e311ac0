//! What a store has decided about all of its customers.
//!
//! Which group is the default one, and which is for guests, is kept with the groups: there is one truth, and it is
//! seen and changed from both sides.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::customer_groups::{self, DEFAULT, FOR_GUESTS};
use super::engine::memory::Memory;
use crate::error::{Error, Problem, What};
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{self, Field, Value, int, object, text};
use crate::model::engine::Store;

/// What can be decided.
pub const FIELDS: &[Field] =
    &[object("privacy_settings", PRIVACY), object("customer_group_settings", CUSTOMER_GROUPS)];

/// The fields of `privacy_settings`.
pub const PRIVACY: &[Field] = &[ASK, POLICY_URL, ASK_ON_CHECKOUT];

/// The fields of `customer_group_settings`. The groups know which of them it is.
pub const CUSTOMER_GROUPS: &[Field] = &[GUESTS.unstored(), NEW.unstored()];

pub(super) const ASK: Field = fields::bool("ask_shopper_for_tracking_consent");
/// Assumed: any text that is not too long, and no text for none.
pub(super) const POLICY_URL: Field = text("policy_url").max(2048);
pub(super) const ASK_ON_CHECKOUT: Field = fields::bool("ask_shopper_for_tracking_consent_on_checkout");
pub(super) const GUESTS: Field = int("guest_customer_group_id");
pub(super) const NEW: Field = int("default_customer_group_id");

/// Decisions of a store or of one of its channels. `None`, which only a channel has: what the store decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of PRIVACY and CUSTOMER_GROUPS")]
pub struct Settings {
    pub ask_shopper_for_tracking_consent: Option<bool>,
    pub policy_url: Option<String>,
    pub ask_shopper_for_tracking_consent_on_checkout: Option<bool>,
    /// 0 is none.
    pub guest_customer_group_id: Option<i64>,
    /// 0 is none.
    pub default_customer_group_id: Option<i64>,
}

impl Settings {
    pub(super) fn from_row(row: &SqliteRow) -> Result<Settings, sqlx::Error> {
        Ok(Settings {
            ask_shopper_for_tracking_consent: row.try_get("ask_shopper_for_tracking_consent")?,
            policy_url: row.try_get("policy_url")?,
            ask_shopper_for_tracking_consent_on_checkout: row
                .try_get("ask_shopper_for_tracking_consent_on_checkout")?,
            guest_customer_group_id: row.try_get("guest_customer_group_id")?,
            default_customer_group_id: row.try_get("default_customer_group_id")?,
        })
    }
}

/// What the store has decided.
///
/// # Errors
/// Only the database's.
pub async fn get(store: &Store) -> Result<Settings, Error> {
    let select = "select *, \
        coalesce((select id from customer_groups where is_group_for_guests = 1), 0) as guest_customer_group_id, \
        coalesce((select id from customer_groups where is_default = 1), 0) as default_customer_group_id \
        from settings";
    store
        .run(move |turn| {
            Box::pin(
                async move { Ok(Settings::from_row(&sqlx::query(select).fetch_one(&mut turn.db).await?)?) },
            )
        })
        .await
}

/// Whether a write decides anything.
#[must_use]
pub fn decides(valid: &Valid) -> bool {
    valid.iter().any(|(_, value)| !matches!(value, Value::Object(inner) if inner.is_empty()))
}

/// Checks what can be checked before there is a store to write to.
///
/// # Errors
/// Those of [`update`].
pub fn check(store: &Store, valid: &Valid) -> Result<(), Error> {
    store.memory(|memory| groups_exist(memory, valid))
}

/// Changes what was supplied, and nothing else. The marks of groups move as they do when a group is changed.
///
/// # Errors
/// [`Error::Item`]: a group does not exist.
pub async fn update(store: &Store, valid: Valid) -> Result<(), Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                turn.memory(|memory| groups_exist(memory, &valid))?;
                set(&mut turn.db, &valid).await?;
                if valid.object("customer_group_settings").is_some() {
                    customer_groups::remember(turn).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Writes what was supplied.
pub(super) async fn set(db: &mut SqliteConnection, valid: &Valid) -> Result<(), Error> {
    if let Some(privacy) = valid.object("privacy_settings").filter(|privacy| !privacy.is_empty()) {
        Columns::new(privacy, &[]).update("settings").build().execute(&mut *db).await?;
    }
    let groups = valid.object("customer_group_settings");
    for (field, mark) in [(GUESTS, FOR_GUESTS), (NEW, DEFAULT)] {
        if let Some(id) = groups.and_then(|groups| groups.int(field.name)) {
            // Assumed: the dates of the groups stay as they are.
            customer_groups::mark(&mut *db, mark, id).await?;
        }
    }
    Ok(())
}

/// Whether the groups that a write names are there; 0 is none, and always is.
pub(super) fn groups_exist(memory: &Memory, valid: &Valid) -> Result<(), Error> {
    let groups = valid.object("customer_group_settings").into_iter().flat_map(Valid::iter);
    let missing = groups.filter_map(|(field, value)| match value {
        Value::Int(id) if *id != 0 && !memory.has_group(*id) => {
            Some(Problem::new(format!("customer_group_settings.{}", field.name), What::NoSuch))
        }
        _ => None,
    });
    let problems: Vec<Problem> = missing.collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Item { index: None, problems }) }
}
