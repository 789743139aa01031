// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A counted host, a sending host, and a pin directory.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use classifier_common::fixtures::layers::{CLIENT, Layer, ethernet, ipv4, tcp, udp};
use testbed::{Agent, End, FrameSocket, Host, Lab, Pins, Samples};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

pub struct Scene {
    pub pins: Pins,
    pub counted: Host,
    pub sender: Host,
    pub here: End,
    pub there: End,
    pub lab: Lab,
}

impl Scene {
    pub fn new() -> Self {
        let lab = Lab::new();
        let (counted, sender) = (lab.host("counted"), lab.host("sender"));
        let (here, there) = lab.wire(&counted, &sender, 1500);
        Self { pins: Pins::new(), counted, sender, here, there, lab }
    }

    pub fn folder(&self) -> String {
        self.pins.folder("classifier")
    }

    pub fn agent(&self, mode: &str) -> Agent {
        self.agent_of(BINARY, mode)
    }

    pub fn agent_with(&self, mode: &str, flags: &[&str]) -> Agent {
        self.start(BINARY, mode, flags)
    }

    pub fn agent_of(&self, binary: &str, mode: &str) -> Agent {
        self.start(binary, mode, &[])
    }

    fn start(&self, binary: &str, mode: &str, flags: &[&str]) -> Agent {
        let folder = self.folder();
        let arguments = [&["-i", &self.here.name, "--xdp-mode", mode, "--pin-dir", &folder], flags].concat();
        self.counted.agent(binary, &arguments)
    }

    /// Adds a wire between the two.
    pub fn wire(&self) -> (End, End) {
        self.lab.wire(&self.counted, &self.sender, 1500)
    }

    /// Sends this many frames of three kinds in turn, a thousand in about 50 ms.
    pub fn send(&self, count: usize) -> JoinHandle<()> {
        let socket = FrameSocket::open(&self.sender, &self.there);
        thread::spawn(move || {
            let frames = frames();
            for number in 0..count {
                socket.send(frames[number % frames.len()].bytes()).unwrap();
                if number % 20 == 19 {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        })
    }

    /// Sends frames of the same kinds, some hundred a second, until the flag is set; returns the number of
    /// each kind.
    pub fn send_until(&self, over: &Arc<AtomicBool>) -> JoinHandle<u64> {
        let (socket, over) = (FrameSocket::open(&self.sender, &self.there), Arc::clone(over));
        thread::spawn(move || {
            let mut rounds = 0;
            while !over.load(Ordering::Relaxed) {
                for frame in frames() {
                    socket.send(frame.bytes()).unwrap();
                }
                thread::sleep(Duration::from_millis(5));
                rounds += 1;
            }
            rounds
        })
    }

    /// Runs `classifier detach`.
    pub fn detach(&self) -> String {
        self.counted.run(BINARY, &["detach", "--pin-dir", &self.folder()])
    }
}

fn frames() -> [Layer; 3] {
    [ethernet(ipv4(udp(CLIENT, 9))), ethernet(ipv4(tcp(CLIENT, 25))), ethernet(ipv4(tcp(143, CLIENT)))]
}

/// Returns every counter that an agent serves, by series, except those of the process, and of programs by
/// number.
pub fn counters(samples: &Samples) -> BTreeMap<String, f64> {
    let own = ["classifier_http_", "classifier_program_"];
    let is_kept = |name: &str| {
        name.starts_with("classifier_")
            && ["_total", "_bucket", "_count", "_sum"].iter().any(|end| name.ends_with(end))
            && !own.iter().any(|begin| name.starts_with(begin))
    };
    let all = samples.all().filter(|sample| is_kept(&sample.name));
    all.map(|sample| (format!("{}{:?}", sample.name, sample.labels), sample.value)).collect()
}

/// Asserts that no counter decreases or disappears.
pub fn assert_continues(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) {
    for (series, value) in before {
        let now = after.get(series).unwrap_or_else(|| panic!("{series} is gone"));
        assert!(now >= value, "{series}: {value}, then {now}");
    }
}
