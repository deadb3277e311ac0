//! One request and its answer, as they are kept.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode};
use memchr::memmem;
use serde_json::Value as Json;

use super::head::{self, Head};
use super::redact::{self, MOST_KEPT};
use crate::matching::Seen;
use crate::operations::Operation;
use crate::query;

/// Names and values of headers.
type Header<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A request that was answered, on its way into the journal.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// What is known of it beside its text.
    pub about: About,
    /// Its method.
    pub method: &'a Method,
    /// Where it went, and its headers.
    pub head: &'a Head,
    /// What is kept of its body.
    pub body: Kept<'a>,
    /// The headers of the answer.
    pub answer_headers: &'a HeaderMap,
    /// What is kept of the body of the answer.
    pub answer_body: Kept<'a>,
    /// The fault that it met.
    pub fault: Option<&'a str>,
}

/// What is known of a request beside its text.
#[derive(Clone, Debug)]
pub struct About {
    /// When it came, in Unix milliseconds of its store's time.
    pub at: i64,
    /// What it asked for; `None` if there is no such thing.
    pub operation: Option<&'static Operation>,
    /// The place of its token among those of its store, if that has it.
    pub token: Option<usize>,
    /// The status of the answer; `None` if there was none.
    pub status: Option<StatusCode>,
    /// How long the answer took, in microseconds.
    pub duration_us: u64,
}

impl Exchange<'_> {
    /// How many bytes its text takes, or a few less.
    pub(super) fn most_bytes(&self) -> usize {
        self.method.as_str().len()
            + self.head.text.len()
            + self.body.bytes.len()
            + head::length(self.answer_headers)
            + self.answer_body.bytes.len()
            + self.fault.map_or(0, str::len)
    }

    /// Adds its text to others.
    pub(super) fn write(&self, id: u64, text: &mut Vec<u8>) -> Facts {
        let start = text.len();
        let mut ends = [0; PARTS];
        let mut end = |part: Part, text: &Vec<u8>| ends[part as usize] = text.len() - start;
        text.extend_from_slice(self.method.as_str().as_bytes());
        end(Part::Method, text);
        let target = text.len() - start;
        text.extend_from_slice(&self.head.text);
        ends[Part::Path as usize] = target + self.head.query.0;
        ends[Part::Query as usize] = target + self.head.query.1;
        let mut end = |part: Part, text: &Vec<u8>| ends[part as usize] = text.len() - start;
        end(Part::Headers, text);
        text.extend_from_slice(self.body.bytes);
        end(Part::Body, text);
        head::put(self.answer_headers, text);
        end(Part::AnswerHeaders, text);
        text.extend_from_slice(self.answer_body.bytes);
        end(Part::AnswerBody, text);
        text.extend_from_slice(self.fault.unwrap_or_default().as_bytes());
        end(Part::Fault, text);
        Facts {
            id,
            about: self.about.clone(),
            ends: ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX)),
            is_cut: [self.body.is_cut, self.answer_body.is_cut],
            has_fault: self.fault.is_some(),
        }
    }
}

/// The parts of a record's text, in order.
#[derive(Clone, Copy, Debug)]
enum Part {
    Method,
    Path,
    Query,
    Headers,
    Body,
    AnswerHeaders,
    AnswerBody,
    Fault,
}

const PARTS: usize = Part::Fault as usize + 1;

/// What a record knows beside its text.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) id: u64,
    about: About,
    /// Where each part of the text ends.
    ends: [u32; PARTS],
    /// Whether the body, and that of the answer, are only the beginnings.
    is_cut: [bool; 2],
    has_fault: bool,
}

impl Facts {
    /// How many bytes the record takes.
    pub(super) fn bytes(&self) -> usize {
        self.ends[PARTS - 1] as usize + size_of::<Facts>()
    }
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Record {
    facts: Facts,
    start: usize,
    segment: Arc<Vec<u8>>,
}

impl Record {
    pub(super) fn new(facts: Facts, start: usize, segment: Arc<Vec<u8>>) -> Record {
        Record { facts, start, segment }
    }

    /// Its id: increasing over all stores.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.facts.id
    }

    /// What is known of it beside its text.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.facts.about
    }

    fn part(&self, part: Part) -> &[u8] {
        let end = |part: usize| self.start + self.facts.ends[part] as usize;
        let begin = (part as usize).checked_sub(1).map_or(self.start, end);
        &self.segment[begin..end(part as usize)]
    }

    fn text(&self, part: Part) -> &str {
        std::str::from_utf8(self.part(part)).unwrap_or_default()
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.text(Part::Method)
    }

    /// Its path, as the client spelled it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text(Part::Path)
    }

    /// The parameters of its query, decoded, in order. What is not UTF-8 is made so.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.text(Part::Query).strip_prefix('?').unwrap_or_default();
        query::pairs(query)
    }

    /// Its headers, in order.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        head::lines(self.part(Part::Headers))
    }

    /// What is kept of its body.
    #[must_use]
    pub fn body(&self) -> Kept<'_> {
        Kept { bytes: self.part(Part::Body), is_cut: self.facts.is_cut[0] }
    }

    /// The headers of the answer, in order.
    pub fn answer_headers(&self) -> impl Iterator<Item = Header<'_>> {
        head::lines(self.part(Part::AnswerHeaders))
    }

    /// What is kept of the body of the answer.
    #[must_use]
    pub fn answer_body(&self) -> Kept<'_> {
        Kept { bytes: self.part(Part::AnswerBody), is_cut: self.facts.is_cut[1] }
    }

    /// The fault that it met.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.facts.has_fault.then(|| self.text(Part::Fault))
    }
}

impl Seen for Record {
    fn id(&self) -> u64 {
        self.facts.id
    }

    fn operation(&self) -> Option<&'static Operation> {
        self.facts.about.operation
    }

    fn method(&self) -> &str {
        self.method()
    }

    fn path(&self) -> &str {
        self.path()
    }

    fn query(&self) -> Cow<'_, [(String, String)]> {
        self.query().into()
    }

    fn header(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.headers().filter(|(known, _)| known == name).map(|(_, value)| value).collect()
    }

    fn status(&self) -> Option<u16> {
        self.facts.about.status.map(|status| status.as_u16())
    }

    fn body(&self) -> Option<Cow<'_, Json>> {
        Record::body(self).json().map(Cow::Owned)
    }

    fn can_have(&self, text: &str) -> bool {
        let body = self.part(Part::Body);
        memmem::find(body, text.as_bytes()).is_some() || memchr::memchr(b'\\', body).is_some()
    }
}

/// What is kept of a body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether it is only the beginning.
    pub is_cut: bool,
}

impl<'a> Kept<'a> {
    /// Of a body that has no secrets, which are not searched for.
    #[must_use]
    pub fn of(body: &'a [u8]) -> Kept<'a> {
        Kept { bytes: &body[..body.len().min(MOST_KEPT)], is_cut: body.len() > MOST_KEPT }
    }

    /// The JSON, if it is JSON and whole.
    #[must_use]
    pub fn json(self) -> Option<Json> {
        if self.is_cut { None } else { serde_json::from_slice(self.bytes).ok() }
    }

    /// The JSON, or text; null where there is nothing.
    #[must_use]
    pub fn shown(self) -> Json {
        if self.bytes.is_empty() {
            return Json::Null;
        }
        self.json().unwrap_or_else(|| redact::told(self.bytes).into())
    }
}
