//! `/customers/form-field-values`

use axum::response::Response;
use serde::{Serialize, Serializer};

use super::batch;
use super::list::{Abilities, List};
use super::wire::{self, Envelope};
use crate::error::Error;
use crate::extract::{Body, Query, Tenant};
use crate::fields::validate::Operation;
use crate::model::form_field_values::{self, FIELDS, FormFieldValue};
use crate::model::form_fields::{Answer, Owner, Said};

/// What lists of answers can do.
pub const ABILITIES: Abilities = Abilities { sort: &[], include: &[], cursors: true };

/// `GET /customers/form-field-values`
///
/// # Errors
/// A query parameter that is unknown or can not be read.
pub async fn list(tenant: Tenant, Query(query): Query) -> Result<Response, Error> {
    let list = List::read(FIELDS, ABILITIES, tenant.settings.access.switches, query)?;
    let (filters, page) = (list.filters.clone(), list.page.clone());
    let (values, around) =
        form_field_values::list(&tenant.store, filters, page, list.shows_cursors()).await?;
    let data: Vec<_> = values.iter().map(AnswerView::of).collect();
    let meta = list.meta(data.len().try_into().unwrap_or(i64::MAX), &around);
    Ok(wire::ok(&Envelope { data, meta }))
}

/// `PUT /customers/form-field-values`: sets answers, whether there were any before or not.
///
/// # Errors
/// Whatever is wrong with the batch; none of it was set then.
pub async fn upsert(tenant: Tenant, body: Body) -> Result<Response, Error> {
    let valids = batch::items(body, FIELDS, Operation::Create)?;
    // Only a store that exists has customers and form fields.
    let set = form_field_values::upsert_all(&tenant.store, valids).await?;
    Ok(wire::written(&set.iter().map(AnswerView::of).collect::<Vec<_>>()))
}

/// What a customer or an address answered to a form field, as V3 shows it.
#[derive(Serialize)]
pub(super) struct AnswerView<'a> {
    name: &'a str,
    value: Value<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_id: Option<i64>,
}

impl<'a> AnswerView<'a> {
    fn of(value: &'a FormFieldValue) -> AnswerView<'a> {
        match value.owner {
            (Owner::Customer, id) => {
                AnswerView { customer_id: Some(id), ..AnswerView::inside(&value.answer) }
            }
            (Owner::Address, id) => AnswerView { address_id: Some(id), ..AnswerView::inside(&value.answer) },
        }
    }

    /// An answer inside of its customer or address. Observed: it does not say whose it is.
    pub(super) fn inside(answer: &'a Answer) -> AnswerView<'a> {
        AnswerView { name: &answer.name, value: Value(answer), customer_id: None, address_id: None }
    }
}

/// Documented: text, a number or a list of text. Assumed: each where the form field takes just that.
struct Value<'a>(&'a Answer);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.said() {
            Said::Text(text) => serializer.serialize_str(text),
            Said::Number(number) => number.serialize(serializer),
            Said::Chosen(options) => options.serialize(serializer),
        }
    }
}
