// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Notes on settings that are valid and may not do what they seem to.

use classifier_common::{assigned_port::AssignedPort, ports::Transport};

use super::Settings;

/// TCP ports of protocols whose sessions can be followed: port, name at IANA, value of `speaks`, and preset.
const FOLLOWED: [(u16, &str, &str, &str); 9] = [
    (21, "ftp", "ftp", "ftp"),
    (25, "smtp", "smtp", "mail"),
    (465, "submissions", "smtp", "mail"),
    (587, "submission", "smtp", "mail"),
    (110, "pop3", "pop3", "mail"),
    (995, "pop3s", "pop3", "mail"),
    (143, "imap", "imap", "mail"),
    (993, "imaps", "imap", "mail"),
    (990, "ftps", "ftp", "ftp"),
];

impl Settings {
    /// Lists ports of mail and FTP that have a protocol of their own and no `speaks`: their sessions are not followed.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let of_port = |(number, iana, spoken, preset): &(u16, &str, &str, &str)| {
            let is_it = |port: &&AssignedPort| (port.transport, port.port) == (Transport::Tcp, *number);
            let port = self.ports.iter().find(is_it).filter(|port| port.speaks.is_none())?;
            let owner = self.names.configured().find(|(protocol, _)| *protocol == port.protocol)?.1;
            Some(format!(
                "port {number} is `{iana}` at IANA: encryption and logins of `{owner}` are not followed; add speaks = \
                 \"{spoken}\", or use --preset {preset}"
            ))
        };
        FOLLOWED.iter().filter_map(of_port).collect()
    }
}
