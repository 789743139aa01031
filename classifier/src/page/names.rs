// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names of protocols for people, with the label value as the tooltip.

use maud::{Markup, html};

/// Label values and names of the fixed protocols.
const NAMES: [(&str, &str); 14] = [
    ("tcp_other", "Other TCP"),
    ("udp_other", "Other UDP"),
    ("ip_other", "Other IP protocols"),
    ("fragment", "Unmatched fragments"),
    ("non_ip", "Not IP"),
    ("malformed", "Malformed packets"),
    ("icmp", "ICMP"),
    ("icmpv6", "ICMPv6"),
    ("ftp_control", "FTP control"),
    ("ftp_data_active", "FTP data (active)"),
    ("ftp_data_passive", "FTP data (passive)"),
    ("smtp", "SMTP"),
    ("pop3", "POP3"),
    ("imap", "IMAP"),
];

/// Returns the name of a protocol; a configured one has its label value.
pub(super) fn name(label: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == label).map_or(label, |(_, name)| name)
}

/// Writes the name of a protocol, with its label value as the tooltip.
pub(super) fn titled(label: &str) -> Markup {
    html! { span title=(label) { (name(label)) } }
}

#[cfg(test)]
mod tests {
    use classifier_common::protocol::Protocol;

    use super::*;

    #[test]
    fn every_fixed_protocol_has_a_name_of_its_own() {
        let fixed: Vec<_> = Protocol::fixed().map(|(_, label)| label).collect();
        assert_eq!(NAMES.map(|(label, _)| label), *fixed);
        for (nth, (_, name)) in NAMES.iter().enumerate() {
            assert!(NAMES[nth + 1..].iter().all(|(_, other)| other != name), "{name}");
        }
        assert_eq!(name("ldap"), "ldap");
    }
}
