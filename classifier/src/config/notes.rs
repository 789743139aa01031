//! Notes on settings that are valid and may not do what they seem to.

use classifier_common::ports::Transport;

use super::Settings;

/// TCP ports of protocols whose sessions can be followed: port, name at IANA, protocol, and preset.
const FOLLOWED: [(u16, &str, &str, &str); 8] = [
    (25, "smtp", "smtp", "mail"),
    (465, "submissions", "smtp", "mail"),
    (587, "submission", "smtp", "mail"),
    (110, "pop3", "pop3", "mail"),
    (995, "pop3s", "pop3", "mail"),
    (143, "imap", "imap", "mail"),
    (993, "imaps", "imap", "mail"),
    (990, "ftps", "ftp_control", "ftp"),
];

impl Settings {
    /// Lists ports of mail and FTP that have a protocol of their own: their sessions are not followed.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let of_port = |(number, iana, protocol, preset): &(u16, &str, &str, &str)| {
            let is_it = |port: &&(Transport, u16, _)| (port.0, port.1) == (Transport::Tcp, *number);
            let owner = self.names.label(self.ports.iter().find(is_it)?.2);
            let is_own = self.names.configured().any(|(_, name)| name == owner);
            is_own.then(|| {
                format!(
                    "port {number} is `{iana}` at IANA: encryption and logins of `{owner}` are not followed; give the \
                     port to `{protocol}`, or use --preset {preset}"
                )
            })
        };
        FOLLOWED.iter().filter_map(of_port).collect()
    }
}
