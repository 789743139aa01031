// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Live FTP between two invented hosts.

use classifier::snapshot::{EndpointReport, FtpNow, SessionReport};
use classifier_common::{
    address::Address,
    control::{Flags, Session, SessionKey},
    endpoint::{Endpoint, Evidence, Kind, Mode, PackedEndpoint},
};

const SECOND: u64 = 1_000_000_000;
const NOW: u64 = 10_000 * SECOND;

/// Creates three sessions in clear text and an encrypted one; an announced port, and two connected ones.
pub fn ftp_now() -> FtpNow {
    let (client, server) = (Address::v4([192, 0, 2, 7]), Address::v4([198, 51, 100, 21]));
    let session = |port: u16, age: u64, idle: u64, is_encrypted: bool| {
        let key = SessionKey { client, server, client_port: port, server_port: 21, reserved: 0 };
        let flags = (0..1 << 16).map(Flags::from_bits);
        let encrypted = |flags: &Flags| Session { flags: *flags, ..Session::default() }.is_encrypted();
        let flags = if is_encrypted { flags.into_iter().find(encrypted) } else { None }.unwrap_or_default();
        let session = Session {
            since: NOW - age * SECOND,
            last: NOW - idle * SECOND / 10,
            flags,
            ..Session::default()
        };
        SessionReport::of(&key, &session, NOW)
    };
    let endpoint = |port: u16, initiator: Option<u16>, age: u64, extended: bool| {
        let kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended };
        let word = PackedEndpoint::announced(port, kind);
        let word = initiator.map_or(word, |port| word.connected(port, 1));
        let since = NOW - age * SECOND / 10;
        EndpointReport::of(
            &Endpoint { address: server, peer: client, word, since, session: 1, rival: 0 },
            NOW,
        )
    };
    FtpNow {
        sessions: vec![
            session(40_001, 41, 2, false),
            session(40_002, 310, 9, false),
            session(40_003, 95, 31, true),
            session(40_004, 1804, 478, false),
        ],
        endpoints: vec![
            endpoint(50_133, None, 2, true),
            endpoint(50_121, Some(40_107), 86, true),
            endpoint(50_064, Some(40_093), 1420, false),
        ],
    }
}
