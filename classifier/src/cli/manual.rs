//! `classifier man` and `classifier completions`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Arguments of `classifier man`.
#[derive(Args, Debug)]
pub struct Man {
    /// Folder that is there
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

/// Arguments of `classifier completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// Which one
    pub shell: Shell,
}
