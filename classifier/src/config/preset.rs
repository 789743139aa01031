// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Presets: ports of well-known services, in files of the package.

use clap::ValueEnum;

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
}
