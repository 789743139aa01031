//! Whether the journal reads what is written, and what it reads of a line.

use std::{env, os::fd::AsFd};

use rustix::fs::fstat;
use tracing::Level;

/// Where systemd says which stream it reads: device and inode, in decimal (systemd.exec(5)).
const STREAM: &str = "JOURNAL_STREAM";

/// Whether this stream is the one that the journal reads: one that was redirected since is not.
pub(super) fn reads(stream: impl AsFd) -> bool {
    let Ok(said) = env::var(STREAM) else { return false };
    fstat(stream).is_ok_and(|file| said == format!("{}:{}", file.st_dev, file.st_ino))
}

/// Priority of a level, as a line for the journal begins with it (sd-daemon(3)).
pub(super) const fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        // Syslog has nothing below it.
        Level::DEBUG | Level::TRACE => "<7>",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_its_priority() {
        let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
        assert_eq!(levels.map(priority), ["<3>", "<4>", "<6>", "<7>", "<7>"]);
    }
}
