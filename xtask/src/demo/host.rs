// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Network namespaces without a name.

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, RawFd},
    panic,
    sync::Arc,
    thread,
};

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, setns, unshare};

/// A host of the demo. Its namespace lives as long as a descriptor, a socket, a thread or a process refers to
/// it.
#[derive(Clone)]
pub struct Host {
    /// Name of the host and of its interface.
    pub name: &'static str,
    /// Last part of the host's addresses.
    pub number: u8,
    namespace: Arc<File>,
}

impl Host {
    pub fn new(name: &'static str, number: u8) -> Result<Self> {
        let namespace = aside(|| {
            unshare(CloneFlags::CLONE_NEWNET).context("cannot make a network namespace")?;
            File::open("/proc/thread-self/ns/net").context("cannot open the new network namespace")
        })?;
        Ok(Self { name, number, namespace: Arc::new(namespace) })
    }

    pub fn descriptor(&self) -> RawFd {
        self.namespace.as_raw_fd()
    }

    /// Moves the calling thread, or process, into the namespace of the host.
    pub fn enter(&self) -> io::Result<()> {
        Ok(setns(&*self.namespace, CloneFlags::CLONE_NEWNET)?)
    }

    /// Runs `work` inside the host. Returned sockets stay inside.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        aside(|| {
            self.enter().with_context(|| format!("cannot enter host {}", self.name))?;
            work()
        })
    }
}

/// Runs `work` on a thread of its own, because a namespace belongs to a thread.
fn aside<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|payload| panic::resume_unwind(payload)))
}
