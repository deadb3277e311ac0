//! The data directory: what is there after an end of any kind, and who may use it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Client, column, create, customer, customers, until};
use crate::support::Program;

/// What SQLite says of a database that nobody has open.
fn integrity(file: &Path) -> String {
    ask(file, "pragma integrity_check")
}

/// One text from a database that nobody has open.
fn ask(file: &Path, question: &'static str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        sqlx::query_scalar(question).fetch_one(&mut connection).await.unwrap()
    })
}

#[test]
fn customers_survive_a_restart_and_ids_go_on() {
    let dir = Program::temp_dir();
    let args = [
        "--data-dir",
        dir.arg(),
        "--seed",
        "none",
        "--public-url",
        "http://x.test",
        "--password-hashing",
        "fast",
    ];
    let program = Program::start(&args);
    let secret = customer("secret").replace('}', r#","_authentication":{"password":"s3cret-pass"}}"#);
    assert_eq!(program.call("POST", "/stores/one/v2/customers", &secret).0, 201);
    assert_eq!([create(&program, "one", "b"), create(&program, "one", "c")], [2, 3]);
    assert_eq!(create(&program, "two", "b"), 1);
    assert_eq!(program.call("DELETE", "/stores/one/v2/customers/3", "").0, 204);
    let before = (customers(&program, "one"), customers(&program, "two"));
    assert_eq!(before.0.len(), 2);
    program.stop();
    // Nothing is left beside the databases: they can be copied.
    assert_eq!(dir.names(), [".lock", "one.1.db", "two.2.db"]);

    let program = Program::start(&args);
    assert_eq!((customers(&program, "one"), customers(&program, "two")), before);
    let check = |password: &str| {
        let body = format!(r#"{{"password":"{password}"}}"#);
        program.call("POST", "/stores/one/v2/customers/1/validate", &body).1
    };
    assert_eq!([check("s3cret-pass"), check("S3cret-pass")], [r#"{"success":true}"#, r#"{"success":false}"#]);
    assert_eq!(create(&program, "one", "d"), 4, "3 was deleted, not free");
    program.stop();

    let program = Program::start(&args);
    assert_eq!(program.call("DELETE", "/stores/one/v2/customers", "").0, 204);
    program.stop();
    let program = Program::start(&args);
    assert_eq!(create(&program, "one", "e"), 5);
}

#[test]
fn old_events_go_even_if_no_run_sees_many() {
    let dir = Program::temp_dir();
    for run in 0..7 {
        let program = Program::start(&["--data-dir", dir.arg(), "--seed", "none"]);
        for batch in 0..20 {
            let items: Vec<_> = (0..10).map(|i| customer(&format!("{run}-{batch}-{i}"))).collect();
            let body = format!("[{}]", items.join(","));
            assert_eq!(program.call("POST", "/stores/s/v3/customers", &body).0, 200);
        }
        program.stop();
    }
    let kept: u32 =
        ask(&dir.path().join("s.1.db"), "select cast(count(*) as text) from events").parse().unwrap();
    assert!((1000..1300).contains(&kept), "{kept}");
}

#[test]
fn a_directory_belongs_to_one_server_at_a_time() {
    let dir = Program::temp_dir();
    let args = ["--data-dir", dir.arg(), "--seed", "none"];
    let first = Program::start(&args);
    let line = Program::refuse(1, &args);
    assert!(line.contains(dir.arg()) && line.contains("another server"), "{line}");
    // The first is none the worse for it.
    assert_eq!(create(&first, "s", "x"), 1);
    // A server that was killed does not keep the directory.
    first.signal("KILL");
    first.end();
    let second = Program::start(&args);
    assert_eq!(column(&customers(&second, "s"), "company"), ["x"]);
}

#[test]
fn a_seed_leaves_a_store_that_is_there_as_it_is_and_says_so() {
    let dir = Program::temp_dir();
    let args = ["--data-dir", dir.arg()];
    let program = Program::start(&args);
    assert_eq!(program.log(), "");
    assert_eq!(program.call("DELETE", "/stores/demo/v2/customers/1", "").0, 204);
    let before = column(&customers(&program, "demo"), "email");
    program.stop();

    let program = Program::start(&args);
    assert_eq!(column(&customers(&program, "demo"), "email"), before);
    let log = program.stop().stderr;
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("INFO") && log.contains("demo") && log.contains("left as it is"), "{log}");
    // The store's people come from a seed and nowhere else.
    assert!(!before.is_empty() && !log.contains(&before[0]), "{log}");
}

#[test]
fn a_refused_seed_leaves_nothing_behind() {
    let dir = Program::temp_dir();
    let data = dir.path().join("data");
    let text = "stores:
  shop:
    customers:
      - {first_name: A, last_name: A, email: a@example.com}
      - {first_name: B, last_name: B, email: A@example.com}
";
    let seed = dir.write("seed.yaml", text);
    let args = ["--data-dir", data.to_str().unwrap(), "--seed", &seed];
    let line = Program::refuse(1, &args);
    assert!(line.contains("customers[1].email"), "{line}");
    assert!(!data.exists(), "not even the directory");

    dir.write("seed.yaml", text.replace("A@", "b@"));
    let program = Program::start(&args);
    assert_eq!(column(&customers(&program, "shop"), "email"), ["a@example.com", "b@example.com"]);
    assert_eq!(create(&program, "shop", "x"), 3);
}

/// Otherwise the first store would be left as it is from then on, with people that are in no seed any more.
#[test]
fn a_seed_that_is_refused_at_its_second_store_does_not_leave_the_first() {
    let dir = Program::temp_dir();
    let data = dir.path().join("data");
    let text = "stores:
  first:
    customers:
      - {first_name: A, last_name: A, email: old@example.com}
  second:
    customers:
      - {first_name: A, last_name: A, email: a@example.com}
      - {first_name: B, last_name: B, email: A@example.com}
";
    let seed = dir.write("seed.yaml", text);
    let args = ["--data-dir", data.to_str().unwrap(), "--seed", &seed];
    let line = Program::refuse(1, &args);
    assert!(line.contains("stores.second.customers[1].email"), "{line}");

    dir.write("seed.yaml", text.replace("A@", "b@").replace("old@", "new@"));
    let program = Program::start(&args);
    assert_eq!(customers(&program, "second").len(), 2);
    assert_eq!(column(&customers(&program, "first"), "email"), ["new@example.com"]);
}

#[test]
fn what_is_not_a_create_makes_no_file() {
    let dir = Program::temp_dir();
    let program = Program::start(&["--data-dir", dir.arg(), "--seed", "none"]);
    for (method, path, status) in [
        ("GET", "/stores/nobody/v2/customers", 204),
        ("GET", "/stores/nobody/v2/customers/1", 404),
        ("GET", "/stores/nobody/v2/customers/count", 200),
        ("GET", "/stores/nobody/v2/time", 200),
        ("DELETE", "/stores/nobody/v2/customers", 204),
        ("DELETE", "/stores/nobody/v2/customers/1", 404),
        ("PUT", "/stores/nobody/v2/customers/1", 404),
        ("POST", "/stores/nobody/v2/customers/1/validate", 404),
        ("POST", "/stores/nobody/v2/customers", 400),
    ] {
        assert_eq!(program.call(method, path, "").0, status, "{method} {path}");
        assert_eq!(dir.names(), [".lock"], "{method} {path}");
    }
    create(&program, "somebody", "x");
    assert!(dir.names().contains(&"somebody.1.db".to_owned()), "{:?}", dir.names());
}

/// An empty store would be left as it is by the next seed.
#[test]
fn a_create_that_is_refused_makes_no_file() {
    let dir = Program::temp_dir();
    let program = Program::start(&["--data-dir", dir.arg(), "--seed", "none"]);
    for more in [
        r#","email":"nowhere"}"#,
        r#","customer_group_id":5}"#,
        r#","_authentication":{"password":"s3cret-pass","password_confirmation":"other"}}"#,
    ] {
        let body = customer("refused").replace('}', more);
        assert_eq!(program.call("POST", "/stores/nobody/v2/customers", &body).0, 400, "{body}");
        assert_eq!(dir.names(), [".lock"], "{body}");
    }
}

#[test]
fn a_directory_is_made_with_those_above_it() {
    let dir = Program::temp_dir();
    let data = dir.path().join("a/b");
    let program = Program::start(&["--data-dir", data.to_str().unwrap()]);
    assert_eq!(customers(&program, "demo").len(), 25);
    program.stop();
    assert!(data.join("demo.1.db").exists());
}

#[test]
fn a_directory_that_can_not_be_made_is_refused() {
    let dir = Program::temp_dir();
    let file = dir.write("file", "");
    for path in [file.clone(), format!("{file}/data")] {
        let line = Program::refuse(1, &["--data-dir", &path]);
        assert!(line.starts_with(&format!("{path}: ")), "{line}");
    }
    assert_eq!(dir.names(), ["file"]);
}

/// Creates customers until the server dies: the emails of the acknowledged ones by id.
fn create_until_the_end(
    mut client: Client,
    store: &str,
    name: &str,
    acknowledged: &Mutex<BTreeMap<i64, String>>,
) {
    let path = format!("/stores/{store}/v2/customers");
    for i in 0.. {
        let Ok(answer) = client.try_call("POST", &path, &customer(&format!("{name}-{i}"))) else { return };
        assert_eq!(answer.status, 201, "{answer:?}");
        let id = answer.json()["id"].as_i64().unwrap();
        let before = acknowledged.lock().unwrap().insert(id, format!("{name}-{i}@example.com"));
        assert_eq!(before, None, "id {id} was given twice");
    }
}

#[test]
fn what_was_acknowledged_survives_sigkill() {
    const STORES: [&str; 3] = ["one", "two", "three"];
    let dir = Program::temp_dir();
    let args = ["--data-dir", dir.arg(), "--seed", "none"];
    // For each store what was acknowledged, over several lives of the server.
    let acknowledged = STORES.map(|_| Mutex::new(BTreeMap::new()));
    for life in 0..3 {
        let program = Program::start(&args);
        let counts = || acknowledged.each_ref().map(|store| store.lock().unwrap().len());
        let before = counts();
        thread::scope(|scope| {
            for thread in 0..6 {
                let (store, own) = (STORES[thread % 3], &acknowledged[thread % 3]);
                let client = Client::new(&program);
                scope.spawn(move || create_until_the_end(client, store, &format!("l{life}-t{thread}"), own));
            }
            until("30 creates in each store", || {
                counts().iter().zip(before).all(|(now, then)| *now >= then + 30)
            });
            program.signal("KILL");
        });
        program.end();
    }

    let program = Program::start(&args);
    let mut client = Client::new(&program);
    for (store, acknowledged) in STORES.iter().zip(&acknowledged) {
        let acknowledged = acknowledged.lock().unwrap();
        for (id, email) in &*acknowledged {
            let answer = client.call("GET", &format!("/stores/{store}/v2/customers/{id}"), "");
            assert_eq!(answer.status, 200, "{store} {id}: {answer:?}");
            assert_eq!(answer.json()["email"], email.as_str(), "{store} {id}");
        }
        let next = create(&program, store, "next");
        assert!(next > *acknowledged.last_key_value().unwrap().0, "{store}: {next}");
    }
    program.stop();
    for store in STORES {
        let is_its = |name: &String| name.starts_with(&format!("{store}."));
        let files: Vec<String> = dir.names().into_iter().filter(is_its).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(integrity(&dir.path().join(&files[0])), "ok", "{store}");
    }
}

#[test]
fn settings_survive_a_restart_and_new_customers_still_follow_them() {
    let dir = Program::temp_dir();
    let args = ["--data-dir", dir.arg(), "--seed", "none"];
    let program = Program::start(&args);
    let groups = "/stores/s/v2/customer_groups";
    for name in ["A", "B"] {
        assert_eq!(program.call("POST", groups, &format!(r#"{{"name":"{name}"}}"#)).0, 201);
    }
    let settings = "/stores/s/v3/customers/settings";
    let of_store = r#"{"privacy_settings":{"policy_url":"/p"},"customer_group_settings":{"default_customer_group_id":1}}"#;
    let of_channel =
        r#"{"customer_group_settings":{"default_customer_group_id":2},"allow_global_logins":false}"#;
    let first = program.call("PUT", settings, of_store);
    let second = program.call("PUT", &format!("{settings}/channels/1"), of_channel);
    assert_eq!((first.0, second.0), (200, 200));
    program.stop();
    let program = Program::start(&args);
    assert_eq!(program.call("GET", settings, ""), first);
    assert_eq!(program.call("GET", &format!("{settings}/channels/1"), ""), second);
    create(&program, "s", "x");
    assert_eq!(customers(&program, "s")[0]["customer_group_id"], 2);
}

/// What was named is kept, and what was not follows the profile of each start.
#[test]
fn stores_that_name_no_profile_follow_that_of_the_start() {
    let dir = Program::temp_dir();
    let args = ["--seed", "none", "--data-dir", dir.arg()];
    let program = Program::start(&args);
    let make = |hash: &str, settings: &str| {
        let tokens = r#"[{"token":"any","scopes":["store_v2_customers"]}]"#;
        let body = format!(r#"{{"hash":"{hash}","seed":{{"tokens":{tokens},"settings":{settings}}}}}"#);
        assert_eq!(program.call("POST", "/_mock/stores", &body).0, 201);
    };
    make("plain", "{}");
    make("kind", r#"{"profile":"sandbox"}"#);
    make("changed", "{}");
    assert_eq!(program.call("PATCH", "/_mock/stores/changed/settings", r#"{"cors":"any"}"#).0, 200);
    assert_eq!(program.call("PUT", "/_mock/stores/changed/snapshots/one", "").0, 201);
    // One that its first write makes has no file of settings at all.
    create(&program, "written", "a");
    let before = ["plain", "kind", "changed", "written"].map(|hash| shown(&program, hash));
    assert!(before.iter().all(|shown| shown == "sandbox lenient any"), "{before:?}");
    program.stop();
    for (more, expected) in [
        (
            &["--profile", "production"][..],
            [
                "production strict off",
                "sandbox lenient any",
                "production strict any",
                "production strict off",
            ],
        ),
        (&[], ["sandbox lenient any", "sandbox lenient any", "sandbox lenient any", "sandbox lenient any"]),
    ] {
        let program = Program::start(&[&args[..], more].concat());
        let now = ["plain", "kind", "changed", "written"].map(|hash| shown(&program, hash));
        assert_eq!(now, expected);
        for path in ["changed/snapshots/one/restore", "plain/reset"] {
            assert_eq!(program.call("POST", &format!("/_mock/stores/{path}"), "{}").0, 200, "{path}");
        }
        assert_eq!(["changed", "plain"].map(|hash| shown(&program, hash)), [expected[2], expected[0]]);
        program.stop();
    }
}

/// Profile, who comes in, and which pages.
fn shown(program: &Program, hash: &str) -> String {
    let (_, body) = program.call("GET", &format!("/_mock/stores/{hash}/settings"), "");
    let settings = super::json(&body);
    ["profile", "auth", "cors"].map(|key| settings[key].as_str().unwrap().to_owned()).join(" ")
}
