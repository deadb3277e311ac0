//! V2 and V3 are two views of one row: what is written through either is read through both, field by field.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::CUSTOMERS;
use crate::support::Mock;

/// One write, through one of the versions.
#[derive(Clone, Debug)]
enum Write {
    Create { v3: bool, who: u8, fields: Fields },
    Update { v3: bool, who: u8, fields: Fields },
    Delete { v3: bool, who: u8 },
    Address { v3: bool, who: u8, city: String, kind: bool },
    Move { v3: bool, which: u8, city: String },
    Drop { v3: bool, which: u8 },
}

/// What both versions can write of a customer.
#[derive(Clone, Debug)]
struct Fields {
    first_name: String,
    company: String,
    notes: String,
    cents: u32,
    group: u8,
    reset: bool,
}

impl Fields {
    fn of(&self, v3: bool) -> Value {
        let amount = f64::from(self.cents) / 100.0;
        let mut body = json!({
            "first_name": self.first_name, "last_name": "L", "company": self.company, "notes": self.notes,
            "customer_group_id": self.group % 3,
        });
        if v3 {
            body["store_credit_amounts"] = json!([{"amount": amount}]);
            body["authentication"] = json!({"force_password_reset": self.reset});
        } else {
            body["store_credit"] = json!(amount.to_string());
            body["_authentication"] = json!({"force_reset": self.reset});
        }
        body
    }
}

fn fields() -> impl Strategy<Value = Fields> {
    ("[a-zé]{1,5}", "[A-Z]{0,3}", "[a-z \"\\\\]{0,5}", 0..99_999_u32, 0..3_u8, any::<bool>()).prop_map(
        |(first_name, company, notes, cents, group, reset)| Fields {
            first_name,
            company,
            notes,
            cents,
            group,
            reset,
        },
    )
}

fn write() -> impl Strategy<Value = Write> {
    let who = 0..6_u8;
    prop_oneof![
        (any::<bool>(), who.clone(), fields()).prop_map(|(v3, who, fields)| Write::Create {
            v3,
            who,
            fields
        }),
        (any::<bool>(), who.clone(), fields()).prop_map(|(v3, who, fields)| Write::Update {
            v3,
            who,
            fields
        }),
        (any::<bool>(), who.clone()).prop_map(|(v3, who)| Write::Delete { v3, who }),
        (any::<bool>(), who.clone(), "[A-Z]{1,2}", any::<bool>())
            .prop_map(|(v3, who, city, kind)| Write::Address { v3, who, city, kind }),
        (any::<bool>(), who.clone(), "[A-Z]{1,2}").prop_map(|(v3, which, city)| Write::Move {
            v3,
            which,
            city
        }),
        (any::<bool>(), who).prop_map(|(v3, which)| Write::Drop { v3, which }),
    ]
}

async fn carry_out(mock: &Mock, write: &Write) {
    let v2 = "/stores/s/v2/customers";
    let email = |who: &u8| format!("c{who}@b.co");
    let address = async |which: &u8| {
        let all = mock.get(&format!("{CUSTOMERS}/addresses?limit=250")).await.json();
        let all = all["data"].as_array().unwrap().clone();
        let one = all.get(usize::from(*which) % all.len().max(1))?.clone();
        Some((one["id"].clone(), one["customer_id"].clone()))
    };
    let find = async |who: &u8| {
        let found = mock.get(&format!("{CUSTOMERS}?email:in={}", email(who))).await.json();
        found["data"].get(0).map(|row| row["id"].as_i64().unwrap())
    };
    let reply = match write {
        Write::Create { v3, who, fields } => {
            let body = crate::support::over(fields.of(*v3), json!({"email": email(who)}));
            if *v3 { mock.post(CUSTOMERS, json!([body])).await } else { mock.post(v2, body).await }
        }
        Write::Update { v3, who, fields } => {
            let Some(id) = find(who).await else { return };
            let body = fields.of(*v3);
            if *v3 {
                mock.put(CUSTOMERS, json!([crate::support::over(body, json!({"id": id}))])).await
            } else {
                mock.put(&format!("{v2}/{id}"), body).await
            }
        }
        Write::Delete { v3, who } => {
            let Some(id) = find(who).await else { return };
            mock.delete(&if *v3 { format!("{CUSTOMERS}?id:in={id}") } else { format!("{v2}/{id}") }).await
        }
        Write::Address { v3, who, city, kind } => {
            let Some(id) = find(who).await else { return };
            let kind = if *kind { "commercial" } else { "residential" };
            if *v3 {
                let house = json!({"city": city, "customer_id": id, "address_type": kind});
                mock.post(&format!("{CUSTOMERS}/addresses"), json!([super::house(house)])).await
            } else {
                let home =
                    crate::support::over(crate::support::home(), json!({"city": city, "address_type": kind}));
                mock.post(&format!("{v2}/{id}/addresses"), home).await
            }
        }
        Write::Move { v3, which, city } => {
            let Some((id, customer)) = address(which).await else { return };
            if *v3 {
                mock.put(&format!("{CUSTOMERS}/addresses"), json!([{"id": id, "city": city}])).await
            } else {
                mock.put(&format!("{v2}/{customer}/addresses/{id}"), json!({"city": city})).await
            }
        }
        Write::Drop { v3, which } => {
            let Some((id, customer)) = address(which).await else { return };
            let v2 = format!("{v2}/{customer}/addresses/{id}");
            mock.delete(&if *v3 { format!("{CUSTOMERS}/addresses?id:in={id}") } else { v2 }).await
        }
    };
    // A taken email is the one refusal.
    assert!(reply.status < 300 || reply.body.contains("already in use"), "{write:?}: {}", reply.body);
}

/// What V2 shows of a customer, in the words of V3.
fn in_v3(v2: &Value) -> Value {
    let iso = |key: &str| {
        let date = chrono::DateTime::parse_from_rfc2822(v2[key].as_str().unwrap()).unwrap();
        date.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let amount: f64 = v2["store_credit"].as_str().unwrap().parse().unwrap();
    json!({
        "id": v2["id"], "company": v2["company"], "customer_group_id": v2["customer_group_id"],
        "email": v2["email"], "first_name": v2["first_name"], "last_name": v2["last_name"],
        "notes": v2["notes"], "phone": v2["phone"],
        "registration_ip_address": v2["registration_ip_address"],
        "tax_exempt_category": v2["tax_exempt_category"],
        "date_created": iso("date_created"), "date_modified": iso("date_modified"),
        "accepts_product_review_abandoned_cart_emails": v2["accepts_marketing"],
        "authentication": {"force_password_reset": v2["reset_pass_on_login"]},
        "store_credit_amounts": [{"amount": amount}],
    })
}

/// What V2 shows of an address, in the words of V3.
fn address_in_v3(v2: &Value) -> Value {
    json!({
        "id": v2["id"], "customer_id": v2["customer_id"], "first_name": v2["first_name"],
        "last_name": v2["last_name"], "company": v2["company"], "address1": v2["street_1"],
        "address2": v2["street_2"], "city": v2["city"], "state_or_province": v2["state"],
        "postal_code": v2["zip"], "country": v2["country"], "country_code": v2["country_iso2"],
        "phone": v2["phone"], "address_type": v2["address_type"],
    })
}

/// Both versions show the same customers with the same addresses.
async fn agree(mock: &Mock) {
    let v3 = mock.get(&format!("{CUSTOMERS}?limit=250&include=addresses,storecredit")).await.json();
    let v3 = v3["data"].as_array().unwrap();
    let v2 = mock.get("/stores/s/v2/customers?limit=250").await;
    let v2 = if v2.status == 204 { Vec::new() } else { v2.json().as_array().unwrap().clone() };
    assert_eq!(v2.len(), v3.len());
    for (v2, v3) in v2.iter().zip(v3) {
        for (key, value) in in_v3(v2).as_object().unwrap() {
            let same = match key.as_str() {
                "store_credit_amounts" => v3[key][0]["amount"].as_f64() == value[0]["amount"].as_f64(),
                _ => v3[key] == *value,
            };
            assert!(same, "{key}: {value} against {}", v3[key]);
        }
        let own = mock.get(&format!("/stores/s/v2/customers/{}/addresses?limit=250", v2["id"])).await;
        let own = if own.status == 204 { Vec::new() } else { own.json().as_array().unwrap().clone() };
        let own: Vec<Value> = own.iter().map(address_in_v3).collect();
        assert_eq!(v3["addresses"], json!(own));
        assert_eq!(v3["address_count"], own.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_through_either_version_is_read_through_both(
        writes in proptest::collection::vec(write(), 1..25),
        row_budget in prop_oneof![Just(0_usize), Just(4000), Just(64 << 20)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mock = Mock::remembering(row_budget).await;
            mock.group("s", json!({"name": "A"})).await;
            mock.group("s", json!({"name": "B"})).await;
            for write in &writes {
                carry_out(&mock, write).await;
                agree(&mock).await;
            }
        });
    }
}
