//! `classifier detach`.

use std::path::PathBuf;

use clap::Args;

use crate::config::PIN_DIR;

/// Arguments of `classifier detach`.
#[derive(Args, Debug)]
pub struct Detach {
    /// The folder that the agent was given
    #[arg(long, value_name = "DIR", env = "CLASSIFIER_PIN_DIR", default_value = PIN_DIR)]
    pub pin_dir: PathBuf,
}
