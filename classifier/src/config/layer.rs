// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! One layer of settings: flags, or the file.

use std::path::PathBuf;

use super::{FtpSettings, KeptCapabilities, Ports, Preset, SandboxMode, XdpMode};

/// Settings of one source; `None` for those that the source does not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Names and globs of interfaces.
    pub interfaces: Option<Vec<String>>,
    /// Names and globs of interfaces that are never counted.
    pub interfaces_exclude: Option<Vec<String>>,
    /// Listen addresses.
    pub listen: Option<Vec<String>>,
    /// Path of the metrics.
    pub telemetry_path: Option<String>,
    /// File of the web configuration.
    pub web_config: Option<PathBuf>,
    /// File of the firewall policy for the dry run.
    pub policy: Option<PathBuf>,
    /// Ingress hook.
    pub xdp_mode: Option<XdpMode>,
    /// Drivers of which `auto` uses no native XDP.
    pub xdp_avoid: Option<Vec<String>>,
    /// True if egress is counted.
    pub egress: Option<bool>,
    /// Pin directory; empty for none.
    pub pin_dir: Option<PathBuf>,
    /// True if HTTP requests can ask for a reload.
    pub enable_reload: Option<bool>,
    /// User that the agent switches to.
    pub user: Option<String>,
    /// Capabilities that the agent keeps.
    pub capabilities: Option<KeptCapabilities>,
    /// True if the agent enters its sandbox.
    pub sandbox: Option<SandboxMode>,
    /// Presets of ports, below the ports of the file.
    pub presets: Option<Vec<Preset>>,
    /// Ports of the protocols.
    pub ports: Option<Ports>,
    /// Settings of the FTP tracking.
    pub ftp: Option<FtpSettings>,
    /// Hosts and networks with an entry on each CPU.
    pub max_sources: Option<u32>,
    /// Peers of each protocol and outcome among the metrics.
    pub top_sources: Option<u32>,
    /// Ports of other services among the metrics.
    pub top_ports: Option<u32>,
    /// True if UDP flows are followed.
    pub udp: Option<bool>,
}

impl Layer {
    /// Merges two layers; values set in `self` win over `lower`.
    #[must_use]
    pub fn over(self, lower: Self) -> Self {
        Self {
            interfaces: self.interfaces.or(lower.interfaces),
            interfaces_exclude: self.interfaces_exclude.or(lower.interfaces_exclude),
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
            presets: self.presets.or(lower.presets),
            ports: self.ports.or(lower.ports),
            ftp: self.ftp.or(lower.ftp),
            max_sources: self.max_sources.or(lower.max_sources),
            top_sources: self.top_sources.or(lower.top_sources),
            top_ports: self.top_ports.or(lower.top_ports),
            udp: self.udp.or(lower.udp),
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
