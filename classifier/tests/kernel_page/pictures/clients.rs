// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Clients that talk until the pictures are taken.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use testbed::Host;

/// Factors of the pauses, each for 45 seconds: people come and go together.
const TIDE: [u64; 10] = [1, 2, 4, 3, 1, 1, 2, 6, 3, 1];

/// Conversations that repeat until this guard is dropped.
#[derive(Default)]
pub struct Repeated {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Repeated {
    /// Repeats a conversation. After each one, the next of these pauses passes, in tenths of
    /// a second times the [`TIDE`].
    pub fn add(&mut self, pauses: &'static [u64], mut conversation: impl FnMut(usize) + Send + 'static) {
        let (over, start) = (Arc::clone(&self.over), Instant::now());
        self.threads.push(thread::spawn(move || {
            for (nth, pause) in pauses.iter().cycle().enumerate() {
                conversation(nth);
                let tide = TIDE[usize::try_from(start.elapsed().as_secs() / 45).unwrap_or(0) % TIDE.len()];
                for _ in 0..*pause * tide {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }));
    }
}

impl Drop for Repeated {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A panic of a conversation would hide the first one.
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "a conversation has failed");
        }
    }
}

/// Runs curl, which may be refused.
pub fn curl(client: &Host, arguments: &[&str]) {
    let always = ["--disable", "--silent", "--insecure", "--noproxy", "*", "--connect-timeout", "4"];
    let mut command = client.command("curl");
    command.args(always).args(["--output", "/dev/null", "--max-time", "60"]).args(arguments);
    let _ = command.output().expect("curl is there");
}
