//! Seed files that are refused: each fault in one line with file, line, field and reason.

use crate::support::Program;

/// The password in these seeds, which must never be shown.
pub(super) const SECRET: &str = "s3cret-pass";

/// A customer on lines 4 to 6, to which tests add a seventh.
pub(super) const JANE: &str = "stores:
  shop:
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
";

/// Refused at this line, and what stands after file and line. Other faults may be told beside it.
#[track_caller]
pub(super) fn refused(text: &str, line: usize, at: &str, why: &str) {
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", text);
    let said = Program::faults(&["--seed", &file]);
    assert!(!said.concat().contains(SECRET), "the password is shown: {said:?}");
    let head = format!("{file}:{line}: {at}: ");
    let is_told = |fault: &String| fault.strip_prefix(&head).is_some_and(|reason| reason.contains(why));
    assert!(said.iter().any(is_told), "not '{why}' at {line}, {at}: {said:#?}");
}

/// As [`refused`], of one more line of the customer.
#[track_caller]
pub(super) fn jane_refused(field: &str, at: &str, why: &str) {
    refused(&format!("{JANE}        {field}\n"), 7, &format!("stores.shop.customers[0].{at}"), why);
}

#[test]
fn unknown_keys_are_refused_at_every_level() {
    refused("shops: {}\n", 1, "shops", "no such key");
    refused(&format!("{JANE}version: 1\n"), 7, "version", "no such key");
    refused("stores:\n  shop:\n    people: []\n", 3, "stores.shop.people", "no such key");
    jane_refused("surname: Doe", "surname", "no such field");
    jane_refused("Company: Doe", "Company", "no such field");
}

#[test]
fn values_of_the_wrong_shape_are_refused() {
    refused("[]\n", 1, "file", "mapping");
    refused("# nothing\n", 1, "file", "stores:");
    refused("stores: {}\n---\nstores: {}\n", 1, "file", "one document");
    refused("stores:\n  - shop\n", 1, "stores", "mapping");
    refused("stores:\n  shop: 1\n", 2, "stores.shop", "mapping");
    refused("stores:\n  shop:\n    customers:\n      a: b\n", 3, "stores.shop.customers", "list");
    refused(&format!("{JANE}      - Joe\n"), 7, "stores.shop.customers[1]", "mapping");
    jane_refused("notes: [a]", "notes", "must be text");
}

#[test]
fn store_hashes_that_no_url_could_name_are_refused() {
    let long = "a".repeat(65);
    for hash in ["a b", "a.b", "../x", "ä", &long] {
        let text = format!("stores:\n  ok: {{}}\n  {hash}:\n    customers: []\n");
        refused(&text, 3, &format!("stores.{hash}"), "a store hash is");
    }
}

#[test]
fn values_that_break_a_fields_rule_are_refused() {
    jane_refused("phone: 5550100", "phone", "quotes");
    jane_refused("phone: true", "phone", "must be text");
    jane_refused("notes: null", "notes", "must be text");
    jane_refused("accepts_marketing: \"true\"", "accepts_marketing", "true or false");
    jane_refused("id: seven", "id", "'seven' is not a whole number");
    jane_refused("id: 1.5", "id", "whole number");
    jane_refused("id: 0", "id", "1 to 2000000000");
    jane_refused("id: 2147483648", "id", "1 to 2000000000");
    jane_refused("date_created: yesterday", "date_created", "'yesterday' is not a date");
    jane_refused("date_modified: 2024-02-30", "date_modified", "'2024-02-30' is not a date");
    jane_refused("store_credit: -1", "store_credit", "'-1' is not an amount");
    jane_refused("store_credit: lots", "store_credit", "'lots' is not an amount");
    jane_refused(&format!("phone: \"{}\"", "1".repeat(51)), "phone", "0 to 50 characters");
    jane_refused(
        "customer_group_id: 5",
        "customer_group_id",
        "there is no group 5: the store has no `groups`",
    );
}

#[test]
fn bad_emails_and_names_are_refused() {
    for email in ["jane", "jane@example", "jane doe@example.com"] {
        let text = JANE.replace("jane@example.com", email);
        let why = format!("'{email}' is not an email address");
        refused(&text, 6, "stores.shop.customers[0].email", &why);
    }
    let text = JANE.replace("Jane", "\"\"");
    refused(&text, 4, "stores.shop.customers[0].first_name", "required");
}

/// The value is quoted back, but the line stays one.
#[test]
fn a_bad_value_of_several_lines_is_refused_in_one() {
    let text = JANE.replace("jane@example.com", "\"jane\\n@example.com\"");
    refused(&text, 6, "stores.shop.customers[0].email", "is not an email address");
    refused(&format!("{JANE}        \"a\\nb\": c\n"), 7, "stores.shop.customers[0].a\\nb", "no such field");
}

#[test]
fn fields_that_are_required_are_missed() {
    for (fields, missing) in [
        ("last_name: Doe, email: jane@example.com", "first_name"),
        ("first_name: Jane, email: jane@example.com", "last_name"),
        ("first_name: Jane, last_name: Doe", "email"),
        ("", "first_name"),
    ] {
        let text = format!("stores:\n  shop:\n    customers:\n      - {{{fields}}}\n");
        refused(&text, 4, &format!("stores.shop.customers[0].{missing}"), "required");
    }
}

#[test]
fn what_another_customer_has_is_refused() {
    let second = |email: &str, more: &str| {
        format!(
            "{JANE}        id: 3\n      - first_name: Jo\n        last_name: Doe\n        email: {email}\n{more}"
        )
    };
    for email in ["jane@example.com", "JANE@example.com", "jane@EXAMPLE.COM"] {
        refused(&second(email, ""), 10, "stores.shop.customers[1].email", "has it: customers[0], on line 4");
    }
    refused(
        &second("jo@example.com", "        id: 3\n"),
        11,
        "stores.shop.customers[1].id",
        "has it: customers[0], on line 4",
    );
}

#[test]
fn computed_fields_are_refused_as_what_the_server_makes() {
    jane_refused("form_fields: null", "form_fields", "made by the server");
    // As it stands in an answer that somebody pastes.
    jane_refused("addresses: {resource: /customers/1/addresses}", "addresses", "expected a list");
}

#[test]
fn passwords_that_can_not_be_are_refused_and_not_shown() {
    jane_refused("password: pass", "password", "7 to 250 characters");
    jane_refused("password: s-cret-pass", "password", "a letter and a digit");
    jane_refused("password: 12345678", "password", "quotes");
    jane_refused(&format!("password_hash: {SECRET}"), "password_hash", "argon2 hash");
    jane_refused("password_hash: $2y$10$abcdefghijklmnopqrstuv", "password_hash", "argon2 hash");
    let both = format!("{JANE}        password: {SECRET}\n        password_hash: {SECRET}\n");
    refused(&both, 8, "stores.shop.customers[0].password_hash", "not both");
}

#[test]
fn the_wires_own_way_to_give_a_password_is_refused() {
    jane_refused(&format!("_authentication: {SECRET}"), "_authentication", "no such field");
    jane_refused(&format!("_authentication: {{password: {SECRET}}}"), "_authentication", "no such field");
}

#[test]
fn a_password_beside_another_fault_is_not_shown() {
    let jane = format!("{JANE}        password: {SECRET}\n");
    let bad_email = jane.replace("jane@example.com", "jane");
    refused(&bad_email, 6, "stores.shop.customers[0].email", "not an email address");
    refused(&format!("{jane}        password: {SECRET}\n"), 8, "YAML", "duplicate");
    refused(&format!("{jane}        pass: {SECRET}\n"), 8, "stores.shop.customers[0].pass", "no such field");
    for broken in [format!("\"{SECRET}"), format!("{SECRET}: x"), format!("[{SECRET}"), format!("*{SECRET}")]
    {
        let dir = Program::temp_dir();
        let file = dir.write("seed.yaml", format!("{JANE}        password: {broken}\n"));
        let said = Program::refuse(1, &["--seed", &file]);
        assert!(said.starts_with(&format!("{file}:")) && !said.contains(SECRET), "{said}");
    }
}

#[test]
fn what_is_not_yaml_is_refused() {
    refused("stores: [\n", 2, "YAML", "");
    refused("stores:\n  shop:\n    customers: [}\n", 3, "YAML", "");
    refused("stores:\n\tshop: {}\n", 2, "YAML", "tab");
    refused(&format!("{JANE}        phone: *nothing\n"), 7, "YAML", "anchor");
}

#[test]
fn keys_that_are_there_twice_are_refused() {
    refused(&format!("{JANE}        email: jo@example.com\n"), 7, "YAML", "duplicate");
    refused(&format!("{JANE}  shop: {{}}\n"), 7, "YAML", "duplicate");
    refused("stores: {}\nstores: {}\n", 2, "YAML", "duplicate");
}

#[test]
fn all_faults_are_told_in_the_order_of_their_lines() {
    let text = "stores:
  shop:
    colour: red
    groups: [{name: VIP}]
    form_fields: [{name: Size, of: customer, type: picklist, options: [S, M]}]
    customers:
      - {first_name: A, last_name: B, email: nobody, phone: 5}
      - first_name: A
        last_name: B
        email: a@example.com
        customer_group_id: 7
        form_fields:
          - {name: Size, value: L}
          - {name: Colour, value: red}
        addresses:
          - {first_name: A, last_name: B, phone: '1', street_1: S, city: C, state: T, zip: Z, country: US}
          - {first_name: A, last_name: B, phone: '1', street_1: S, city: C, state: T, zip: Z, country: Germny}
        channel_ids: [9]
      - {first_name: A, last_name: B, email: A@example.com, surname: B}
  other:
    auth: none
";
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", text);
    let expected = [
        "3: stores.shop.colour: no such key; known here: auth, tokens, basic, settings, store, customer_settings, \
         channels, groups, form_fields, attributes, customers, metafields, hooks, hooks_admin, generate",
        "7: stores.shop.customers[0].email: 'nobody' is not an email address",
        "7: stores.shop.customers[0].phone: must be text; put it in quotes if it looks like a number",
        "11: stores.shop.customers[1].customer_group_id: there is no group 7; `groups` of the store has the ids 1",
        "13: stores.shop.customers[1].form_fields[0].value: 'L' is not one of the options of 'Size': S, M",
        "14: stores.shop.customers[1].form_fields[1].name: there is no form field of a customer 'Colour'; \
         `form_fields` of the store has Size",
        "16: stores.shop.customers[1].addresses[0].country: there is no country US; the service knows it as United \
         States",
        "17: stores.shop.customers[1].addresses[1].country: there is no country Germny; did you mean Germany?",
        "18: stores.shop.customers[1].channel_ids: there is no channel 9; `channels` of the store has the ids 1",
        "19: stores.shop.customers[2].surname: no such field; did you mean first_name?",
        "21: stores.other.auth: 'none' is not one of: lenient, strict",
    ]
    .map(|fault| format!("{file}:{fault}"));
    assert_eq!(Program::faults(&["--seed", &file]), expected);
    assert_eq!(Program::faults(&["seed", "check", &file]), expected);
}

#[test]
fn of_very_many_faults_the_first_are_told() {
    let customers = "      - {first_name: A, last_name: B, email: nobody}\n".repeat(80);
    let dir = Program::temp_dir();
    let file = dir.write("seed.yaml", format!("stores:\n  shop:\n    customers:\n{customers}"));
    let said = Program::faults(&["--seed", &file]);
    assert_eq!((said.len(), said.last().map(String::as_str)), (51, Some("and 30 more")));
}

#[test]
fn a_file_that_is_not_utf8_is_refused_at_the_line() {
    let dir = Program::temp_dir();
    let file = dir.write("binary.yaml", b"stores: {}\n# \xff\n");
    let said = Program::refuse(1, &["--seed", &file]);
    assert_eq!(said, format!("{file}:2: file: is not UTF-8; save the file as UTF-8"));
}

#[test]
fn a_store_that_is_in_two_files_is_refused() {
    let dir = Program::temp_dir();
    let one = dir.write("one.yaml", "stores:\n  a: {}\n  b: {}\n");
    let two = dir.write("two.yaml", "stores:\n  c: {}\n  b: {}\n");
    let said = Program::refuse(1, &["--seed", &one, "--seed", &two]);
    let head = format!("{two}:3: stores.b: {one} has this store already");
    assert!(said.starts_with(&head), "{said}");
}

#[test]
fn a_file_that_can_not_be_read_is_refused() {
    let dir = Program::temp_dir();
    let missing = dir.path().join("missing.yaml").to_str().unwrap().to_owned();
    for file in [&missing, dir.arg()] {
        let said = Program::refuse(1, &["--seed", file]);
        assert!(said.starts_with(&format!("{file}: ")) && said.len() > file.len() + 5, "{said}");
    }
}

#[test]
fn channels_that_can_not_be_and_customers_of_others_are_refused() {
    let channels = |items: &str| format!("{JANE}    channels: {items}\n");
    let at = "stores.shop.channels";
    refused(&channels("2"), 7, at, "list");
    refused(&channels("[{id: 2}]"), 7, &format!("{at}[0].name"), "required");
    refused(&channels("[{name: A}]"), 7, &format!("{at}[0]"), "id is missing");
    refused(&channels("[{id: 2, name: A, url: x}]"), 7, &format!("{at}[0].url"), "no such field");
    refused(&channels("[{id: 2, name: 5}]"), 7, &format!("{at}[0].name"), "quotes");
    for (id, why) in [
        ("0", "from 1 to 2000000000"),
        ("-1", "from 1 to 2000000000"),
        ("1.5", "whole number"),
        ("two", "whole number"),
        ("2000000001", "from 1 to 2000000000"),
    ] {
        refused(&channels(&format!("[{{id: {id}, name: A}}]")), 7, &format!("{at}[0].id"), why);
    }
    let twice = "[{id: 2, name: A}, {id: 2, name: B}]";
    refused(&channels(twice), 7, &format!("{at}[1].id"), "another channel in this store has it: channels[0]");
    jane_refused(
        "origin_channel_id: 2",
        "origin_channel_id",
        "there is no channel 2; `channels` of the store has the ids 1",
    );
    jane_refused("channel_ids: [1, 2]", "channel_ids", "there is no channel 2");
    jane_refused("channel_ids: []", "channel_ids", "1 to 1000 entries");
    jane_refused("channel_ids: 2", "channel_ids", "list of whole numbers");
    jane_refused("channel_ids: null", "channel_ids", "list of whole numbers");
}

#[test]
fn what_is_made_up_must_not_be_there_already() {
    // Of what these numbers make.
    let generate = "    generate: {customers: 600, groups: 1}\n";
    let customer = |email: &str| {
        format!(
            "stores:\n  shop:\n{generate}    customers: [{{first_name: A, last_name: B, email: {email}}}]\n"
        )
    };
    let email = "Adeline.Rolfson550@example.com";
    refused(
        &customer(email),
        3,
        "stores.shop.generate.customers",
        "'adeline.rolfson550@example.com' came up",
    );
    let group = format!("stores:\n  shop:\n{generate}    groups: [{{name: FOOD & beverages 1}}]\n");
    refused(&group, 3, "stores.shop.generate.groups", "'Food & Beverages 1' came up");
}
