//! A store as a few lists of rows.

use serde_json::{Value, json};

use super::{Answer, Filters, On, Op};
use crate::support::over;

/// A store: rows as reads show them, and the highest id that each table has given.
#[derive(Default)]
pub(super) struct Model {
    customers: Vec<Value>,
    addresses: Vec<Value>,
    groups: Vec<Value>,
    last_ids: [i64; 3],
}

fn not_found() -> Answer {
    (404, r#"[{"status":404,"message":"The requested resource was not found."}]"#.to_owned())
}

fn invalid(field: &str, reason: &str) -> Answer {
    let message = format!("The field '{field}' is invalid.");
    let body = json!([{"status": 400, "message": message, "details": {"invalid_reason": reason}}]);
    (400, body.to_string())
}

fn same(a: &Value, b: &str) -> bool {
    a.as_str().unwrap().eq_ignore_ascii_case(b)
}

fn matches(row: &Value, filters: &Filters) -> bool {
    filters.iter().all(|(name, value)| match *name {
        "min_id" => row["id"].as_i64() >= value.parse().ok(),
        "customer_group_id" => row[name].as_i64() == value.parse().ok(),
        "is_default" => row[name] == (*value == "true"),
        "name:like" => row["name"].as_str().unwrap().to_lowercase().contains(&value.to_lowercase()),
        _ => same(&row[name], value),
    })
}

/// A group's amounts for everything are numbers in the answers to writes.
fn written(row: &Value) -> String {
    row.to_string().replace(r#""method":"percent","amount":"5.0000""#, r#""method":"percent","amount":5"#)
}

impl Model {
    fn last_id(&mut self, on: On) -> &mut i64 {
        match on {
            On::Customers => &mut self.last_ids[0],
            On::AddressesOf(_) => &mut self.last_ids[1],
            On::Groups => &mut self.last_ids[2],
        }
    }

    fn rows(&mut self, on: On) -> &mut Vec<Value> {
        match on {
            On::Customers => &mut self.customers,
            On::AddressesOf(_) => &mut self.addresses,
            On::Groups => &mut self.groups,
        }
    }

    fn ids(&mut self, on: On, filters: &Filters) -> Vec<i64> {
        let own = |row: &&Value| if let On::AddressesOf(id) = on { row["customer_id"] == id } else { true };
        let rows = self.rows(on).iter().filter(own).filter(|row| matches(row, filters));
        rows.map(|row| row["id"].as_i64().unwrap()).collect()
    }

    fn row(&mut self, on: On, id: i64) -> &mut Value {
        self.rows(on).iter_mut().find(|row| row["id"] == id).unwrap()
    }

    pub(super) fn answer(&mut self, op: &Op) -> Answer {
        let (Op::Create(on, _) | Op::Update(on, ..) | Op::Get(on, _) | Op::Delete(on, _)) = op else {
            return self.answer_of_many(op);
        };
        if !self.is_there(*on) {
            return not_found();
        }
        match op {
            Op::Create(on, body) => self.create(*on, body),
            Op::Update(on, id, _) | Op::Get(on, id) | Op::Delete(on, id)
                if !self.ids(*on, &Vec::new()).contains(id) =>
            {
                not_found()
            }
            Op::Update(on, id, body) => match self.write(*on, *id, body) {
                Err(refusal) => refusal,
                Ok(()) => (200, written(self.row(*on, *id))),
            },
            Op::Get(on, id) => (200, self.row(*on, *id).to_string()),
            Op::Delete(on, id) => self.delete(*on, &[*id]),
            _ => unreachable!(),
        }
    }

    fn answer_of_many(&mut self, op: &Op) -> Answer {
        let (Op::List(on, filters, ..) | Op::Count(on, filters) | Op::DeleteMany(on, filters, _)) = op else {
            unreachable!()
        };
        if !self.is_there(*on) {
            return not_found();
        }
        let mut ids = self.ids(*on, filters);
        match op {
            Op::List(_, _, page, limit) => {
                let limit = limit.unwrap_or(50);
                let page = usize::try_from((page - 1) * limit).unwrap();
                let ids = ids.into_iter().skip(page).take(usize::try_from(limit).unwrap());
                let rows: Vec<Value> = ids.map(|id| self.row(*on, id).clone()).collect();
                if rows.is_empty() { (204, String::new()) } else { (200, Value::from(rows).to_string()) }
            }
            Op::DeleteMany(_, _, limit) => {
                ids.truncate(limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap()));
                self.delete(*on, &ids)
            }
            _ => (200, format!(r#"{{"count":{}}}"#, ids.len())),
        }
    }

    fn is_there(&mut self, on: On) -> bool {
        let On::AddressesOf(customer) = on else { return true };
        self.ids(On::Customers, &Vec::new()).contains(&customer)
    }

    fn create(&mut self, on: On, body: &Value) -> Answer {
        let date = "Mon, 06 May 2024 07:34:10 +0000";
        let group_date = "2024-05-06 07:34:10";
        let id = *self.last_id(on) + 1;
        let default = self.groups.iter().find(|group| group["is_default"] == true);
        let default = default.map_or(json!(0), |group| group["id"].clone());
        let row = match on {
            On::Customers => json!({
                "id": id, "company": "", "first_name": "Jane", "last_name": "Doe", "email": "", "phone": "",
                "form_fields": null, "date_created": date, "date_modified": date, "store_credit": "0.0000",
                "registration_ip_address": "", "customer_group_id": default, "notes": "",
                "tax_exempt_category": "", "reset_pass_on_login": false, "accepts_marketing": false,
                "addresses": {
                    "url": format!("http://localhost:2442/stores/s/v2/customers/{id}/addresses"),
                    "resource": format!("/customers/{id}/addresses"),
                },
            }),
            On::AddressesOf(customer) => json!({
                "id": id, "customer_id": customer, "first_name": "Jane", "last_name": "Doe", "company": "",
                "street_1": "123 Main Street", "street_2": "", "city": "Austin", "state": "Texas", "zip": "78726",
                "country": "United States", "country_iso2": "US", "phone": "123-345-7890",
                "address_type": "residential", "form_fields": null,
            }),
            On::Groups => json!({
                "id": id, "name": "", "is_default": false, "category_access": {"type": "all"},
                "discount_rules": [], "date_created": group_date, "date_modified": group_date,
                "is_group_for_guests": false,
            }),
        };
        self.rows(on).push(row);
        if let Err(refusal) = self.write(on, id, body) {
            self.rows(on).pop();
            return refusal;
        }
        *self.last_id(on) = id;
        (201, written(self.row(on, id)))
    }

    /// Changes a row, or says why not.
    fn write(&mut self, on: On, id: i64, body: &Value) -> Result<(), Answer> {
        let no_such = "The provided value does not refer to an existing resource.";
        let text = |name: &str| body[name].as_str();
        let is_taken = |rows: &[Value], name: &str| {
            let taken =
                |row: &Value| row["id"] != id && text(name).is_some_and(|text| same(&row[name], text));
            rows.iter().any(taken)
        };
        let mut change = body.clone();
        match on {
            On::Customers => {
                let group = body["customer_group_id"].as_i64().unwrap_or(0);
                if group != 0 && !self.ids(On::Groups, &Vec::new()).contains(&group) {
                    return Err(invalid("customer_group_id", no_such));
                }
                if is_taken(&self.customers, "email") {
                    return Err(invalid("email", "This email address is already in use by a customer."));
                }
            }
            On::AddressesOf(customer) => {
                if body["customer_id"].as_i64().is_some_and(|id| id != customer) {
                    return Err(invalid("customer_id", no_such));
                }
                match text("country").map(str::to_lowercase).as_deref() {
                    Some("germany") => {
                        (change["country"], change["country_iso2"]) = (json!("Germany"), json!("DE"));
                    }
                    Some("united states") => {
                        (change["country"], change["country_iso2"]) = (json!("United States"), json!("US"));
                    }
                    Some(_) => return Err(invalid("country", no_such)),
                    None => {}
                }
            }
            On::Groups => {
                if is_taken(&self.groups, "name") {
                    return Err(invalid("name", "The provided value is already in use."));
                }
                for mark in
                    ["is_default", "is_group_for_guests"].into_iter().filter(|mark| body[mark] == true)
                {
                    self.groups.iter_mut().for_each(|group| group[mark] = json!(false));
                }
            }
        }
        let row = self.row(on, id);
        *row = over(row.take(), change);
        Ok(())
    }

    fn delete(&mut self, on: On, ids: &[i64]) -> Answer {
        let is_of = |row: &Value, name: &str| ids.contains(&row[name].as_i64().unwrap());
        self.rows(on).retain(|row| !is_of(row, "id"));
        match on {
            On::Customers => self.addresses.retain(|address| !is_of(address, "customer_id")),
            On::AddressesOf(_) => {}
            On::Groups => {
                for customer in self.customers.iter_mut().filter(|row| is_of(row, "customer_group_id")) {
                    customer["customer_group_id"] = json!(0);
                }
            }
        }
        (204, String::new())
    }
}
