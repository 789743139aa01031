// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads and writes many entries of a map in one system call.
#![expect(unsafe_code, reason = "aya has no batches")]

use std::{
    io,
    mem::MaybeUninit,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
    ptr,
};

use aya::{
    Pod,
    maps::{MapData, MapError},
};
use aya_obj::generated::bpf_cmd;
use classifier_common::{abi::Direction, counter::Counters};

use super::syscall::{NOT_SUPPORTED, attributes, bpf};

/// Stores inner maps in the slots of a map of maps.
///
/// # Errors
///
/// The kernel's error for the first slot that it refuses. The maps before that slot are stored.
pub(super) fn put(outer: BorrowedFd<'_>, slots: &[u32], inner: &[BorrowedFd<'_>]) -> io::Result<()> {
    match put_at_once(outer, slots, inner) {
        Err(error) if error.raw_os_error() == Some(NOT_SUPPORTED) => put_singly(outer, slots, inner),
        other => other,
    }
}

fn put_at_once(outer: BorrowedFd<'_>, slots: &[u32], inner: &[BorrowedFd<'_>]) -> io::Result<()> {
    let inner: Vec<u32> = inner.iter().map(|map| map.as_raw_fd().cast_unsigned()).collect();
    assert_eq!(slots.len(), inner.len(), "a map for every slot");
    let mut attributes = attributes();
    attributes.batch.keys = slots.as_ptr().expose_provenance() as u64;
    attributes.batch.values = inner.as_ptr().expose_provenance() as u64;
    attributes.batch.count = u32::try_from(slots.len()).map_err(io::Error::other)?;
    attributes.batch.map_fd = outer.as_raw_fd().cast_unsigned();
    // SAFETY: the command reads as many keys and values as the count says, four bytes each: `Blocks` alone
    // calls this, with a map of maps by number. The command writes the count.
    unsafe { bpf(bpf_cmd::BPF_MAP_UPDATE_BATCH, &mut attributes) }.map(drop)
}

/// Stores the maps by a system call each. The kernel waits for a grace period of RCU in each.
fn put_singly(outer: BorrowedFd<'_>, slots: &[u32], inner: &[BorrowedFd<'_>]) -> io::Result<()> {
    for (slot, inner) in slots.iter().zip(inner) {
        let inner = inner.as_raw_fd().cast_unsigned();
        let mut attributes = attributes();
        attributes.__bindgen_anon_2.map_fd = outer.as_raw_fd().cast_unsigned();
        attributes.__bindgen_anon_2.key = ptr::from_ref(slot).expose_provenance() as u64;
        attributes.__bindgen_anon_2.__bindgen_anon_1.value = ptr::from_ref(&inner).expose_provenance() as u64;
        // SAFETY: the command reads a key and a value of four bytes each: `Blocks` alone calls this, with a map
        // of maps by number.
        unsafe { bpf(bpf_cmd::BPF_MAP_UPDATE_ELEM, &mut attributes) }?;
    }
    Ok(())
}

/// Reads the counters of an interface: by direction, then by CPU.
///
/// # Errors
///
/// The kernel's error, or that the map has fewer entries.
pub(super) fn counters(block: BorrowedFd<'_>, values: &mut [Counters]) -> io::Result<()> {
    #[expect(clippy::cast_possible_truncation, reason = "there are two")]
    const DIRECTIONS: u32 = Direction::ALL.len() as u32;
    let mut next = 0_u32;
    let mut keys = [0_u32; DIRECTIONS as usize];
    let mut attributes = attributes();
    attributes.batch.out_batch = (&raw mut next).expose_provenance() as u64;
    attributes.batch.keys = keys.as_mut_ptr().expose_provenance() as u64;
    attributes.batch.values = values.as_mut_ptr().expose_provenance() as u64;
    attributes.batch.count = DIRECTIONS;
    attributes.batch.map_fd = block.as_raw_fd().cast_unsigned();
    // SAFETY: the command writes this many keys of four bytes, as many values for every possible CPU, and a
    // key to continue from. `Reader` alone calls this, with a buffer of that size and a map of `Counters`,
    // for which every bit pattern is valid.
    unsafe { bpf(bpf_cmd::BPF_MAP_LOOKUP_BATCH, &mut attributes) }?;
    // SAFETY: it is the count of a batch.
    if unsafe { attributes.batch.count } == DIRECTIONS {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads every entry of a map while programs change it: a moved entry may come twice or not at all.
///
/// # Errors
///
/// The kernel's error, or that keys or values have another size.
pub(super) fn entries<K: Pod, V: Pod>(map: &MapData) -> Result<Vec<(K, V)>, MapError> {
    let info = map.info()?;
    let (key, value) = (info.key_size() as usize, info.value_size() as usize);
    if key != size_of::<K>() {
        return Err(MapError::InvalidKeySize { size: key, expected: size_of::<K>() });
    }
    if value != size_of::<V>() {
        return Err(MapError::InvalidValueSize { size: value, expected: size_of::<V>() });
    }
    let mut entries = Vec::new();
    let stretch = |keys: &[MaybeUninit<K>], values: &[MaybeUninit<V>]| {
        // SAFETY: the kernel has written this many keys and values of these sizes, and every bit pattern of a
        // `Pod` is a value.
        let all =
            keys.iter().zip(values).map(|(key, value)| unsafe { (key.assume_init(), value.assume_init()) });
        entries.extend(all);
    };
    stretches(map, stretch).map_err(MapError::IoError)?;
    Ok(entries)
}

/// Passes the entries of a map to `take`, batch by batch.
fn stretches<K, V>(
    map: &MapData,
    mut take: impl FnMut(&[MaybeUninit<K>], &[MaybeUninit<V>]),
) -> io::Result<()> {
    const STRETCH: u32 = 512;
    let room = STRETCH as usize;
    let mut keys: Vec<MaybeUninit<K>> = (0..room).map(|_| MaybeUninit::uninit()).collect();
    let mut values: Vec<MaybeUninit<V>> = (0..room).map(|_| MaybeUninit::uninit()).collect();
    let (mut from, mut to) = (0_u32, 0_u32);
    let mut is_first = true;
    loop {
        let mut attributes = attributes();
        if !is_first {
            attributes.batch.in_batch = (&raw mut from).expose_provenance() as u64;
        }
        attributes.batch.out_batch = (&raw mut to).expose_provenance() as u64;
        attributes.batch.keys = keys.as_mut_ptr().expose_provenance() as u64;
        attributes.batch.values = values.as_mut_ptr().expose_provenance() as u64;
        attributes.batch.count = STRETCH;
        attributes.batch.map_fd = map.fd().as_fd().as_raw_fd().cast_unsigned();
        // SAFETY: the command reads the number of a bucket or the key of an array to continue from. It writes
        // at most as many keys and values as the buffers hold, if the map has such keys and values, and the
        // next position.
        let answer = unsafe { bpf(bpf_cmd::BPF_MAP_LOOKUP_BATCH, &mut attributes) };
        // SAFETY: it is the count of a batch.
        let written = room.min(unsafe { attributes.batch.count } as usize);
        match answer {
            Ok(_) => take(&keys[..written], &values[..written]),
            // The end of the map, after its last entries.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                take(&keys[..written], &values[..written]);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        (from, is_first) = (to, false);
    }
}
