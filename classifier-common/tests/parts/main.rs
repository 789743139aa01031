// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parts of the packet path by themselves: the shapes of maps, the sum of two CPUs' counters, the entries of the port table,
//! UDP flows, hashes of keys, and properties of a packet's outcome.

mod abi;
mod flow_entries;
mod flows;
mod keys;
mod outcomes;
mod port_entries;
mod two_cpus;
