//! The command line: `serve` (the default) and the commands that look at a server or at files.

use std::collections::HashSet;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bigcommerce_mock::config::{self, Cli, Command, Config, LogFormat, SeedCommand, Version};
use bigcommerce_mock::control::Guard;
use bigcommerce_mock::fields::Dialect;
use bigcommerce_mock::passwords::{Cost, Passwords};
use bigcommerce_mock::seed::{self, Seed, SeedError};
use bigcommerce_mock::signals::{self, HangUp};
use bigcommerce_mock::tenants::{self, Settings, Tenants};
use bigcommerce_mock::tls::Tls;
use bigcommerce_mock::{client_env, descriptors, edge, healthcheck, openapi, reload, server};
use tokio::net::TcpListener;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return refuse(&config::refusal(&error), 2),
        Err(help) => {
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match cli.command.unwrap_or(Command::Serve) {
        Command::Healthcheck { wait } => match healthcheck::run(&cli.config, Duration::from_secs(wait)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => refuse(&why, 1),
        },
        Command::Ca => match healthcheck::ca(&cli.config) {
            Ok(pem) => {
                let _ = io::stdout().write_all(pem.as_bytes());
                ExitCode::SUCCESS
            }
            Err(why) => refuse(&why, 1),
        },
        Command::Env { client } => {
            let lines = match client.as_deref().and_then(client_env::guide) {
                Some(guide) => {
                    cli.config.seen_by_clients().and_then(|server| client_env::lines(guide, &server))
                }
                None => Ok(client_env::list()),
            };
            match lines {
                Ok(lines) => {
                    let _ = io::stdout().write_all(lines.as_bytes());
                    ExitCode::SUCCESS
                }
                Err(why) => refuse(&why, 1),
            }
        }
        Command::Openapi { version } => match print_openapi(&cli.config, version) {
            // Who reads it may have seen enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => refuse(&error.to_string(), 1),
            _ => ExitCode::SUCCESS,
        },
        Command::Seed { command: SeedCommand::Check { files } } => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            let checked =
                runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(check_seeds(&files)));
            match checked {
                Ok(fine) => {
                    let _ = io::stdout().write_all(fine.as_bytes());
                    ExitCode::SUCCESS
                }
                Err(error) => refuse_all(&*error),
            }
        }
        Command::Seed { command: SeedCommand::Schema } => {
            let schema = format!("{:#}\n", seed::schema::document());
            let _ = io::stdout().write_all(schema.as_bytes());
            ExitCode::SUCCESS
        }
        Command::Serve => {
            start_log(&cli.config);
            descriptors::raise_limit();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(serve(cli.config))) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => refuse_all(&*error),
            }
        }
    }
}

/// A line for each thing that is wrong.
fn refuse_all(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    match error.downcast_ref::<SeedError>() {
        Some(SeedError::Faults(faults)) => {
            for line in seed::told(faults) {
                refuse(&line, 1);
            }
            ExitCode::FAILURE
        }
        _ => refuse(&error.to_string(), 1),
    }
}

/// One clear line on standard error.
fn refuse(why: &str, code: u8) -> ExitCode {
    // A value that is quoted may have line breaks of its own.
    let mut line = String::new();
    for c in why.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    let _ = writeln!(io::stderr(), "bigcommerce-mock: {line}");
    ExitCode::from(code)
}

fn print_openapi(config: &Config, version: Version) -> io::Result<()> {
    let dialect = match version {
        Version::V2 => Dialect::V2,
        Version::V3 => Dialect::V3,
    };
    let document = openapi::document(dialect, &config.url(), &config.default_store);
    io::stdout().write_all(format!("{document:#}\n").as_bytes())
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    // Before anything is opened, so that a signal during the start ends it too.
    let stop = signals::stop()?;
    let hang_up = HangUp::new()?;
    let mut stop = std::pin::pin!(stop);
    let watch = reload::Watch::new(&config.seed);
    let starting = start(&config);
    let Started { tenants, listeners, tls, named } = tokio::select! {
        started = starting => started?,
        () = &mut stop => return Ok(()),
    };
    let options = edge::Options {
        default_store: config.default_store.as_str().into(),
        public_url: config.public_url.as_deref().map(Into::into),
        body_limit: config.body_limit as usize,
        read_timeout: config.timeouts().read,
        guard: Guard {
            token: config.control_token.as_deref().map(Into::into),
            allowed_hosts: config.allowed_host.clone(),
        },
        trust_proxy: config.trust_proxy,
        ca: tls.as_ref().and_then(|tls| tls.ca.clone()),
        takes_preferences: !config.no_prefer,
        log_requests: config.log_requests,
    };
    announce(&config, listeners[0].local_addr()?, &tenants, &named)?;
    let keeping_house = tenants.clone();
    let keeping_house = tokio::spawn(async move { keeping_house.keep_house().await });
    let reading = reload::keep_reading(config.seed.clone(), watch, config.watch, hang_up, tenants.clone());
    let reading = tokio::spawn(reading);
    let app = bigcommerce_mock::app(tenants.clone(), options);
    server::serve(listeners, app, tls, config.timeouts(), stop).await;
    keeping_house.abort();
    reading.abort();
    let _ = tokio::time::timeout(Duration::from_millis(300), tenants.close()).await;
    Ok(())
}

/// Loads seeds into stores that nobody sees, and says how much there is in them.
async fn check_seeds(files: &[PathBuf]) -> Result<String, Box<dyn std::error::Error>> {
    let seeds = files.iter().map(|file| Seed::read(file)).collect::<Result<_, _>>()?;
    let seed = Seed::join(seeds)?;
    let sizes = seed.sizes();
    let tenants = Tenants::open(tenants::Options::new(Passwords::new(Cost::Fast))).await?;
    seed.load(&tenants).await?;
    Ok(sizes.join("\n") + "\n")
}

/// Store hashes with the tokens that the seeds of the start name for them.
type SeedTokens = HashSet<(String, String)>;

/// What a server has once it has started.
struct Started {
    tenants: Arc<Tenants>,
    /// The one that is announced comes first.
    listeners: Vec<TcpListener>,
    tls: Option<Tls>,
    named: SeedTokens,
}

/// Opens and fills the stores and takes the addresses.
async fn start(config: &Config) -> Result<Started, Box<dyn std::error::Error>> {
    if config.password_hashing == Cost::Fast {
        tracing::warn!("password hashing is set to fast: good for tests, worthless as protection");
    }
    if config.control_token.is_none() && !config.host.is_loopback() {
        tracing::warn!(
            "anybody who reaches this server can change its stores under /_mock; --control-token asks for a token"
        );
    }
    // Before the stores: a taken port should not cost a seed.
    let mut listeners = Vec::new();
    for port in [Some(config.port()), config.https_port].into_iter().flatten() {
        let listener = server::listen(config.host, port).await;
        listeners.push(
            listener.map_err(|error| {
                format!("can not listen on {}: {error}", SocketAddr::new(config.host, port))
            })?,
        );
    }
    let seed = reload::read(&config.seed)?;
    let options = tenants::Options {
        data_dir: config.data_dir.clone(),
        strict_stores: config.strict_stores,
        usual: Settings::of_profile(config.profile),
        sleep_after: config.sleep_after,
        max_awake: config.max_awake as usize,
        journal: config.journal(),
        ..tenants::Options::new(Passwords::new(config.password_hashing))
    };
    let tenants = Arc::new(Tenants::open(options).await?);
    let named = seed.tokens();
    seed.load(&tenants).await?;
    // The data directory is ours by now.
    let tls = config.tls().map(|options| Tls::open(&options)).transpose()?;
    Ok(Started { tenants, listeners, tls, named })
}

/// The first line is an interface: programs wait for it and read the port from it. The second is for a person.
fn announce(config: &Config, address: SocketAddr, tenants: &Tenants, named: &SeedTokens) -> io::Result<()> {
    let reachable = SocketAddr::new(config::reachable(address.ip()), address.port());
    let example = match working_store(config, tenants) {
        Some((store, token)) => {
            let what = if tenants.exists(&store) { "customers" } else { "time" };
            // Output ends up in logs, and only what stands in a seed is no secret there.
            let token = if token == ANY || named.contains(&(store.clone(), token.clone())) {
                // As a shell takes it.
                format!("'X-Auth-Token: {}'", token.replace('\'', r"'\''"))
            } else {
                "\"X-Auth-Token: $TOKEN\"".to_owned()
            };
            let headers = format!("-H {token} -H 'Accept: application/json'");
            format!("http://{reachable}/stores/{store}/v2/{what} {headers}")
        }
        None => format!("http://{reachable}/readyz"),
    };
    // In one write: who has read the first line may close the pipe.
    let lines = format!("listening on http://{address}\ntry: curl -s {example}\n");
    let mut out = io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    out.flush()
}

/// The token to show for a store that takes any.
const ANY: &str = "any";

/// A store, and a token that opens it: the default store if there is one or somebody named it, else the first that has
/// such a token.
fn working_store(config: &Config, tenants: &Tenants) -> Option<(String, String)> {
    let default = &config.default_store;
    // One that nobody has made yet takes any token.
    let free = || {
        let is_free = tenants.is_allowed(default) && !tenants.exists(default);
        is_free.then(|| (default.clone(), ANY.to_owned()))
    };
    if default != config::DEFAULT_STORE
        && let Some(free) = free()
    {
        return Some(free);
    }
    let mut stores: Vec<String> = tenants.list("").iter().map(|entry| entry.hash.to_string()).collect();
    stores.sort_unstable();
    stores.sort_by_key(|store| store != default);
    let known = stores.into_iter().find_map(|store| {
        let token = tenants.entry(&store)?.settings().access.full_token()?.to_owned();
        Some((store, token))
    });
    known.or_else(free)
}

fn start_log(config: &Config) {
    let log = tracing_subscriber::fmt().with_max_level(config.log_level).with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => {
            use std::io::IsTerminal;
            log.with_ansi(io::stderr().is_terminal()).init();
        }
        LogFormat::Json => log.json().init(),
    }
}
