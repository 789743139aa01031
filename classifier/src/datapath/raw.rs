// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads and writes map values of an unknown layout, as numbers of eight bytes.
#![expect(unsafe_code, reason = "aya reads values of one size alone")]

use std::{
    io,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
    ptr,
};

use aya::maps::{MapData, MapError, MapType};

use aya_obj::generated::{bpf_attr, bpf_cmd, bpf_map_type};

use crate::datapath::syscall::{attributes, bpf, open};

/// Reads the value at an index of an array, summed over the CPUs if it is per CPU.
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

/// Creates an array with these values, which have one size.
///
/// # Errors
///
/// When the kernel refuses.
pub(super) fn create(values: &[Vec<u64>]) -> io::Result<MapData> {
    let numbers = values.first().map_or(0, Vec::len);
    if values.iter().any(|value| value.len() != numbers) {
        return Err(io::Error::other("values of several sizes"));
    }
    let mut array = attributes();
    array.__bindgen_anon_1.map_type = bpf_map_type::BPF_MAP_TYPE_ARRAY as u32;
    array.__bindgen_anon_1.key_size = 4;
    array.__bindgen_anon_1.value_size =
        u32::try_from(size_of::<u64>() * numbers).map_err(io::Error::other)?;
    array.__bindgen_anon_1.max_entries = u32::try_from(values.len()).map_err(io::Error::other)?;
    // SAFETY: the command reads the attributes alone, and returns a descriptor.
    let map = unsafe { open(bpf_cmd::BPF_MAP_CREATE, &mut array) }?;
    for (index, value) in (0_u32..).zip(values) {
        let mut element = element(map.as_fd(), &index, value.as_ptr().expose_provenance());
        // SAFETY: the command reads a key of four bytes, and a value as long as the map's, as was checked.
        unsafe { bpf(bpf_cmd::BPF_MAP_UPDATE_ELEM, &mut element) }?;
    }
    MapData::from_fd(map).map_err(io::Error::other)
}

/// Reads the first value of an array.
///
/// # Errors
///
/// As [`sum`].
pub(super) fn first_value(map: &MapData) -> io::Result<Vec<u64>> {
    sum(map, 0)
}

/// Reads the values at an index of an array: one, or one for each CPU.
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
    let mut element = element(map.fd().as_fd(), &index, values.as_mut_ptr().expose_provenance());
    // SAFETY: the command reads a key of four bytes, as was checked, and writes a value for every possible
    // CPU, for which the buffer is large enough.
    unsafe { bpf(bpf_cmd::BPF_MAP_LOOKUP_ELEM, &mut element) }?;
    Ok(values.chunks_exact(numbers).map(<[u64]>::to_vec).collect())
}

/// An entry of an array: its map, its key, and the address of its value.
fn element(map: BorrowedFd<'_>, index: &u32, value: usize) -> bpf_attr {
    let mut attributes = attributes();
    attributes.__bindgen_anon_2.map_fd = map.as_raw_fd().cast_unsigned();
    attributes.__bindgen_anon_2.key = ptr::from_ref(index).expose_provenance() as u64;
    attributes.__bindgen_anon_2.__bindgen_anon_1.value = value as u64;
    attributes
}
