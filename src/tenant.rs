//! Whom a request speaks to: found by the edge, looked at by the gateway, and handed to the handler.

use std::sync::Arc;

use crate::accept::Form;
use crate::concurrency::Slot;
use crate::error::Error;
use crate::model::engine::Store;
use crate::mount::Family;
use crate::operations::Operation;
use crate::quota::Allowance;
use crate::tenants::{Settings, Tenants};

/// The store that a request speaks to, and how the client reached it. Taking it is passing the gate: route and
/// method exist, so next come the token and its scope, then what the client accepts.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The store; an empty one that belongs to nobody if it does not exist.
    pub store: Arc<Store>,
    /// Whether there is such a store.
    pub exists: bool,
    /// The hash that the client named.
    pub hash: Box<str>,
    /// The URL family.
    pub family: Family,
    /// What it is asked for.
    pub operation: Option<&'static Operation>,
    /// What is left of the store's quota.
    pub allowance: Allowance,
    /// The URL of the mount, as the client can reach it: `http://localhost:2442/stores/demo/v2`.
    pub base: String,
    /// Where the path of `base` begins.
    pub base_path: usize,
    /// The form of its answer.
    pub form: Form,
    /// Its slot among those that the store carries out at once, if there is a limit. The edge has it too, and gives it
    /// back when the answer is ready.
    pub slot: Option<Arc<Slot>>,
    /// How the store behaves, from the beginning of the request to its end.
    pub settings: Arc<Settings>,
    /// All stores, for the first write of one that does not exist.
    pub tenants: Arc<Tenants>,
}

impl Tenant {
    /// The store for a first write: made if it does not exist.
    ///
    /// # Errors
    /// When its database can not be made.
    pub async fn store_to_create_in(&self) -> Result<Arc<Store>, Error> {
        // One that exists is written to as it was found, even if it is replaced meanwhile.
        if !self.exists {
            return Ok(self.tenants.get_or_create(&self.hash).await?.1);
        }
        Ok(self.store.clone())
    }

    /// The path of the mount: `/stores/demo/v2`, `/api/v2`.
    #[must_use]
    pub fn mount_path(&self) -> &str {
        &self.base[self.base_path..]
    }
}
