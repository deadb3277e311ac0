//! Query strings as they are shown and matched: decoded, whatever is in them.

use percent_encoding::percent_decode_str;

/// The pairs of a query, decoded, in order, repeated keys and all. What is not UTF-8 is made so.
#[must_use]
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(key, value)| (decode(key), decode(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_in_order() {
        let expected = [("a", "1 2"), ("a", ""), ("é", "\u{fffd}")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(pairs("a=1+2&&a&%C3%A9=%FF"), expected);
        assert_eq!(pairs(""), []);
    }
}
