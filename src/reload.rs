//! Seed files that are read again while the server runs: when they change, or when somebody asks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{MissedTickBehavior, interval};

use crate::config;
use crate::seed::{self, Seed, SeedError};
use crate::signals::HangUp;
use crate::tenants::Tenants;

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Reads the seeds of a start.
///
/// # Errors
/// Every fault in them.
pub fn read(seeds: &[config::Seed]) -> Result<Seed, SeedError> {
    let each = seeds.iter().filter_map(|seed| match seed {
        config::Seed::Demo => Some(Seed::demo()),
        config::Seed::None => None,
        config::Seed::File(file) => Some(Seed::read(file)),
    });
    Seed::join(each.collect::<Result<_, _>>()?)
}

/// Reads the seeds again whenever `hang_up` comes and, if they are watched, when a file changes. Never ends.
pub async fn keep_reading(
    seeds: Vec<config::Seed>,
    mut watch: Watch,
    is_watched: bool,
    mut hang_up: HangUp,
    tenants: Arc<Tenants>,
) {
    let seeds: Vec<config::Seed> = seeds.into_iter().filter(is_read_again).collect();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = hang_up.next() => watch = Watch::new(&seeds),
            _ = look.tick(), if is_watched => {
                if !watch.has_settled_on_another() {
                    continue;
                }
            }
        }
        match reload(&seeds, &tenants).await {
            Ok(stores) => {
                tracing::info!(stores, "the seeds were read again, and their stores put back to them");
            }
            Err(SeedError::Faults(faults)) => {
                for fault in seed::told(&faults) {
                    tracing::error!("{fault}");
                }
                tracing::error!("the seeds were not loaded; every store is as it was");
            }
            Err(error) => tracing::error!(%error, "the seeds were not loaded; every store is as it was"),
        }
    }
}

/// Standard input is read once.
fn is_read_again(seed: &config::Seed) -> bool {
    !matches!(seed, config::Seed::File(file) if file.as_os_str() == "-")
}

/// Puts the stores of the seeds back to what these say now. Other stores stay as they are.
///
/// # Errors
/// Every fault; no store was touched then.
async fn reload(seeds: &[config::Seed], tenants: &Tenants) -> Result<usize, SeedError> {
    let prepared = read(seeds)?.prepare(tenants).await?;
    let stores = prepared.len();
    for new in prepared {
        tenants.is_seeded(new.hash());
        tenants.adopt(new).await?;
    }
    Ok(stores)
}

/// What files looked like.
type Looks = Vec<Option<(SystemTime, u64)>>;

/// The files of seeds, and how they looked before they were read.
#[derive(Debug)]
pub struct Watch {
    files: Vec<PathBuf>,
    read: Looks,
    last: Looks,
}

impl Watch {
    /// Looks at the files. To be asked before they are read: a change in between is then another that is read.
    #[must_use]
    pub fn new(seeds: &[config::Seed]) -> Watch {
        let files: Vec<PathBuf> = seeds
            .iter()
            .filter(|seed| is_read_again(seed))
            .filter_map(|seed| if let config::Seed::File(file) = seed { Some(file.clone()) } else { None })
            .collect();
        let looks = looks(&files);
        Watch { files, last: looks.clone(), read: looks }
    }

    /// Whether the files are others than those that were read, and the same as when they were last looked at: a file
    /// that is being written is left until it is done. One that is gone is not another.
    fn has_settled_on_another(&mut self) -> bool {
        let now = looks(&self.files);
        let has_settled = now == self.last && now != self.read && now.iter().all(Option::is_some);
        if has_settled {
            self.read.clone_from(&now);
        }
        self.last = now;
        has_settled
    }
}

fn looks(files: &[PathBuf]) -> Looks {
    let look = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(look).collect()
}
