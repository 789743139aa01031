// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Settings of the agent, merged from their sources and checked.

use std::{collections::BTreeSet, path::PathBuf};

use classifier_common::assigned_port::AssignedPort;

mod assignment;
mod change;
mod error;
mod evidence;
pub(crate) mod file;
mod ftp;
pub mod keys;
mod layer;
mod listen;
mod notes;
mod pattern;
mod pin_dir;
mod ports;
mod preset;
mod preset_ports;
mod privileges;
mod telemetry_path;

pub use self::{
    assignment::{Assignment, BadRows, NoRow, Rows},
    error::ConfigError,
    evidence::EvidenceSettings,
    ftp::FtpSettings,
    layer::Layer,
    listen::ListenAddress,
    pattern::Pattern,
    pin_dir::{DEFAULT as PIN_DIR, folder as pin_dir},
    ports::Ports,
    preset::Preset,
    privileges::{KeptCapabilities, Privileges, SandboxMode},
    telemetry_path::TelemetryPath,
};

use crate::protocol_names::ProtocolNames;

/// Hook for ingress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum XdpMode {
    /// Native XDP on physical network cards, TCX on software devices and where XDP is refused
    #[default]
    Auto,
    /// Native XDP (in the driver), or an error
    Native,
    /// Generic XDP (in the stack), or an error; counts a GSO packet as one packet
    Generic,
    /// TCX, no XDP
    Off,
}

/// Checked settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Included interfaces; empty for every one that carries its own traffic.
    pub interfaces: Vec<Pattern>,
    /// Interfaces that are never counted, which wins over everything else.
    pub interfaces_exclude: Vec<Pattern>,
    /// Addresses of the metrics server.
    pub listen: Vec<ListenAddress>,
    /// Path of the metrics.
    pub telemetry_path: TelemetryPath,
    /// File of the web configuration, if any.
    pub web_config: Option<PathBuf>,
    /// File of the firewall policy for the dry run, if any.
    pub policy: Option<PathBuf>,
    /// Ingress hook.
    pub xdp_mode: XdpMode,
    /// Drivers of which `auto` uses no native XDP.
    pub xdp_avoid: Vec<String>,
    /// True if egress is counted.
    pub egress: bool,
    /// Pin directory; `None` for none.
    pub pin_dir: Option<PathBuf>,
    /// True if `POST /-/reload` is answered.
    pub enable_reload: bool,
    /// Privileges of the agent after everything is attached.
    pub privileges: Privileges,
    /// Protocols that are configured in addition to the fixed ones.
    pub names: ProtocolNames,
    /// Ports with another protocol than by default, each once. A port of `tcp_other` is assigned
    /// to none.
    pub ports: Vec<AssignedPort>,
    /// Settings of the FTP tracking.
    pub ftp: FtpSettings,
    /// Settings of the evidence.
    pub evidence: EvidenceSettings,
}

impl Settings {
    /// Checks the merged layers, with defaults.
    ///
    /// # Errors
    ///
    /// When an interface name or a listen address is invalid or repeated; when the telemetry path or the pin
    /// directory is invalid; when a preset is repeated, or has too many names.
    pub fn check(layer: Layer) -> Result<Self, ConfigError> {
        let interfaces = layer.interfaces.unwrap_or_default();
        let excluded = layer.interfaces_exclude.unwrap_or_default();
        let addresses = layer.listen.unwrap_or_else(|| vec![listen::DEFAULT.to_owned()]);
        let telemetry_path = layer.telemetry_path.as_deref().map(TelemetryPath::parse).transpose()?;
        let mut ports = layer.ports.unwrap_or_default();
        let mut ftp = layer.ftp.unwrap_or_default();
        preset_ports::add(&layer.presets.unwrap_or_default(), &mut ports, &mut ftp)?;
        Ok(Self {
            interfaces: distinct(&interfaces)?.into_iter().map(Pattern::parse).collect::<Result<_, _>>()?,
            interfaces_exclude: distinct(&excluded)?
                .into_iter()
                .map(Pattern::parse)
                .collect::<Result<_, _>>()?,
            listen: distinct(&addresses)?.into_iter().map(str::parse).collect::<Result<_, _>>()?,
            telemetry_path: telemetry_path.unwrap_or_default(),
            // Exporters take an empty name for no file.
            web_config: layer.web_config.filter(|path| !path.as_os_str().is_empty()),
            policy: layer.policy.filter(|path| !path.as_os_str().is_empty()),
            xdp_mode: layer.xdp_mode.unwrap_or_default(),
            xdp_avoid: layer.xdp_avoid.unwrap_or_default(),
            egress: layer.egress.unwrap_or(true),
            pin_dir: pin_dir(&layer.pin_dir.unwrap_or_else(|| PIN_DIR.into()))?,
            enable_reload: layer.enable_reload.unwrap_or(false),
            privileges: Privileges {
                user: layer.user.filter(|user| !user.is_empty()),
                capabilities: layer.capabilities.unwrap_or_default(),
                sandbox: layer.sandbox.unwrap_or_default(),
            },
            names: ports.names,
            ports: ports.changed,
            ftp,
            evidence: EvidenceSettings {
                max_sources: layer.max_sources.unwrap_or(EvidenceSettings::default().max_sources),
                top_sources: layer.top_sources.unwrap_or(EvidenceSettings::default().top_sources),
                top_ports: layer.top_ports.unwrap_or(EvidenceSettings::default().top_ports),
                udp: layer.udp.unwrap_or(EvidenceSettings::default().udp),
            },
        })
    }
}

impl Settings {
    /// Tells whether all selected interfaces are plain names, so that no others can appear later.
    #[must_use]
    pub fn names_interfaces(&self) -> bool {
        !self.interfaces.is_empty() && self.interfaces.iter().all(|one| matches!(one, Pattern::Plain(_)))
    }
}

/// Returns the texts, if none is repeated.
fn distinct(texts: &[String]) -> Result<Vec<&str>, ConfigError> {
    let mut seen = BTreeSet::new();
    texts
        .iter()
        .map(|text| if seen.insert(text) { Ok(text.as_str()) } else { Err(ConfigError::Twice(text.clone())) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(addresses: &[&str]) -> Result<Settings, ConfigError> {
        let listen = Some(addresses.iter().map(ToString::to_string).collect());
        Settings::check(Layer { listen, ..Layer::default() })
    }

    fn interface(text: &str) -> Result<Settings, ConfigError> {
        Settings::check(Layer { interfaces: Some(vec![text.into()]), ..Layer::default() })
    }

    #[test]
    fn silence_means_the_defaults() {
        let settings = Settings::check(Layer::default()).unwrap();
        assert_eq!(settings.listen, ["127.0.0.1:9877".parse().unwrap()]);
        assert_eq!((settings.interfaces.len(), settings.xdp_mode, settings.egress), (0, XdpMode::Auto, true));
    }

    #[test]
    fn a_port_alone_means_all_addresses() {
        let settings = listen(&[":80", "[::1]:9877", "10.0.0.1:0"]).unwrap();
        assert_eq!(settings.listen[0], "[::]:80".parse().unwrap());
    }

    #[test]
    fn errors_name_the_thing_the_cause_and_the_remedy() {
        for (error, parts) in [
            (listen(&["localhost"]), ["`localhost`", "invalid", "write IP:PORT"]),
            (listen(&[":99999"]), ["`:99999`", "port: number too large", "write IP:PORT"]),
            (listen(&[":80", ":80"]), ["`:80`", "twice", "leave one out"]),
            (interface(""), ["interface ``", "empty", "ip link"]),
            (interface("a b"), ["`a b`", "' '", "ip link"]),
            (interface("../../etc"), ["`../../etc`", "'/'", "ip link"]),
            (interface("sixteen-bytes-xx"), ["`sixteen-bytes-xx`", "at most 15", "ip link"]),
            (interface("veth["), ["`veth[`", "attern", "ip link"]),
        ] {
            let text = error.unwrap_err().to_string();
            assert!(parts.iter().all(|part| text.contains(part)) && !text.contains('\n'), "{text}");
        }
    }
}
