//! The command line: `serve` (the default), `healthcheck` and `openapi`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bigcommerce_mock::config::{self, Cli, Command, Config, LogFormat, Version};
use bigcommerce_mock::control::Guard;
use bigcommerce_mock::fields::Dialect;
use bigcommerce_mock::passwords::{Cost, Passwords};
use bigcommerce_mock::seed::Seed;
use bigcommerce_mock::tenants::{self, Tenants};
use bigcommerce_mock::{descriptors, edge, healthcheck, openapi, server};
use tokio::signal::unix::{SignalKind, signal};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            let text = error.to_string();
            // What follows is usage and hints.
            let end =
                ["\n\nUsage", "\n\nFor more", "\n\n  tip"].iter().filter_map(|hint| text.rfind(hint)).min();
            let text = text[..end.unwrap_or(text.len())].trim_start_matches("error: ").trim_end();
            return refuse(&text.replace("\n  [", " ["), 2);
        }
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
        Command::Openapi { version } => match print_openapi(&cli.config, version) {
            // Who reads it may have seen enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => refuse(&error.to_string(), 1),
            _ => ExitCode::SUCCESS,
        },
        Command::Serve => {
            start_log(&cli.config);
            descriptors::raise_limit();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(serve(cli.config))) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => refuse(&error.to_string(), 1),
            }
        }
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
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let mut stop = std::pin::pin!(stop);
    let starting = start(&config);
    let (tenants, listener) = tokio::select! {
        started = starting => started?,
        () = &mut stop => return Ok(()),
    };
    let options = edge::Options {
        default_store: config.default_store.as_str().into(),
        public_url: config.public_url.as_deref().map(Into::into),
        body_limit: config.body_limit as usize,
        read_timeout: config.timeouts().read,
        guard: Guard::default(),
    };
    announce(&config, listener.local_addr()?, &tenants)?;
    let keeping_house = tenants.clone();
    let keeping_house = tokio::spawn(async move { keeping_house.keep_house().await });
    let app = bigcommerce_mock::app(tenants.clone(), options);
    server::serve(listener, app, config.timeouts(), stop).await;
    keeping_house.abort();
    let _ = tokio::time::timeout(Duration::from_millis(300), tenants.close()).await;
    Ok(())
}

/// Opens and fills the stores and takes the address.
async fn start(
    config: &Config,
) -> Result<(Arc<Tenants>, tokio::net::TcpListener), Box<dyn std::error::Error>> {
    if config.password_hashing == Cost::Fast {
        tracing::warn!("password hashing is set to fast: good for tests, worthless as protection");
    }
    // Before the stores: a taken port should not cost a seed.
    let listener = server::listen(config.host, config.port()).await.map_err(|error| {
        format!("can not listen on {}: {error}", SocketAddr::new(config.host, config.port()))
    })?;
    let seed = match &config.seed {
        config::Seed::Demo => Some(Seed::demo()?),
        config::Seed::None => None,
        config::Seed::File(file) => Some(Seed::read(file)?),
    };
    let options = tenants::Options {
        data_dir: config.data_dir.clone(),
        strict_stores: config.strict_stores,
        ..tenants::Options::new(Passwords::new(config.password_hashing))
    };
    let tenants = Arc::new(Tenants::open(options).await?);
    if let Some(seed) = seed {
        seed.load(&tenants).await?;
    }
    Ok((tenants, listener))
}

/// The first line is an interface: programs wait for it and read the port from it. The second is for a person.
fn announce(config: &Config, address: SocketAddr, tenants: &Tenants) -> io::Result<()> {
    let reachable = SocketAddr::new(config::reachable(address.ip()), address.port());
    let store = &config.default_store;
    let any_token_opens =
        tenants.is_allowed(store) && tenants.entry(store).is_none_or(|entry| !entry.settings().access.strict);
    let json = "-H 'X-Auth-Token: any' -H 'Accept: application/json'";
    let example = match (any_token_opens, tenants.exists(store)) {
        (false, _) => format!("http://{reachable}/readyz"),
        (true, false) => format!("http://{reachable}/stores/{store}/v2/time {json}"),
        (true, true) => format!("http://{reachable}/stores/{store}/v2/customers {json}"),
    };
    // In one write: who has read the first line may close the pipe.
    let lines = format!("listening on http://{address}\ntry: curl -s {example}\n");
    let mut out = io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    out.flush()
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
