//! A local server that behaves like BigCommerce's Customers API.
//!
//! A request goes through [`edge`] (what happens to each), [`mod@app`] (the routes), [`extract`] (what a handler gets),
//! a handler in [`v2`] or [`v3`] (the wire formats), [`fields`] (what may be written) and [`model`] (rows and rules) to its
//! [`model::engine`] – one store, one SQLite database. [`error`] says what went wrong by meaning; the dialects find words.
//! [`control`] is what the service does not have, [`matching`] how it picks requests out, [`openapi`] tells tools what there
//! is. [`config`] is the command line, [`seed`] the files that fill stores, [`reload`] reads them again, [`server`] is the listening,
//! [`descriptors`] how much of it the system allows.

pub mod accept;
pub mod access;
pub mod app;
pub mod body_json;
pub mod client_env;
pub mod clock;
pub mod concurrency;
pub mod config;
pub mod control;
pub mod coverage;
pub mod descriptors;
pub mod durations;
pub mod edge;
pub mod error;
pub mod extract;
mod failures;
pub mod faults;
pub mod fields;
pub mod gateway;
pub mod healthcheck;
pub mod journal;
pub mod line;
pub mod matching;
pub mod model;
pub mod mount;
pub mod openapi;
pub mod operations;
pub mod passwords;
pub mod process;
pub mod query;
pub mod quota;
pub mod receive;
pub mod reload;
pub mod reply;
pub mod seed;
pub mod server;
pub mod signals;
pub mod strict_json;
pub mod tenant;
pub mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls;
pub mod v2;
pub mod v3;
mod write_timeout;

use std::sync::Arc;

/// The whole application as a service, without a listener: what tests drive and [`server`] serves.
#[must_use]
pub fn app(tenants: Arc<tenants::Tenants>, options: edge::Options) -> edge::Edge {
    edge::Edge::new(app::routes(&tenants, &options.default_store), tenants, options)
}
