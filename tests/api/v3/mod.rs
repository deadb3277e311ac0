//! V3, one file a URL.

mod attribute_values;
mod attributes;
mod form_field_values;
