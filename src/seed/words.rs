//! What is wrong with a seed, to a person who is writing it.

use super::yaml::meant;
use crate::error::What;
use crate::fields::{Dialect, Field, Kind};
use crate::model::countries;

/// The largest id that can be pinned. Ids end at 2147483647, and rows that are made later need some too.
pub(super) const MAX_PINNED_ID: i64 = 2_000_000_000;

/// What is wrong with a value.
pub(super) fn why(what: &What) -> String {
    match what {
        What::Missing => "required, and not there".to_owned(),
        What::Unknown => "no such field".to_owned(),
        What::ReadOnly => "made by the server; leave it out".to_owned(),
        What::WrongType(kind) => match kind {
            Kind::Int => "must be a whole number".to_owned(),
            Kind::Bool => "must be true or false".to_owned(),
            Kind::Password => "must be an argon2 hash in PHC form ($argon2id$v=19$…)".to_owned(),
            Kind::Ints => "must be a list of whole numbers".to_owned(),
            Kind::Words(_) => "must be a list of words".to_owned(),
            Kind::Emails => "must be a list of email addresses".to_owned(),
            Kind::Headers => "must be a mapping of text to text".to_owned(),
            Kind::Object(_) => "must be a mapping".to_owned(),
            Kind::List(_) => "must be a list of mappings".to_owned(),
            _ => "must be text; put it in quotes if it looks like a number".to_owned(),
        },
        What::Malformed { kind, value } => match kind {
            Kind::Date => {
                format!("'{value}' is not a date; write 2024-05-06T07:34:10Z, 2024-05-06 or RFC 2822")
            }
            Kind::Email => format!("'{value}' is not an email address"),
            Kind::Url => format!("'{value}' is not an absolute URL of http or https"),
            Kind::Headers => format!("'{value}' under a name can not be a header of HTTP"),
            Kind::Money => format!("'{value}' is not an amount from 0 to 99999999999999.9999"),
            Kind::OneOf(words) => {
                format!(
                    "'{value}' is not one of: {}{}",
                    words.join(", "),
                    meant(value, words.iter().copied())
                )
            }
            Kind::Answer => format!("'{value}' is not what the form field takes"),
            _ => format!("'{value}' is not a whole number"),
        },
        What::Length { min, max } => format!("must be {min} to {max} characters long"),
        What::Entries { min, max: usize::MAX } => format!("must have at least {min} entries"),
        What::Entries { min, max } => format!("must have {min} to {max} entries"),
        What::TooSmall { min } => format!("must be from {min} to {MAX_PINNED_ID}"),
        What::HasNul | What::NotUtf8 => "contains a character that no field takes".to_owned(),
        What::WeakPassword => "must be 7 to 250 characters with a letter and a digit".to_owned(),
        What::Unconfirmed => "does not match the password".to_owned(),
        What::Unfit => "does not go together with what else is given".to_owned(),
        What::Taken { .. } => "another one in this store has it".to_owned(),
        What::Crowded { max: 1 } => "another one in this store has it, and only one may".to_owned(),
        What::Crowded { max } => format!("{max} others in this store have it, the most that may"),
        What::NotSecure => "must be an https URL".to_owned(),
        What::NoSuch => "there is no such thing in this store".to_owned(),
        What::NoSuchState => "is not a state of the country".to_owned(),
    }
}

/// What is wrong with a field that a table does not have, beside which these keys are known.
pub(super) fn unknown(fields: &'static [Field], extra: &[&str], name: &str) -> String {
    let own = fields.iter().flat_map(|field| [field.side(Dialect::V2).name, field.name]);
    let known: Vec<&str> = own.chain(extra.iter().copied()).collect();
    let meant = meant(name, known.iter().copied());
    if meant.is_empty() {
        format!("no such field; known here: {}", listed(known))
    } else {
        format!("no such field{meant}")
    }
}

fn listed(mut known: Vec<&str>) -> String {
    known.dedup();
    known.join(", ")
}

/// What is wrong with the name of a country.
pub(super) fn no_country(name: &str) -> String {
    let as_what = match (countries::by_code(name), countries::nearest(name)) {
        (Some(known), _) => format!("the service knows it as {known}"),
        (None, Some(near)) => format!("did you mean {near}?"),
        (None, None) => "write its English name, such as United States or Germany".to_owned(),
    };
    format!("there is no country {name}; {as_what}")
}
