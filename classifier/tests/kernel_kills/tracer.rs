// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `strace`: lists the calls of a process, kills it before one of them, or makes one fail.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use testbed::{Agent, Host, Running};

use crate::calls::{Call, TRACED, read};

/// A fault of a process.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// SIGKILL before the call.
    Kill,
    /// The call returns an error, and has no effect.
    Refuse,
}

/// Options of `strace`, and the list that it writes.
pub struct Tracer {
    list: PathBuf,
    inject: Option<String>,
}

impl Tracer {
    /// Lists the calls.
    pub fn listing(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("classifier-kills-{}-{number}-{}", std::process::id(), name.replace(' ', "-"));
        Self { list: std::env::temp_dir().join(name), inject: None }
    }

    /// Makes this call the last one, or fail.
    pub fn stopping(name: &str, call: &Call, fault: Fault) -> Self {
        let effect = match fault {
            Fault::Kill => "signal=KILL",
            Fault::Refuse => "error=ENOMEM",
        };
        let inject = format!("inject={}:{effect}:when={}", call.name, call.number);
        let mut tracer = Self::listing(name);
        tracer.inject = Some(inject);
        tracer
    }

    /// Tells whether a call fails.
    pub fn refuses(&self) -> bool {
        self.inject.as_ref().is_some_and(|inject| inject.contains("error="))
    }

    fn options(&self) -> Vec<&str> {
        let list = self.list.to_str().expect("a path of letters");
        let inject = self.inject.iter().flat_map(|inject| ["-e", inject]);
        ["-f", "-e", "signal=none", "-e", TRACED, "-o", list].into_iter().chain(inject).collect()
    }

    /// Returns the words of a command that is traced from its beginning. The process is the command's, not that of
    /// `strace`.
    pub fn wrap<'w>(&'w self, words: &[&'w str]) -> Vec<&'w str> {
        [&["strace", "-D", "-q"], &self.options()[..], words].concat()
    }

    /// Traces a running agent, from the time of the return on.
    pub fn attach(&self, host: &Host, agent: &Agent) -> Running {
        let id = agent.id().to_string();
        let mut strace = host.spawn("strace", &[&self.options()[..], &["-p", &id]].concat());
        strace.wait_for("attached");
        strace
    }

    /// Returns the listed calls, once the process has ended.
    pub fn calls(&self) -> Vec<Call> {
        read(&fs::read_to_string(&self.list).expect("strace writes it"))
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // Without a trace there is no list.
        let _ = fs::remove_file(&self.list);
    }
}
