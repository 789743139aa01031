// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP data: the announced ports as they are, and the packets and bytes by mode and evidence.

use classifier_common::{
    endpoint::{Evidence, Mode},
    protocol::Protocol,
};
use maud::{Markup, html};

use super::{
    FTP_SHOWN,
    quantity::{age, bytes},
    totals::Totals,
};
use crate::{snapshot::FtpNow, thousands::grouped};

pub(super) fn ports(now: &FtpNow, has_peers: bool) -> Markup {
    html! {
        table {
            caption { "Announced data ports, newest first" }
            thead {
                tr {
                    th scope="col" { "Port" }
                    @if has_peers { th scope="col" { "Peer" } }
                    th scope="col" { "Mode" }
                    th scope="col" { "Evidence" }
                    th scope="col" { "Command" }
                    th scope="col" { "State" }
                    th.number scope="col" { "Age" }
                }
            }
            tbody {
                @for port in now.endpoints.iter().take(FTP_SHOWN) {
                    tr {
                        th.plain scope="row" { (port.owner.port) }
                        @if has_peers { td { (port.peer) } }
                        td { (port.mode) }
                        td { (port.evidence) }
                        td { (port.command) }
                        td { (port.state) }
                        td.number { (age(port.age_seconds.seconds())) }
                    }
                }
            }
        }
    }
}

/// Packets by evidence, and bytes, of a mode.
struct Transferred {
    packets: Vec<(Evidence, u64)>,
    bytes: u64,
}

impl Transferred {
    fn of(totals: &Totals, mode: Mode) -> Self {
        let packets = |evidence: Evidence| {
            totals.sides().map(|(_, counters)| counters.ftp_data[mode as usize][evidence as usize]).sum()
        };
        let packets = Evidence::ALL.into_iter().map(|evidence| (evidence, packets(evidence)));
        let protocol = match mode {
            Mode::Active => Protocol::FTP_DATA_ACTIVE,
            Mode::Passive => Protocol::FTP_DATA_PASSIVE,
        };
        let classes = [protocol.to_server(), protocol.from_server()];
        let counted =
            totals.sides().flat_map(|(_, counters)| classes.map(|class| counters.classes[class.index()]));
        Self {
            packets: packets.filter(|(_, packets)| *packets > 0).collect(),
            bytes: counted.map(|count| count.bytes).sum(),
        }
    }
}

/// Writes the totals of both modes.
pub(super) fn transferred(totals: &Totals) -> Markup {
    let modes = Mode::ALL.map(|mode| (mode, Transferred::of(totals, mode)));
    html! {
        @if modes.iter().all(|(_, sums)| sums.packets.is_empty()) {
            p { "No FTP data so far." }
        } @else {
            table {
                caption { "Totals since the counters started, both directions" }
                thead {
                    tr {
                        th scope="col" { "Mode" }
                        th.number scope="col" { "Bytes" }
                        th scope="col" { "Evidence" }
                        th.number scope="col" { "Packets" }
                    }
                }
                @for (mode, sums) in modes.iter().filter(|(_, sums)| !sums.packets.is_empty()) {
                    tbody {
                        @for (place, (evidence, packets)) in sums.packets.iter().enumerate() {
                            tr {
                                @if place == 0 {
                                    th scope="rowgroup" rowspan=(sums.packets.len()) { (mode.label()) }
                                    td.number rowspan=(sums.packets.len()) { (bytes(sums.bytes)) }
                                }
                                td { (evidence.label()) }
                                td.number { (grouped(*packets)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
