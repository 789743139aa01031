//! What was meant: the settings, merged from their sources and checked.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf};

use classifier_common::{ports::Transport, protocol::Protocol};

mod assignment;
mod change;
mod error;
mod evidence;
pub(crate) mod file;
mod ftp;
mod layer;
mod listen;
mod pattern;
mod pin_dir;
mod ports;
mod privileges;
mod protocol_names;
mod sources;
mod telemetry_path;

pub use self::{
    assignment::{Assignment, BadRows, NoRow, Rows},
    error::ConfigError,
    evidence::EvidenceSettings,
    file::{FileError, Place, Purpose},
    ftp::FtpSettings,
    layer::Layer,
    pattern::Pattern,
    pin_dir::{DEFAULT as PIN_DIR, folder as pin_dir},
    ports::Ports,
    privileges::{KeptCapabilities, Privileges, SandboxMode},
    protocol_names::ProtocolNames,
    sources::Sources,
    telemetry_path::TelemetryPath,
};

use crate::shadow::Policy;

/// How ingress is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum XdpMode {
    /// Native XDP on physical network cards, TCX on software devices and wherever XDP is refused
    #[default]
    Auto,
    /// XDP in the driver, or an error
    Native,
    /// XDP in the stack, or an error; counts a super-packet once
    Generic,
    /// TCX ingress
    Off,
}

/// Checked settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which interfaces are wanted; empty means every one that carries its own traffic.
    pub interfaces: Vec<Pattern>,
    /// Where metrics are served.
    pub listen: Vec<SocketAddr>,
    /// Under which path metrics are served.
    pub telemetry_path: TelemetryPath,
    /// The web configuration, if there is one.
    pub web_config: Option<PathBuf>,
    /// The file with the firewall policy that is tried, if one is.
    pub policy: Option<PathBuf>,
    /// What it says, once it is read: [`Sources::settings`] does.
    pub rules: Option<Policy>,
    /// How ingress is seen.
    pub xdp_mode: XdpMode,
    /// Drivers whose network cards `auto` does not see through native XDP.
    pub xdp_avoid: Vec<String>,
    /// Whether egress is counted.
    pub egress: bool,
    /// Where programs and counters outlive the agent; `None`: nowhere.
    pub pin_dir: Option<PathBuf>,
    /// Whether `POST /-/reload` is answered.
    pub enable_reload: bool,
    /// What the agent may still do once everything is attached.
    pub privileges: Privileges,
    /// The protocols that are configured beside the fixed ones.
    pub names: ProtocolNames,
    /// The ports that belong to another protocol than without a configuration, each once. What is left to
    /// [`Protocol::TCP_OTHER`] belongs to none.
    pub ports: Vec<(Transport, u16, Protocol)>,
    /// How FTP's control connections are followed.
    pub ftp: FtpSettings,
    /// How much is kept of whom connections were with.
    pub evidence: EvidenceSettings,
}

impl Settings {
    /// Checks what the merged layers say, with the defaults below them.
    ///
    /// # Errors
    ///
    /// When an interface name or a listen address cannot be one, or stands twice; when the telemetry path cannot
    /// be one, or the pin folder.
    pub fn check(layer: Layer) -> Result<Self, ConfigError> {
        let interfaces = layer.interfaces.unwrap_or_default();
        let addresses = layer.listen.unwrap_or_else(|| vec![listen::DEFAULT.to_owned()]);
        let telemetry_path = layer.telemetry_path.as_deref().map(TelemetryPath::parse).transpose()?;
        let ports = layer.ports.unwrap_or_default();
        Ok(Self {
            interfaces: distinct(&interfaces)?.into_iter().map(Pattern::parse).collect::<Result<_, _>>()?,
            listen: distinct(&addresses)?.into_iter().map(listen::address).collect::<Result<_, _>>()?,
            telemetry_path: telemetry_path.unwrap_or_default(),
            // An empty name is how exporters are told that there is none.
            web_config: layer.web_config.filter(|path| !path.as_os_str().is_empty()),
            policy: layer.policy.filter(|path| !path.as_os_str().is_empty()),
            rules: None,
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
            ftp: layer.ftp.unwrap_or_default(),
            evidence: EvidenceSettings {
                max_sources: layer.max_sources.unwrap_or(EvidenceSettings::default().max_sources),
                top_sources: layer.top_sources.unwrap_or(EvidenceSettings::default().top_sources),
            },
        })
    }
}

impl Settings {
    /// Whether the wanted interfaces are all known by name, so that none can come later but one of them.
    #[must_use]
    pub fn names_interfaces(&self) -> bool {
        !self.interfaces.is_empty() && self.interfaces.iter().all(|one| matches!(one, Pattern::Plain(_)))
    }
}

/// The texts as they are, if none stands twice.
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
        assert_eq!(settings.listen, [SocketAddr::from(([127, 0, 0, 1], 9877))]);
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
