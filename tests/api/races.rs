//! Readers beside writers: no answer is stale – older than what was acknowledged before it was asked for – or torn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bigcommerce_mock::model::engine::ROW_BUDGET;
use serde_json::{Value, json};

use crate::support::Mock;

const PATH: &str = "/stores/s/v2/customers";
const CUSTOMERS: u64 = 8;
const WRITES: u64 = 150;

/// The version of a customer: every write puts one number into two fields.
#[track_caller]
fn version(customer: &Value) -> u64 {
    assert_eq!(customer["company"], customer["phone"], "torn: {customer}");
    customer["company"].as_str().unwrap().parse().unwrap()
}

async fn race(row_budget: usize) {
    let mock = Arc::new(Mock::remembering(row_budget).await);
    for i in 0..CUSTOMERS {
        mock.customer("s", json!({"email": format!("c{i}@example.com"), "company": "0", "phone": "0"})).await;
    }
    let acknowledged: Arc<Vec<AtomicU64>> = Arc::new((0..CUSTOMERS).map(|_| AtomicU64::new(0)).collect());
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for reader in 0..4 {
        let (mock, acknowledged, done) = (mock.clone(), acknowledged.clone(), done.clone());
        readers.push(tokio::spawn(async move {
            let mut reads = 0;
            while !done.load(Ordering::SeqCst) {
                let before: Vec<u64> =
                    acknowledged.iter().map(|version| version.load(Ordering::SeqCst)).collect();
                let i = usize::try_from(reads % CUSTOMERS).unwrap();
                let shown = match reader {
                    0 => vec![mock.get(&format!("{PATH}/{}", i + 1)).await.json()],
                    1 => mock.get(&format!("{PATH}?limit=250")).await.json().as_array().unwrap().clone(),
                    2 => mock
                        .get(&format!("{PATH}?email=c{i}@example.com"))
                        .await
                        .json()
                        .as_array()
                        .unwrap()
                        .clone(),
                    _ => mock.get(&format!("{PATH}?page=2&limit=3")).await.json().as_array().unwrap().clone(),
                };
                for customer in shown {
                    let id = usize::try_from(customer["id"].as_u64().unwrap()).unwrap();
                    assert!(
                        version(&customer) >= before[id - 1],
                        "stale: {customer}, acknowledged {}",
                        before[id - 1]
                    );
                }
                reads += 1;
                tokio::task::yield_now().await;
            }
            assert!(reads > 0);
        }));
    }
    let writers = (0..CUSTOMERS).map(|i| {
        let (mock, acknowledged) = (mock.clone(), acknowledged.clone());
        tokio::spawn(async move {
            for version in 1..=WRITES {
                let body = json!({"company": version.to_string(), "phone": version.to_string()});
                let reply = mock.put(&format!("{PATH}/{}", i + 1), &body).await;
                assert_eq!(reply.status, 200, "{}", reply.body);
                acknowledged[usize::try_from(i).unwrap()].store(version, Ordering::SeqCst);
                // An error sinks only its own request.
                if version % 10 == 0 {
                    let taken =
                        json!({"email": format!("c{}@example.com", (i + 1) % CUSTOMERS), "phone": "torn"});
                    assert_eq!(mock.put(&format!("{PATH}/{}", i + 1), &taken).await.status, 400);
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_or_torn_with_all_rows_in_memory() {
    race(ROW_BUDGET).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_or_torn_with_some_rows_in_memory() {
    race(4000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_or_torn_with_no_row_in_memory() {
    race(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_created_is_there_and_what_was_deleted_is_not_for_whoever_asks_next() {
    let mock = Arc::new(Mock::remembering(4000).await);
    let workers = (0..8).map(|worker| {
        let mock = mock.clone();
        tokio::spawn(async move {
            for i in 0..40 {
                let email = format!("w{worker}n{i}@example.com");
                let id = mock.customer("s", json!({"email": email})).await;
                assert_eq!(mock.get(&format!("{PATH}/{id}")).await.json()["email"], email.as_str());
                assert_eq!(mock.get(&format!("{PATH}?email={email}")).await.ids(), [id]);
                assert_eq!(mock.get(&format!("{PATH}?min_id={id}&max_id={id}")).await.ids(), [id]);
                if i % 2 == 0 {
                    assert_eq!(mock.delete(&format!("{PATH}/{id}")).await.status, 204);
                    assert_eq!(mock.get(&format!("{PATH}/{id}")).await.status, 404);
                    assert_eq!(mock.get(&format!("{PATH}?email={email}")).await.status, 204);
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":160}"#);
    mock.get(&format!("{PATH}/count?min_id=0")).await.assert(200, r#"{"count":160}"#);
    assert_eq!(mock.get(&format!("{PATH}?limit=250")).await.ids().len(), 160);
}
