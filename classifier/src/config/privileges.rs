//! What the agent may still do once everything is attached.

/// What the agent may still do once everything is attached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privileges {
    /// The user that it goes on as; the one that started it where there is none.
    pub user: Option<String>,
    /// Which capabilities it keeps.
    pub capabilities: KeptCapabilities,
    /// Whether it shuts itself in.
    pub sandbox: SandboxMode,
}

/// Which capabilities the agent keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeptCapabilities {
    /// Those that attaching needs, for interfaces that come later
    #[default]
    Needed,
    /// None: what is attached stays attached, and nothing is attached any more
    None,
}

/// Whether the agent shuts itself in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SandboxMode {
    /// As far as the kernel can; what it cannot is said
    #[default]
    On,
    /// Not at all
    Off,
    /// Wholly, or the agent does not start
    Required,
}
