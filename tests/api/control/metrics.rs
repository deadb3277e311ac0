//! `/_mock/metrics`: figures for Prometheus.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::{Mock, jane};

/// The samples by name and labels. Every line must be a comment or a sample.
async fn samples(mock: &Mock) -> BTreeMap<String, String> {
    let answer = mock.get("/_mock/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let mut samples = BTreeMap::new();
    for line in answer.body.lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(samples.insert(name.to_owned(), value.to_owned()).is_none(), "twice: {line}");
    }
    samples
}

#[tokio::test]
async fn answers_are_counted_by_operation_and_status_with_their_durations() {
    let mock = Mock::new().await;
    mock.post("/stores/a/v2/customers", jane()).await;
    for path in ["/stores/a/v2/customers/1", "/stores/a/v2/customers/1", "/stores/b/v2/customers/9"] {
        mock.get(path).await;
    }
    mock.get("/stores/a/v2/zz").await;
    mock.get("/livez").await;
    let found = samples(&mock).await;
    let requests = |operation: &str, status: u16| {
        found
            .get(&format!("bigcommerce_mock_requests_total{{operation=\"{operation}\",status=\"{status}\"}}"))
            .map(String::as_str)
    };
    assert_eq!(requests("v2.getCustomer", 200), Some("2"));
    assert_eq!(requests("v2.getCustomer", 404), Some("1"));
    assert_eq!(requests("v2.createCustomer", 201), Some("1"));
    assert_eq!(requests("none", 404), Some("1"), "health checks are not counted");
    assert_eq!(requests("v2.listCustomers", 200), None);
    let name = "bigcommerce_mock_request_duration_seconds";
    assert_eq!(found[&format!("{name}_count{{operation=\"v2.getCustomer\"}}")], "3");
    assert_eq!(found[&format!("{name}_bucket{{operation=\"v2.getCustomer\",le=\"+Inf\"}}")], "3");
    assert_ne!(found[&format!("{name}_sum{{operation=\"v2.getCustomer\"}}")], "0");
}

#[tokio::test]
async fn the_time_that_a_client_waits_is_in_the_bucket_that_holds_it() {
    let mock = Mock::new().await;
    mock.call("GET", "/stores/a/v2/time", &[("prefer", "delay=60ms")], "").await;
    let found = samples(&mock).await;
    let within = |bound: &str| {
        let name = "bigcommerce_mock_request_duration_seconds_bucket";
        found[&format!("{name}{{operation=\"v2.getTime\",le=\"{bound}\"}}")].parse::<u64>().unwrap()
    };
    assert_eq!((within("0.05"), within("+Inf")), (0, 1));
    let mut before = 0;
    for bound in ["5e-05", "0.0001", "0.01", "0.05", "0.1", "0.5", "1", "5", "+Inf"] {
        assert!(within(bound) >= before, "buckets hold those before them: {bound}");
        before = within(bound);
    }
}

#[tokio::test]
async fn stores_faults_and_kept_bytes_are_told_as_they_are_now() {
    let mock = Mock::new().await;
    let before = samples(&mock).await;
    assert_eq!(before["bigcommerce_mock_stores{state=\"awake\"}"], "0");
    assert_eq!(before["bigcommerce_mock_faults_total"], "0");
    mock.post("/_mock/stores", json!({"hash": "a"})).await;
    mock.call("GET", "/stores/a/v2/customers", &[("prefer", "code=503")], "").await;
    let after = samples(&mock).await;
    let number = |name: &str| after[name].parse::<u64>().unwrap();
    let stores =
        ["awake", "asleep"].map(|state| number(&format!("bigcommerce_mock_stores{{state=\"{state}\"}}")));
    assert_eq!(stores.iter().sum::<u64>(), 1);
    assert_eq!(after["bigcommerce_mock_faults_total"], "1");
    assert_eq!(before["bigcommerce_mock_journal_bytes"], "0");
    assert!(number("bigcommerce_mock_journal_bytes") > 0);
    if cfg!(target_os = "linux") {
        let is_told = number("process_resident_memory_bytes") > 1 << 20 && number("process_open_fds") > 2;
        assert!(is_told, "{after:?}");
    }
}
