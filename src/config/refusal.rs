//! What is wrong with a command line, in words.

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;
use crate::strict_json;

/// What is wrong with a command line or the environment, in one sentence.
#[must_use]
pub fn refusal(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let meant = |kind| text(kind).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let near = match text(ContextKind::SuggestedArg) {
                Some(near) => Some(near),
                None => nearest_flag(&argument),
            };
            let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            format!("there is no flag {argument}{near}")
        }
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("there is no command '{word}'{}", meant(ContextKind::SuggestedSubcommand))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            let known = text(ContextKind::ValidValue).filter(|known| !known.is_empty());
            let known = known.map_or_else(String::new, |known| format!(": {known}"));
            format!("{} needs a value{known}", setting(&argument))
        }
        ErrorKind::InvalidValue => {
            let known = text(ContextKind::ValidValue).unwrap_or_default();
            format!("invalid value '{value}' for {}: expected one of {known}", setting(&argument))
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map_or_else(String::new, |why| format!(": {why}"));
            format!("invalid value '{value}' for {}{why}", setting(&argument))
        }
        ErrorKind::ArgumentConflict => format!("{argument} is given twice, or beside what excludes it"),
        _ => {
            // What follows are usage and hints.
            let text = error.to_string();
            let text = text.split("\n\n").next().unwrap_or_default();
            text.trim_start_matches("error: ").replace("\n  ", " ").trim_end().to_owned()
        }
    }
}

/// Who said a value: a flag, or the variable in its place. `argument` is clap's `--port <PORT>`.
fn setting(argument: &str) -> String {
    // Of an argument that is no flag clap writes `[CLIENT]` or `<VERSION>`.
    let flag =
        argument.trim_start_matches(['[', '<']).split([' ', '[', '=', ']', '>']).next().unwrap_or_default();
    let is_on_line = std::env::args_os().any(|arg| {
        let arg = arg.to_string_lossy();
        arg == flag || arg.strip_prefix(flag).is_some_and(|rest| rest.starts_with('='))
    });
    let command = Cli::command();
    let variable = command
        .get_arguments()
        .find(|arg| arg.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long)))
        .and_then(|arg| arg.get_env())
        .filter(|variable| !is_on_line && std::env::var_os(variable).is_some());
    variable.map_or_else(|| flag.to_owned(), |variable| variable.to_string_lossy().into_owned())
}

/// The flag that was perhaps meant.
fn nearest_flag(word: &str) -> Option<String> {
    let command = Cli::command();
    let flags: Vec<String> =
        command.get_arguments().filter_map(|arg| arg.get_long()).map(|long| format!("--{long}")).collect();
    strict_json::nearest(word, flags.iter().map(String::as_str))
}
