//! Writes the fixtures as seeds of the fuzz targets, a folder a target: `seeds DIRECTORY`.

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
    write(&directory.join("ftp_grammar"), lines())
}

/// The fixtures' frames, the link first.
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

/// The described lines of both sides of an FTP control connection, cut in the middle.
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

/// The name as a file's: letters and digits, words joined by underscores.
fn words(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words: Vec<_> =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("_")
}
