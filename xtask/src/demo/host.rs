//! A network namespace without a name.

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

/// It lives as long as a descriptor, a socket, a thread or a process holds it.
#[derive(Clone)]
pub struct Host {
    /// Also of its interface.
    pub name: &'static str,
    /// The last part of its addresses.
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

    /// Moves the calling thread, or process, into the namespace.
    pub fn enter(&self) -> io::Result<()> {
        Ok(setns(&*self.namespace, CloneFlags::CLONE_NEWNET)?)
    }

    /// Does `work` inside. Sockets that it returns stay inside.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        aside(|| {
            self.enter().with_context(|| format!("cannot enter host {}", self.name))?;
            work()
        })
    }
}

/// On a thread of its own: a namespace belongs to a thread.
fn aside<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|payload| panic::resume_unwind(payload)))
}
