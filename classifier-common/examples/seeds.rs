// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the fixtures as seeds of the fuzz targets, one folder per target: `seeds DIRECTORY`.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use classifier_common::{fixtures, ftp, packet::Link};

/// Name and bytes of a seed.
type Seed = (String, Vec<u8>);

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(env::args_os().nth(1).ok_or("usage: seeds DIRECTORY")?);
    write(&directory.join("classify"), frames())?;
    write(&directory.join("ftp_grammar"), lines())?;
    write(&directory.join("ftp_stream"), streams())?;
    write(&directory.join("ftp_tracker"), conversations())?;
    write(&directory.join("sessions"), sessions()?)
}

/// Returns the fixtures' frames, each behind a byte for its link.
fn frames() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for fixture in fixtures::all() {
        for (number, step) in (1..).zip(&fixture.steps) {
            let link = u8::from(fixture.link == Link::RawIp);
            let part = if fixture.steps.len() > 1 { format!("_{number}") } else { String::new() };
            seeds
                .push((format!("{}{part}", words(&fixture.name)), [&[link], step.frame.as_slice()].concat()));
        }
    }
    seeds
}

/// Returns the described lines of both sides of an FTP control connection, cut in the middle.
fn lines() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let sides = [(0, "server", ftp::fixtures::replies()), (1, "client", ftp::fixtures::commands())];
    for (side, name, cases) in sides {
        let how = 64 << 1 | side;
        for case in cases {
            seeds.push((format!("{name}_{}", words(case.name)), [&[how], case.bytes.as_slice()].concat()));
        }
    }
    seeds
}

/// Returns the described lines in chunks that arrive out of order, repeated, or not at all.
fn streams() -> Vec<Seed> {
    let pieces = [[0, 0, 3], [2, 200, 40], [0, 0, 200], [2, 90, 30], [3, 120, 0], [4, 0, 255]];
    let count = u8::try_from(pieces.len()).unwrap_or_default();
    let mut seeds = lines();
    for (_, bytes) in &mut seeds {
        if let Some(how) = bytes.first_mut() {
            *how = count << 1 | (*how & 1 ^ 1);
        }
        bytes.splice(1..1, pieces.as_flattened().iter().copied());
    }
    seeds
}

/// Returns conversations as operations: the sender (connection, and 8 for the server), the action, and two
/// parameters.
fn conversations() -> Vec<Seed> {
    const OPEN: [[u8; 4]; 2] = [[8, 8, 0, 0], [0, 9, 0, 0]];
    const CLOSE: [[u8; 4]; 2] = [[0, 6, 0, 0], [8, 6, 0, 0]];
    let with = |name: &str, between: &[[u8; 4]]| {
        let operations = [&OPEN, between, &CLOSE].concat();
        (name.to_owned(), operations.as_flattened().to_vec())
    };
    vec![
        with(
            "pasv",
            &[[0, 0, 0, 0], [8, 0, 4, 8], [0, 15, 6, 4], [8, 15, 6, 12], [0, 15, 6, 28], [8, 15, 6, 28]],
        ),
        with("epsv", &[[0, 0, 0, 1], [8, 0, 0, 15], [0, 15, 7, 4], [8, 15, 7, 36]]),
        with("port confirmed", &[[0, 0, 6, 2], [8, 0, 0, 10], [8, 15, 6, 0], [0, 15, 6, 8]]),
        with("port refused", &[[0, 0, 6, 2], [8, 0, 0, 11], [8, 15, 6, 0]]),
        with(
            "tls",
            &[[0, 0, 0, 4], [8, 0, 0, 12], [0, 10, 0, 0], [0, 15, 6, 4], [8, 15, 6, 0], [0, 0, 0, 5]],
        ),
    ]
}

/// Returns sessions of each service: lines of client (0) and server (1), each in a segment.
fn sessions() -> Result<Vec<Seed>, Box<dyn Error>> {
    type Line = (u8, &'static str);
    const SERVICES: u8 = 5;
    let all: [(u8, &str, &[Line]); 5] = [
        (0, "ftp", &[(1, "220 ready\r\n"), (0, "AUTH TLS\r\n"), (1, "234 go\r\n"), (0, "\u{16}\u{3}\u{1}")]),
        (
            1,
            "smtp",
            &[(1, "220 ready\r\n"), (0, "EHLO a\r\n"), (1, "250 ok\r\n"), (0, "AUTH PLAIN AGEAYg==\r\n")],
        ),
        (
            2,
            "submission",
            &[(1, "220 ready\r\n"), (0, "STARTTLS\r\n"), (1, "220 go\r\n"), (0, "\u{16}\u{3}\u{1}")],
        ),
        (3, "pop3", &[(1, "+OK\r\n"), (0, "USER a\r\n"), (1, "+OK\r\n"), (0, "PASS b\r\n")]),
        (4, "imap", &[(1, "* OK\r\n"), (0, "a LOGIN b {3}\r\n"), (1, "+\r\n"), (0, "abc\r\n")]),
    ];
    let mut seeds = Vec::new();
    for (service, name, lines) in all {
        let text: String = lines.iter().map(|(_, line)| *line).collect();
        let (mut segments, mut start) = (Vec::new(), 0);
        for (side, line) in lines {
            let place = (start * 255_usize).div_ceil(text.len());
            segments.push([side | 2, u8::try_from(place)?, u8::try_from(line.len())?]);
            start += line.len();
        }
        let count = u8::try_from(segments.len())? << 3;
        let how =
            (count..count + 8).find(|how| how % SERVICES == service).ok_or("a number of each service")?;
        seeds.push((name.to_owned(), [&[how], segments.as_flattened(), text.as_bytes()].concat()));
    }
    Ok(seeds)
}

fn write(directory: &Path, seeds: Vec<Seed>) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    let mut files = BTreeMap::new();
    for (name, bytes) in seeds {
        if let Some(twin) = files.insert(name.clone(), bytes) {
            return Err(format!("two seeds would be {name}.bin, one of {} bytes", twin.len()).into());
        }
    }
    for (name, bytes) in files {
        fs::write(directory.join(name).with_extension("bin"), bytes)?;
    }
    Ok(())
}

/// Converts a name to a file name: letters and digits, words joined by underscores.
fn words(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words: Vec<_> =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("_")
}
