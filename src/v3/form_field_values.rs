//! `/customers/form-field-values`

use serde::Serialize;

use crate::model::form_fields::Answer;

/// What a customer or an address answered to a form field, as V3 shows it.
#[derive(Serialize)]
pub(super) struct AnswerView<'a> {
    name: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_id: Option<i64>,
}

impl<'a> AnswerView<'a> {
    pub(super) fn of_customer(answer: &'a Answer, id: i64) -> AnswerView<'a> {
        AnswerView { name: &answer.name, value: &answer.value, customer_id: Some(id), address_id: None }
    }

    pub(super) fn of_address(answer: &'a Answer, id: i64) -> AnswerView<'a> {
        AnswerView { name: &answer.name, value: &answer.value, customer_id: None, address_id: Some(id) }
    }
}
