//! What a layer must not know of, it does not import; and no two rooms need each other.
//!
//! A room is a file of `src/`, or a directory with all that is in it; in `model/` each file and directory is one. What
//! counts are the paths in a room's code, without its tests and comments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms, and the rooms that each names.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut left) = (Vec::new(), vec![root.clone()]);
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                let lines = code.lines().map(|line| line.split("//").next().unwrap());
                found.push((
                    path.strip_prefix(&root).unwrap().to_owned(),
                    lines.collect::<Vec<_>>().join("\n"),
                ));
            }
        }
    }
    found
}

/// The module that a file is: `model::customers::list`.
fn module(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// The room that a module is in.
fn room(module: &[String]) -> String {
    match module {
        [first, second, ..] if first == "model" => format!("model::{second}"),
        [first, ..] => first.clone(),
        [] => "lib".to_owned(),
    }
}

/// The paths that a `use` tree names: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn spread(tree: &str, prefix: &str, found: &mut Vec<String>) {
    let mut depth = 0;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        match part.split_once("::{") {
            Some((head, rest)) => spread(rest.trim_end_matches('}'), &format!("{prefix}{head}::"), found),
            None => found.push(format!("{prefix}{part}")),
        }
    }
}

/// The modules that a file names, as paths from the root.
fn named(module: &[String], code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for statement in code.split("use ").skip(1).filter_map(|rest| rest.split_once(';')).map(|(tree, _)| tree)
    {
        spread(&statement.split_whitespace().collect::<Vec<_>>().join(" "), "", &mut paths);
    }
    // Paths in the code itself.
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let path = code[at..].split(|c| !is_path(c)).next().unwrap();
            paths.push(path.to_owned());
        }
    }
    let absolute = |path: String| {
        let mut from: Vec<String> = module.to_vec();
        let parts: Vec<&str> = path.split("::").collect();
        let mut parts = parts.into_iter().peekable();
        match parts.peek() {
            Some(&"crate") => {
                from.clear();
                parts.next();
            }
            Some(&"super") => {
                while parts.peek() == Some(&"super") {
                    from.pop();
                    parts.next();
                }
            }
            Some(&"self") => {
                parts.next();
            }
            _ => return None,
        }
        from.extend(parts.map(|part| part.split(" as ").next().unwrap().to_owned()));
        Some(from)
    };
    paths.into_iter().filter_map(absolute).collect()
}

fn graph() -> Graph {
    let sources = sources();
    let rooms: BTreeSet<String> = sources.iter().map(|(path, _)| room(&module(path))).collect();
    let mut graph: Graph = rooms.iter().map(|room| (room.clone(), BTreeSet::new())).collect();
    for (path, code) in &sources {
        let module = module(path);
        // `mod.rs` speaks from its own directory, any other file from inside of itself.
        for target in named(&module, code) {
            let (from, to) = (room(&module), room(&target));
            if from != to && rooms.contains(&to) && !["lib", "main", "model"].contains(&from.as_str()) {
                graph.get_mut(&from).unwrap().insert(to);
            }
        }
    }
    graph
}

/// Everything that a room reaches.
fn reached(graph: &Graph, from: &str) -> BTreeSet<String> {
    let (mut found, mut left) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(room) = left.pop() {
        for next in &graph[&room] {
            if found.insert(next.clone()) {
                left.push(next.clone());
            }
        }
    }
    found
}

#[test]
fn no_two_rooms_need_each_other() {
    let graph = graph();
    let circle: Vec<&String> = graph.keys().filter(|room| reached(&graph, room).contains(*room)).collect();
    let edges: Vec<String> = circle
        .iter()
        .flat_map(|room| {
            graph[*room].iter().filter(|to| circle.contains(to)).map(move |to| format!("{room} -> {to}"))
        })
        .collect();
    assert!(circle.is_empty(), "circles: {edges:#?}");
    // The graph is not empty for want of reading.
    assert!(graph["v3"].contains("model::customers") && graph["model::customers"].contains("model::engine"));
    assert!(graph["edge"].contains("operations") && graph["fields"].is_empty(), "{:?}", graph["fields"]);
}

#[test]
fn the_data_and_the_dialects_reach_nothing_that_is_around_them() {
    let graph = graph();
    let data: Vec<&String> =
        graph.keys().filter(|room| room.starts_with("model::") || *room == "fields").collect();
    for room in &data {
        let reached = reached(&graph, room);
        for outside in [
            "v2", "v3", "edge", "control", "gateway", "tenants", "extract", "openapi", "seed", "reply", "app",
        ] {
            assert!(!reached.contains(outside), "{room} reaches {outside}");
        }
    }
    for (dialect, other) in [("v2", "v3"), ("v3", "v2")] {
        let reached = reached(&graph, dialect);
        for outside in [other, "edge", "control", "openapi", "seed", "app"] {
            assert!(!reached.contains(outside), "{dialect} reaches {outside}");
        }
    }
}

/// Libraries have no rooms: their names are looked for.
#[test]
fn data_knows_no_status_and_dialects_no_database() {
    for (path, code) in sources() {
        let room = room(&module(&path));
        let forbidden: &[&str] = match room.as_str() {
            "fields" => &["StatusCode", "axum", "sqlx::query"],
            "v2" | "v3" => &["sqlx", "Turn"],
            room if room.starts_with("model::") => &["StatusCode", "axum"],
            _ => &[],
        };
        for word in forbidden {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}
