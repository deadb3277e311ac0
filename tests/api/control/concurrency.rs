//! A store carries out only so many requests at once, if its settings say so.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::three;
use crate::support::{Mock, Reply};

/// A store of three people that carries out as many requests at once as the documents say.
async fn limited() -> Arc<Mock> {
    let mock = Mock::new().await;
    let mut seed = three();
    seed["settings"] = json!({"concurrency": "documented"});
    mock.make("s", json!({"seed": seed})).await;
    mock.into()
}

/// Keeps all writes of the store waiting until somebody lets go of what this gives.
async fn hold(mock: &Mock) -> oneshot::Sender<()> {
    let store = mock.store("s").await;
    let (free, freed) = oneshot::channel::<()>();
    let (holding, held) = oneshot::channel();
    tokio::spawn(async move {
        let wait = async move {
            let _ = holding.send(());
            let _ = freed.await;
            Ok::<_, sqlx::Error>(())
        };
        store.run(move |_| wait.boxed()).await
    });
    held.await.unwrap();
    free
}

fn send(mock: &Arc<Mock>, method: &'static str, path: &str, body: &Value) -> JoinHandle<Reply> {
    let (mock, path, body) = (Arc::clone(mock), format!("/stores/s{path}"), body.to_string());
    tokio::spawn(async move { mock.call(method, &path, &[], &body).await })
}

/// Sees all but `most` of these requests refused while none of the others can end, then lets those go on. How they ended.
async fn at_once(sent: Vec<JoinHandle<Reply>>, most: usize, free: oneshot::Sender<()>) -> Vec<u16> {
    let mut answers: FuturesUnordered<_> = sent.into_iter().collect();
    while answers.len() > most {
        let refused = answers.next().await.unwrap().unwrap();
        assert_eq!((refused.status, refused.header("x-retry-after")), (429, "1"), "{}", refused.body);
        assert_ne!(refused.header("x-rate-limit-requests-left"), "");
    }
    drop(free);
    let ended: Vec<u16> = answers.map(|answer| answer.unwrap().status).collect().await;
    assert_eq!(ended.len(), most);
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn of_each_operation_exactly_as_many_pass_as_the_documents_say() {
    let mock = limited().await;
    let group = json!({"name": "A"});
    assert_eq!(
        mock.post("/stores/s/v3/customers/attributes", json!([{"name": "A", "type": "string"}])).await.status,
        200
    );
    let address = crate::support::over(
        json!({"customer_id": 1}),
        json!({
            "first_name": "J", "last_name": "D", "address1": "1", "city": "Berlin", "postal_code": "1", "country_code": "DE",
        }),
    );
    for (method, path, body, most) in [
        ("PUT", "/v3/customers", json!([{"id": 1, "first_name": "Jo"}]), 3),
        (
            "PUT",
            "/v3/customers/attribute-values",
            json!([{"customer_id": 1, "attribute_id": 1, "value": "a"}]),
            3,
        ),
        ("PUT", "/v3/customers/attributes", json!([{"id": 1, "name": "B"}]), 3),
        ("POST", "/v3/customers/addresses", json!([address]), 10),
    ] {
        let free = hold(&mock).await;
        let sent = (0..most + 5).map(|_| send(&mock, method, path, &body)).collect();
        let ended = at_once(sent, most, free).await;
        assert_eq!(ended, vec![200; most], "{method} {path}");
    }
    // All of groups share one count, whichever the mount.
    let free = hold(&mock).await;
    let mut sent: Vec<_> = (0..40).map(|_| send(&mock, "POST", "/v2/customer_groups", &group)).collect();
    sent.extend((0..5).map(|_| send(&mock, "DELETE", "/v2/customer_groups/9", &json!({}))));
    at_once(sent, 40, free).await;
    assert_eq!(mock.put("/stores/s/v3/customers", json!([{"id": 1, "first_name": "Jo"}])).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mount_refuses_in_its_own_way_and_a_client_that_hangs_up_makes_room() {
    let mock = limited().await;
    // Each is counted until its answer is ready, which these never are.
    mock.control("PATCH", "/stores/s/settings", json!({"latency": "1h"})).await;
    let late: Vec<_> = (1..=3)
        .map(|id| send(&mock, "PUT", "/v3/customers", &json!([{"id": id, "first_name": "Late"}])))
        .collect();
    mock.until_all_are("Late").await;
    mock.control("PATCH", "/stores/s/settings", json!({"latency": null})).await;
    let change = async || mock.put("/stores/s/v3/customers", json!([{"id": 1, "first_name": "Jo"}])).await;
    change().await.assert(429, r#"{"status":429,"title":"Too many requests","type":"https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes","errors":{}}"#);
    assert_eq!(mock.get("/stores/s/v3/customers").await.status, 200, "others are not counted");
    for one in &late {
        one.abort();
    }
    for one in late {
        assert!(one.await.err().is_some_and(|error| error.is_cancelled()));
    }
    assert_eq!(change().await.status, 200);
    // Without the setting nothing is counted.
    mock.control("PATCH", "/stores/s/settings", json!({"concurrency": null})).await;
    let free = hold(&mock).await;
    let body = json!([{"id": 1, "first_name": "Jo"}]);
    let sent = (0..20).map(|_| send(&mock, "PUT", "/v3/customers", &body)).collect();
    assert_eq!(at_once(sent, 20, free).await, [200; 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn v2_refuses_groups_with_an_empty_answer() {
    let mock = limited().await;
    let free = hold(&mock).await;
    let sent: Vec<_> = (0..41)
        .map(|i| send(&mock, "POST", "/v2/customer_groups", &json!({"name": format!("G{i}")})))
        .collect();
    let mut answers: FuturesUnordered<_> = sent.into_iter().collect();
    answers.next().await.unwrap().unwrap().assert(429, "");
    // The store of another hash is another's.
    mock.make("t", json!({"seed": {"settings": {"concurrency": "documented"}}})).await;
    assert_eq!(mock.get("/stores/t/v2/customer_groups").await.status, 204);
    drop(free);
    let made =
        answers.filter(|answer| std::future::ready(answer.as_ref().unwrap().status == 201)).count().await;
    assert_eq!(made, 40);
}

impl Mock {
    /// Waits until all customers have this first name.
    async fn until_all_are(&self, name: &str) {
        loop {
            let store = self.store("s").await;
            let list = bigcommerce_mock::model::export::export(&store).await.unwrap();
            if format!("{list:?}").matches(name).count() >= 3 {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}
