// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the whole content of a map.
#![expect(unsafe_code, reason = "the keys and values of a map whose shape is found out")]

use std::{
    io::Error,
    os::fd::{AsFd as _, AsRawFd as _, RawFd},
    ptr::null_mut,
    slice,
};

use aya::{
    maps::{MapData, MapInfo, MapType},
    util::nr_cpus,
};

/// `BPF_MAP_LOOKUP_ELEM` and `BPF_MAP_GET_NEXT_KEY`.
const LOOK_UP: libc::c_int = 1;
const NEXT_KEY: libc::c_int = 4;

/// The part of `union bpf_attr` that both commands read.
#[repr(C)]
struct Element {
    map: u32,
    key: u64,
    value: u64,
    flags: u64,
}

/// Returns name and content of the map with this number.
pub fn read(id: u32) -> (String, Vec<u8>) {
    let info = MapInfo::from_id(id).unwrap();
    let map = MapData::from_id(id).unwrap();
    let name = info.name_as_str().unwrap_or_default().to_owned();
    let fd = map.fd().as_fd().as_raw_fd();
    let kind = info.map_type().unwrap();
    let content = if kind == MapType::RingBuf {
        ring(fd, info.max_entries() as usize)
    } else if kind == MapType::ArrayOfMaps {
        // Maps of maps have only numbers.
        Vec::new()
    } else {
        let per_cpu = matches!(kind, MapType::PerCpuArray | MapType::PerCpuHash | MapType::LruPerCpuHash);
        let value = info.value_size() as usize;
        let room = if per_cpu { value.next_multiple_of(8) * nr_cpus().unwrap() } else { value };
        entries(fd, info.key_size() as usize, room)
    };
    (name, content)
}

fn entries(map: RawFd, key: usize, value: usize) -> Vec<u8> {
    let mut all = Vec::new();
    let (mut at, mut next, mut room) = (None::<Vec<u8>>, vec![0; key], vec![0; value]);
    loop {
        let from = at.as_ref().map_or(null_mut(), |key| key.as_ptr().cast_mut());
        if ask(NEXT_KEY, map, from, next.as_mut_ptr()).is_err() {
            return all;
        }
        if ask(LOOK_UP, map, next.as_mut_ptr(), room.as_mut_ptr()).is_ok() {
            all.extend_from_slice(&next);
            all.extend_from_slice(&room);
        }
        at = Some(next.clone());
    }
}

fn ask(command: libc::c_int, map: RawFd, key: *mut u8, value: *mut u8) -> Result<(), Error> {
    let mut element = Element {
        map: map.cast_unsigned(),
        key: key.expose_provenance() as u64,
        value: value.expose_provenance() as u64,
        flags: 0,
    };
    // SAFETY: the command reads an `Element`, a key of the map's size or none, and writes at most the size of
    // the buffer.
    let answer = unsafe { libc::syscall(libc::SYS_bpf, command, &raw mut element, size_of::<Element>()) };
    if answer == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}

/// Returns the content of a ring buffer, consumed or not: its two pages of positions, then the data.
fn ring(map: RawFd, bytes: usize) -> Vec<u8> {
    // SAFETY: asking for the size of a page has no requirements.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap();
    let length = page + bytes;
    let offset = libc::off_t::try_from(page).unwrap();
    // SAFETY: a new mapping of the producer's page and the data after it, which the kernel permits to read.
    let mapped = unsafe { libc::mmap(null_mut(), length, libc::PROT_READ, libc::MAP_SHARED, map, offset) };
    assert_ne!(mapped, libc::MAP_FAILED, "{}", Error::last_os_error());
    // SAFETY: the memory is mapped for reading, with this length.
    let content = unsafe { slice::from_raw_parts(mapped.cast::<u8>(), length) }[page..].to_vec();
    // SAFETY: no reference to the mapping is left.
    unsafe { libc::munmap(mapped, length) };
    content
}
