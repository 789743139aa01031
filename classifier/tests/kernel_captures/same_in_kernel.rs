// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The loaded program classifies every captured packet like the userspace build.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use classifier::offline::Capture;
use classifier_common::{
    control::{Tally, TrackingConfig},
    endpoint::Endpoint,
    fixtures::{
        self,
        ftp_traces::{HostTraceEnv, TraceEnv, VARIANTS, all, run},
    },
    label::Label,
    packet::Link,
    protocol::Protocol,
};

use crate::{
    capture_files::{Captured, Order, PcapNg, pcap},
    public::{captures, others},
};

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_000_000 * SECOND;

/// Returns the output of both: standard output, and errors.
fn written(arguments: &[&str], files: &[PathBuf]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.arg("pcap").args(arguments).args(files).env_remove("RUST_LOG").env_remove("CLASSIFIER_CONFIG");
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let said: String = said.lines().filter(|line| !line.contains("the minimum for the kernel")).collect();
    (String::from_utf8(output.stdout).expect("text"), said)
}

/// A test run of an XDP program takes milliseconds: one output for many packets.
const LINES: &[&[&str]] = &[&["--packets"]];
const EVERYTHING: &[&[&str]] = &[&["--packets"], &["--format", "prometheus"], &["--format", "json"]];

/// Compares all outputs in parallel: a test run mostly waits.
fn assert_same(files: &[PathBuf], outputs: &[&[&str]], least: usize) {
    thread::scope(|scope| {
        for arguments in outputs {
            scope.spawn(|| assert_same_output(files, arguments, least));
        }
    });
}

fn assert_same_output(files: &[PathBuf], arguments: &[&str], least: usize) {
    let host = written(arguments, files);
    let kernel = written(&[arguments, &["--kernel"]].concat(), files);
    for (number, (host, kernel)) in host.0.lines().zip(kernel.0.lines()).enumerate() {
        assert_eq!(kernel, host, "{arguments:?}, line {}", number + 1);
    }
    assert_eq!(kernel.0.lines().count(), host.0.lines().count(), "{arguments:?}: {}", kernel.1);
    assert_eq!(kernel.1, host.1, "{arguments:?}");
    assert!(host.0.lines().count() >= least, "{arguments:?}: {}", host.0.lines().count());
}

/// Sorted by time, so that no file begins before the end of the previous one.
#[test]
fn the_public_captures_are_the_same_in_the_kernel() {
    let began = |file: &PathBuf| {
        let first = Capture::open(file, false)
            .ok()
            .and_then(|mut capture| capture.next_packet().ok().flatten().map(|packet| packet.time));
        first.unwrap_or_default()
    };
    let mut files = captures();
    files.sort_by_cached_key(began);
    if !files.is_empty() {
        let least = if others().is_some() { 1 } else { 10_000 };
        assert_same(&files, LINES, least);
    }
}

fn captured(frames: Vec<Vec<u8>>) -> Vec<Captured> {
    (0..).zip(frames).map(|(number, frame)| Captured::whole(START + number * 1000, frame)).collect()
}

fn frames(link: Link) -> Vec<Vec<u8>> {
    let all = fixtures::all().into_iter().filter(|fixture| fixture.link == link);
    all.flat_map(|fixture| fixture.steps).map(|step| step.frame).collect()
}

/// Every fixture, whole and cut by a snap length, on Ethernet, raw IP and both in turn.
#[test]
fn the_fixtures_are_the_same_in_the_kernel() {
    let (ethernet, raw) = (frames(Link::Ethernet), frames(Link::RawIp));
    let cut = |mut packet: Captured| {
        packet.bytes.truncate(36);
        packet
    };
    let snapped: Vec<_> = captured(ethernet.clone()).into_iter().map(cut).collect();
    let mut both = PcapNg::new(Order::Big).interface(1, 0, &[]).interface(101, 0, &[]);
    for (number, (first, second)) in (0..).zip(ethernet.iter().zip(raw.iter().cycle())).take(40) {
        both = both.packet(0, 2 * number, 100, first).packet(1, 2 * number + 1, 100, second);
    }
    both = both.simple(60, &frames(Link::Ethernet)[0]).old(1, 1000, 60, &frames(Link::RawIp)[0]);
    let files = [
        pcap(Order::Little, true, 1, &captured(ethernet)),
        pcap(Order::Big, true, 101, &captured(raw)),
        pcap(Order::Little, true, 1, &snapped),
        both.file,
    ];
    let folder = Folder::new("fixtures");
    let files: Vec<_> = (0..).zip(files).map(|(number, file)| folder.keep(number, &file)).collect();
    assert_same(&files, EVERYTHING, 100);
}

/// The traces of the FTP tracking, an hour apart.
#[test]
fn the_traces_of_ftp_are_the_same_in_the_kernel() {
    let mut recorder = Recorder { host: HostTraceEnv::new(), now: START, packets: Vec::new() };
    for (_, table) in all() {
        for case in table {
            recorder.host = HostTraceEnv::new();
            recorder.now += 3600 * SECOND;
            run(case.trace, VARIANTS[0], &mut recorder)
                .unwrap_or_else(|failure| panic!("{}: {failure}", case.name));
        }
    }
    assert!(recorder.packets.len() > 2000, "{}", recorder.packets.len());
    let folder = Folder::new("traces");
    let file = folder.keep(0, &pcap(Order::Little, true, 1, &recorder.packets));
    assert_same(&[file], EVERYTHING, 50);
}

/// Records the frames of a trace.
struct Recorder {
    host: HostTraceEnv,
    now: u64,
    packets: Vec<Captured>,
}

impl TraceEnv for Recorder {
    fn begin(&mut self, policy: TrackingConfig) {
        self.host.begin(policy);
    }

    fn assign(&mut self, port: u16, protocol: Protocol) {
        self.host.assign(port, protocol);
    }

    fn wait(&mut self, seconds: u64) {
        self.host.wait(seconds);
        self.now += seconds * SECOND;
    }

    fn see(&mut self, frame: &[u8]) -> Result<Label, String> {
        self.now += 1000;
        self.packets.push(Captured::whole(self.now, frame));
        self.host.see(frame)
    }

    fn quoted(&self) -> Option<Protocol> {
        self.host.quoted()
    }

    fn tally(&self, tally: Tally) -> u64 {
        self.host.tally(tally)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.host.endpoints()
    }

    fn jumped(&self) -> u64 {
        self.host.jumped()
    }
}

/// A directory that is removed at its drop.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("classifier-{name}-{}", std::process::id()));
        fs::create_dir(&path).expect("the folder for temporary files is writable");
        Self(path)
    }

    fn keep(&self, number: u32, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(format!("{number}.pcap"));
        fs::write(&path, bytes).expect("the folder is writable");
        path
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A directory that cannot be removed stays in the directory for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
