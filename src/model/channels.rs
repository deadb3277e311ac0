//! Channels: the storefronts of a store. The seed adds to the first one, which always exists.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::lists::page_of;
use super::page::Page;
use crate::error::Error;
use crate::fields::Dialect::V3;
use crate::fields::Op::{In, Is, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{Field, bool, date, int, one_of, text};
use crate::model::engine::Store;

/// The channel that every store has, and where everything happens that names no other.
pub const FIRST: i64 = 1;

/// Every field of a channel. The words are the vendor's; which of them go together is not looked at.
pub const FIELDS: &[Field] = &[
    int("id").key(),
    text("name").required().len(1, 255).compared_by("name collate nocase").filter(V3, &[Is]),
    one_of("type", &["pos", "marketplace", "storefront", "marketing"]).filter(V3, &[Is, In]),
    text("platform").len(1, 255).filter(V3, &[Is, In]),
    one_of(
        "status",
        &[
            "active",
            "prelaunch",
            "inactive",
            "connected",
            "disconnected",
            "archived",
            "deleted",
            "terminated",
        ],
    )
    .filter(V3, &[Is, In]),
    // Documented: whether it can be integrated with.
    bool("available")
        .computed_by("(status not in ('disconnected', 'deleted', 'terminated'))")
        .filter(V3, &[Is]),
    text("external_id").max(255),
    text("icon_url").max(2048),
    bool("is_listable_from_ui"),
    bool("is_visible"),
    date("date_created").filter(V3, &[Is, Min, Max]),
    date("date_modified").filter(V3, &[Is, Min, Max]),
];

/// A stored channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Channel {
    pub id: i64,
    pub name: String,
    pub r#type: String,
    pub platform: String,
    pub status: String,
    pub external_id: String,
    pub icon_url: String,
    pub is_listable_from_ui: bool,
    pub is_visible: bool,
    pub date_created: i64,
    pub date_modified: i64,
}

impl Channel {
    fn from_row(row: &SqliteRow) -> Result<Channel, sqlx::Error> {
        Ok(Channel {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            r#type: row.try_get("type")?,
            platform: row.try_get("platform")?,
            status: row.try_get("status")?,
            external_id: row.try_get("external_id")?,
            icon_url: row.try_get("icon_url")?,
            is_listable_from_ui: row.try_get("is_listable_from_ui")?,
            is_visible: row.try_get("is_visible")?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
        })
    }
}

/// Whether there is such a channel.
///
/// # Errors
/// [`Error::NotFound`].
pub fn exists(store: &Store, id: i64) -> Result<(), Error> {
    store.memory(|memory| if memory.channels().contains(&id) { Ok(()) } else { Err(Error::NotFound) })
}

/// One channel.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, id: i64) -> Result<Channel, Error> {
    let query = sqlx::query("select * from channels where id = ?").bind(id);
    let row = store.run(move |turn| Box::pin(query.fetch_optional(&mut turn.db))).await;
    row?.map(|row| Channel::from_row(&row)).transpose()?.ok_or(Error::NotFound)
}

/// The matching channels of one page, lowest ids first, and how many match in all.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store, filters: Filters, page: Page) -> Result<(Vec<Channel>, i64), Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let (rows, total) = page_of(turn, "channels", &filters, &page, None).await?;
                Ok((rows.iter().map(Channel::from_row).collect::<Result<_, _>>()?, total))
            })
        })
        .await
}

/// Adds a channel to the store, or changes what is supplied of the first one.
pub(super) async fn define(db: &mut SqliteConnection, valid: &Valid) -> Result<(), Error> {
    let columns = Columns::new(valid, &[]);
    if valid.int("id") == Some(FIRST) {
        columns.update("channels").push(" where id = ").push_bind(FIRST).build().execute(db).await?;
    } else {
        columns.insert("channels").build().execute(db).await?;
    }
    Ok(())
}
