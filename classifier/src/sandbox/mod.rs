// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gives up privileges after everything is attached.
//!
//! | file | what |
//! | --- | --- |
//! | `user.rs` | another user |
//! | `capabilities.rs` | all capabilities except those that are still needed |
//! | `files.rs` | Landlock: the files that are followed, and no network |
//! | `filter.rs`, `system_calls.rs` | seccomp: the system calls of a running agent, and no others |
//!
//! Each layer needs privileges that the next one removes.

use std::{
    fs,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::thread::set_no_new_privs;
use tracing::{info, warn};

mod capabilities;
mod error;
mod files;
mod filter;
mod system_calls;
mod user;

pub use self::{
    capabilities::capability_names,
    error::SandboxError,
    files::Reach,
    user::{User, user_name},
};
use crate::{
    config::{KeptCapabilities, Privileges, SandboxMode},
    datapath::has_tcx,
};

/// The sandbox of the agent, as `classifier_sandbox_info` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// Name of the user, or its number if it has no name.
    pub user: String,
    /// Remaining capabilities, with commas; `none`, or `as_started`.
    pub capabilities: String,
    /// True if started programs cannot gain privileges.
    pub no_new_privs: bool,
    /// True if system calls are filtered.
    pub seccomp: bool,
    /// Degree of Landlock's restriction: `full`, `partial`, `off`.
    pub landlock: &'static str,
}

/// Gives up unneeded privileges of the whole process, which must not have a second thread yet. `user` is the
/// one that the privileges name.
///
/// # Errors
///
/// When the process cannot switch to the user or drop capabilities; when the whole sandbox is required and
/// the kernel lacks a layer.
pub fn enter(privileges: &Privileges, user: Option<&User>, reach: &Reach) -> Result<Sandbox, SandboxError> {
    let mut sandbox = Sandbox {
        user: user::current(),
        capabilities: "as_started".into(),
        no_new_privs: false,
        seccomp: false,
        landlock: "off",
    };
    if privileges.sandbox == SandboxMode::Off && user.is_none() {
        return Ok(sandbox);
    }
    alone()?;
    let kept = capabilities::kept(privileges.capabilities, !has_tcx())?;
    if privileges.capabilities == KeptCapabilities::None && !kept.is_empty() {
        warn!("CAP_NET_ADMIN is kept: before Linux 6.6, removing TC filters needs it");
    }
    capabilities::bound(kept);
    if let Some(user) = user {
        user.assume()?;
        sandbox.user.clone_from(&user.name);
    }
    capabilities::keep(kept)?;
    sandbox.capabilities = capabilities::names(kept);
    if privileges.sandbox != SandboxMode::Off {
        let required = privileges.sandbox == SandboxMode::Required;
        let without = |part, cause: String| SandboxError::without(part, cause, required);
        match set_no_new_privs(true) {
            Ok(()) => sandbox.no_new_privs = true,
            Err(cause) => without("no_new_privs", cause.to_string())?,
        }
        match files::restrict(reach) {
            Ok(files::Held::Wholly) => sandbox.landlock = "full",
            Ok(files::Held::Partly(lacks)) => {
                without("a part of Landlock", lacks)?;
                sandbox.landlock = "partial";
            }
            Err(cause) => without("Landlock", cause)?,
        }
        match filter::install(filter::Wants {
            writes: !reach.writable.is_empty(),
            loads: privileges.capabilities == KeptCapabilities::Needed,
        }) {
            Ok(()) => sandbox.seccomp = true,
            Err(cause) => without("seccomp", cause)?,
        }
    }
    let Sandbox { user, capabilities, no_new_privs, seccomp, landlock } = &sandbox;
    info!(user, capabilities, no_new_privs, seccomp, landlock, "sandboxed");
    for file in reach.unreadable() {
        warn!(file = %file.display(), user, "not readable inside the sandbox: its changes will not be noticed");
    }
    Ok(sandbox)
}

/// Checks that there is one thread: user, capabilities and Landlock are per thread, and another one would
/// keep its privileges. A joined thread may be listed for a moment.
fn alone() -> Result<(), SandboxError> {
    const MOMENT: Duration = Duration::from_secs(1);
    let began = Instant::now();
    loop {
        let threads = fs::read_dir("/proc/self/task").map_err(SandboxError::Unseen)?.count();
        if threads == 1 {
            return Ok(());
        }
        if began.elapsed() > MOMENT {
            return Err(SandboxError::Threads(threads));
        }
        sleep(Duration::from_millis(1));
    }
}

/// Finds the locations of files that are read again.
impl Reach {
    /// Lists readable files that the sandbox would hide.
    fn unreadable(&self) -> impl Iterator<Item = &PathBuf> {
        self.readable.iter().filter(|file| fs::File::open(file).is_err())
    }
}
