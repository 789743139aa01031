// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Commands: run to their end, or kept running by a guard.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, set_parent_process_death_signal};

/// Runs a command to its end, which must succeed, and returns its output.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {said}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A process that ends with this guard, and with the thread that started it.
pub struct Running {
    child: Child,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts the command, and keeps its standard error.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        // SAFETY: between fork and exec the closure makes one system call, and allocates nothing.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().expect("piped")).lines(), Arc::clone(&said));
        let listener = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        Self { child, said, listener: Some(listener) }
    }

    /// Returns the process ID.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the standard error so far.
    #[must_use]
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the standard error contains `words`, for at most three minutes. On an emulated processor
    /// the verifier takes most of a minute.
    pub fn wait_for(&mut self, words: &str) {
        let deadline = Instant::now() + Duration::from_mins(3);
        while !self.said().contains(words) {
            assert!(self.ended().is_none(), "ended before it said `{words}`: {}", self.said());
            assert!(Instant::now() < deadline, "never said `{words}`: {}", self.said());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the exit status if the process has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Sends SIGINT, and waits for the end and for the last output.
    pub fn interrupt(&mut self) -> ExitStatus {
        self.signal(Signal::INT);
        self.wait()
    }

    /// Stops the process until [`Self::go_on`].
    pub fn hold(&self) {
        self.signal(Signal::STOP);
    }

    /// Continues the process.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is there until it is waited for");
    }

    /// Ends the process by SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is there until it is waited for");
        self.wait();
    }

    /// Waits for the end, and for the last output.
    pub fn wait(&mut self) -> ExitStatus {
        let status = self.child.wait().expect("a child can be waited for");
        if let Some(listener) = self.listener.take() {
            listener.join().expect("it only reads");
        }
        status
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the process has ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
