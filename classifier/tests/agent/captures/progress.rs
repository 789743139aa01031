// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! On a terminal, a capture that takes longer than a second shows its progress.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
    process::Stdio,
    thread,
    time::Duration,
};

use rustix::{
    fs::Mode,
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};

use super::command::{TempFile, command};
use crate::capture_files::{Captured, Order, pcap};

/// Opens a pseudo terminal: the master, and the program's end.
fn terminal() -> (File, File) {
    let seen: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
    grantpt(&seen).and_then(|()| unlockpt(&seen)).expect("it is ours");
    let name = ptsname(&seen, Vec::new()).expect("it has a name").into_string().expect("in ASCII");
    (File::from(seen), OpenOptions::new().read(true).write(true).open(name).expect("it can be opened"))
}

/// Returns the terminal's content and the output for a capture that arrives in two halves, with this pause.
fn shown(pause: Duration) -> (String, String) {
    let (mut seen, given) = terminal();
    let bytes = pcap(Order::Little, false, 1, &[Captured::whole(0, [0; 60]), Captured::whole(1, [0; 60])]);
    let place = TempFile::new(&[]);
    std::fs::remove_file(place.name()).expect("it is ours");
    rustix::fs::mkfifoat(rustix::fs::CWD, place.name(), Mode::RUSR | Mode::WUSR)
        .expect("a folder takes pipes");
    let child = command(&["--packets", place.name()]).stdout(Stdio::piped()).stderr(given).spawn();
    let child = child.expect("the command starts");
    let mut pipe = OpenOptions::new().write(true).open(place.name()).expect("the command reads it");
    let (first, second) = bytes.split_at(50);
    pipe.write_all(first).expect("it is read");
    thread::sleep(pause);
    pipe.write_all(second).expect("it is read");
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let mut text = Vec::new();
    // A terminal without writers ends with an error.
    let _ = seen.read_to_end(&mut text);
    (String::from_utf8_lossy(&text).into_owned(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_slow_capture_shows_how_far_it_is_and_a_quick_one_nothing() {
    let (slow, written) = shown(Duration::from_millis(1500));
    assert!(slow.contains(" B, ") && slow.contains("B/s"), "{slow:?}");
    assert!(slow.ends_with("\u{1b}[2K"), "the line is cleared at the end: {slow:?}");
    assert_eq!(written.lines().count(), 2, "{written}");
    let (quick, same) = shown(Duration::ZERO);
    assert_eq!((quick, same), (String::new(), written));
}
