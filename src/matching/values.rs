//! How JSON values are compared.

use std::ops::ControlFlow::{self, Continue};

use serde_json::{Number, Value as Json};

use super::told::{Any, Difference, Place, Told, near};

/// Tells what a value lacks of another: objects may have more, arrays have the same length and order, and what is in
/// them is the same.
pub(super) fn includes(
    wanted: &Json,
    got: &Json,
    place: &Place<'_>,
    told: &mut impl Told,
) -> ControlFlow<()> {
    match (wanted, got) {
        (Json::Object(wanted), Json::Object(got)) => {
            for (key, wanted_value) in wanted {
                let place = Place::Key(place, key);
                if let Some(value) = got.get(key) {
                    includes(wanted_value, value, &place, told)?;
                    continue;
                }
                told.miss(
                    || leaves(wanted_value),
                    || {
                        let others = got.keys().map(String::as_str).filter(|key| !wanted.contains_key(*key));
                        let note = near(key, others).map(|near| format!("there is '{near}'"));
                        Difference::new(place.pointer(), wanted_value.clone(), None).note(note)
                    },
                )?;
            }
            Continue(())
        }
        (Json::Array(wanted_items), Json::Array(got_items)) => {
            if wanted_items.len() != got_items.len() {
                let note = || Some(format!("{}, not {}", items(got_items.len()), wanted_items.len()));
                told.miss(
                    || wanted_items.iter().skip(got_items.len()).map(leaves).sum::<u32>() + 1,
                    || Difference::new(place.pointer(), wanted.clone(), Some(got.clone())).note(note()),
                )?;
            }
            for (index, (wanted, got)) in wanted_items.iter().zip(got_items).enumerate() {
                includes(wanted, got, &Place::Item(place, index), told)?;
            }
            Continue(())
        }
        _ if is_same(wanted, got) => Continue(()),
        _ => told.miss(
            || leaves(wanted),
            || {
                let note = (kind(wanted) != kind(got) && !got.is_null())
                    .then(|| format!("{}, not {}", kind(got), kind(wanted)));
                Difference::new(place.pointer(), wanted.clone(), Some(got.clone())).note(note)
            },
        ),
    }
}

/// Whether a value includes another.
pub(super) fn does_include(wanted: &Json, got: &Json) -> bool {
    includes(wanted, got, &Place::Top(""), &mut Any).is_continue()
}

/// Whether text has this in it, a list has such an item, or an object has such keys.
pub(super) fn does_contain(wanted: &Json, got: &Json) -> bool {
    match (wanted, got) {
        (Json::String(wanted), Json::String(got)) => got.contains(wanted.as_str()),
        (_, Json::Array(items)) => items.iter().any(|item| does_include(wanted, item)),
        (Json::Object(_), Json::Object(_)) => does_include(wanted, got),
        _ => false,
    }
}

/// Whether two values are the same; numbers by what they are worth, the keys of objects in any order.
pub(super) fn is_same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| is_same(value, other)))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Json::Number(a), Json::Number(b)) => is_same_number(a, b),
        (a, b) => a == b,
    }
}

fn is_same_number(a: &Number, b: &Number) -> bool {
    let (a, b) = (a.as_str(), b.as_str());
    a == b || decimal(a).is_some_and(|a| decimal(b) == Some(a))
}

/// A number as its sign, its digits without zeros at either end, and the power of ten that they count.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    let dropped = i64::try_from(all.len() - digits.len()).ok()?;
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some((false, String::new(), 0));
    }
    let exponent: i64 = exponent.parse().ok()?;
    let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(dropped)?;
    Some((is_negative, digits.to_owned(), exponent))
}

/// How many values there are in one; one at least.
pub(super) fn leaves(json: &Json) -> u32 {
    let inside = match json {
        Json::Object(object) => object.values().map(leaves).sum(),
        Json::Array(items) => items.iter().map(leaves).sum(),
        _ => 1,
    };
    inside.max(1)
}

/// What a value is, in words.
pub(super) fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// So many items, in words.
pub(super) fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

#[cfg(test)]
mod tests {
    use super::super::told::All;
    use super::*;
    use serde_json::json;

    fn missed(wanted: &Json, got: &Json) -> Vec<(String, Option<String>)> {
        let mut all = All::default();
        let _ = includes(wanted, got, &Place::Top("/body"), &mut all);
        all.0.into_iter().map(|difference| (difference.at, difference.note)).collect()
    }

    #[test]
    fn numbers_are_the_same_by_what_they_are_worth() {
        let number = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        for (a, b, same) in [
            ("1", "1.0", true),
            ("100", "1e2", true),
            ("0.010", "1E-2", true),
            ("-0", "0.0", true),
            ("0e5", "0", true),
            ("12345678901234567890.5", "12345678901234567890.50", true),
            ("1", "-1", false),
            ("1", "1.0000000000000000001", false),
            ("10", "1", false),
            ("1e99999999999999999999", "1e99999999999999999999", true),
            ("1e99999999999999999999", "2e99999999999999999999", false),
        ] {
            assert_eq!(is_same(&number(a), &number(b)), same, "{a} {b}");
        }
    }

    #[test]
    fn an_object_includes_less_and_a_list_the_same_items() {
        let got = json!([{"a": 1.0, "b": {"c": [1, 2]}, "d": null}]);
        for wanted in
            [json!([{}]), json!([{"a": 1}]), json!([{"b": {"c": [1, 2]}, "d": null}]), json!([{"b": {}}])]
        {
            assert_eq!(missed(&wanted, &got), [], "{wanted}");
        }
        for (wanted, at, note) in [
            (json!([]), "/body", Some("1 item, not 0")),
            (json!({"a": 1}), "/body", Some("a list, not an object")),
            (json!([{"a": "1"}]), "/body/0/a", Some("a number, not text")),
            (json!([{"b": {"c": [2, 2]}}]), "/body/0/b/c/0", None),
            (json!([{"b": {"c": [1]}}]), "/body/0/b/c", Some("2 items, not 1")),
            (json!([{"d": 1}]), "/body/0/d", None),
            (json!([{"e/f": 1}]), "/body/0/e~1f", None),
        ] {
            assert_eq!(missed(&wanted, &got), [(at.to_owned(), note.map(str::to_owned))], "{wanted}");
        }
    }

    #[test]
    fn a_missing_key_names_one_that_may_have_been_meant() {
        let got = json!({"firstName": "a", "last_name": "b"});
        let wanted = json!({"first_name": "a", "last_name": "b"});
        let note = Some("there is 'firstName'".to_owned());
        assert_eq!(missed(&wanted, &got), [("/body/first_name".to_owned(), note)]);
    }

    #[test]
    fn containing_depends_on_what_there_is() {
        for (wanted, got, holds) in [
            (json!("b"), json!("abc"), true),
            (json!("x"), json!("abc"), false),
            (json!(1), json!([2, 1.0]), true),
            (json!({"id": 1}), json!([{"id": 2}, {"id": 1, "a": 1}]), true),
            (json!({"id": 3}), json!([{"id": 2}]), false),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), true),
            (json!(1), json!(1), false),
            (json!("1"), json!(12), false),
        ] {
            assert_eq!(does_contain(&wanted, &got), holds, "{wanted} {got}");
        }
    }

    #[test]
    fn equal_is_exact() {
        assert!(is_same(&json!({"a": 1, "b": [2]}), &json!({"b": [2.0], "a": 1})));
        assert!(!is_same(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!is_same(&json!([1, 2]), &json!([2, 1])));
        assert!(!is_same(&json!(null), &json!(false)));
    }
}
