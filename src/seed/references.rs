//! What the parts of a store in a seed say of each other: names and ids that are there twice, and references to nothing.
//! All of it can be told before there is a database. What only shows there, a store that exists already or people that
//! were made up, is told as it comes up.

use std::collections::HashMap;

use super::parse::{Customer, Row, Store};
use super::words::{no_country, why};
use super::yaml::{Fault, Place};
use crate::access::CLIENT_ID;
use crate::error::{Error, What};
use crate::fields::validate::Valid;
use crate::fields::{Kind, Value};
use crate::model::attribute_values::GivenValue;
use crate::model::attributes::Type;
use crate::model::channels::FIRST;
use crate::model::form_fields::{self, FormField, Owner};
use crate::model::{countries, customer_groups, hooks};

/// Everything that is wrong between the parts of a store.
pub(super) fn faults(store: &Store) -> Vec<Fault> {
    let mut faults = Vec::new();
    let channels = || store.channels.iter().map(|(channel, _)| channel);
    twice(&mut faults, channels(), "id", "channel");
    for field in ["name", "id"] {
        twice(&mut faults, &store.groups, field, "group");
        twice(&mut faults, &store.attributes, field, "attribute");
    }
    for customer in &store.customers {
        same_metafields(&mut faults, &customer.beside.metafields);
    }
    same_metafields(&mut faults, &store.metafields);
    twice(
        &mut faults,
        store.customers.iter().flat_map(|customer| &customer.beside.metafields).chain(&store.metafields),
        "id",
        "metafield",
    );
    twice(&mut faults, &store.hooks, "id", "webhook");
    for (i, row) in store.hook_emails.iter().enumerate() {
        if store.hook_emails[..i].iter().any(|before| client(before) == client(row)) {
            faults.push(row.is("client_id", "another entry is for the same API account"));
        }
    }
    same_hooks(&mut faults, &store.hooks);
    for group in &store.groups {
        if let Err(Error::Invalid(problems)) = customer_groups::check(&group.valid) {
            faults.extend(problems.iter().map(|problem| group.fault(problem)));
        }
    }
    for (i, (place, owner, field)) in store.form_fields.iter().enumerate() {
        let before = &store.form_fields[..i];
        if before.iter().any(|(_, of, other)| of == owner && other.name == field.name) {
            let of = match owner {
                Owner::Customer => "a customer",
                Owner::Address => "an address",
            };
            faults.push(place.is(format!("another form field of {of} is called '{}'", field.name)));
        }
    }
    let customers = || store.customers.iter().map(|customer| &customer.row);
    for field in ["email", "id"] {
        twice(&mut faults, customers(), field, "customer");
    }
    let addresses = store.customers.iter().flat_map(|customer| &customer.beside.addresses);
    twice(&mut faults, addresses, "id", "address");
    let known = Known {
        groups: ids(&store.groups),
        channels: std::iter::once(FIRST)
            .chain(channels().filter_map(|channel| channel.valid.int("id")))
            .collect(),
        store,
    };
    let settings = store.channels.iter().filter_map(|(_, settings)| settings.as_ref());
    for settings in store.customer_settings.iter().chain(settings) {
        known.check_settings(settings, &mut faults);
    }
    for customer in &store.customers {
        known.check(customer, &mut faults);
    }
    faults
}

/// Rows that have what one before them has; text without regard to ASCII case.
fn twice<'a>(faults: &mut Vec<Fault>, rows: impl IntoIterator<Item = &'a Row>, field: &str, what: &str) {
    let mut first: HashMap<String, &Row> = HashMap::new();
    for row in rows {
        let value = match row.valid.get(field) {
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Text(text)) if !text.is_empty() => text.to_ascii_lowercase(),
            _ => continue,
        };
        if let Some(other) = first.get(&value) {
            let Place { line, at } = &other.place;
            let at =
                at.split_once('.').and_then(|(_, at)| at.split_once('.')).map_or(at.as_str(), |(_, at)| at);
            let line = if *line == 0 { String::new() } else { format!(", on line {line}") };
            faults.push(row.is(field, format!("another {what} in this store has it: {at}{line}")));
        } else {
            first.insert(value, row);
        }
    }
}

/// Metafields that another one is in the way of: of one customer and app, with the same key in the same namespace.
fn same_metafields(faults: &mut Vec<Fault>, metafields: &[Row]) {
    let of = |row: &Row| {
        let text = |name| row.valid.text(name).unwrap_or_default().to_owned();
        let owner = row.valid.text("owner_client_id").unwrap_or(CLIENT_ID).to_owned();
        (row.valid.int("resource_id"), text("namespace"), text("key"), owner)
    };
    for (i, row) in metafields.iter().enumerate() {
        if metafields[..i].iter().any(|before| of(before) == of(row)) {
            faults.push(row.is("key", "another metafield of this customer and app has it in this namespace"));
        }
    }
}

/// The API account that a row is of.
fn client(row: &Row) -> &str {
    row.valid.text("client_id").unwrap_or(CLIENT_ID)
}

/// Webhooks that another one of the same API account is in the way of.
fn same_hooks(faults: &mut Vec<Fault>, hooks: &[Row]) {
    let mut of_client: HashMap<&str, Vec<(&str, &str)>> = HashMap::new();
    for row in hooks {
        let text = |name| row.valid.text(name).unwrap_or_default();
        let before = of_client.entry(client(row)).or_default();
        match hooks::check_room(before, text("scope"), text("destination")) {
            Ok(()) => before.push((text("scope"), text("destination"))),
            Err(problem) => faults.push(row.fault(&problem)),
        }
    }
}

/// The ids of rows: those that are pinned, and for the others the next one.
fn ids(rows: &[Row]) -> Vec<i64> {
    let mut last = 0;
    let id = |row: &Row| {
        let id = row.valid.int("id").unwrap_or(last + 1);
        last = last.max(id);
        id
    };
    rows.iter().map(id).collect()
}

/// What customers can refer to.
struct Known<'a> {
    groups: Vec<i64>,
    channels: Vec<i64>,
    store: &'a Store,
}

impl Known<'_> {
    fn check(&self, customer: &Customer, faults: &mut Vec<Fault>) {
        let Customer { row, beside } = customer;
        if let Some(id) = row.valid.int("customer_group_id")
            && id != 0
            && !self.has_group(id)
        {
            faults.push(row.is("customer_group_id", no_id("group", "groups", id, &self.groups)));
        }
        let origin = row.valid.int("origin_channel_id").map(|id| ("origin_channel_id", id));
        let access = row.valid.ints("channel_ids").into_iter().flatten().map(|id| ("channel_ids", *id));
        for (field, id) in origin.into_iter().chain(access) {
            if !self.channels.contains(&id) {
                faults.push(row.is(field, no_id("channel", "channels", id, &self.channels)));
            }
        }
        self.check_answers(Owner::Customer, row, faults);
        for address in &beside.addresses {
            self.check_address(address, row, faults);
        }
        for (i, (place, GivenValue { name, value, .. })) in beside.attributes.iter().enumerate() {
            let before = &beside.attributes[..i];
            if before.iter().any(|(_, other)| other.name.eq_ignore_ascii_case(name)) {
                faults.push(below(place, "name").is("the customer has a value of this attribute already"));
                continue;
            }
            let attributes = &self.store.attributes;
            let has_it =
                |row: &&Row| row.valid.text("name").is_some_and(|own| own.eq_ignore_ascii_case(name));
            let Some(attribute) = attributes.iter().find(has_it) else {
                let names = attributes.iter().filter_map(|row| row.valid.text("name"));
                faults.push(below(place, "name").is(no_name("attribute", "attributes", name, names)));
                continue;
            };
            if let Err(what) = Type::of(attribute.valid.text("type").unwrap_or_default()).takes(value) {
                faults.push(below(place, "value").is(wrong_value(&what)));
            }
        }
    }

    fn check_settings(&self, settings: &Row, faults: &mut Vec<Fault>) {
        for (field, value) in
            settings.valid.object("customer_group_settings").into_iter().flat_map(Valid::iter)
        {
            if let Value::Int(id) = value
                && *id != 0
                && !self.has_group(*id)
            {
                let at = format!("customer_group_settings.{}", field.name);
                faults.push(settings.is(&at, no_id("group", "groups", *id, &self.groups)));
            }
        }
    }

    /// Those that are made up have ids as well.
    fn has_group(&self, id: i64) -> bool {
        let made_up = self.store.generate.as_ref().is_some_and(|(_, wanted)| wanted.groups > 0);
        made_up || self.groups.contains(&id)
    }

    fn check_address(&self, address: &Row, customer: &Row, faults: &mut Vec<Fault>) {
        if let Some(name) = address.valid.text("country") {
            match (countries::named(name), address.valid.text("country_iso2")) {
                (None, _) => faults.push(address.is("country", no_country(name))),
                (Some(country), Some(code)) if code != country.code => {
                    let why = format!(
                        "{code} does not go together with {}, whose code is {}; leave it out",
                        country.name, country.code
                    );
                    faults.push(address.is("country_iso2", why));
                }
                _ => {}
            }
        }
        if let (Some(id), own) = (address.valid.int("customer_id"), customer.valid.int("id"))
            && own != Some(id)
        {
            let why = "the customer it stands in has another id, or none that is pinned; leave it out";
            faults.push(address.is("customer_id", why));
        }
        self.check_answers(Owner::Address, address, faults);
    }

    fn check_answers(&self, owner: Owner, row: &Row, faults: &mut Vec<Fault>) {
        let fields: Vec<&FormField> = self
            .store
            .form_fields
            .iter()
            .filter(|(_, of, _)| *of == owner)
            .map(|(_, _, field)| field)
            .collect();
        for (i, (place, given)) in row.form_fields.iter().enumerate() {
            let Some(field) = fields.iter().find(|field| field.name == given.name) else {
                let names = fields.iter().map(|field| field.name.as_str());
                let what = match owner {
                    Owner::Customer => "form field of a customer",
                    Owner::Address => "form field of an address",
                };
                faults.push(below(place, "name").is(no_name(what, "form_fields", &given.name, names)));
                continue;
            };
            if row.form_fields[..i].iter().any(|(_, before)| before.name == given.name) {
                faults.push(below(place, "name").is(format!("'{}' is answered twice", given.name)));
            } else if let Err(what) = field.keep(&given.value) {
                faults.push(below(place, "value").is(not_taken(field, &what)));
            }
        }
    }
}

fn below(place: &Place, key: &str) -> Place {
    Place { line: place.line, at: format!("{}.{key}", place.at) }
}

fn no_id(what: &str, key: &str, id: i64, known: &[i64]) -> String {
    let known: Vec<String> = known.iter().take(20).map(i64::to_string).collect();
    if known.is_empty() {
        return format!("there is no {what} {id}: the store has no `{key}`");
    }
    format!("there is no {what} {id}; `{key}` of the store has the ids {}", known.join(", "))
}

fn no_name<'a>(what: &str, key: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.take(20).collect();
    if known.is_empty() {
        return format!("there is no {what} '{name}': the store has none in `{key}`");
    }
    format!("there is no {what} '{name}'; `{key}` of the store has {}", known.join(", "))
}

/// Why a form field does not take a value.
fn not_taken(field: &FormField, what: &What) -> String {
    let What::Malformed { value, .. } = what else { return why(what) };
    let kind = field.kind;
    match kind {
        form_fields::Type::Date => {
            format!("'{value}' is not a day, as '{}' takes; write 2024-05-06", field.name)
        }
        form_fields::Type::Numbers => format!("'{value}' is not a number, as '{}' takes", field.name),
        _ if kind.has_options() => {
            format!("'{value}' is not one of the options of '{}': {}", field.name, field.options.join(", "))
        }
        _ => format!("'{value}' is a list, and '{}' takes one text", field.name),
    }
}

/// Why an attribute does not take a value.
pub(super) fn wrong_value(what: &What) -> String {
    match what {
        What::Malformed { kind: Kind::Date, value } => {
            format!("'{value}' is not a day, as the attribute takes; write 2024-05-06")
        }
        What::Malformed { value, .. } => format!("'{value}' is not a number, as the attribute takes"),
        what => why(what),
    }
}
