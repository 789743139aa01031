// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Real servers. Each has its whole configuration in its own folder. The machine's `/etc` and running
//! services are neither read nor changed.

mod dovecot;
mod folder;
mod ftp;
mod kubernetes;
mod postfix;
mod process;
mod proftpd;
mod prometheus;
mod pure_ftpd;
mod pyftpdlib;
mod sshd;
mod vsftpd;

use std::{env, path::PathBuf};

pub use dovecot::Dovecot;
pub use folder::Folder;
pub use ftp::Ftp;
pub use kubernetes::{helm, kustomize, validate};
pub use postfix::Postfix;
pub use prometheus::{Prometheus, check_metrics, promtool};
pub use sshd::Sshd;

/// User and group `daemon`, the same on every Debian, with an existing home: owner of mail and uploads.
const DAEMON: u32 = 1;

/// Name of the user who may log in.
const USER: &str = "tester";
const PASSWORD: &str = "secret";
/// [`PASSWORD`], as crypt(3) stores it.
const CRYPTED: &str =
    "$6$testbed$5kpXQXNNG.Bxn/tZvpO430QRjTsMppk0yK8nclXsy/p66BUHf09FyWD9FCCSS.UgPpCtpgIY7ioMJFAwsDz54.";

/// Returns a program that `cargo xtask test` has unpacked from a package, or an installed one.
fn program(package: &str, path: &str) -> PathBuf {
    let unpacked = tools().join("servers").join(package).join(path);
    let installed = PathBuf::from("/").join(path);
    let found = [unpacked, installed].into_iter().find(|candidate| candidate.exists());
    found.unwrap_or_else(|| panic!("no {path} of package {package}: run `cargo xtask test` once"))
}

/// Returns the folder into which `cargo xtask test` unpacks packages.
pub(crate) fn tools() -> PathBuf {
    env::var_os("CLASSIFIER_TOOLS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.tools"), PathBuf::from)
}
