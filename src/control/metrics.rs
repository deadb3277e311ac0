//! `GET /_mock/metrics`: how the server does, for Prometheus.

use std::fmt;
use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::Control;
use crate::coverage::{Coverage, Durations};
use crate::operations::{OPERATIONS, Operation};
use crate::process;
use crate::tenants::Tenants;

/// The content type of the text format.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// What requests to the mounts are called that are no operation.
const NONE: &str = "none";

/// `GET /_mock/metrics`.
pub(super) async fn get(State(control): State<Arc<Control>>) -> Response {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Figures {
        tenants: control.tenants.clone(),
        coverage: control.coverage.clone(),
    }));
    let mut text = String::new();
    prometheus_text::encode(&mut text, &registry).expect("a String takes everything");
    let mut response = Response::new(HttpBody::from(text));
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    response
}

/// Reads what is counted anyway at the moment when somebody asks.
#[derive(Debug)]
struct Figures {
    tenants: Arc<Tenants>,
    coverage: Arc<Coverage>,
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.requests(&mut encoder)?;
        let (awake, stores) = self.tenants.count();
        let mut metric = encoder.encode_descriptor(
            "bigcommerce_mock_stores",
            "Stores, by whether they are awake",
            None,
            MetricType::Gauge,
        )?;
        for (state, count) in [("awake", awake), ("asleep", stores.saturating_sub(awake))] {
            metric.encode_family(&[("state", state)])?.encode_gauge(&gauge(count))?;
        }
        let faults = self.coverage.faults();
        let help = "Requests that met a fault";
        encoder
            .encode_descriptor("bigcommerce_mock_faults", help, None, MetricType::Counter)?
            .encode_counter::<[(&str, &str); 0], u64, f64>(&faults, None)?;
        for (name, help, figure) in [
            (
                "bigcommerce_mock_journal_bytes",
                "Bytes that kept requests take",
                Some(gauge(self.tenants.requests().bytes())),
            ),
            ("process_resident_memory_bytes", "Resident memory size in bytes", process::resident_bytes()),
            ("process_open_fds", "Number of open file descriptors", process::open_descriptors()),
        ] {
            // Not every system tells.
            let Some(figure) = figure else { continue };
            encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&figure)?;
        }
        Ok(())
    }
}

impl Figures {
    fn requests(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut metric = encoder.encode_descriptor(
            "bigcommerce_mock_requests",
            "Answers, by operation and status",
            None,
            MetricType::Counter,
        )?;
        for operation in rows() {
            for (status, count) in self.coverage.calls(operation) {
                let labels = [("operation", name(operation)), ("status", status.to_string())];
                metric.encode_family(&labels)?.encode_counter::<[(&str, &str); 0], u64, f64>(&count, None)?;
            }
        }
        let mut metric = encoder.encode_descriptor(
            "bigcommerce_mock_request_duration_seconds",
            "How long answers took, by operation",
            None,
            MetricType::Histogram,
        )?;
        for operation in rows() {
            let Durations { sum, count, buckets } = self.coverage.durations(operation);
            if count > 0 {
                let labels = [("operation", name(operation))];
                let mut metric = metric.encode_family(&labels)?;
                metric.encode_histogram::<[(&str, &str); 0]>(sum, count, &buckets, None)?;
            }
        }
        Ok(())
    }
}

/// The operations, and what is none.
fn rows() -> impl Iterator<Item = Option<&'static Operation>> {
    OPERATIONS.iter().map(Some).chain([None])
}

fn name(operation: Option<&'static Operation>) -> String {
    operation.map_or_else(|| NONE.to_owned(), Operation::name)
}

fn gauge(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
