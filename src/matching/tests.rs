use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Value as Json, json};

use super::*;
use crate::{mount, operations};

/// A request made for a test. It counts how often its body was asked for.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) id: u64,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) status: Option<u16>,
    pub(super) body: Option<String>,
    pub(super) parsed: Cell<u32>,
}

impl Request {
    /// The first line of a request: `POST /stores/abc/v3/customers`.
    pub(super) fn new(id: u64, line: &str) -> Request {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Request {
            id,
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            status: Some(200),
            ..Request::default()
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn status(self, status: u16) -> Request {
        Request { status: Some(status), ..self }
    }

    pub(super) fn body(self, json: &Json) -> Request {
        Request { body: Some(json.to_string()), ..self }
    }
}

impl Seen for Request {
    fn id(&self) -> u64 {
        self.id
    }

    fn operation(&self) -> Option<&'static Operation> {
        let tidy = mount::tidy(&self.path);
        let (family, _) = mount::family(&tidy)?;
        operations::find(family.dialect(), &self.method, mount::below(family, &tidy))
    }

    fn method(&self) -> &str {
        &self.method
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn query(&self) -> Cow<'_, [(String, String)]> {
        (&self.query).into()
    }

    fn header(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.into()).collect()
    }

    fn status(&self) -> Option<u16> {
        self.status
    }

    fn body(&self) -> Option<Cow<'_, Json>> {
        self.parsed.set(self.parsed.get() + 1);
        serde_json::from_str(self.body.as_ref()?).ok().map(Cow::Owned)
    }

    fn can_have(&self, text: &str) -> bool {
        self.body.as_ref().is_some_and(|body| body.contains(text) || body.contains('\\'))
    }
}

pub(super) fn read(json: Json) -> Match {
    Match::read(json, "/match").unwrap()
}

fn create() -> Request {
    Request::new(7, "POST /stores/abc/v3/customers?include=addresses")
        .header("x-foo", "bar")
        .header("x-auth-token", secrets::REDACTED)
        .body(&json!([{"email": "a@b.c"}]))
}

#[test]
fn all_that_is_given_must_hold() {
    let request = create();
    for (wanted, misses) in [
        (json!({}), &[][..]),
        (json!({"operation": "v3.createCustomers"}), &[]),
        (json!({"operation": "v3.*", "method": "post", "path": "**/customers", "status": "2xx"}), &[]),
        (json!({"query": {"include": "addresses", "page": {"absent": true}}}), &[]),
        (json!({"headers": {"X-Foo": "bar", "X-Auth-Token": {"present": true}}}), &[]),
        (json!({"body": [{"email": "a@b.c"}]}), &[]),
        (json!({"operation": "v2.*", "body": []}), &["/operation", "/body"]),
        (json!({"method": "PUT", "path": "/api/**", "status": 201}), &["/method", "/path", "/status"]),
        (json!({"query": {"include": "x", "page": 1}}), &["/query/include", "/query/page"]),
        (
            json!({"headers": {"x-bar": "bar", "cookie": {"present": true}}}),
            &["/headers/x-bar", "/headers/cookie"],
        ),
        (
            json!({"body": {"/0/email": "x", "/0/notes": {"present": true}}}),
            &["/body/0/email", "/body/0/notes"],
        ),
    ] {
        let wanted = read(wanted);
        let differences = wanted.differences(&request);
        let found: Vec<&str> = differences.iter().map(|difference| &*difference.at).collect();
        assert_eq!(found, misses, "{wanted:?}");
        assert_eq!(wanted.holds(&request), misses.is_empty(), "{wanted:?}");
    }
}

#[test]
fn differences_say_what_was_wanted_and_what_is_there() {
    let wanted = read(json!({"operation": "v2.*", "status": 201, "query": {"page": {"present": true}}}));
    let shown: Vec<Json> = wanted.differences(&create()).iter().map(Difference::to_json).collect();
    let expected = json!([
        {"at": "/operation", "wanted": "v2.*", "got": "v3.createCustomers"},
        {"at": "/status", "wanted": "201", "got": 200},
        {"at": "/query/page", "wanted": {"present": true}, "got": null},
    ]);
    assert_eq!(Json::from(shown), expected);
    // One that is not answered yet, and leads nowhere.
    let early = Request { status: None, ..Request::new(0, "GET /nowhere") };
    let got: Vec<Option<Json>> =
        wanted.differences(&early).into_iter().map(|difference| difference.got).collect();
    assert_eq!(got, [None, None, None]);
}

#[test]
fn the_body_is_not_asked_for_in_vain() {
    let request = create();
    assert!(!read(json!({"method": "PUT", "body": []})).holds(&request));
    assert!(read(json!({"method": "POST"})).holds(&request));
    assert_eq!(request.parsed.get(), 0);
    assert!(read(json!({"body": {"/0/email": "a@b.c", "/0/notes": {"absent": true}}})).holds(&request));
    assert_eq!(request.parsed.get(), 1);
}

#[test]
fn a_body_without_a_text_that_is_wanted_is_not_parsed() {
    let request = create();
    for wanted in [
        json!([{"email": "other", "id": "a"}]),
        json!({"/0/email": {"equals": "other"}}),
        json!({"/0/email": {"contains": "other"}}),
    ] {
        assert!(!read(json!({"body": wanted})).holds(&request));
    }
    assert_eq!(request.parsed.get(), 0);
    // Written otherwise, it is the same text.
    let escaped = Request { body: Some(r#"[{"email": "\u0061@b.c"}]"#.to_owned()), ..create() };
    assert!(read(json!({"body": [{"email": "a@b.c"}]})).holds(&escaped));
    let quoted = create().body(&json!({"a": "say \"x\"\n"}));
    assert!(read(json!({"body": {"/a": {"contains": "\"x\"\n"}}})).holds(&quoted));
}

#[test]
fn a_match_that_is_written_wrong_is_a_fault() {
    for (json, at, hint) in [
        (json!([]), "/match", None),
        (json!({"opertion": "v2.*"}), "/match/opertion", Some("operation")),
        (json!({"operation": 5}), "/match/operation", None),
        (
            json!({"operation": "v3.createCustomer"}),
            "/match/operation",
            Some("v3.createCustomers, v2.createCustomer"),
        ),
        (json!({"method": "G T"}), "/match/method", None),
        (json!({"path": "customers"}), "/match/path", Some("**/customers")),
        (json!({"status": "ok"}), "/match/status", None),
        (json!({"query": "a=b"}), "/match/query", None),
        (json!({"headers": {"Cookie": "a"}}), "/match/headers/Cookie", Some(r#"{"present":true}"#)),
        (
            json!({"body": {"password": "a"}}),
            "/match/body/password",
            Some(r#"{"/password":{"present":true}}"#),
        ),
        (json!({"body": {"/a": {"matches": "["}}}), "/match/body/~1a/matches", None),
    ] {
        let fault = Match::read(json.clone(), "/match").unwrap_err();
        let starts = |hint: &str| fault.hint.as_deref().is_some_and(|found| found.starts_with(hint));
        assert!(fault.at == at && hint.map_or(fault.hint.is_none(), starts), "{json}: {fault:?}");
    }
}

#[test]
fn a_match_is_shown_as_it_was_given() {
    let given = json!({"status": 200, "body": {"/a": {"absent": true}}, "operation": "v2.*"});
    assert_eq!(read(given.clone()).to_json(), given);
    assert_eq!(read(given.clone()), read(given));
    assert_ne!(read(json!({"status": 200})), read(json!({"status": "200"})));
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn value(&mut self, depth: usize) -> Json {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => json!(self.below(2)),
            1 => json!("a"),
            2 => json!(null),
            3 => self.one(&[json!("ab"), json!("a\nb\"")]),
            4 => (0..self.below(3)).map(|_| self.value(depth - 1)).collect(),
            _ => (0..self.below(3))
                .map(|_| (self.one(&["a", "b", "ab"]).to_owned(), self.value(depth - 1)))
                .collect(),
        }
    }

    fn condition(&mut self) -> Json {
        match self.below(6) {
            0 => json!({"absent": true}),
            1 => json!({"present": true}),
            2 => json!({"matches": self.one(&["^a", "b$", "1"])}),
            3 => json!({"contains": self.value(1)}),
            4 => json!({"equals": self.value(1)}),
            _ => self.value(1),
        }
    }

    fn wanted(&mut self) -> Json {
        let mut wanted = serde_json::Map::new();
        let mut put = |key: &str, value: Json| wanted.insert(key.to_owned(), value);
        if self.below(3) == 0 {
            put("method", self.one(&["GET", "POST"]).into());
        }
        if self.below(3) == 0 {
            put("path", self.one(&["**", "**/customers", "/a/*"]).into());
        }
        if self.below(3) == 0 {
            put("operation", self.one(&["v2.*", "v3.*", "*"]).into());
        }
        if self.below(3) == 0 {
            put("status", self.one(&[json!("2xx"), json!(404)]));
        }
        if self.below(3) == 0 {
            put("query", json!({"a": self.one(&[json!("x"), json!({"absent": true}), json!(["x", "y"])])}));
        }
        if self.below(3) == 0 {
            put("headers", json!({"a": self.one(&[json!("x"), json!({"contains": "x"})])}));
        }
        match self.below(3) {
            0 => put("body", self.value(3)),
            1 => put("body", json!({self.one(&["/a", "/0", "/0/b"]): self.condition()})),
            _ => None,
        };
        wanted.into()
    }

    fn request(&mut self) -> Request {
        let line =
            self.one(&["GET /stores/a/v3/customers?a=x", "POST /api/v2/customers?a=x&a=y", "GET /a/b"]);
        let request = Request::new(1, line).header("a", self.one(&["x", "y"])).status(self.one(&[200, 404]));
        if self.below(4) == 0 { request } else { request.body(&self.value(3)) }
    }
}

#[test]
fn a_match_holds_exactly_when_there_is_no_difference() {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut held = 0;
    for _ in 0..20_000 {
        let (wanted, request) = (dice.wanted(), dice.request());
        let wanted = read(wanted);
        let holds = wanted.holds(&request);
        assert_eq!(holds, wanted.differences(&request).is_empty(), "{wanted:?} {request:?}");
        held += usize::from(holds);
    }
    assert!((1000..19_000).contains(&held), "{held} held: the test says little");
}
