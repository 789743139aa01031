// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Warnings about the evidence.

use classifier_common::evidence::ConnectionOutcome;

use super::{Admits, NotAllowed, Output, Rule, Warning, WarningKind};
use crate::report::traffic::{
    Finding, IcmpSeen, Opened, OtherService, OtherTraffic, Service, Traffic, Transport, names,
};

/// Width above which a range of ports is no restriction.
const WIDE: u32 = 5000;

/// Most peers that a sentence names.
const NAMED: usize = 3;

/// Collects the warnings.
#[derive(Default)]
struct Warnings(Vec<Warning>);

impl Warnings {
    fn add(&mut self, kind: WarningKind, about: impl Into<String>, text: String) {
        // Warnings may include file names, and become comments in rulesets: one line each.
        let on_a_line = |text: String| text.replace(char::is_control, " ");
        self.0.push(Warning { kind, about: on_a_line(about.into()), text: on_a_line(text) });
    }
}

/// Lists the warnings, most severe first.
pub(super) fn of(
    traffic: &Traffic,
    rules: &[Rule],
    not_allowed: &[NotAllowed],
    output: Output,
) -> Vec<Warning> {
    let mut warnings = Warnings::default();
    if traffic.services.is_empty() {
        let text = "no service was observed: only loopback and the ICMP messages that every host needs would be allowed";
        warnings.add(WarningKind::NoEvidence, "", text.into());
    }
    warnings.of_sessions(traffic);
    traffic.services.iter().for_each(|service| warnings.of_service(service));
    warnings.of_redirects(&traffic.icmp);
    warnings.of_ftp(traffic, rules);
    for loss in &traffic.losses {
        let text = format!("{} {}: the evidence is incomplete", loss.count, loss.what);
        warnings.add(WarningKind::Incomplete, &loss.what, text);
    }
    // Other services have their own table.
    let has_services = |transport| traffic.other_services.listed.iter().any(|one| one.transport == transport);
    let is_listed = |other: &&OtherTraffic| match other.protocol.as_str() {
        "tcp_other" => has_services(Transport::TCP),
        "udp_other" => has_services(Transport::UDP),
        _ => false,
    };
    traffic.others.iter().filter(|other| !is_listed(other)).for_each(|other| warnings.of_other(other));
    if output == Output::Closed {
        warnings.of_output(traffic);
    }
    warnings.of_datagrams(not_allowed);
    warnings.of_one_way_services(traffic);
    let Warnings(mut warnings) = warnings;
    warnings.sort();
    warnings
}

impl Warnings {
    fn of_sessions(&mut self, traffic: &Traffic) {
        for sessions in traffic.sessions.iter().filter(|sessions| sessions.clear_login > 0) {
            let text = format!(
                "{} of {} {} sessions sent a login in clear text: configure the server to require TLS",
                sessions.clear_login,
                sessions.total(),
                sessions.protocol
            );
            self.add(WarningKind::ClearTextLogin, &sessions.protocol, text);
        }
    }

    fn of_service(&mut self, service: &Service) {
        let Some(finding) = service.finding(ConnectionOutcome::Unanswered) else { return };
        let where_to_look = match service.direction {
            Opened::Inbound => "a firewall here drops them, or the server's queue is full",
            Opened::Outbound => "a firewall on the path or at the peer drops them, or the peer is down",
        };
        let about = format!("{} {}", service.direction.label(), service.protocol);
        let text = format!(
            "{} of {} {about} connections were not answered{}: {where_to_look}",
            finding.connections,
            service.connections().total(),
            named(finding)
        );
        self.add(WarningKind::Unanswered, about, text);
    }

    fn of_redirects(&mut self, icmp: &[IcmpSeen]) {
        let is_redirect =
            |icmp: &&IcmpSeen| icmp.direction == Opened::Inbound && icmp.name.starts_with("redirect");
        for redirect in icmp.iter().filter(is_redirect) {
            let senders: Vec<_> = redirect.senders.hosts.iter().map(|peer| peer.prefix.to_string()).collect();
            let from =
                if senders.is_empty() { String::new() } else { format!(" from {}", senders.join(", ")) };
            let about = format!("{}/{}", number(redirect.kind), number(redirect.code));
            let text = format!(
                "{} ICMP redirects{from} ({about}) were received: their sender can divert this host's traffic; \
                 refuse them (net.ipv4.conf.all.accept_redirects=0, the same for IPv6)",
                redirect.messages
            );
            self.add(WarningKind::IcmpRedirect, about, text);
        }
    }

    fn of_ftp(&mut self, traffic: &Traffic, rules: &[Rule]) {
        let ftp = &traffic.ftp;
        if ftp.bounce_attempts > 0 {
            let text = format!(
                "{} PORT or EPRT commands named a host other than the client, as bounce attacks do: have \
                 the FTP server refuse it (RFC 2577)",
                ftp.bounce_attempts
            );
            self.add(WarningKind::FtpBounce, "", text);
        }
        for (packets, about, what) in [
            (ftp.inferred_packets, "inferred", "inferred beside an encrypted FTP session"),
            (ftp.port20_packets, "port20", "of TCP port 20"),
        ] {
            if packets > 0 {
                let text =
                    format!("{packets} packets {what} belong to data connections without an announcement");
                self.add(WarningKind::DataWithoutSession, about, text);
            }
        }
        for rule in rules.iter().filter(|rule| rule.direction == Opened::Inbound && !rule.protocol.is_empty())
        {
            let (Admits::To(ports) | Admits::FromTo(_, ports)) = &rule.admits else { continue };
            let width: u32 = ports.iter().map(|range| range.width()).sum();
            if width > WIDE {
                let text = format!(
                    "{width} ports are open for {}: configure a smaller port range in the server",
                    rule.protocol
                );
                self.add(WarningKind::WidePorts, &rule.protocol, text);
            }
        }
    }

    fn of_other(&mut self, OtherTraffic { protocol, received, sent }: &OtherTraffic) {
        // Tables of the family `inet` never see it.
        if protocol == "non_ip" {
            return;
        }
        let remedy = match protocol.as_str() {
            "tcp_other" | "udp_other" => {
                ": some may be SSH or DNS; name their ports in [[port]] and observe again, or use --allow"
            }
            _ => "",
        };
        let text = format!(
            "{received} packets received and {sent} sent are {protocol}; no rule opens ports for them{remedy}"
        );
        self.add(WarningKind::Unnamed, protocol, text);
    }

    fn of_output(&mut self, traffic: &Traffic) {
        if !traffic.sees_egress && !traffic.services.is_empty() {
            let text = "the agent did not observe egress, so the output chain stays open".into();
            self.add(WarningKind::OutputUnseen, "", text);
        }
    }

    fn of_datagrams(&mut self, not_allowed: &[NotAllowed]) {
        for NotAllowed { direction, protocol, transport, reason } in not_allowed {
            if *reason == "never answered" {
                let text = format!(
                    "{} {protocol} over {transport} was never answered and is not allowed: if it needs no answer, \
                     use --allow",
                    direction.label()
                );
                self.add(WarningKind::OneWay, format!("{} {protocol}", direction.label()), text);
            }
        }
    }

    /// A log collector, for example, answers no datagram. Without a listener here, a scan is likelier.
    fn of_one_way_services(&mut self, traffic: &Traffic) {
        let is_one_way = |one: &&OtherService| {
            one.direction == Opened::Inbound && one.transport == Transport::UDP && !one.is_established()
        };
        for one in traffic.other_services.listed.iter().filter(is_one_way) {
            let Some(listening) = traffic.sockets.on(one.transport, one.port) else { continue };
            let (about, processes) = (format!("udp/{}", one.port), names(&listening.processes));
            let text = format!(
                "{} flows to {about} were never answered, and it is not allowed: if it needs no answer{}, use --allow",
                one.connections.unanswered,
                if processes.is_empty() { String::new() } else { format!(" (listening: {processes})") },
            );
            self.add(WarningKind::OneWay, about, text);
        }
    }
}

/// Names a few of the peers.
fn named(finding: &Finding) -> String {
    let hosts: Vec<_> = finding.peers.hosts.iter().take(NAMED).map(|peer| peer.prefix.to_string()).collect();
    if hosts.is_empty() { String::new() } else { format!(" ({}{})", hosts.join(", "), more(finding)) }
}

fn more(finding: &Finding) -> &'static str {
    let peers = &finding.peers;
    if peers.hosts.len() > NAMED || !peers.all_hosts { ", …" } else { "" }
}

fn number(number: Option<u8>) -> String {
    number.map_or_else(|| "other".into(), |number| number.to_string())
}
