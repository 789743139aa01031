//! The per-CPU counters of an interface.

use core::ptr::from_ref;

use aya_ebpf::{
    bindings::bpf_map_type::BPF_MAP_TYPE_PERCPU_ARRAY,
    btf_maps::{ArrayOfMaps, PerCpuArray},
    helpers::bpf_map_lookup_elem,
    macros::btf_map,
};
use classifier_common::{
    abi::{self, Direction, place},
    counter::Counters,
};

/// What the loader reads of an interface's `PerCpuArray<Counters, 2>`, said in sizes in place of types. The
/// agent creates such maps without types, and up to Linux 6.1 the outer map takes only what is like its
/// pattern in that too (`timer_off` in `bpf_map_meta_equal`).
#[repr(C)]
struct Interface {
    r#type: *const [i32; BPF_MAP_TYPE_PERCPU_ARRAY as usize],
    key_size: *const [i32; size_of::<u32>()],
    value_size: *const [i32; abi::COUNTERS_SIZE],
    max_entries: *const [i32; Direction::ALL.len()],
}

#[btf_map]
static COUNTERS: ArrayOfMaps<Interface, { abi::INTERFACES }> = ArrayOfMaps::new();

#[btf_map]
static UNATTRIBUTED: PerCpuArray<u64, 1> = PerCpuArray::new();

/// This CPU's counters of an Ethernet interface and direction (a [`Direction`] in memory: it is the key as it is), if
/// they stand at the interface's own place.
#[inline(always)]
pub fn of_ethernet<'a>(ifindex: u32, direction: &u32) -> Option<&'a mut Counters> {
    let block = block(ifindex, direction, 0)?;
    block.is_of_ethernet(ifindex).then_some(block)
}

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
    let block = block(ifindex, &(direction as u32), probe)?;
    (block.ifindex == ifindex).then_some(block)
}

/// Whatever counters stand at a place.
#[inline(always)]
fn block<'a>(ifindex: u32, direction: &u32, probe: u32) -> Option<&'a mut Counters> {
    let interface = from_ref(COUNTERS.get(place(ifindex, probe))?).cast_mut();
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
