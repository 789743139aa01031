// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Converts counters to rows for people and programs, without rows of 0.

use classifier_common::{
    counter::{Counters, TCP_FLAGS},
    endpoint::{Evidence, Mode},
    icmp_types::{ERRORS, cells},
    outcome::Limit,
    protocol::{Class, Protocol},
};
use serde::Serialize;

use crate::protocol_names::ProtocolNames;

/// Counters as rows.
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

/// Packets of a protocol, by role of the sender.
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

/// FTP data by evidence.
#[derive(Debug, Serialize)]
pub(super) struct DataRow {
    pub mode: &'static str,
    pub evidence: &'static str,
    pub packets: u64,
}

/// Packets that reached a parser's limit.
#[derive(Debug, Serialize)]
pub(super) struct LimitRow {
    pub limit: &'static str,
    pub packets: u64,
}

impl Rows {
    pub(super) fn of(counters: &Counters, names: &ProtocolNames) -> Self {
        let protocols = names.servers_first();
        let sum =
            |of: fn(&classifier_common::counter::PacketCount) -> u64| counters.classes.iter().map(of).sum();
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

/// Iterates over the classes with the names of their protocols.
pub(super) fn classes(names: &ProtocolNames) -> impl Iterator<Item = (Class, String)> {
    let all = names.servers_first().into_iter();
    all.flat_map(|(protocol, name)| protocol.classes().map(move |class| (class, name.to_owned())))
}

fn by_protocol(counters: &Counters, class: Class, protocol: String) -> Option<ProtocolRow> {
    let tally = counters.classes[class.index()];
    let row =
        ProtocolRow { protocol, role: class.role().label(), packets: tally.packets, bytes: tally.bytes };
    (tally.packets != 0).then_some(row)
}

fn by_type((cell, messages): (classifier_common::icmp_types::CellLabels, u64)) -> IcmpRow {
    let family = cell.family.label();
    IcmpRow { family, r#type: cell.kind, code: cell.code, name: cell.name, messages }
}

fn by_quote(counters: &Counters, protocols: &[(Protocol, &str)]) -> Vec<QuotedRow> {
    let mut rows = Vec::new();
    for ((family, kind), counts) in ERRORS.into_iter().zip(&counters.quoted) {
        for (protocol, name) in protocols {
            let messages = counts[protocol.index()];
            if messages != 0 {
                let (family, protocol) = (family.label(), (*name).to_owned());
                rows.push(QuotedRow { family, r#type: kind, protocol, messages });
            }
        }
    }
    rows
}

fn by_flag(counters: &Counters, protocols: &[(Protocol, &str)]) -> Vec<FlagRow> {
    let mut rows = Vec::new();
    for (protocol, name) in protocols {
        for (flag, packets) in TCP_FLAGS.into_iter().zip(counters.tcp_flags[protocol.index()]) {
            if packets != 0 {
                rows.push(FlagRow { protocol: (*name).to_owned(), flag, packets });
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
