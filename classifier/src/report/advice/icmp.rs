// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP that must pass, and ICMP that must not, observed or not.
//!
//! RFC 4890 §4.3 and §4.4 list the messages of `ICMPv6` that every host needs. In IPv4 these are the errors
//! of path MTU discovery and of broken routes (RFC 1191, RFC 1122 §3.2.2). Redirects are dropped, since any
//! host can send them to divert traffic. Echo is answered at a limited rate.

use classifier_common::wire::Family;
use serde::Serialize;

use crate::report::{
    traffic::{IcmpSeen, Opened, Traffic},
    word,
};

/// Rate limit of echo requests, for all hosts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EchoLimit {
    /// Requests a second.
    pub rate: u32,
    /// Requests at once.
    pub burst: u32,
}

/// Verdict of a rule for ICMP messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IcmpVerdict {
    /// The message passes.
    Accept,
    /// The message passes up to a limit; the excess continues at the next rule.
    AcceptUpTo(EchoLimit),
    /// The message is dropped.
    Drop,
}

/// A rule for some types of ICMP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IcmpRule {
    /// Name of the rule's counter.
    pub counter: String,
    /// Direction of the messages.
    pub direction: Opened,
    /// True if the messages are `ICMPv6`.
    pub is_v6: bool,
    /// Types of the messages.
    pub types: Vec<u8>,
    /// Required hop limit: such a message comes from the same link.
    pub hop_limit: Option<u8>,
    /// Verdict of the rule.
    pub verdict: IcmpVerdict,
    /// Reason for the rule.
    pub evidence: String,
}

/// Enough for twenty hosts that ask once a second, and a few that begin to.
const ECHO: EchoLimit = EchoLimit { rate: 20, burst: 60 };

/// Name, types, hop limit and reason of a rule.
type Row = (&'static str, &'static [u8], Option<u8>, &'static str);

const V4: [Row; 3] = [
    ("destination_unreachable", &[3], None, "RFC 1122 3.2.2.1; 3/4 is path MTU discovery (RFC 1191)"),
    ("time_exceeded", &[11], None, "RFC 1122 3.2.2.4"),
    ("parameter_problem", &[12], None, "RFC 1122 3.2.2.5"),
];

const V6: [Row; 8] = [
    ("destination_unreachable", &[1], None, "RFC 4890 4.3.1"),
    ("packet_too_big", &[2], None, "RFC 4890 4.3.1; path MTU discovery (RFC 8201)"),
    ("time_exceeded", &[3], None, "RFC 4890 4.3.1"),
    ("parameter_problem", &[4], None, "RFC 4890 4.3.1"),
    ("neighbor_discovery", &[133, 134, 135, 136, 141, 142], Some(255), "RFC 4890 4.4.1; RFC 4861"),
    ("multicast_listener", &[130, 131, 132, 143], Some(1), "RFC 4890 4.4.1; RFC 3810"),
    ("secure_neighbor_discovery", &[148, 149], Some(255), "RFC 4890 4.4.1"),
    ("multicast_router_discovery", &[151, 152, 153], Some(1), "RFC 4890 4.4.1"),
];

/// Lists the rules of both directions.
pub(super) fn rules(traffic: &Traffic) -> Vec<IcmpRule> {
    let of_direction =
        |direction| [false, true].map(|is_v6| of_family(direction, is_v6, &traffic.icmp)).concat();
    Opened::ALL.map(of_direction).concat()
}

fn of_family(direction: Opened, is_v6: bool, seen: &[IcmpSeen]) -> Vec<IcmpRule> {
    let (rows, echo, redirect): (&[Row], &'static [u8], &'static [u8]) =
        if is_v6 { (&V6, &[128], &[137]) } else { (&V4, &[8], &[5]) };
    let rule = |(name, types, hop_limit, reason): Row, verdict| IcmpRule {
        counter: format!("{}_icmp{}_{name}", word(direction), if is_v6 { "v6" } else { "" }),
        direction,
        is_v6,
        types: types.to_vec(),
        hop_limit,
        verdict,
        evidence: format!("{reason}; {} observed", count(seen, direction, is_v6, types)),
    };
    let mut rules: Vec<_> = rows.iter().map(|row| rule(*row, IcmpVerdict::Accept)).collect();
    if direction == Opened::Inbound {
        let reason = "RFC 1122 3.2.2.6, RFC 4890 4.3.1, at a limited rate";
        rules.push(rule(("echo_request", echo, None, reason), IcmpVerdict::AcceptUpTo(ECHO)));
        let reason = "over the rate limit";
        rules.push(rule(("echo_request_over", echo, None, reason), IcmpVerdict::Drop));
    } else {
        rules.push(rule(("echo_request", echo, None, "RFC 4890 4.3.1"), IcmpVerdict::Accept));
    }
    rules.push(rule(
        ("redirect", redirect, None, "a redirect lets another host change this host's routes"),
        IcmpVerdict::Drop,
    ));
    rules
}

fn count(seen: &[IcmpSeen], direction: Opened, is_v6: bool, types: &[u8]) -> u64 {
    let of = |icmp: &&IcmpSeen| {
        icmp.direction == direction
            && (icmp.family == Family::V6) == is_v6
            && icmp.kind.is_some_and(|kind| types.contains(&kind))
    };
    seen.iter().filter(of).map(|icmp| icmp.messages).sum()
}
