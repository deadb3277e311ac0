//! V3: `/stores/{store_hash}/v3`.

mod addresses;
mod attribute_values;
mod attributes;
mod batches;
mod channel_settings;
mod channels;
mod consent;
mod cursors;
mod customers;
mod events;
mod filters;
mod form_field_values;
mod hooks;
mod metafields;
mod metafields_batch;
mod one_truth;
mod refusals;
mod scans;
mod settings;
mod stored_instruments;
mod validate_credentials;

use serde_json::{Value, json};

use crate::support::over;

/// Customers of store `s`.
pub(crate) const CUSTOMERS: &str = "/stores/s/v3/customers";

/// An error as V3 writes it; `errors` as JSON.
pub(crate) fn error(status: u16, title: &str, errors: &str) -> String {
    let kind = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes";
    let title = Value::from(title);
    format!(r#"{{"status":{status},"title":{title},"type":"{kind}","errors":{errors}}}"#)
}

/// The least that makes a customer, with these fields over it.
pub(crate) fn bill(more: Value) -> Value {
    over(json!({"email": "a@b.co", "first_name": "Bill", "last_name": "Bellamy"}), more)
}

/// The least that makes an address of customer 1, with these fields over it.
pub(crate) fn house(more: Value) -> Value {
    let house = json!({
        "customer_id": 1, "first_name": "Bill", "last_name": "Bellamy", "address1": "1 Main Street",
        "city": "Austin", "country_code": "US", "state_or_province": "Texas", "postal_code": "78701",
    });
    over(house, more)
}
