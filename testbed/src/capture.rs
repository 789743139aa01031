//! Captures by tcpdump, read back whole.

use std::{
    env::temp_dir,
    fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
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
        let (mut rest, _) = parse_pcap_header(&bytes).expect("a header");
        let mut packets = Vec::new();
        while let Ok((after, frame)) = parse_pcap_frame(rest) {
            packets.push(Packet { length: frame.origlen, bytes: frame.data.to_vec() });
            rest = after;
        }
        assert!(rest.is_empty(), "the capture is cut");
        packets
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // Where it cannot be removed it stays in the folder for temporary files.
        let _ = fs::remove_file(&self.file);
    }
}
