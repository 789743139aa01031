// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The sent frames: the same for the same seed.

use std::{cell::RefCell, collections::HashSet};

use classifier_common::{
    classify::classify,
    fixtures,
    fragment::FragmentKey,
    host::HostTables,
    label::Label,
    packet::{Frame, Link},
    ports::{PortEntry, Transport},
    tables::Tables,
};
use fastrand::Rng;

/// Bytes of a frame of more than a page: packet sockets leave everything but the link-layer header of such a frame out of the
/// buffer's linear part, and XDP gets it in parts.
const PAST_A_PAGE: usize = 4500;

/// First fragments with different keys. The kernel's table has a few more entries, so that nothing is
/// evicted: the kernel would choose which.
const FIRST_FRAGMENTS: usize = 6000;

/// Length up to which every prefix of a frame is sent.
const CUT_EVERYWHERE: usize = 1600;

/// Returns the seed: from `CLASSIFIER_SEED`, else a constant.
pub fn seed() -> u64 {
    std::env::var("CLASSIFIER_SEED").map_or(0x1e3_77b9, |seed| seed.parse().expect("a number"))
}

/// Calls `send` with at least `count` frames: each fixture, each prefix of each, each padded past a page,
/// then damaged fixtures, padded past a page or not, and random bytes. All have `least` to `most` bytes.
pub fn each(link: Link, least: usize, most: usize, count: usize, mut send: impl FnMut(&[u8])) {
    let mut random = Rng::with_seed(seed());
    let filter = Filter::new(link);
    let fixtures: Vec<_> = fixtures::all()
        .into_iter()
        .filter(|fixture| fixture.link == link)
        .flat_map(|fixture| fixture.steps.into_iter().map(|step| step.frame))
        .collect();
    let mut offered = 0;
    let mut offer = |frame: &[u8]| {
        if (least..=most).contains(&frame.len()) && filter.admits(frame) {
            offered += 1;
            send(frame);
        }
        offered
    };
    for frame in &fixtures {
        offer(frame);
        offer(&padded(frame));
        for length in least..frame.len().min(CUT_EVERYWHERE) {
            offer(&frame[..length]);
        }
    }
    loop {
        let mut frame = match random.u8(..) {
            0..32 => noise(&mut random),
            _ => random.choice(&fixtures).cloned().unwrap_or_default(),
        };
        for _ in 0..random.usize(1..6) {
            damage(&mut random, &mut frame);
        }
        if random.u8(..) < 8 {
            frame = padded(&frame);
        }
        if offer(&frame) >= count {
            return;
        }
    }
}

fn padded(frame: &[u8]) -> Vec<u8> {
    let mut longer = frame.to_vec();
    longer.resize(PAST_A_PAGE.max(frame.len()), 0);
    longer
}

fn noise(random: &mut Rng) -> Vec<u8> {
    let length = random.usize(14..200);
    let mut bytes = random_bytes(random, length);
    let kinds = [[0x08, 0x00], [0x86, 0xdd], [0x81, 0x00], [0x88, 0xa8], [0x91, 0x00]];
    if let Some(kind) = random.choice(kinds) {
        bytes[12..14].copy_from_slice(&kind);
    }
    if let (Some(first), Some(version)) = (bytes.get_mut(14), random.choice([0x45, 0x46, 0x60])) {
        *first = version;
    }
    bytes
}

fn random_bytes(random: &mut Rng, length: usize) -> Vec<u8> {
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}

/// Damages a frame like a wire, a driver or an attacker.
fn damage(random: &mut Rng, frame: &mut Vec<u8>) {
    if frame.is_empty() {
        return;
    }
    // The first bytes are read most.
    let place = |random: &mut Rng| random.usize(..frame.len().min(100));
    let at = place(random);
    match random.u8(..11) {
        0..4 => frame[at] = random.u8(..),
        4..8 => frame[at] ^= 1 << random.u8(..8),
        8 => frame.truncate(at),
        9 => {
            let length = random.usize(1..24);
            let more = random_bytes(random, length);
            frame.splice(at..at, more);
        }
        _ => {
            let from = place(random);
            let part = frame[from.min(at)..from.max(at)].to_vec();
            frame.splice(at..at, part);
        }
    }
}

/// Skips first fragments past [`FIRST_FRAGMENTS`].
struct Filter {
    link: Link,
    tables: HostTables,
    keys: RefCell<HashSet<FragmentKey>>,
    full: RefCell<bool>,
}

impl Filter {
    fn new(link: Link) -> Self {
        Self { link, tables: fixtures::tables(), keys: RefCell::default(), full: RefCell::default() }
    }

    fn admits(&self, frame: &[u8]) -> bool {
        self.full.replace(false);
        classify(frame, Frame::on_wire(self.link), self);
        !*self.full.borrow()
    }
}

impl Tables for Filter {
    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.tables.port(transport, port)
    }

    fn recall(&self, _: &FragmentKey) -> Option<Label> {
        None
    }

    fn remember(&self, key: &FragmentKey, _: Label) -> bool {
        let mut keys = self.keys.borrow_mut();
        if keys.len() < FIRST_FRAGMENTS {
            keys.insert(*key);
        } else if !keys.contains(key) {
            self.full.replace(true);
        }
        true
    }
}
