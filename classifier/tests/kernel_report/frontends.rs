// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! firewalld and ufw accept the output, and read from it what the rules mean.

use testbed::{
    Host,
    firewalls::{Firewalld, Ufw},
};

use crate::rulesets::host;

const ZONE: &str = include_str!("../agent/golden/report_firewalld.xml");
const ZONE_OF_HOSTS: &str = include_str!("../agent/golden/report_firewalld_hosts.xml");
const PROFILES: &str = include_str!("../agent/golden/report.ufw");
const PROFILES_OF_HOSTS: &str = include_str!("../agent/golden/report_hosts.ufw");

/// Asserts that ufw accepts all profiles, and the commands that allow them.
pub fn profiles_are_accepted(host: &Host, text: &str) {
    let ufw = Ufw::new(host, text);
    let run = |line: &str| ufw.dry_run(line).unwrap_or_else(|complaint| panic!("ufw {line}: {complaint}"));
    let listed = run("app list");
    let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
    for name in &names {
        assert!(listed.lines().any(|line| line.trim() == *name), "{name} is not in {listed}");
    }
    // Each start takes a tenth of a second: the first and the last stand for the rest.
    let commands: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("#   ufw allow ")).collect();
    assert!(commands.len() >= names.len(), "{text}");
    for command in commands.first().into_iter().chain(commands.last()) {
        assert!(run(&format!("allow {command}")).contains("-j ACCEPT"), "{command}");
    }
}

/// Asserts that firewalld accepts a zone, and reads these ports from it.
pub fn zone_opens(host: &Host, zone: String, ports: &[&str]) {
    let firewalld = Firewalld::new(host, &[("checked".into(), zone)]);
    firewalld.check().unwrap_or_else(|complaint| panic!("{complaint}"));
    let listed = firewalld.list("checked").expect("it is a zone");
    let opened = listed.lines().find_map(|line| line.trim().strip_prefix("ports: ")).unwrap_or_default();
    for port in ports {
        assert!(opened.split(' ').any(|opened| opened == *port), "{port}: {listed}");
    }
}

#[test]
fn firewalld_reads_the_ports_of_a_zone() {
    let host = host();
    let zones = [("quiet", ZONE), ("hosts", ZONE_OF_HOSTS)];
    let firewalld = Firewalld::new(&host, &zones.map(|(name, text)| (name.to_owned(), text.to_owned())));
    firewalld.check().unwrap_or_else(|complaint| panic!("{complaint}"));
    let quiet = firewalld.list("quiet").expect("it is a zone");
    let has = |line: &str| quiet.lines().any(|listed| listed.trim() == line);
    assert!(has("services: ftp") && has("icmp-blocks: redirect") && has("target: default"), "{quiet}");
    assert!(has("ports: 143/tcp 25/tcp 68/udp 8080/tcp"), "{quiet}");
    let hosts = firewalld.list("hosts").expect("it is a zone");
    assert!(hosts.contains("rule family=\"ipv4\" source address="), "{hosts}");
}

/// The test would notice a zone that firewalld refuses, and a profile that ufw skips.
#[test]
fn a_broken_zone_and_a_broken_profile_are_refused() {
    let host = host();
    let broken = ZONE.replace("port=\"25\"", "port=\"70000\"");
    let complaint = Firewalld::new(&host, &[("broken".into(), broken)]).check().expect_err("a port too high");
    assert!(complaint.contains("INVALID_PORT"), "{complaint}");
    let broken = PROFILES.replace("ports=25/tcp", "ports=70000/tcp");
    let complaint = Ufw::new(&host, &broken).dry_run("app list").expect_err("a port too high");
    assert!(complaint.contains("classifier-in_tcp_smtp"), "{complaint}");
}

#[test]
fn ufw_accepts_the_profiles_and_the_commands() {
    let host = host();
    for text in [PROFILES, PROFILES_OF_HOSTS] {
        profiles_are_accepted(&host, text);
    }
    let said = Ufw::new(&host, PROFILES).dry_run("allow classifier-in_tcp_smtp").expect("it is a profile");
    assert!(said.contains("-p tcp --dport 25 -j ACCEPT"), "{said}");
}
