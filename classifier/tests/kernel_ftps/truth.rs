// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The true kinds of the segments on the wire: the test knows the listeners, and guesses nothing.

use std::net::{IpAddr, SocketAddr};

use crate::{
    counts::{BYTES, Counts, DATA, PACKETS, add},
    segment::Segment,
};

/// Source port of `ProFTPD` for active data.
const ACTIVE: u16 = 20;

/// A test's knowledge of its connections.
pub struct Truth {
    /// Addresses of the FTP server.
    pub server: [IpAddr; 2],
    /// Port of the server for control connections.
    pub control: u16,
    /// Evidence by which connections to its high ports are data, if they are.
    pub passive: Option<&'static str>,
    /// Evidence by which connections from its port 20 are data.
    pub active: &'static str,
    /// Connections without data.
    pub decoys: Vec<Decoy>,
}

/// A connection that is unrelated to FTP.
#[derive(Clone, Copy, Debug)]
pub struct Decoy {
    pub client: SocketAddr,
    pub server: SocketAddr,
    pub protocol: &'static str,
}

struct Class {
    protocol: &'static str,
    role: &'static str,
    /// Mode and evidence of FTP data.
    data: Option<[&'static str; 2]>,
}

impl Truth {
    /// Returns the expected counts at the place of these segments.
    pub fn of(&self, segments: &[Segment]) -> Counts {
        let mut counts = Counts::new();
        for segment in segments {
            let Segment { direction, length, .. } = *segment;
            let Class { protocol, role, data } = self.class(segment);
            add(&mut counts, &[PACKETS, direction, protocol, role], 1);
            add(&mut counts, &[BYTES, direction, protocol, role], length);
            if let Some([mode, evidence]) = data {
                add(&mut counts, &[DATA, direction, mode, evidence], 1);
            }
        }
        counts
    }

    fn class(&self, segment: &Segment) -> Class {
        if let Some(decoy) = self.decoys.iter().find(|decoy| decoy.is_of(segment)) {
            let role = if decoy.protocol == "tcp_other" { "none" } else { role(segment.to == decoy.server) };
            return Class { protocol: decoy.protocol, role, data: None };
        }
        let to_server = self.server.contains(&segment.to.ip());
        let port = if to_server { segment.to.port() } else { segment.from.port() };
        assert!(to_server || self.server.contains(&segment.from.ip()), "whose is it? {:?}", segment.to);
        if port == self.control {
            Class { protocol: "ftp_control", role: role(to_server), data: None }
        } else if port == ACTIVE {
            let data = Some(["active", self.active]);
            Class { protocol: "ftp_data_active", role: role(to_server), data }
        } else if let Some(evidence) = self.passive {
            let data = Some(["passive", evidence]);
            Class { protocol: "ftp_data_passive", role: role(to_server), data }
        } else {
            Class { protocol: "tcp_other", role: "none", data: None }
        }
    }
}

impl Decoy {
    fn is_of(&self, segment: &Segment) -> bool {
        let ends = (segment.from, segment.to);
        ends == (self.client, self.server) || ends == (self.server, self.client)
    }
}

fn role(to_server: bool) -> &'static str {
    if to_server { "to_server" } else { "from_server" }
}
