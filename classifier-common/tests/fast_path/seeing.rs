// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tables that see connections, as the kernel's do, and keep what they are asked.

use std::cell::{Cell, RefCell};

use classifier_common::{
    connection::{FlowKey, Speech},
    control::{LineEnv as _, Segment, TrackingConfig},
    endpoint::{self, ExpectKey, PackedEndpoint},
    fixtures,
    fragment::FragmentKey,
    host::{HostTables, HostTracking},
    label::Label,
    packet::{Frame, Link},
    ports::{PortEntry, Transport},
    tables::Tables,
};

/// Tables over those of the userspace build, with its endpoints.
pub struct Seeing {
    pub tables: HostTables,
    pub tracking: HostTracking,
    /// Answer to the questions about segments and errors.
    pub answer: Cell<bool>,
    pub infers: Cell<bool>,
    pub speech: RefCell<Option<Speech>>,
    pub key: RefCell<Option<FlowKey>>,
    pub segment: RefCell<Option<(bool, Segment)>>,
}

impl Seeing {
    pub fn new() -> Self {
        Self {
            tables: fixtures::tables(),
            tracking: HostTracking::new(TrackingConfig::default()),
            answer: Cell::new(true),
            infers: Cell::new(false),
            speech: RefCell::default(),
            key: RefCell::default(),
            segment: RefCell::default(),
        }
    }

    /// Passes a frame to the tracking.
    pub fn track(&self, frame: &[u8]) -> classifier_common::outcome::Outcome {
        self.tracking.classify(frame, Frame::on_wire(Link::Ethernet), &self.tables, 1)
    }
}

impl Tables for Seeing {
    const SEES_CONNECTIONS: bool = true;

    fn connected(&self, key: &ExpectKey, peer_port: u16) -> PackedEndpoint {
        let env = self.tracking.agent(&self.tables, 1);
        let bucket = env.endpoints(endpoint::bucket_of(key)).expect("every bucket is there");
        endpoint::connected(&bucket, key, peer_port)
    }

    fn inspects(&self, speech: &Speech) -> bool {
        self.speech.replace(Some(*speech));
        self.answer.get()
    }

    fn may_be_connected(&self, key: &FlowKey) -> bool {
        self.key.replace(Some(*key));
        self.answer.get()
    }

    fn acknowledges(&self, has_payload: bool, fill: impl FnOnce(&mut Segment)) -> bool {
        let mut segment = Segment::default();
        fill(&mut segment);
        self.segment.replace(Some((has_payload, segment)));
        self.answer.get()
    }

    fn infers(&self) -> bool {
        self.infers.get()
    }

    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.tables.port(transport, port)
    }

    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        Tables::recall(&self.tables, key)
    }
}
