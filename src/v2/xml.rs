//! V2's answers in XML, made of those in JSON: keys become elements, in their order.
//!
//! Documented long ago for the service; the names inside of lists are assumed.

use std::borrow::Cow;
use std::fmt::Write;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Map, Value as Json};

use crate::error::Error;

/// Longer answers are made where blocking work goes.
const LONG: usize = 64 << 10;

/// What the root of a document is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// A list, and a count of what it would have.
    many: String,
    /// One entry of the list.
    one: String,
    counts: bool,
}

impl Root {
    /// The root of what is answered at a tidy path: it is named after the last part that is neither an id nor
    /// something asked about it.
    #[must_use]
    pub fn of(path: &str) -> Root {
        let is_name = |part: &&str| {
            !matches!(*part, "count" | "validate") && part.starts_with(|c: char| c.is_ascii_lowercase())
        };
        // Anything else is not there, and then it is an error.
        let many = path.rsplit('/').find(is_name).unwrap_or("errors");
        Root { many: many.to_owned(), one: singular(many).to_owned(), counts: path.ends_with("/count") }
    }

    fn errors() -> Root {
        Root { many: "errors".to_owned(), one: "error".to_owned(), counts: false }
    }
}

/// An answer in XML instead of JSON.
///
/// # Errors
/// Only of the server itself.
pub async fn translated(response: Response, root: Root) -> Result<Response, Error> {
    let (mut head, body) = response.into_parts();
    let root = if head.status.as_u16() >= 400 { Root::errors() } else { root };
    let failed = |error: String| Error::Panicked(error);
    let json = body.collect().await.map_err(|error| failed(error.to_string()))?.to_bytes();
    let xml = if json.len() > LONG {
        tokio::task::spawn_blocking(move || document(&root, &json))
            .await
            .map_err(|e| failed(e.to_string()))?
    } else {
        document(&root, &json)
    };
    let xml = xml.map_err(|error| failed(error.to_string()))?;
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    head.headers.insert(CONTENT_LENGTH, xml.len().into());
    Ok(Response::from_parts(head, Body::from(xml)))
}

/// A whole document.
fn document(root: &Root, json: &[u8]) -> serde_json::Result<String> {
    let value = serde_json::from_slice(json)?;
    let mut xml = String::with_capacity(json.len() * 2);
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    match &value {
        Json::Array(items) => element(&mut xml, &root.many, |xml| entries(xml, &root.one, items)),
        _ if root.counts => push(&mut xml, &root.many, &value),
        _ => push(&mut xml, &root.one, &value),
    }
    xml.push('\n');
    Ok(xml)
}

/// Appends an element, or an empty one when nothing is in it.
fn element(xml: &mut String, name: &str, content: impl FnOnce(&mut String)) {
    let begin = xml.len();
    let _ = write!(xml, "<{name}>");
    let inside = xml.len();
    content(xml);
    if xml.len() == inside {
        xml.truncate(begin);
        let _ = write!(xml, "<{name}/>");
    } else {
        let _ = write!(xml, "</{name}>");
    }
}

fn push(xml: &mut String, name: &str, value: &Json) {
    element(xml, name, |xml| match value {
        Json::Null => {}
        Json::Bool(value) => xml.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => xml.push_str(number.as_str()),
        Json::String(text) => escape(xml, text),
        Json::Array(items) => entries(xml, singular(name), items),
        Json::Object(object) => match link(object) {
            Some((url, resource)) => {
                element(xml, "link", |xml| escape(xml, &url));
                element(xml, "resource", |xml| escape(xml, resource));
            }
            None => object.iter().for_each(|(key, value)| push(xml, named(key), value)),
        },
    });
}

/// What an element is called that has the value of a key. Only clients choose keys that can be no names: those of headers.
fn named(key: &str) -> &str {
    let begins = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = begins && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if is_name { key } else { "value" }
}

/// The entries of a list: objects are named after it, what is no object is a value.
fn entries(xml: &mut String, name: &str, items: &[Json]) {
    for item in items {
        push(xml, if item.is_object() { name } else { "value" }, item);
    }
}

/// What an object says of where something is to be had, if that is all it says. The URL leads to XML again.
fn link(object: &Map<String, Json>) -> Option<(Cow<'_, str>, &str)> {
    let (url, resource) = (object.get("url")?.as_str()?, object.get("resource")?.as_str()?);
    let url = match url.strip_suffix(".json") {
        Some(url) => format!("{url}.xml").into(),
        None => url.into(),
    };
    (object.len() == 2).then_some((url, resource))
}

/// One of several.
fn singular(name: &str) -> &str {
    name.strip_suffix("sses")
        .map_or_else(|| name.strip_suffix('s').unwrap_or(name), |_| &name[..name.len() - 2])
}

fn escape(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            // A reader would make a line feed of it.
            '\r' => xml.push_str("&#13;"),
            // XML has no way to write these.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                xml.push(char::REPLACEMENT_CHARACTER);
            }
            c => xml.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_named_after_what_is_asked_for() {
        for (path, many, one) in [
            ("/stores/s/v2/customers", "customers", "customer"),
            ("/api/v2/customers/5", "customers", "customer"),
            ("/api/v2/customers/count", "customers", "customer"),
            ("/api/v2/customers/5/validate", "customers", "customer"),
            ("/stores/s/v2/customers/5/addresses/7", "addresses", "address"),
            ("/stores/s/v2/customer_groups", "customer_groups", "customer_group"),
            ("/stores/s/v2/time", "time", "time"),
        ] {
            let root = Root::of(path);
            assert_eq!((root.many.as_str(), root.one.as_str()), (many, one), "{path}");
        }
    }

    #[test]
    fn every_kind_of_value_becomes_an_element() {
        let json = r#"{"a":1.50,"b":"","c":null,"d":true,"e":"<&>\r\n\u0001\"'é","f":[],"categories":[18,19],
            "form_fields":[{"name":"x","value":""}],"g":{},"h":{"url":"http://h/x.json","resource":"/x"},
            "headers":{"X-Key":"k","a&b":"c","1":"d"}}"#;
        let xml = document(&Root::of("/stores"), json.as_bytes()).unwrap();
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<store><a>1.50</a><b/><c/><d>true</d>\
             <e>&lt;&amp;&gt;&#13;\n\u{fffd}\"'é</e><f/>\
             <categories><value>18</value><value>19</value></categories>\
             <form_fields><form_field><name>x</name><value/></form_field></form_fields><g/>\
             <h><link>http://h/x.xml</link><resource>/x</resource></h>\
             <headers><X-Key>k</X-Key><value>c</value><value>d</value></headers></store>\n"
        );
    }
}
