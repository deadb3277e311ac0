//! The command line and its environment: a flag wins over its `BCMOCK_*` variable, which wins over the default.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use clap::builder::{BoolishValueParser, NonEmptyStringValueParser, PossibleValue, PossibleValuesParser};
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::client_env::{self, GUIDES, SignedBy};
use crate::durations;
use crate::journal;
use crate::mount;
use crate::passwords::Cost;
use crate::server::Timeouts;
use crate::tenants::Profile;
use crate::tenants::settings::PROFILES;
use crate::tls;

mod refusal;

pub use refusal::refusal;

/// The port when nothing names one.
pub const DEFAULT_PORT: u16 = 2442;

/// The store of `/api/v2` when nothing names one.
pub const DEFAULT_STORE: &str = "demo";

/// A local server that behaves like BigCommerce's Customers API.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// What to do; serve when nothing is said
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as help")]
    pub config: Config,
}

/// What the program can do.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM or SIGINT (the default)
    Serve,
    /// Ask the server that these settings describe whether it is ready: exit 0 or 1
    Healthcheck {
        /// Keep asking for this many seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = seconds)]
        wait: u64,
    },
    /// Print the OpenAPI document of a version
    Openapi {
        /// Of which version
        version: Version,
    },
    /// Print the certificate that clients of https must trust: the one that is kept, or that of the running server
    Ca,
    /// Print the lines that point a public client at the server that these settings describe; without one, the clients
    Env {
        /// Which client
        #[arg(value_parser = clients())]
        client: Option<String>,
    },
    /// Look at seed files
    Seed {
        #[command(subcommand)]
        #[expect(missing_docs, reason = "clap would show it as help")]
        command: SeedCommand,
    },
}

/// What can be done with seed files.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SeedCommand {
    /// Say everything that is wrong with seed files, without starting a server: exit 0 or 1
    Check {
        /// Seed files; `-` is standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print the format of seed files as a JSON schema
    Schema,
}

/// A version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "clap would show it as help")]
pub enum Version {
    V2,
    V3,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where the first stores come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seed {
    /// The demo store that is compiled in.
    Demo,
    /// No stores.
    None,
    /// A seed file.
    File(PathBuf),
}

/// The settings of a server.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Config {
    /// Address to listen on; `::` is every address, IPv4 and IPv6
    #[arg(long, env = "BCMOCK_HOST", global = true, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub host: IpAddr,

    /// Port to listen on; 0 picks a free one. `PORT` is honoured when `BCMOCK_PORT` is not set [default: 2442]
    #[arg(long, env = "BCMOCK_PORT", global = true, value_name = "PORT", value_parser = port)]
    pub port: Option<u16>,

    /// Directory to keep stores in; without one they live in memory
    #[arg(long, env = "BCMOCK_DATA_DIR", global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Seed file that makes the first stores; `demo` is the built-in one, `none` makes none, `-` is standard input. The flag may be given several times
    #[arg(long, env = "BCMOCK_SEED", global = true, value_name = "FILE", default_value = "demo", value_parser = seed, action = clap::ArgAction::Append)]
    pub seed: Vec<Seed>,

    /// Read the seed files again when they change: the stores that they name are put back to them. SIGHUP does so once
    #[arg(long, env = "BCMOCK_WATCH", global = true, value_name = "true|false", default_value_t = false, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub watch: bool,

    /// Store that `/api/v2` speaks to when the Host header names none
    #[arg(long, env = "BCMOCK_DEFAULT_STORE", global = true, value_name = "HASH", default_value = DEFAULT_STORE, value_parser = store_hash)]
    pub default_store: String,

    /// Refuse stores that the seed does not name and that are not on disk, instead of making them by their first write
    #[arg(long, env = "BCMOCK_STRICT_STORES", global = true, value_name = "true|false", default_value_t = false, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub strict_stores: bool,

    /// URL under which clients reach this server, for links in answers; without one they follow each request's Host
    #[arg(long, env = "BCMOCK_PUBLIC_URL", global = true, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// Believe `X-Forwarded-Proto` and `X-Forwarded-Host` for links in answers; for servers behind a proxy that sets them
    #[arg(long, env = "BCMOCK_TRUST_PROXY", global = true, value_name = "true|false", default_value_t = false, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub trust_proxy: bool,

    /// How long a store is unused before it goes to sleep, which costs neither a thread nor a file; any request wakes it
    #[arg(long, env = "BCMOCK_SLEEP_AFTER", global = true, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub sleep_after: Duration,

    /// How many stores may be awake at once; beyond that the longest unused goes to sleep
    #[arg(long, env = "BCMOCK_MAX_AWAKE", global = true, value_name = "NUMBER", default_value = "256", value_parser = at_least_one)]
    pub max_awake: u32,

    /// Token that callers of the control API must show, as `Authorization: Bearer`; without one anybody may call it who is not a foreign web page
    #[arg(long, env = "BCMOCK_CONTROL_TOKEN", global = true, value_name = "TOKEN", hide_env_values = true, value_parser = NonEmptyStringValueParser::new())]
    pub control_token: Option<String>,

    /// Another name of this server under which the control API may be called; may be given several times
    #[arg(long, env = "BCMOCK_ALLOWED_HOST", global = true, value_name = "HOST", value_parser = NonEmptyStringValueParser::new(), action = clap::ArgAction::Append)]
    pub allowed_host: Vec<String>,

    /// Speak http only
    #[arg(long, env = "BCMOCK_NO_TLS", global = true, value_name = "true|false", default_value_t = false, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub no_tls: bool,

    /// Directory in which the authority for https is kept, so that clients go on trusting it; without one it is in `tls` of the data directory, else in memory
    #[arg(long, env = "BCMOCK_TLS_DIR", global = true, value_name = "DIRECTORY")]
    pub tls_dir: Option<PathBuf>,

    /// Certificate of one's own for https, in PEM, followed by those that sign it
    #[arg(long, env = "BCMOCK_TLS_CERT", global = true, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// Key of that certificate, in PEM
    #[arg(long, env = "BCMOCK_TLS_KEY", global = true, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Another name or address of this server in its certificate; may be given several times
    #[arg(long, env = "BCMOCK_TLS_SAN", global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), action = clap::ArgAction::Append)]
    pub tls_san: Vec<String>,

    /// A second port to listen on, for clients that can not be told one: 443
    #[arg(long, env = "BCMOCK_HTTPS_PORT", global = true, value_name = "PORT", value_parser = port)]
    pub https_port: Option<u16>,

    /// How near to the service stores are that do not say so themselves: `sandbox`, which is kind, or `production`, which does what the service does: strict tokens, XML, quotas, limits of requests at once, no CORS
    #[arg(long, env = "BCMOCK_PROFILE", global = true, value_name = "PROFILE", default_value = "sandbox", value_parser = profile)]
    pub profile: Profile,

    /// How many requests to each store are kept for tests to look at; 0 keeps none
    #[arg(
        long,
        env = "BCMOCK_JOURNAL_ENTRIES",
        global = true,
        value_name = "NUMBER",
        default_value = "1000",
        value_parser = count
    )]
    pub journal_entries: u32,

    /// How many bytes the kept requests of a store may take; 0 keeps none
    #[arg(
        long,
        env = "BCMOCK_JOURNAL_BYTES",
        global = true,
        value_name = "BYTES",
        default_value = "16777216",
        value_parser = count
    )]
    pub journal_bytes: u32,

    /// How many bytes the kept requests of all stores may take; beyond that the longest unused stores lose theirs
    #[arg(
        long,
        env = "BCMOCK_JOURNAL_TOTAL",
        global = true,
        value_name = "BYTES",
        default_value = "268435456",
        value_parser = bytes
    )]
    pub journal_total: u64,

    /// Pass over `Prefer: code=429, delay=800ms`, by which a request asks for a fault itself
    #[arg(long, env = "BCMOCK_NO_PREFER", global = true, value_name = "true|false", default_value_t = false, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub no_prefer: bool,

    /// Log each request to a store as one line
    #[arg(long, env = "BCMOCK_LOG_REQUESTS", global = true, value_name = "true|false", default_value_t = false, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub log_requests: bool,

    /// Format of log lines, which go to standard error
    #[arg(long, env = "BCMOCK_LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// Least important level to log: off, error, warn, info, debug (a line per request), trace
    #[arg(long, env = "BCMOCK_LOG_LEVEL", global = true, value_name = "LEVEL", default_value = "info", value_parser = log_level)]
    pub log_level: LevelFilter,

    /// Cost of hashing a password: owasp (about 17 ms) or fast (0.1 ms, for large test suites)
    #[arg(
        long,
        env = "BCMOCK_PASSWORD_HASHING",
        global = true,
        value_name = "COST",
        default_value = "owasp"
    )]
    pub password_hashing: Cost,

    /// Longest request body, in bytes
    #[arg(long, env = "BCMOCK_BODY_LIMIT", global = true, value_name = "BYTES", default_value = "1048576", value_parser = at_least_one)]
    pub body_limit: u32,

    /// Seconds that the head of a request, and then its body, may take to arrive; also closes idle connections
    #[arg(long, env = "BCMOCK_READ_TIMEOUT", global = true, value_name = "SECONDS", default_value = "30", value_parser = at_least_one)]
    pub read_timeout: u32,

    /// Seconds that a client may leave its answer untouched; whoever takes nothing of it for longer is cut off
    #[arg(long, env = "BCMOCK_WRITE_TIMEOUT", global = true, value_name = "SECONDS", default_value = "30", value_parser = at_least_one)]
    pub write_timeout: u32,
}

/// The settings that a command reads; serving reads them all.
const READ_BY: [(&str, &[&str]); 5] = [
    ("healthcheck", &["host", "port", "no_tls"]),
    ("ca", &["host", "port", "data_dir", "tls_dir"]),
    (
        "env",
        &["host", "port", "public_url", "data_dir", "no_tls", "tls_dir", "tls_cert", "tls_key", "https_port"],
    ),
    ("openapi", &["host", "port", "public_url", "default_store"]),
    ("seed", &[]),
];

/// The command line, whose commands show in their help only what they read.
fn command() -> clap::Command {
    let mut command = Cli::command();
    // Before that the commands do not know of the settings.
    command.build();
    for (name, read) in READ_BY {
        command = command.mut_subcommand(name, |sub| hiding(sub, read));
    }
    command
}

fn hiding(command: clap::Command, read: &[&str]) -> clap::Command {
    let command = command.mut_args(|arg| {
        let hide = arg.get_env().is_some() && !read.contains(&arg.get_id().as_str());
        arg.hide(hide)
    });
    command.mut_subcommands(|sub| if sub.get_name() == "help" { sub } else { hiding(sub, read) })
}

impl Cli {
    /// Reads the command line and the environment of this process.
    ///
    /// # Errors
    /// What is wrong, or clap's own text for `--help` and `--version`. See [`refusal()`].
    pub fn read() -> Result<Cli, clap::Error> {
        let mut cli = Cli::of(&command().try_get_matches()?)?;
        if cli.config.port.is_none() {
            cli.config.port = Some(platform_port(std::env::var_os("PORT"))?);
        }
        Ok(cli)
    }

    fn of(matches: &ArgMatches) -> Result<Cli, clap::Error> {
        Cli::from_arg_matches(matches)
    }
}

/// The port in `PORT`, which platforms set, or the default.
fn platform_port(value: Option<OsString>) -> Result<u16, clap::Error> {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Ok(DEFAULT_PORT) };
    let value = value.to_string_lossy();
    port(&value).map_err(|why| {
        let message = format!("invalid value '{value}' for the environment variable PORT: {why}");
        clap::Error::raw(ErrorKind::Io, message)
    })
}

impl Config {
    /// How many requests are kept.
    #[must_use]
    pub fn journal(&self) -> journal::Limits {
        journal::Limits {
            entries: self.journal_entries as usize,
            bytes: self.journal_bytes as usize,
            total: usize::try_from(self.journal_total).unwrap_or(usize::MAX),
        }
    }

    /// Where certificates come from; `None` where there is no https.
    #[must_use]
    pub fn tls(&self) -> Option<tls::Options> {
        (!self.no_tls).then(|| tls::Options {
            dir: self.kept_authority(),
            own: self.tls_cert.clone().zip(self.tls_key.clone()),
            names: self.tls_san.clone(),
        })
    }

    /// The directory in which the authority is kept.
    #[must_use]
    pub fn kept_authority(&self) -> Option<PathBuf> {
        self.tls_dir.clone().or_else(|| self.data_dir.as_ref().map(|dir| dir.join("tls")))
    }

    /// What clients must know of the server.
    ///
    /// # Errors
    /// When they can not know its port.
    pub fn seen_by_clients(&self) -> Result<client_env::Server, String> {
        let port = self.known_port()?;
        let kept = self.kept_authority().and_then(|dir| std::path::absolute(tls::kept_at(&dir)).ok());
        // Who speaks https in front of this server has a certificate of its own.
        let is_behind = self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
        let signed_by = match kept {
            _ if is_behind || self.tls_cert.is_some() => SignedBy::Others,
            Some(kept) => SignedBy::Kept(kept),
            None => SignedBy::Told { with_token: self.control_token.is_some() },
        };
        Ok(client_env::Server {
            url: self.url(),
            address: reachable(self.host),
            is_at_https_port: port == 443 || self.https_port == Some(443),
            signed_by: (is_behind || !self.no_tls).then_some(signed_by),
        })
    }

    /// The port to listen on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(DEFAULT_PORT)
    }

    /// The port at which a running server is found.
    ///
    /// # Errors
    /// If the system picked it.
    pub fn known_port(&self) -> Result<u16, String> {
        match self.port() {
            0 => Err("with port 0 nobody knows where the server listens; give its port".to_owned()),
            port => Ok(port),
        }
    }

    /// The URL under which clients reach the server.
    #[must_use]
    pub fn url(&self) -> String {
        let listening = || format!("http://{}", SocketAddr::new(reachable(self.host), self.port()));
        self.public_url.clone().unwrap_or_else(listening)
    }

    /// How long a client may keep the server waiting; a body as long as a head.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Timeouts { read: seconds(self.read_timeout), write: seconds(self.write_timeout) }
    }
}

/// An address at which a server that listens on `host` is reached from the same machine.
#[must_use]
pub fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        address => address,
    }
}

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        "[::]" => Ok(Ipv6Addr::UNSPECIFIED.into()),
        _ => text.parse().map_err(|_| "not an IP address".to_owned()),
    }
}

fn port(text: &str) -> Result<u16, String> {
    let why = "a port is a whole number from 0 to 65535";
    whole(text, 0..=u16::MAX).ok_or_else(|| why.to_owned())
}

fn seconds(text: &str) -> Result<u64, String> {
    let why = "expected a whole number of seconds";
    whole(text, 0..=u64::MAX).ok_or_else(|| why.to_owned())
}

fn count(text: &str) -> Result<u32, String> {
    whole(text, 0..=u32::MAX).ok_or_else(|| format!("expected a whole number from 0 to {}", u32::MAX))
}

fn bytes(text: &str) -> Result<u64, String> {
    whole(text, 0..=u64::MAX).ok_or_else(|| "expected a whole number of bytes".to_owned())
}

fn at_least_one(text: &str) -> Result<u32, String> {
    let why = format!("expected a whole number from 1 to {}", u32::MAX);
    whole(text, 1..=u32::MAX).ok_or(why)
}

/// A number written with digits alone.
fn whole<T: FromStr + PartialOrd>(text: &str, range: RangeInclusive<T>) -> Option<T> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|number| digits && range.contains(number))
}

fn seed(text: &str) -> Result<Seed, String> {
    match text {
        "" => Err("empty; name a file, or say none".to_owned()),
        "demo" => Ok(Seed::Demo),
        "none" => Ok(Seed::None),
        file => Ok(Seed::File(file.into())),
    }
}

fn profile(text: &str) -> Result<Profile, String> {
    let known = PROFILES.iter().find(|(name, _)| *name == text).map(|(_, profile)| *profile);
    known.ok_or_else(|| format!("expected one of {}", PROFILES.map(|(name, _)| name).join(", ")))
}

fn clients() -> PossibleValuesParser {
    GUIDES.iter().map(|guide| PossibleValue::new(guide.name).help(guide.package)).into()
}

fn duration(text: &str) -> Result<Duration, String> {
    durations::duration(text.into(), "").map_err(|fault| fault.why)
}

fn store_hash(text: &str) -> Result<String, String> {
    let why = "a store hash is 1 to 64 letters, digits, '-' or '_'";
    if mount::is_hash(text) { Ok(text.to_owned()) } else { Err(why.to_owned()) }
}

fn public_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let parsed: Uri = url.parse().map_err(|_| "not a URL")?;
    match (parsed.scheme_str(), parsed.authority(), parsed.query()) {
        (Some("http" | "https"), Some(_), None) if !url.contains('#') => Ok(url.to_owned()),
        _ => Err("expected something like https://sandbox.example.com:2442".to_owned()),
    }
}

fn log_level(text: &str) -> Result<LevelFilter, String> {
    let words = ["off", "error", "warn", "info", "debug", "trace"];
    let level = words.contains(&text).then(|| text.parse().ok()).flatten();
    level.ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Config, String> {
        let matches = command().try_get_matches_from(["bigcommerce-mock"].iter().chain(args));
        let cli = matches.and_then(|matches| Cli::of(&matches));
        cli.map(|cli| cli.config).map_err(|error| refusal(&error))
    }

    #[test]
    fn the_bounds_of_kept_requests_are_what_the_flags_say() {
        let config =
            parse(&["--journal-entries", "5", "--journal-bytes", "6", "--journal-total", "7"]).unwrap();
        assert_eq!(config.journal(), journal::Limits { entries: 5, bytes: 6, total: 7 });
        assert_eq!(parse(&[]).unwrap().journal(), journal::Limits::default());
    }

    #[test]
    fn flags_are_taken_before_and_after_the_subcommand() {
        for args in [&["--port", "1"][..], &["serve", "--port", "1"], &["--port", "1", "healthcheck"]] {
            assert_eq!(parse(args).unwrap().port(), 1, "{args:?}");
        }
    }

    #[test]
    fn a_bad_value_is_refused_in_words_that_name_it() {
        for (flag, value, why) in [
            ("--host", "nowhere", "not an IP address"),
            ("--port", "65536", "65536' for --port: a port is a whole number from 0 to 65535"),
            ("--port", "99999x", "a port is a whole number from 0 to 65535"),
            ("--seed", "", "say none"),
            ("--default-store", "a b", "a store hash is"),
            ("--public-url", "ftp://x", "https://"),
            ("--public-url", "localhost:2442", "https://"),
            ("--log-format", "xml", "text, json"),
            ("--log-level", "loud", "debug"),
            ("--profile", "staging", "sandbox, production"),
            ("--password-hashing", "slow", "owasp, fast"),
            ("--body-limit", "0", "0"),
            ("--body-limit", "1MB", "a whole number from 1 to 4294967295"),
            ("--read-timeout", "-1", "a whole number from 1"),
            ("--sleep-after", "soon", "is not a duration"),
            ("--journal-entries", "many", "a whole number from 0"),
            ("--journal-bytes", "16MiB", "a whole number from 0"),
            ("--journal-total", "-1", "a whole number of bytes"),
            ("--https-port", "https", "a port is a whole number"),
            ("--no-prefer", "perhaps", "boolean"),
            ("--max-awake", "0", "a whole number from 1"),
            ("--control-token", "", "value"),
            ("--trust-proxy", "perhaps", "boolean"),
            ("--write-timeout", "+5", "a whole number from 1"),
        ] {
            let error = parse(&[&format!("{flag}={value}")]).unwrap_err();
            assert!(error.contains(flag) && error.contains(why), "{flag} {value}: {error}");
        }
    }

    #[test]
    fn commands_show_in_their_help_what_they_read() {
        let help = |args: &[&str]| {
            let args = ["bigcommerce-mock"].iter().chain(args);
            command().try_get_matches_from(args).unwrap_err().to_string()
        };
        let healthcheck = help(&["healthcheck", "--help"]);
        assert!(healthcheck.contains("--port") && healthcheck.contains("--wait"), "{healthcheck}");
        assert!(!healthcheck.contains("--seed") && !healthcheck.contains("--public-url"), "{healthcheck}");
        let openapi = help(&["openapi", "--help"]);
        assert!(openapi.contains("--public-url") && !openapi.contains("--data-dir"), "{openapi}");
        let check = help(&["seed", "check", "--help"]);
        assert!(check.contains("FILE") && !check.contains("--port"), "{check}");
        for serving in [&["--help"][..], &["serve", "--help"]] {
            let serving = help(serving);
            assert!(serving.contains("--seed") && serving.contains("--sleep-after"), "{serving}");
        }
    }

    #[test]
    fn what_is_unknown_is_answered_with_what_is_near() {
        for (args, says) in [
            (&["--sed", "x"][..], "there is no flag --sed; did you mean --seed?"),
            (&["--prot", "1"], "there is no flag --prot; did you mean --port?"),
            (&["healthchek"], "there is no command 'healthchek'; did you mean healthcheck?"),
            (&["--port"], "--port needs a value"),
        ] {
            assert_eq!(parse(args).unwrap_err(), says, "{args:?}");
        }
    }

    #[test]
    fn the_port_of_the_platform_comes_before_the_default() {
        assert_eq!(platform_port(Some("8080".into())).unwrap(), 8080);
        assert_eq!(platform_port(Some("".into())).unwrap(), DEFAULT_PORT);
        assert_eq!(platform_port(None).unwrap(), DEFAULT_PORT);
        let refused = platform_port(Some("http".into())).unwrap_err().to_string();
        let says = "'http' for the environment variable PORT: a port is a whole number from 0 to 65535";
        assert!(refused.contains(says), "{refused}");
        let wait = command().try_get_matches_from(["bigcommerce-mock", "healthcheck", "--wait", "soon"]);
        let refused = refusal(&wait.unwrap_err());
        assert!(refused.contains("a whole number of seconds"), "{refused}");
    }

    #[test]
    fn a_public_url_loses_its_last_slash() {
        let config = parse(&["--public-url", "https://bc.test:8443/"]).unwrap();
        assert_eq!(config.public_url.as_deref(), Some("https://bc.test:8443"));
    }
}
