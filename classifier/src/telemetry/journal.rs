// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Detects the journal as reader, and writes in its form.

use std::{env, os::fd::AsFd};

use rustix::fs::fstat;
use tracing::Level;

/// Variable with the stream that the journal reads: device and inode, in decimal (systemd.exec(5)).
const STREAM: &str = "JOURNAL_STREAM";

/// Tells whether the journal reads this stream: one that was redirected since is another.
pub(super) fn reads(stream: impl AsFd) -> bool {
    let Ok(said) = env::var(STREAM) else { return false };
    fstat(stream).is_ok_and(|file| said == format!("{}:{}", file.st_dev, file.st_ino))
}

/// Returns the priority of a level, with which a line for the journal begins (sd-daemon(3)).
pub(super) const fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        // Syslog has no lower priority.
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
