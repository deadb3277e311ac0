//! Seed files whose types of form fields, attributes, values of either, or stored instruments are refused.

use super::seed_refused::{JANE, jane_refused, refused};
use super::seed_stores_refused::shop_refused;

/// Refused in a store with these definitions, in what its only customer has on the eighth line of the store.
#[track_caller]
fn customer_refused(definitions: &str, has: &str, at: &str, why: &str) {
    let lines = format!(
        "{definitions}\ncustomers:\n  - first_name: J\n    last_name: D\n    email: j@example.com\n    phone: '1'\n    \
         notes: n\n    {has}"
    );
    shop_refused(&lines, 8, &format!("customers[0].{at}"), why);
}

#[test]
fn types_and_options_that_can_not_be_are_refused() {
    let words = "'colour' is not one of: checkboxes, date, multiline, numbers, password, radiobuttons, text, picklist";
    shop_refused(
        "form_fields:\n  - name: A\n    of: customer\n    type: colour",
        4,
        "form_fields[0].type",
        words,
    );
    for kind in ["picklist", "radiobuttons", "checkboxes"] {
        let text = format!("form_fields:\n  - {{name: A, of: customer, type: {kind}}}");
        shop_refused(&text, 2, "form_fields[0]", &format!("options is missing: type {kind} needs some"));
    }
    let options = |kind: &str, options: &str| {
        format!("form_fields:\n  - name: A\n    of: address\n    type: {kind}\n    options: {options}")
    };
    let at = "form_fields[0].options";
    shop_refused(&options("date", "[a]"), 5, at, "type date has no options; leave them out");
    shop_refused(&options("picklist", "[]"), 5, at, "give at least one option");
    shop_refused(&options("picklist", "a"), 5, at, "expected a list");
    shop_refused(&options("picklist", "[a, a]"), 5, "form_fields[0].options[1]", "'a' is there twice");
    shop_refused(&options("picklist", "[a, 1]"), 5, "form_fields[0].options[1]", "quotes");
    shop_refused(&options("picklist", "['']"), 5, "form_fields[0].options[0]", "expected text");
    let untyped = "form_fields: [{name: A, of: customer, options: [a]}]";
    shop_refused(untyped, 1, at, "type text has no options; leave them out");
    let known = "no such key; known here: name, of, type, options";
    shop_refused("form_fields: [{name: A, of: customer, kind: date}]", 1, "form_fields[0].kind", known);
}

#[test]
fn answers_that_a_form_field_does_not_take_are_refused() {
    for (kind, value, why) in [
        ("picklist, options: [a, b]", "c", "not one of the options of 'F': a, b"),
        ("radiobuttons, options: [a, b]", "[a, b]", "not one of the options of 'F': a, b"),
        ("checkboxes, options: [a, b]", "[a, c]", "not one of the options of 'F': a, b"),
        ("date", "2024-02-30", "not a day, as 'F' takes"),
        ("numbers", "many", "not a number, as 'F' takes"),
        ("text", "[a]", "a list, and 'F' takes one text"),
    ] {
        let fields = format!("form_fields: [{{name: F, of: customer, type: {kind}}}]");
        let has = format!("form_fields: [{{name: F, value: {value}}}]");
        let why = format!("'{}' is {why}", value.trim_matches(['[', ']']));
        customer_refused(&fields, &has, "form_fields[0].value", &why);
    }
    let fields = "form_fields: [{name: F, of: customer}]";
    let twice = "form_fields: [{name: F, value: a}, {name: F, value: b}]";
    customer_refused(fields, twice, "form_fields[1].name", "'F' is answered twice");
    customer_refused(fields, "form_fields: [{name: F, value: 1}]", "form_fields[0].value", "quotes");
    customer_refused(fields, "form_fields: [{name: F, value: [1]}]", "form_fields[0].value[0]", "quotes");
}

#[test]
fn attributes_that_can_not_be_are_refused() {
    shop_refused("attributes: {}", 1, "attributes", "expected a list");
    shop_refused("attributes: [{name: A}]", 1, "attributes[0].type", "required, and not there");
    shop_refused("attributes: [{type: date}]", 1, "attributes[0].name", "required, and not there");
    let text = "attributes:\n  - name: A\n    type: text";
    shop_refused(text, 3, "attributes[0].type", "'text' is not one of: string, number, date");
    let long = format!("attributes: [{{name: {}, type: date}}]", "x".repeat(256));
    shop_refused(&long, 1, "attributes[0].name", "must be 1 to 255 characters long");
    shop_refused("attributes: [{name: A, type: date, of: customer}]", 1, "attributes[0].of", "no such field");
    shop_refused("attributes: [{name: A, type: date, id: 0}]", 1, "attributes[0].id", "1 to 2000000000");
    let taken = "another attribute in this store has it: attributes[0], on line 4";
    let same = "attributes:\n  - {name: A, type: date}\n  - {name: a, type: string}";
    shop_refused(same, 3, "attributes[1].name", taken);
    let same = "attributes:\n  - {name: A, type: date, id: 3}\n  - {name: B, type: string, id: 3}";
    shop_refused(same, 3, "attributes[1].id", taken);
    let many: Vec<String> = (0..51).map(|i| format!("\n  - {{name: a{i}, type: date}}")).collect();
    shop_refused(
        &format!("attributes:{}", many.concat()),
        52,
        "attributes[50]",
        "a store has at most 50 attributes",
    );
}

#[test]
fn values_that_an_attribute_does_not_take_are_refused() {
    let attributes = "attributes: [{name: T, type: string}, {name: N, type: number}, {name: D, type: date}]";
    let refused = |values: &str, at: &str, why: &str| {
        customer_refused(attributes, &format!("attributes: [{values}]"), &format!("attributes{at}"), why);
    };
    refused(
        "{name: X, value: a}",
        "[0].name",
        "there is no attribute 'X'; `attributes` of the store has T, N, D",
    );
    refused(
        "{name: T, value: a}, {name: t, value: b}",
        "[1].name",
        "the customer has a value of this attribute already",
    );
    refused("{name: N, value: many}", "[0].value", "'many' is not a number, as the attribute takes");
    refused(
        "{name: D, value: 2024-02-30}",
        "[0].value",
        "'2024-02-30' is not a day, as the attribute takes; write 2024-05-06",
    );
    refused("{name: N, value: 5}", "[0].value", "quotes");
    refused("{name: T, value: ''}", "[0].value", "required");
    let long = format!("{{name: T, value: {}}}", "x".repeat(256));
    refused(&long, "[0].value", "must be 1 to 255 characters long");
    refused("{name: T}", "[0].value", "required");
    refused("{name: T, value: a, id: 0}", "[0].id", "1 to 2000000000");
    jane_refused("attributes: {T: a}", "attributes", "expected a list");
    // As V3 writes them, which a seed does not.
    let known = "no such field";
    jane_refused("attributes: [{attribute_id: 1, attribute_value: a}]", "attributes[0].attribute_id", known);
}

/// A card of the seed's only customer, one field to a line from the eighth. Its token must never be shown.
const CARD: &str = "stored_instruments:
          - type: stored_card
            token: s3cret-pass
            brand: VISA
            expiry_month: 1
            expiry_year: 2031
            issuer_identification_number: '411111'
            last_4: '1111'
            billing_address:
              first_name: J
              last_name: D
              address1: S
              city: C
              country_code: US
";

/// Refused with this line of the card as another one, or none; `line` is that of the fault.
#[track_caller]
fn card_refused(field: &str, other: &str, line: usize, at: &str, why: &str) {
    let lines = CARD.lines().filter_map(|text| match text.trim_start() {
        own if own.starts_with(field) && other.is_empty() => None,
        own if own.starts_with(field) => Some(text.replace(own, other)),
        _ => Some(text.to_owned()),
    });
    let card = lines.collect::<Vec<_>>().join("\n");
    let at = format!("stores.shop.customers[0].stored_instruments[0]{at}");
    refused(&format!("{JANE}        {card}\n"), line, &at, why);
}

#[test]
fn stored_instruments_that_can_not_be_are_refused() {
    jane_refused("stored_instruments: {}", "stored_instruments", "expected a list");
    jane_refused("stored_instruments: [card]", "stored_instruments[0]", "expected a mapping");
    jane_refused("stored_instruments: [{token: t}]", "stored_instruments[0]", "type is missing");
    let words = "'card' is not one of: stored_card, stored_paypal_account, stored_bank_account";
    jane_refused("stored_instruments: [{type: card}]", "stored_instruments[0].type", words);
    let required = "required, and not there";
    for (kind, field) in [
        ("stored_paypal_account, email: a@b.co", "token"),
        ("stored_paypal_account, token: t", "email"),
        ("stored_bank_account, token: t, issuer: i", "masked_account_number"),
        ("stored_bank_account, token: t, masked_account_number: m", "issuer"),
    ] {
        let one = format!("stored_instruments: [{{type: {kind}}}]");
        jane_refused(&one, &format!("stored_instruments[0].{field}"), required);
    }
    let paypal =
        |rest: &str| format!("stored_instruments: [{{type: stored_paypal_account, token: t, {rest}}}]");
    let at = |field: &str| format!("stored_instruments[0].{field}");
    jane_refused(&paypal("email: jane"), &at("email"), "'jane' is not an email address");
    jane_refused(&paypal("email: a@b.co, is_default: 1"), &at("is_default"), "must be true or false");
    jane_refused(&paypal("email: a@b.co, last_4: '1111'"), &at("last_4"), "no such field");
    let twice = "stored_instruments: [{type: stored_paypal_account, token: s3cret-pass, email: a@b.co}, \
                 {type: stored_bank_account, token: s3cret-pass, issuer: i, masked_account_number: m}]";
    jane_refused(twice, "stored_instruments[1].token", "another one of the customer has it");
}

#[test]
fn cards_that_can_not_be_are_refused_at_the_line_of_the_field() {
    let required = "required, and not there";
    for field in ["token", "brand", "expiry_month", "expiry_year", "issuer_identification_number", "last_4"] {
        card_refused(&format!("{field}:"), "", 8, &format!(".{field}"), required);
    }
    card_refused("token", "token: ''", 9, ".token", required);
    card_refused("token", "token: 1", 9, ".token", "quotes");
    let long = format!("token: {}", "x".repeat(256));
    card_refused("token", &long, 9, ".token", "must be 1 to 255 characters long");
    card_refused(
        "expiry_month",
        "expiry_month: 13",
        11,
        ".expiry_month",
        "must be a whole number from 1 to 12",
    );
    card_refused(
        "expiry_month",
        "expiry_month: 0",
        11,
        ".expiry_month",
        "must be a whole number from 1 to 12",
    );
    card_refused("expiry_month", "expiry_month: Jan", 11, ".expiry_month", "'Jan' is not a whole number");
    card_refused(
        "expiry_year",
        "expiry_year: -1",
        12,
        ".expiry_year",
        "must be a whole number from 0 to 9999",
    );
    let iin = "issuer_identification_number";
    for wrong in ["'41111'", "'411111111'", "41111a"] {
        card_refused(iin, &format!("{iin}: {wrong}"), 13, &format!(".{iin}"), "must be 6 to 8 digits");
    }
    card_refused("last_4", "last_4: 1111", 14, ".last_4", "quotes");
    for wrong in ["'111'", "'4111111111111111'", "111x", "'１１１１'"] {
        card_refused("last_4", &format!("last_4: {wrong}"), 14, ".last_4", "must be 4 digits");
    }
    for field in ["first_name", "last_name", "address1", "city", "country_code"] {
        card_refused(&format!("{field}:"), "", 15, &format!(".billing_address.{field}"), required);
    }
    card_refused("city", "town: C", 19, ".billing_address.town", "no such field");
    let code = "must be an ISO 3166 code of two capital letters";
    for wrong in ["XX", "us", "United States"] {
        let other = format!("country_code: {wrong}");
        card_refused("country_code", &other, 20, ".billing_address.country_code", code);
    }
    let bare = CARD.split("            billing_address").next().unwrap();
    let at = "stores.shop.customers[0].stored_instruments[0].billing_address";
    refused(&format!("{JANE}        {bare}"), 8, at, required);
    refused(&format!("{JANE}        {bare}            billing_address: US\n"), 15, at, "expected a mapping");
}
