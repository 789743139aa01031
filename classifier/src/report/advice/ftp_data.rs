//! How data connections of FTP pass.
//!
//! The kernel's helper reads control connections, and expects the data connections that they announce: nothing else
//! passes. It cannot read encrypted ones, and does not believe a 227 that names another host than the server; there the
//! ports must be open.

use classifier_common::protocol::Protocol;

use super::{Admits, FtpData, rounded};
use crate::report::traffic::{Opened, PortRange, Service, Traffic};

/// The port that a server dials from, in active mode.
const ACTIVE_SOURCE: u16 = 20;

/// The ports that are announced: never those below.
const UNPRIVILEGED: PortRange = PortRange { low: 1024, high: u16::MAX };

/// Whether this control connection is the one that announces such data connections.
pub(super) fn announces(control: &Service, data: &Service) -> bool {
    let dialled_by_client =
        if data.is(Protocol::FTP_DATA_PASSIVE) { data.direction } else { opposite(data.direction) };
    control.is(Protocol::FTP_CONTROL) && data.is_ftp_data() && control.direction == dialled_by_client
}

const fn opposite(direction: Opened) -> Opened {
    match direction {
        Opened::Inbound => Opened::Outbound,
        Opened::Outbound => Opened::Inbound,
    }
}

/// Whether the helper can find these data connections, and is to.
pub(super) fn by_helper(data: &Service, allowed: &[&Service], traffic: &Traffic, choice: FtpData) -> bool {
    let is_announced = allowed.iter().any(|control| announces(control, data));
    is_announced
        && match choice {
            FtpData::Auto => is_readable(traffic),
            FtpData::Helper => true,
            FtpData::Ports => false,
        }
}

/// Whether all that was announced could be read, and would be believed.
fn is_readable(traffic: &Traffic) -> bool {
    let upgraded = |label: &str| {
        traffic.sessions.iter().any(|sessions| sessions.protocol == label && sessions.upgraded > 0)
    };
    let label = Protocol::FIXED.iter().find(|(fixed, ..)| *fixed == Protocol::FTP_CONTROL);
    let ftp = &traffic.ftp;
    ftp.encrypted_sessions == 0
        && ftp.inferred_packets == 0
        && ftp.address_mismatches == 0
        && !label.is_some_and(|(_, label, _)| upgraded(label))
}

/// Which connections a rule for these data admits; `None` for what is no FTP data.
pub(super) fn admits(data: &Service, by_helper: bool) -> Option<Admits> {
    let passive = data.is(Protocol::FTP_DATA_PASSIVE);
    data.is_ftp_data().then(|| match (by_helper, passive, data.direction) {
        (true, ..) => Admits::Expected,
        (_, false, _) => Admits::FromTo(ACTIVE_SOURCE, vec![UNPRIVILEGED]),
        (_, true, Opened::Inbound) => Admits::To(vec![range(data)]),
        // Which ports they are is for the servers elsewhere to say.
        (_, true, Opened::Outbound) => Admits::To(vec![UNPRIVILEGED]),
    })
}

/// The range that an FTP server here should keep to.
pub(super) fn passive_ports(allowed: &[&Service]) -> Option<PortRange> {
    let here = |data: &&&Service| data.is(Protocol::FTP_DATA_PASSIVE) && data.direction == Opened::Inbound;
    allowed.iter().find(here).map(|data| range(data))
}

fn range(data: &Service) -> PortRange {
    let established = data.established();
    let used = established.and_then(|finding| Some((finding.dialled?, finding.connections)));
    used.map_or(UNPRIVILEGED, |(ports, connections)| rounded(ports, connections))
}
