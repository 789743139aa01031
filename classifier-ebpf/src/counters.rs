// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The per-CPU counters of an interface.

use core::ptr::from_ref;

use aya_ebpf::helpers::bpf_map_lookup_elem;
use classifier_common::{
    abi::{Direction, slot},
    counter::Counters,
};

use crate::maps::{COUNTERS, SLOTS, UNATTRIBUTED};

/// Returns this CPU's counters of an Ethernet interface and direction, if the interface is in its own slot.
/// `direction` is the number of a [`Direction`] in memory, because it serves as the map's key.
#[inline(always)]
pub fn of_ethernet<'a>(ifindex: u32, direction: &u32) -> Option<&'a mut Counters> {
    let block = block(slot(ifindex), direction)?;
    block.is_of_ethernet(ifindex).then_some(block)
}

/// Returns this CPU's counters of an interface and direction.
///
/// An interface whose own slot belongs to another index is found through [`SLOTS`].
#[inline(always)]
pub fn of<'a>(ifindex: u32, direction: Direction) -> Option<&'a mut Counters> {
    at(slot(ifindex), ifindex, direction).or_else(|| displaced(ifindex, direction))
}

#[inline(never)]
fn displaced<'a>(ifindex: u32, direction: Direction) -> Option<&'a mut Counters> {
    // SAFETY: a value of four bytes, which user space writes as a whole.
    let slot = unsafe { SLOTS.get(ifindex) }.copied()?;
    at(slot, ifindex, direction)
}

#[inline(always)]
fn at<'a>(slot: u32, ifindex: u32, direction: Direction) -> Option<&'a mut Counters> {
    let block = block(slot, &(direction as u32))?;
    (block.ifindex == ifindex).then_some(block)
}

/// Returns the counters in a slot.
#[inline(always)]
fn block<'a>(slot: u32, direction: &u32) -> Option<&'a mut Counters> {
    let interface = from_ref(COUNTERS.get(slot)?).cast_mut();
    // SAFETY: the map is one that the kernel has just found, and the key is as long as its keys.
    let block = unsafe { bpf_map_lookup_elem(interface.cast(), from_ref(direction).cast()) };
    // SAFETY: the pointer is null or this CPU's value, and programs of one direction do not interrupt each
    // other on a CPU: XDP and TC run with bottom halves disabled. User space only reads.
    unsafe { block.cast::<Counters>().as_mut() }
}

/// Counts a packet on an interface that has no counters.
#[inline(always)]
pub fn unattributed(packets: u64) {
    if let Some(count) = UNATTRIBUTED.get_ptr_mut(0) {
        // SAFETY: this CPU's value, as above.
        unsafe { *count += packets };
    }
}
