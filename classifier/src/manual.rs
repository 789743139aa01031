//! Man pages and shell completions, written from the definitions of the flags: they cannot fall behind.

use std::{io, path::PathBuf};

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};
use thiserror::Error;

use crate::cli::Cli;

/// The man pages cannot be written.
#[derive(Debug, Error)]
#[error("cannot write man pages to {}: {cause}; name a folder that is there and may be written", folder.display())]
pub struct ManualError {
    /// Where they should be.
    pub folder: PathBuf,
    /// The system's answer.
    #[source]
    pub cause: io::Error,
}

/// Writes a man page for the command and each of its subcommands: `classifier.1`, `classifier-run.1` and so on.
///
/// # Errors
///
/// When the folder is not there or cannot be written.
pub fn write_pages(folder: PathBuf) -> Result<(), ManualError> {
    clap_mangen::generate_to(Cli::command(), &folder).map_err(|cause| ManualError { folder, cause })
}

/// What a shell reads to complete the command line.
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
