// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Measurements of programs on generated packets, by `BPF_PROG_TEST_RUN`.

mod contender;
mod conversation;
mod hook;
mod kinds;
mod live;
mod mail;
mod policy;
mod reference;
mod rounds;
mod runner;
mod stream;
mod subject;
mod timing;

pub use self::{
    contender::Contender,
    hook::{EGRESS, Hook, INGRESS, LOOPBACK, XDP, settle},
    kinds::{Kind, all, of_flows},
    live::{LiveSession, announcements},
    reference::Reference,
    rounds::{compare, compare_with},
    stream::Stream,
    subject::{Burden, LEAST, Subject},
};

/// Seed of all random packets.
const SEED: u64 = 4;
