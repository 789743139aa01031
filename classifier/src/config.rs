//! What was meant: the settings, merged from their sources and checked.

use std::{collections::BTreeSet, net::SocketAddr, num::ParseIntError};

use classifier_common::protocol::Protocol;
use thiserror::Error;

mod pattern;

pub use self::pattern::Pattern;

/// Where metrics are served when nobody says otherwise.
const DEFAULT_LISTEN: &str = "127.0.0.1:9877";

/// How ingress is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
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

/// What one source of settings says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Interface names and globs.
    pub interfaces: Option<Vec<String>>,
    /// Listen addresses.
    pub listen: Option<Vec<String>>,
    /// How ingress is seen.
    pub xdp_mode: Option<XdpMode>,
    /// Whether egress is counted.
    pub egress: Option<bool>,
}

impl Layer {
    /// This layer's word where it has one, else the lower one's.
    #[must_use]
    pub fn over(self, lower: Self) -> Self {
        Self {
            interfaces: self.interfaces.or(lower.interfaces),
            listen: self.listen.or(lower.listen),
            xdp_mode: self.xdp_mode.or(lower.xdp_mode),
            egress: self.egress.or(lower.egress),
        }
    }
}

/// Checked settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which interfaces are wanted; empty means every one that carries its own traffic.
    pub interfaces: Vec<Pattern>,
    /// Where metrics are served.
    pub listen: Vec<SocketAddr>,
    /// How ingress is seen.
    pub xdp_mode: XdpMode,
    /// Whether egress is counted.
    pub egress: bool,
    /// The protocols that are configured beside the fixed ones.
    pub names: ProtocolNames,
}

impl Settings {
    /// Checks what the merged layers say, with the defaults below them.
    ///
    /// # Errors
    ///
    /// When an interface name or a listen address cannot be one, or stands twice.
    pub fn check(layer: Layer) -> Result<Self, ConfigError> {
        let interfaces = layer.interfaces.unwrap_or_default();
        let listen = layer.listen.unwrap_or_else(|| vec![DEFAULT_LISTEN.to_owned()]);
        Ok(Self {
            interfaces: distinct(&interfaces)?.into_iter().map(Pattern::parse).collect::<Result<_, _>>()?,
            listen: distinct(&listen)?.into_iter().map(address).collect::<Result<_, _>>()?,
            xdp_mode: layer.xdp_mode.unwrap_or_default(),
            egress: layer.egress.unwrap_or(true),
            names: ProtocolNames::default(),
        })
    }
}

/// Names of the protocols that the configuration adds, in the order of their rows in the counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtocolNames(Vec<String>);

impl ProtocolNames {
    /// Every name with its protocol.
    pub fn iter(&self) -> impl Iterator<Item = (Protocol, &str)> {
        (0..).zip(&self.0).filter_map(|(nth, name)| Some((Protocol::configured(nth)?, name.as_str())))
    }
}

/// The settings contradict themselves or the system's rules.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// No interface can have this name.
    #[error("interface `{text}`: {cause}; `ip link` lists the interfaces of this host")]
    Interface {
        /// What was given.
        text: String,
        /// What is wrong with it.
        cause: String,
    },
    /// Nothing can listen there.
    #[error(
        "listen address `{text}`: {cause}; write IP:PORT, [IP]:PORT for IPv6, or :PORT for all addresses"
    )]
    Listen {
        /// What was given.
        text: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The same word stands twice.
    #[error("`{0}` is given twice; leave one out")]
    Twice(String),
}

fn distinct(texts: &[String]) -> Result<Vec<&str>, ConfigError> {
    let mut seen = BTreeSet::new();
    texts
        .iter()
        .map(|text| if seen.insert(text) { Ok(text.as_str()) } else { Err(ConfigError::Twice(text.clone())) })
        .collect()
}

fn address(text: &str) -> Result<SocketAddr, ConfigError> {
    let refused = |cause: String| ConfigError::Listen { text: text.to_owned(), cause };
    if let Some(port) = text.strip_prefix(':') {
        let port = port.parse().map_err(|error: ParseIntError| refused(format!("port: {error}")))?;
        return Ok(SocketAddr::from((std::net::Ipv6Addr::UNSPECIFIED, port)));
    }
    text.parse().map_err(|error: std::net::AddrParseError| refused(error.to_string()))
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
    fn the_upper_layer_has_the_last_word_where_it_has_one() {
        let upper = Layer { egress: Some(false), ..Layer::default() };
        let lower = Layer { egress: Some(true), xdp_mode: Some(XdpMode::Native), ..Layer::default() };
        let merged = upper.over(lower);
        assert_eq!((merged.egress, merged.xdp_mode), (Some(false), Some(XdpMode::Native)));
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
