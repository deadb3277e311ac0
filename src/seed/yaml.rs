//! YAML as a tree of what a client could send as JSON, with the line of everything. Numbers keep their text.

use saphyr::{MarkedYaml, Scalar, Yaml, YamlData, YamlEmitter, YamlLoader};
use saphyr_parser::Parser;
use serde_json::{Map, Number, Value as Json};

use crate::strict_json::nearest;

/// A value and where it is.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Scalar(Json),
    List(Vec<Node>),
    /// In the order of the file. The line is the key's.
    Map(Vec<(String, Node)>),
}

/// The line, from 1, and the path: `stores.demo.customers[3].email`.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) at: String,
}

/// What is wrong somewhere.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) why: String,
}

/// All that is wrong, so that nobody has to start again for each of it. Not empty where it is an error.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

impl Faults {
    /// What was read, or nothing and what is wrong with it.
    pub(super) fn note<T>(&mut self, read: Result<T, impl Into<Faults>>) -> Option<T> {
        read.map_err(|faults| self.0.extend(faults.into().0)).ok()
    }

    /// A result, unless something is wrong.
    pub(super) fn or<T>(self, read: T) -> Result<T, Faults> {
        if self.0.is_empty() { Ok(read) } else { Err(self) }
    }
}

impl Place {
    pub(super) fn is(&self, why: impl Into<String>) -> Fault {
        Fault { place: self.clone(), why: why.into() }
    }
}

/// Reads a file of one document.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
    // Left to us, so that an amount does not pass through a float.
    loader.early_parse(false);
    let mut parser = Parser::new_from_str(text);
    let outcome = parser.load(&mut loader, true);
    if let Some(error) = outcome.as_ref().err().or(loader.error()) {
        let line = error.marker().line();
        let place = Place { line, at: "YAML".to_owned() };
        let twice = error.info().contains("duplicate").then(|| key_on(text, line)).flatten();
        return Err(place.is(twice.map_or_else(
            || error.info().to_owned(),
            |key| format!("duplicate key: '{key}' is there twice in one mapping; leave one of them"),
        )));
    }
    match &loader.into_documents()[..] {
        [root] => node(String::new(), root.span.start.line(), root),
        _ => {
            Err(Place { line: 1, at: "file".to_owned() }
                .is("expected one document that begins with `stores:`"))
        }
    }
}

/// The key that a line begins with. It is told back, so it must not be anything else.
fn key_on(text: &str, line: usize) -> Option<&str> {
    let (key, _) = text.lines().nth(line.checked_sub(1)?)?.trim_start_matches([' ', '-']).split_once(':')?;
    let is_plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    (is_plain && (1..=64).contains(&key.len())).then_some(key)
}

/// What was perhaps meant by a word, as the end of a sentence.
pub(super) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |near| format!("; did you mean {near}?"))
}

fn node(at: String, line: usize, yaml: &MarkedYaml<'_>) -> Result<Node, Fault> {
    let place = Place { line, at };
    let value = match &yaml.data {
        YamlData::Representation(text, style, tag) => {
            let scalar = Scalar::parse_from_cow_and_metadata(text.clone(), *style, tag.as_ref());
            Value::Scalar(json(&scalar.ok_or_else(|| place.is("the value does not fit its tag"))?, text))
        }
        YamlData::Sequence(items) => {
            let items = items.iter().enumerate();
            let items =
                items.map(|(i, item)| node(format!("{}[{i}]", place.at), item.span.start.line(), item));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(mapping) => {
            let mut entries: Vec<(String, Node)> = Vec::new();
            for (key, value) in mapping {
                let line = key.span.start.line();
                let YamlData::Representation(name, ..) = &key.data else {
                    return Err(Place { line, ..place }.is("expected a name as key"));
                };
                let at = if place.at.is_empty() { name.to_string() } else { format!("{}.{name}", place.at) };
                if entries.iter().any(|(other, _)| other == name) {
                    return Err(Place { line, at }.is("the key is there twice"));
                }
                entries.push((name.to_string(), node(at, line, value)?));
            }
            Value::Map(entries)
        }
        _ => return Err(place.is("expected a plain value, a list or a mapping")),
    };
    Ok(Node { place, value })
}

fn json(scalar: &Scalar<'_>, text: &str) -> Json {
    let number = |value: String| match text.parse().or_else(|_| value.parse::<Number>()) {
        Ok(number) => Json::Number(number),
        // Infinity and its like.
        Err(_) => Json::String(value),
    };
    match scalar {
        Scalar::Null => Json::Null,
        Scalar::Boolean(value) => Json::Bool(*value),
        Scalar::Integer(value) => number(value.to_string()),
        Scalar::FloatingPoint(value) => number(value.to_string()),
        Scalar::String(text) => Json::String(text.clone().into_owned()),
    }
}

impl Node {
    /// What was sent as JSON, which has no lines.
    pub(super) fn from_json(at: String, json: Json) -> Node {
        let value = match json {
            Json::Array(items) => {
                let items = items.into_iter().enumerate();
                Value::List(items.map(|(i, item)| Node::from_json(format!("{at}[{i}]"), item)).collect())
            }
            Json::Object(entries) => {
                let entry = |(key, value): (String, Json)| {
                    let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                    (key, Node::from_json(at, value))
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
            scalar => Value::Scalar(scalar),
        };
        Node { place: Place { line: 0, at }, value }
    }

    pub(super) fn entries(self) -> Result<Vec<(String, Node)>, Fault> {
        match self.value {
            Value::Map(entries) => Ok(entries),
            _ => Err(self.place.is("expected a mapping of names to values")),
        }
    }

    pub(super) fn items(self) -> Result<Vec<Node>, Fault> {
        match self.value {
            Value::List(items) => Ok(items),
            _ => Err(self.place.is("expected a list")),
        }
    }

    /// The items of a list, each read.
    pub(super) fn each<T, F: Into<Faults>>(
        self,
        read: impl FnMut(Node) -> Result<T, F>,
    ) -> Result<Vec<T>, Faults> {
        let mut faults = Faults::default();
        let items = self.each_good(&mut faults, read);
        faults.or(items)
    }

    /// The items of a list that can be read. What is wrong with the others is noted.
    pub(super) fn each_good<T, F: Into<Faults>>(
        self,
        faults: &mut Faults,
        read: impl FnMut(Node) -> Result<T, F>,
    ) -> Vec<T> {
        let items = faults.note(self.items()).unwrap_or_default();
        items.into_iter().map(read).filter_map(|read| faults.note(read)).collect()
    }

    pub(super) fn text(self) -> Result<String, Fault> {
        match self.value {
            Value::Scalar(Json::String(text)) if !text.is_empty() => Ok(text),
            _ => Err(self.place.is("expected text; put it in quotes if it looks like a number")),
        }
    }

    /// `true` or `false`.
    pub(super) fn switch(self) -> Result<bool, Fault> {
        match self.value {
            Value::Scalar(Json::Bool(value)) => Ok(value),
            _ => Err(self.place.is("expected true or false")),
        }
    }

    /// One of several words, and what it stands for.
    pub(super) fn word<T: Copy>(self, words: &[(&str, T)]) -> Result<T, Fault> {
        let place = self.place.clone();
        let text = self.text()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            place.is(format!(
                "'{text}' is not one of: {}{}",
                known.join(", "),
                meant(&text, known.iter().copied())
            ))
        })
    }

    /// The place of what these keys lead to.
    pub(super) fn place_of(&self, path: &[String]) -> Place {
        let entries = if let Value::Map(entries) = &self.value { &entries[..] } else { &[] };
        let next = path.split_first().and_then(|(key, rest)| {
            let (_, node) = entries.iter().find(|(name, _)| name == key)?;
            Some(node.place_of(rest))
        });
        next.unwrap_or_else(|| self.place.clone())
    }

    pub(super) fn into_json(self) -> Json {
        match self.value {
            Value::Scalar(json) => json,
            Value::List(items) => items.into_iter().map(Node::into_json).collect(),
            Value::Map(entries) => Json::Object(object(entries)),
        }
    }
}

pub(super) fn object(entries: Vec<(String, Node)>) -> Map<String, Json> {
    entries.into_iter().map(|(key, value)| (key, value.into_json())).collect()
}

/// Writes YAML that [`read`] reads back.
pub(super) fn write(json: &Json) -> String {
    let mut text = String::new();
    let mut emitter = YamlEmitter::new(&mut text);
    emitter.dump(&tree(json)).expect("a tree of plain values can be written to a text");
    // The mark of a document's beginning, of which there is one.
    let text = text.strip_prefix("---\n").unwrap_or(&text);
    format!("{text}\n")
}

fn tree(json: &Json) -> Yaml<'_> {
    let scalar = match json {
        Json::Null => Scalar::Null,
        Json::Bool(value) => Scalar::Boolean(*value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Scalar::Integer(number),
            // Kept as text, as amounts may be.
            None => return Yaml::Value(Scalar::String(number.to_string().into())),
        },
        Json::String(text) => Scalar::String(text.as_str().into()),
        Json::Array(items) => return Yaml::Sequence(items.iter().map(tree).collect()),
        Json::Object(object) => {
            let key = |key| Yaml::Value(Scalar::String(std::borrow::Cow::Borrowed(key)));
            return Yaml::Mapping(
                object.iter().map(|(name, value)| (key(name.as_str()), tree(value))).collect(),
            );
        }
    };
    Yaml::Value(scalar)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in any::<String>(), word in "[ -~]{0,12}", number in any::<i64>()) {
            let json = serde_json::json!({"a": [text, {"b": word, "c": number}], "d": [[true, null]], "e": {}, "f": []});
            let read = read(&write(&json)).map(Node::into_json).map_err(|fault| fault.why);
            prop_assert_eq!(read, Ok(json));
        }
    }

    #[test]
    fn text_that_looks_like_something_else_stays_text() {
        for text in [
            "1",
            "1.5",
            "true",
            "null",
            "~",
            "",
            " a",
            "a: b",
            "# a",
            "- a",
            "0x1f",
            "1e3",
            "2024-05-06",
            "a\nb",
            "'",
            "\"",
            "\u{85}",
            "\u{feff}",
            ".inf",
            "yes",
        ] {
            let json = serde_json::json!([text]);
            assert_eq!(
                read(&write(&json)).map(Node::into_json).map_err(|fault| fault.why),
                Ok(json),
                "{text:?}"
            );
        }
    }
}
