//! `docs/CONTROL.md` and the OpenAPI document of the control API say what it does.

use std::collections::BTreeSet;

use bigcommerce_mock::clock::Mode;
use serde_json::{Value, json};

use crate::support::Mock;

/// A call of the document, and the answer that it shows.
struct Example {
    method: String,
    path: String,
    body: String,
    status: u16,
    answer: Option<Value>,
}

fn examples() -> Vec<Example> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/CONTROL.md");
    let document = std::fs::read_to_string(file).unwrap();
    let mut examples = Vec::new();
    for part in document.split("```http\n").skip(1) {
        let (call, rest) = part.split_once("```\n```json\n").expect(part);
        let (line, body) = call.split_once('\n').unwrap();
        let (method, path) = line.split_once(' ').unwrap();
        let shown = rest.split("```").next().unwrap();
        let (status, answer) = shown.trim().split_once(' ').unwrap_or((shown.trim(), ""));
        examples.push(Example {
            method: method.to_owned(),
            path: path.to_owned(),
            body: body.trim().to_owned(),
            status: status.parse().unwrap(),
            answer: (!answer.is_empty()).then(|| serde_json::from_str(answer).expect(answer)),
        });
    }
    examples
}

/// Whether an answer is as shown. Of an object that is cut short only the keys that are there count.
fn is_as_shown(shown: &Value, answer: &Value) -> bool {
    match (shown, answer) {
        (Value::String(any), answer) if any == "…" => answer.is_string() || answer.is_number(),
        (Value::Object(shown), Value::Object(answer)) => {
            shown.iter().all(|(key, value)| answer.get(key).is_some_and(|answer| is_as_shown(value, answer)))
        }
        (Value::Array(shown), Value::Array(answer)) => {
            shown.len() == answer.len()
                && shown.iter().zip(answer).all(|(shown, answer)| is_as_shown(shown, answer))
        }
        (shown, answer) => shown == answer,
    }
}

/// The path of the OpenAPI document that a path is of.
fn template(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.get(2) == Some(&"stores") && parts.len() > 3 {
        parts[3] = "{hash}";
    }
    if parts.get(4) == Some(&"snapshots") && parts.len() > 5 {
        parts[5] = "{name}";
    }
    let is_id = |part: &str| part.trim_start_matches('f').bytes().all(|b| b.is_ascii_digit());
    if let Some(last) = parts.last_mut().filter(|last| is_id(last)) {
        *last = "{id}";
    }
    parts.join("/")
}

#[tokio::test]
async fn every_example_of_the_document_is_answered_as_it_shows() {
    let mock = Mock::keeping(|options| options.usual.clock = Mode::Real).await;
    let examples = examples();
    assert!(examples.len() > 20);
    let document = mock.get("/_mock/openapi.json?version=control").await.json();
    for Example { method, path, body, status, answer } in examples {
        let (headers, body) = match body.strip_prefix("Accept: ") {
            Some(accept) => (vec![("accept", accept)], ""),
            None => (Vec::new(), body.as_str()),
        };
        let reply = mock.call(&method, &path, &headers, body).await;
        assert_eq!(reply.status, status, "{method} {path} {body}: {}", reply.body);
        let is_ours = path.starts_with("/_mock");
        let declared = &document["paths"][template(&path)][method.to_ascii_lowercase()]["responses"];
        let code = if status < 400 { status.to_string() } else { "default".to_owned() };
        assert!(!is_ours || declared[&code].is_object(), "{method} {path} is not declared to answer {code}");
        if let Some(shown) = answer {
            assert!(
                is_as_shown(&shown, &reply.json()),
                "{method} {path} {body}:\n{}\nis not\n{shown}",
                reply.body
            );
        } else if path == "/_mock/ca.pem" {
            assert!(reply.body.starts_with("-----BEGIN CERTIFICATE-----"), "{}", reply.body);
        } else if path == "/_mock/metrics" {
            assert!(reply.body.starts_with("# HELP bigcommerce_mock_requests_total"), "{}", reply.body);
        } else {
            assert_eq!(reply.body, "");
        }
    }
}

/// The calls of the OpenAPI document, and that each of them is there.
#[tokio::test]
async fn the_openapi_document_has_every_call_and_the_page_an_example_of_each() {
    let mock = Mock::new().await;
    let document = mock.get("/_mock/openapi.json?version=control").await.json();
    assert_eq!(document["servers"][0]["url"], "http://localhost:2442");
    let mut declared = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            declared.insert((method.to_ascii_uppercase(), path.clone()));
            assert!(!operation["summary"].as_str().unwrap().is_empty());
            let call = path.replace("{hash}", "nobody").replace("{name}", "none").replace("{id}", "1");
            let reply = mock.call(&method.to_ascii_uppercase(), &call, &[], "{}").await;
            let code = reply.status;
            assert!(code != 405 && !reply.body.contains("no_such_route"), "{method} {path}: {code}");
            let schemas = document["components"]["schemas"].as_object().unwrap();
            let references = operation.to_string();
            for name in references.split("#/components/schemas/").skip(1) {
                let name = name.split('"').next().unwrap();
                assert!(schemas.contains_key(name), "{name}");
            }
        }
    }
    let shown: BTreeSet<(String, String)> = examples()
        .into_iter()
        .filter(|example| example.path.starts_with("/_mock"))
        .map(|example| (example.method, template(&example.path)))
        .collect();
    assert_eq!(shown, declared);
}

#[tokio::test]
async fn there_is_no_document_of_another_version() {
    let reply = Mock::new().await.get("/_mock/openapi.json?version=v4").await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (422, &json!("invalid")));
}
