//! `/_mock/coverage`: which operations were called.

use bigcommerce_mock::operations::{OPERATIONS, Operation};
use serde_json::{Value, json};

use crate::support::{Mock, jane};

async fn calls(mock: &Mock, operation: &str) -> Value {
    let all = mock.get("/_mock/coverage?limit=1000").await.json();
    let all = all["operations"].as_array().unwrap();
    all.iter().find(|known| known["operation"] == operation).unwrap()["calls"].clone()
}

#[tokio::test]
async fn every_answer_of_an_operation_is_counted_whichever_the_store_and_mount() {
    let mock = Mock::new().await;
    mock.post("/stores/a/v2/customers", jane()).await;
    for path in ["/stores/a/v2/customers/1", "/stores/a/v2/customers/9", "/stores/b/v2/customers/1"] {
        mock.get(path).await;
    }
    mock.get("/api/v2/customers/1").await;
    mock.call("HEAD", "/stores/a/v2/customers/1", &[], "").await;
    mock.call("GET", "/stores/a/v2/customers/1", &[("prefer", "code=503")], "").await;
    mock.get("/stores/a/v2/zz").await;
    assert_eq!(calls(&mock, "v2.getCustomer").await, json!({"200": 2, "404": 3, "503": 1}));
    assert_eq!(calls(&mock, "v2.createCustomer").await, json!({"201": 1}));
    assert_eq!(calls(&mock, "v3.createCustomers").await, json!({}));
    mock.post("/_mock/reset", "").await;
    assert_eq!(calls(&mock, "v2.createCustomer").await, json!({"201": 1}), "since the start");
}

#[tokio::test]
async fn operations_are_listed_in_their_order_with_marks() {
    let mock = Mock::new().await;
    let all = mock.get("/_mock/coverage").await.json();
    let names: Vec<&str> = all["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|known| known["operation"].as_str().unwrap())
        .collect();
    let known: Vec<String> = OPERATIONS.iter().map(Operation::name).collect();
    assert_eq!(names, known);
    assert_eq!(all["total"], known.len());
    assert_eq!(all["operations"][2]["marks"][0], "seed", "{}", all["operations"][2]);
    let part = mock.get("/_mock/coverage?limit=1&after=v2.listCustomers").await.json();
    assert_eq!(part["operations"][0]["operation"], "v2.createCustomer");
    assert_eq!((part["operations"].as_array().unwrap().len(), &part["total"]), (1, &all["total"]));
    mock.get("/_mock/coverage?limit=0").await.assert_refusal(422, "invalid", None);
}
