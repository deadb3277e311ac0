//! `docs/TESTING.md`: its recipes call what is there, and run.

use std::process::Command;

use serde_json::Value;

use crate::support::{Mock, Program};

fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/TESTING.md")).unwrap()
}

/// The blocks of a language, which are one file.
fn blocks(document: &str, language: &str) -> String {
    let begin = format!("```{language}\n");
    let blocks = document.split(&begin).skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect::<Vec<_>>().join("\n\n")
}

/// The methods and paths of calls like `control("GET", f"/_mock/stores/{hash}")`.
fn calls(code: &str) -> Vec<(String, String)> {
    let calls = code.split("control(\"").skip(1);
    calls
        .map(|call| {
            let (method, rest) = call.split_once('"').unwrap();
            let path = &rest[rest.find("/_mock").expect(call)..];
            let path = path.split(['"', '`', '?']).next().unwrap();
            (method.to_lowercase(), path.to_owned())
        })
        .collect()
}

fn is_like(path: &str, template: &str) -> bool {
    let (mut path, mut template) = (path.split('/'), template.split('/'));
    template.by_ref().all(|wanted| path.next().is_some_and(|it| it == wanted || wanted.starts_with('{')))
        && path.next().is_none()
}

#[tokio::test]
async fn what_the_recipes_call_is_there() {
    let api = Mock::new().await.get("/_mock/openapi.json?version=control").await.json();
    let document = document();
    for language in ["python", "js"] {
        let calls = calls(&blocks(&document, language));
        assert!(calls.len() >= 4, "{language}");
        for (method, path) in calls {
            let has = |(template, methods): (&String, &Value)| {
                is_like(&path, template) && methods.get(&method).is_some()
            };
            assert!(api["paths"].as_object().unwrap().iter().any(has), "{method} {path}");
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "who runs the tests should know what was passed over")]
fn the_recipes_for_pytest_run() {
    let works = Command::new("python3").args(["-c", "import pytest, requests"]).output();
    if !works.is_ok_and(|output| output.status.success()) {
        println!("passed over: there is no python3 with pytest and requests");
        return;
    }
    let program = Program::start(&["--seed", "none", "--password-hashing", "fast"]);
    let dir = Program::temp_dir();
    std::fs::write(dir.path().join("test_recipes.py"), blocks(&document(), "python")).unwrap();
    let ran = Command::new("python3")
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .env("BIGCOMMERCE_URL", format!("http://{}", program.address))
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}
