// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The traffic of a cell by the captures, and the agents' differences.

use std::net::IpAddr;

use testbed::Segment;

use crate::{
    Source,
    cells::Cell,
    counts::differences,
    decoys::{Decoys, address},
    network::Network,
    session::{commands_are_as_intended, data_segments},
    truth::{Kind, growth, of_agent, of_segments},
    watch::Watched,
};

pub struct CellTruth<'t> {
    pub network: &'t Network,
    pub decoys: &'t Decoys<'t>,
    pub watched: &'t Watched,
    /// Index between the marks.
    pub number: usize,
    pub cell: Cell,
}

impl CellTruth<'_> {
    /// Asserts that the cell tested its client, command and family. Returns the numbers of segments at the
    /// client's interface.
    pub fn is_as_intended(&self, source: Source) -> String {
        let Self { network, decoys, cell, .. } = *self;
        let segments = self.segments(0);
        commands_are_as_intended(cell, &segments);
        let data: Vec<_> = data_segments(segments.iter().copied(), decoys).collect();
        let is_passive = cell.command.mode() == "passive";
        let initiator =
            address(if is_passive { &network.at_client } else { &network.at_server }, cell.family);
        let opening: Vec<_> =
            data.iter().filter(|segment| segment.opens()).map(|segment| segment.from).collect();
        assert_eq!(opening.len(), cell.client.verbs().len(), "{cell}: data connections");
        for from in opening {
            assert_eq!(from.ip(), initiator, "{cell}: who connects for data");
            let is_from_20 = !is_passive && source == Source::Port20;
            assert_eq!(from.port() == 20, is_from_20, "{cell}: data from port {}", from.port());
        }
        let of_decoys = |kind: fn(&Kind) -> bool| {
            let kinds = segments.iter().filter_map(|segment| decoys.kind(segment));
            kinds.filter(kind).count()
        };
        let others = of_decoys(|kind| *kind == Kind::Other);
        let from_20 = of_decoys(|kind| *kind != Kind::Other);
        assert!(others > 0 && from_20 > 0, "{cell}: no decoys");
        format!("{} segments of data, {others} of decoys, {from_20} of such from port 20", data.len())
    }

    /// Lists the differences between the agents' counts and the captures.
    pub fn differences(&self) -> Vec<String> {
        let servers = [IpAddr::V4(self.network.at_server.v4), IpAddr::V6(self.network.at_server.v6)];
        let mode = self.cell.command.mode();
        let kind = |segment: &Segment| match self.decoys.kind(segment) {
            _ if segment.has_port(21) => Kind::Control,
            Some(kind) => kind,
            None => Kind::Data { mode, evidence: "announced" },
        };
        let marks = &self.watched.marks[self.number..=self.number + 1];
        let agents = marks[0].samples().zip(marks[1].samples());
        let mut lines = Vec::new();
        for (number, (place, (before, after))) in self.network.places().into_iter().zip(agents).enumerate() {
            let [before, after] = [before, after].map(|samples| of_agent(samples, place.interface));
            let captured = of_segments(self.segments(number).into_iter(), &place.mac(), servers, kind);
            let wrong = differences(&captured, &growth(&before, &after));
            let at = (place.host.name(), place.interface);
            lines
                .extend(wrong.into_iter().map(|line| format!("{}, {} of {}: {line}", self.cell, at.1, at.0)));
        }
        lines
    }

    /// Lists the segments at a place during this cell.
    fn segments(&self, place: usize) -> Vec<&Segment> {
        let [from, to] = [self.number, self.number + 1].map(|mark| self.watched.marks[mark].at);
        let segments = self.watched.segments[place].iter();
        segments.filter(|segment| segment.at > from && segment.at <= to).collect()
    }
}
