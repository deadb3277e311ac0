//! What a request misses, and who wants to know: whether anything, how much, or all of it in words.

use std::ops::ControlFlow;

use serde_json::{Value as Json, json};

/// One thing in which a request is not as it was wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where: a pointer into the request, `/operation`, `/query/email`, `/body/0/email`.
    pub at: String,
    /// What was wanted: a value, or the condition that does not hold.
    pub wanted: Json,
    /// What is there, if anything is.
    pub got: Option<Json>,
    /// A condition in words.
    pub(super) wanted_in_words: Option<String>,
    /// What helps to see why.
    pub(super) note: Option<String>,
}

impl Difference {
    pub(super) fn new(at: String, wanted: Json, got: Option<Json>) -> Difference {
        Difference { at, wanted, got, wanted_in_words: None, note: None }
    }

    pub(super) fn words(self, words: Option<String>) -> Difference {
        Difference { wanted_in_words: words, ..self }
    }

    pub(super) fn note(self, note: Option<String>) -> Difference {
        Difference { note, ..self }
    }

    /// `{"at","wanted","got"}`; what is not there is null.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({"at": self.at, "wanted": self.wanted, "got": self.got})
    }
}

/// Who is told of what is missed. Functions, since most do not want it in words.
pub(super) trait Told {
    fn miss(
        &mut self,
        weight: impl FnOnce() -> u32,
        difference: impl FnOnce() -> Difference,
    ) -> ControlFlow<()>;
}

/// Whether anything is missed; the first ends it.
pub(super) struct Any;

impl Told for Any {
    fn miss(&mut self, _: impl FnOnce() -> u32, _: impl FnOnce() -> Difference) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

/// How much is missed.
#[derive(Default)]
pub(super) struct Weight(pub(super) u32);

impl Told for Weight {
    fn miss(&mut self, weight: impl FnOnce() -> u32, _: impl FnOnce() -> Difference) -> ControlFlow<()> {
        self.0 = self.0.saturating_add(weight());
        ControlFlow::Continue(())
    }
}

/// Everything that is missed.
#[derive(Default)]
pub(super) struct All(pub(super) Vec<Difference>);

impl Told for All {
    fn miss(&mut self, _: impl FnOnce() -> u32, difference: impl FnOnce() -> Difference) -> ControlFlow<()> {
        self.0.push(difference());
        ControlFlow::Continue(())
    }
}

/// A place in a request. It becomes text only when there is something to say about it.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Top(&'a str),
    Key(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    pub(super) fn pointer(&self) -> String {
        match self {
            Place::Top(pointer) => (*pointer).to_owned(),
            Place::Key(parent, key) => {
                format!("{}/{}", parent.pointer(), key.replace('~', "~0").replace('/', "~1"))
            }
            Place::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

/// At most so many characters of a text, `…` included.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Of several keys, the one that may have been meant by another: the same letters in another spelling, or a slip.
pub(super) fn near<'a>(wanted: &str, keys: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |key: &str| -> String {
        key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let without_digits = |key: &str| key.replace(|c: char| c.is_ascii_digit(), "");
    let meant = letters(wanted);
    let likeness = |key: &str| {
        let key = letters(key);
        // `address1` and `address2` are no slips of each other.
        let is_another = key != meant && without_digits(&key) == without_digits(&meant);
        if is_another { 0.0 } else { strsim::normalized_damerau_levenshtein(&meant, &key) }
    };
    // Comparing takes the product of the lengths, and keys come from clients.
    let keys = keys.into_iter().filter(|key| *key != wanted && key.len() <= 64 && wanted.len() <= 64);
    let near = keys.map(|key| (likeness(key), key));
    near.filter(|(likeness, _)| *likeness > 0.75).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_pointer() {
        let top = Place::Top("/body");
        let item = Place::Item(&top, 3);
        assert_eq!(Place::Key(&item, "a/b~c").pointer(), "/body/3/a~1b~0c");
    }

    #[test]
    fn text_is_cut_by_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }

    #[test]
    fn a_slip_is_near_and_another_field_is_not() {
        for (wanted, there, is_near) in [
            ("first_name", "first_nme", true),
            ("first_name", "firstName", true),
            ("first_name", "FIRST_NAME", true),
            ("first_name", "last_name", false),
            ("address1", "address2", false),
            ("company", "phone", false),
            ("email", "emial", true),
        ] {
            assert_eq!(near(wanted, ["zzz", there]).is_some(), is_near, "{wanted} {there}");
        }
        assert_eq!(near("email", ["email"]), None, "it is there");
    }
}
