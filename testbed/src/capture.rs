// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Captures by tcpdump, parsed completely.

use std::{
    env::temp_dir,
    fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, SystemTime},
};

use pcap_parser::{parse_pcap_frame, parse_pcap_header};

use crate::{Host, Running};

static CAPTURES: AtomicU32 = AtomicU32::new(0);

/// A running capture.
pub struct Capture {
    process: Running,
    file: PathBuf,
}

/// A captured packet.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Time of capture since 1970, in whole microseconds.
    pub at: Duration,
    /// Length of the packet on the wire. [`Self::bytes`] may be shorter.
    pub length: u32,
    /// Captured bytes.
    pub bytes: Vec<u8>,
}

impl Host {
    /// Starts a capture of an interface by tcpdump.
    #[must_use]
    pub fn capture(&self, interface: &str, options: &[&str]) -> Capture {
        Capture::start(self, interface, options)
    }
}

impl Capture {
    pub(crate) fn start(host: &Host, interface: &str, options: &[&str]) -> Self {
        let number = CAPTURES.fetch_add(1, Ordering::Relaxed);
        let file = temp_dir().join(format!("classifier-testbed-{}-{number}.pcap", process::id()));
        let mut command = host.command("tcpdump");
        // Unbuffered, as the user that created the file, with a buffer for a burst of some megabytes.
        command
            .args(["-i", interface, "-U", "--immediate-mode", "-Z", "root", "-B", "65536", "-w"])
            .arg(&file)
            .args(options);
        let mut process = Running::start(command);
        process.wait_for("listening on");
        Self { process, file }
    }

    /// Returns the path of the capture file.
    #[must_use]
    pub fn file(&self) -> &PathBuf {
        &self.file
    }

    /// Returns the packets so far, while the capture continues.
    #[must_use]
    pub fn so_far(&self) -> Vec<Packet> {
        let bytes = fs::read(&self.file).unwrap_or_default();
        // Without a complete file header there are no packets yet.
        let Ok((rest, _)) = parse_pcap_header(&bytes) else { return Vec::new() };
        packets(rest).0
    }

    /// Waits until all captured packets are written: at its end tcpdump discards packets that it has not
    /// read.
    fn settle(&self) {
        let length = || fs::metadata(&self.file).map_or(0, |file| file.len());
        // Each packet wakes tcpdump up. Once asleep, it has read all of them.
        let is_asleep = || process_state(self.process.id()) == Some('S');
        let mut before = u64::MAX;
        while before != length() || !is_asleep() {
            before = length();
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the capture, of which the kernel must not have lost a packet.
    #[must_use]
    pub fn stop(mut self) -> Vec<Packet> {
        self.finish()
    }

    /// Ends the capture. The file stays until this guard is dropped.
    pub fn finish(&mut self) -> Vec<Packet> {
        self.settle();
        let status = self.process.interrupt();
        assert!(status.success(), "{}", self.process.said());
        let said = self.process.said();
        assert!(said.contains("\n0 packets dropped by kernel"), "{said}");
        let bytes = fs::read(&self.file).expect("tcpdump has written its file");
        let (rest, _) = parse_pcap_header(&bytes).expect("a header");
        let (packets, rest) = packets(rest);
        assert!(rest.is_empty(), "the capture is cut");
        packets
    }
}

/// Returns the state of a process from `/proc`, such as `S` for a sleeping one.
fn process_state(id: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in parentheses, may contain any character.
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Returns the time as in captures: since 1970, in whole microseconds.
#[must_use]
pub fn now() -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    Duration::from_micros(now.as_micros().try_into().expect("a time of this age"))
}

/// Parses the complete packets at the beginning, and returns the remaining bytes.
fn packets(mut rest: &[u8]) -> (Vec<Packet>, &[u8]) {
    let mut packets = Vec::new();
    while let Ok((after, frame)) = parse_pcap_frame(rest) {
        let at = Duration::from_secs(frame.ts_sec.into()) + Duration::from_micros(frame.ts_usec.into());
        packets.push(Packet { at, length: frame.origlen, bytes: frame.data.to_vec() });
        rest = after;
    }
    (packets, rest)
}

impl Drop for Capture {
    fn drop(&mut self) {
        // On failure the file stays in the temporary folder.
        let _ = fs::remove_file(&self.file);
    }
}
