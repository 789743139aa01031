// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Background load for the machine.

use std::{
    hint,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Threads that never wait, one more than there are processors. They end with this guard.
pub struct Busy {
    ending: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    pub fn everywhere() -> Self {
        let processors = thread::available_parallelism().expect("their number is known").get();
        let ending = Arc::new(AtomicBool::new(false));
        let spin = |_| {
            let ending = Arc::clone(&ending);
            thread::spawn(move || {
                while !ending.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            })
        };
        let threads = (0..=processors).map(spin).collect();
        Self { ending, threads }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("it only spins");
        }
    }
}
