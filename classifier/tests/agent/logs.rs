// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Formats of the log.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
    process::Command,
};

use serde_json::Value;

/// A file instead of standard error.
struct Said(PathBuf);

impl Said {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("classifier-{name}-{}", std::process::id())))
    }

    /// Returns the log of a command that cannot listen; `journal` maps the file's device and inode to
    /// systemd's variable.
    fn of(&self, arguments: &[&str], journal: impl Fn(u64, u64) -> String) -> String {
        let taken = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = taken.local_addr().expect("is bound").to_string();
        let file = File::create(&self.0).expect("a temporary file");
        let stream = file.metadata().map(|file| journal(file.dev(), file.ino())).expect("it is open");
        let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
        command.args(["run", "-l", &address]).args(arguments).env_remove("RUST_LOG");
        let status = command.env("JOURNAL_STREAM", stream).stderr(file).status().expect("the command starts");
        assert_eq!(status.code(), Some(1));
        fs::read_to_string(&self.0).expect("it is there")
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn elsewhere(device: u64, inode: u64) -> String {
    format!("{device}:{}", inode + 1)
}

fn here(device: u64, inode: u64) -> String {
    format!("{device}:{inode}")
}

#[test]
fn the_journal_is_told_the_priority_and_nobody_else() {
    let said = Said::new("journal");
    assert!(said.of(&[], elsewhere).starts_with("classifier: cannot listen on "));
    let journal = said.of(&["-v"], here);
    assert!(journal.starts_with("<3>classifier: cannot listen on "), "{journal}");
    assert!(journal.lines().all(|line| line.starts_with("<3>")) && journal.lines().count() == 2, "{journal}");
}

#[test]
fn in_json_the_last_words_are_an_object_too() {
    let said = Said::new("json").of(&["--log-format", "json", "-v"], elsewhere);
    let object: Value = serde_json::from_str(&said).expect("one object");
    assert_eq!((&object["level"], &object["target"]), (&"ERROR".into(), &"classifier".into()));
    assert!(object["message"].as_str().is_some_and(|message| message.starts_with("cannot listen on ")));
    assert!(object["causes"][0].as_str().is_some_and(|cause| cause.contains("in use")), "{said}");
}

#[test]
fn json_for_the_journal_has_a_priority_and_no_time() {
    let said = Said::new("json-journal").of(&["--log-format=json"], here);
    let object: Value =
        serde_json::from_str(said.strip_prefix("<3>").expect("a priority")).expect("an object");
    assert!(object.get("timestamp").is_none(), "{said}");
}
