//! Values of a map whose layout this build does not know: as numbers of eight bytes.
#![expect(unsafe_code, reason = "aya reads values of one size alone")]

use std::{
    io,
    os::fd::{AsFd as _, AsRawFd as _},
};

use aya::maps::{MapData, MapError, MapType};

use crate::datapath::syscall::{Element, LOOK_UP, bpf};

/// The value of an array at a place, summed number by number over the CPUs where it has one for each.
///
/// # Errors
///
/// When the kernel refuses, or the map is no array.
pub(super) fn sum(map: &MapData, index: u32) -> io::Result<Vec<u64>> {
    let values = values(map, index)?;
    let mut sum = vec![0_u64; values.first().map_or(0, Vec::len)];
    for value in values {
        sum.iter_mut().zip(value).for_each(|(sum, number)| *sum = sum.wrapping_add(number));
    }
    Ok(sum)
}

/// The first value of an array.
///
/// # Errors
///
/// As [`sum`].
pub(in crate::datapath) fn first_value(map: &MapData) -> io::Result<Vec<u64>> {
    sum(map, 0)
}

/// The value of an array at a place, for each CPU where it has one for each.
///
/// # Errors
///
/// As [`sum`].
pub(super) fn values(map: &MapData, index: u32) -> io::Result<Vec<Vec<u64>>> {
    let other = |error: MapError| io::Error::other(error);
    let info = map.info().map_err(other)?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "thirty types more")]
    let cpus = match info.map_type().map_err(other)? {
        MapType::PerCpuArray => aya::util::nr_cpus().map_err(|(_, error)| error)?,
        MapType::Array => 1,
        other => return Err(io::Error::other(format!("a map of type {other:?} where an array should be"))),
    };
    if info.key_size() != 4 || index >= info.max_entries() {
        return Err(io::ErrorKind::NotFound.into());
    }
    // The kernel writes each CPU's value up to a multiple of eight bytes.
    let numbers = (info.value_size() as usize).div_ceil(size_of::<u64>());
    let mut values = vec![0_u64; numbers * cpus];
    let mut element = Element {
        map: map.fd().as_fd().as_raw_fd().cast_unsigned(),
        key: (&raw const index).expose_provenance() as u64,
        value: values.as_mut_ptr().expose_provenance() as u64,
        flags: 0,
    };
    // SAFETY: the command reads an `Element` and a key of four bytes, as was checked, and writes a value for every CPU
    // that there can be, for which there is room.
    unsafe { bpf(LOOK_UP, &mut element) }?;
    Ok(values.chunks_exact(numbers).map(<[u64]>::to_vec).collect())
}
