//! What one source of settings says.

use std::path::PathBuf;

use super::{FtpSettings, KeptCapabilities, Ports, SandboxMode, XdpMode};

/// What one source of settings says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Interface names and globs.
    pub interfaces: Option<Vec<String>>,
    /// Listen addresses.
    pub listen: Option<Vec<String>>,
    /// Under which path metrics are served.
    pub telemetry_path: Option<String>,
    /// The web configuration.
    pub web_config: Option<PathBuf>,
    /// The firewall policy that is tried.
    pub policy: Option<PathBuf>,
    /// How ingress is seen.
    pub xdp_mode: Option<XdpMode>,
    /// Drivers that `auto` takes no native XDP of.
    pub xdp_avoid: Option<Vec<String>>,
    /// Whether egress is counted.
    pub egress: Option<bool>,
    /// Where programs and counters outlive the agent; empty: nowhere.
    pub pin_dir: Option<PathBuf>,
    /// Whether a reload can be asked for over HTTP.
    pub enable_reload: Option<bool>,
    /// The user that the agent goes on as.
    pub user: Option<String>,
    /// Which capabilities it keeps.
    pub capabilities: Option<KeptCapabilities>,
    /// Whether it shuts itself in.
    pub sandbox: Option<SandboxMode>,
    /// Which ports belong to which protocol.
    pub ports: Option<Ports>,
    /// How FTP's control connections are followed.
    pub ftp: Option<FtpSettings>,
    /// Hosts and networks that each CPU has a place for.
    pub max_sources: Option<u32>,
    /// How many of each protocol and outcome are among the metrics.
    pub top_sources: Option<u32>,
}

impl Layer {
    /// This layer's word where it has one, else the lower one's.
    #[must_use]
    pub fn over(self, lower: Self) -> Self {
        Self {
            interfaces: self.interfaces.or(lower.interfaces),
            listen: self.listen.or(lower.listen),
            telemetry_path: self.telemetry_path.or(lower.telemetry_path),
            web_config: self.web_config.or(lower.web_config),
            policy: self.policy.or(lower.policy),
            xdp_mode: self.xdp_mode.or(lower.xdp_mode),
            xdp_avoid: self.xdp_avoid.or(lower.xdp_avoid),
            egress: self.egress.or(lower.egress),
            pin_dir: self.pin_dir.or(lower.pin_dir),
            enable_reload: self.enable_reload.or(lower.enable_reload),
            user: self.user.or(lower.user),
            capabilities: self.capabilities.or(lower.capabilities),
            sandbox: self.sandbox.or(lower.sandbox),
            ports: self.ports.or(lower.ports),
            ftp: self.ftp.or(lower.ftp),
            max_sources: self.max_sources.or(lower.max_sources),
            top_sources: self.top_sources.or(lower.top_sources),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_layer_has_the_last_word_where_it_has_one() {
        let upper = Layer { egress: Some(false), ..Layer::default() };
        let lower = Layer { egress: Some(true), xdp_mode: Some(XdpMode::Native), ..Layer::default() };
        let merged = upper.over(lower);
        assert_eq!((merged.egress, merged.xdp_mode), (Some(false), Some(XdpMode::Native)));
    }
}
