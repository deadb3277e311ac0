//! Seed files: groups, addresses, form fields, who may come in, switches.

use serde_json::{Value, json as value};

use super::json;
use crate::support::{Program, TempDir};

const SEED: &str = r#"
stores:
  shop:
    auth: strict
    tokens:
      - {token: t0ken-all, scopes: [store_v2_customers]}
      - {token: t0ken-read, scopes: [store_v2_customers_read_only]}
    basic:
      - {username: admin, password: "s3cret:pass"}
    settings: {limit_overflow: reject, delete_all: batch_of_100}
    form_fields:
      - {name: Size, of: customer}
      - {name: Door code, of: address}
    groups:
      - name: Retail
        is_default: true
      - id: 20
        name: Wholesale
        is_group_for_guests: true
        date_created: 2023-07-17T06:30:41Z
        date_modified: 2023-07-25 01:15:19
        category_access: {type: specific, categories: [18, 19]}
        discount_rules:
          - {type: product, product_id: 33, method: percent, amount: 5}
          - {type: all, method: fixed, amount: "2.50"}
      - name: Last
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
        customer_group_id: 20
        form_fields: [{name: Size, value: Large}]
        addresses:
          - first_name: Jane
            last_name: Doe
            company: Acme
            street_1: 123 Main Street
            street_2: Floor 2
            city: Austin
            state: Texas
            zip: "78726"
            country: united states
            phone: 123-345-7890
            address_type: commercial
            form_fields: [{name: Door code, value: "0815"}]
          - {id: 70, first_name: J, last_name: D, phone: "1", street_1: S, city: C, state: " ", zip: Z, country: Germany}
      - first_name: Joe
        last_name: Doe
        email: joe@example.com
        addresses:
          - {first_name: J, last_name: D, phone: "1", street_1: S, city: C, state: T, zip: Z, country: Germany}
"#;

/// Starts a server with a seed and more arguments.
fn seeded(dir: &TempDir, text: &str, more: &[&str]) -> Program {
    let file = dir.write("seed.yaml", text);
    Program::start(&[&["--seed", &file][..], more].concat())
}

/// One request with these credentials: status and body.
fn call(program: &Program, credentials: &str, method: &str, path: &str) -> (u16, String) {
    let host = "store-shop.mybigcommerce.com";
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{credentials}\r\nConnection: close\r\n\r\n");
    let answer = program.raw(head.as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

fn get(program: &Program, path: &str) -> Value {
    let (status, body) = call(program, "X-Auth-Token: t0ken-read", "GET", &format!("/stores/shop/v2{path}"));
    assert_eq!(status, 200, "{path}: {body}");
    json(&body)
}

/// The statuses of a token that reads, one that is unknown, right and wrong Basic credentials.
fn statuses(program: &Program) -> [u16; 4] {
    let token = |token| format!("X-Auth-Token: {token}");
    let basic = |encoded| format!("Authorization: Basic {encoded}");
    [
        (token("t0ken-read"), "/stores/shop/v2/customers"),
        (token("any"), "/stores/shop/v2/customers"),
        // admin:s3cret:pass, admin:wrong
        (basic("YWRtaW46czNjcmV0OnBhc3M="), "/api/v2/customers"),
        (basic("YWRtaW46d3Jvbmc="), "/api/v2/customers"),
    ]
    .map(|(credentials, path)| call(program, &credentials, "GET", path).0)
}

#[test]
fn groups_are_loaded_with_all_their_fields() {
    let program = seeded(&Program::temp_dir(), SEED, &[]);
    let groups = get(&program, "/customer_groups");
    let names: Vec<_> =
        groups.as_array().unwrap().iter().map(|group| (&group["id"], &group["name"])).collect();
    assert_eq!(value!(names), value!([[1, "Retail"], [20, "Wholesale"], [21, "Last"]]));
    assert_eq!(
        groups[1].to_string(),
        concat!(
            r#"{"id":20,"name":"Wholesale","is_default":false,"#,
            r#""category_access":{"type":"specific","categories":[18,19]},"#,
            r#""discount_rules":[{"type":"product","product_id":"33","method":"percent","amount":"5.0000"},"#,
            r#"{"type":"all","method":"fixed","amount":"2.5000"}],"date_created":"2023-07-17 06:30:41","#,
            r#""date_modified":"2023-07-25 01:15:19","is_group_for_guests":true}"#
        )
    );
    assert_eq!(groups[0]["category_access"], value!({"type": "all"}));
    assert_eq!(groups[0]["is_default"], true);
}

#[test]
fn customers_are_loaded_with_their_groups_addresses_and_answers() {
    let program = seeded(&Program::temp_dir(), SEED, &[]);
    let customers = get(&program, "/customers");
    let of = |field: &str| [0, 1].map(|i| customers[i][field].clone());
    assert_eq!(of("customer_group_id"), [20, 1].map(Value::from), "the default is for who does not say");
    assert_eq!(
        of("form_fields"),
        [value!([{"name": "Size", "value": "Large"}]), value!([{"name": "Size", "value": ""}])]
    );
    let addresses = get(&program, "/customers/1/addresses");
    assert_eq!(
        addresses[0].to_string(),
        concat!(
            r#"{"id":1,"customer_id":1,"first_name":"Jane","last_name":"Doe","company":"Acme","#,
            r#""street_1":"123 Main Street","street_2":"Floor 2","city":"Austin","state":"Texas","zip":"78726","#,
            r#""country":"United States","country_iso2":"US","phone":"123-345-7890","#,
            r#""address_type":"commercial","form_fields":[{"name":"Door code","value":"0815"}]}"#
        )
    );
    assert_eq!((&addresses[1]["id"], &addresses[1]["state"]), (&value!(70), &value!(" ")));
    assert_eq!(get(&program, "/customers/2/addresses")[0]["id"], 71);
    assert_eq!(get(&program, "/customers/2/addresses/count"), value!({"count": 1}));
}

#[test]
fn who_may_come_in_and_the_switches_are_those_of_the_seed() {
    let program = seeded(&Program::temp_dir(), SEED, &[]);
    assert_eq!(statuses(&program), [200, 401, 200, 401]);
    let path = "/stores/shop/v2/customers?limit=251";
    assert_eq!(call(&program, "X-Auth-Token: t0ken-read", "GET", path).0, 413);
    assert_eq!(call(&program, "X-Auth-Token: t0ken-read", "DELETE", path).0, 403);
    assert_eq!(call(&program, "X-Auth-Token: t0ken-all", "DELETE", "/stores/shop/v2/customers").0, 204);
}

#[test]
fn who_may_come_in_is_read_at_each_start_also_for_a_store_on_disk() {
    let dir = Program::temp_dir();
    let data = Program::temp_dir();
    let more = ["--data-dir", data.arg(), "--default-store", "shop"];
    let lenient = SEED.replace("auth: strict", "auth: lenient").replace("reject", "clamp");
    let program = seeded(&dir, &lenient, &more);
    assert_eq!(statuses(&program), [200, 200, 200, 200]);
    assert_eq!(call(&program, "X-Auth-Token: any", "DELETE", "/stores/shop/v2/customers/2").0, 204);
    program.stop();
    let program = seeded(&dir, SEED, &more);
    assert_eq!(statuses(&program), [200, 401, 200, 401]);
    let path = "/stores/shop/v2/customers?limit=251";
    assert_eq!(call(&program, "X-Auth-Token: t0ken-read", "GET", path).0, 413, "switches too");
    assert_eq!(get(&program, "/customers").as_array().unwrap().len(), 1, "the rows are those on disk");
    program.stop();
    let program = seeded(&dir, &SEED.replace("t0ken-read", "t0ken-new"), &more);
    assert_eq!(statuses(&program), [401, 401, 200, 401], "what the seed no longer names comes in no more");
    program.stop();
    let program = Program::start(&[&["--seed", "none"][..], &more].concat());
    assert_eq!(statuses(&program), [401, 401, 200, 401], "they are kept with the store");
}
