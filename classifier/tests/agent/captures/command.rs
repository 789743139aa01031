// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs the command on bytes.

use std::{
    env, fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

static FILES: AtomicU32 = AtomicU32::new(0);

/// A file in the directory for temporary files, removed at its drop.
pub struct TempFile(PathBuf);

impl TempFile {
    pub fn new(bytes: &[u8]) -> Self {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("classifier-captures-{}-{number}", std::process::id()));
        fs::write(&path, bytes).expect("the folder for temporary files is writable");
        Self(path)
    }

    pub fn name(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        // A file that cannot be removed stays in the directory for temporary files.
        let _ = fs::remove_file(&self.0);
    }
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.arg("pcap").args(arguments).env_remove("RUST_LOG").env_remove("CLASSIFIER_CONFIG");
    command
}

/// Runs the command with these bytes as standard input.
pub fn fed(arguments: &[&str], bytes: &[u8]) -> Output {
    let mut command = command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("it is piped");
    let bytes = bytes.to_vec();
    // The command need not read all of it.
    let feeding = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().expect("it ends");
    let _ = feeding.join().expect("no panic");
    output
}

/// Returns the output for these bytes, without an error.
pub fn written(arguments: &[&str], bytes: &[u8]) -> String {
    let output = fed(&[arguments, &["-"]].concat(), bytes);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).expect("text")
}

/// Compares texts, and shows the first line that differs.
pub fn assert_same(name: &str, written: &str, expected: &str) {
    for (number, (written, expected)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(written, expected, "{name}, line {}", number + 1);
    }
    assert_eq!(written.lines().count(), expected.lines().count(), "{name}: lines");
}
