// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A compiled policy decides like one that is evaluated rule by rule: random policies, random packets, with
//! the code of the kernel programs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use classifier::{
    policy::{Compiled, DryRun, Policy, Prefix, Rate, Rule, RuleRows},
    protocol_names::ProtocolNames,
};
use classifier_common::{
    abi::Direction,
    address::Address,
    dry_run::{DEFAULT_ROW, Decided, Facts, PacketSource, ROWS, State, Verdict},
    outcome::Outcome,
    protocol::{Class, Protocol, Role},
    wire::Family,
};
use fastrand::Rng;

const POLICIES: usize = 300;
const PACKETS: usize = 300;

/// The facts of a packet that a rule matches.
#[derive(Clone, Copy, Debug)]
struct Seen {
    class: Class,
    flags: u8,
    direction: Direction,
    source: Option<IpAddr>,
}

/// Creates addresses that often share their first bits.
fn address(random: &mut Rng) -> IpAddr {
    if random.bool() {
        IpAddr::V4(Ipv4Addr::from(0x0a00_0000 | random.u32(..) & 0x0101_8101))
    } else {
        // Mapped addresses too, which no IPv4 prefix includes.
        let high = if random.bool() { 0xffff_u128 << 32 | 0x0a00_0000 } else { 0xfd_u128 << 120 };
        IpAddr::V6(Ipv6Addr::from(high | u128::from(random.u32(..) & 0x0101_8101)))
    }
}

fn prefix(random: &mut Rng) -> Prefix {
    let address = address(random);
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let length = if random.bool() { random.u8(bits - 32..=bits) } else { bits };
    let cut = match address {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from(
            u32::from(address) & u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0),
        )),
        IpAddr::V6(address) => {
            let kept = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(address) & kept))
        }
    };
    Prefix::new(cut, length).expect("what is behind it was cut off")
}

const LABELS: [&str; 5] = ["smtp", "ftp_control", "icmp", "tcp_other", "non_ip"];

fn rule(random: &mut Rng, nth: usize) -> Rule {
    let mut some = |all: usize| random.usize(..all);
    let protocols = (0..some(3)).map(|_| LABELS[some(LABELS.len())].to_owned()).collect();
    let role = [None, None, None, Some(Role::ToServer), Some(Role::FromServer)][some(5)];
    let direction = [None, None, Some(Direction::Ingress), Some(Direction::Egress)][some(4)];
    let state = [None, None, Some(State::New), Some(State::Established)][some(4)];
    let action = Verdict::ALL[some(2)];
    let rate = (some(4) == 0).then_some(Rate { packets: 1, per: 1_000_000_000, burst: 3 });
    let from = if random.bool() { (0..random.usize(1..6)).map(|_| prefix(random)).collect() } else { vec![] };
    Rule { name: format!("r{nth}"), action, protocols, role, direction, from, state, rate }
}

fn packet(random: &mut Rng) -> Seen {
    let protocols =
        [Protocol::SMTP, Protocol::FTP_CONTROL, Protocol::TCP_OTHER, Protocol::ICMP, Protocol::NON_IP];
    let protocol = protocols[random.usize(..protocols.len())];
    let is_other = [Protocol::TCP_OTHER, Protocol::ICMP, Protocol::NON_IP].contains(&protocol);
    let class = if is_other || random.bool() { protocol.to_server() } else { protocol.from_server() };
    let is_tcp = ![Protocol::ICMP, Protocol::NON_IP].contains(&protocol);
    let flags = if is_tcp { [0, 0x02, 0x12, 0x10, 0x04, 0x42][random.usize(..6)] } else { 0 };
    let source = (protocol != Protocol::NON_IP).then(|| address(random));
    Seen { class, flags, direction: Direction::ALL[random.usize(..2)], source }
}

/// Evaluates the policy rule by rule, as written.
fn naive(policy: &Policy, seen: Seen, left: &mut [u32]) -> (usize, Verdict) {
    for (nth, rule) in policy.rules.iter().enumerate() {
        let label = seen.class.protocol().fixed_label().expect("it is fixed");
        let is_from = |address: IpAddr| {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            let whole = Prefix::new(address, bits).expect("an address");
            rule.from.iter().any(|prefix| prefix.holds(whole))
        };
        let is_state = |state| match state {
            State::New => seen.flags & 0x12 == 0x02,
            State::Established => seen.flags != 0 && seen.flags & 0x12 != 0x02,
            State::None => unreachable!("no rule asks for it"),
        };
        let matches = (rule.protocols.is_empty() || rule.protocols.iter().any(|one| one == label))
            && rule.role.is_none_or(|role| role == seen.class.role())
            && rule.direction.is_none_or(|direction| direction == seen.direction)
            && (rule.from.is_empty() || seen.source.is_some_and(is_from))
            && rule.state.is_none_or(is_state);
        // The clock stands still: only the initial bucket can be used.
        if matches && rule.rate.is_none_or(|_| left[nth] > 0) {
            left[nth] -= u32::from(rule.rate.is_some());
            return (nth, rule.action);
        }
    }
    (DEFAULT_ROW, policy.default)
}

fn source(address: IpAddr) -> PacketSource {
    match address {
        IpAddr::V4(address) => PacketSource { family: Family::V4, address: Address::v4(address.octets()) },
        IpAddr::V6(address) => PacketSource { family: Family::V6, address: Address::v6(address.octets()) },
    }
}

#[test]
fn masks_decide_as_rules_one_by_one_do() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = Rng::with_seed(seed);
    for _ in 0..POLICIES {
        let count = random.usize(..=64);
        let policy = Policy {
            default: Verdict::ALL[random.usize(..2)],
            rules: (0..count).map(|nth| rule(&mut random, nth)).collect(),
        };
        let rows = RuleRows::default().adopt(Some(&policy)).expect("there is room");
        let mut dry_run = DryRun::new(&Compiled::new(&policy, &rows, &ProtocolNames::default(), 7));
        let mut left = vec![3; count];
        let mut expected: Decided = [[0; 2]; ROWS];
        for _ in 0..PACKETS {
            let sent = packet(&mut random);
            let segments = if random.u8(..8) == 0 { random.u64(2..6) } else { 1 };
            let facts =
                Facts::new(&Outcome { tcp_flags: sent.flags, ..Outcome::of(sent.class) }, sent.direction);
            dry_run.decide(7, facts, sent.source.map(source), segments);
            for _ in 0..segments {
                let (row, verdict) = naive(&policy, sent, &mut left);
                expected[row][verdict as usize] += 1;
            }
            assert_eq!(*dry_run.decided, expected, "seed {seed}: {sent:?} x{segments} by {policy:#?}");
        }
    }
}
