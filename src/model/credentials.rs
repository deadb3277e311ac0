//! Whose email and password these are, and whether they open a channel.

use sqlx::Row as _;

use super::channel_settings::allows_global_logins;
use super::rows::read_channels;
use crate::error::Error;
use crate::model::engine::Store;

/// The customer who can log in on this channel with this email, without regard to ASCII case, and this password.
///
/// A channel that does not exist is open to nobody. Whatever the answer, it takes the same work.
///
/// # Errors
/// Only the database's.
pub async fn check(
    store: &Store,
    email: String,
    password: String,
    channel_id: i64,
) -> Result<Option<i64>, Error> {
    let found = store
        .run::<_, Error>(move |turn| {
            Box::pin(async move {
                let query = "select id, password_hash, channel_ids, \
                    (select allow_global_logins from channel_settings where channel_id = ?) as global_logins, \
                    exists (select 1 from channels where id = ?) as channel_exists \
                    from customers where email = ?";
                let query = sqlx::query(query).bind(channel_id).bind(channel_id).bind(email);
                let Some(row) = query.fetch_optional(&mut turn.db).await? else { return Ok(None) };
                let is_open = match row.try_get::<Option<&str>, _>("channel_ids")? {
                    Some(channels) => read_channels(channels)?.contains(&channel_id),
                    None => allows_global_logins(channel_id, row.try_get("global_logins")?),
                };
                let id: i64 = row.try_get("id")?;
                let hash: Option<String> = row.try_get("password_hash")?;
                Ok(Some((id, hash, is_open && row.try_get("channel_exists")?)))
            })
        })
        .await?;
    let (id, hash, is_open) = found.unwrap_or_default();
    let is_theirs = store.passwords.verify(password, hash).await;
    Ok((is_theirs && is_open).then_some(id))
}
