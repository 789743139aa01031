//! Many entries of a map in one system call.
#![expect(unsafe_code, reason = "aya has no batches")]

use std::{
    io,
    mem::MaybeUninit,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
};

use aya::maps::MapData;
use classifier_common::{abi::Direction, counter::Counters};

use super::syscall::bpf;

/// `BPF_MAP_LOOKUP_BATCH`
const LOOK_UP: libc::c_int = 24;
/// `BPF_MAP_UPDATE_BATCH`
const UPDATE: libc::c_int = 26;

/// Of `union bpf_attr`, what `BPF_MAP_*_BATCH` read.
#[repr(C)]
struct Batch {
    from: u64,
    to: u64,
    keys: u64,
    values: u64,
    count: u32,
    map: u32,
    entry_flags: u64,
    flags: u64,
}

/// Puts maps into a map of maps, each at its place.
///
/// # Errors
///
/// What the kernel says of the first that it refuses, or of batches; those before it are in then.
pub(super) fn put(outer: BorrowedFd<'_>, places: &[u32], inner: &[BorrowedFd<'_>]) -> io::Result<()> {
    let inner: Vec<u32> = inner.iter().map(|map| map.as_raw_fd().cast_unsigned()).collect();
    assert_eq!(places.len(), inner.len(), "a map for every place");
    let mut batch = Batch {
        from: 0,
        to: 0,
        keys: places.as_ptr().expose_provenance() as u64,
        values: inner.as_ptr().expose_provenance() as u64,
        count: u32::try_from(places.len()).map_err(io::Error::other)?,
        map: outer.as_raw_fd().cast_unsigned(),
        entry_flags: 0,
        flags: 0,
    };
    // SAFETY: the command reads a `Batch` and as many keys and values as it says, four bytes each where the map is
    // one of maps by number, else as many as the map says, which `Blocks` alone calls this with; it writes the count.
    unsafe { bpf(UPDATE, &mut batch) }.map(drop)
}

/// Reads an interface's map: by direction, then by CPU.
///
/// # Errors
///
/// What the kernel says, and that there is less in the map than asked for.
pub(super) fn counters(block: BorrowedFd<'_>, values: &mut [Counters]) -> io::Result<()> {
    #[expect(clippy::cast_possible_truncation, reason = "there are two")]
    const DIRECTIONS: u32 = Direction::ALL.len() as u32;
    let mut next = 0_u32;
    let mut keys = [0_u32; DIRECTIONS as usize];
    let mut batch = Batch {
        from: 0,
        to: (&raw mut next).expose_provenance() as u64,
        keys: keys.as_mut_ptr().expose_provenance() as u64,
        values: values.as_mut_ptr().expose_provenance() as u64,
        count: DIRECTIONS,
        map: block.as_raw_fd().cast_unsigned(),
        entry_flags: 0,
        flags: 0,
    };
    // SAFETY: the command reads a `Batch` and writes so many keys of four bytes, as many values for every CPU that
    // there can be, and a key to go on from; `Reader` alone calls this, with room for them and with a map whose values
    // are `Counters`, of which every bit pattern is one.
    unsafe { bpf(LOOK_UP, &mut batch) }?;
    if batch.count == DIRECTIONS { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Counts the entries of a hash map with such keys and values: some hundred at a time, in place of one.
///
/// # Errors
///
/// What the kernel says.
pub(super) fn count<K, V>(map: &MapData) -> io::Result<u64> {
    const STRETCH: u32 = 512;
    let room = STRETCH as usize;
    let (mut keys, mut values) = (Vec::<MaybeUninit<K>>::new(), Vec::<MaybeUninit<V>>::new());
    keys.reserve_exact(room);
    values.reserve_exact(room);
    let (mut from, mut to) = (0_u32, 0_u32);
    let mut count = 0;
    loop {
        let mut batch = Batch {
            from: if count == 0 { 0 } else { (&raw mut from).expose_provenance() as u64 },
            to: (&raw mut to).expose_provenance() as u64,
            keys: keys.as_mut_ptr().expose_provenance() as u64,
            values: values.as_mut_ptr().expose_provenance() as u64,
            count: STRETCH,
            map: map.fd().as_fd().as_raw_fd().cast_unsigned(),
            entry_flags: 0,
            flags: 0,
        };
        // SAFETY: the command reads a `Batch`, and the number of a bucket to go on from; it writes at most so many keys
        // and values, for which there is room if the map has such keys and values, and the number of the next bucket.
        let answer = unsafe { bpf(LOOK_UP, &mut batch) };
        count += u64::from(batch.count);
        match answer {
            Ok(_) => from = to,
            // The end, after the last of the entries.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(count),
            Err(error) => return Err(error),
        }
    }
}
