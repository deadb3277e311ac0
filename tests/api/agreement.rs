//! What is said in two places is the same in both.

use std::collections::BTreeSet;

use bigcommerce_mock::config::Cli;
use bigcommerce_mock::fields::Dialect::{V2, V3};
use bigcommerce_mock::fields::{Access, Dialect};
use bigcommerce_mock::model::{addresses, customer_groups, customers};
use bigcommerce_mock::operations::{OPERATIONS, Operation};
use clap::CommandFactory;
use serde_json::{Value, json};

use crate::support::{Mock, Reply, home, jane};

#[tokio::test]
async fn the_keys_of_an_answer_are_the_fields_in_their_order() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    mock.address("s", 1, json!({})).await;
    mock.group("s", json!({"name": "A"})).await;
    for (path, fields) in [
        ("/customers/1", customers::FIELDS),
        ("/customers/1/addresses/1", addresses::FIELDS),
        ("/customer_groups/1", customer_groups::FIELDS),
    ] {
        let shown = mock.get(&format!("/stores/s/v2{path}")).await.json();
        let keys: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        let fields = fields.iter().filter(|field| field.side(Dialect::V2).access != Access::Absent);
        let fields = fields.map(|field| field.name).filter(|name| *name != "_authentication");
        assert_eq!(keys, fields.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn the_14_documented_filters_are_those_of_the_fields() {
    let mock = Mock::new().await;
    let documented = [
        "first_name",
        "last_name",
        "company",
        "email",
        "phone",
        "store_credit",
        "customer_group_id",
        "min_id",
        "max_id",
        "min_date_created",
        "max_date_created",
        "min_date_modified",
        "max_date_modified",
        "tax_exempt_category",
    ];
    let mut declared = 0;
    for field in customers::FIELDS {
        declared += field.side(Dialect::V2).filters.len();
        for spelling in [field.name.to_owned(), format!("min_{}", field.name), format!("max_{}", field.name)]
        {
            let reply = mock.get(&format!("/stores/s/v2/customers?{spelling}=0")).await;
            let known = !reply.body.contains("not supported");
            assert_eq!(known, documented.contains(&&*spelling), "{spelling}");
        }
    }
    assert_eq!(declared, documented.len());
}

#[test]
fn the_readme_lists_every_setting_as_the_command_line_explains_it() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let command = Cli::command();
    for arg in command.get_arguments().filter(|arg| arg.get_long().is_some() && arg.get_env().is_some()) {
        let (flag, env) = (arg.get_long().unwrap(), arg.get_env().unwrap().to_str().unwrap());
        let row = readme.lines().find(|line| line.starts_with(&format!("| `--{flag}` | `{env}` |")));
        let help = arg.get_help().unwrap().to_string().replace(" [default: 2442]", "");
        assert!(row.is_some_and(|row| row.contains(&help)), "README: a row for --{flag}, {env}: {help}");
    }
}

/// What is answered though the documents do not list it, or no longer.
pub(crate) const EXTRAS: [(&str, &str); 3] =
    [("GET", "/time"), ("GET", "/store"), ("DELETE", "/customer_groups")];

/// The same, for tokens alone.
pub(crate) const TOKEN_EXTRAS: [(&str, &str); 5] = [
    ("GET", "/hooks"),
    ("POST", "/hooks"),
    ("GET", "/hooks/{hook_id}"),
    ("PUT", "/hooks/{hook_id}"),
    ("DELETE", "/hooks/{hook_id}"),
];

/// The same of V3: what the documents of other resources list.
pub(crate) const V3_EXTRAS: [(&str, &str); 9] = [
    ("GET", "/channels"),
    ("GET", "/channels/{channel_id}"),
    ("GET", "/hooks"),
    ("POST", "/hooks"),
    ("GET", "/hooks/{hook_id}"),
    ("PUT", "/hooks/{hook_id}"),
    ("DELETE", "/hooks/{hook_id}"),
    ("GET", "/hooks/admin"),
    ("PUT", "/hooks/admin"),
];

/// Every documented call below a mount of a version, with the placeholders of the documents.
pub(crate) fn documented(version: &str) -> Vec<(String, String)> {
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/paths.json");
    let facts: Value = serde_json::from_str(&std::fs::read_to_string(facts).unwrap()).unwrap();
    let text = |fact: &Value, name: &str| fact[name].as_str().unwrap().to_owned();
    let calls = facts.as_array().unwrap().iter().filter_map(|fact| {
        let path = text(fact, "path").strip_prefix(version)?.to_owned();
        Some((text(fact, "method"), path))
    });
    calls.collect()
}

/// The path with this in place of each placeholder.
pub(crate) fn filled(path: &str, with: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { with.to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Calls a store of its own that has one of everything, with a body that is good for the path.
async fn call_full(mount: &str, method: &str, path: &str) -> Reply {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    mock.address("demo", 1, json!({})).await;
    mock.group("demo", json!({"name": "A"})).await;
    let hook = |port| json!({"scope": "store/customer/*", "destination": format!("http://localhost:{port}")});
    assert_eq!(mock.post("/stores/demo/v2/hooks", hook(1)).await.status, 201);
    let body = match (method, path) {
        ("POST", "/hooks") => hook(2).to_string(),
        ("POST", "/customers") => jane().to_string().replace("jane@", "joe@"),
        ("POST", path) if path.ends_with("/addresses") => home().to_string(),
        ("POST", path) if path.ends_with("/validate") => json!({"password": "x"}).to_string(),
        ("POST", _) => json!({"name": "B"}).to_string(),
        ("PUT", _) => "{}".to_owned(),
        _ => String::new(),
    };
    mock.call(method, &format!("{mount}{}", filled(path, "1")), &[], &body).await
}

#[tokio::test]
async fn every_documented_call_works_on_both_mounts_and_no_other_does() {
    let calls = documented("/v2");
    assert_eq!(calls.len(), 21);
    let owned = |(method, path): (&str, &str)| (method.to_owned(), path.to_owned());
    let on_both: BTreeSet<_> = calls.into_iter().chain(EXTRAS.map(owned)).collect();
    for (mount, more) in [("/stores/demo/v2", &TOKEN_EXTRAS[..]), ("/api/v2", &[])] {
        let calls: BTreeSet<_> = on_both.iter().cloned().chain(more.iter().copied().map(owned)).collect();
        let paths: BTreeSet<&String> = calls.iter().map(|(_, path)| path).collect();
        for path in &paths {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
                let status = call_full(mount, method, path).await.status;
                if calls.contains(&(method.to_owned(), (*path).clone())) {
                    assert!(matches!(status, 200 | 201 | 204), "{method} {mount}{path}: {status}");
                } else {
                    assert_eq!(status, 405, "{method} {mount}{path}");
                }
            }
            let has_get = calls.contains(&("GET".to_owned(), (*path).clone()));
            assert_eq!(
                call_full(mount, "HEAD", path).await.status,
                if has_get { 200 } else { 405 },
                "{path}"
            );
            assert_eq!(call_full(mount, "OPTIONS", path).await.status, 204, "{path}");
        }
        // Neighbours of what is there, and what other parts of the service have.
        for path in [
            "",
            "/time/1",
            "/store/1",
            "/stores",
            "/orders",
            "/customers/1/validate/1",
            "/customers/1/addresses/1/1",
            "/customers/1/addresses/1/count",
            "/customers/1/form_fields",
            "/customer_groups/1/count",
            "/customer_groups/1/customers",
            "/addresses",
            "/customer",
        ] {
            for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
                assert_eq!(call_full(mount, method, path).await.status, 404, "{method} {mount}{path}");
            }
        }
    }
}

#[test]
fn the_table_of_operations_is_what_the_documents_list_and_some_more() {
    let v2_extras = [&EXTRAS[..], &TOKEN_EXTRAS].concat();
    for (dialect, version, extras) in [(V2, "/v2", &v2_extras[..]), (V3, "/v3", &V3_EXTRAS[..])] {
        let of_dialect = OPERATIONS.iter().filter(|operation| operation.dialect == dialect);
        let declared: Vec<(String, String)> = of_dialect
            .map(|operation| (operation.method.to_owned(), filled(operation.path, "{id}")))
            .collect();
        let extras = extras.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned()));
        let works: BTreeSet<(String, String)> = documented(version)
            .into_iter()
            .chain(extras)
            .map(|(method, path)| (method, filled(&path, "{id}")))
            .collect();
        assert_eq!(declared.iter().cloned().collect::<BTreeSet<_>>(), works);
        assert_eq!(declared.len(), works.len(), "no call is declared twice");
    }
}

/// To take over a change of the table, run with `UPDATE=1`.
#[test]
fn the_readme_lists_the_operations() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let mut readme = std::fs::read_to_string(file).unwrap();
    let is_update = std::env::var_os("UPDATE").is_some();
    for (dialect, mounts) in [(V2, "V2 mounts"), (V3, "V3 mount")] {
        let head = format!("| Method | Path below the {mounts} | What it does |\n| --- | --- | --- |\n");
        let start = readme.find(&head).unwrap() + head.len();
        let end = start + readme[start..].find("\n\n").unwrap() + 1;
        let of_dialect = OPERATIONS.iter().filter(|operation| operation.dialect == dialect);
        let rows = of_dialect.fold(String::new(), |rows, operation| {
            let Operation { method, path, summary, .. } = operation;
            rows + &format!("| {method} | `{path}` | {summary} |\n")
        });
        if is_update {
            readme.replace_range(start..end, &rows);
            std::fs::write(file, &readme).unwrap();
        } else {
            assert_eq!(&readme[start..end], rows);
        }
    }
}
