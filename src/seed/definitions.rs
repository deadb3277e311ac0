//! What a store of a seed asks of its people and notes down about them: form fields, attributes, and their values.

use super::parse::{Row, exactly, known, row, take};
use super::yaml::{Fault, Faults, Node, Place};
use crate::fields::{Field, date, int, text};
use crate::model::attribute_values::GivenValue;
use crate::model::attributes;
use crate::model::form_fields::{FormField, Owner, Type};

pub(super) fn form_field(mut node: Node) -> Result<(Place, Owner, FormField), Fault> {
    let place = node.place.clone();
    if let super::yaml::Value::Map(entries) = &node.value {
        for (key, node) in entries {
            known(key, node, &["name", "of", "type", "options"])?;
        }
    }
    let kind = match take(&mut node, "type") {
        Some(kind) => kind.word(&Type::ALL.map(|kind| (kind.name(), kind)))?,
        None => Type::default(),
    };
    let options = take(&mut node, "options");
    let [name, of] = exactly(node, ["name", "of"])?;
    let owner = of.word(&[("customer", Owner::Customer), ("address", Owner::Address)])?;
    let field = FormField { name: name.text()?, kind, options: chosen_from(&place, kind, options)? };
    Ok((place, owner, field))
}

fn chosen_from(field: &Place, kind: Type, options: Option<Node>) -> Result<Vec<String>, Fault> {
    let Some(node) = options else {
        let missing = || field.is(format!("options is missing: type {} needs some", kind.name()));
        return if kind.has_options() { Err(missing()) } else { Ok(Vec::new()) };
    };
    let place = node.place.clone();
    if !kind.has_options() {
        return Err(place.is(format!("type {} has no options; leave them out", kind.name())));
    }
    let mut options: Vec<String> = Vec::new();
    for node in node.items()? {
        let place = node.place.clone();
        let option = node.text()?;
        if options.contains(&option) {
            return Err(place.is(format!("'{option}' is there twice")));
        }
        options.push(option);
    }
    if options.is_empty() { Err(place.is("give at least one option")) } else { Ok(options) }
}

pub(super) fn attributes(node: Node) -> Result<Vec<Row>, Faults> {
    if let super::yaml::Value::List(nodes) = &node.value
        && let Some(node) = nodes.get(attributes::MAX)
    {
        return Err(node.place.is(format!("a store has at most {} attributes", attributes::MAX)).into());
    }
    node.each(|node| Ok::<_, Faults>(row(attributes::FIELDS, &[], node)?.0))
}

/// The fields of a value that a customer of a seed has of an attribute.
pub(super) const VALUE: &[Field] = &[
    text("name").required().len(1, 255),
    text("value").required().len(1, 255),
    int("id"),
    date("date_created"),
    date("date_modified"),
];

/// The value that a customer of a seed has of an attribute.
pub(super) fn attribute_value(node: Node) -> Result<(Place, GivenValue), Faults> {
    let (row, _) = row(VALUE, &[], node)?;
    let text = |name| row.valid.text(name).unwrap_or_default().to_owned();
    let given = GivenValue {
        name: text("name"),
        value: text("value"),
        id: row.valid.int("id"),
        date_created: row.valid.int("date_created"),
        date_modified: row.valid.int("date_modified"),
    };
    Ok((row.place, given))
}
