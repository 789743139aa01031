// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Refuses rulesets that could lock somebody out.

use std::net::IpAddr;

use serde::Serialize;

use super::{Admits, Options, Rule};
use crate::{
    report::traffic::{
        Listening, LoginInUse, OfSockets, Opened, Prefix, SocketsSeen, Span, Traffic, Transport, names,
    },
    sockets::is_remote_login_port,
};

/// Kind of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// No service was observed.
    NothingObserved,
    /// The observation was shorter than the least one.
    ShortObservation,
    /// The ruleset would close a remote login.
    RemoteLogin,
    /// The remote logins of the host are not known, and the ruleset opens none.
    UnknownLogins,
}

/// A reason not to write a ruleset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Kind of the refusal.
    pub kind: RefusalKind,
    /// The reason and its remedy, in one sentence.
    pub text: String,
}

/// Lists the reasons.
pub(super) fn refusals(traffic: &Traffic, rules: &[Rule], options: &Options) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let is_observed = !traffic.services.is_empty()
        || Opened::ALL.into_iter().any(|opened| traffic.other_services.established(opened).next().is_some());
    if !is_observed {
        let text = "no service was observed, so every service would be closed: let the agent observe first";
        refusals.push(Refusal { kind: RefusalKind::NothingObserved, text: text.into() });
    }
    refusals.extend(short(traffic, options));
    if !options.no_remote_login {
        let texts = match &traffic.sockets {
            SocketsSeen::Known(sockets) => {
                let listening = sockets.listening.iter().filter_map(|one| closed(one, rules));
                let in_use = sockets.logins.iter().filter_map(|login| cut(login, sockets, rules));
                listening.chain(in_use).collect()
            }
            SocketsSeen::Unknown(_) => Vec::new(),
        };
        refusals.extend(unknown(&traffic.sockets, rules));
        refusals.extend(texts.into_iter().map(|text| Refusal { kind: RefusalKind::RemoteLogin, text }));
    }
    refusals
}

/// Refuses an observation that was too short, or whose length is not known.
fn short(traffic: &Traffic, options: &Options) -> Option<Refusal> {
    let least = options.min_observation;
    let length = traffic.observed.map(Span::length);
    if length.unwrap_or_default() >= least {
        return None;
    }
    let least = humantime::format_duration(least);
    let text = match length {
        Some(length) => format!(
            "the observation lasted {}, less than {least}: observe longer, or set --min-observation",
            humantime::format_duration(std::time::Duration::from_secs(length.as_secs()))
        ),
        None => format!(
            "the length of the observation is not known, and {least} is the least: set --min-observation 0s"
        ),
    };
    Some(Refusal { kind: RefusalKind::ShortObservation, text })
}

/// Refuses where a remote login may exist that is not known.
fn unknown(sockets: &SocketsSeen, rules: &[Rule]) -> Option<Refusal> {
    let why = match sockets {
        SocketsSeen::Unknown(reason) if !opens_any_login(rules) => *reason,
        SocketsSeen::Known(sockets)
            if !sockets.sees_processes && sockets.listening.iter().any(|one| is_hidden(one, rules)) =>
        {
            "the processes of closed ports are not visible here"
        }
        SocketsSeen::Known(_) | SocketsSeen::Unknown(_) => return None,
    };
    let text = format!(
        "{why}, so a remote login may be closed: add its port, such as --allow tcp/22, or --no-remote-login for a host \
         with a console"
    );
    Some(Refusal { kind: RefusalKind::UnknownLogins, text })
}

/// Tells whether a rule opens a port by which people log in, to any host.
fn opens_any_login(rules: &[Rule]) -> bool {
    let opens = |rule: &Rule| match &rule.admits {
        Admits::To(ports) => {
            let is_login = |port| is_remote_login_port(rule.transport.0, port);
            ports.iter().any(|range| (range.low..=range.high).any(is_login))
        }
        Admits::FromTo(..) | Admits::Expected => false,
    };
    rules.iter().any(|rule| rule.direction == Opened::Inbound && rule.peers.is_empty() && opens(rule))
}

/// Tells whether a closed port has no visible process.
fn is_hidden(one: &Listening, rules: &[Rule]) -> bool {
    one.processes.is_empty() && !opens(rules, one.transport, one.port, &one.addresses)
}

/// Refuses to close the port of a remote login.
fn closed(one: &Listening, rules: &[Rule]) -> Option<String> {
    let Listening { transport, port, processes, addresses, .. } = one;
    let is_closed = one.is_remote_login && !opens(rules, *transport, *port, addresses);
    let who = if processes.is_empty() { "a remote login by its number".into() } else { names(processes) };
    is_closed.then(|| {
        format!("{transport}/{port} would be closed, and {who} listens: add --allow {transport}/{port}")
    })
}

/// Refuses to cut off a login that is in use, unless its port is refused already.
fn cut(login: &LoginInUse, sockets: &OfSockets, rules: &[Rule]) -> Option<String> {
    let LoginInUse { port, peer, processes } = login;
    let listening = sockets.listening.iter().find(|one| (one.transport, one.port) == (Transport::TCP, *port));
    let is_refused = listening.is_some_and(|one| closed(one, rules).is_some());
    let is_cut = !is_refused && !admits(rules, Transport::TCP, *port, |rule| holds(rule, *peer));
    let who = if processes.is_empty() { "a login".into() } else { names(processes) };
    is_cut.then(|| {
        format!("tcp/{port} would be closed to {peer}, which uses {who} now: add --allow tcp/{port}")
    })
}

/// Tells whether a rule opens a port at one of these local addresses, by their families.
fn opens(rules: &[Rule], transport: Transport, port: u16, addresses: &[IpAddr]) -> bool {
    let reaches = |peer: &Prefix| {
        let is_reached = |address: &IpAddr| {
            let accepts_both = address.is_ipv6() && address.is_unspecified();
            accepts_both || address.is_ipv4() == peer.address().is_ipv4()
        };
        addresses.iter().any(is_reached)
    };
    admits(rules, transport, port, |rule| rule.peers.is_empty() || rule.peers.iter().any(reaches))
}

/// Tells whether a rule admits a peer.
fn holds(rule: &Rule, peer: IpAddr) -> bool {
    let host = Prefix::new(peer, if peer.is_ipv4() { 32 } else { 128 });
    rule.peers.is_empty() || host.is_some_and(|host| rule.peers.iter().any(|prefix| prefix.holds(host)))
}

/// Tells whether such an inbound rule admits connections to a port.
fn admits(rules: &[Rule], transport: Transport, port: u16, is_such: impl Fn(&Rule) -> bool) -> bool {
    rules.iter().any(|rule| {
        let has_port =
            matches!(&rule.admits, Admits::To(ports) if ports.iter().any(|range| range.contains(port)));
        (rule.direction, rule.transport) == (Opened::Inbound, transport) && has_port && is_such(rule)
    })
}
