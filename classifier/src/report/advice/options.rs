//! What is asked of the advice beside the evidence.

use super::Allow;

/// Whose connections a rule lets pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SourceChoice {
    /// Anybody's
    #[default]
    Any,
    /// The hosts' that were seen, where all are known and they are few
    Hosts,
    /// The networks' (/24, /64) that were seen, where all are known and they are few
    Networks,
}

/// How data connections of FTP pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FtpData {
    /// By the kernel's helper where all control connections were in clear text, else by their ports
    #[default]
    Auto,
    /// By the kernel's helper, which reads the control connections
    Helper,
    /// By their ports
    Ports,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whose connections pass.
    pub sources: SourceChoice,
    /// How FTP data passes.
    pub ftp_data: FtpData,
    /// What passes without evidence.
    pub allow: Vec<Allow>,
}
