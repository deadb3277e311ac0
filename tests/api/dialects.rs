//! The whole error contract: every [`Error`] as each dialect words it, compared with `fixtures/errors.txt`.
//!
//! A new variant does not compile until it stands in one of the two lists here. To take over a change that is
//! meant, run with `UPDATE=1` and read the difference.

use std::fmt::Write;

use bigcommerce_mock::error::{Error, Problem, What};
use bigcommerce_mock::fields::Dialect::V3;
use bigcommerce_mock::fields::Kind;
use bigcommerce_mock::model::engine::OpenError;
use bigcommerce_mock::{operations, v2, v3};
use http_body_util::BodyExt;

/// Errors, and whether they are about a body.
fn errors() -> Vec<(Error, bool)> {
    let list = vec![
        Error::NoRoute,
        Error::MethodNotAllowed,
        Error::NotAcceptable,
        Error::NotJson,
        Error::NotFound,
        Error::NoSuchId { id: "99".into() },
        Error::NoSuchId { id: "x".into() },
        Error::LimitTooHigh { max: 250 },
        Error::TooLarge { limit: 100 },
        Error::TooManyValues { max: 1000 },
        Error::TooSlow,
        Error::Broken,
        Error::Empty,
        Error::Malformed { reason: "expected value".into(), line: 2, column: 8 },
        Error::NotAnObject,
        Error::NotAnArray,
        Error::TooMany { max: 10 },
        Error::Database(sqlx::Error::RowNotFound),
        Error::Store(OpenError::InUse("secret/path".into())),
        Error::Panicked("at the disco".into()),
    ];
    for error in &list {
        match error {
            Error::NoRoute
            | Error::MethodNotAllowed
            | Error::NotAcceptable
            | Error::NotJson
            | Error::NotFound
            | Error::NoSuchId { .. }
            | Error::LimitTooHigh { .. }
            | Error::TooLarge { .. }
            | Error::TooManyValues { .. }
            | Error::TooSlow
            | Error::Broken
            | Error::Empty
            | Error::Malformed { .. }
            | Error::NotAnObject
            | Error::NotAnArray
            | Error::TooMany { .. }
            | Error::Database(_)
            | Error::Store(_)
            | Error::Panicked(_) => {}
            Error::Invalid(_) | Error::Item { .. } => {
                unreachable!("problems have a list of their own")
            }
        }
    }
    // Of a query, then of a body.
    let problems = problems().into_iter().flat_map(|what| {
        let problem = Problem::new("email", what);
        let of_body = if v3::batch::is_shape(&problem.what) {
            problem.clone().into()
        } else {
            Error::from(problem.clone()).in_item(3)
        };
        [(problem.into(), false), (of_body, true)]
    });
    list.into_iter().map(|error| (error, false)).chain(problems).collect()
}

fn problems() -> Vec<What> {
    let malformed = |kind| What::Malformed { kind, value: "x".into() };
    let list = vec![
        What::Missing,
        What::Unknown,
        What::ReadOnly,
        What::WrongType(Kind::Text),
        What::WrongType(Kind::Bool),
        What::WrongType(Kind::Object(&[])),
        malformed(Kind::Int),
        malformed(Kind::Email),
        malformed(Kind::Money),
        malformed(Kind::Url),
        malformed(Kind::Headers),
        malformed(Kind::Date),
        malformed(Kind::OneOf(&["a", "b"])),
        What::WrongType(Kind::Ints),
        What::WrongType(Kind::Emails),
        What::WrongType(Kind::Headers),
        What::WrongType(Kind::List(&[])),
        What::Length { min: 0, max: 9 },
        What::Length { min: 1, max: 9 },
        What::Entries { min: 1, max: 9 },
        What::Entries { min: 1, max: usize::MAX },
        What::TooSmall { min: 1 },
        What::HasNul,
        What::NotUtf8,
        What::WeakPassword,
        What::Unconfirmed,
        What::Unfit,
        What::Taken { value: "a@b.co".into() },
        What::Crowded { max: 9 },
        What::NotSecure,
        What::NoSuch,
        What::NoSuchState,
    ];
    for what in &list {
        match what {
            What::Missing
            | What::Unknown
            | What::ReadOnly
            | What::WrongType(_)
            | What::Malformed { .. }
            | What::Length { .. }
            | What::Entries { .. }
            | What::TooSmall { .. }
            | What::HasNul
            | What::NotUtf8
            | What::WeakPassword
            | What::Unconfirmed
            | What::Unfit
            | What::Taken { .. }
            | What::Crowded { .. }
            | What::NotSecure
            | What::NoSuch
            | What::NoSuchState => {}
        }
    }
    list
}

#[tokio::test]
async fn every_error_has_its_words_in_every_dialect() {
    let mut contract = String::new();
    let (list, create) = (operations::named(V3, "listCustomers"), operations::named(V3, "createCustomers"));
    let (list_hooks, create_hook) = (operations::named(V3, "listHooks"), operations::named(V3, "createHook"));
    for (error, is_of_body) in errors() {
        let of = if is_of_body { " of a body" } else { "" };
        writeln!(contract, "{error:?}{of}").unwrap();
        let operation = if is_of_body { create } else { list };
        let of_hooks = if is_of_body { create_hook } else { list_hooks };
        for (dialect, response) in [
            ("v2", v2::wire::error(&error)),
            ("v3", v3::errors::error(operation, &error)),
            ("metafields", v3::metafield_errors::error(&error)),
            ("hooks", v3::hook_errors::error(of_hooks, &error)),
        ] {
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body);
            writeln!(contract, "  {dialect}: {} {body}", parts.status.as_u16()).unwrap();
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/errors.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, &contract).unwrap();
    }
    assert_eq!(contract, std::fs::read_to_string(file).unwrap_or_default(), "see the head of this file");
}
