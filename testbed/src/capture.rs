//! Captures by tcpdump, read back whole.

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

/// A capture that goes on until it is stopped.
pub struct Capture {
    process: Running,
    file: PathBuf,
}

/// A captured packet.
#[derive(Clone, Debug)]
pub struct Packet {
    /// When it was captured, since 1970, in whole microseconds.
    pub at: Duration,
    /// Bytes that it had, of which [`Self::bytes`] may be only the first.
    pub length: u32,
    /// What was kept of it.
    pub bytes: Vec<u8>,
}

impl Capture {
    pub(crate) fn start(host: &Host, interface: &str, options: &[&str]) -> Self {
        let number = CAPTURES.fetch_add(1, Ordering::Relaxed);
        let file = temp_dir().join(format!("classifier-testbed-{}-{number}.pcap", process::id()));
        let mut command = host.command("tcpdump");
        // Unbuffered, as the user that made the file, with room for a burst of some megabytes.
        command
            .args(["-i", interface, "-U", "--immediate-mode", "-Z", "root", "-B", "65536", "-w"])
            .arg(&file)
            .args(options);
        let mut process = Running::start(command);
        process.wait_for("listening on");
        Self { process, file }
    }

    /// Where the capture is written.
    #[must_use]
    pub fn file(&self) -> &PathBuf {
        &self.file
    }

    /// What has been written so far, while the capture goes on.
    #[must_use]
    pub fn so_far(&self) -> Vec<Packet> {
        let bytes = fs::read(&self.file).unwrap_or_default();
        // Before the header is there, no packet is.
        let Ok((rest, _)) = parse_pcap_header(&bytes) else { return Vec::new() };
        packets(rest).0
    }

    /// Waits until nothing more is written: what tcpdump has not read yet when it ends, it loses.
    pub fn settle(&self) {
        let length = || fs::metadata(&self.file).map_or(0, |file| file.len());
        let mut before = u64::MAX;
        while before != length() {
            before = length();
            thread::sleep(Duration::from_millis(250));
        }
    }

    /// Ends the capture, of which the kernel must not have lost a packet.
    #[must_use]
    pub fn stop(mut self) -> Vec<Packet> {
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

/// The time as captures have it: since 1970, in whole microseconds.
#[must_use]
pub fn now() -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    Duration::from_micros(now.as_micros().try_into().expect("a time of this age"))
}

/// The whole packets at the beginning, and what follows them.
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
        // Where it cannot be removed it stays in the folder for temporary files.
        let _ = fs::remove_file(&self.file);
    }
}
