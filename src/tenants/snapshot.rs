//! A store as it was at one moment: what a reset goes back to, and what somebody wanted to keep.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::files;
use super::settings::{self, Profile, Settings};
use crate::model::engine::{Image, OpenError};

/// Content and settings of a store.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The content.
    pub image: Image,
    /// The settings.
    pub settings: Settings,
    /// How many customers are in it.
    pub customers: i64,
    /// When it was made, in Unix milliseconds.
    pub created_at: i64,
}

/// What is told of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// How many customers are in it.
    pub customers: i64,
    /// The bytes that it takes.
    pub bytes: usize,
    /// When it was made, in Unix milliseconds.
    pub created_at: i64,
}

impl Snapshot {
    /// What is told of it.
    #[must_use]
    pub fn about(&self) -> About {
        About { customers: self.customers, bytes: self.image.as_bytes().len(), created_at: self.created_at }
    }

    /// Writes it to a file: a line of JSON, then the packed database.
    pub(super) fn write(&self, path: &Path) -> Result<(), OpenError> {
        let head = json!({
            "settings": settings::kept_json(&self.settings),
            "customers": self.customers,
            "created_at": self.created_at,
        });
        files::write(path, &[head.to_string().as_bytes(), b"\n", self.image.as_bytes()])
    }

    /// Reads what [`Snapshot::write`] wrote. `server` is the profile of stores that name none.
    pub(super) fn read(path: &Path, server: Profile) -> Result<Snapshot, OpenError> {
        let failed = |source| OpenError::file(path, source);
        let bytes = std::fs::read(path).map_err(failed)?;
        let read = || {
            let line = bytes.iter().position(|b| *b == b'\n')?;
            let head: Json = serde_json::from_slice(&bytes[..line]).ok()?;
            Some(Snapshot {
                image: Image::from_bytes(bytes[line + 1..].to_vec()),
                settings: settings::from_json(head.get("settings")?.clone(), server).ok()?,
                customers: head.get("customers")?.as_i64()?,
                created_at: head.get("created_at")?.as_i64()?,
            })
        };
        let spoilt = || failed(std::io::Error::other("this is not a snapshot that this program wrote"));
        read().ok_or_else(spoilt)
    }
}
