//! Many entries of a map in one system call.
#![expect(unsafe_code, reason = "aya has no batches")]

use std::{
    io,
    mem::MaybeUninit,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
};

use aya::{
    Pod,
    maps::{MapData, MapError},
};
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
    let mut count = 0;
    stretches::<K, V>(map, |keys, _| count += keys.len() as u64).map(|()| count)
}

/// Every entry of a map, while programs change it: one that is moved meanwhile may come twice or not at all.
///
/// # Errors
///
/// What the kernel says, and that its keys or values have another size.
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
        // SAFETY: the kernel has written so many keys and values, of these sizes, and of a `Pod` every bit pattern is a
        // value.
        let all =
            keys.iter().zip(values).map(|(key, value)| unsafe { (key.assume_init(), value.assume_init()) });
        entries.extend(all);
    };
    stretches(map, stretch).map_err(MapError::IoError)?;
    Ok(entries)
}

/// Looks entries of a map with such keys and values up, and hands over those that the kernel has written each time.
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
        let mut batch = Batch {
            from: if is_first { 0 } else { (&raw mut from).expose_provenance() as u64 },
            to: (&raw mut to).expose_provenance() as u64,
            keys: keys.as_mut_ptr().expose_provenance() as u64,
            values: values.as_mut_ptr().expose_provenance() as u64,
            count: STRETCH,
            map: map.fd().as_fd().as_raw_fd().cast_unsigned(),
            entry_flags: 0,
            flags: 0,
        };
        // SAFETY: the command reads a `Batch`, and the number of a bucket or the key of an array to go on from; it writes at
        // most so many keys and values, for which there is room if the map has such keys and values, and where to go on.
        let answer = unsafe { bpf(LOOK_UP, &mut batch) };
        let written = room.min(batch.count as usize);
        match answer {
            Ok(_) => take(&keys[..written], &values[..written]),
            // The end, after the last of the entries.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                take(&keys[..written], &values[..written]);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        (from, is_first) = (to, false);
    }
}
