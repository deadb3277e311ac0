//! What the customers of a seed keep to pay with. No fault shows a token.

use std::ops::RangeInclusive;

use super::parse::{Row, row, take};
use super::words::why;
use super::yaml::{Fault, Faults, Node};
use crate::error::What;
use crate::model::countries;
use crate::model::stored_instruments::{BILLING_ADDRESS, StoredInstrument, TYPES, Type};

pub(super) fn stored_instruments(node: Node) -> Result<Vec<StoredInstrument>, Faults> {
    let mut tokens: Vec<String> = Vec::new();
    node.each(|node| {
        let (row, instrument) = stored_instrument(node)?;
        if tokens.iter().any(|other| other == instrument.token()) {
            return Err(Faults::from(row.is("token", "another one of the customer has it")));
        }
        tokens.push(instrument.token().to_owned());
        Ok(instrument)
    })
}

fn stored_instrument(mut node: Node) -> Result<(Row, StoredInstrument), Faults> {
    let place = node.place.clone();
    let Some(kind) = take(&mut node, "type") else {
        node.entries()?;
        return Err(place.is("type is missing").into());
    };
    let kind = kind.word(&TYPES)?;
    let extra: &[&str] = if kind == Type::Card { &["billing_address"] } else { &[] };
    let (row, extras) = row(kind.fields(), extra, node)?;
    let mut faults = Faults::default();
    let has_address = !extras.is_empty();
    let address = extras.into_iter().next().and_then(|(_, node)| faults.note(billing_address(node)));
    if kind == Type::Card {
        faults.note(check_card(&row));
        if !has_address {
            faults.0.push(row.is("billing_address", why(&What::Missing)));
        }
    }
    let instrument = StoredInstrument::of(kind, &row.valid, address.as_ref().map(|row| &row.valid));
    faults.or((row, instrument))
}

fn check_card(card: &Row) -> Result<(), Fault> {
    for (name, range) in [("expiry_month", 1..=12), ("expiry_year", 0..=9999)] {
        if !card.valid.int(name).is_some_and(|number| range.contains(&number)) {
            let (min, max) = range.into_inner();
            return Err(card.is(name, format!("must be a whole number from {min} to {max}")));
        }
    }
    let is_digits = |name: &str, length: RangeInclusive<usize>| {
        let text = card.valid.text(name).unwrap_or_default();
        length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !is_digits("issuer_identification_number", 6..=8) {
        return Err(card.is("issuer_identification_number", "must be 6 to 8 digits"));
    }
    if is_digits("last_4", 4..=4) { Ok(()) } else { Err(card.is("last_4", "must be 4 digits")) }
}

fn billing_address(node: Node) -> Result<Row, Faults> {
    let (row, _) = row(BILLING_ADDRESS, &[], node)?;
    match row.valid.text("country_code").and_then(countries::coded) {
        Some(_) => Ok(row),
        None => Err(row.is("country_code", "must be an ISO 3166 code of two capital letters").into()),
    }
}
