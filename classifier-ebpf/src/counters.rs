//! The per-CPU counters of an interface.

use aya_ebpf::{
    btf_maps::{ArrayOfMaps, PerCpuArray},
    macros::btf_map,
};
use classifier_common::{
    abi::{self, Direction, place},
    counter::Counters,
};

type Interface = PerCpuArray<Counters, 2>;

#[btf_map]
static COUNTERS: ArrayOfMaps<Interface, { abi::INTERFACES }> = ArrayOfMaps::new();

#[btf_map]
static UNATTRIBUTED: PerCpuArray<u64, 1> = PerCpuArray::new();

/// This CPU's counters of an interface and direction.
///
/// They stand at the place of the interface's index, or a few places on where two indices share one.
#[inline(always)]
pub fn of<'a>(ifindex: u32, direction: Direction) -> Option<&'a mut Counters> {
    at(ifindex, direction, 0).or_else(|| displaced(ifindex, direction))
}

#[inline(never)]
fn displaced<'a>(ifindex: u32, direction: Direction) -> Option<&'a mut Counters> {
    (1..abi::PROBES).find_map(|probe| at(ifindex, direction, probe))
}

#[inline(always)]
fn at<'a>(ifindex: u32, direction: Direction, probe: u32) -> Option<&'a mut Counters> {
    let block = COUNTERS.get_value_ptr_mut(place(ifindex, probe), &(direction as u32))?;
    // SAFETY: the pointer is this CPU's value, and programs of one direction do not interrupt each
    // other on a CPU: XDP and TC run with bottom halves disabled. User space only reads.
    let block = unsafe { &mut *block };
    (block.ifindex == ifindex).then_some(block)
}

/// Counts a packet on an interface that has no counters.
#[inline(always)]
pub fn unattributed(packets: u64) {
    if let Some(count) = UNATTRIBUTED.get_ptr_mut(0) {
        // SAFETY: this CPU's value, as above.
        unsafe { *count += packets };
    }
}
