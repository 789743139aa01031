//! What counters hold, as rows for people and programs: those alone that something was counted in.

use classifier_common::{
    counter::{Counters, TCP_FLAGS},
    endpoint::{Evidence, Mode},
    icmp_types::{ERRORS, cells},
    outcome::Limit,
    protocol::{Class, Protocol, Sides},
    wire::Family,
};
use serde::Serialize;

use crate::config::ProtocolNames;

/// What was counted.
#[derive(Debug, Serialize)]
pub(super) struct Rows {
    pub packets: u64,
    pub bytes: u64,
    pub protocols: Vec<ProtocolRow>,
    pub icmp: Vec<IcmpRow>,
    pub icmp_quoted: Vec<QuotedRow>,
    pub tcp_flags: Vec<FlagRow>,
    pub ftp_data: Vec<DataRow>,
    pub parse_limits: Vec<LimitRow>,
}

/// Packets of a protocol, by who sent them.
#[derive(Debug, Serialize)]
pub(super) struct ProtocolRow {
    pub protocol: String,
    pub role: &'static str,
    pub packets: u64,
    pub bytes: u64,
}

/// ICMP messages of a type and code; without a number where IANA has assigned none.
#[derive(Debug, Serialize)]
pub(super) struct IcmpRow {
    pub family: &'static str,
    pub r#type: Option<u8>,
    pub code: Option<u8>,
    pub name: &'static str,
    pub messages: u64,
}

/// ICMP errors about packets of a protocol.
#[derive(Debug, Serialize)]
pub(super) struct QuotedRow {
    pub family: &'static str,
    pub r#type: u8,
    pub protocol: String,
    pub messages: u64,
}

/// TCP packets with a flag.
#[derive(Debug, Serialize)]
pub(super) struct FlagRow {
    pub protocol: String,
    pub flag: &'static str,
    pub packets: u64,
}

/// FTP data by why it is taken for it.
#[derive(Debug, Serialize)]
pub(super) struct DataRow {
    pub mode: &'static str,
    pub evidence: &'static str,
    pub packets: u64,
}

/// Packets that ran into a parser's bound.
#[derive(Debug, Serialize)]
pub(super) struct LimitRow {
    pub limit: &'static str,
    pub packets: u64,
}

impl Rows {
    pub(super) fn of(counters: &Counters, names: &ProtocolNames) -> Self {
        let protocols = protocols(names);
        let sum = |of: fn(&classifier_common::counter::Tally) -> u64| counters.classes.iter().map(of).sum();
        Self {
            packets: sum(|tally| tally.packets),
            bytes: sum(|tally| tally.bytes),
            protocols: classes(names)
                .filter_map(|(class, name)| by_protocol(counters, class, name))
                .collect(),
            icmp: cells().zip(counters.icmp).filter(|(_, messages)| *messages != 0).map(by_type).collect(),
            icmp_quoted: by_quote(counters, &protocols),
            tcp_flags: by_flag(counters, &protocols),
            ftp_data: by_evidence(counters),
            parse_limits: Limit::ALL
                .into_iter()
                .zip(counters.limits)
                .filter(|(_, packets)| *packets != 0)
                .map(|((_, limit), packets)| LimitRow { limit, packets })
                .collect(),
        }
    }
}

type Named = (Protocol, String, Sides);

/// Every protocol: those with a server, those of the configuration, then the others.
fn protocols(names: &ProtocolNames) -> Vec<Named> {
    let fixed = |wanted| {
        let all = Protocol::FIXED.iter().filter(move |(.., sides)| *sides == wanted);
        all.map(|(protocol, name, sides)| (*protocol, (*name).to_owned(), *sides))
    };
    let configured = names.iter().map(|(protocol, name)| (protocol, name.to_owned(), Sides::Server));
    let mut others: Vec<_> = fixed(Sides::NoServer).collect();
    others.sort_by_key(|(protocol, ..)| ![Protocol::ICMP, Protocol::ICMPV6].contains(protocol));
    fixed(Sides::Server).chain(configured).chain(others).collect()
}

/// Every class with the name of its protocol.
pub(super) fn classes(names: &ProtocolNames) -> impl Iterator<Item = (Class, String)> {
    protocols(names).into_iter().flat_map(|(protocol, name, sides)| {
        let count = if sides == Sides::Server { 2 } else { 1 };
        let both = [protocol.to_server(), protocol.from_server()];
        both.into_iter().take(count).map(move |class| (class, name.clone()))
    })
}

fn by_protocol(counters: &Counters, class: Class, protocol: String) -> Option<ProtocolRow> {
    let tally = counters.classes[class.index()];
    let row =
        ProtocolRow { protocol, role: class.role().label(), packets: tally.packets, bytes: tally.bytes };
    (tally.packets != 0).then_some(row)
}

fn by_type((cell, messages): (classifier_common::icmp_types::CellLabels, u64)) -> IcmpRow {
    let family = family_name(cell.family);
    IcmpRow { family, r#type: cell.kind, code: cell.code, name: cell.name, messages }
}

fn by_quote(counters: &Counters, protocols: &[Named]) -> Vec<QuotedRow> {
    let mut rows = Vec::new();
    for ((family, kind), counts) in ERRORS.into_iter().zip(&counters.quoted) {
        for (protocol, name, _) in protocols {
            let messages = counts[protocol.index()];
            if messages != 0 {
                let (family, protocol) = (family_name(family), name.clone());
                rows.push(QuotedRow { family, r#type: kind, protocol, messages });
            }
        }
    }
    rows
}

fn by_flag(counters: &Counters, protocols: &[Named]) -> Vec<FlagRow> {
    let mut rows = Vec::new();
    for (protocol, name, _) in protocols {
        for (flag, packets) in TCP_FLAGS.into_iter().zip(counters.tcp_flags[protocol.index()]) {
            if packets != 0 {
                rows.push(FlagRow { protocol: name.clone(), flag, packets });
            }
        }
    }
    rows
}

fn by_evidence(counters: &Counters) -> Vec<DataRow> {
    let mut rows = Vec::new();
    for mode in Mode::ALL {
        for evidence in Evidence::ALL {
            let packets = counters.ftp_data[mode as usize][evidence as usize];
            if packets != 0 {
                rows.push(DataRow { mode: mode.label(), evidence: evidence.label(), packets });
            }
        }
    }
    rows
}

const fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}
