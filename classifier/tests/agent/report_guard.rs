// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rulesets that could lock somebody out are refused.

use std::time::Duration;

use classifier::report::{
    Format, Report,
    advice::{Options, RefusalKind, SourceChoice},
    traffic::{LoginInUse, OfSockets, OtherServices, Service, SocketsSeen, Traffic, Transport},
};

use crate::made_up_traffic::{listening, login, quiet, written as now};

const HOUR: Duration = Duration::from_hours(1);

fn refusals(traffic: Traffic, options: &Options) -> Vec<(RefusalKind, String)> {
    let report = Report::of(traffic, options, now());
    report.advice.refusals.into_iter().map(|refusal| (refusal.kind, refusal.text)).collect()
}

fn guarded() -> Options {
    Options { min_observation: HOUR, ..Options::default() }
}

fn allowing(ports: &[&str]) -> Options {
    Options { allow: ports.iter().map(|text| text.parse().expect("a port")).collect(), ..guarded() }
}

/// Returns the traffic of a host with SSH on a port, and logins.
fn with_ssh(port: u16, addresses: &[&str], logins: Vec<LoginInUse>) -> Traffic {
    let mut traffic = quiet();
    let mut ssh = listening(Transport::TCP, port, "sshd", None);
    ssh.addresses = addresses.iter().map(|text| text.parse().expect("an address")).collect();
    traffic.sockets = SocketsSeen::Known(OfSockets { listening: vec![ssh], logins, sees_processes: true });
    traffic
}

/// Returns traffic whose SMTP is SSH: sources are known for it.
fn with_observed_ssh(addresses: &[&str], logins: Vec<LoginInUse>) -> Traffic {
    let mut traffic = with_ssh(25, addresses, logins);
    let renamed = |service: &mut Service| {
        if service.protocol == "smtp" {
            service.protocol = "ssh".into();
        }
    };
    traffic.services.iter_mut().for_each(renamed);
    traffic
}

#[test]
fn ten_rulesets_that_lock_out_are_refused_with_reasons() {
    use RefusalKind::{NothingObserved, RemoteLogin, ShortObservation, UnknownLogins};
    let hosts = Options { sources: SourceChoice::Hosts, ..guarded() };
    let unseen = Traffic { services: Vec::new(), other_services: OtherServices::default(), ..quiet() };
    let observed = quiet().observed.expect("a span");
    let short = Traffic {
        observed: Some(classifier::report::traffic::Span { first: observed.last, ..observed }),
        ..quiet()
    };
    let unknown = |reason| Traffic { sockets: SocketsSeen::Unknown(reason), ..quiet() };
    let mut hidden = with_ssh(2222, &["::"], Vec::new());
    if let SocketsSeen::Known(sockets) = &mut hidden.sockets {
        sockets.sees_processes = false;
        sockets.listening[0].processes.clear();
        sockets.listening[0].is_remote_login = false;
    }
    let mut closed = with_ssh(2222, &["::"], vec![login(22, "2001:db8::9")]);
    if let SocketsSeen::Known(sockets) = &mut closed.sockets {
        sockets.listening.clear();
    }
    for (traffic, options, kind, part) in [
        (
            with_ssh(22, &["::"], Vec::new()),
            guarded(),
            RemoteLogin,
            "tcp/22 would be closed, and sshd listens: add --allow tcp/22",
        ),
        (with_ssh(2222, &["0.0.0.0"], Vec::new()), guarded(), RemoteLogin, "add --allow tcp/2222"),
        (
            with_ssh(22, &["::"], Vec::new()),
            allowing(&["out:tcp/22", "udp/22", "tcp/2-21"]),
            RemoteLogin,
            "tcp/22",
        ),
        (closed, guarded(), RemoteLogin, "tcp/22 would be closed to 2001:db8::9, which uses sshd now"),
        (
            with_observed_ssh(&["::"], vec![login(25, "203.0.113.5")]),
            hosts.clone(),
            RemoteLogin,
            "closed to 203.0.113.5",
        ),
        (hidden, guarded(), UnknownLogins, "processes of closed ports are not visible"),
        (
            unknown("a capture does not show the sockets of a host"),
            guarded(),
            UnknownLogins,
            "a capture does not show",
        ),
        (
            unknown("the agent observed another network namespace than this one"),
            guarded(),
            UnknownLogins,
            "another network namespace",
        ),
        (unseen, guarded(), NothingObserved, "let the agent observe first"),
        (short, guarded(), ShortObservation, "lasted 0s, less than 1h: observe longer"),
    ] {
        let refusals = refusals(traffic, &options);
        assert!(
            refusals.len() == 1 && refusals[0].0 == kind && refusals[0].1.contains(part),
            "{kind:?} {part}: {refusals:?}"
        );
    }
}

/// A rule for the wrong family of addresses opens nothing.
#[test]
fn a_rule_must_reach_the_addresses_on_which_a_login_listens() {
    let hosts = Options { sources: SourceChoice::Hosts, ..guarded() };
    let mut traffic = with_observed_ssh(&["2001:db8::2"], Vec::new());
    assert_eq!(refusals(traffic.clone(), &hosts), []);
    for service in &mut traffic.services {
        service
            .findings
            .iter_mut()
            .for_each(|finding| finding.peers.hosts.retain(|host| host.prefix.address().is_ipv4()));
    }
    assert_eq!(refusals(traffic.clone(), &hosts).len(), 1);
    assert_eq!(refusals(traffic, &guarded()), []);
}

#[test]
fn each_override_lifts_its_own_refusals() {
    let ssh = || with_ssh(2222, &["::"], vec![login(2222, "192.0.2.9")]);
    assert_eq!(refusals(ssh(), &guarded()).len(), 1, "one refusal for one port");
    assert_eq!(refusals(ssh(), &allowing(&["tcp/2222"])), []);
    assert_eq!(refusals(ssh(), &Options { no_remote_login: true, ..guarded() }), []);
    let capture = Traffic { sockets: SocketsSeen::Unknown("a capture"), ..quiet() };
    assert_eq!(refusals(capture.clone(), &allowing(&["tcp/22"])), []);
    assert_eq!(refusals(capture.clone(), &allowing(&["tcp/80"])).len(), 1);
    assert_eq!(refusals(capture, &Options { no_remote_login: true, ..guarded() }), []);
    let unknown = Traffic { observed: None, ..quiet() };
    assert_eq!(refusals(unknown.clone(), &Options::default()), []);
    assert!(refusals(unknown, &guarded())[0].1.contains("set --min-observation 0s"));
}

#[test]
fn an_overridden_refusal_is_a_comment_of_every_ruleset() {
    let report = Report::of(with_ssh(22, &["::"], Vec::new()), &guarded(), now());
    for format in [Format::Nft, Format::Iptables, Format::Firewalld, Format::Ufw, Format::Policy] {
        let text = report.write(format).expect("it is always written");
        assert!(
            format.is_ruleset() && text.contains("# overridden by --force: tcp/22 would be closed"),
            "{text}"
        );
    }
    let text = report.write(Format::Text).expect("it is always written");
    assert!(text.starts_with("no ruleset: tcp/22 would be closed"), "{text}");
}
