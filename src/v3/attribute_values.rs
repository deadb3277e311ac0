//! `/customers/attribute-values`

use serde::Serialize;

use super::wire::Date;
use crate::model::attributes::AttributeValue;

/// The value that a customer has of an attribute, as V3 shows it.
#[derive(Serialize)]
pub(super) struct AttributeValueView<'a> {
    id: i64,
    customer_id: i64,
    attribute_id: i64,
    attribute_value: &'a str,
    date_created: Date,
    date_modified: Date,
}

impl<'a> AttributeValueView<'a> {
    pub(super) fn new(value: &'a AttributeValue) -> AttributeValueView<'a> {
        AttributeValueView {
            id: value.id,
            customer_id: value.customer_id,
            attribute_id: value.attribute_id,
            attribute_value: &value.attribute_value,
            date_created: Date(value.date_created),
            date_modified: Date(value.date_modified),
        }
    }
}
