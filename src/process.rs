//! What the system says of this process. Linux tells it in `/proc`; others tell nothing here.

use std::fs;

/// Bytes of memory that are in use.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Files, sockets and the like that are open.
#[must_use]
pub fn open_descriptors() -> Option<u64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    // The directory itself is one of them.
    u64::try_from(count).ok()?.checked_sub(1)
}
