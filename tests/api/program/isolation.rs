//! Many clients at once, each in a store of its own, or all in one.

use std::collections::BTreeSet;
use std::thread;

use super::{Client, column, customer, customers};
use crate::support::Program;

const THREADS: usize = 64;
const CUSTOMERS: usize = 20;

/// The life of a store: everybody uses the same emails, and the company says whose a customer is.
fn live(mut client: Client, store: &str) {
    let path = format!("/stores/{store}/v2/customers");
    for i in 0..CUSTOMERS {
        let body = customer(store).replace(&format!("{store}@"), &format!("c{i}@"));
        let answer = client.call("POST", &path, &body);
        assert_eq!(
            (answer.status, answer.json()["id"].as_u64()),
            (201, Some(i as u64 + 1)),
            "{store}: {answer:?}"
        );
    }
    let mut emails = Vec::new();
    for page in 1.. {
        let answer = client.call("GET", &format!("{path}?limit=7&page={page}"), "");
        if answer.status == 204 {
            break;
        }
        let rows = answer.json().as_array().unwrap().clone();
        assert!(column(&rows, "company").iter().all(|company| company == store), "{store}: {rows:?}");
        assert_eq!(rows.len(), if page < 3 { 7 } else { 6 }, "{store} page {page}");
        emails.extend(column(&rows, "email"));
    }
    assert_eq!(emails, (0..CUSTOMERS).map(|i| format!("c{i}@example.com")).collect::<Vec<_>>(), "{store}");
    let count = |client: &mut Client| client.call("GET", &format!("{path}/count"), "").body;
    assert_eq!(count(&mut client), format!(r#"{{"count":{CUSTOMERS}}}"#), "{store}");
    for id in 1..=CUSTOMERS {
        assert_eq!(client.call("DELETE", &format!("{path}/{id}"), "").status, 204, "{store} {id}");
        if id == CUSTOMERS / 2 {
            assert_eq!(count(&mut client), r#"{"count":10}"#, "{store}");
        }
    }
    assert_eq!(client.call("GET", &path, "").status, 204, "{store}");
}

#[track_caller]
fn live_all(program: Program) {
    thread::scope(|scope| {
        for i in 0..THREADS {
            let client = Client::new(&program);
            scope.spawn(move || live(client, &format!("store-{i}")));
        }
    });
    // And nothing got into the store that was there before.
    assert_eq!(customers(&program, "demo").len(), 25);
    assert_eq!(program.stop().stderr, "", "something was logged");
}

#[test]
fn stores_in_memory_do_not_see_each_other() {
    live_all(Program::start(&[]));
}

#[test]
fn stores_on_disk_do_not_see_each_other() {
    let dir = Program::temp_dir();
    live_all(Program::start(&["--data-dir", dir.arg()]));
}

/// The first writes of a store race for making it.
#[test]
fn many_clients_of_one_new_store_find_the_same_one() {
    let dir = Program::temp_dir();
    for args in [&[][..], &["--data-dir", dir.arg()]] {
        let program = Program::start(args);
        let ids = thread::scope(|scope| {
            let creating = |thread: usize| {
                let mut client = Client::new(&program);
                scope.spawn(move || {
                    let create = |i| {
                        client.call("POST", "/stores/new/v2/customers", &customer(&format!("t{thread}-{i}")))
                    };
                    (0..5).map(create).map(|answer| answer.json()["id"].as_u64().unwrap()).collect::<Vec<_>>()
                })
            };
            let threads: Vec<_> = (0..16).map(creating).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), (1..=80).collect(), "{ids:?}");
        assert_eq!(customers(&program, "new").len(), 80);
    }
}

/// Of several that take one email at once, one gets it.
#[test]
fn an_email_is_given_once_however_many_ask() {
    let program = Program::start(&[]);
    let statuses = thread::scope(|scope| {
        let asking = |_| {
            let mut client = Client::new(&program);
            scope.spawn(move || client.call("POST", "/stores/demo/v2/customers", &customer("same")).status)
        };
        let threads: Vec<_> = (0..16).map(asking).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 15, "{statuses:?}");
}
