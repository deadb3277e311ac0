//! V3: arrays in, `{data, meta}` out, all or nothing.

pub mod addresses;
pub mod attribute_values;
pub mod attributes;
pub mod batch;
pub mod channel_settings;
pub mod channels;
pub mod consent;
pub mod customers;
pub mod errors;
pub mod form_field_values;
pub mod hook_errors;
pub mod hooks;
pub mod hooks_admin;
pub mod list;
pub mod metafield_errors;
pub mod metafields;
pub mod metafields_batch;
pub mod settings;
pub mod stored_instruments;
pub mod validate_credentials;
pub mod wire;
