//! What to tell a person whose matcher held for too few requests, or for too many. It is read in a failed test.

use std::fmt::{self, Write as _};

use serde_json::Value as Json;

use super::count::Count;
use super::nearest::Nearest;
use super::told::{Difference, cut};
use super::{Match, Seen};

/// How many characters of a value are shown.
const WIDTH: usize = 80;

/// The text for a count that is not met: what was wanted, what there is, and what comes near. At most about 25 lines.
/// `received` is how many requests there are in all.
pub fn message<S: Seen>(
    wanted: &Match,
    count: Count,
    matched: &[&S],
    received: usize,
    nearest: &[Nearest<'_, S>],
) -> String {
    let mut lines = vec![format!("Expected {count}, but {}:", found(matched.len(), received))];
    lines.extend(shortened(&wanted.lines(), 5));
    let wants_more = count.wants_more(matched.len());
    if !matched.is_empty() {
        lines.push(String::new());
        lines.push(if matched.len() == 1 { "It is:" } else { "They are:" }.to_owned());
        let shown: Vec<String> = matched.iter().map(|seen| format!("  {}", request(*seen))).collect();
        lines.extend(shortened(&shown, if wants_more { 3 } else { 10 }));
    }
    if received == 0 {
        lines.push(String::new());
        lines.push("Does the client call this server, and the right store?".to_owned());
    }
    if wants_more {
        for (place, near) in nearest.iter().enumerate() {
            lines.push(String::new());
            let title = if place == 0 { "Nearest is" } else { "Then" };
            lines.push(format!("{title} {}", request(near.seen)));
            // The nearest is most likely what was meant.
            let most = if place == 0 && matched.is_empty() { 3 } else { 1 };
            for difference in near.differences.iter().take(most) {
                lines.extend(difference.lines());
            }
            lines.extend(others(near.differences.get(most..).unwrap_or_default()));
        }
    }
    lines.join("\n")
}

/// How many there are, in words.
fn found(matched: usize, received: usize) -> String {
    let are = if matched == 1 { "is" } else { "are" };
    match (matched, received) {
        (0, 0) => "none was received at all".to_owned(),
        (0, 1) => "the one that was received is not like this".to_owned(),
        (0, _) => format!("none of the {received} received is like this"),
        (1, 1) => "the one that was received is like this".to_owned(),
        _ if matched == received => format!("all {received} received are like this"),
        _ => format!("{matched} of the {received} received {are} like this"),
    }
}

/// A request in one line.
fn request(seen: &impl Seen) -> String {
    let (id, method, path) = (seen.id(), cut(seen.method(), 20), cut(seen.path(), WIDTH));
    let status = seen.status().map(|status| format!(", status {status}")).unwrap_or_default();
    format!("request {id}: {method} {path}{status}")
}

/// At most so many lines, and how many more there are.
fn shortened(lines: &[String], most: usize) -> Vec<String> {
    if lines.len() <= most {
        return lines.to_vec();
    }
    let mut shown = lines[..most - 1].to_vec();
    shown.push(format!("  and {} more", lines.len() - shown.len()));
    shown
}

/// Where else there are differences.
fn others(differences: &[Difference]) -> Option<String> {
    let places: Vec<&str> = differences.iter().map(|difference| label(&difference.at)).collect();
    match places.len() {
        0 => None,
        1 => Some(format!("  and 1 more difference: {}", cut(places[0], WIDTH))),
        count => Some(format!("  and {count} more differences: {}", cut(&places.join(", "), WIDTH))),
    }
}

/// A place as a person names it: `body/0/email`.
fn label(at: &str) -> &str {
    at.trim_start_matches('/')
}

/// JSON in one line, cut.
fn shown(json: &Json) -> String {
    cut(&json.to_string(), WIDTH)
}

impl Difference {
    /// What was wanted and what is there, below each other, so that the eye finds where they part.
    fn lines(&self) -> [String; 2] {
        let label = cut(label(&self.at), WIDTH);
        let wanted =
            self.wanted_in_words.as_ref().map_or_else(|| shown(&self.wanted), |words| cut(words, WIDTH));
        let is_value = ["/body", "/query", "/headers"].iter().any(|top| self.at.starts_with(top));
        let mut got = match &self.got {
            None => "nothing".to_owned(),
            Some(Json::String(text)) if !is_value => cut(text, WIDTH),
            Some(json) => shown(json),
        };
        if let Some(note) = &self.note {
            let _ = write!(got, " ({})", cut(note, WIDTH));
        }
        let margin = " ".repeat(label.chars().count());
        [format!("  {label}: wanted {wanted}"), format!("  {margin}  got    {got}")]
    }
}

impl Match {
    /// What is wanted, a line each.
    fn lines(&self) -> Vec<String> {
        let line = |at: &str, wanted: &dyn fmt::Display| {
            format!("  {}: {}", cut(label(at), WIDTH), cut(&wanted.to_string(), WIDTH))
        };
        let value = |at: &str, words: Option<String>, given: &Json| match words {
            Some(words) => line(at, &words),
            None => line(at, given),
        };
        let mut lines: Vec<String> = [
            self.operation.as_ref().map(|wanted| line("operation", wanted)),
            self.method.as_ref().map(|wanted| line("method", wanted)),
            self.path.as_ref().map(|wanted| line("path", wanted)),
            self.status.as_ref().map(|wanted| line("status", wanted)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let named = |top: &str, all: &[super::texts::Named]| -> Vec<String> {
            let one = |named: &super::texts::Named| {
                value(&format!("{top}/{}", named.name), named.words(), named.given())
            };
            all.iter().map(one).collect()
        };
        lines.extend(named("query", &self.query));
        lines.extend(named("headers", &self.headers));
        lines.extend(self.body.iter().map(|part| value(&part.at(), part.words(), part.given())));
        if lines.is_empty() {
            lines.push("  any request".to_owned());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::nearest::nearest;
    use super::super::tests::{Request, read};
    use super::*;
    use serde_json::json;

    /// The message for requests that are there, the newest last.
    fn told(wanted: Json, count: Count, among: &[Request]) -> String {
        let wanted = read(wanted);
        let matched: Vec<&Request> = among.iter().filter(|seen| wanted.holds(*seen)).collect();
        assert!(!count.is_met(matched.len()));
        message(&wanted, count, &matched, among.len(), &nearest(&wanted, among))
    }

    fn create(id: u64, body: &Json) -> Request {
        Request::new(id, "POST /stores/abc/v3/customers").body(body)
    }

    #[test]
    fn nothing_was_received() {
        let wanted = json!({"operation": "v3.createCustomers", "body": {"/0/email": "ann@example.com"}});
        let expected = r#"Expected at least 1 request, but none was received at all:
  operation: v3.createCustomers
  body/0/email: "ann@example.com"

Does the client call this server, and the right store?"#;
        assert_eq!(told(wanted, Count::default(), &[]), expected);
    }

    #[test]
    fn a_field_has_another_value() {
        let among = [
            Request::new(1, "GET /stores/abc/v3/customers"),
            create(2, &json!([{"email": "ann@exmaple.com", "first_name": "Ann"}])),
        ];
        let wanted = json!({"operation": "v3.createCustomers", "body": [{"email": "ann@example.com"}]});
        let expected = r#"Expected at least 1 request, but none of the 2 received is like this:
  operation: v3.createCustomers
  body: [{"email":"ann@example.com"}]

Nearest is request 2: POST /stores/abc/v3/customers, status 200
  body/0/email: wanted "ann@example.com"
                got    "ann@exmaple.com"

Then request 1: GET /stores/abc/v3/customers, status 200
  operation: wanted v3.createCustomers
             got    v3.listCustomers
  and 1 more difference: body"#;
        assert_eq!(told(wanted, Count::default(), &among), expected);
    }

    #[test]
    fn the_call_went_elsewhere() {
        let among =
            [Request::new(4, "POST /stores/abc/v2/customers").status(201).body(&json!({"email": "a@b.c"}))];
        let wanted = json!({"operation": "v3.createCustomers", "body": {"/0/email": "a@b.c"}});
        let expected = r#"Expected at least 1 request, but the one that was received is not like this:
  operation: v3.createCustomers
  body/0/email: "a@b.c"

Nearest is request 4: POST /stores/abc/v2/customers, status 201
  operation: wanted v3.createCustomers
             got    v2.createCustomer
  body/0/email: wanted "a@b.c"
                got    nothing (the body is an object, not a list)"#;
        assert_eq!(told(wanted, Count::default(), &among), expected);
    }

    #[test]
    fn there_are_too_many() {
        let body = json!([{"email": "a@b.c"}]);
        let among = [
            create(3, &body),
            Request::new(4, "GET /stores/abc/v3/customers"),
            create(5, &body).status(422),
            create(8, &body).status(422),
        ];
        let expected = r"Expected exactly 1 request, but 3 of the 4 received are like this:
  operation: v3.createCustomers

They are:
  request 3: POST /stores/abc/v3/customers, status 200
  request 5: POST /stores/abc/v3/customers, status 422
  request 8: POST /stores/abc/v3/customers, status 422";
        assert_eq!(told(json!({"operation": "v3.createCustomers"}), Count::Exactly(1), &among), expected);
    }

    #[test]
    fn a_field_is_there_that_should_not_be_and_another_is_misspelt() {
        let among = [create(2, &json!([{"first_nme": "Ann", "notes": "VIP"}]))];
        let wanted = json!({"body": {"/0/first_name": "Ann", "/0/notes": {"absent": true}}});
        let expected = r#"Expected at least 1 request, but the one that was received is not like this:
  body/0/first_name: "Ann"
  body/0/notes: nothing

Nearest is request 2: POST /stores/abc/v3/customers, status 200
  body/0/first_name: wanted "Ann"
                     got    nothing (there is 'first_nme')
  body/0/notes: wanted nothing
                got    "VIP""#;
        assert_eq!(told(wanted, Count::default(), &among), expected);
    }

    #[test]
    fn counts_have_words() {
        for (count, matched, received, first) in [
            (Count::Exactly(0), 1, 1, "Expected no request, but the one that was received is like this:"),
            (Count::AtMost(0), 1, 3, "Expected no request, but 1 of the 3 received is like this:"),
            (Count::AtMost(1), 2, 2, "Expected at most 1 request, but all 2 received are like this:"),
            (Count::AtLeast(2), 1, 3, "Expected at least 2 requests, but 1 of the 3 received is like this:"),
        ] {
            let among: Vec<Request> = (0..received)
                .map(|id| Request::new(id, if id < matched { "GET /a" } else { "GET /b" }))
                .collect();
            let text = told(json!({"path": "/a"}), count, &among);
            assert_eq!(text.lines().next(), Some(first));
            assert_eq!(text.contains("Nearest is"), count.wants_more(usize::try_from(matched).unwrap()));
        }
        let mut one = vec![Request::new(1, "GET /a")];
        assert!(told(json!({}), Count::Exactly(0), &one).contains("\n  any request\n"));
        one.clear();
        assert!(
            told(json!({}), Count::Exactly(2), &one).starts_with("Expected exactly 2 requests, but none was")
        );
    }

    #[test]
    fn a_message_is_short_whatever_was_sent() {
        let long = |n: usize| Json::from("x".repeat(100 * n));
        let body: Json = (0..50).map(|n| (format!("key{n}"), long(n + 1))).collect();
        let mut wanted: serde_json::Map<String, Json> = serde_json::Map::new();
        wanted.extend((0..50).map(|n| (format!("/key{n}"), long(1000))));
        let mut among: Vec<Request> = (0..40).map(|id| create(id, &body)).collect();
        among.push(Request::new(50, &format!("GET /{}", "y".repeat(9000))));
        let few = told(json!({"operation": "v3.createCustomers", "body": wanted}), Count::default(), &among);
        let many = told(json!({"operation": "v3.createCustomers"}), Count::AtMost(2), &among);
        let some = told(json!({"operation": "v3.createCustomers"}), Count::AtLeast(50), &among);
        for text in [few, many, some] {
            assert!(text.lines().count() <= 25, "{} lines\n{text}", text.lines().count());
            assert!(text.lines().all(|line| line.chars().count() <= 200), "{text}");
        }
    }
}
