// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes man pages and shell completions from the definitions of the flags, so that they stay up to date.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};
use thiserror::Error;

mod command_page;
mod file_page;
mod text;

use crate::cli::Cli;

/// Error of writing the man pages.
#[derive(Debug, Error)]
#[error("cannot write man pages to {}: {cause}; give a writable directory", folder.display())]
pub struct ManualError {
    /// Directory of the man pages.
    pub folder: PathBuf,
    /// Cause.
    #[source]
    pub cause: io::Error,
}

/// Writes a man page for the command and each of its subcommands, `classifier.1`, `classifier-run.1` and so on, and
/// `classifier.toml.5` for the configuration file.
///
/// # Errors
///
/// When the directory is missing or not writable.
pub fn write_pages(folder: PathBuf) -> Result<(), ManualError> {
    pages(&folder).map_err(|cause| ManualError { folder, cause })
}

fn pages(folder: &Path) -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    for page in command.get_subcommands().chain([&command]) {
        command_page::write(page, folder)?;
    }
    fs::write(folder.join("classifier.toml.5"), file_page::page())
}

/// Returns the completion script of a shell.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_flags() -> Vec<String> {
        let command = Cli::command();
        let run = command.find_subcommand("run").expect("it is there");
        run.get_arguments().filter_map(|flag| flag.get_long()).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn pages_have_the_sections_that_readers_look_for() {
        let folder = std::env::temp_dir().join(format!("classifier-man-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write_pages(folder.clone()).unwrap();
        let page = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let common = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "SEE ALSO"];
        for (name, others) in [
            ("classifier.1", &["EXIT STATUS", "FILES", "SUBCOMMANDS"][..]),
            ("classifier-run.1", &["EXIT STATUS", "FILES", "INTERFACES", "LOGGING"]),
            ("classifier.toml.5", &["TOP LEVEL KEYS", "KEYS OF [[PORT]]", "KEYS OF [FTP]", "FILES"]),
        ] {
            let page = page(name);
            for section in common.iter().chain(others) {
                let quoted = format!(".SH \"{section}\"\n");
                let is_there = page.contains(&format!(".SH {section}\n")) || page.contains(&quoted);
                assert!(is_there, "{name}: {section}: {page}");
            }
        }
        assert!(page("classifier.toml.5").contains("control_rate"));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_shell_completes_every_flag() {
        let flags = long_flags();
        assert!(flags.len() > 5, "{flags:?}");
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = completions(shell);
            let missing: Vec<_> = flags.iter().filter(|flag| !script.contains(*flag)).collect();
            assert!(missing.is_empty(), "{shell}: {missing:?}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = write_pages("/nonexistent/man".into()).unwrap_err().to_string();
        assert!(error.starts_with("cannot write man pages to /nonexistent/man: No such file"), "{error}");
    }
}
