//! What customers keep to pay with: byte for byte, from seeds alone.

use serde_json::json;

use super::{CUSTOMERS, bill, error};
use crate::support::Mock;

const PATH: &str = "/stores/s/v3/customers/1/stored-instruments";

const NOT_FOUND: &str = "The resource at that URL is not found.";

const SEED: &str = "stores:
  s:
    customers:
      - first_name: Bill
        last_name: Bellamy
        email: a@b.co
        stored_instruments:
          - {type: stored_bank_account, issuer: DE001, token: bank, masked_account_number: 12XXX56}
          - token: card
            type: stored_card
            is_default: true
            brand: VISA
            expiry_month: 1
            expiry_year: '2031'
            issuer_identification_number: '411111'
            last_4: '0011'
            billing_address:
              first_name: John
              last_name: Doe
              email: example@email.com
              company: Test Company
              address1: 1 Sample Street
              address2: Apt 1
              city: Las Vegas
              postal_code: '90854'
              state_or_province: Nevada
              state_or_province_code: NV
              country_code: US
              phone: 101-192-0293
          - {type: stored_paypal_account, token: paypal, is_default: false, email: bill@example.com}
      - first_name: Kim
        last_name: Park
        email: kim@example.com
        stored_instruments:
          - type: stored_card
            token: card
            brand: Amex
            expiry_month: 12
            expiry_year: 0
            issuer_identification_number: '37828224'
            last_4: '0005'
            billing_address: {first_name: K, last_name: P, address1: S, city: C, country_code: KR}
      - {first_name: N, last_name: O, email: none@example.com, stored_instruments: []}
";

#[tokio::test]
async fn each_type_shows_its_fields_in_their_order_whatever_that_of_the_seed() {
    let mock = Mock::seeded(SEED).await;
    let reply = mock.get(PATH).await;
    reply.assert(
        200,
        concat!(
            r#"[{"type":"stored_bank_account","token":"bank","is_default":false,"#,
            r#""masked_account_number":"12XXX56","issuer":"DE001"},"#,
            r#"{"type":"stored_card","token":"card","is_default":true,"brand":"VISA","expiry_month":1,"#,
            r#""expiry_year":2031,"issuer_identification_number":"411111","last_4":"0011","#,
            r#""billing_address":{"first_name":"John","last_name":"Doe","email":"example@email.com","#,
            r#""company":"Test Company","address1":"1 Sample Street","address2":"Apt 1","city":"Las Vegas","#,
            r#""postal_code":"90854","state_or_province":"Nevada","state_or_province_code":"NV","#,
            r#""country_code":"US","phone":"101-192-0293"}},"#,
            r#"{"type":"stored_paypal_account","token":"paypal","is_default":false,"email":"bill@example.com"}]"#
        ),
    );
    assert_eq!(reply.header("content-type"), "application/json");
}

#[tokio::test]
async fn what_a_seed_leaves_out_is_blank() {
    let mock = Mock::seeded(SEED).await;
    mock.get("/stores/s/v3/customers/2/stored-instruments").await.assert(
        200,
        concat!(
            r#"[{"type":"stored_card","token":"card","is_default":false,"brand":"Amex","expiry_month":12,"#,
            r#""expiry_year":0,"issuer_identification_number":"37828224","last_4":"0005","#,
            r#""billing_address":{"first_name":"K","last_name":"P","email":"","company":"","address1":"S","#,
            r#""address2":"","city":"C","postal_code":"","state_or_province":"","state_or_province_code":"","#,
            r#""country_code":"KR","phone":""}}]"#
        ),
    );
}

#[tokio::test]
async fn who_keeps_nothing_has_an_empty_list_and_who_is_not_there_404() {
    let mock = Mock::seeded(SEED).await;
    mock.post(CUSTOMERS, json!([bill(json!({"email": "new@example.com"}))])).await;
    for id in [3, 4] {
        mock.get(&format!("{CUSTOMERS}/{id}/stored-instruments")).await.assert(200, "[]");
    }
    for id in ["5", "0", "x", "99999999999"] {
        let reply = mock.get(&format!("{CUSTOMERS}/{id}/stored-instruments")).await;
        reply.assert(404, &error(404, NOT_FOUND, "{}"));
    }
    mock.get("/stores/t/v3/customers/1/stored-instruments").await.assert(404, &error(404, NOT_FOUND, "{}"));
    assert!(!mock.tenants.exists("t"));
}

#[tokio::test]
async fn it_goes_with_the_customer_however_that_is_deleted() {
    for (delete, left) in [
        ("/stores/s/v3/customers?id:in=1", 1),
        ("/stores/s/v2/customers/1", 1),
        ("/stores/s/v2/customers?first_name=Bill", 1),
        ("/stores/s/v2/customers", 0),
    ] {
        let mock = Mock::seeded(SEED).await;
        mock.delete(delete).await.assert(204, "");
        mock.get(PATH).await.assert(404, &error(404, NOT_FOUND, "{}"));
        let store = mock.store("s").await;
        let rows = store.run::<i64, sqlx::Error>(|turn| {
            Box::pin(sqlx::query_scalar("select count(*) from stored_instruments").fetch_one(&mut turn.db))
        });
        assert_eq!(rows.await.unwrap(), left, "{delete}");
    }
}

#[tokio::test]
async fn nobody_writes_them() {
    let mock = Mock::seeded(SEED).await;
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        mock.call(method, PATH, &[], "[]").await.assert(404, "The route is not found, check the URL");
    }
}

#[tokio::test]
async fn the_demo_store_has_one_of_each_type() {
    let mock = Mock::seeded(include_str!("../../../fixtures/demo.yaml")).await;
    let mut types = Vec::new();
    for email in ["jane@example.com", "soren@example.org"] {
        let found = mock.get(&format!("/stores/demo/v3/customers?email:in={email}")).await.json();
        let path = format!("/stores/demo/v3/customers/{}/stored-instruments", found["data"][0]["id"]);
        let kept = mock.get(&path).await.json();
        types.extend(kept.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap().to_owned()));
    }
    assert_eq!(types, ["stored_card", "stored_paypal_account", "stored_bank_account"]);
}
