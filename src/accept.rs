//! In which form a client wants its answer: what its `Accept` says, and in V2 the suffix of the path.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

use crate::access::WithoutAccept;
use crate::mount::Suffix;

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What was asked for, or all there is.
    Json,
    /// JSON to a client that did not say so, and that the service would answer in XML.
    UnaskedJson,
    /// V2 alone has it.
    Xml,
    /// The client takes nothing that there is.
    Unacceptable,
}

/// How much a client wants each form, from 0 to 1; `None` of what it does not name.
#[derive(Clone, Copy, Debug, Default)]
struct Wishes {
    json: Option<f32>,
    xml: Option<f32>,
    /// Whatever the server likes: `*/*`, `application/*`.
    any: Option<f32>,
}

impl Wishes {
    /// `None`: the client does not say. Of what it names twice it means the higher.
    fn of(headers: &HeaderMap) -> Option<Wishes> {
        let mut values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
        if values.peek().is_none_or(|first| first.trim().is_empty()) {
            return None;
        }
        let mut wishes = Wishes::default();
        for range in values.flat_map(|value| value.split(',')) {
            let (media_type, parameters) = range.split_once(';').unwrap_or((range, ""));
            let is = |names: &[&str]| names.iter().any(|name| media_type.trim().eq_ignore_ascii_case(name));
            let wish = if is(&["application/json"]) {
                &mut wishes.json
            } else if is(&["application/xml", "text/xml", "text/*"]) {
                &mut wishes.xml
            } else if is(&["*/*", "application/*"]) {
                &mut wishes.any
            } else {
                continue;
            };
            let quality = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q="));
            let quality = quality.and_then(|q| q.parse().ok()).unwrap_or(1.0_f32);
            *wish = Some(wish.unwrap_or(0.0).max(quality));
        }
        Some(wishes)
    }
}

/// The form of V3's answers. An `Accept` that names JSON to refuse it (`q=0`) refuses it.
#[must_use]
pub fn v3(headers: &HeaderMap) -> Form {
    let takes = |wishes: Wishes| [wishes.json, wishes.any].into_iter().flatten().any(|quality| quality > 0.0);
    if Wishes::of(headers).is_none_or(takes) { Form::Json } else { Form::Unacceptable }
}

/// The form of V2's answers. Documented, long ago: a high-priority `Accept` wins over a suffix, and that over one with
/// a lower priority; `.json` is JSON whatever `Accept` says.
#[must_use]
pub fn v2(headers: &HeaderMap, suffix: Option<Suffix>, without: WithoutAccept) -> Form {
    let unasked = match without {
        WithoutAccept::Json => Form::UnaskedJson,
        WithoutAccept::Xml => Form::Xml,
    };
    let wishes = Wishes::of(headers);
    let Wishes { json, xml, any } = wishes.unwrap_or_default();
    let (wants_json, wants_xml) = (json.unwrap_or(0.0), xml.unwrap_or(0.0));
    match suffix {
        Some(Suffix::Json) => return Form::Json,
        Some(Suffix::Xml) if wants_json >= 1.0 && wants_xml < 1.0 => return Form::Json,
        Some(Suffix::Xml) => return Form::Xml,
        None => {}
    }
    let takes_any = wishes.is_none() || any.unwrap_or(0.0) > 0.0;
    // Assumed: of two that are wanted alike, JSON.
    if wants_json > 0.0 && wants_json >= wants_xml {
        Form::Json
    } else if wants_xml > 0.0 {
        Form::Xml
    } else if takes_any && json.is_none() {
        if xml.is_none() { unasked } else { Form::UnaskedJson }
    } else if takes_any && xml.is_none() {
        Form::Xml
    } else {
        Form::Unacceptable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())])
    }

    #[test]
    fn v2_answers_in_the_form_that_is_asked_for() {
        use Form::{Json, Unacceptable, UnaskedJson, Xml};
        for (accept, form) in [
            ("", UnaskedJson),
            ("*/*", UnaskedJson),
            ("application/*", UnaskedJson),
            ("text/html, */*;q=0.1", UnaskedJson),
            ("application/xml;q=0, */*", UnaskedJson),
            ("application/json", Json),
            ("application/json;q=0.1", Json),
            ("Application/JSON; charset=utf-8", Json),
            ("application/json, text/plain, */*", Json),
            ("application/xml, application/json", Json),
            ("application/xml;q=0.5, application/json;q=0.6", Json),
            ("application/xml", Xml),
            ("text/xml; q=0.3", Xml),
            ("text/*", Xml),
            ("application/xml, application/json;q=0.9", Xml),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Xml),
            ("application/json;q=0, */*", Xml),
            ("text/html", Unacceptable),
            ("application/jsonp", Unacceptable),
            ("application/json;q=0", Unacceptable),
            ("application/json;q=0, application/xml;q=0, */*", Unacceptable),
            ("*/*;q=0", Unacceptable),
        ] {
            assert_eq!(v2(&headers(accept), None, WithoutAccept::Json), form, "{accept}");
            let then = if form == UnaskedJson && !accept.contains("xml") { Xml } else { form };
            assert_eq!(v2(&headers(accept), None, WithoutAccept::Xml), then, "{accept}");
        }
        assert_eq!(v2(&HeaderMap::new(), None, WithoutAccept::Json), UnaskedJson);
        assert_eq!(v2(&HeaderMap::new(), None, WithoutAccept::Xml), Xml);
    }

    #[test]
    fn a_suffix_stands_between_a_high_and_a_low_priority() {
        for (accept, form) in [
            ("", Form::Xml),
            ("*/*", Form::Xml),
            ("text/html", Form::Xml),
            ("application/json;q=0.9", Form::Xml),
            ("application/json, application/xml", Form::Xml),
            ("application/json", Form::Json),
            ("application/json, text/plain, */*", Form::Json),
        ] {
            let headers = headers(accept);
            assert_eq!(v2(&headers, Some(Suffix::Xml), WithoutAccept::Json), form, "{accept}");
            assert_eq!(v2(&headers, Some(Suffix::Json), WithoutAccept::Xml), Form::Json, "{accept}");
        }
    }

    #[test]
    fn v3_has_nothing_but_json() {
        for fine in ["", "*/*", "application/*", "application/json;q=0.1", "application/xml, */*;q=0.1"] {
            assert_eq!(v3(&headers(fine)), Form::Json, "{fine}");
        }
        for other in ["application/xml", "text/html", "text/*", "application/json;q=0", "*/*;q=0"] {
            assert_eq!(v3(&headers(other)), Form::Unacceptable, "{other}");
        }
    }
}
