//! How a store behaves: who may come in, and the switches between sandbox and service.

use std::time::Duration;

use super::Information;
use crate::access::Access;
use crate::clock::Mode;
use crate::quota::Quotas;

mod json;
mod profile;

pub(super) use json::read_file;
pub use json::{basic, clock, clock_json, from_json, kept_json, patched, read_seeded, to_json, token, words};
pub use profile::{Concurrency, HookDestinations, Named, PROFILES, Profile};

/// Everything about a store that is not its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How near to the service it is where nobody says otherwise.
    pub profile: Profile,
    /// What was named of that which follows the profile otherwise. The fields have what holds.
    pub named: Named,
    /// Who may come in, and how the store reads the documents.
    pub access: Access,
    /// Its time.
    pub clock: Mode,
    /// How long every answer is held back.
    pub latency: Duration,
    /// How many requests it may get.
    pub quotas: Quotas,
    /// How many requests it carries out at once.
    pub concurrency: Concurrency,
    /// Which web pages may call it.
    pub cors: Cors,
    /// Where webhooks may lead.
    pub hook_destinations: HookDestinations,
    /// What it says of itself.
    pub information: Information,
}

/// Which web pages may call a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cors {
    /// Those of any origin.
    #[default]
    Any,
    /// None, as with the service.
    Off,
    /// Those of these origins.
    Origins(Vec<String>),
}

impl Cors {
    /// Whether pages of this origin may call.
    #[must_use]
    pub fn allows(&self, origin: &[u8]) -> bool {
        match self {
            Cors::Any => true,
            Cors::Off => false,
            Cors::Origins(origins) => origins.iter().any(|allowed| allowed.as_bytes() == origin),
        }
    }
}
