//! Seed files whose groups, addresses, form fields, credentials or switches are refused.

use super::seed_refused::{JANE, SECRET, jane_refused, refused};

/// Refused at this line of a store, of which the first is the third of the file.
#[track_caller]
pub(super) fn shop_refused(lines: &str, line: usize, at: &str, why: &str) {
    let text = format!("stores:\n  shop:\n    {}\n", lines.replace('\n', "\n    "));
    refused(&text, line + 2, &format!("stores.shop.{at}"), why);
}

#[test]
fn who_may_come_in_is_refused_where_it_can_not_be_understood() {
    shop_refused("auth: none", 1, "auth", "'none' is not one of: lenient, strict");
    shop_refused("auth: true", 1, "auth", "expected text");
    shop_refused("auth: Strict", 1, "auth", "'Strict' is not one of");
    shop_refused("tokens: {}", 1, "tokens", "expected a list");
    let token = |rest: &str| format!("tokens:\n  - token: {SECRET}\n    {rest}");
    let why = "'store_v2_orders' is not one of: store_v2_customers, store_v2_customers_read_only, \
               store_stored_payment_instruments, store_stored_payment_instruments_read_only";
    shop_refused(&token("scopes: [store_v2_customers, store_v2_orders]"), 3, "tokens[0].scopes[1]", why);
    shop_refused(&token("scopes: store_v2_customers"), 3, "tokens[0].scopes", "expected a list");
    shop_refused(
        &token("scope: []"),
        3,
        "tokens[0].scope",
        "no such key; known here: token, scopes, client_id",
    );
    shop_refused(&token("scopes: []\n    client_id: 5"), 4, "tokens[0].client_id", "quotes");
    shop_refused(&format!("tokens: [{{token: {SECRET}}}]"), 1, "tokens[0]", "scopes is missing");
    shop_refused("tokens: [{token: '', scopes: []}]", 1, "tokens[0].token", "expected text");
    let basic = |name: &str| format!("basic:\n  - username: {name}\n    password: {SECRET}");
    shop_refused(&basic("'ad:min'"), 2, "basic[0].username", "a user name can not contain ':'");
    shop_refused(&basic("''"), 2, "basic[0].username", "expected text");
    shop_refused("basic: [{username: admin}]", 1, "basic[0]", "password is missing");
    let more = format!("{}\n    pass: x", basic("admin"));
    shop_refused(&more, 4, "basic[0].pass", "no such key; known here: username, password");
}

#[test]
fn unknown_switches_and_readings_are_refused() {
    let known = "'limit' is not known here; known are limit_overflow, delete_all";
    shop_refused("settings:\n  limit: reject", 2, "settings.limit", known);
    let words = "'cut' is not one of: clamp, reject";
    shop_refused("settings:\n  limit_overflow: cut", 2, "settings.limit_overflow", words);
    let words = "'100' is not one of: all, batch_of_100";
    shop_refused("settings:\n  delete_all: '100'", 2, "settings.delete_all", words);
    shop_refused("settings: []", 1, "settings", "mapping");
    let two = "settings:\n  latencey: 1s\n  clock: {mode: frozen}";
    shop_refused(two, 2, "settings.latencey", "did you mean latency?");
    shop_refused(two, 3, "settings.clock", "now is missing");
    let clock = "settings:\n  clock:\n    mode: frozen\n    now: noon";
    shop_refused(clock, 4, "settings.clock.now", "'noon'");
}

#[test]
fn form_fields_that_can_not_be_are_refused() {
    let of = "'order' is not one of: customer, address";
    shop_refused("form_fields:\n  - name: Size\n    of: order", 3, "form_fields[0].of", of);
    shop_refused("form_fields: [{name: Size}]", 1, "form_fields[0]", "of is missing");
    let twice = "form_fields:\n  - {name: Size, of: customer}\n  - {name: Size, of: customer}";
    shop_refused(twice, 3, "form_fields[1]", "another form field of a customer is called 'Size'");
    jane_refused(
        "form_fields: [{name: Size, value: L}]",
        "form_fields[0].name",
        "there is no form field of a customer 'Size': the store has none in `form_fields`",
    );
    let of_addresses = "form_fields: [{name: Size, of: address}]\ncustomers:\n  - first_name: J\n    \
                        last_name: D\n    email: j@example.com\n    form_fields: [{name: Size, value: L}]";
    shop_refused(
        of_addresses,
        6,
        "customers[0].form_fields[0].name",
        "there is no form field of a customer 'Size'",
    );
}

#[test]
fn groups_that_can_not_be_are_refused() {
    let taken = "another group in this store has it: groups[0]";
    shop_refused("groups:\n  - name: A\n  - is_default: true\n    name: a", 4, "groups[1].name", taken);
    shop_refused("groups:\n  - {name: A, id: 2}\n  - name: B\n    id: 2", 4, "groups[1].id", taken);
    shop_refused("groups:\n  - is_default: true", 2, "groups[0].name", "required");
    shop_refused("groups:\n  - name: A\n    colour: red", 3, "groups[0].colour", "no such field");
    shop_refused("groups:\n  - name: A\n    form_fields: []", 3, "groups[0].form_fields", "no such field");
    shop_refused("groups:\n  - name: A\n    is_default: 1", 3, "groups[0].is_default", "true or false");
    let group = "groups: [{name: A}]\ncustomers:\n  - first_name: J\n    last_name: D\n    \
                 email: j@example.com\n    customer_group_id: 2";
    shop_refused(
        group,
        6,
        "customers[0].customer_group_id",
        "there is no group 2; `groups` of the store has the ids 1",
    );
}

#[test]
fn addresses_that_can_not_be_are_refused() {
    let address = |change: &str| {
        format!(
            "{JANE}        addresses:\n          - first_name: J\n            last_name: D\n            \
             phone: '1'\n            street_1: S\n            city: C\n            state: T\n            \
             zip: Z\n            {change}\n"
        )
    };
    let at = |field: &str| format!("stores.shop.customers[0].addresses[0].{field}");
    refused(&address("country: Atlantis"), 15, &at("country"), "there is no country Atlantis");
    refused(&address("country: us"), 15, &at("country"), "the service knows it as United States");
    refused(&address("country: DEU"), 15, &at("country"), "the service knows it as Germany");
    refused(&address("company: Acme"), 8, &at("country"), "required");
    let more = |line: &str| address(&format!("country: Germany\n            {line}"));
    refused(&more("address_type: home"), 16, &at("address_type"), "one of: residential, commercial");
    refused(&more("country_iso2: XX"), 16, &at("country_iso2"), "does not go together");
    refused(
        &more("form_fields: [{name: Door, value: '1'}]"),
        16,
        &at("form_fields[0].name"),
        "there is no form field of an address 'Door'",
    );
    refused(&more("customer_id: 2"), 16, &at("customer_id"), "leave it out");
    refused(&more("id: 0"), 16, &at("id"), "1 to 2000000000");
}

#[test]
fn metafields_that_can_not_be_are_refused() {
    let metafield = "{namespace: n, key: k, value: v, permission_set: read}";
    let jane = |lines: &str| format!("{JANE}        metafields: [{lines}]\n");
    let at = |i: usize, field: &str| format!("stores.shop.customers[0].metafields[{i}].{field}");
    let twice = "another metafield of this customer and app has it in this namespace";
    refused(&jane(&format!("{metafield}, {metafield}")), 7, &at(1, "key"), twice);
    refused(
        &jane("{namespace: n, key: k, value: v, permission_set: all}"),
        7,
        &at(0, "permission_set"),
        "is not one of",
    );
    refused(
        &jane("{namespace: n, key: k, value: v, permission_set: read, resource_id: 1}"),
        7,
        &at(0, "resource_id"),
        "leave it out",
    );
    shop_refused(&format!("metafields: [{metafield}]"), 1, "metafields[0].resource_id", "required here");
    let consent = |text: &str| format!("{JANE}        consent: {text}\n");
    let at = |field: &str| format!("stores.shop.customers[0].consent.{field}");
    refused(&consent("{allow: []}"), 7, &at("deny"), "required");
    refused(&consent("{allow: [all], deny: []}"), 7, &at("allow"), "is not one of");
    refused(&consent("{allow: [essential], deny: [essential]}"), 7, &at("deny"), "does not go together");
    let groups = "customer_settings: {customer_group_settings: {default_customer_group_id: 5}}";
    shop_refused(
        groups,
        1,
        "customer_settings.customer_group_settings.default_customer_group_id",
        "there is no group 5",
    );
}

#[test]
fn what_a_store_can_not_say_of_itself_is_refused() {
    shop_refused(
        "store:\n  name: Shop\n  colour: red",
        3,
        "store.colour",
        "no such key; known here: account_uuid,",
    );
    shop_refused("store:\n  id: other", 2, "store.id", "no such key");
    shop_refused("store:\n  store_id: 5", 2, "store.store_id", "no such key");
    shop_refused("store:\n  name: 5", 2, "store.name", "expected text; put it in quotes");
    let offset = "store:\n  timezone:\n    name: UTC\n    raw_offset: east";
    shop_refused(offset, 4, "store.timezone.raw_offset", "expected a whole number");
    shop_refused("store:\n  plan_is_trial: 1", 2, "store.plan_is_trial", "expected true or false");
    shop_refused("store: Shop", 1, "store", "expected a mapping");
}

#[test]
fn webhooks_that_can_not_be_are_refused() {
    let hook =
        |scope: &str, more: &str| format!("  - scope: {scope}\n    destination: 'http://a.example'\n{more}");
    let hooks = |rows: &[String]| format!("hooks:\n{}", rows.concat());
    let one = |more: &str| hooks(&[hook("store/order/*", more)]);
    shop_refused(&hooks(&[hook("store/orders/*", "")]), 2, "hooks[0].scope", "there is no such thing");
    shop_refused("hooks: [{scope: store/order/*}]", 1, "hooks[0].destination", "required");
    let url = "'a.example' is not an absolute URL of http or https";
    let no_url = "hooks:\n  - scope: store/order/*\n    destination: a.example";
    shop_refused(no_url, 3, "hooks[0].destination", url);
    let (text, mapping) = ("must be text", "must be a mapping of text to text");
    shop_refused(&one("    headers: {a: 5}\n"), 4, "hooks[0].headers", text);
    shop_refused(&one("    headers: [a]\n"), 4, "hooks[0].headers", mapping);
    shop_refused(&one("    headers: {'a b': c}\n"), 4, "hooks[0].headers", "can not be a header");
    shop_refused(&one("    colour: red\n"), 4, "hooks[0].colour", "no such field");
    let twice = [hook("store/order/*", ""), hook("store/order/*", "")];
    shop_refused(&hooks(&twice), 5, "hooks[1].destination", "another one in this store has it");
    let apart = [hook("store/order/*", ""), hook("store/order/*", "    client_id: b\n    id: 1\n")];
    shop_refused(
        &hooks(&[hook("store/sku/*", "    id: 1\n"), apart[1].clone()]),
        8,
        "hooks[1].id",
        "on line 4",
    );
    let exception = [hook("store/order/*", ""), hook("store/hook/deliveryException", "")];
    shop_refused(&hooks(&exception), 5, "hooks[1].destination", "another one in this store has it");
    let crowd: Vec<String> = (0..11)
        .map(|i| format!("  - {{scope: store/order/*, destination: 'http://a.example/{i}'}}\n"))
        .collect();
    shop_refused(&hooks(&crowd), 12, "hooks[10].scope", "10 others in this store have it, the most that may");
    let admins = |emails: &str| format!("hooks_admin:\n  - {{emails: [a@b.co]}}\n  - {{emails: {emails}}}");
    let why = "another entry is for the same API account";
    shop_refused(&admins("[c@d.co]"), 3, "hooks_admin[1].client_id", why);
    shop_refused(&admins("[x]"), 3, "hooks_admin[1].emails", "'x' is not an email address");
    shop_refused(&admins("x"), 3, "hooks_admin[1].emails", "must be a list of email addresses");
}
