//! Form fields, which a seed defines and answers.

use serde_json::{Value, json};

use crate::support::{Mock, home, jane};

/// Customers have fields and addresses do not, the reverse, both, neither.
const STORES: &str = "stores:
  customers:
    form_fields:
      - {name: Size, of: customer}
      - {name: Älter als 18?, of: customer}
      - {name: Aisle, of: customer}
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
        form_fields:
          - {name: Aisle, value: '7'}
          - {name: Size, value: \"Large, or \\\"L\\\"\"}
      - {first_name: Joe, last_name: Doe, email: joe@example.com}
  addresses:
    form_fields: [{name: Door code, of: address}, {name: Name, of: address}]
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
        addresses:
          - first_name: J
            last_name: D
            phone: '1'
            street_1: S
            city: C
            state: T
            zip: Z
            country: Germany
            form_fields: [{name: Name, value: Home}]
          - {first_name: J, last_name: D, phone: '1', street_1: S, city: C, state: T, zip: Z, country: Germany}
  both:
    form_fields: [{name: Same, of: address}, {name: Same, of: customer}]
    customers:
      - first_name: Jane
        last_name: Doe
        email: jane@example.com
        form_fields: [{name: Same, value: of the customer}]
        addresses:
          - first_name: J
            last_name: D
            phone: '1'
            street_1: S
            city: C
            state: T
            zip: Z
            country: Germany
            form_fields: [{name: Same, value: of the address}]
  neither: {customers: [{first_name: Jane, last_name: Doe, email: jane@example.com}]}
";

/// The form fields in an answer, as they stand there.
fn form_fields(row: &Value) -> String {
    row["form_fields"].to_string()
}

const JANES: &str = concat!(
    r#"[{"name":"Size","value":"Large, or \"L\""},{"name":"Älter als 18?","value":""},"#,
    r#"{"name":"Aisle","value":"7"}]"#
);
const NOBODYS: &str =
    r#"[{"name":"Size","value":""},{"name":"Älter als 18?","value":""},{"name":"Aisle","value":""}]"#;

#[tokio::test]
async fn customers_show_their_answers_in_the_order_of_the_fields() {
    let mock = Mock::seeded(STORES).await;
    let path = "/stores/customers/v2/customers";
    let list = mock.get(path).await.json();
    assert_eq!([0, 1].map(|i| form_fields(&list[i])), [JANES, NOBODYS]);
    assert_eq!(form_fields(&mock.get(&format!("{path}/1")).await.json()), JANES);
    assert_eq!(form_fields(&mock.get(&format!("{path}/2")).await.json()), NOBODYS);
    let basic = [("host", "store-customers.mybigcommerce.com")];
    let basic = mock.call("GET", "/api/v2/customers/1", &basic, "").await;
    assert_eq!(form_fields(&basic.json()), JANES);
    for body in [r#"{"phone":"1"}"#, "{}"] {
        assert_eq!(form_fields(&mock.put(&format!("{path}/1"), body).await.json()), JANES, "{body}");
    }
    let created = mock.post(path, jane().to_string().replace("jane@", "new@")).await;
    assert_eq!((created.status, form_fields(&created.json())), (201, NOBODYS.to_owned()));
    // Pages begin in the middle of the rows, and answers must not move with them.
    let page = mock.get(&format!("{path}?page=2&limit=1")).await.json();
    assert_eq!((page[0]["id"].as_i64(), form_fields(&page[0])), (Some(2), NOBODYS.to_owned()));
    assert_eq!(form_fields(&mock.get(&format!("{path}?email=jane@example.com")).await.json()[0]), JANES);
    mock.address("customers", 1, json!({})).await;
    let address = mock.get(&format!("{path}/1/addresses/1")).await.json();
    assert_eq!(form_fields(&address), "null", "addresses have none");
}

#[tokio::test]
async fn addresses_show_their_answers_in_the_order_of_the_fields() {
    let mock = Mock::seeded(STORES).await;
    let path = "/stores/addresses/v2/customers/1/addresses";
    let first = r#"[{"name":"Door code","value":""},{"name":"Name","value":"Home"}]"#;
    let second = r#"[{"name":"Door code","value":""},{"name":"Name","value":""}]"#;
    let list = mock.get(path).await.json();
    assert_eq!([0, 1].map(|i| form_fields(&list[i])), [first, second]);
    assert_eq!(form_fields(&mock.get(&format!("{path}/1")).await.json()), first);
    let page = mock.get(&format!("{path}?page=2&limit=1")).await.json();
    assert_eq!(form_fields(&page[0]), second);
    for body in [r#"{"city":"Bonn"}"#, "{}"] {
        assert_eq!(form_fields(&mock.put(&format!("{path}/1"), body).await.json()), first, "{body}");
    }
    let created = mock.post(path, home()).await;
    assert_eq!((created.status, form_fields(&created.json())), (201, second.to_owned()));
    let customer = mock.get("/stores/addresses/v2/customers/1").await.json();
    assert_eq!(form_fields(&customer), "null", "customers have none");
}

#[tokio::test]
async fn one_name_can_be_a_field_of_customers_and_one_of_addresses() {
    let mock = Mock::seeded(STORES).await;
    let customer = mock.get("/stores/both/v2/customers/1").await.json();
    assert_eq!(form_fields(&customer), r#"[{"name":"Same","value":"of the customer"}]"#);
    let address = mock.get("/stores/both/v2/customers/1/addresses/1").await.json();
    assert_eq!(form_fields(&address), r#"[{"name":"Same","value":"of the address"}]"#);
}

#[tokio::test]
async fn a_store_without_form_fields_shows_null() {
    let mock = Mock::seeded(STORES).await;
    let path = "/stores/neither/v2/customers";
    assert_eq!(form_fields(&mock.get(path).await.json()[0]), "null");
    assert_eq!(form_fields(&mock.get(&format!("{path}/1")).await.json()), "null");
    mock.address("neither", 1, json!({})).await;
    assert_eq!(form_fields(&mock.get(&format!("{path}/1/addresses/1")).await.json()), "null");
}

#[tokio::test]
async fn answers_go_with_their_customer_or_address() {
    let mock = Mock::seeded(STORES).await;
    for path in ["/stores/both/v2/customers/1", "/stores/customers/v2/customers?min_id=1"] {
        mock.delete(path).await.assert(204, "");
    }
    mock.delete("/stores/addresses/v2/customers/1/addresses").await.assert(204, "");
    let customer = mock.customer("both", json!({})).await;
    let address = mock.address("both", customer, json!({})).await;
    let blank = r#"[{"name":"Same","value":""}]"#;
    let customer = format!("/stores/both/v2/customers/{customer}");
    assert_eq!(form_fields(&mock.get(&customer).await.json()), blank);
    let address = mock.get(&format!("{customer}/addresses/{address}")).await.json();
    assert_eq!(form_fields(&address), blank);
    mock.get("/stores/customers/v2/customers").await.assert(204, "");
}

#[tokio::test]
async fn clients_write_no_form_fields() {
    let mock = Mock::seeded(STORES).await;
    let words = "The field 'form_fields' cannot be written to. \
                 Please remove it from your request before trying again.";
    for value in [json!(null), json!([]), json!([{"name": "Same", "value": "x"}])] {
        let body = json!({"form_fields": value});
        for path in ["/stores/both/v2/customers/1", "/stores/both/v2/customers/1/addresses/1"] {
            mock.put(path, &body).await.assert_error(400, words);
        }
    }
}
