//! What the classifier costs on a wire, end to end, and what others cost there.

mod attachment;
mod bulk;
mod rules;
mod small;
mod traffic;
mod world;

use anyhow::Result;

use crate::{Setup, section::Section};

const ROUNDS: u32 = 41;
const ROUNDS_QUICK: u32 = 7;

const ABOUT: &str = "\
Many small packets: frames of 64 bytes of 4,096 connections, each in both directions, drawn at random and sent as XDP
frames over a veth pair to a router, which forwards them to a device that drops them. All of that happens in one thread,
so that a packet's share of its time is the processor time of the whole way. Each attachment has hosts of its own; they
take turns within a round. Median over the rounds, in parentheses the quartiles; ratio and difference are to nothing
attached in the same round.

Bulk TCP: a connection between two hosts over a veth pair, its super-packets (GSO) as the kernel makes them, each host on
a processor of its own; the processor time is that of both hosts.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let rounds = if setup.quick { ROUNDS_QUICK } else { ROUNDS };
    let tables = vec![small::table(rounds)?, bulk::table(rounds)?];
    Ok(Section { heading: "On the wire", about: ABOUT.to_owned(), tables })
}
