//! Presets: ports of well-known services, in files of the package.

use std::path::Path;

use clap::ValueEnum;
use classifier_common::protocol::Protocol;

use super::{ConfigError, FtpSettings, Ports, file::layer};
use crate::located::understand;

/// A preset of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Submission and TLS ports of SMTP, IMAP and POP3
    Mail,
    /// Implicit FTPS
    Ftp,
    /// HTTP, HTTPS and HTTP/3
    Web,
    /// Name resolution over UDP, TCP and TLS
    Dns,
    /// SSH
    Ssh,
}

impl Preset {
    /// Returns the name of the preset.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Ftp => "ftp",
            Self::Web => "web",
            Self::Dns => "dns",
            Self::Ssh => "ssh",
        }
    }

    /// Returns the file of the preset.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Mail => include_str!("../../../deploy/presets/mail.toml"),
            Self::Ftp => include_str!("../../../deploy/presets/ftp.toml"),
            Self::Web => include_str!("../../../deploy/presets/web.toml"),
            Self::Dns => include_str!("../../../deploy/presets/dns.toml"),
            Self::Ssh => include_str!("../../../deploy/presets/ssh.toml"),
        }
    }

    /// Adds the ports of the preset. A port of the configuration file stays with its protocol.
    fn add(self, ports: &mut Ports, ftp: &mut FtpSettings) -> Result<(), ConfigError> {
        let bad = |cause| ConfigError::Preset { preset: self.name(), cause };
        let file = format!("{}.toml", self.name());
        let own = understand(Path::new(&file), self.text().as_bytes(), layer);
        let own = own.map_err(|error| bad(error.to_string()))?.ports.unwrap_or_default();
        for (transport, port, protocol) in own.changed {
            let is_taken = |other: &(_, u16, Protocol)| (other.0, other.1) == (transport, port);
            if ports.changed.iter().any(is_taken) {
                continue;
            }
            let label = own.names.label(protocol);
            let fixed = Protocol::of_fixed_label(label);
            let protocol = fixed.or_else(|| ports.names.find_or_add(label)).ok_or_else(|| {
                bad(format!(
                    "no name is left for `{label}`; give some of the ports in the file the same name"
                ))
            })?;
            ports.changed.push((transport, port, protocol));
            if protocol == Protocol::FTP_CONTROL {
                ftp.control_ports.push(port);
            }
        }
        Ok(())
    }
}

/// Adds the ports of presets, in their order.
pub(super) fn add(presets: &[Preset], ports: &mut Ports, ftp: &mut FtpSettings) -> Result<(), ConfigError> {
    for (nth, preset) in presets.iter().enumerate() {
        if presets[..nth].contains(preset) {
            return Err(ConfigError::Twice(preset.name().to_owned()));
        }
        preset.add(ports, ftp)?;
    }
    Ok(())
}
