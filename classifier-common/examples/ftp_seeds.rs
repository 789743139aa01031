//! Writes the described lines as seeds of the fuzz target `ftp_grammar`: `ftp_seeds DIRECTORY`.

use std::{collections::BTreeMap, env, error::Error, fs, path::PathBuf};

use classifier_common::ftp::fixtures;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(env::args_os().nth(1).ok_or("usage: ftp_seeds DIRECTORY")?);
    fs::create_dir_all(&directory)?;
    let mut files = BTreeMap::new();
    for (side, name, cases) in [(0, "server", fixtures::replies()), (1, "client", fixtures::commands())] {
        // Cut in the middle.
        let how = 64 << 1 | side;
        for case in cases {
            let file = format!("{name}_{}.bin", words(case.name));
            if files.insert(file.clone(), [&[how], case.bytes.as_slice()].concat()).is_some() {
                return Err(format!("two cases would be {file}").into());
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
