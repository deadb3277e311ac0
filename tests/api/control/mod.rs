//! The control API.

use serde_json::{Value, json};

use crate::support::{Mock, Reply};

mod clocks;
mod concurrency;
mod coverage;
mod document;
mod exports;
mod faults;
mod guard;
mod metrics;
mod profiles;

mod quotas;
mod requests;
mod resets;
mod settings;
mod sleep;
mod snapshots;
mod stores;

/// A seed of three people.
fn three() -> Value {
    let person =
        |i: i32| json!({"first_name": "Jane", "last_name": "Doe", "email": format!("jane{i}@example.com")});
    json!({"customers": [person(1), person(2), person(3)]})
}

impl Mock {
    /// A call of the control API.
    async fn control(&self, method: &str, path: &str, body: Value) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.call(method, &format!("/_mock{path}"), &[], &body).await
    }

    /// Makes a store.
    async fn make(&self, hash: &str, mut body: Value) {
        body["hash"] = hash.into();
        let reply = self.control("POST", "/stores", body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
    }

    /// The emails of a store's customers.
    async fn emails(&self, hash: &str) -> Vec<String> {
        let reply = self.get(&format!("/stores/{hash}/v2/customers?limit=250")).await;
        if reply.status == 204 {
            return Vec::new();
        }
        let customers = reply.json();
        customers.as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
    }
}

impl Reply {
    /// A refusal of the control API: its status, code and place.
    #[track_caller]
    fn assert_refusal(&self, status: u16, code: &str, at: Option<&str>) {
        let error = &self.json()["error"];
        assert_eq!((self.status, error["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(error["at"].as_str(), at, "{}", self.body);
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert_eq!(self.header("x-mock-version"), env!("CARGO_PKG_VERSION"));
    }
}
