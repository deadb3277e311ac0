//! The OpenAPI documents, and that they say what the server does.

use std::collections::BTreeSet;

use bigcommerce_mock::fields::Dialect;
use bigcommerce_mock::openapi::document;
use serde_json::{Value, json};

use crate::agreement::{EXTRAS, TOKEN_EXTRAS, V3_EXTRAS, documented, filled};
use crate::support::Mock;

/// The calls of a document, with `{id}` for each id in a path.
fn calls(dialect: Dialect) -> Vec<(String, String)> {
    let document = document(dialect, "", "demo");
    let paths = document["paths"].as_object().unwrap().iter();
    let calls = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| (method.to_ascii_uppercase(), filled(path, "{id}"))).collect::<Vec<_>>()
    });
    calls.collect()
}

#[tokio::test]
async fn the_documents_have_every_call_that_is_answered_and_no_other() {
    let mock = Mock::new().await;
    let v2_extras = [&EXTRAS[..], &TOKEN_EXTRAS].concat();
    for (dialect, version, extras) in
        [(Dialect::V2, "/v2", &v2_extras[..]), (Dialect::V3, "/v3", &V3_EXTRAS[..])]
    {
        let told = calls(dialect);
        let extras = extras.iter().map(|(_, path)| (*path).to_owned());
        let paths = documented(version).into_iter().map(|(_, path)| path).chain(extras);
        let paths: BTreeSet<String> = paths.map(|path| filled(&path, "{id}")).collect();
        let mut answered = BTreeSet::new();
        for path in &paths {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
                let url = format!("/stores/demo{version}{}", filled(path, "1"));
                let reply = mock.call(method, &url, &[], "").await;
                if reply.status != 405 && reply.body != "The route is not found, check the URL" {
                    answered.insert((method.to_owned(), path.clone()));
                }
            }
        }
        assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), answered);
        assert_eq!(told.len(), answered.len(), "no call is told twice");
    }
}

#[tokio::test]
async fn every_query_parameter_of_the_documents_is_known_to_the_server() {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    for (dialect, mount, unknown) in
        [(Dialect::V2, "v2", "not supported"), (Dialect::V3, "v3", "not valid filter")]
    {
        let document = document(dialect, "", "demo");
        let mut asked = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
                    let name = parameter["name"].as_str().unwrap();
                    let url = format!("/stores/demo/{mount}{}?{name}=x", filled(path, "1"));
                    let reply = mock.call(&method.to_uppercase(), &url, &[], "").await;
                    assert!(!reply.body.contains(unknown), "{method} {url}: {}", reply.body);
                    asked += 1;
                }
            }
        }
        assert!(asked > 20);
    }
}

/// A server whose store has one of everything.
async fn full() -> Mock {
    let mock = Mock::seeded(
        r"stores: {demo: {
            form_fields: [{name: How did you hear about us?, of: customer}, {name: B, of: address}],
            attributes: [{name: Colour, type: string}],
        }}",
    )
    .await;
    mock.customer("demo", json!({})).await;
    mock.address("demo", 1, json!({})).await;
    mock.group("demo", json!({"name": "A"})).await;
    let set = r#"[{"customer_id":1,"attribute_id":1,"value":"42"}]"#;
    assert_eq!(mock.put("/stores/demo/v3/customers/attribute-values", set).await.status, 200);
    let metafield = json!({"key": "k", "value": "v", "namespace": "n", "permission_set": "read"});
    assert_eq!(mock.post("/stores/demo/v3/customers/1/metafields", metafield).await.status, 200);
    let hook =
        json!({"scope": "store/app/uninstalled", "destination": "http://localhost", "headers": {"a": "b"}});
    assert_eq!(mock.post("/stores/demo/v3/hooks", hook).await.status, 200);
    mock
}

/// The keys of a component.
fn keys(document: &Value, component: &str) -> BTreeSet<String> {
    let schema = &document["components"]["schemas"][component];
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn the_documents_have_the_keys_of_the_answers() {
    let mock = full().await;
    let v2 = document(Dialect::V2, "", "demo");
    let v3 = document(Dialect::V3, "", "demo");
    let include = "addresses,storecredit,attributes,formfields,shopper_profile_id,segment_ids";
    for (document, component, path, pointer) in [
        (&v2, "Customer", "v2/customers/1".to_owned(), ""),
        (&v2, "Address", "v2/customers/1/addresses/1".to_owned(), ""),
        (&v2, "Group", "v2/customer_groups/1".to_owned(), ""),
        (&v2, "Store", "v2/store".to_owned(), ""),
        (&v2, "Hook", "v2/hooks/1".to_owned(), ""),
        (&v3, "Hook", "v3/hooks".to_owned(), "/data/0"),
        (&v3, "HooksAdmin", "v3/hooks/admin".to_owned(), "/data"),
        (&v3, "ListedHook", "v3/hooks/admin".to_owned(), "/data/hooks_list/0"),
        (&v3, "Customer", format!("v3/customers?include={include}"), "/data/0"),
        (&v3, "Address", "v3/customers/addresses?include=formfields".to_owned(), "/data/0"),
        (&v3, "Attribute", "v3/customers/attributes".to_owned(), "/data/0"),
        (&v3, "AttributeValue", "v3/customers/attribute-values".to_owned(), "/data/0"),
        (&v3, "Metafield", "v3/customers/1/metafields/1".to_owned(), "/data"),
        (&v3, "ListedMetafield", "v3/customers/metafields".to_owned(), "/data/0"),
        (&v3, "Channel", "v3/channels/1?include=currencies".to_owned(), "/data"),
        (&v3, "Consent", "v3/customers/1/consent".to_owned(), ""),
        (&v3, "Settings", "v3/customers/settings".to_owned(), "/data"),
        (&v3, "ChannelSettings", "v3/customers/settings/channels/1".to_owned(), "/data"),
    ] {
        let reply = mock.get(&format!("/stores/demo/{path}")).await.json();
        let shown = reply.pointer(pointer).and_then(Value::as_object).unwrap();
        assert_eq!(shown.keys().cloned().collect::<BTreeSet<_>>(), keys(document, component), "{path}");
    }
}

#[tokio::test]
async fn the_examples_of_the_documents_work() {
    let done = [200, 201, 204];
    for (dialect, mount) in [(Dialect::V2, "v2"), (Dialect::V3, "v3")] {
        let document = document(dialect, "", "demo");
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let example = &operation["requestBody"]["content"]["application/json"]["example"];
                if example.is_null() {
                    continue;
                }
                let mock = full().await;
                let url = format!("/stores/demo/{mount}{}", filled(path, "1"));
                let reply = mock.call(&method.to_uppercase(), &url, &[], &example.to_string()).await;
                assert!(done.contains(&reply.status), "{method} {url}: {}", reply.body);
            }
        }
    }
}

#[tokio::test]
async fn what_the_documents_call_deprecated_is_what_answers_call_so() {
    let mock = full().await;
    let mut told = 0;
    for (dialect, mount) in [(Dialect::V2, "v2"), (Dialect::V3, "v3")] {
        let document = document(dialect, "", "demo");
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let url = format!("/stores/demo/{mount}{}", filled(path, "1"));
                let reply = mock.call(&method.to_uppercase(), &url, &[], "").await;
                let is_deprecated = operation["deprecated"] == true;
                assert_eq!(!reply.header("deprecation").is_empty(), is_deprecated, "{method} {url}");
                told += u32::from(is_deprecated);
            }
        }
    }
    assert_eq!(told, 16);
}

#[tokio::test]
async fn the_document_is_served_without_a_token_for_the_url_of_the_request() {
    let mock = Mock::new().await;
    for (path, titled, servers) in [
        ("/_mock/openapi.json", "Customers API, V3", &["http://shop.test:1/stores/{store_hash}/v3"][..]),
        (
            "/_mock/openapi.json?version=v3",
            "Customers API, V3",
            &["http://shop.test:1/stores/{store_hash}/v3"],
        ),
        (
            "/_mock/openapi.json?version=v2",
            "Customers API, V2",
            &["http://shop.test:1/stores/{store_hash}/v2", "http://shop.test:1/api/v2"],
        ),
    ] {
        let reply = mock.call("GET", path, &[("host", "shop.test:1")], "").await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
        let document = reply.json();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["info"]["title"], titled);
        let urls: Vec<_> =
            document["servers"].as_array().unwrap().iter().map(|server| &server["url"]).collect();
        assert_eq!(urls, servers);
        assert_eq!(document["servers"][0]["variables"]["store_hash"]["default"], "demo");
    }
}

#[tokio::test]
async fn the_document_follows_the_public_url() {
    let mock = Mock::with(|options| options.public_url = Some("https://bc.test/mock".into())).await;
    let document = mock.get("/_mock/openapi.json").await.json();
    assert_eq!(document["servers"][0]["url"], "https://bc.test/mock/stores/{store_hash}/v3");
}

#[tokio::test]
async fn a_version_that_does_not_exist_is_refused_in_words() {
    let mock = Mock::new().await;
    for version in ["v4", "", "V2", "3"] {
        let reply = mock.get(&format!("/_mock/openapi.json?version={version}")).await;
        assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (422, Some("invalid")));
    }
}

#[tokio::test]
async fn anybody_may_read_it() {
    let mock = Mock::new().await;
    let headers = [("origin", "https://docs.test"), ("sec-fetch-site", "cross-site")];
    let reply = mock.call("GET", "/_mock/openapi.json", &headers, "").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, "*"));
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let mock = Mock::new().await;
    for (method, path, status) in
        [("POST", "/_mock/openapi.json", 405), ("GET", "/_mock/openapi", 404), ("GET", "/_mock/", 404)]
    {
        assert_eq!(mock.call(method, path, &[], "").await.status, status, "{method} {path}");
    }
    mock.get("/_mock").await.assert(404, "The route is not found, check the URL");
}
