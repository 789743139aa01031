// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names of well-known ports, from IANA's registry of service names and port numbers.

use classifier_common::ports::Transport;

/// Ports that firewalls commonly meet, with IANA's names, in order.
const NAMES: [(u16, &[Transport], &str); 60] = [
    (7, &BOTH, "echo"),
    (22, &TCP, "ssh"),
    (23, &TCP, "telnet"),
    (43, &TCP, "whois"),
    (53, &BOTH, "domain"),
    (67, &UDP, "bootps"),
    (68, &UDP, "bootpc"),
    (69, &UDP, "tftp"),
    (80, &TCP, "http"),
    (88, &BOTH, "kerberos"),
    (111, &BOTH, "sunrpc"),
    (113, &TCP, "auth"),
    (119, &TCP, "nntp"),
    (123, &UDP, "ntp"),
    (135, &TCP, "epmap"),
    (137, &UDP, "netbios-ns"),
    (139, &TCP, "netbios-ssn"),
    (161, &UDP, "snmp"),
    (162, &UDP, "snmptrap"),
    (179, &TCP, "bgp"),
    (389, &BOTH, "ldap"),
    (443, &BOTH, "https"),
    (445, &TCP, "microsoft-ds"),
    (465, &TCP, "submissions"),
    (500, &UDP, "isakmp"),
    (514, &UDP, "syslog"),
    (515, &TCP, "printer"),
    (546, &UDP, "dhcpv6-client"),
    (547, &UDP, "dhcpv6-server"),
    (554, &TCP, "rtsp"),
    (587, &TCP, "submission"),
    (631, &BOTH, "ipp"),
    (636, &TCP, "ldaps"),
    (853, &BOTH, "domain-s"),
    (873, &TCP, "rsync"),
    (989, &TCP, "ftps-data"),
    (990, &TCP, "ftps"),
    (993, &TCP, "imaps"),
    (995, &TCP, "pop3s"),
    (1080, &TCP, "socks"),
    (1194, &BOTH, "openvpn"),
    (1433, &TCP, "ms-sql-s"),
    (1521, &TCP, "ncube-lm"),
    (1883, &TCP, "mqtt"),
    (2049, &BOTH, "nfs"),
    (3128, &TCP, "ndl-aas"),
    (3306, &TCP, "mysql"),
    (3389, &BOTH, "ms-wbt-server"),
    (4190, &TCP, "sieve"),
    (4500, &UDP, "ipsec-nat-t"),
    (5060, &BOTH, "sip"),
    (5222, &TCP, "xmpp-client"),
    (5353, &UDP, "mdns"),
    (5432, &TCP, "postgresql"),
    (5672, &TCP, "amqp"),
    (5900, &TCP, "rfb"),
    (5985, &TCP, "wsman"),
    (8080, &TCP, "http-alt"),
    (8883, &TCP, "secure-mqtt"),
    (9418, &TCP, "git"),
];

const TCP: [Transport; 1] = [Transport::Tcp];
const UDP: [Transport; 1] = [Transport::Udp];
const BOTH: [Transport; 2] = [Transport::Tcp, Transport::Udp];

/// Returns IANA's name of a well-known port.
#[must_use]
pub fn service_name(transport: Transport, port: u16) -> Option<&'static str> {
    let (_, transports, name) = NAMES.get(NAMES.binary_search_by_key(&port, |(port, ..)| *port).ok()?)?;
    transports.contains(&transport).then_some(*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_in_order_and_found_by_transport() {
        assert!(NAMES.is_sorted_by(|(one, ..), (other, ..)| one < other));
        assert_eq!(service_name(Transport::Tcp, 22), Some("ssh"));
        assert_eq!(service_name(Transport::Udp, 123), Some("ntp"));
        assert_eq!(service_name(Transport::Udp, 22), None);
        assert_eq!(service_name(Transport::Tcp, 6000), None);
    }
}
