//! What a layer must not know of, it does not name.

use std::path::Path;

/// Every source file below a directory of `src`, with its text.
fn sources(below: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(below)];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.push((path.display().to_string(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "src/{below}");
    found
}

fn assert_none_name(directories: &[&str], words: &[&str]) {
    for directory in directories {
        for (path, text) in sources(directory) {
            for word in words {
                assert!(!text.contains(word), "{path} names {word}");
            }
        }
    }
}

#[test]
fn data_knows_no_dialect_and_no_status() {
    let wire = ["crate::v2", "crate::v3", "crate::reply", "crate::gateway", "StatusCode", "axum"];
    assert_none_name(&["model", "fields", "store"], &wire);
}

#[test]
fn dialects_know_no_database_and_not_each_other() {
    assert_none_name(&["v2", "v3"], &["sqlx", "Turn"]);
    assert_none_name(&["v2"], &["v3::"]);
    assert_none_name(&["v3"], &["v2::"]);
}

#[test]
fn what_the_service_has_does_not_lean_on_what_it_does_not_have() {
    assert_none_name(&["model", "fields", "store", "v2", "v3"], &["crate::control", "crate::openapi"]);
}
