// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Recordings of `classifier top`: what is written is read again, to the last number.

use std::{path::Path, time::UNIX_EPOCH};

use classifier::top::{Board, Due, Listing, Recording, Report, Sample, text};
use testbed::servers::Folder;

use crate::made_up_top::{at, sample};

/// Records these samples, one in two seconds.
fn recorded(samples: &[Result<Sample, String>]) -> (Board, String) {
    let (mut board, mut lines) = (Board::default(), String::new());
    for (nth, read) in (0..).zip(samples) {
        board.take(at(2 * nth), read.clone());
        let report = Report::of(&board, "here", UNIX_EPOCH + at(1_795_800_000 + 2 * nth));
        lines += &report.line().expect("it is strings and numbers");
    }
    (board, lines)
}

fn open(path: &str) -> Result<Recording, String> {
    Recording::open(Path::new(path)).map_err(|error| error.to_string())
}

#[test]
fn a_recording_gives_the_samples_and_times_that_were_recorded() {
    let folder = Folder::new("recordings");
    let samples = [Ok(sample(1, 1)), Err("the agent is gone".to_owned()), Ok(sample(5, 1)), Ok(sample(7, 2))];
    let (board, lines) = recorded(&samples);
    let mut recording = open(&folder.write("all.jsonl", lines)).unwrap();
    let mut again = Board::default();
    for (nth, expected) in (0..).zip(&samples) {
        assert_eq!(recording.due(), Due::At(at(2 * nth)));
        let read = recording.take().map_err(|error| error.to_string());
        assert_eq!(recording.time(), at(2 * nth));
        let mut expected = expected.clone();
        if let (Ok(expected), Ok(read)) = (&mut expected, &read) {
            assert!(read.origin.starts_with("recorded 2026-11-27T17:20:0"), "{}", read.origin);
            expected.origin.clone_from(&read.origin);
        }
        assert_eq!(read, expected);
        again.take(recording.time(), read);
    }
    assert_eq!((text(&again), again.rates), (text(&board), board.rates));
    assert_eq!(recording.moment(), UNIX_EPOCH + at(1_795_800_006));
    assert!(!recording.has_next());
    assert_eq!(recording.due(), Due::At(at(6)), "the end is told once");
    assert!(recording.take().unwrap_err().to_string().contains("the recording has ended"));
    assert_eq!(recording.due(), Due::Never);
}

#[test]
fn what_is_no_recording_is_refused_with_its_line() {
    let folder = Folder::new("recordings");
    assert!(open("/nonexistent").unwrap_err().contains("cannot read /nonexistent: No such file"));
    assert!(
        open(&folder.write("none", ""))
            .unwrap_err()
            .ends_with("has no sample; give a file that --record wrote")
    );
    assert!(open(&folder.write("text", "once\n")).unwrap_err().contains("text, line 1: expected value"));
    let (_, line) = recorded(&[Ok(sample(1, 1))]);
    let cut = &line[..line.len() / 2];
    let mut recording = open(&folder.write("cut", [&line, cut].concat())).unwrap();
    recording.take().unwrap();
    assert!(recording.take().unwrap_err().to_string().contains("cut, line 2: EOF"));
    assert!(!recording.has_next());
}

#[test]
fn an_older_recording_lacks_newer_keys_and_is_read() {
    let folder = Folder::new("recordings");
    let old =
        r#"{"at": 3.5, "source": "u", "error": null, "traffic": [], "ftp": null, "sources": null, "new": 1}"#;
    let read = open(&folder.write("old", old)).unwrap().take().unwrap();
    assert!(matches!(read.sources, Listing::Untold(_)) && read.policy.is_empty());
    assert_eq!(read.services, Listing::Untold("the recording has no other services".into()));
}
