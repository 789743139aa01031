// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Privileges of the agent after everything is attached.

/// Privileges of the agent after everything is attached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privileges {
    /// User that the agent switches to; `None` to keep the one that started it.
    pub user: Option<String>,
    /// Capabilities that the agent keeps.
    pub capabilities: KeptCapabilities,
    /// True if the agent enters its sandbox.
    pub sandbox: SandboxMode,
}

/// Capabilities that the agent keeps after attaching.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum KeptCapabilities {
    /// The capabilities for attaching interfaces that appear later
    #[default]
    Needed,
    /// No capabilities: attached programs stay, later interfaces are not attached
    None,
}

/// Mode of the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SandboxMode {
    /// Every part that the kernel supports; missing parts are logged
    #[default]
    On,
    /// No sandbox
    Off,
    /// All parts, or the agent does not start
    Required,
}
