// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names programs that have no name in the kernel, by the types that were loaded with them.
//!
//! aya probes names by a program of a tracepoint. A kernel without tracing (`CONFIG_BPF_EVENTS`) refuses that
//! program, and aya then loads every program without its name.
#![expect(unsafe_code, reason = "aya reads neither the functions of a program nor its types")]

use std::{
    io, mem,
    os::fd::{AsFd as _, BorrowedFd},
};

use aya::programs::ProgramInfo;
use aya_obj::{
    btf::{Btf, BtfKind},
    generated::{bpf_btf_info, bpf_cmd, bpf_func_info, bpf_prog_info, bpf_prog_type},
};

use crate::datapath::syscall::{attributes, describe, open};

/// Finds the name of a program among these, by its main function.
///
/// # Errors
///
/// When the kernel does not describe the program.
pub(super) fn name_among(program: &ProgramInfo, names: &[&'static str]) -> io::Result<Option<&'static str>> {
    let kinds = [bpf_prog_type::BPF_PROG_TYPE_XDP, bpf_prog_type::BPF_PROG_TYPE_SCHED_CLS];
    if !kinds.contains(&program.program_type()) {
        return Ok(None);
    }
    let Some(types) = program.btf_id() else { return Ok(None) };
    let program = program.fd().map_err(io::Error::other)?;
    let Some(main) = main_function(program.as_fd())? else { return Ok(None) };
    #[expect(clippy::default_trait_access, reason = "the type is that of a library of aya's")]
    let types = Btf::parse(&read_types(types)?, Default::default()).map_err(io::Error::other)?;
    let is_it = |name: &&&str| types.id_by_type_name_kind(name, BtfKind::Func).is_ok_and(|id| id == main);
    Ok(names.iter().find(is_it).copied())
}

/// Reads the number of the type of a program's first function; `None` if it has no such number.
fn main_function(program: BorrowedFd<'_>) -> io::Result<Option<u32>> {
    let mut functions = [bpf_func_info { insn_off: 0, type_id: 0 }];
    // SAFETY: the structure consists of integers, for which 0 is a value.
    let mut info: bpf_prog_info = unsafe { mem::zeroed() };
    info.nr_func_info = 1;
    info.func_info_rec_size = u32::try_from(size_of::<bpf_func_info>()).map_err(io::Error::other)?;
    info.func_info = functions.as_mut_ptr().expose_provenance() as u64;
    // SAFETY: the command writes at most one record of this size to `functions`, and no other list: the other
    // lengths are 0.
    unsafe { describe(program, &mut info) }?;
    Ok((info.nr_func_info > 0).then_some(functions[0].type_id))
}

/// Reads the types with this number.
fn read_types(number: u32) -> io::Result<Vec<u8>> {
    let mut attributes = attributes();
    attributes.__bindgen_anon_6.__bindgen_anon_1.btf_id = number;
    // SAFETY: the command reads the attributes alone, and returns a descriptor.
    let types = unsafe { open(bpf_cmd::BPF_BTF_GET_FD_BY_ID, &mut attributes) }?;
    // SAFETY: the structure consists of integers, for which 0 is a value.
    let mut info: bpf_btf_info = unsafe { mem::zeroed() };
    // SAFETY: without a buffer the command writes the size of the types to `info` alone.
    unsafe { describe(types.as_fd(), &mut info) }?;
    let mut bytes = vec![0; info.btf_size as usize];
    // SAFETY: the structure consists of integers, for which 0 is a value.
    info = unsafe { mem::zeroed() };
    info.btf = bytes.as_mut_ptr().expose_provenance() as u64;
    info.btf_size = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    // SAFETY: the command writes at most as many bytes as the size says, for which the buffer is large enough.
    unsafe { describe(types.as_fd(), &mut info) }?;
    Ok(bytes)
}
