// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parts of the packet path by themselves: the shapes of maps, counters, the entries of the port table, UDP flows, hashes of
//! keys, the evaluation of a policy, and properties of a packet's outcome.

mod abi;
mod counters;
mod flow_entries;
mod flows;
mod fragments;
mod keys;
mod labels;
mod outcomes;
mod packet_sources;
mod policies;
mod port_entries;
mod positions;
mod two_cpus;
