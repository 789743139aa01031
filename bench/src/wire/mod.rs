// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! End-to-end cost of the classifier on a wire, compared with other observers.

mod attachment;
mod bulk;
mod rules;
mod small;
mod topology;
mod traffic;

use anyhow::Result;

use crate::{Setup, section::Section};

const ROUNDS: u32 = 41;
const ROUNDS_QUICK: u32 = 7;

const ABOUT: &str = "\
Many small packets: frames of 64 bytes of 4,096 connections, in both directions, drawn at random. They are sent as XDP
frames over a veth pair to a router, which forwards them to a device that drops them. Everything runs in one thread, so
that the processor time covers a packet's whole path. Each attachment has its own hosts; they run interleaved within a
round. The table shows the median over the rounds, with the quartiles in parentheses. Ratio and difference compare with
nothing attached in the same round.

Bulk TCP: a connection between two hosts over a veth pair, with the kernel's GSO packets. Each host has its own
processor, and the processor time is the sum of both.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let rounds = if setup.quick { ROUNDS_QUICK } else { ROUNDS };
    let tables = vec![small::table(rounds)?, bulk::table(rounds)?];
    Ok(Section { heading: "On the wire", about: ABOUT.to_owned(), tables })
}
