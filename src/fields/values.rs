//! Readers of single values: dates, money, email addresses, the password rule.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// The largest amount, 99999999999999.9999, in ten-thousandths.
///
/// Assumed: the service takes 16 digits before the point; fourteen fit into 64 bits with four decimals.
pub const MONEY_MAX: i64 = 999_999_999_999_999_999;

/// The years that every date format on the wire can show (0000–9999), in Unix seconds.
const DATES: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

/// Reads a decimal amount into ten-thousandths, exactly; a fifth decimal rounds half up.
///
/// `None` for what is not a plain decimal number, is negative, or is more than [`MONEY_MAX`].
#[must_use]
pub fn money(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let zeros = whole.bytes().chain(fraction.bytes()).take_while(|b| *b == b'0').count();
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).skip(zeros).collect();
    if digits.is_empty() {
        return Some(0);
    }
    // How many of the digits stand before the point once it has moved four places to the right.
    let keep = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? + exponent + 4;
    if keep > 18 {
        return None;
    }
    let Ok(keep) = usize::try_from(keep) else { return Some(0) };
    let digit = |i: usize| digits.get(i).map_or(0, |b| i64::from(b - b'0'));
    let value = (0..keep).fold(0, |sum, i| sum * 10 + digit(i)) + i64::from(digit(keep) >= 5);
    (value <= MONEY_MAX).then_some(value)
}

/// Reads the exponent of a number. Beyond a thousand its size does not matter any more, only its sign.
fn parse_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(
        sign * digits.trim_start_matches('0').parse().unwrap_or(if digits.contains(|c| c != '0') {
            1_000_000_000
        } else {
            0
        }),
    )
}

/// Reads a date: RFC 2822, ISO 8601 with or without an offset (none is UTC), or a day alone (its midnight UTC).
///
/// Assumed: a `+` before the offset that was not percent-encoded, and so arrived as a space, is still understood.
#[must_use]
pub fn date(text: &str) -> Option<i64> {
    let seconds = date_as_written(text).or_else(|| {
        let (head, offset) = text.rsplit_once(' ')?;
        date_as_written(&format!("{head}+{offset}")).or_else(|| date_as_written(&format!("{head} +{offset}")))
    })?;
    DATES.contains(&seconds).then_some(seconds)
}

fn date_as_written(text: &str) -> Option<i64> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.timestamp());
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    for format in
        ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z"]
    {
        if let Ok(date) = DateTime::parse_from_str(text, format) {
            return Some(date.timestamp());
        }
    }
    let local = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(date) = NaiveDateTime::parse_from_str(local, format) {
            return Some(date.and_utc().timestamp());
        }
    }
    Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

/// Whether the text is a decimal number, as JSON writes one, and not too large for those who read it.
#[must_use]
pub fn is_number(text: &str) -> bool {
    text.parse::<serde_json::Number>().is_ok() && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether the text is a day: `2024-05-06`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Whether the text has the form of an email address: a dot-atom, `@`, and a domain of at least two labels.
///
/// Assumed: quoted local parts, comments and address literals are refused; letters of any script are taken.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let local_ok = local.chars().count() <= 64
        && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    let label = |part: &str| {
        !part.is_empty()
            && part.chars().count() <= 63
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    local_ok && domain.contains('.') && domain.split('.').all(label)
}

/// Whether the text is an absolute URL of `http` or `https`, written as it goes onto the wire.
///
/// Assumed: one with credentials in it is refused, and so are letters that had to be percent-encoded.
#[must_use]
pub fn is_url(text: &str) -> bool {
    let rest = text.split_once("://").filter(|(scheme, _)| is_http(scheme)).map(|(_, rest)| rest);
    let Some(rest) = rest else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
    };
    let is_port = port.is_none_or(|port| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    is_host && is_port && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Whether that can be a header of HTTP.
#[must_use]
pub fn is_header(name: &str, value: &str) -> bool {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !name.is_empty()
        && name.bytes().all(is_token)
        && value.bytes().all(|b| b == b'\t' || b == b' ' || b.is_ascii_graphic() || !b.is_ascii())
}

/// The password rule: at least 7 characters, with a letter and a digit. Assumed: at most 250 characters.
#[must_use]
pub fn is_password(text: &str) -> bool {
    (7..=250).contains(&text.chars().count())
        && text.chars().any(char::is_alphabetic)
        && text.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_rounds_half_up() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1", Some(10_000)),
            ("1.5", Some(15_000)),
            ("10.2500", Some(102_500)),
            ("0.00005", Some(1)),
            ("0.00004999", Some(0)),
            ("0.12345", Some(1235)),
            ("007.10", Some(71_000)),
            ("1e2", Some(1_000_000)),
            ("12.5E-1", Some(12_500)),
            ("5e-5", Some(1)),
            ("5e-6", Some(0)),
            ("1e-99999999999999999999", Some(0)),
            ("0e99999999999999999999", Some(0)),
            ("99999999999999.9999", Some(MONEY_MAX)),
            ("99999999999999.99994", Some(MONEY_MAX)),
            ("99999999999999.99995", None),
            ("100000000000000", None),
            ("1e99999999999999999999", None),
            ("-1", None),
            ("-0", None),
            ("+1", None),
            ("", None),
            (".", None),
            (".5", None),
            ("5.", None),
            ("1e", None),
            ("1e+", None),
            ("1.2.3", None),
            (" 1", None),
            ("1,5", None),
            ("NaN", None),
            ("Infinity", None),
            ("٣", None),
        ] {
            assert_eq!(money(text), expected, "{text:?}");
        }
        assert_eq!(money(&"9".repeat(400)), None);
        assert_eq!(money(&format!("0.{}", "9".repeat(400))), Some(10_000));
    }

    #[test]
    fn every_documented_date_format_names_the_same_instant() {
        for text in [
            "Mon, 06 May 2024 07:34:10 +0000",
            "Mon, 06 May 2024 07:34:10  0000",
            "Mon, 06 May 2024 09:34:10 +0200",
            "6 May 2024 07:34:10 GMT",
            "2024-05-06T07:34:10Z",
            "2024-05-06T07:34:10",
            "2024-05-06 07:34:10",
            "2024-05-06T07:34:10.999",
            "2024-05-06T09:34:10+02:00",
            "2024-05-06T09:34:10+0200",
            "2024-05-06T09:34:10 02:00",
            "2024-05-06T09:34:10 0200",
            "2024-05-06T03:04:10-04:30",
        ] {
            assert_eq!(date(text), Some(1_714_980_850), "{text:?}");
        }
        assert_eq!(date("2024-05-06"), Some(1_714_953_600));
        assert_eq!(date("2024-05-06T00:00"), Some(1_714_953_600));
        assert_eq!(date("2024-05-06T02:00+02:00"), Some(1_714_953_600));
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "1234",
            "yesterday",
            "2024-13-01",
            "2024-02-30",
            "2024-05-06T25:00:00",
            "Tue, 06 May 2024 07:34:10 +0000",
            "+12024-05-06",
            "-2024-05-06",
            "12024-05-06",
            "2024-05-06T07:34:10 abc",
        ] {
            assert_eq!(date(text), None, "{text:?}");
        }
    }

    #[test]
    fn email_addresses_are_told_from_other_text() {
        for good in ["a@b.co", "jane.doe+tag@mail.example.com", "o'neil@example.com", "zoë@exämple.com"] {
            assert!(is_email(good), "{good:?}");
        }
        for bad in [
            "",
            "@",
            "a@",
            "@b.co",
            "a@b",
            "a b@c.de",
            "a@b..co",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.de",
            "a@-b.co",
            "a@b-.co",
            "a@b.co ",
            "a\n@b.co",
            "a@b@c.de",
            "\"a b\"@c.de",
            "a@[127.0.0.1]",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn numbers_are_those_that_json_can_write_and_others_can_read() {
        for good in ["0", "-1", "1.5", "1e3", "123456789012345678901234567890"] {
            assert!(is_number(good), "{good:?}");
        }
        for bad in ["", "1,5", "+1", ".5", "0x1", "NaN", "1e999999999", "one"] {
            assert!(!is_number(bad), "{bad:?}");
        }
    }

    #[test]
    fn passwords_need_seven_characters_a_letter_and_a_digit() {
        assert!(is_password("s3cret-"));
        assert!(is_password(&"a1".repeat(125)));
        for bad in ["", "s3cret", "secrets", "1234567", &"a1".repeat(126)] {
            assert!(!is_password(bad), "{bad:?}");
        }
    }

    #[test]
    fn urls_are_absolute_and_as_they_go_onto_the_wire() {
        for url in [
            "https://app.example",
            "https://app.example/in?a=b&c=%20#d",
            "http://localhost:3000/hooks",
            "HTTP://127.0.0.1:1/",
            "https://[::1]:8443/in",
            "https://host_name/a:b@c",
        ] {
            assert!(is_url(url), "{url}");
        }
        for text in [
            "",
            "app.example/in",
            "/in",
            "ftp://app.example",
            "https://",
            "https:///in",
            "https://app.example:",
            "https://app.example:0",
            "https://app.example:65536",
            "https://app.example:+1",
            "https://user:pass@app.example/",
            "https://[::x]/",
            "https://app example/",
            "\"https://app.example/\"",
            "https://app.example/{id}",
            "https://bücher.example",
            "https://app.example/\n",
        ] {
            assert!(!is_url(text), "{text}");
        }
    }

    #[test]
    fn headers_can_be_sent() {
        for (name, value) in [("X-Key", "a b\tc"), ("authorization", ""), ("x!", "é")] {
            assert!(is_header(name, value), "{name}: {value}");
        }
        for (name, value) in
            [("", "x"), ("a b", "x"), ("a:", "x"), ("é", "x"), ("a", "x\r\nb: c"), ("a", "\0")]
        {
            assert!(!is_header(name, value), "{name}: {value}");
        }
    }
}
