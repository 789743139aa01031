//! Writes the fixtures' frames as seeds of the fuzz target: `seeds DIRECTORY`.

use std::{collections::BTreeMap, env, error::Error, fs, path::PathBuf};

use classifier_common::{fixtures, packet::Link};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(env::args_os().nth(1).ok_or("usage: seeds DIRECTORY")?);
    fs::create_dir_all(&directory)?;
    let mut files = BTreeMap::new();
    for fixture in fixtures::all() {
        for (number, step) in (1..).zip(&fixture.steps) {
            let link = u8::from(fixture.link == Link::RawIp);
            let input = [&[link], step.frame.as_slice()].concat();
            let part = if fixture.steps.len() > 1 { format!("_{number}") } else { String::new() };
            let file = format!("{}{part}.bin", words(&fixture.name));
            if files.insert(file.clone(), input).is_some() {
                return Err(format!("two fixtures would be {file}").into());
            }
        }
    }
    for (file, input) in files {
        fs::write(directory.join(file), input)?;
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
