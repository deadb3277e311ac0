//! Killed at any moment, with a data directory: every store is one of its whole states, and no file is left over.
//!
//! `BCMOCK_KILLS` says how many times (8).

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::{Client, command, json};
use crate::support::Program;

/// The customers of a whole life.
const PEOPLE: usize = 20;
/// The stores.
const STORES: usize = 6;

/// A number that follows from another one (xorshift).
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// A seed of twenty people of one company.
fn people(life: u64) -> String {
    let people: Vec<String> = (0..PEOPLE)
        .map(|i| {
            format!(
                r#"{{"first_name":"A","last_name":"B","company":"life {life}","email":"p{i}@example.com"}}"#
            )
        })
        .collect();
    format!(r#"{{"customers":[{}]}}"#, people.join(","))
}

/// Does things to stores until the server is gone.
fn disturb(program: &Program, seed: u64, stop: &AtomicBool) {
    let mut seed = seed;
    let mut client = Client::new(program);
    while !stop.load(Ordering::Relaxed) {
        let store = format!("s{}", next(&mut seed) % u64::try_from(STORES).unwrap());
        let (method, path, body) = match next(&mut seed) % 12 {
            0..=2 => {
                let body = format!(
                    r#"{{"hash":"{store}","replace":true,"seed":{}}}"#,
                    people(next(&mut seed) % 1000)
                );
                ("POST", "/_mock/stores".to_owned(), body)
            }
            3 => ("DELETE", format!("/_mock/stores/{store}"), String::new()),
            4 | 5 => ("POST", format!("/_mock/stores/{store}/reset"), String::new()),
            6 | 7 => ("PUT", format!("/_mock/stores/{store}/snapshots/one"), String::new()),
            8 => ("POST", format!("/_mock/stores/{store}/snapshots/one/restore"), String::new()),
            9 => (
                "PATCH",
                format!("/_mock/stores/{store}/settings"),
                r#"{"delete_all":"batch_of_100"}"#.to_owned(),
            ),
            10 => ("GET", format!("/stores/{store}/v2/customers"), String::new()),
            // Long enough to fall asleep.
            _ => {
                thread::sleep(Duration::from_millis(15));
                ("GET", format!("/stores/{store}/v2/customers/1"), String::new())
            }
        };
        match client.try_call(method, &path, &body) {
            Ok(answer) => assert!(
                answer.status < 500,
                "{method} {path}: {} {}\n{}",
                answer.status,
                answer.body,
                program.log()
            ),
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::WouldBlock, "{method} {path}");
                return;
            }
        }
    }
}

/// The files of each store by kind, without those that SQLite has beside an open database.
fn files(data: &Path) -> BTreeMap<String, Vec<String>> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let names = std::fs::read_dir(data).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in names.filter(|name| {
        *name != ".lock" && *name != "tls" && !name.ends_with("-wal") && !name.ends_with("-shm")
    }) {
        let (store, rest) = name.split_once('.').unwrap();
        files.entry(store.to_owned()).or_default().push(rest.to_owned());
    }
    files
}

/// Each store has one database, and nothing of another life.
fn assert_one_life_each(files: &BTreeMap<String, Vec<String>>, when: &str) {
    for (store, kinds) in files {
        let generations: Vec<&str> = kinds.iter().filter_map(|kind| kind.strip_suffix(".db")).collect();
        let [generation] = generations[..] else { panic!("{when}: {store} has {kinds:?}") };
        for kind in kinds {
            let own = kind
                .strip_prefix(generation)
                .is_some_and(|kind| [".db", ".settings", ".origin"].contains(&kind));
            assert!(own || kind == "one.snapshot", "{when}: {store} has {kinds:?}");
        }
    }
}

#[test]
fn settings_that_change_while_their_store_is_replaced_leave_no_file_and_none_is_lost() {
    let dir = Program::temp_dir();
    let data = dir.path().join("data");
    let args = ["--port", "0", "--seed", "none", "--data-dir", data.to_str().unwrap()];
    let program = Program::spawn(command(&args, &[]));
    let make = r#"{"hash":"s","replace":true}"#;
    let patch = |client: &mut Client, change: &str| {
        let answer = client.try_call("PATCH", "/_mock/stores/s/settings", change).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    assert_eq!(program.call("POST", "/_mock/stores", make).0, 201);
    let changes = [r#"{"limit_overflow":"reject"}"#, r#"{"delete_all":"batch_of_100"}"#, r#"{"cors":"off"}"#];
    for _ in 0..50 {
        patch(&mut Client::new(&program), r#"{"limit_overflow":null,"delete_all":null,"cors":null}"#);
        thread::scope(|scope| {
            for change in changes {
                let program = &program;
                scope.spawn(move || patch(&mut Client::new(program), change));
            }
        });
        let settings = json(&program.call("GET", "/_mock/stores/s/settings", "").1);
        let kept = ["limit_overflow", "delete_all", "cors"].map(|key| settings[key].as_str().unwrap());
        assert_eq!(kept, ["reject", "batch_of_100", "off"]);
    }
    thread::scope(|scope| {
        for change in changes {
            let program = &program;
            scope.spawn(move || {
                let mut client = Client::new(program);
                (0..200).for_each(|_| patch(&mut client, change));
            });
        }
        let mut client = Client::new(&program);
        for _ in 0..100 {
            assert_eq!(client.try_call("POST", "/_mock/stores", make).unwrap().status, 201);
        }
    });
    assert_one_life_each(&files(&data), "nobody calls any more");
}

#[test]
fn a_kill_at_any_moment_leaves_whole_stores_and_no_file_too_many() {
    let kills: u64 = std::env::var("BCMOCK_KILLS").map_or(8, |kills| kills.parse().unwrap());
    let dir = Program::temp_dir();
    let data = dir.path().join("data");
    let args =
        ["--port", "0", "--seed", "none", "--sleep-after", "10ms", "--data-dir", data.to_str().unwrap()];
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let (mut whole, mut empty) = (0, 0);
    for kill in 0..kills {
        let mut program = Program::spawn(command(&args, &[]));
        // What the last kill has left.
        let files = files(&data);
        assert_one_life_each(&files, &format!("kill {kill}"));
        let stores = json(&program.call("GET", "/_mock/stores", "").1);
        assert_eq!(stores["stores"].as_array().unwrap().len(), files.len(), "kill {kill}");
        for store in stores["stores"].as_array().unwrap() {
            let hash = store["hash"].as_str().unwrap();
            let (status, body) = program.call("GET", &format!("/stores/{hash}/v2/customers?limit=250"), "");
            if status == 204 {
                empty += 1;
                continue;
            }
            let customers = json(&body);
            let customers = customers.as_array().unwrap();
            assert_eq!(customers.len(), PEOPLE, "kill {kill}: {hash} is not whole");
            let life = &customers[0]["company"];
            assert!(
                customers.iter().all(|customer| customer["company"] == *life),
                "kill {kill}: {hash} mixes lives"
            );
            let reset = program.call("POST", &format!("/_mock/stores/{hash}/reset"), "");
            assert_eq!(reset.0, 200, "kill {kill}: {hash}: {}", reset.1);
            whole += 1;
        }
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                let (program, stop, seed) = (&program, &stop, next(&mut seed));
                scope.spawn(move || disturb(program, seed, stop));
            }
            thread::sleep(Duration::from_millis(20 + next(&mut seed) % 180));
            let id = program.child.id().to_string();
            let killed = std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap();
            assert!(killed.success());
            stop.store(true, Ordering::Relaxed);
        });
        program.child.wait().unwrap();
    }
    assert!(whole > 0, "no store was whole; {empty} were empty");
}
