// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Time namespaces, with clocks ahead of the host's.

use std::{
    ffi::CString,
    os::{fd::AsFd as _, unix::process::CommandExt as _},
    process::Command,
};

use rustix::{
    fs::{Mode, OFlags, open},
    io::write,
    thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe},
};

/// Sets a command's monotonic and boot-time clocks some seconds ahead of the host's, in its own time
/// namespace.
pub fn ahead(command: &mut Command, seconds: u32) {
    let offsets = CString::new(format!("monotonic {seconds} 0\nboottime {seconds} 0\n")).expect("no zero");
    // SAFETY: between fork and exec the closure makes five system calls, and allocates nothing.
    unsafe {
        command.pre_exec(move || {
            unshare_unsafe(UnshareFlags::NEWTIME)?;
            let file = open(c"/proc/self/timens_offsets", OFlags::WRONLY, Mode::empty())?;
            write(&file, offsets.to_bytes())?;
            let namespace = open(c"/proc/self/ns/time_for_children", OFlags::RDONLY, Mode::empty())?;
            Ok(move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Time))?)
        })
    };
}
